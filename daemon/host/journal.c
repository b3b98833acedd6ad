/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal of changes: /run/causeway/journal/NUMBER, each a GVariant in text form. */
#include "host/journal.h"

#include "host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

#define JOURNAL_ENTRY_MAX (1 << 20) /* a /etc/resolv.conf with room to spare */

struct Journal {
    char *folder;
    guint64 last;
};

static char *journal_path(const Journal *journal, guint64 number)
{
    /* Sixteen hexadecimal digits sort as text the way they sort as numbers. */
    return g_strdup_printf("%s/%016" G_GINT64_MODIFIER "x", journal->folder, number);
}

/* The numbers of all entries, in order. */
static GArray *journal_numbers(const Journal *journal)
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(guint64));
    g_autoptr(GDir) dir = g_dir_open(journal->folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        guint64 number;

        if (!g_ascii_string_to_unsigned(name, 16, 1, G_MAXUINT64, &number, NULL)) {
            /* The temporary file of an entry that was never finished. */
            g_autofree char *path = g_build_filename(journal->folder, name, NULL);

            g_unlink(path);
            continue;
        }
        g_array_append_val(numbers, number);
    }
    return numbers;
}

static int compare_descending(gconstpointer a, gconstpointer b)
{
    guint64 left = *(const guint64 *)a, right = *(const guint64 *)b;

    return left < right ? 1 : left > right ? -1 : 0;
}

Journal *journal_open(const char *folder, GError **error)
{
    Journal *journal;
    g_autoptr(GArray) numbers = NULL;

    if (g_mkdir_with_parents(folder, 0700) < 0) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_SYSTEM, "%s: %s", folder, g_strerror(errno));
        return NULL;
    }
    journal = g_new0(Journal, 1);
    journal->folder = g_strdup(folder);
    numbers = journal_numbers(journal);
    for (guint i = 0; i < numbers->len; i++)
        journal->last = MAX(journal->last, g_array_index(numbers, guint64, i));
    return journal;
}

void journal_free(Journal *journal)
{
    if (journal == NULL)
        return;
    g_free(journal->folder);
    g_free(journal);
}

guint64 journal_add(Journal *journal, const char *kind, GVariant *details, GError **error)
{
    g_autoptr(GVariant) entry = g_variant_ref_sink(g_variant_new("(s@a{sv})", kind, details));
    g_autofree char *text = g_variant_print(entry, TRUE);
    g_autofree char *path = journal_path(journal, journal->last + 1);

    /* A whole entry or none: written beside and renamed. */
    if (!g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
        return 0;
    return ++journal->last;
}

void journal_remove(Journal *journal, guint64 number)
{
    g_autofree char *path = journal_path(journal, number);

    if (number != 0 && g_unlink(path) < 0 && errno != ENOENT)
        g_warning("%s: %s", path, g_strerror(errno));
}

static GVariant *journal_read(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;

    if (!g_file_get_contents(path, &text, &length, error))
        return NULL;
    if (length > JOURNAL_ENTRY_MAX) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_SYSTEM, "too long");
        return NULL;
    }
    return g_variant_parse(G_VARIANT_TYPE("(sa{sv})"), text, text + length, NULL, error);
}

guint journal_undo(Journal *journal, JournalUndo undo, gpointer user_data)
{
    g_autoptr(GArray) numbers = journal_numbers(journal);
    guint left = 0;

    g_array_sort(numbers, compare_descending);
    for (guint i = 0; i < numbers->len; i++) {
        guint64 number = g_array_index(numbers, guint64, i);
        g_autofree char *path = journal_path(journal, number);
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) entry = journal_read(path, &error);
        g_autoptr(GVariant) details = NULL;
        const char *kind;

        if (entry == NULL) {
            g_warning("%s: %s", path, error->message);
            journal_remove(journal, number);
            continue;
        }
        g_variant_get(entry, "(&s@a{sv})", &kind, &details);
        if (undo(kind, details, user_data))
            journal_remove(journal, number);
        else
            left++;
    }
    return left;
}
