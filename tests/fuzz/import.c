/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever somebody sends to be imported: an error with clean words, or profiles with names and
 * notes that are fit to be shown, that stay the same through our own format, and that every
 * format can be asked to write. */
#include <string.h>

#include "../unit/profile/samples.h"
#include "profile/export.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void check_sentences(GPtrArray *sentences)
{
    g_assert_cmpuint(sentences->len, <, 200);
    for (guint i = 0; i < sentences->len; i++) {
        const char *sentence = g_ptr_array_index(sentences, i);
        g_assert_true(g_utf8_validate(sentence, -1, NULL));
        g_assert_null(strpbrk(sentence, "\n\r\x1b"));
    }
}

static void check_again(Profile *profile, const ExportFile *file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ImportResult) result = profile_import_text((const char *)secret_data(file->text),
                                                         secret_length(file->text), &error);

    g_assert_no_error(error);
    Profile *again = ((Imported *)g_ptr_array_index(result->profiles, 0))->profile;
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (field_is_secret(field_get((FieldId)i))) {
            g_assert_true(secret_equal(profile_get_secret(profile, (FieldId)i),
                                       profile_get_secret(again, (FieldId)i)));
        } else if (i != FIELD_CONNECTION_USER) {
            g_autofree char *first = profile_get_text(profile, (FieldId)i);
            g_autofree char *second = profile_get_text(again, (FieldId)i);
            g_assert_cmpstr(first, ==, second);
        }
    }
}

/* Our own format always, the others in turn. */
static void check_profile(const Imported *imported, gsize size)
{
    g_assert_nonnull(profile_get_string(imported->profile, FIELD_CONNECTION_NAME));
    check_sentences(imported->warnings);
    for (guint i = 0; i < imported->files->len; i++) {
        const ImportedFile *file = g_ptr_array_index(imported->files, i);
        g_assert_true(*file->name && *file->name != '.' && !strchr(file->name, '/'));
    }
    for (guint i = 0; profile_export_formats[i]; i++) {
        if (i != 0 && i != 1 + size % 4)
            continue;
        g_autoptr(GError) error = NULL;
        g_autoptr(ExportResult) result =
            profile_export(imported->profile, profile_export_formats[i], TRUE, &error);
        g_assert_true((result != NULL) == (error == NULL));
        /* A keyfile cannot hold every secret, and says so. */
        if (result && i == 0)
            check_again(imported->profile, g_ptr_array_index(result->files, 0));
    }
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GError) error = NULL;
    Sample sample;

    sample_split(&sample, "sample.conf", (const char *)data, size);
    g_autoptr(ImportResult) result = profile_import_files(sample.files, sample.count, &error);
    g_assert_true((result != NULL) == (error == NULL));
    if (error)
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
    for (guint i = 0; result && i < result->profiles->len; i++)
        check_profile(g_ptr_array_index(result->profiles, i), size);
    if (result)
        check_sentences(result->warnings);
    return 0;
}
