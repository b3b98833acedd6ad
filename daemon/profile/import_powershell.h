/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the text of PowerShell is read into, and the commands that have a meaning here. */
#pragma once

#include "profile/import_build.h"
#include "profile/import_powershell_words.h"

typedef struct {
    char *name;        /* of the parameter as the table spells it; NULL: not known */
    GPtrArray *values; /* of char *, secrets perhaps */
    gboolean unknown;  /* a value would have to be computed */
} Argument;

typedef struct {
    ImportResult *result;
    GHashTable *variables;   /* lower-case name → text */
    GHashTable *tables;      /* lower-case name → GPtrArray of Argument, for splatting */
    GHashTable *connections; /* lower-case name → Imported, or NULL of another kind */
    const char *stem;
    Words words;
} Reading;

typedef struct {
    const char *name;
    const char *const *parameters; /* the first two may be given without their names */
    gboolean unnamed; /* both of them are enough; else a command has an option, and prose none */
    void (*run)(Reading *reading, GPtrArray *arguments);
} Cmdlet;

/* Ends with a row without a name; a name that is another's beginning comes after it. */
extern const Cmdlet powershell_cmdlets[];
