/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that print profiles: list, show, export, fields; and import. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "profile/import.h"
#include "profile/keyfile.h"

int cli_list(int argc, char **argv)
{
    int result;

    if (argc > 0)
        return cli_usage("list");
    g_autoptr(Client) client = cli_connect(&result);
    if (!client)
        return result;
    g_autoptr(GPtrArray) profiles = client_profiles(client);
    if (profiles->len == 0)
        fprintf(stderr, "There are no profiles yet; \"causeway help\" tells how to add one.\n");
    for (guint i = 0; i < profiles->len; i++) {
        CausewayProfile *profile = g_ptr_array_index(profiles, i);
        const char *user = causeway_profile_get_user(profile);
        g_autoptr(CausewayConnection) connection = client_find_connection(
            client, causeway_profile_get_uuid(profile));
        printf("%-20s %-30s %-14s %s\n", causeway_profile_get_name(profile),
               causeway_profile_get_gateway(profile),
               connection ? causeway_connection_get_state(connection) : "disconnected",
               *user ? user : "everybody");
    }
    return EXIT_DONE;
}

int cli_show(int argc, char **argv)
{
    g_autoptr(Client) client = NULL;
    g_autoptr(CausewayProfile) proxy = NULL;
    int result;

    if (argc != 1 || cli_has_options(argc, argv))
        return cli_usage("show");
    g_autoptr(Profile) profile = cli_load(argv[0], &client, &proxy, &result);
    if (!profile)
        return result;
    const char *const *stored = causeway_profile_get_stored_secrets(proxy);
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (field_is_secret(field)) {
            if (g_strv_contains(stored, field_name(field->id)))
                printf("%s=(stored)\n", field_name(field->id));
        } else if (profile_is_set(profile, field->id)) {
            g_autofree char *text = profile_get_text(profile, field->id);
            printf("%s=%s\n", field_name(field->id), text);
        }
    }
    return EXIT_DONE;
}

int cli_export(int argc, char **argv)
{
    g_autoptr(Client) client = NULL;
    g_autoptr(CausewayProfile) proxy = NULL;
    int result;
    gsize length;

    if (argc != 1 || cli_has_options(argc, argv))
        return cli_usage("export");
    g_autoptr(Profile) profile = cli_load(argv[0], &client, &proxy, &result);
    if (!profile)
        return result;
    /* Whose it was here says nothing elsewhere. */
    profile_unset(profile, FIELD_CONNECTION_USER);
    g_autofree char *text = keyfile_format(profile, NULL, &length);
    return fwrite(text, 1, length, stdout) == length ? EXIT_DONE : EXIT_FAILED;
}

#define IMPORT_MAX (256 * 1024)

/* The whole of a file that may be any, a device without an end among others. */
static char *read_bounded(const char *path, gsize *ret_length, GError **error)
{
    g_autoptr(GFile) file = g_file_new_for_commandline_arg(path);
    g_autoptr(GFileInputStream) stream = g_file_read(file, NULL, error);
    g_autofree char *data = g_malloc(IMPORT_MAX + 1);

    if (!stream || !g_input_stream_read_all(G_INPUT_STREAM(stream), data, IMPORT_MAX + 1,
                                            ret_length, NULL, error))
        return NULL;
    if (*ret_length > IMPORT_MAX) {
        explicit_bzero(data, IMPORT_MAX + 1);
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s is too large for a profile",
                    path);
        return NULL;
    }
    data[*ret_length] = '\0';
    return g_steal_pointer(&data);
}

int cli_import(int argc, char **argv)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    gboolean system_wide = cli_take_option(&argc, argv, "--system");
    gsize length;
    int result;

    if (argc < 1 || argc > 2 || cli_has_options(argc, argv))
        return cli_usage("import");
    /* Read here, as the user who asks: the service opens no file of anybody's choosing. */
    char *data = read_bounded(argv[0], &length, &error);
    if (!data) {
        cli_complain("%s", error->message);
        return EXIT_FAILED;
    }
    g_autofree char *base = g_path_get_basename(argv[0]);
    g_autofree char *stem = g_strndup(base, strcspn(base, "."));
    g_autoptr(Profile) profile = profile_import(data, length, stem, warnings, &error);
    explicit_bzero(data, length);
    g_free(data);
    if (profile && argc == 2 && !profile_set_text(profile, FIELD_CONNECTION_NAME, argv[1], &error))
        g_clear_pointer(&profile, profile_unref);
    if (!profile) {
        cli_complain("%s: %s", argv[0], error->message);
        return EXIT_FAILED;
    }
    if (!profile_get_string(profile, FIELD_CONNECTION_GATEWAY)) {
        cli_complain("%s: there is no gateway in it", argv[0]);
        return EXIT_FAILED;
    }
    profile_unset(profile, FIELD_CONNECTION_USER);
    g_autoptr(Client) client = cli_connect(&result);
    if (!client)
        return result;
    g_autoptr(CausewayProfile) proxy = client_add(client, profile, system_wide, &error);
    if (!proxy)
        return cli_error(error);
    for (guint i = 0; i < warnings->len; i++)
        cli_note(g_ptr_array_index(warnings, i));
    if (!profile_get_boolean(profile, FIELD_IPSEC_ENABLED))
        cli_note("ipsec.enabled is no: everything would travel readable for everyone");
    if (!profile_validate(profile, &error))
        fprintf(stderr, "note: before it can connect: %s\n", error->message);
    printf("%s\n", profile_get_string(profile, FIELD_CONNECTION_NAME));
    return EXIT_DONE;
}

static char *field_values(const Field *field)
{
    if (field->type == FIELD_TYPE_ENUM)
        return g_strjoinv(" | ", (char **)field->choices);
    if (field->type == FIELD_TYPE_BOOLEAN)
        return g_strdup("yes | no");
    if (field->type == FIELD_TYPE_UINT)
        return g_strdup_printf("%s%u to %u%s%s",
                               (field->flags & FIELD_ZERO_TOO) ? "0, or " : "", field->minimum,
                               field->maximum, field->unit ? " " : "",
                               field->unit ? field->unit : "");
    if (field_is_list(field))
        return g_strdup("a list, separated by commas");
    if (field->type == FIELD_TYPE_FILE)
        return g_strdup("a file's full path");
    return g_strdup(field_is_secret(field) ? "a secret" : "text");
}

/* As text, or as the part of the manual page that --roff asks for. */
int cli_fields(int argc, char **argv)
{
    gboolean roff = cli_take_option(&argc, argv, "--roff");

    if (argc > 0)
        return cli_usage("fields");
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        g_autofree char *values = field_values(field);
        const char *value = *field->default_text ? field->default_text : NULL;
        if (roff) {
            g_auto(GStrv) pieces = g_strsplit(field->help, "\\", -1);
            g_autofree char *help = g_strjoinv("\\e", pieces);
            printf(".TP\n.B %s\n%s\n", field_name(field->id), help);
            printf(".br\n%s%s%s.\n", values, value ? "; default: " : "", value ? value : "");
        } else {
            printf("%s: %s\n    %s\n    (%s%s%s)\n", field_name(field->id), field->label,
                   field->help, values, value ? "; default " : "", value ? value : "");
        }
    }
    return EXIT_DONE;
}
