/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles that were made by other programs.
 *
 * What a person has may be one file or several that belong together (ipsec.conf, ipsec.secrets,
 * xl2tpd.conf), a text out of a mail, and one input may hold several connections.  What kind a
 * file is tells its content, not its name.  Nothing that such a file names is opened: no
 * include, no entity, no certificate.  What cannot be taken over is told, never left out
 * silently.  Everything is parsed in memory, with bounds, as the user who asks. */
#pragma once

#include "profile/profile.h"

#define IMPORT_FILE_MAX (512 * 1024) /* bytes */
#define IMPORT_FILES_MAX 64
#define IMPORT_PROFILES_MAX 64

typedef struct {
    const char *name; /* the file's, without its folder; NULL for a text that was pasted */
    const char *data;
    gsize length;
} ImportFile;

/* A certificate or key that lies inside the input.  Profiles name files, so it must be saved
 * somewhere before it is of use; then `field` is to be set to where that is. */
typedef struct {
    FieldId field;
    char *name; /* a file name: letters, digits, dots and dashes */
    Secret *content;
} ImportedFile;

typedef struct {
    Profile *profile; /* has a name; perhaps no gateway; with the secrets that were there */
    GPtrArray *warnings; /* of char *: sentences about this profile */
    GPtrArray *files;    /* of ImportedFile * */
} Imported;

typedef struct {
    char *format;        /* "an Apple configuration profile"; several are joined by "and" */
    GPtrArray *profiles; /* of Imported *, at least one */
    GPtrArray *warnings; /* of char *: about what became no profile */
} ImportResult;

/* Everything of these files.  NULL when there is no connection in them that could be taken; the
 * error says why. */
ImportResult *profile_import_files(const ImportFile *files, gsize count, GError **error);
/* The same of a text that somebody pasted. */
ImportResult *profile_import_text(const char *text, gsize length, GError **error);
/* The same of files by their paths: a folder stands for the files right in it, "-" for standard
 * input.  Read here, with the rights of who calls. */
ImportResult *profile_import_paths(const char *const *paths, GError **error);
void import_result_free(ImportResult *result);

/* One file, one profile.  `stem` names a profile that has no name.  Where the file holds more,
 * the first is taken and the others are told in `warnings` (of char *). */
Profile *profile_import(const char *data, gsize length, const char *stem, GPtrArray *warnings,
                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportResult, import_result_free)
