/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles for other programs: the table of formats, and what their writers share. */
#include "profile/export.h"

#include <string.h>

#include "profile/export_build.h"
#include "profile/keyfile.h"
#include "profile/language.h"
#include "profile/nm_settings.h"
#include "profile/words.h"

const char *const profile_export_formats[] = {"causeway", "nmconnection", "mobileconfig",
                                              "powershell", "strongswan", NULL};

/* ---- values ---- */

const char *export_string(Export *export, FieldId id)
{
    export->told[id] = TRUE;
    return profile_is_set(export->profile, id) ? profile_get_string(export->profile, id) : NULL;
}

gboolean export_boolean(Export *export, FieldId id)
{
    export->told[id] = TRUE;
    return profile_get_boolean(export->profile, id);
}

guint export_uint(Export *export, FieldId id)
{
    export->told[id] = TRUE;
    return profile_get_uint(export->profile, id);
}

const char *const *export_strings(Export *export, FieldId id)
{
    export->told[id] = TRUE;
    return profile_get_strings(export->profile, id);
}

const Secret *export_secret_bytes(Export *export, FieldId id)
{
    const Secret *secret = profile_get_secret(export->profile, id);

    export->told[id] = TRUE;
    if (!secret || !export->secrets)
        return NULL;
    if (id != FIELD_IPSEC_PSK)
        return secret;
    if (!export->psk)
        export->psk = words_psk_bytes(secret);
    return export->psk;
}

static void refuse_secret(Export *export, FieldId id)
{
    if (!export->error)
        g_set_error(&export->error, PROFILE_ERROR, PROFILE_ERROR_INVALID_VALUE,
                    _("%s: its letters cannot be written in this format"), field_name(id));
}

static const char *as_text(Export *export, FieldId id, const Secret *secret)
{
    const char *text = secret ? (const char *)secret_data(secret) : NULL;

    if (!text || g_utf8_validate(text, (gssize)secret_length(secret), NULL))
        return text;
    refuse_secret(export, id);
    return NULL;
}

const char *export_secret(Export *export, FieldId id)
{
    return as_text(export, id, export_secret_bytes(export, id));
}

/* As it stands in the profile, which reads it again. */
static const char *export_secret_text(Export *export, FieldId id)
{
    return as_text(export, id, export->secrets ? profile_get_secret(export->profile, id) : NULL);
}

void export_tell(Export *export, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_ptr_array_add(export->result->warnings, g_strdup_vprintf(_(format), arguments));
    va_end(arguments);
}

/* It is in names of files. */
#define WORD_MAX 100

char *export_word(Export *export)
{
    const char *name = profile_get_string(export->profile, FIELD_CONNECTION_NAME);
    g_autoptr(GString) word = g_string_new(NULL);

    for (const char *p = name ? name : ""; *p && word->len < WORD_MAX; p++) {
        if (g_ascii_isalnum(*p))
            g_string_append_c(word, *p);
        else if (word->len > 0 && word->str[word->len - 1] != '-')
            g_string_append_c(word, '-');
    }
    if (word->len > 0 && word->str[word->len - 1] == '-')
        g_string_truncate(word, word->len - 1);
    return g_strdup(word->len > 0 ? word->str : "vpn");
}

/* ---- text ---- */

GString *export_text_new(void)
{
    return g_string_sized_new(EXPORT_TEXT_ROOM);
}

void export_text_free(GString *text)
{
    explicit_bzero(text->str, text->allocated_len);
    g_string_free(text, TRUE);
}

static void export_file_free(gpointer data)
{
    ExportFile *file = data;

    g_free(file->name);
    secret_free(file->text);
    g_free(file);
}

static void add_file(Export *export, const char *name, const char *text, gsize length)
{
    ExportFile *file = g_new0(ExportFile, 1);

    file->name = g_strdup(name);
    file->text = secret_new(text, length);
    g_ptr_array_add(export->result->files, file);
}

void export_add_file(Export *export, const char *name, GString *text)
{
    add_file(export, name, text->str, text->len);
}

/* GLib's own text of a keyfile, which escapes what would end a line or begin a group. */
static void add_keyfile(Export *export, GKeyFile *keyfile, const char *ending)
{
    g_autofree char *word = export_word(export);
    g_autofree char *name = g_strconcat(word, ending, NULL);
    gsize length = 0;
    char *text = g_key_file_to_data(keyfile, &length, NULL);

    add_file(export, name, text, length);
    secret_string_free(text);
}

/* ---- our own format, and NetworkManager's ---- */

static gboolean export_causeway(Export *export)
{
    g_autoptr(GKeyFile) keyfile = g_key_file_new();

    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        export->told[i] = TRUE;
        /* Whose it was here says nothing elsewhere. */
        if (!profile_is_set(export->profile, field->id) || field->id == FIELD_CONNECTION_USER)
            continue;
        if (field_is_secret(field)) {
            const char *secret = export_secret_text(export, field->id);
            /* GLib skips white space before a value, and escapes blanks and tabs there only. */
            if (secret && *secret == '\f')
                refuse_secret(export, field->id);
            else if (secret)
                g_key_file_set_string(keyfile, field->group, field->key, secret);
        } else {
            g_autofree char *text = profile_get_text(export->profile, field->id);
            g_key_file_set_string(keyfile, field->group, field->key, text);
        }
    }
    add_keyfile(export, keyfile, ".conf");
    return TRUE;
}

static void write_table(GKeyFile *keyfile, const char *group, GHashTable *values)
{
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(values), (GCompareFunc)strcmp);

    for (GList *key = keys; key; key = key->next)
        g_key_file_set_string(keyfile, group, key->data, g_hash_table_lookup(values, key->data));
}

static void write_list(GKeyFile *keyfile, const char *group, const char *key, GPtrArray *list)
{
    if (list->len > 0)
        g_key_file_set_string_list(keyfile, group, key, (const char *const *)list->pdata,
                                   list->len);
}

static void write_family(GKeyFile *keyfile, const char *group, const NmFamily *family)
{
    g_key_file_set_string(keyfile, group, "method", family->method ? family->method : "auto");
    if (family->never_default)
        g_key_file_set_boolean(keyfile, group, "never-default", TRUE);
    if (family->ignore_auto_dns)
        g_key_file_set_boolean(keyfile, group, "ignore-auto-dns", TRUE);
    for (guint i = 0; i < family->routes->len; i++) {
        g_autofree char *key = g_strdup_printf("route%u", i + 1);
        g_key_file_set_string(keyfile, group, key, g_ptr_array_index(family->routes, i));
    }
    write_list(keyfile, group, "dns", family->dns);
    write_list(keyfile, group, "dns-search", family->search);
}

static gboolean export_nm(Export *export)
{
    g_autoptr(NmSettings) settings = nm_settings_new();
    g_autoptr(GKeyFile) keyfile = g_key_file_new();
    g_autoptr(Profile) copy = profile_copy(export->profile);

    memset(export->told, TRUE, sizeof export->told);
    profile_unset(copy, FIELD_CONNECTION_USER);
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (!field_is_secret(field_get((FieldId)i)))
            continue;
        if (!export->secrets)
            profile_unset(copy, (FieldId)i);
        /* What is not in the file, the user's own keyring is asked for. */
        if (!profile_is_set(copy, (FieldId)i) && nm_settings_key((FieldId)i) &&
            ((FieldId)i == FIELD_PPP_PASSWORD || (FieldId)i == FIELD_IPSEC_PSK))
            nm_settings_set_flags(settings, (FieldId)i, NM_FLAG_AGENT_OWNED);
    }
    if (!profile_to_nm(copy, settings, &export->error))
        return FALSE;
    g_key_file_set_string(keyfile, "connection", "id", settings->id ? settings->id : "");
    if (settings->uuid)
        g_key_file_set_string(keyfile, "connection", "uuid", settings->uuid);
    g_key_file_set_string(keyfile, "connection", "type", "vpn");
    g_key_file_set_string(keyfile, "vpn", "service-type", NM_SERVICE_L2TP);
    write_table(keyfile, "vpn", settings->data);
    if (g_hash_table_size(settings->secrets) > 0)
        write_table(keyfile, "vpn-secrets", settings->secrets);
    write_family(keyfile, "ipv4", &settings->ipv4);
    write_family(keyfile, "ipv6", &settings->ipv6);
    add_keyfile(export, keyfile, ".nmconnection");
    return TRUE;
}

/* ---- the table ---- */

static const ExportWriter writers[] = {export_causeway, export_nm, export_apple, export_powershell,
                                       export_strongswan};
G_STATIC_ASSERT(G_N_ELEMENTS(writers) + 1 == G_N_ELEMENTS(profile_export_formats));

void export_result_free(ExportResult *result)
{
    if (!result)
        return;
    g_ptr_array_unref(result->files);
    g_ptr_array_unref(result->warnings);
    g_free(result);
}

/* What was set on purpose and has no place. */
static void tell_rest(Export *export)
{
    static const FieldId own[] = {FIELD_CONNECTION_UUID, FIELD_CONNECTION_USER,
                                  FIELD_CONNECTION_RECONNECT, FIELD_CONNECTION_AUTOCONNECT};
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(own); i++)
        export->told[own[i]] = TRUE;
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (export->told[i] || !profile_is_set(export->profile, field->id))
            continue;
        g_autofree char *text = field_is_secret(field)
                                    ? g_strdup("a secret")
                                    : profile_get_text(export->profile, field->id);
        if (strcmp(text, field->default_text) != 0 && (export->secrets || !field_is_secret(field)))
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
                                   field_name(field->id));
    }
    if (names->len > 0)
        export_tell(export, "This format has no place for: %s", names->str);
}

ExportResult *profile_export(Profile *profile, const char *format, gboolean secrets,
                             GError **error)
{
    Export export = {.profile = profile, .secrets = secrets};
    gsize i = 0;

    while (profile_export_formats[i] && strcmp(profile_export_formats[i], format) != 0)
        i++;
    if (!profile_export_formats[i]) {
        g_autofree char *formats = g_strjoinv(", ", (char **)profile_export_formats);
        g_autofree char *clean = g_utf8_make_valid(format, -1);
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                    "There is no format \"%s\"; there are %s", clean, formats);
        return NULL;
    }
    export.result = g_new0(ExportResult, 1);
    export.result->files = g_ptr_array_new_with_free_func(export_file_free);
    export.result->warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(ExportResult) result = export.result;
    gboolean written = writers[i](&export);
    secret_free(export.psk);
    if (export.error) {
        g_propagate_error(error, export.error);
        return NULL;
    }
    g_assert(written);
    tell_rest(&export);
    return g_steal_pointer(&result);
}
