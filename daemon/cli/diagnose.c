/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diagnose: what can be found out about a gateway or a profile without connecting. */
#include <stdio.h>
#include <string.h>

#include "base/failure.h"
#include "cli/cli.h"
#include "cli/probe.h"

static void tell(gboolean good, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void tell(gboolean good, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *plain = cli_plain(text);
    printf("%s %s\n", good ? "ok:     " : "problem:", plain);
    fflush(stdout);
}

static void tell_hint(FailureCode code)
{
    printf("         hint: %s\n", failure_code_hint(code));
}

static gboolean tell_problem(FailureCode code)
{
    tell(FALSE, "%s", failure_code_message(code));
    tell_hint(code);
    return FALSE;
}

static gboolean check_profile(CausewayProfile *proxy)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) profile = client_load(proxy, &error);
    const char *const *missing = causeway_profile_get_missing_secrets(proxy);

    if (!profile || !profile_validate(profile, &error)) {
        g_autofree char *message = client_error_message(error);
        tell(FALSE, "%s", message);
        tell_hint(FAILURE_PROFILE_INVALID);
        return FALSE;
    }
    tell(TRUE, "the profile is complete");
    for (; missing && *missing; missing++)
        tell(TRUE, "%s is not stored and will be asked for", *missing);
    return TRUE;
}

static GInetAddress *check_name(const char *host)
{
    g_autoptr(GResolver) resolver = g_resolver_get_default();
    g_autoptr(GError) error = NULL;
    GInetAddress *address = g_inet_address_new_from_string(host);

    if (address)
        return address;
    GList *addresses = g_resolver_lookup_by_name(resolver, host, NULL, &error);
    if (!addresses) {
        tell_problem(g_error_matches(error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND)
                         ? FAILURE_NAME_NOT_FOUND : FAILURE_NAME_LOOKUP_FAILED);
        return NULL;
    }
    address = g_object_ref(addresses->data);
    g_resolver_free_addresses(addresses);
    g_autofree char *text = g_inet_address_to_string(address);
    tell(TRUE, "%s is %s", host, text);
    return address;
}

/* Connecting a datagram socket sends nothing; it asks the system for the way. */
static gboolean check_route(GInetAddress *gateway)
{
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new(gateway, 500);
    g_autoptr(GSocket) socket = g_socket_new(g_inet_address_get_family(gateway),
                                             G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
    g_autoptr(GError) error = NULL;

    if (!socket || !g_socket_connect(socket, address, NULL, &error))
        return tell_problem(FAILURE_NETWORK_UNREACHABLE);
    g_autoptr(GSocketAddress) local = g_socket_get_local_address(socket, NULL);
    g_autofree char *text = local ? g_inet_address_to_string(g_inet_socket_address_get_address(
                                        G_INET_SOCKET_ADDRESS(local)))
                                  : g_strdup("this computer");
    tell(TRUE, "there is a way to it, from %s", text);
    return TRUE;
}

static gboolean answers(ProbeResult result)
{
    return result != PROBE_SILENT && result != PROBE_REFUSED;
}

static gboolean check_ike(GInetAddress *gateway)
{
    const char *suite = NULL;
    ProbeResult plain = probe_ask(gateway, 500, &suite);
    ProbeResult encapsulated = answers(plain) ? PROBE_SILENT : probe_ask(gateway, 4500, &suite);
    ProbeResult result = answers(plain) ? plain : encapsulated;

    if (!answers(result)) {
        if (plain == PROBE_REFUSED) {
            tell(FALSE, "The computer at this address runs no IPsec: its UDP port 500 is closed.");
            tell_hint(FAILURE_GATEWAY_SILENT);
            return FALSE;
        }
        return tell_problem(FAILURE_GATEWAY_SILENT);
    }
    if (!answers(plain))
        return tell_problem(FAILURE_IKE_PORT_BLOCKED);
    if (result == PROBE_NO_PROPOSAL)
        return tell_problem(FAILURE_NO_PROPOSAL_IKE);
    tell(TRUE, "the gateway answers%s%s", suite ? "; it would choose " : "", suite ? suite : "");
    return TRUE;
}

static gboolean check_last(Client *client, CausewayProfile *proxy)
{
    g_autoptr(CausewayConnection) connection = client_find_connection(
        client, causeway_profile_get_uuid(proxy));
    GVariant *failure = connection ? causeway_connection_get_failure(connection) : NULL;
    const char *stage, *code, *message, *hint;

    if (!failure)
        return TRUE;
    g_variant_get(failure, "(&s&s&s&s)", &stage, &code, &message, &hint);
    if (*code == '\0') {
        tell(TRUE, "it is %s", causeway_connection_get_state(connection));
        return TRUE;
    }
    tell(FALSE, "the last attempt failed: %s: %s: %s", stage, code, message);
    g_autofree char *plain = cli_plain(hint);
    if (*plain)
        printf("         hint: %s\n", plain);
    return FALSE;
}

static gboolean check_host(const char *host)
{
    g_autoptr(GInetAddress) address = check_name(host);

    return address && check_route(address) && check_ike(address);
}

int cli_diagnose(int argc, char **argv)
{
    g_autoptr(Client) client = NULL;
    g_autoptr(CausewayProfile) proxy = NULL;
    g_autoptr(GError) error = NULL;
    gboolean good = TRUE;

    if (argc != 1 || cli_has_options(argc, argv))
        return cli_usage("diagnose");
    client = client_new(&error);
    if (client) {
        tell(TRUE, "Causeway's service runs");
        proxy = client_find_profile(client, argv[0], NULL);
    } else {
        tell(FALSE, "%s", error->message);
        good = FALSE;
    }
    if (proxy && !check_profile(proxy))
        good = FALSE;
    const char *gateway = proxy ? causeway_profile_get_gateway(proxy) : NULL;
    if (!check_host(gateway && *gateway ? gateway : argv[0]))
        good = FALSE;
    if (proxy && !check_last(client, proxy))
        good = FALSE;
    printf("%s\n", good ? "Nothing is wrong as far as this can be seen without connecting."
                        : "See the problems above.");
    return good ? EXIT_DONE : EXIT_FAILED;
}
