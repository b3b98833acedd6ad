/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles that were made by other programs: which format a file is, and who reads it. */
#include "profile/import.h"

#include <string.h>

#include "profile/import_formats.h"
#include "profile/language.h"

typedef struct {
    const char *name;
    ImportRecogniser is;
    ImportReader read;
    gboolean together; /* several files may make up one profile */
} Format;

/* In this order: keyfiles may quote anything, and nothing else is one with these keys. */
static const Format formats[] = {
    {"a connection of NetworkManager or Causeway", import_keyfile_is, import_keyfile_read,
     FALSE},
    {"an Apple configuration profile", import_apple_is, import_apple_read, FALSE},
    {"commands for Windows PowerShell", import_powershell_is, import_powershell_read,
     TRUE},
    {"a phone book of Windows", import_rasphone_is, import_rasphone_read, FALSE},
    {"files of strongSwan, Libreswan or xl2tpd", import_strongswan_is, import_strongswan_read,
     TRUE},
};

#define FORMAT_NONE G_N_ELEMENTS(formats)

static void set_format_error(GError **error, const char *message)
{
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT, "%s", _(message));
}

static gsize recognise(const ImportInput *input)
{
    gsize i = 0;

    while (i < FORMAT_NONE && !formats[i].is(input))
        i++;
    return i;
}

/* All files of one format. */
static gboolean read_format(gsize format, const ImportInput *inputs, const gsize *kinds,
                            gsize count, ImportResult *result, GError **error)
{
    const ImportInput *mine[IMPORT_FILES_MAX];
    gsize length = 0;

    for (gsize i = 0; i < count; i++) {
        if (kinds[i] == format)
            mine[length++] = &inputs[i];
    }
    if (length == 0)
        return TRUE;
    if (format == FORMAT_NONE) {
        for (gsize i = 0; i < length; i++)
            import_tell(result->warnings, "%s: there is nothing to import in it.",
                        *mine[i]->name ? mine[i]->name : _("The text"));
        return TRUE;
    }
    char *name = result->format ? g_strconcat(result->format, " and ", formats[format].name, NULL)
                                : g_strdup(formats[format].name);
    g_free(result->format);
    result->format = name;
    gsize step = formats[format].together ? length : 1;
    for (gsize i = 0; i < length; i += step) {
        g_autoptr(GError) problem = NULL;
        if (formats[format].read(&mine[i], step, result, &problem))
            continue;
        if (count == 1) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return FALSE;
        }
        /* The others may be good. */
        import_tell(result->warnings, "%s: %s", mine[i]->name, problem->message);
    }
    return TRUE;
}

/* Why there is no profile, in one sentence as far as there is one to tell. */
static void set_nothing_error(const ImportResult *result, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (!result->format) {
        set_format_error(error, "This is not a profile: it is of no format that Causeway knows");
        return;
    }
    g_string_assign(text, _("There is no L2TP connection in it."));
    for (guint i = 0; i < MIN(result->warnings->len, 5); i++)
        g_string_append_printf(text, " %s", (const char *)g_ptr_array_index(result->warnings, i));
    set_format_error(error, text->str);
}

static gboolean check_sizes(const ImportFile *files, gsize count, GError **error)
{
    if (count > IMPORT_FILES_MAX) {
        set_format_error(error, "These are too many files");
        return FALSE;
    }
    for (gsize i = 0; i < count; i++) {
        if (files[i].length > IMPORT_FILE_MAX) {
            set_format_error(error, "This is not a profile: it is too long");
            return FALSE;
        }
    }
    return TRUE;
}

ImportResult *profile_import_files(const ImportFile *files, gsize count, GError **error)
{
    if (!check_sizes(files, count, error))
        return NULL;
    g_autoptr(ImportResult) result = import_result_new();
    g_autofree ImportInput *inputs = g_new0(ImportInput, count + 1);
    g_autofree gsize *kinds = g_new0(gsize, count + 1);
    gboolean read = TRUE;

    for (gsize i = 0; i < count; i++) {
        inputs[i].name = files[i].name ? files[i].name : "";
        inputs[i].data = (const guint8 *)files[i].data;
        inputs[i].length = files[i].length;
        inputs[i].text = import_decode(inputs[i].data, inputs[i].length);
        kinds[i] = recognise(&inputs[i]);
    }
    for (gsize format = 0; format <= FORMAT_NONE && read; format++)
        read = read_format(format, inputs, kinds, count, result, error);
    for (gsize i = 0; i < count; i++)
        secret_string_free(inputs[i].text);
    if (!read)
        return NULL;
    if (result->profiles->len == 0) {
        set_nothing_error(result, error);
        return NULL;
    }
    return g_steal_pointer(&result);
}

ImportResult *profile_import_text(const char *text, gsize length, GError **error)
{
    ImportFile file = {NULL, text, length};

    return profile_import_files(&file, 1, error);
}

Profile *profile_import(const char *data, gsize length, const char *stem, GPtrArray *warnings,
                        GError **error)
{
    ImportFile file = {stem, data, length};
    g_autoptr(ImportResult) result = profile_import_files(&file, 1, error);

    if (!result)
        return NULL;
    const Imported *first = g_ptr_array_index(result->profiles, 0);
    for (guint i = 0; i < first->warnings->len; i++)
        g_ptr_array_add(warnings, g_strdup(g_ptr_array_index(first->warnings, i)));
    for (guint i = 0; i < first->files->len; i++) {
        const ImportedFile *inside = g_ptr_array_index(first->files, i);
        g_ptr_array_add(warnings, g_strdup_printf("The certificate %s lies in the file: save it "
                                                  "with \"causeway import --certificates FOLDER\".",
                                                  inside->name));
    }
    for (guint i = 1; i < result->profiles->len; i++) {
        const Imported *other = g_ptr_array_index(result->profiles, i);
        g_ptr_array_add(warnings, g_strdup_printf("\"%s\" is in the file too and is left out: "
                                                  "only one can be taken here.",
                        profile_get_string(other->profile, FIELD_CONNECTION_NAME)));
    }
    for (guint i = 0; i < result->warnings->len; i++)
        g_ptr_array_add(warnings, g_strdup(g_ptr_array_index(result->warnings, i)));
    return profile_ref(first->profile);
}
