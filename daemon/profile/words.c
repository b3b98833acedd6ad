/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that people typed. */
#include "profile/words.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "profile/language.h"

#define WORD_MAX 64

guint words_distance(const char *a, const char *b)
{
    gsize a_length = strnlen(a, WORD_MAX), b_length = strnlen(b, WORD_MAX);
    guint row[WORD_MAX + 1];

    for (gsize j = 0; j <= b_length; j++)
        row[j] = (guint)j;
    for (gsize i = 1; i <= a_length; i++) {
        guint diagonal = row[0];
        row[0] = (guint)i;
        for (gsize j = 1; j <= b_length; j++) {
            guint changed = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = MIN(changed, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[b_length];
}

gboolean words_boolean(const char *text, gboolean *ret_value)
{
    static const char *const yes[] = {"yes", "true", "on", "1", NULL};
    static const char *const no[] = {"no", "false", "off", "0", NULL};
    g_autofree char *lower = g_ascii_strdown(text, -1);

    if (!g_strv_contains(yes, lower) && !g_strv_contains(no, lower))
        return FALSE;
    *ret_value = g_strv_contains(yes, lower);
    return TRUE;
}

char **words_split(const char *text)
{
    g_auto(GStrv) pieces = g_strsplit_set(text, ",; \t", -1);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (char **piece = pieces; *piece; piece++) {
        if (**piece)
            g_strv_builder_add(builder, *piece);
    }
    return g_strv_builder_end(builder);
}

char *words_cut(const char *text, gsize bytes)
{
    gsize length = strnlen(text, bytes + 1);

    if (length <= bytes)
        return g_strdup(text);
    length = bytes;
    while (length > 0 && (text[length] & 0xc0) == 0x80)
        length--;
    return g_strndup(text, length);
}

char *words_numbered(const char *name, guint number)
{
    g_autofree char *end = g_strdup_printf(" %u", number);
    g_autofree char *begin =
        words_cut(name, field_get(FIELD_CONNECTION_NAME)->maximum - strlen(end));

    return g_strconcat(begin, end, NULL);
}

gboolean profile_route_parse(const char *text, ProfileRoute *ret_route)
{
    g_autofree char *address = g_strdup(text);
    char *slash = strchr(address, '/');
    ProfileRoute route = {.ipv6 = strchr(address, ':') != NULL};
    guint64 prefix = route.ipv6 ? 128 : 32;

    if (slash) {
        *slash = '\0';
        if (!g_ascii_string_to_unsigned(slash + 1, 10, 0, prefix, &prefix, NULL))
            return FALSE;
    }
    if (inet_pton(route.ipv6 ? AF_INET6 : AF_INET, address, route.address) != 1)
        return FALSE;
    route.prefix = (guint)prefix;
    *ret_route = route;
    return TRUE;
}

static gboolean consists_of(const char *text, const char *also)
{
    for (const char *p = text; *p; p++) {
        if (!g_ascii_isalnum(*p) && !strchr(also, *p))
            return FALSE;
    }
    return *text != '\0';
}

/* RFC 1035 §2.3.4 */
static gboolean has_long_label(const char *name)
{
    gsize length = 0;

    for (; *name; name++) {
        length = *name == '.' ? 0 : length + 1;
        if (length > 63)
            return TRUE;
    }
    return FALSE;
}

/* A name is checked in the form in which it is looked up, so umlauts are fine. */
static gboolean is_domain(const char *text)
{
    g_autofree char *ascii = g_hostname_to_ascii(text);

    if (!ascii || strlen(ascii) > 253 || !consists_of(ascii, "-_.") || strstr(ascii, "..") ||
        has_long_label(ascii))
        return FALSE;
    return ascii[0] != '-' && ascii[0] != '.';
}

static gboolean is_address(const char *text)
{
    guint8 bytes[16];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* What every text must satisfy; a newline or an escape sequence has no place in any field. */
static char *line_problem(const Field *field, const char *text)
{
    if (!g_utf8_validate(text, -1, NULL))
        return g_strdup(_("is not valid UTF-8 text"));
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        GUnicodeType type = g_unichar_type(g_utf8_get_char(p));
        if (type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
            type == G_UNICODE_PARAGRAPH_SEPARATOR)
            return g_strdup(_("contains a control character, such as a line break"));
    }
    /* The rest are compared with few words, which tells more than their length. */
    gboolean free_text = field->type != FIELD_TYPE_UINT && field->type != FIELD_TYPE_BOOLEAN &&
                         field->type != FIELD_TYPE_ENUM;
    if (free_text && strlen(text) > field->maximum)
        return g_strdup_printf(_("is longer than %u bytes"), field->maximum);
    return NULL;
}

static char *format_problem(const Field *field, const char *text)
{
    ProfileRoute route;

    switch (field->format) {
    case FIELD_FORMAT_TEXT:
        return NULL;
    case FIELD_FORMAT_NAME:
        if (strchr(text, '/') || text[0] == '.' || text[0] == '-')
            return g_strdup_printf(_("\"%s\" contains a slash or begins with a dot or a dash"), text);
        if (g_ascii_isspace(text[0]) || g_ascii_isspace(text[strlen(text) - 1]))
            return g_strdup(_("begins or ends with a space"));
        return NULL;
    case FIELD_FORMAT_UUID:
        return g_uuid_string_is_valid(text)
                   ? NULL : g_strdup_printf("\"%s\" is not a UUID", text);
    case FIELD_FORMAT_HOST:
        return is_address(text) || is_domain(text)
                   ? NULL
                   : g_strdup_printf(_("\"%s\" is neither a name like vpn.example.com nor an address"),
                                     text);
    case FIELD_FORMAT_USER_NAME:
        return consists_of(text, "._-@\\") && text[0] != '-'
                   ? NULL : g_strdup_printf("\"%s\" is not the name of a user", text);
    case FIELD_FORMAT_SUITES:
        return consists_of(text, "-_")
                   ? NULL
                   : g_strdup_printf(_("\"%s\" is not a proposal like aes256-sha1-modp1024"), text);
    case FIELD_FORMAT_DOMAIN:
        return is_domain(text) ? NULL : g_strdup_printf(_("\"%s\" is not a domain"), text);
    case FIELD_FORMAT_IPV4:
    case FIELD_FORMAT_IPV6:
        if (!profile_route_parse(text, &route))
            return g_strdup_printf(_("\"%s\" is not a network like %s"), text,
                                   field->format == FIELD_FORMAT_IPV4 ? "10.0.0.0/8"
                                                                      : "2001:db8::/32");
        if (route.ipv6 != (field->format == FIELD_FORMAT_IPV6))
            return g_strdup_printf(_("\"%s\" is not an %s network"), text,
                                   field->format == FIELD_FORMAT_IPV4 ? "IPv4" : "IPv6");
        return NULL;
    }
    g_assert_not_reached();
}

static char *uint_problem(const Field *field, const char *text)
{
    guint64 value;

    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &value, NULL))
        return g_strdup_printf(_("\"%s\" is not a number"), text);
    if (value == 0 && (field->flags & FIELD_ZERO_TOO))
        return NULL;
    if (value < field->minimum)
        return g_strdup_printf(_("%s is below %u"), text, field->minimum);
    if (value > field->maximum)
        return g_strdup_printf(_("%s is above %u"), text, field->maximum);
    return NULL;
}

static char *choice_problem(const Field *field, const char *text)
{
    if (g_strv_contains(field->choices, text))
        return NULL;
    g_autofree char *choices = g_strjoinv(", ", (char **)field->choices);
    return g_strdup_printf(_("\"%s\" is not one of %s"), text, choices);
}

/* An object on a token (RFC 7512).  Whether it is there, and all else about its name, is seen
 * when it is looked for; but what must not be kept is not accepted in the first place. */
static char *token_problem(const char *text)
{
    if (strstr(text, "pin-value=") || strstr(text, "pin-source="))
        return g_strdup(_("a token's PIN must not stand in its name: it is the secret "
                        "ipsec.key-passphrase"));
    if (strstr(text, "module-path="))
        return g_strdup(_("a token's name must not say which library is loaded for it: those are used "
                        "that p11-kit knows"));
    return strchr(text, ' ') ? g_strdup(_("a token's name has %20 in place of a space")) : NULL;
}

static char *file_problem(const char *text)
{
    if (g_str_has_prefix(text, FIELD_TOKEN_SCHEME))
        return token_problem(text);
    return g_path_is_absolute(text)
               ? NULL : g_strdup_printf(_("\"%s\" is not a path that begins with /"), text);
}

char *words_problem(const Field *field, const char *text)
{
    gboolean boolean;
    char *problem = line_problem(field, text);

    if (problem)
        return problem;
    switch (field->type) {
    case FIELD_TYPE_STRING:
    case FIELD_TYPE_STRINGS:
    case FIELD_TYPE_ROUTES:
        return *text ? format_problem(field, text) : g_strdup(_("is empty"));
    case FIELD_TYPE_FILE:
        return file_problem(text);
    case FIELD_TYPE_ENUM:
        return choice_problem(field, text);
    case FIELD_TYPE_BOOLEAN:
        return words_boolean(text, &boolean)
                   ? NULL : g_strdup_printf(_("\"%s\" is neither yes nor no"), text);
    case FIELD_TYPE_UINT:
        return uint_problem(field, text);
    case FIELD_TYPE_ADDRESSES:
        return is_address(text) ? NULL : g_strdup_printf(_("\"%s\" is not an IP address"), text);
    case FIELD_TYPE_SECRET:
        return g_strdup("is a secret and has no place here");
    }
    g_assert_not_reached();
}

static Secret *wipe_into_secret(guint8 *bytes, gsize length)
{
    Secret *secret = secret_new(bytes, length);

    explicit_bzero(bytes, length);
    g_free(bytes);
    return secret;
}

Secret *words_psk_bytes(const Secret *psk)
{
    const char *text = (const char *)secret_data(psk);
    gsize length = 0;

    if (g_str_has_prefix(text, "0s") && text[2]) {
        guchar *bytes = g_base64_decode(text + 2, &length);
        g_autoptr(Secret) decoded = wipe_into_secret(bytes, length);
        return length > 0 ? g_steal_pointer(&decoded) : secret_copy(psk);
    }
    gsize digits = strlen(text) > 2 ? strlen(text) - 2 : 0;
    if (!g_str_has_prefix(text, "0x") || digits == 0 || digits % 2 != 0 ||
        strspn(text + 2, "0123456789abcdefABCDEF") != digits)
        return secret_copy(psk);
    guint8 *bytes = g_malloc(digits / 2);
    for (gsize i = 0; i < digits / 2; i++)
        bytes[i] = (guint8)(g_ascii_xdigit_value(text[2 + 2 * i]) << 4 |
                            g_ascii_xdigit_value(text[3 + 2 * i]));
    return wipe_into_secret(bytes, digits / 2);
}

Secret *words_psk(const void *bytes, gsize length)
{
    g_autoptr(Secret) plain = secret_new(bytes, length);

    if (g_utf8_validate((const char *)secret_data(plain), (gssize)length, NULL)) {
        g_autoptr(Secret) meant = words_psk_bytes(plain);
        if (secret_equal(meant, plain))
            return g_steal_pointer(&plain);
    }
    char *base64 = g_base64_encode(bytes, length);
    char *text = g_strconcat("0s", base64, NULL);
    secret_string_free(base64);
    return secret_new_take(text);
}
