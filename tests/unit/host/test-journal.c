/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal: order, idempotence, and what a crash may leave in its folder. */
#include "host/journal.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    GString *undone;
    const char *stuck; /* this one cannot be undone */
} Record;

static gboolean record_undo(const char *kind, GVariant *details, gpointer user_data)
{
    Record *record = user_data;
    const char *value = "?";

    g_variant_lookup(details, "value", "&s", &value);
    g_string_append_printf(record->undone, "%s:%s ", kind, value);
    return g_strcmp0(record->stuck, value) != 0;
}

static guint64 add(Journal *journal, const char *kind, const char *value)
{
    GVariant *details = g_variant_new_parsed("{'value': <%s>}", value);
    guint64 number = journal_add(journal, kind, details, NULL);

    g_assert_cmpuint(number, !=, 0);
    return number;
}

static void remove_folder(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        g_unlink(path);
    }
    g_rmdir(folder);
}

static void test_reverse(void)
{
    g_autofree char *folder = g_dir_make_tmp("journal-XXXXXX", NULL);
    g_autoptr(Journal) journal = journal_open(folder, NULL);
    g_autoptr(Journal) next = NULL;
    g_autoptr(GString) undone = g_string_new(NULL);
    Record record = { .undone = undone };

    add(journal, "route", "a");
    journal_remove(journal, add(journal, "route", "made and undone"));
    add(journal, "route", "b");
    for (guint i = 0; i < 20; i++) /* beyond one hexadecimal digit */
        journal_remove(journal, add(journal, "x", "y"));
    add(journal, "dns", "it's \"quoted\"\n\xc3\xa4");
    /* Somebody else comes after a crash. */
    next = journal_open(folder, NULL);
    g_assert_cmpuint(journal_undo(next, record_undo, &record), ==, 0);
    g_assert_cmpstr(undone->str, ==, "dns:it's \"quoted\"\n\xc3\xa4 route:b route:a ");
    g_string_truncate(undone, 0);
    g_assert_cmpuint(journal_undo(next, record_undo, &record), ==, 0);
    g_assert_cmpstr(undone->str, ==, "");
    remove_folder(folder);
}

static void test_stuck(void)
{
    g_autofree char *folder = g_dir_make_tmp("journal-XXXXXX", NULL);
    g_autoptr(Journal) journal = journal_open(folder, NULL);
    g_autoptr(GString) undone = g_string_new(NULL);
    Record record = { .undone = undone, .stuck = "b" };

    add(journal, "r", "a");
    add(journal, "r", "b");
    add(journal, "r", "c");
    g_assert_cmpuint(journal_undo(journal, record_undo, &record), ==, 1);
    g_assert_cmpstr(undone->str, ==, "r:c r:b r:a ");
    /* New entries come after what is left, and are undone before it. */
    add(journal, "r", "d");
    g_string_truncate(undone, 0);
    record.stuck = NULL;
    g_assert_cmpuint(journal_undo(journal, record_undo, &record), ==, 0);
    g_assert_cmpstr(undone->str, ==, "r:d r:b ");
    remove_folder(folder);
}

/* Whatever lies in the folder: the good entries are undone, the rest is dropped. */
static void test_damaged(void)
{
    static const struct {
        const char *name, *text;
    } files[] = {
        { "0000000000000001", "" },
        { "0000000000000002", "('route', " },
        { "0000000000000003", "('route', {'value': 1})" },
        { "0000000000000004", "[1, 2]" },
        { "0000000000000005", "\xff\xfe" },
        { "0000000000000006", "('route', {'value': <7>})" },
        { "0000000000000007.AB12CD", "('route', {'value': <'half'>})" },
        { "garbage", "x" },
    };
    g_autofree char *folder = g_dir_make_tmp("journal-XXXXXX", NULL);
    g_autoptr(Journal) journal = NULL;
    g_autoptr(GString) undone = g_string_new(NULL);
    Record record = { .undone = undone };

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder, files[i].name, NULL);

        g_assert_true(g_file_set_contents(path, files[i].text, -1, NULL));
    }
    journal = journal_open(folder, NULL);
    add(journal, "good", "one");
    for (guint i = 0; i < 5; i++)
        g_test_expect_message("causeway", G_LOG_LEVEL_WARNING, "*00000000*");
    g_assert_cmpuint(journal_undo(journal, record_undo, &record), ==, 0);
    g_test_assert_expected_messages();
    g_assert_cmpstr(undone->str, ==, "good:one route:? ");
    g_assert_cmpint(g_rmdir(folder), ==, 0); /* nothing is left in it */
}

static void test_full(void)
{
    g_autofree char *folder = g_dir_make_tmp("journal-XXXXXX", NULL);
    g_autoptr(Journal) journal = journal_open(folder, NULL);
    g_autoptr(GError) error = NULL;

    /* The folder has gone: a change that cannot be recorded must not be made. */
    g_assert_cmpint(g_rmdir(folder), ==, 0);
    g_assert_cmpuint(journal_add(journal, "r", g_variant_new("a{sv}", NULL), &error), ==, 0);
    g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/host/journal/reverse", test_reverse);
    g_test_add_func("/host/journal/stuck", test_stuck);
    g_test_add_func("/host/journal/damaged", test_damaged);
    g_test_add_func("/host/journal/full", test_full);
    return g_test_run();
}
