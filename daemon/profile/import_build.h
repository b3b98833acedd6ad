/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of foreign formats share: building profiles from values that may be
 * anything, and telling what does not fit. */
#pragma once

#include "profile/import.h"

/* One input file while it is being read. */
typedef struct {
    const char *name;   /* never NULL; "" for a pasted text */
    const guint8 *data; /* as it came */
    gsize length;
    char *text; /* as UTF-8 without zero bytes, or NULL when it is no text */
} ImportInput;

/* A reader takes all files of its format at once and adds profiles and warnings to the result.
 * FALSE with an error when a file is broken. */
typedef gboolean (*ImportReader)(const ImportInput *const *inputs, gsize count,
                                 ImportResult *result, GError **error);
typedef gboolean (*ImportRecogniser)(const ImportInput *input);

ImportResult *import_result_new(void);
/* Adds a profile to the result, or NULL (told) when there are too many. */
Imported *import_begin(ImportResult *result);
/* Gives it its name: the first of `name`, `stem` and the gateway that is one, made to fit. */
void import_end(Imported *imported, const char *name, const char *stem);

/* Sets the field; an empty or absent text changes nothing, an unfit one is told. */
void import_set(Imported *imported, FieldId id, const char *text);
void import_set_boolean(Imported *imported, FieldId id, gboolean value);
/* Adds to a list; each element by itself, so that an unfit one does not take the others along. */
void import_append(Imported *imported, FieldId id, const char *text);
/* A network of either family, to the list of that family. */
void import_add_route(Imported *imported, const char *text);
/* Copies; nothing for an empty one. */
void import_set_secret(Imported *imported, FieldId id, const void *data, gsize length);
/* "0s" and base64, "0x" and hexadecimal digits, or the key itself, as in ipsec.secrets. */
void import_set_encoded_psk(Imported *imported, const char *text);
void import_add_file(Imported *imported, FieldId id, const char *name, const void *data,
                     gsize length);
/* All that was in the middle of a list of suites: spaces, the "!" at its end, the case. */
void import_set_suites(Imported *imported, FieldId id, const char *text);

/* A sentence, made fit for a terminal. */
void import_tell(GPtrArray *warnings, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* A key that has no meaning here; import_end() tells of all of them in one sentence. */
void import_leave_out(Imported *imported, const char *key);

/* ---- text ---- */

/* UTF-8, UTF-16 with its mark, or else Windows' Western letters, without the mark; NULL when
 * there are zero bytes in it.  To be freed with secret_string_free(). */
char *import_decode(const guint8 *data, gsize length);
/* Cuts the next line off in place, without white space around it; NULL at the end. */
char *import_next_line(char **cursor);
/* Cuts the next word off in place; "quoted" and 'quoted' words may hold white space. */
char *import_next_word(char **cursor);
/* Whether `word` stands in the text, letters of either case being the same. */
gboolean import_contains(const char *text, const char *word);
gboolean import_in(const char *const *list, const char *word);
/* "90", "90s", "15m", "8h", "1d" as seconds. */
gboolean import_seconds(const char *text, guint *ret_seconds);
/* The file's name without what it ends in. */
char *import_stem(const char *name);
