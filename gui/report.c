/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a helper needs to see. */
#include "report.h"

#include <string.h>

typedef struct {
    char *text;
    const char *placeholder;
} Private;

static void private_free(gpointer data)
{
    Private *private = data;

    g_free(private->text);
    g_free(private);
}

/* The longest first, so that a name does not eat a part of a longer one. */
static gint by_length(gconstpointer a, gconstpointer b)
{
    const Private *first = *(const Private *const *)a, *second = *(const Private *const *)b;
    gsize one = strlen(first->text), other = strlen(second->text);

    return one > other ? -1 : one < other;
}

static void hide(GPtrArray *privates, const char *text, const char *placeholder)
{
    Private *private;

    /* One letter would be found everywhere. */
    if (!text || strlen(text) < 2)
        return;
    private = g_new0(Private, 1);
    private->text = g_strdup(text);
    private->placeholder = placeholder;
    g_ptr_array_add(privates, private);
}

static void hide_field(GPtrArray *privates, Profile *profile, FieldId id, const char *placeholder)
{
    g_autofree char *text = profile_get_text(profile, id);

    hide(privates, text, placeholder);
}

static void hide_domains(GPtrArray *privates, Profile *profile)
{
    const char *const *domains = profile_get_strings(profile, FIELD_DNS_SEARCH);

    for (; domains && *domains; domains++)
        hide(privates, *domains, "SEARCH-DOMAIN");
}

static GPtrArray *collect(VpnItem *item, Profile *profile)
{
    const VpnStatus *status = vpn_item_status(item);
    GPtrArray *privates = g_ptr_array_new_with_free_func(private_free);

    hide(privates, vpn_item_name(item), "NAME");
    hide(privates, vpn_item_gateway(item), "GATEWAY");
    hide(privates, status->gateway, "GATEWAY-ADDRESS");
    hide(privates, vpn_item_owner(item), "OWNER");
    hide_field(privates, profile, FIELD_CONNECTION_GATEWAY, "GATEWAY");
    hide_field(privates, profile, FIELD_PPP_USER, "USER");
    hide_field(privates, profile, FIELD_PPP_DOMAIN, "DOMAIN");
    hide_field(privates, profile, FIELD_IPSEC_GROUP_NAME, "GROUP");
    hide_field(privates, profile, FIELD_IPSEC_LOCAL_ID, "LOCAL-ID");
    hide_field(privates, profile, FIELD_IPSEC_REMOTE_ID, "REMOTE-ID");
    hide_field(privates, profile, FIELD_IPSEC_CERTIFICATE, "CERTIFICATE");
    hide_field(privates, profile, FIELD_IPSEC_KEY, "KEY");
    hide_field(privates, profile, FIELD_IPSEC_CA, "CA");
    hide_domains(privates, profile);
    g_ptr_array_sort(privates, by_length);
    return privates;
}

static gboolean is_known(GPtrArray *privates, const char *text)
{
    for (guint i = 0; i < privates->len; i++) {
        if (strcmp(((const Private *)g_ptr_array_index(privates, i))->text, text) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Those of private networks are the same everywhere, and say much to a helper. */
static gboolean is_public(const char *text)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);

    if (!address || g_inet_address_get_is_any(address))
        return FALSE;
    /* RFC 4193 §3.1 */
    gboolean local = g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6 &&
                     (g_inet_address_to_bytes(address)[0] & 0xfe) == 0xfc;
    return !local && !g_inet_address_get_is_loopback(address) &&
           !g_inet_address_get_is_link_local(address) &&
           !g_inet_address_get_is_site_local(address) && !g_inet_address_get_is_multicast(address);
}

/* A gateway's address is in its log when its connection has long gone. */
static void hide_addresses(GPtrArray *privates, const char *text)
{
    /* What is no address of it all is_public() knows. */
    g_autoptr(GRegex) words = g_regex_new(
        "[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*([0-9A-Fa-f]|::)", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    gboolean found = g_regex_match(words, text, 0, &match);

    for (; found; found = g_match_info_next(match, NULL)) {
        g_autofree char *word = g_match_info_fetch(match, 0);
        if (strlen(word) < strlen("::1") || is_known(privates, word) || !is_public(word))
            continue;
        g_autofree char *placeholder = g_strdup_printf("ADDRESS-%u", privates->len);
        hide(privates, word, g_intern_string(placeholder));
        g_ptr_array_sort(privates, by_length);
    }
}

static void append(GString *report, GPtrArray *privates, const char *text)
{
    g_autoptr(GString) line = g_string_new(text);

    hide_addresses(privates, text);
    for (guint i = 0; i < privates->len; i++) {
        const Private *private = g_ptr_array_index(privates, i);
        g_string_replace(line, private->text, private->placeholder, 0);
    }
    g_string_append_printf(report, "%s\n", line->str);
}

static void append_pair(GString *report, GPtrArray *privates, const char *key, const char *value)
{
    if (!value || *value == '\0')
        return;
    g_string_append_printf(report, "%s: ", key);
    append(report, privates, value);
}

static void append_status(GString *report, GPtrArray *privates, const VpnStatus *status)
{
    g_autofree char *mtu = g_strdup_printf("%u", status->mtu);
    g_autofree char *reconnects = g_strdup_printf("%u", status->reconnects);

    append_pair(report, privates, "state", vpn_state_name(status->state));
    append_pair(report, privates, "stage", stage_name(status->stage));
    append_pair(report, privates, "failure", status->failure_code);
    append_pair(report, privates, "message", status->failure_message);
    append_pair(report, privates, "ike", status->ike);
    append_pair(report, privates, "esp", status->esp);
    append_pair(report, privates, "nat", status->nat);
    append_pair(report, privates, "authentication", status->authentication);
    append_pair(report, privates, "data-path", status->data_path);
    append_pair(report, privates, "mtu", mtu);
    append_pair(report, privates, "reconnects", reconnects);
}

static void append_profile(GString *report, GPtrArray *privates, Profile *profile)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        FieldId id = (FieldId)i;
        /* Identity of this computer's profile, of no use to anybody else. */
        if (id == FIELD_CONNECTION_UUID || field_is_secret(field_get(id)) ||
            !profile_is_set(profile, id))
            continue;
        g_autofree char *text = profile_get_text(profile, id);
        append_pair(report, privates, field_name(id), text);
    }
}

static void append_log(GString *report, GPtrArray *privates, GPtrArray *log)
{
    for (guint i = 0; log && i < log->len; i++) {
        const VpnLogLine *line = g_ptr_array_index(log, i);
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(line->time / G_USEC_PER_SEC);
        g_autofree char *stamp = time ? g_date_time_format(time, "%T") : NULL;
        g_autofree char *text = g_strdup_printf("%s.%03d %s", stamp ? stamp : "",
                                                (int)(line->time % G_USEC_PER_SEC / 1000),
                                                line->text);
        append(report, privates, text);
    }
}

char *report_make(VpnItem *item, Profile *profile, GPtrArray *log)
{
    g_autoptr(GPtrArray) privates = collect(item, profile);
    g_autoptr(GString) report = g_string_new(NULL);
    g_autofree char *system = g_get_os_info(G_OS_INFO_KEY_PRETTY_NAME);

    append_pair(report, privates, "causeway", CAUSEWAY_VERSION);
    append_pair(report, privates, "system", system);
    append_pair(report, privates, "store", vpn_store_name(vpn_item_store(item)));
    append_status(report, privates, vpn_item_status(item));
    g_string_append_c(report, '\n');
    append_profile(report, privates, profile);
    g_string_append_c(report, '\n');
    append_log(report, privates, log);
    return g_string_free(g_steal_pointer(&report), FALSE);
}
