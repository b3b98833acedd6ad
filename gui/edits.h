/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile that is being edited: texts that may be wrong for a while, and the way back.
 * Pure. */
#pragma once

#include "profile/profile.h"

typedef struct Edits Edits;

Edits *edits_new(Profile *profile);
void edits_free(Edits *edits);
/* What stands in the field now; belongs to the edits.  Of a secret: what was typed. */
const char *edits_text(Edits *edits, FieldId id);
/* Text that follows upon text in the same field is one step back, until `edits_rest`. */
void edits_set(Edits *edits, FieldId id, const char *text);
void edits_rest(Edits *edits);
gboolean edits_can_undo(Edits *edits);
/* TRUE with the field that is as it was before. */
gboolean edits_undo(Edits *edits, FieldId *ret_id);
/* What is wrong with a field by itself, a translated sentence; NULL: nothing.  To be freed. */
char *edits_problem(Edits *edits, FieldId id);
gboolean edits_changed(Edits *edits);
/* The profile that came about, validated as a whole, with what was typed of secrets.  NULL with
 * the field at fault and its problem. */
Profile *edits_profile(Edits *edits, FieldId *ret_fault, char **ret_problem);
/* It has been changed elsewhere: what nobody touched here is as it is there. */
void edits_rebase(Edits *edits, Profile *profile);
/* As it stands now, without what is wrong: for what depends on other fields. */
Profile *edits_preview(Edits *edits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Edits, edits_free)
