/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever a connection of NetworkManager says, be it by nmcli, an editor of another program or a
 * file that somebody put there: sentences that are fit to be shown, and a profile that is the same
 * after the way back.  One line for each entry: a letter for where it stands, a key, "=", a
 * value. */
#include <string.h>

#include "profile/nm_settings.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void put(char **place, const char *text)
{
    g_free(*place);
    *place = g_strdup(text);
}

static void take_family(NmFamily *family, const char *key, const char *value)
{
    if (strcmp(key, "method") == 0)
        put(&family->method, value);
    else if (strcmp(key, "never-default") == 0)
        family->never_default = *value == '1';
    else if (strcmp(key, "ignore-auto-dns") == 0)
        family->ignore_auto_dns = *value == '1';
    else if (strcmp(key, "route") == 0)
        g_ptr_array_add(family->routes, g_strdup(value));
    else if (strcmp(key, "dns") == 0)
        g_ptr_array_add(family->dns, g_strdup(value));
    else if (strcmp(key, "search") == 0)
        g_ptr_array_add(family->search, g_strdup(value));
}

static void take_connection(NmSettings *settings, const char *key, const char *value)
{
    if (strcmp(key, "service") == 0)
        put(&settings->service, value);
    else if (strcmp(key, "id") == 0)
        put(&settings->id, value);
    else if (strcmp(key, "uuid") == 0)
        put(&settings->uuid, value);
    else if (strcmp(key, "user") == 0)
        put(&settings->user, value);
    else if (strcmp(key, "user-name") == 0)
        put(&settings->user_name, value);
    else if (strcmp(key, "shared") == 0)
        settings->shared = TRUE;
}

static void take_line(NmSettings *settings, char *line)
{
    char *equals = strchr(line, '=');

    if (!equals || equals == line)
        return;
    *equals = '\0';
    switch (*line) {
    case 'd':
        nm_settings_set(settings, line + 1, equals + 1);
        break;
    case 's':
        nm_settings_set_secret(settings, line + 1, equals + 1);
        break;
    case '4':
        take_family(&settings->ipv4, line + 1, equals + 1);
        break;
    case '6':
        take_family(&settings->ipv6, line + 1, equals + 1);
        break;
    case 'c':
        take_connection(settings, line + 1, equals + 1);
        break;
    default:
        break;
    }
}

static void check_sentences(const GPtrArray *sentences)
{
    for (guint i = 0; i < sentences->len; i++)
        g_assert_true(g_utf8_validate(g_ptr_array_index(sentences, i), -1, NULL));
}

static void check_same(Profile *a, Profile *b)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        g_autofree char *first = profile_get_text(a, (FieldId)i);
        g_autofree char *second = profile_get_text(b, (FieldId)i);
        g_assert_cmpstr(first, ==, second);
        if (field_is_secret(field_get((FieldId)i)) && profile_get_secret(a, (FieldId)i))
            g_assert_true(secret_equal(profile_get_secret(a, (FieldId)i),
                                       profile_get_secret(b, (FieldId)i)));
    }
}

/* Written anew, and into what it was read from, as editors do. */
static void check_again(Profile *profile, NmSettings *settings)
{
    g_auto(NmReport) report = {NULL};
    g_autoptr(GError) error = NULL;

    if (!profile_to_nm(profile, settings, &error)) {
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        return;
    }
    nm_report_init(&report);
    settings->shared = FALSE;
    /* It stands in for a missing key. */
    put(&settings->user_name, NULL);
    g_autoptr(Profile) again = profile_from_nm(settings, &report);
    check_same(profile, again);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", 2000);
    g_autoptr(NmSettings) settings = nm_settings_new();
    g_autoptr(NmSettings) fresh = nm_settings_new();
    g_auto(NmReport) report = {NULL};

    for (char **line = lines; *line; line++)
        take_line(settings, *line);
    nm_report_init(&report);
    g_autoptr(Profile) profile = profile_from_nm(settings, &report);
    check_sentences(report.notes);
    check_sentences(report.warnings);
    check_sentences(report.refusals);
    g_assert_nonnull(profile_get_string(profile, FIELD_CONNECTION_NAME));
    const char *file = profile_get_string(profile, FIELD_IPSEC_CERTIFICATE);
    if (settings->shared && file)
        g_assert_true(g_str_has_prefix(file, FIELD_TOKEN_SCHEME));
    g_free(profile_missing_secrets(profile));
    profile_validate(profile, NULL);
    check_again(profile, fresh);
    check_again(profile, settings);
    return 0;
}
