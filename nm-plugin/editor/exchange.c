/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections as files. */
#include "exchange.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <libnm/NetworkManager.h>
#include <libnm/nm-keyfile.h>
#include <string.h>

#include "base/secret.h"
#include "connection.h"
#include "profile/export.h"
#include "profile/import.h"

/* --- Import --- */

/* Followed by a zero byte that does not count; to be wiped. */
static char *read_file(const char *path, gsize *ret_length, GError **error)
{
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GFileInputStream) stream = g_file_read(file, NULL, error);
    gsize length;

    if (!stream)
        return NULL;
    char *data = g_malloc0(IMPORT_FILE_MAX + 1);
    if (g_input_stream_read_all(G_INPUT_STREAM(stream), data, IMPORT_FILE_MAX + 1, &length, NULL,
                                error) && length <= IMPORT_FILE_MAX) {
        *ret_length = length;
        return data;
    }
    if (error && !*error)
        g_set_error_literal(error, NM_VPN_PLUGIN_ERROR, NM_VPN_PLUGIN_ERROR_FAILED,
                            _("This file is too large to be a VPN's settings."));
    explicit_bzero(data, IMPORT_FILE_MAX);
    g_free(data);
    return NULL;
}

/* What belongs to the computer that the file was written on stays there: an identifier that may
 * be in use here, and who was allowed to use it. */
static NMConnection *make_own(NMConnection *connection)
{
    NMSettingConnection *about = nm_connection_get_setting_connection(connection);
    g_autofree char *uuid = nm_utils_uuid_generate();

    if (about) {
        g_object_set(about, NM_SETTING_CONNECTION_UUID, uuid, NM_SETTING_CONNECTION_TIMESTAMP,
                     (guint64)0, NULL);
        while (nm_setting_connection_get_num_permissions(about) > 0)
            nm_setting_connection_remove_permission(about, 0);
    }
    return connection;
}

/* NetworkManager's own files are read by NetworkManager's own library, so that nothing is lost:
 * *ret_ours says whether it is one. */
static NMConnection *import_native(const char *data, gsize length, const char *path,
                                   gboolean *ret_ours, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *folder = g_path_get_dirname(path);

    *ret_ours = FALSE;
    if (memchr(data, 0, length) ||
        !g_key_file_load_from_data(file, data, length, G_KEY_FILE_NONE, NULL))
        return NULL;
    g_autofree char *service = g_key_file_get_string(file, "vpn", "service-type", NULL);
    if (g_strcmp0(service, NM_SERVICE_L2TP) != 0 && g_strcmp0(service, NM_SERVICE_CAUSEWAY) != 0)
        return NULL;
    *ret_ours = TRUE;
    g_autofree char *absolute = g_canonicalize_filename(folder, NULL);
    NMConnection *connection = nm_keyfile_read(file, absolute, NM_KEYFILE_HANDLER_FLAGS_NONE, NULL,
                                               NULL, error);
    return connection ? make_own(connection) : NULL;
}

/* A secret that the file has is stored as NetworkManager stores them, for whoever may use the
 * connection; one that it has not is kept in the user's keyring once it was asked for. */
static void set_flags(NmSettings *settings)
{
    static const FieldId needed[] = {FIELD_PPP_PASSWORD, FIELD_IPSEC_PSK};

    for (guint i = 0; i < G_N_ELEMENTS(needed); i++) {
        if (!g_hash_table_contains(settings->secrets, nm_settings_key(needed[i])))
            nm_settings_set_flags(settings, needed[i], NM_FLAG_AGENT_OWNED);
    }
}

/* Where NetworkManager's plug-ins keep certificates that came inside a file, too; the connection
 * names it there. */
static gboolean save_file(Profile *profile, const ImportedFile *file, GError **error)
{
    g_autofree char *folder = g_build_filename(g_get_user_data_dir(), "networkmanagement",
                                               "certificates", NULL);
    g_autofree char *name =
        g_strdup_printf("%s-%s", profile_get_string(profile, FIELD_CONNECTION_UUID), file->name);
    g_autofree char *path = g_build_filename(folder, name, NULL);

    if (g_mkdir_with_parents(folder, 0700) < 0) {
        int code = errno;
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(code), "%s: %s", folder,
                    g_strerror(code));
        return FALSE;
    }
    return g_file_set_contents_full(path, (const char *)secret_data(file->content),
                                    (gssize)secret_length(file->content),
                                    G_FILE_SET_CONTENTS_CONSISTENT, 0600, error) &&
           profile_set_text(profile, file->field, path, error);
}

static void tell(const GPtrArray *sentences)
{
    for (guint i = 0; i < sentences->len; i++)
        g_message("%s", (const char *)g_ptr_array_index(sentences, i));
}

/* Of several connections in a file the first is taken: libnm has place for one. */
static NMConnection *import_profile(const char *data, gsize length, const char *path,
                                    GError **error)
{
    g_autofree char *name = g_path_get_basename(path);
    ImportFile file = {.name = name, .data = data, .length = length};
    g_autoptr(NmSettings) settings = nm_settings_new();
    g_autoptr(ImportResult) result = profile_import_files(&file, 1, error);

    if (!result)
        return NULL;
    Imported *first = g_ptr_array_index(result->profiles, 0);
    for (guint i = 0; i < first->files->len; i++) {
        if (!save_file(first->profile, g_ptr_array_index(first->files, i), error))
            return NULL;
    }
    if (!profile_to_nm(first->profile, settings, error))
        return NULL;
    tell(result->warnings);
    tell(first->warnings);
    if (result->profiles->len > 1)
        g_message(_("The file holds %u connections; the first one is taken: %s."),
                  result->profiles->len,
                  profile_get_string(first->profile, FIELD_CONNECTION_NAME));
    set_flags(settings);
    NMConnection *connection = connection_make(settings, NM_SERVICE_CAUSEWAY, error);
    return connection ? make_own(connection) : NULL;
}

NMConnection *exchange_import(const char *path, GError **error)
{
    g_autoptr(GError) failure = NULL;
    gsize length = 0;
    gboolean ours = FALSE;
    char *data = read_file(path, &length, &failure);
    NMConnection *connection = NULL;

    if (data) {
        connection = import_native(data, length, path, &ours, &failure);
        if (!ours)
            connection = import_profile(data, length, path, &failure);
        explicit_bzero(data, length);
        g_free(data);
    }
    /* Editors try every plug-in and go by the domain which error to show. */
    if (!connection)
        g_set_error(error, NM_VPN_PLUGIN_ERROR, NM_VPN_PLUGIN_ERROR_FAILED, "%s",
                    failure ? failure->message : _("This file holds no VPN."));
    return connection;
}

/* --- Export --- */

/* libnm leaves out secrets that are not stored with the connection: right in NetworkManager's
 * own folder; in a file that somebody takes along they are wanted. */
static void add_secret(const char *key, const char *value, gpointer file)
{
    g_key_file_set_string(file, "vpn-secrets", key, value);
}

static char *format_native(NMConnection *connection, gsize *ret_length, GError **error)
{
    NMSettingVpn *setting = nm_connection_get_setting_vpn(connection);
    g_autoptr(GKeyFile) file =
        nm_keyfile_write(connection, NM_KEYFILE_HANDLER_FLAGS_NONE, NULL, NULL, error);

    if (!file)
        return NULL;
    if (setting)
        nm_setting_vpn_foreach_secret(setting, add_secret, file);
    return g_key_file_to_data(file, ret_length, error);
}

/* By the file's name; what is not listed is NetworkManager's own. */
static const char *other_format(const char *path)
{
    static const struct {
        const char *suffix, *format;
    } formats[] = {
        {".conf", "causeway"}, {".mobileconfig", "mobileconfig"}, {".ps1", "powershell"}};

    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (g_str_has_suffix(path, formats[i].suffix))
            return formats[i].format;
    }
    return NULL;
}

/* What the format cannot hold is told. */
static char *format_profile(NMConnection *connection, const char *format, gsize *ret_length,
                            GError **error)
{
    g_autoptr(NmSettings) settings = connection_read(connection);
    g_auto(NmReport) report;

    nm_report_init(&report);
    g_autoptr(Profile) profile = profile_from_nm(settings, &report);
    g_autoptr(ExportResult) result = profile_export(profile, format, TRUE, error);
    if (!result)
        return NULL;
    tell(report.warnings);
    tell(report.refusals);
    tell(result->warnings);
    const ExportFile *file = g_ptr_array_index(result->files, 0);
    *ret_length = secret_length(file->text);
    return g_strndup((const char *)secret_data(file->text), *ret_length);
}

gboolean exchange_export(NMConnection *connection, const char *path, GError **error)
{
    g_autoptr(GError) failure = NULL;
    gsize length = 0;
    const char *format = other_format(path);
    char *data = format ? format_profile(connection, format, &length, &failure)
                        : format_native(connection, &length, &failure);
    gboolean written = data && g_file_set_contents_full(path, data, (gssize)length,
                                                        G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                                        &failure);

    if (!written)
        g_set_error(error, NM_VPN_PLUGIN_ERROR, NM_VPN_PLUGIN_ERROR_FAILED, "%s",
                    failure->message);
    secret_string_free(data);
    return written;
}

char *exchange_file_name(NMConnection *connection)
{
    const char *id = nm_connection_get_id(connection);
    char *name = g_strconcat(id ? id : "vpn", ".nmconnection", NULL);

    return g_strdelimit(name, "/", '_');
}
