/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the editor arranges the fields of the table: sections with a title, the plain ones
 * first.  Every field that a person may change stands in exactly one.  No widgets. */
#pragma once

#include "profile/profile.h"

typedef struct {
    const char *title;       /* to be translated */
    const char *description; /* to be translated, or NULL */
    gboolean expert;         /* folded away until it is asked for */
    const FieldId *fields;
    guint count;
} Section;

const Section *sections_get(guint *ret_count);
/* The section with the field; NULL for those that the service sets. */
const Section *section_of(FieldId id);
/* Whether a search for `text` finds the field: by label, help, or name ("mtu"). */
gboolean section_field_matches(const Field *field, const char *text);
/* Whether the field has a meaning in this profile: certificates only where they are used. */
gboolean section_field_applies(const Field *field, Profile *profile);
