/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inputs of several files as one: each begins with a line "==> NAME <==". */
#pragma once

#include <string.h>

#include "profile/import.h"

#define SAMPLE_FILES_MAX 8

typedef struct {
    ImportFile files[SAMPLE_FILES_MAX];
    char names[SAMPLE_FILES_MAX][64];
    gsize count;
} Sample;

/* Points into `data`. */
static inline void sample_split(Sample *sample, const char *name, const char *data, gsize length)
{
    gsize at = 0;

    memset(sample, 0, sizeof *sample);
    while (sample->count < SAMPLE_FILES_MAX && length - at > 12 &&
           memcmp(data + at, "==> ", 4) == 0) {
        const char *line = data + at, *end = memchr(line, '\n', length - at);
        gsize name_length = end ? (gsize)(end - line) : 0;
        if (name_length < 8 || name_length - 8 >= 64 || memcmp(end - 4, " <==", 4) != 0)
            break;
        ImportFile *file = &sample->files[sample->count];
        memcpy(sample->names[sample->count], line + 4, name_length - 8);
        file->name = sample->names[sample->count++];
        file->data = end + 1;
        gsize rest = length - (gsize)(end + 1 - data);
        const char *next = memmem(file->data, rest, "\n==> ", 5);
        file->length = next ? (gsize)(next + 1 - file->data) : rest;
        at = (gsize)(file->data + file->length - data);
    }
    if (sample->count == 0)
        sample->files[sample->count++] = (ImportFile){name, data, length};
}
