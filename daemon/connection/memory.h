/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What worked with a profile's gateway the last time, so that the next time it is offered
 * first: the suites of both phases. */
#pragma once

#include <glib.h>

/* So many profiles are remembered. */
#define MEMORY_ENTRIES_MAX 200

typedef struct {
    char *ike, *esp; /* as in IkeInfo; NULL unknown */
} Memory;

void memory_clear(Memory *memory);
/* A file that is missing, broken or older than the profile's gateway gives an empty memory:
 * what is kept here only saves time. */
void memory_load(const char *file, const char *uuid, const char *gateway, Memory *ret_memory);
/* Writes only when something has changed; a failure is logged and does no harm. */
void memory_store(const char *file, const char *uuid, const char *gateway, const Memory *memory);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Memory, memory_clear)
