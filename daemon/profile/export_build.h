/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the writers of foreign formats share: their escapers, and texts that leave no copies. */
#pragma once

#include "profile/export.h"

typedef struct {
    Profile *profile;
    gboolean secrets;
    ExportResult *result;
    gboolean told[FIELD_COUNT]; /* which fields the format has said */
    Secret *psk;                /* the shared key's bytes, once they are asked for */
    GError *error;              /* the first thing that went wrong */
} Export;

typedef gboolean (*ExportWriter)(Export *export);

/* ---- values; each marks its field as said ---- */

/* NULL when the field is not set (or, of a string, empty). */
const char *export_string(Export *export, FieldId id);
/* The effective value, set or not. */
gboolean export_boolean(Export *export, FieldId id);
guint export_uint(Export *export, FieldId id);
const char *const *export_strings(Export *export, FieldId id);
/* NULL unless there is one and secrets are wanted; with an error when it is no UTF-8 text.  Of
 * the shared key what it means, not how the profile writes it. */
const char *export_secret(Export *export, FieldId id);
/* The bytes, whatever they are. */
const Secret *export_secret_bytes(Export *export, FieldId id);
void export_tell(Export *export, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Adds a file; `text` is copied and wiped. */
void export_add_file(Export *export, const char *name, GString *text);
/* A word of letters, digits and dashes out of the profile's name. */
char *export_word(Export *export);

/* ---- text ---- */

#define EXPORT_TEXT_ROOM (32 * 1024)

/* With more room than an export takes but for very long lists, so that no secret is left behind
 * by growing. */
GString *export_text_new(void);
void export_text_free(GString *text);

/* ---- escapers; results to be freed with secret_string_free() ---- */

/* Element content and attribute values of XML 1.0; NULL for what it has no way to write. */
char *quote_xml(const char *text);
/* '…': nothing in it is expanded. */
char *quote_powershell(const char *text);
/* "…" of strongswan.conf and swanctl.conf. */
char *quote_swanctl(const char *text);
/* "…" of pppd's options; NULL for what they have no way to write. */
char *quote_ppp(const char *text);

/* ---- the writers ---- */

gboolean export_apple(Export *export);
gboolean export_powershell(Export *export);
gboolean export_strongswan(Export *export);

