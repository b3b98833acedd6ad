/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identities of gateways, as texts. */
#include "ipsec/identity.h"

#include <gio/gio.h>
#include <string.h>

#define COMMON_NAME "CN="

/* The form in which names are compared: ASCII, without the dot of the root. */
static char *canonical(const char *name)
{
    g_autofree char *ascii = g_hostname_to_ascii(name);

    if (!ascii)
        return NULL;
    if (g_str_has_suffix(ascii, "."))
        ascii[strlen(ascii) - 1] = '\0';
    return g_ascii_strdown(ascii, -1);
}

static gboolean same_address(const char *a, const char *b)
{
    g_autoptr(GInetAddress) first = g_inet_address_new_from_string(a);
    g_autoptr(GInetAddress) second = g_inet_address_new_from_string(b);

    return first && second && g_inet_address_equal(first, second);
}

static gboolean same_name(const char *pattern, const char *name)
{
    if (g_str_has_prefix(pattern, "*.")) {
        /* One label, and no public suffix as a whole. */
        const char *rest = strchr(name, '.');
        return rest && rest != name && strchr(rest + 1, '.') && strcmp(rest, pattern + 1) == 0;
    }
    return *name && strcmp(pattern, name) == 0;
}

static gboolean names_gateway(const char *text, const char *gateway)
{
    g_autofree char *pattern = canonical(text);
    g_autofree char *name = canonical(gateway);

    if (g_hostname_is_ip_address(gateway))
        return same_address(text, gateway);
    return pattern && name && same_name(pattern, name);
}

/* The value of the one common name in "C=DE, O=Lab, CN=vpn.example.com"; NULL when there is none,
 * or more than one: a comma within another value is written as one between two. */
static char *common_name(const char *identity)
{
    g_auto(GStrv) parts = g_strsplit(identity, ", ", -1);
    const char *found = NULL;

    for (guint i = 0; parts[i]; i++) {
        if (!g_str_has_prefix(parts[i], COMMON_NAME))
            continue;
        if (found)
            return NULL;
        found = parts[i] + strlen(COMMON_NAME);
    }
    return g_strdup(found);
}

gboolean identity_is_of(const char *identity, const char *gateway)
{
    g_autofree char *name = identity && strchr(identity, '=') ? common_name(identity) : NULL;

    if (!identity || !gateway)
        return FALSE;
    if (strchr(identity, '='))
        return name && names_gateway(name, gateway);
    /* Patterns stand in certificates, never for a gateway itself. */
    return identity[0] != '*' && names_gateway(identity, gateway);
}
