/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles as keyfiles. */
#include "profile/keyfile.h"

#include <string.h>

#include "profile/language.h"

static void warn(GPtrArray *warnings, char *text)
{
    if (warnings)
        g_ptr_array_add(warnings, text);
    else
        g_free(text);
}

/* RFC 4122 §4.3, version 5: the same name gives the same UUID. */
static char *uuid_from_stem(const char *stem)
{
    static const guint8 space[16] = {0x6b, 0x1c, 0x5e, 0x62, 0x3f, 0x7a, 0x4d, 0x0e,
                                     0x9a, 0x51, 0x2d, 0x90, 0x66, 0xc4, 0x17, 0xb8};
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
    guint8 b[20];
    gsize size = sizeof b;

    g_checksum_update(sum, space, sizeof space);
    g_checksum_update(sum, (const guchar *)stem, (gssize)strlen(stem));
    g_checksum_get_digest(sum, b, &size);
    b[6] = (guint8)((b[6] & 0x0f) | 0x50);
    b[8] = (guint8)((b[8] & 0x3f) | 0x80);
    return g_strdup_printf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                           b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
                           b[11], b[12], b[13], b[14], b[15]);
}

static gboolean parse_field(Profile *profile, GKeyFile *keyfile, const Field *field,
                            GPtrArray *warnings, GError **error)
{
    g_autofree char *text = g_key_file_get_string(keyfile, field->group, field->key, NULL);

    if (!text) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID_VALUE,
                    _("%s: is not valid UTF-8 text or has a wrong backslash"),
                    field_name(field->id));
        return FALSE;
    }
    if (!field_is_secret(field))
        return profile_set_text(profile, field->id, text, error);
    if (*text == '\0')
        return TRUE;
    /* Written by hand; it moves to the secrets when the profile is stored the next time. */
    warn(warnings, g_strdup_printf("%s: a secret has no place in this file; use \"causeway "
                                   "set-secret\"", field_name(field->id)));
    g_autoptr(Secret) secret = secret_new_take(g_steal_pointer(&text));
    return profile_set_secret(profile, field->id, secret, error);
}

static gboolean parse_group(Profile *profile, GKeyFile *keyfile, const char *group,
                            GPtrArray *warnings, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(keyfile, group, NULL, NULL);

    for (char **key = keys; key && *key; key++) {
        const Field *field = field_find_in_group(group, *key);
        if (!field) {
            g_autofree char *name = g_strconcat(group, ".", *key, NULL);
            g_autofree char *clean = g_utf8_make_valid(name, -1);
            warn(warnings, g_strdup_printf(_("%s: no such field; ignored"), clean));
        } else if (!parse_field(profile, keyfile, field, warnings, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

Profile *keyfile_parse(const char *data, gsize length, const char *stem, GPtrArray *warnings,
                       GError **error)
{
    g_autoptr(GKeyFile) keyfile = g_key_file_new();
    g_autoptr(Profile) profile = profile_new();
    g_autoptr(GError) syntax = NULL;

    if (length > KEYFILE_MAX || memchr(data, 0, length)) {
        g_set_error_literal(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                            _("This is not a profile: it is too long or holds zero bytes"));
        return NULL;
    }
    if (!g_key_file_load_from_data(keyfile, data, length, G_KEY_FILE_NONE, &syntax)) {
        g_autofree char *clean = g_utf8_make_valid(syntax->message, -1);
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT, _("This is not a profile: %s"),
                    clean);
        return NULL;
    }
    g_autofree char *uuid = uuid_from_stem(stem);
    if (!profile_set_text(profile, FIELD_CONNECTION_UUID, uuid, error))
        return NULL;
    g_auto(GStrv) groups = g_key_file_get_groups(keyfile, NULL);
    for (char **group = groups; *group; group++) {
        if (!parse_group(profile, keyfile, *group, warnings, error))
            return NULL;
    }
    if (!profile_is_set(profile, FIELD_CONNECTION_UUID) &&
        !profile_set_text(profile, FIELD_CONNECTION_UUID, uuid, error))
        return NULL;
    if (!profile_is_set(profile, FIELD_CONNECTION_NAME) &&
        !profile_set_text(profile, FIELD_CONNECTION_NAME, stem, error))
        return NULL;
    return g_steal_pointer(&profile);
}

char *keyfile_format(Profile *profile, const char *previous, gsize *ret_length)
{
    g_autoptr(GKeyFile) keyfile = g_key_file_new();

    if (previous && !g_key_file_load_from_data(keyfile, previous, strlen(previous),
                                               G_KEY_FILE_KEEP_COMMENTS, NULL)) {
        g_clear_pointer(&keyfile, g_key_file_unref);
        keyfile = g_key_file_new();
    }
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (field_is_secret(field) || !profile_is_set(profile, field->id)) {
            g_key_file_remove_key(keyfile, field->group, field->key, NULL);
        } else {
            g_autofree char *text = profile_get_text(profile, field->id);
            /* Escapes what would end the line or begin another group. */
            g_key_file_set_string(keyfile, field->group, field->key, text);
        }
    }
    return g_key_file_to_data(keyfile, ret_length, NULL);
}

char *secrets_format(Profile *profile)
{
    GString *text = g_string_sized_new(1024);

    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        const Secret *secret = field_is_secret(field) ? profile_get_secret(profile, field->id)
                                                      : NULL;
        if (!secret)
            continue;
        char *encoded = g_base64_encode(secret_data(secret), secret_length(secret));
        /* Room is made before, so that no copy of a secret is left behind by growing. */
        if (text->len + strlen(encoded) + 64 > text->allocated_len) {
            GString *larger = g_string_sized_new((text->allocated_len + strlen(encoded)) * 2);
            g_string_append_len(larger, text->str, (gssize)text->len);
            secret_string_free(g_string_free(text, FALSE));
            text = larger;
        }
        g_string_append_printf(text, "%s=", field_name(field->id));
        g_string_append(text, encoded);
        g_string_append_c(text, '\n');
        secret_string_free(encoded);
    }
    if (text->len == 0) {
        g_string_free(text, TRUE);
        return NULL;
    }
    return g_string_free(text, FALSE);
}

static gboolean secrets_parse_line(Profile *profile, const char *line, gsize length)
{
    const char *equals = memchr(line, '=', length);
    gsize size = 0;

    if (!equals)
        return FALSE;
    g_autofree char *name = g_strndup(line, (gsize)(equals - line));
    const Field *field = field_find(name);
    if (!field || !field_is_secret(field))
        return FALSE;
    char *encoded = g_strndup(equals + 1, length - (gsize)(equals + 1 - line));
    guint8 *bytes = g_base64_decode(encoded, &size);
    g_autoptr(Secret) secret = secret_new(bytes, size);
    explicit_bzero(bytes, size);
    g_free(bytes);
    secret_string_free(encoded);
    return profile_set_secret(profile, field->id, secret, NULL);
}

void secrets_parse(Profile *profile, const char *data, gsize length, GPtrArray *warnings)
{
    guint number = 0;

    while (length > 0) {
        const char *end = memchr(data, '\n', length);
        gsize line = end ? (gsize)(end - data) : length;
        number++;
        if (line > 0 && data[0] != '#' && !secrets_parse_line(profile, data, line))
            warn(warnings, g_strdup_printf("line %u of the stored secrets is not understood",
                                           number));
        data += line + (end ? 1 : 0);
        length -= line + (end ? 1 : 0);
    }
}
