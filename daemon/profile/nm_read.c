/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile out of a connection of NetworkManager: made by Causeway's editor, by one of
 * NetworkManager-l2tp's (KDE's with its older names among them), by nmcli or by hand. */
#include <string.h>

#include "profile/language.h"
#include "profile/nm_settings.h"
#include "profile/words.h"

typedef enum {
    KEY_SILENT,      /* belongs to another key, which says what is to be said */
    KEY_SUPERFLUOUS, /* Causeway does well without it */
    KEY_REFUSED,
} KeyKind;

/* NetworkManager-l2tp's keys that are no field of a profile. */
static const struct {
    const char *key;
    const char *value; /* to which it applies; NULL: to all.  "yes" is each way to say it. */
    KeyKind kind;
    const char *words;
} other_keys[] = {
    {"user-auth-type", "tls", KEY_REFUSED,
     N_("logging in by a user certificate (EAP-TLS) is not available; use a password")},
    {"user-auth-type", NULL, KEY_SILENT, NULL},
    {"user-ca", NULL, KEY_SILENT, NULL},
    {"user-cert", NULL, KEY_SILENT, NULL},
    {"user-key", NULL, KEY_SILENT, NULL},
    {"user-certpass", NULL, KEY_SILENT, NULL},
    {"no-secret", NULL, KEY_SILENT, NULL},
    {"require-mppe-40", "yes", KEY_REFUSED,
     N_("MPPE is not available: it is IPsec that encrypts")},
    {"require-mppe-128", "yes", KEY_REFUSED,
     N_("MPPE is not available: it is IPsec that encrypts")},
    {"require-mppe-40", NULL, KEY_SILENT, NULL},
    {"require-mppe-128", NULL, KEY_SILENT, NULL},
    {"ipsec-ikev2", "yes", KEY_REFUSED,
     N_("IKEv2 is not available: L2TP gateways speak IKEv1, which Causeway uses")},
    {"ipsec-ikev2", NULL, KEY_SILENT, NULL},
    {"mppe-stateful", NULL, KEY_SUPERFLUOUS, "MPPE is never used"},
    {"refuse-eap", NULL, KEY_SUPERFLUOUS, "EAP is never used"},
    {"nobsdcomp", NULL, KEY_SUPERFLUOUS, "packets are never compressed"},
    {"nodeflate", NULL, KEY_SUPERFLUOUS, "packets are never compressed"},
    {"no-vj-comp", NULL, KEY_SUPERFLUOUS, "headers are never compressed"},
    {"mrru", NULL, KEY_SUPERFLUOUS, "multilink is never used"},
    {"xl2tpd-max-retries", NULL, KEY_SUPERFLUOUS, "Causeway knows how long to repeat"},
    {"unit", NULL, KEY_SUPERFLUOUS, "Causeway names its interfaces"},
    {"ipcp-peer-ip", NULL, KEY_SUPERFLUOUS, "the gateway tells its address"},
    {"ipsec-ipcomp", NULL, KEY_SUPERFLUOUS, "packets are never compressed"},
    {"ipsec-pfs", NULL, KEY_SUPERFLUOUS, "both are tried: with PFS and without"},
};

static void say(GPtrArray *list, const char *key, const char *words)
{
    g_autofree char *sentence = g_strconcat(key, ": ", _(words), NULL);

    g_ptr_array_add(list, g_utf8_make_valid(sentence, -1));
}

static gboolean is_yes(const char *text)
{
    gboolean value = FALSE;

    return words_boolean(text, &value) && value;
}

/* FALSE: nobody knows the key. */
static gboolean take_other_key(const char *key, const char *value, NmReport *report)
{
    if (g_str_has_suffix(key, "-flags"))
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(other_keys); i++) {
        const char *wanted = other_keys[i].value;
        if (strcmp(other_keys[i].key, key) != 0 ||
            (wanted && strcmp(value, wanted) != 0 && !(strcmp(wanted, "yes") == 0 && is_yes(value))))
            continue;
        if (other_keys[i].kind == KEY_SUPERFLUOUS)
            say(report->notes, key, other_keys[i].words);
        else if (other_keys[i].kind == KEY_REFUSED)
            say(report->refusals, key, other_keys[i].words);
        return TRUE;
    }
    return FALSE;
}

/* Proposals separated by commas, each in strongSwan's spelling (3des-sha1-modp1024, with "!" for
 * "and nothing else", which is always so here) or Libreswan's (aes256-sha1;modp1024, + for
 * alternatives).  What the words mean is decided where they are used. */
static char *suites(const char *text)
{
    GString *result = g_string_new(NULL);

    for (const char *p = text; *p; p++) {
        if (g_ascii_isspace(*p) || *p == '!')
            continue;
        if (*p != ';' && *p != '+')
            g_string_append_c(result, *p);
        else if (p[strspn(p, ";+! ")] != '\0' && p[strspn(p, ";+! ")] != ',')
            g_string_append_c(result, '-');
    }
    return g_string_free(result, FALSE);
}

/* What ipsec.conf also took: 8h, 480m, 28800s. */
static char *seconds(const char *text)
{
    static const struct {
        char suffix;
        guint factor;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    gsize length = strlen(text);
    guint64 value;

    for (gsize i = 0; i < G_N_ELEMENTS(units) && length > 1; i++) {
        g_autofree char *number = g_strndup(text, length - 1);
        if (text[length - 1] == units[i].suffix &&
            g_ascii_string_to_unsigned(number, 10, 0, 1000000, &value, NULL))
            return g_strdup_printf("%" G_GUINT64_FORMAT, value * units[i].factor);
    }
    return g_strdup(text);
}

/* NetworkManager-l2tp hands every number on; ours have bounds, and the nearest is meant. */
static char *number(const Field *field, const char *key, const char *text, NmReport *report)
{
    g_autofree char *plain =
        field->unit && strcmp(field->unit, "s") == 0 ? seconds(text) : g_strdup(text);
    guint64 value, allowed;

    g_strstrip(plain);
    if (!g_ascii_string_to_unsigned(plain, 10, 0, G_MAXUINT64, &value, NULL) ||
        (value == 0 && (field->flags & FIELD_ZERO_TOO)))
        return g_steal_pointer(&plain);
    allowed = CLAMP(value, field->minimum, field->maximum);
    if (allowed == value)
        return g_steal_pointer(&plain);
    g_autofree char *words = g_strdup_printf("%s is out of range; %" G_GUINT64_FORMAT " is used",
                                             plain, allowed);
    say(report->notes, key, words);
    return g_strdup_printf("%" G_GUINT64_FORMAT, allowed);
}

/* Their word for a value into ours. */
static char *translate(const Field *field, const char *key, const char *text, NmReport *report)
{
    gboolean boolean;

    for (guint i = 0; field->nm_choices && field->nm_choices[i]; i++) {
        if (strcmp(field->nm_choices[i], text) == 0)
            return g_strdup(field->choices[i]);
    }
    if ((field->flags & FIELD_NM_INVERTED) && words_boolean(text, &boolean))
        return g_strdup(boolean ? "no" : "yes");
    if (field->format == FIELD_FORMAT_SUITES)
        return suites(text);
    if (field->type == FIELD_TYPE_UINT)
        return number(field, key, text, report);
    if (field->type == FIELD_TYPE_FILE && g_str_has_prefix(text, "file://")) {
        char *path = g_filename_from_uri(text, NULL, NULL);
        return path ? path : g_strdup(text);
    }
    return g_strdup(text);
}

/* The error names our field; who wrote the connection knows the key. */
static void refuse(NmReport *report, const char *key, FieldId id, const GError *error)
{
    const char *name = field_name(id);
    const char *words = error->message;

    if (g_str_has_prefix(words, name) && g_str_has_prefix(words + strlen(name), ": "))
        words += strlen(name) + strlen(": ");
    say(report->refusals, key, words);
}

static void take_text(Profile *profile, const Field *field, const char *key, const char *text,
                      NmReport *report)
{
    g_autofree char *value = translate(field, key, text, report);
    g_autoptr(GError) error = NULL;

    if (!profile_set_text(profile, field->id, value, &error))
        refuse(report, key, field->id, error);
}

/* A key that begins with 0s is base64, as in ipsec.secrets; 0x begins nothing in particular there,
 * other than in a profile. */
static Secret *decode_secret(const Field *field, const char *text)
{
    gsize length = 0;

    if (field->id != FIELD_IPSEC_PSK)
        return secret_new(text, strlen(text));
    if (!g_str_has_prefix(text, "0s"))
        return words_psk(text, strlen(text));
    guint8 *bytes = g_base64_decode(text + 2, &length);
    Secret *secret = words_psk(bytes, length);
    explicit_bzero(bytes, length);
    g_free(bytes);
    return secret;
}

static void take_secret(Profile *profile, const Field *field, const NmSettings *settings,
                        NmReport *report)
{
    const char *key = nm_settings_key(field->id);
    const char *text = g_hash_table_lookup(settings->secrets, key);
    g_autoptr(GError) error = NULL;

    /* Old connections have the shared key among the data. */
    if (!text && field->id == FIELD_IPSEC_PSK)
        text = g_hash_table_lookup(settings->data, key);
    if (!text || !*text)
        return;
    g_autoptr(Secret) secret = decode_secret(field, text);
    if (secret_length(secret) == 0)
        say(report->refusals, key, N_("is not base64 after 0s"));
    else if (!profile_set_secret(profile, field->id, secret, &error))
        refuse(report, key, field->id, error);
}

static void take_field(Profile *profile, const Field *field, const NmSettings *settings,
                       NmReport *report)
{
    const char *key = nm_settings_key(field->id);
    const char *text = key ? g_hash_table_lookup(settings->data, key) : NULL;

    if (!key || nm_settings_in_families(field->id))
        return;
    if (field_is_secret(field)) {
        take_secret(profile, field, settings, report);
        return;
    }
    if (field->id == FIELD_IPSEC_REMOTE_ID) {
        /* There, too, the older name goes first. */
        const char *older = g_hash_table_lookup(settings->data, "ipsec-gateway-id");
        if (older && *older) {
            key = "ipsec-gateway-id";
            text = older;
        }
    } else if (field->id == FIELD_PPP_USER && (!text || !*text)) {
        text = settings->user_name;
    }
    /* What is absent there may mean something else than what is absent here; but what was made
     * for Causeway is encrypted unless it says otherwise. */
    if ((!text || !*text) && (field->id != FIELD_IPSEC_ENABLED ||
                              g_strcmp0(settings->service, NM_SERVICE_L2TP) == 0))
        text = field->nm_default;
    if (text)
        take_text(profile, field, key, text, report);
}

static void look_for_others(const NmSettings *settings, NmReport *report)
{
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(settings->data),
                                        (GCompareFunc)(void (*)(void))strcmp);

    for (GList *item = keys; item; item = item->next) {
        const char *key = item->data;
        if (!nm_settings_field(key) &&
            !take_other_key(key, g_hash_table_lookup(settings->data, key), report))
            say(report->warnings, key, N_("is not known, and ignored"));
    }
}

/* One PKCS#12 file may stand for all three, or as the key alone. */
static void settle_container(Profile *profile)
{
    static const FieldId others[] = {FIELD_IPSEC_KEY, FIELD_IPSEC_CA};
    const char *key = profile_get_string(profile, FIELD_IPSEC_KEY);
    const char *certificate = profile_get_string(profile, FIELD_IPSEC_CERTIFICATE);

    if (key && !certificate && (g_str_has_suffix(key, ".p12") || g_str_has_suffix(key, ".pfx"))) {
        profile_set_text(profile, FIELD_IPSEC_CERTIFICATE, key, NULL);
        certificate = profile_get_string(profile, FIELD_IPSEC_CERTIFICATE);
    }
    if (!certificate || !(g_str_has_suffix(certificate, ".p12") ||
                          g_str_has_suffix(certificate, ".pfx")))
        return;
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        if (g_strcmp0(profile_get_string(profile, others[i]), certificate) == 0)
            profile_unset(profile, others[i]);
    }
}

/* NetworkManager-l2tp takes every certificate of the authority for the gateway's unless an
 * identity is named.  What connected there goes on to connect; what is made for Causeway asks for
 * the gateway's name, as profiles do. */
static void settle_identity(Profile *profile, const NmSettings *settings, NmReport *report)
{
    if (g_strcmp0(settings->service, NM_SERVICE_L2TP) != 0 ||
        strcmp(profile_get_string(profile, FIELD_IPSEC_AUTH), "certificate") != 0 ||
        profile_get_string(profile, FIELD_IPSEC_REMOTE_ID))
        return;
    profile_set_text(profile, FIELD_IPSEC_REMOTE_ID, "%any", NULL);
    say(report->warnings, "ipsec-remote-id",
        N_("is not set, so that whoever has a certificate of the authority is taken for the "
           "gateway; better name the gateway's identity"));
}

/* Files are read with the rights of the one user whose connection it is, and as root's where it is
 * everybody's, which administrators alone may change.  Of several users none may have another's
 * files read.  NetworkManager itself refuses this, too, since 1.56. */
static void refuse_files_of_several(Profile *profile, NmReport *report)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        const char *text =
            field->type == FIELD_TYPE_FILE ? profile_get_string(profile, field->id) : NULL;
        /* A token asks nobody who he is: its PIN entitles. */
        if (!text || g_str_has_prefix(text, FIELD_TOKEN_SCHEME))
            continue;
        say(report->refusals, nm_settings_key(field->id),
            N_("a connection of several users cannot name files, as it is not said with whose "
               "rights they are read; name one user in connection.permissions"));
        profile_unset(profile, field->id);
    }
}

/* ---- the families ---- */

/* What a profile has words for, and room; borrowed from the two.  NetworkManager sets all of it by
 * itself, so that the rest ("~lab.example", which asks servers and completes no names; a server's
 * name for TLS) is no reason not to connect. */
static GPtrArray *take_sayable(FieldId id, const GPtrArray *first, const GPtrArray *second,
                               NmReport *report)
{
    const Field *field = field_get(id);
    GPtrArray *taken = g_ptr_array_new();
    guint count = first->len + (second ? second->len : 0);
    gsize room = field->maximum;

    for (guint i = 0; i < count; i++) {
        const char *text = i < first->len ? g_ptr_array_index(first, i)
                                          : g_ptr_array_index(second, i - first->len);
        g_autofree char *problem = words_problem(field, text);
        g_autofree char *words = g_strdup_printf(
            _("\"%s\" means something to NetworkManager alone"), text);
        if (problem) {
            say(report->warnings, field_name(id), words);
            continue;
        }
        if (strlen(text) + strlen(", ") > room) {
            say(report->warnings, field_name(id),
                N_("these are too many for a profile; NetworkManager has the rest alone"));
            break;
        }
        room -= strlen(text) + strlen(", ");
        g_ptr_array_add(taken, (gpointer)text);
    }
    return taken;
}

static char *join(const GPtrArray *list)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < list->len; i++)
        g_string_append_printf(text, "%s,", (const char *)g_ptr_array_index(list, i));
    return g_string_free(text, FALSE);
}

static gboolean contains_all(char **texts, const GPtrArray *wanted)
{
    for (guint i = 0; i < wanted->len; i++) {
        if (!g_strv_contains((const char *const *)texts, g_ptr_array_index(wanted, i)))
            return FALSE;
    }
    return TRUE;
}

/* A list that the families could not say whole, or not in its order, stands in the data beside
 * them.  It is believed as long as nobody has changed theirs since. */
static void take_list(Profile *profile, FieldId id, const GPtrArray *first,
                      const GPtrArray *second, const NmSettings *settings, NmReport *report)
{
    const char *key = nm_settings_key(id);
    const char *whole = g_hash_table_lookup(settings->data, key);
    g_autoptr(GPtrArray) sayable = take_sayable(id, first, second, report);
    g_autofree char *theirs = join(sayable);
    g_auto(GStrv) texts = words_split(whole ? whole : "");
    guint said = 0;

    for (char **text = texts; *text; text++)
        said += nm_settings_has_place(profile, id, *text) ? 1 : 0;
    gboolean same = said == sayable->len && contains_all(texts, sayable);
    take_text(profile, field_get(id), key, whole && same ? whole : theirs, report);
}

static void take_family(Profile *profile, const NmFamily *family, FieldId method,
                        FieldId default_route, NmReport *report)
{
    const Field *field = field_get(method);

    if (family->never_default)
        profile_set_text(profile, default_route, "no", NULL);
    if (family->method && g_strv_contains(field->choices, family->method))
        profile_set_text(profile, method, family->method, NULL);
    else if (family->method && strcmp(family->method, "manual") == 0)
        say(report->notes, field_name(method), "the gateway gives the address; manual is as auto");
}

static void take_families(Profile *profile, const NmSettings *settings, NmReport *report)
{
    const NmFamily *ipv4 = &settings->ipv4, *ipv6 = &settings->ipv6;

    take_family(profile, ipv4, FIELD_IPV4_METHOD, FIELD_IPV4_DEFAULT_ROUTE, report);
    take_family(profile, ipv6, FIELD_IPV6_METHOD, FIELD_IPV6_DEFAULT_ROUTE, report);
    take_list(profile, FIELD_IPV4_ROUTES, ipv4->routes, NULL, settings, report);
    take_list(profile, FIELD_IPV6_ROUTES, ipv6->routes, NULL, settings, report);
    take_list(profile, FIELD_DNS_SERVERS, ipv4->dns, ipv6->dns, settings, report);
    take_list(profile, FIELD_DNS_SEARCH, ipv4->search, ipv6->search, settings, report);
    if (ipv4->ignore_auto_dns || ipv6->ignore_auto_dns)
        profile_set_text(profile, FIELD_DNS_IGNORE_PEER, "yes", NULL);
}

/* NetworkManager takes any text as a name; ours are also names of files. */
static void take_name(Profile *profile, const char *id)
{
    g_autofree char *valid = g_utf8_make_valid(id ? id : "", -1);
    g_autoptr(GString) name = g_string_new(NULL);

    if (*valid && profile_set_text(profile, FIELD_CONNECTION_NAME, valid, NULL))
        return;
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (name->len + 4 > field_get(FIELD_CONNECTION_NAME)->maximum)
            break;
        if (name->len == 0 && (c == '.' || c == '-' || g_unichar_isspace(c)))
            continue;
        g_string_append_unichar(name, c == '/' ? '_' : g_unichar_isprint(c) ? c : ' ');
    }
    g_strchomp(name->str);
    if (!profile_set_text(profile, FIELD_CONNECTION_NAME, name->str, NULL) || !*name->str)
        profile_set_text(profile, FIELD_CONNECTION_NAME, "VPN", NULL);
}

Profile *profile_from_nm(const NmSettings *settings, NmReport *report)
{
    Profile *profile = profile_new();

    take_name(profile, settings->id);
    if (settings->uuid && g_uuid_string_is_valid(settings->uuid))
        profile_set_text(profile, FIELD_CONNECTION_UUID, settings->uuid, NULL);
    if (settings->user)
        take_text(profile, field_get(FIELD_CONNECTION_USER), "permissions", settings->user, report);
    for (guint i = 0; i < FIELD_COUNT; i++)
        take_field(profile, field_get((FieldId)i), settings, report);
    settle_container(profile);
    settle_identity(profile, settings, report);
    if (settings->shared)
        refuse_files_of_several(profile, report);
    take_families(profile, settings, report);
    look_for_others(settings, report);
    if (profile_get_boolean(profile, FIELD_PPP_REQUIRE_MPPE))
        say(report->refusals, nm_settings_key(FIELD_PPP_REQUIRE_MPPE),
            N_("MPPE is not available: it is IPsec that encrypts"));
    profile_unset(profile, FIELD_PPP_REQUIRE_MPPE);
    return profile;
}
