/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The phone book of Windows, rasphone.pbk: [MS-RRASM] §2.2.2 and the RASENTRY structure of the
 * Windows SDK.  A section for each connection; keys repeat in it, once for each device. */
#include "profile/import_formats.h"

#include <string.h>

#define SECTION_MAX 256

/* [MS-RRASM] §2.2.2.2.11 and RASENTRY's dwVpnStrategy. */
typedef enum { KIND_L2TP, KIND_AUTOMATIC, KIND_OTHER } Kind;
static const struct {
    const char *value;
    Kind kind;
    const char *name;
} strategies[] = {
    {"0", KIND_AUTOMATIC, "automatic"}, {"1", KIND_OTHER, "PPTP"},   {"2", KIND_OTHER, "PPTP"},
    {"3", KIND_L2TP, "L2TP"},           {"4", KIND_L2TP, "L2TP"},    {"5", KIND_OTHER, "SSTP"},
    {"6", KIND_OTHER, "SSTP"},          {"7", KIND_OTHER, "IKEv2"},  {"8", KIND_OTHER, "IKEv2"},
    {"12", KIND_OTHER, "PPTP"},         {"13", KIND_L2TP, "L2TP"},   {"14", KIND_OTHER, "IKEv2"},
};

/* AuthRestrictions: which ways of logging in are ticked.  Microsoft documents no bits; these are
 * seen in phone books that are public: 512 where MS-CHAPv2 alone was chosen, 544 with CHAP (as
 * Windows proposes), 552 with PAP, 128 for EAP (there with its method in CustomAuthKey).  That of
 * MS-CHAP, which Windows has not had since Vista, is seen in none. */
#define AUTH_PAP 0x008
#define AUTH_CHAP 0x020
#define AUTH_MSCHAP 0x040
#define AUTH_EAP 0x080
#define AUTH_MSCHAPV2 0x200
#define AUTH_KNOWN (AUTH_PAP | AUTH_CHAP | AUTH_MSCHAP | AUTH_EAP | AUTH_MSCHAPV2)

/* One section; everything points into the text. */
typedef struct {
    const char *name;
    GHashTable *values; /* lower-case key → value, the last one that is not empty */
} Section;

gboolean import_rasphone_is(const ImportInput *input)
{
    return input->text && import_contains(input->text, "PhoneNumber=") &&
           (import_contains(input->text, "VpnStrategy=") || import_contains(input->text, "MEDIA="));
}

static const char *get(const Section *section, const char *key)
{
    const char *value = g_hash_table_lookup(section->values, key);

    return value && *value ? value : NULL;
}

static gboolean is(const Section *section, const char *key, const char *wanted)
{
    return g_strcmp0(get(section, key), wanted) == 0;
}

static void read_authentication(Imported *imported, const Section *section)
{
    guint64 allowed = 0;
    const char *text = get(section, "authrestrictions");

    if (!text || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT, &allowed, NULL) ||
        (allowed & AUTH_KNOWN) == 0)
        return;
    if ((allowed & AUTH_KNOWN) == AUTH_EAP) {
        import_tell(imported->warnings, "Windows logs in by EAP here, which is not available; "
                    "MS-CHAPv2 is tried instead. If it is refused, ask for another method.");
        return;
    }
    import_set_boolean(imported, FIELD_PPP_REFUSE_PAP, !(allowed & AUTH_PAP));
    import_set_boolean(imported, FIELD_PPP_REFUSE_CHAP, !(allowed & AUTH_CHAP));
    import_set_boolean(imported, FIELD_PPP_REFUSE_MSCHAP, !(allowed & AUTH_MSCHAP));
    import_set_boolean(imported, FIELD_PPP_REFUSE_MSCHAPV2, !(allowed & AUTH_MSCHAPV2));
}

static void read_network(Imported *imported, const Section *section)
{
    static const char *const servers[] = {"ipdnsaddress", "ipdns2address", "ipv6dnsaddress",
                                          "ipv6dns2address"};

    if (is(section, "ipprioritizeremote", "0")) {
        import_set_boolean(imported, FIELD_IPV4_DEFAULT_ROUTE, FALSE);
        import_tell(imported->warnings, "Only the company's networks are to go through the tunnel, "
                    "but the file does not say which they are: if something cannot be reached, ask "
                    "for them and enter them as IPv4 routes (ipv4.routes).");
    }
    if (is(section, "ipv6prioritizeremote", "0"))
        import_set_boolean(imported, FIELD_IPV6_DEFAULT_ROUTE, FALSE);
    import_append(imported, FIELD_DNS_SEARCH, get(section, "ipdnssuffix"));
    import_append(imported, FIELD_DNS_SEARCH, get(section, "dnssuffix"));
    for (guint i = 0; i < G_N_ELEMENTS(servers); i++) {
        const char *server = get(section, servers[i]);
        if (server && strcmp(server, "0.0.0.0") != 0 && strcmp(server, "::") != 0)
            import_append(imported, FIELD_DNS_SERVERS, server);
    }
    if (is(section, "ipassign", "3") && !is(section, "ipaddress", "0.0.0.0"))
        import_leave_out(imported, "a fixed IPv4 address");
    if (get(section, "ipwinsaddress") && !is(section, "ipwinsaddress", "0.0.0.0"))
        import_leave_out(imported, "WINS servers");
    if (get(section, "numroutes") && !is(section, "numroutes", "0"))
        import_leave_out(imported, "the routes of this connection");
    if (get(section, "numcustompolicy") && !is(section, "numcustompolicy", "0"))
        import_leave_out(imported, "the algorithms of this connection");
    if (get(section, "numserverlist") && !is(section, "numserverlist", "0"))
        import_leave_out(imported, "further servers");
    if (get(section, "prerequisiteentry"))
        import_leave_out(imported, "another connection that is dialled before");
}

static void read_section(ImportResult *result, const Section *section, const char *stem)
{
    const char *strategy = get(section, "vpnstrategy");
    Kind kind = KIND_OTHER;
    const char *kind_name = strategy ? strategy : "not a VPN";

    for (guint i = 0; strategy && i < G_N_ELEMENTS(strategies); i++) {
        if (strcmp(strategies[i].value, strategy) == 0) {
            kind = strategies[i].kind;
            kind_name = strategies[i].name;
        }
    }
    /* Type: 2 is a VPN; device "vpn" says the same.  Modems and PPPoE have a strategy too. */
    if (get(section, "type") && !is(section, "type", "2")) {
        kind = KIND_OTHER;
        kind_name = "not a VPN";
    }
    if (kind == KIND_OTHER) {
        import_tell(result->warnings, "\"%s\" is not an L2TP connection (%s) and is left out.",
                    section->name, kind_name);
        return;
    }
    Imported *imported = import_begin(result);
    if (!imported)
        return;
    import_set(imported, FIELD_CONNECTION_GATEWAY, get(section, "phonenumber"));
    read_authentication(imported, section);
    read_network(imported, section);
    if (kind == KIND_AUTOMATIC)
        import_tell(imported->warnings, "Windows tries several kinds of VPN with this gateway; "
                    "whether it takes L2TP is not said.");
    import_tell(imported->warnings,
                "Windows does not keep the user name, the password and the shared "
                "key in this file: ask for the shared key.");
    import_end(imported, section->name, stem);
}

static void take_line(Section *section, char *line)
{
    char *equals = strchr(line, '=');

    if (!equals)
        return;
    *equals = '\0';
    g_autofree char *key = g_ascii_strdown(g_strstrip(line), -1);
    const char *value = g_strstrip(equals + 1);
    if (*value || !g_hash_table_contains(section->values, key))
        g_hash_table_insert(section->values, g_steal_pointer(&key), (gpointer)value);
}

static void read_file(const ImportInput *input, ImportResult *result)
{
    g_autofree char *stem = import_stem(input->name);
    char *text = g_strdup(input->text), *cursor = text, *line;
    g_autoptr(GHashTable) values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Section section = {NULL, values};
    guint sections = 0;

    while ((line = import_next_line(&cursor)) != NULL && sections <= SECTION_MAX) {
        gsize length = strlen(line);
        if (length > 2 && line[0] == '[' && line[length - 1] == ']') {
            if (section.name)
                read_section(result, &section, stem);
            g_hash_table_remove_all(values);
            line[length - 1] = '\0';
            section.name = line + 1;
            sections++;
        } else if (section.name) {
            take_line(&section, line);
        }
    }
    if (section.name)
        read_section(result, &section, stem);
    secret_string_free(text);
}

gboolean import_rasphone_read(const ImportInput *const *inputs, gsize count, ImportResult *result,
                              GError **error)
{
    for (gsize i = 0; i < count; i++)
        read_file(inputs[i], result);
    return TRUE;
}
