/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xl2tpd.conf(5), pppd(8)'s options, and its files of secrets. */
#include "profile/import_strongswan.h"

#include <string.h>

/* Of pppd: what the tunnel has by itself, what is about modems and terminals, and what says how
 * the program is to behave. */
static const char *const ppp_harmless[] = {"noauth",
                                           "nodetach",
                                           "crtscts",
                                           "nocrtscts",
                                           "lock",
                                           "nolock",
                                           "modem",
                                           "local",
                                           "debug",
                                           "nodebug",
                                           "dump",
                                           "idle",
                                           "connect-delay",
                                           "noipdefault",
                                           "ipcp-accept-local",
                                           "ipcp-accept-remote",
                                           "usepeerdns",
                                           "persist",
                                           "nopersist",
                                           "maxfail",
                                           "holdoff",
                                           "hide-password",
                                           "show-password",
                                           "proxyarp",
                                           "noproxyarp",
                                           "noccp",
                                           "nobsdcomp",
                                           "nodeflate",
                                           "novj",
                                           "novjccomp",
                                           "nopcomp",
                                           "noaccomp",
                                           "asyncmap",
                                           "default-asyncmap",
                                           "silent",
                                           "passive",
                                           "logfile",
                                           "record",
                                           "updetach",
                                           "nomppe",
                                           "require-mppe",
                                           "require-mppe-40",
                                           "require-mppe-128",
                                           "ktune",
                                           "lcp-echo-adaptive",
                                           "defaultroute",
                                           "replacedefaultroute",
                                           "nodefaultroute",
                                           "defaultroute-metric",
                                           "refuse-eap",
                                           "ipparam",
                                           "remotename",
                                           "linkname",
                                           "plugin",
                                           "unit",
                                           "domain",
                                           "noremoteip",
                                           "noipv6",
                                           "+ipv6",
                                           "ipv6cp-use-ipaddr",
                                           "nodefaultroute6",
                                           "defaultroute6",
                                           NULL};
static const char *const ppp_taken[] = {
    "name", "user", "password", "mtu", "mru", "lcp-echo-interval", "lcp-echo-failure", "refuse-pap",
    "refuse-chap", "refuse-mschap", "refuse-mschap-v2", "require-pap", "require-chap",
    "require-mschap", "require-mschap-v2", "ms-dns", NULL};
/* These are followed by a word, whatever it is. */
static const char *const ppp_with_word[] = {"name",
                                            "user",
                                            "password",
                                            "mtu",
                                            "mru",
                                            "lcp-echo-interval",
                                            "lcp-echo-failure",
                                            "ms-dns",
                                            "idle",
                                            "connect-delay",
                                            "maxfail",
                                            "holdoff",
                                            "logfile",
                                            "record",
                                            "linkname",
                                            "ipparam",
                                            "remotename",
                                            "plugin",
                                            "unit",
                                            "asyncmap",
                                            "defaultroute-metric",
                                            "file",
                                            "call",
                                            "domain",
                                            NULL};
/* Of xl2tpd. */
static const char *const lac_harmless[] = {
    "lns", "name", "pppoptfile", "autodial", "redial", "redial timeout", "max redials", "ppp debug",
    "length bit", "require authentication", "require chap", "refuse chap", "require pap",
    "refuse pap", "flow bit", "bps", "tx bps", "rx bps", "exclusive", "tunnel rws", "call rws",
    "local ip", "remote ip", "defaultroute", NULL};

gboolean swan_is_xl2tpd(const char *text)
{
    return import_contains(text, "[lac ") || import_contains(text, "[lns ");
}

/* pppd(8), "OPTIONS FILES": words in quotation marks of either kind; a backslash takes the next
 * letter as it is or names a control character.  Cuts the word off in place. */
static char *next_word(char **cursor)
{
    char *from = *cursor ? *cursor + strspn(*cursor, " \t") : NULL;
    char *word = from, *to = from, quote = '\0';

    if (!from || *from == '\0' || *from == '#')
        return NULL;
    for (; *from && (quote || (*from != ' ' && *from != '\t')); from++) {
        if (*from == '\\' && from[1]) {
            static const char names[] = "nrtabfs", meanings[] = "\n\r\t\a\b\f ";
            const char *name = strchr(names, *++from);
            *to++ = name ? meanings[name - names] : *from;
        } else if (*from == quote) {
            quote = '\0';
        } else if (!quote && (*from == '"' || *from == '\'')) {
            quote = *from;
        } else {
            *to++ = *from;
        }
    }
    *cursor = *from ? from + 1 : from;
    *to = '\0';
    return word;
}

/* Most of the lines must be options of pppd; prose has other first words. */
gboolean swan_is_ppp_options(const char *text)
{
    char *copy = g_strdup(text), *cursor = copy, *line;
    guint known = 0, others = 0;

    while ((line = import_next_line(&cursor)) != NULL) {
        const char *word = next_word(&line);
        if (word && (import_in(ppp_taken, word) || import_in(ppp_harmless, word)))
            known++;
        else if (word)
            others++;
    }
    secret_string_free(copy);
    return known >= 2 && known > others;
}

void swan_read_xl2tpd(SwanFiles *files, char *text)
{
    SwanLac *lac = NULL;
    char *cursor = text, *line;

    while ((line = import_next_line(&cursor)) != NULL) {
        gsize length = strlen(line);
        char *equals = strchr(line, '=');
        if (*line == ';' || *line == '#')
            continue;
        if (*line == '[') {
            lac = NULL;
            if (length > 6 && g_ascii_strncasecmp(line, "[lac ", 5) == 0 &&
                line[length - 1] == ']' && files->lacs->len < SWAN_ITEMS_MAX) {
                line[length - 1] = '\0';
                lac = g_new0(SwanLac, 1);
                lac->name = g_strdup(g_strstrip(line + 5));
                lac->values = swan_values_new();
                g_ptr_array_add(files->lacs, lac);
            } else if (g_ascii_strncasecmp(line, "[lns ", 5) == 0) {
                import_tell(files->warnings,
                            "xl2tpd.conf also describes a server (%s), which is left "
                            "out.",
                            line);
            }
        } else if (lac && equals) {
            *equals = '\0';
            g_hash_table_insert(lac->values, g_ascii_strdown(g_strstrip(line), -1),
                                g_strdup(g_strstrip(equals + 1)));
        }
    }
}

void swan_read_ppp_options(SwanFiles *files, const char *name, char *text)
{
    if (files->options->len >= SWAN_ITEMS_MAX)
        return;
    SwanOptions *options = g_new0(SwanOptions, 1);
    char *cursor = text, *line;

    options->file = g_strdup(name);
    options->values = swan_values_new();
    g_ptr_array_add(files->options, options);
    while ((line = import_next_line(&cursor)) != NULL) {
        const char *word = next_word(&line);
        /* Several options may share a line. */
        while (word) {
            g_autofree char *key = g_ascii_strdown(word, -1);
            const char *next = next_word(&line);
            gboolean is_option = next && !import_in(ppp_with_word, key) &&
                                 (import_in(ppp_taken, key) || import_in(ppp_harmless, key) ||
                                  import_in(ppp_taken, next) || import_in(ppp_harmless, next));
            g_hash_table_insert(options->values, g_steal_pointer(&key),
                                g_strdup(next && !is_option ? next : ""));
            word = is_option ? next : next_word(&line);
        }
    }
}

/* client server secret [addresses] */
void swan_read_logins(SwanFiles *files, char *text)
{
    char *cursor = text, *line;

    while ((line = import_next_line(&cursor)) != NULL) {
        const char *client = next_word(&line);
        const char *server = client ? next_word(&line) : NULL;
        const char *value = server ? next_word(&line) : NULL;
        SwanSecret *login = value ? swan_secret_new(files->logins) : NULL;
        if (!login)
            continue;
        const char *ids[] = {client, server, NULL};
        g_strfreev(login->ids);
        login->ids = g_strdupv((char **)ids);
        login->value = g_strdup(value);
    }
}

static gboolean is_yes(GHashTable *values, const char *key)
{
    const char *value = g_hash_table_lookup(values, key);

    return value && (g_ascii_strcasecmp(value, "yes") == 0 || strcmp(value, "1") == 0);
}

void swan_apply_lac(Imported *imported, const SwanLac *lac)
{
    GHashTableIter iter;
    gpointer key, value;

    import_set(imported, FIELD_PPP_USER, g_hash_table_lookup(lac->values, "name"));
    if (is_yes(lac->values, "refuse pap"))
        import_set_boolean(imported, FIELD_PPP_REFUSE_PAP, TRUE);
    if (is_yes(lac->values, "refuse chap"))
        import_set_boolean(imported, FIELD_PPP_REFUSE_CHAP, TRUE);
    if (is_yes(lac->values, "hidden bit"))
        import_set_boolean(imported, FIELD_L2TP_HIDE_AVPS, TRUE);
    g_hash_table_iter_init(&iter, lac->values);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        if (strcmp(key, "challenge") == 0 && is_yes(lac->values, "challenge"))
            import_tell(imported->warnings,
                        "The tunnel itself has a secret (xl2tpd's l2tp-secrets): "
                        "store it as the tunnel secret (l2tp.secret).");
        else if (!import_in(lac_harmless, key) && strcmp(key, "hidden bit") != 0 &&
                 strcmp(key, "challenge") != 0)
            import_leave_out(imported, key);
    }
}

static void apply_methods(Imported *imported, GHashTable *values)
{
    static const struct {
        const char *name;
        FieldId refuse;
    } methods[] = {{"pap", FIELD_PPP_REFUSE_PAP},
                   {"chap", FIELD_PPP_REFUSE_CHAP},
                   {"mschap", FIELD_PPP_REFUSE_MSCHAP},
                   {"mschap-v2", FIELD_PPP_REFUSE_MSCHAPV2}};

    /* pppd's require- is about the gateway proving itself, which no gateway does; many who write
     * it mean that this method is to be used, and so it is not refused. */
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_autofree char *refuse = g_strconcat("refuse-", methods[i].name, NULL);
        g_autofree char *require = g_strconcat("require-", methods[i].name, NULL);
        if (g_hash_table_contains(values, refuse))
            import_set_boolean(imported, methods[i].refuse, TRUE);
        else if (g_hash_table_contains(values, require))
            import_set_boolean(imported, methods[i].refuse, FALSE);
    }
    if (g_hash_table_contains(values, "require-mppe") ||
        g_hash_table_contains(values, "require-mppe-128"))
        import_tell(imported->warnings,
                    "Encryption inside of PPP (MPPE) is left out: it is IPsec that encrypts.");
}

void swan_apply_options(Imported *imported, const SwanOptions *options)
{
    static const struct {
        const char *option;
        FieldId id;
    } fields[] = {{"name", FIELD_PPP_USER},
                  {"user", FIELD_PPP_USER}, /* after name: it is what counts for logging in */
                  {"mtu", FIELD_PPP_MTU},
                  {"mru", FIELD_PPP_MRU},
                  {"lcp-echo-interval", FIELD_PPP_ECHO_INTERVAL},
                  {"lcp-echo-failure", FIELD_PPP_ECHO_FAILURES},
                  {"ms-dns", FIELD_DNS_SERVERS}};
    GHashTable *values = options->values;
    const char *password = g_hash_table_lookup(values, "password");
    GHashTableIter iter;
    gpointer key, value;

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        import_set(imported, fields[i].id, g_hash_table_lookup(values, fields[i].option));
    if (password)
        import_set_secret(imported, FIELD_PPP_PASSWORD, password, strlen(password));
    apply_methods(imported, values);
    if (g_hash_table_contains(values, "nopcomp"))
        import_set_boolean(imported, FIELD_PPP_PFC, FALSE);
    if (g_hash_table_contains(values, "noaccomp"))
        import_set_boolean(imported, FIELD_PPP_ACFC, FALSE);
    if (g_hash_table_contains(values, "nodefaultroute"))
        import_set_boolean(imported, FIELD_IPV4_DEFAULT_ROUTE, FALSE);
    g_hash_table_iter_init(&iter, values);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        if (strcmp(key, "file") == 0 || strcmp(key, "call") == 0)
            import_tell(imported->warnings, "The options of pppd go on in %s, which was not looked "
                        "at.", (const char *)value);
        else if (!import_in(ppp_taken, key) && !import_in(ppp_harmless, key))
            import_leave_out(imported, key);
    }
}
