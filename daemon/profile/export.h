/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles for other programs.  Every value goes through the escaper of its format; one that the
 * format cannot hold is told, never bent. */
#pragma once

#include "profile/profile.h"

typedef struct {
    char *name;   /* a file name */
    Secret *text; /* its content; may hold secrets */
} ExportFile;

typedef struct {
    GPtrArray *files;    /* of ExportFile *; all formats but strongswan have one */
    GPtrArray *warnings; /* of char *: what the format has no place for */
} ExportResult;

/* causeway, nmconnection, mobileconfig, powershell, strongswan; NULL-terminated. */
extern const char *const profile_export_formats[];

/* Without `secrets`, none of them is in the result.  An error for an unknown format, and for a
 * secret that cannot be written in it. */
ExportResult *profile_export(Profile *profile, const char *format, gboolean secrets,
                             GError **error);
void export_result_free(ExportResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExportResult, export_result_free)
