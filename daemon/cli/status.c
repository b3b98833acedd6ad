/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status: what is connected, for people and for programs. */
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

/* One profile and its connection, if there is one; or one of NetworkManager's. */
typedef struct {
    CausewayProfile *profile;       /* or NULL */
    CausewayConnection *connection; /* or NULL */
    guint64 rx_bytes, tx_bytes;
} Row;

typedef struct {
    Client *client;
    const char *name; /* NULL for all */
    gboolean json;
    GMainLoop *loop;
    guint pending;
    int result;
} Status;

/* A service that is leaving has taken its properties along. */
static const char *known(const char *text)
{
    return text ? text : "";
}

static const char *name_of(const Row *row)
{
    return known(row->profile ? causeway_profile_get_name(row->profile)
                              : causeway_connection_get_name(row->connection));
}

static const char *uuid_of(const Row *row)
{
    return known(row->profile ? causeway_profile_get_uuid(row->profile)
                              : causeway_connection_get_uuid(row->connection));
}

static const char *gateway_of(const Row *row)
{
    const char *address =
        known(row->connection ? causeway_connection_get_gateway(row->connection) : NULL);

    return !row->profile || *address ? address : known(causeway_profile_get_gateway(row->profile));
}

/* Takes the connection. */
static Row read_row(CausewayProfile *profile, CausewayConnection *connection)
{
    guint64 rx_packets, tx_packets;
    Row row = {.profile = profile, .connection = connection};

    if (row.connection)
        causeway_connection_call_get_statistics_sync(row.connection, G_DBUS_CALL_FLAGS_NONE, -1,
                                                     &row.rx_bytes, &row.tx_bytes, &rx_packets,
                                                     &tx_packets, NULL, NULL);
    return row;
}

static gboolean is_named(const Row *row, const char *name)
{
    return !name || strcmp(name_of(row), name) == 0 || strcmp(uuid_of(row), name) == 0;
}

static void add_string(JsonBuilder *builder, const char *name, const char *value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_string_value(builder, value ? value : "");
}

static void add_int(JsonBuilder *builder, const char *name, gint64 value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_int_value(builder, value);
}

static void add_strings(JsonBuilder *builder, const char *name, const char *const *values)
{
    json_builder_set_member_name(builder, name);
    json_builder_begin_array(builder);
    for (; values && *values; values++)
        json_builder_add_string_value(builder, *values);
    json_builder_end_array(builder);
}

static void add_failure(JsonBuilder *builder, CausewayConnection *connection)
{
    GVariant *failure = connection ? causeway_connection_get_failure(connection) : NULL;
    const char *stage = "", *code = "", *message = "", *hint = "";

    if (failure)
        g_variant_get(failure, "(&s&s&s&s)", &stage, &code, &message, &hint);
    json_builder_set_member_name(builder, "failure");
    if (*code == '\0') {
        json_builder_add_null_value(builder);
        return;
    }
    json_builder_begin_object(builder);
    add_string(builder, "stage", stage);
    add_string(builder, "code", code);
    add_string(builder, "message", message);
    add_string(builder, "hint", hint);
    json_builder_end_object(builder);
}

static void add_row(JsonBuilder *builder, const Row *row)
{
    CausewayConnection *c = row->connection;

    json_builder_begin_object(builder);
    add_string(builder, "name", name_of(row));
    add_string(builder, "uuid", uuid_of(row));
    const char *state = c ? causeway_connection_get_state(c) : NULL;
    add_string(builder, "state", state ? state : "disconnected");
    add_string(builder, "stage", c ? causeway_connection_get_stage(c) : "");
    add_int(builder, "since", c ? causeway_connection_get_since(c) : 0);
    add_string(builder, "gateway", gateway_of(row));
    add_string(builder, "interface", c ? causeway_connection_get_interface(c) : "");
    add_string(builder, "data_path", c ? causeway_connection_get_data_path(c) : "");
    add_strings(builder, "local_addresses", c ? causeway_connection_get_local_addresses(c) : NULL);
    add_string(builder, "peer_address", c ? causeway_connection_get_peer_address(c) : "");
    add_strings(builder, "dns", c ? causeway_connection_get_dns(c) : NULL);
    add_int(builder, "mtu", c ? causeway_connection_get_mtu(c) : 0);
    add_string(builder, "ike", c ? causeway_connection_get_ike(c) : "");
    add_string(builder, "esp", c ? causeway_connection_get_esp(c) : "");
    json_builder_set_member_name(builder, "weak");
    json_builder_add_boolean_value(builder, c && causeway_connection_get_weak(c));
    add_string(builder, "nat", c ? causeway_connection_get_nat(c) : "");
    add_int(builder, "ike_renewal", c ? causeway_connection_get_ike_renewal(c) : 0);
    add_int(builder, "esp_renewal", c ? causeway_connection_get_esp_renewal(c) : 0);
    add_int(builder, "reconnects", c ? causeway_connection_get_reconnects(c) : 0);
    add_int(builder, "rx_bytes", (gint64)row->rx_bytes);
    add_int(builder, "tx_bytes", (gint64)row->tx_bytes);
    add_failure(builder, c);
    json_builder_end_object(builder);
}

static void print_json(const Row *rows, guint count, gboolean pretty)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    g_autoptr(JsonGenerator) generator = json_generator_new();

    json_builder_begin_array(builder);
    for (guint i = 0; i < count; i++)
        add_row(builder, &rows[i]);
    json_builder_end_array(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, pretty);
    g_autofree char *text = json_generator_to_data(generator, NULL);
    printf("%s\n", text);
}

static char *duration_words(gint64 seconds)
{
    if (seconds < 60)
        return g_strdup_printf("%d s", (int)seconds);
    if (seconds < 3600)
        return g_strdup_printf("%d min", (int)(seconds / 60));
    return g_strdup_printf("%d h %d min", (int)(seconds / 3600), (int)(seconds / 60 % 60));
}

static char *since_words(gint64 since)
{
    return duration_words(MAX(0, g_get_real_time() / G_USEC_PER_SEC - since));
}

/* NULL where it is not known.  A moment that has passed is being dealt with. */
static char *until_words(gint64 moment)
{
    gint64 seconds = moment - g_get_real_time() / G_USEC_PER_SEC;

    if (moment == 0)
        return NULL;
    g_autofree char *duration = seconds > 0 ? duration_words(seconds) : NULL;
    return duration ? g_strconcat("in ", duration, NULL) : g_strdup("now");
}

static void print_line(const char *label, const char *value)
{
    g_autofree char *plain = cli_plain(value);

    if (*plain)
        printf("  %-12s %s\n", label, plain);
}

static void print_details(const Row *row)
{
    CausewayConnection *c = row->connection;
    const char *const *dns = causeway_connection_get_dns(c);
    const char *const *addresses = causeway_connection_get_local_addresses(c);
    g_autofree char *addresses_text = addresses ? g_strjoinv(" ", (char **)addresses) : NULL;
    g_autofree char *dns_text = dns ? g_strjoinv(" ", (char **)dns) : NULL;
    g_autofree char *received = g_format_size(row->rx_bytes);
    g_autofree char *sent = g_format_size(row->tx_bytes);
    g_autofree char *traffic = g_strdup_printf("%s received, %s sent", received, sent);
    g_autofree char *mtu = g_strdup_printf("%u", causeway_connection_get_mtu(c));
    g_autofree char *ike = until_words(causeway_connection_get_ike_renewal(c));
    g_autofree char *esp = until_words(causeway_connection_get_esp_renewal(c));
    g_autofree char *keys =
        ike && esp ? g_strdup_printf("%s (those of the key exchange %s)", esp, ike) : NULL;
    g_autofree char *reconnects = g_strdup_printf("%u", causeway_connection_get_reconnects(c));

    print_line("gateway", causeway_connection_get_gateway(c));
    print_line("interface", causeway_connection_get_interface(c));
    print_line("address", addresses_text);
    print_line("name servers", dns_text);
    print_line("logged in by", causeway_connection_get_authentication(c));
    print_line("key exchange", causeway_connection_get_ike(c));
    gboolean clear = g_str_equal(causeway_connection_get_state(c), "connected") &&
                     !*causeway_connection_get_esp(c);
    print_line("encryption", clear ? "NONE: plain L2TP, everybody on the way can read it"
                                   : causeway_connection_get_esp(c));
    if (causeway_connection_get_weak(c))
        print_line("", "weak by today's measure; the gateway's administrator can allow better");
    print_line("new keys", keys ? keys : esp);
    print_line("NAT", causeway_connection_get_nat(c));
    print_line("data path", causeway_connection_get_data_path(c));
    print_line("MTU", causeway_connection_get_mtu(c) ? mtu : NULL);
    print_line("reconnects", causeway_connection_get_reconnects(c) ? reconnects : NULL);
    if (*known(causeway_connection_get_interface(c)))
        print_line("traffic", traffic);
}

static void print_failure(CausewayConnection *connection)
{
    GVariant *failure = causeway_connection_get_failure(connection);
    const char *stage, *code, *message, *hint;

    if (!failure)
        return;
    g_variant_get(failure, "(&s&s&s&s)", &stage, &code, &message, &hint);
    if (*code == '\0')
        return;
    g_autofree char *plain = cli_plain(message), *plain_hint = cli_plain(hint);
    printf("  %s: %s: %s\n", stage, code, plain);
    if (*plain_hint)
        printf("  hint: %s\n", plain_hint);
}

static void print_row(const Row *row)
{
    CausewayConnection *c = row->connection;
    const char *state = c ? causeway_connection_get_state(c) : NULL;
    g_autofree char *name = cli_plain(name_of(row));

    if (!state) {
        printf("%s: disconnected\n", name);
        return;
    }
    g_autofree char *since = since_words(causeway_connection_get_since(c));
    gboolean under_way = strcmp(state, "connecting") == 0 || strcmp(state, "reconnecting") == 0;
    printf("%s: %s for %s%s%s%s\n", name, state, since, under_way ? " (" : "",
           under_way ? known(causeway_connection_get_stage(c)) : "", under_way ? ")" : "");
    print_failure(c);
    if (strcmp(state, "failed") != 0)
        print_details(row);
}

static int print_status(Client *client, const char *name, gboolean json, gboolean pretty)
{
    g_autoptr(GPtrArray) profiles = client_profiles(client);
    g_autoptr(GPtrArray) transients = client_transients(client);
    g_autofree Row *rows = g_new0(Row, profiles->len + transients->len + 1);
    guint count = 0;

    for (guint i = 0; i < profiles->len + transients->len; i++) {
        gboolean stored = i < profiles->len;
        Row row = {.profile = stored ? g_ptr_array_index(profiles, i) : NULL,
                   .connection = stored ? NULL : g_ptr_array_index(transients, i - profiles->len)};
        if (is_named(&row, name))
            rows[count++] = read_row(
                row.profile, stored ? client_find_connection(client, uuid_of(&row))
                                    : g_object_ref(row.connection));
    }
    if (json)
        print_json(rows, count, pretty);
    for (guint i = 0; i < count; i++) {
        if (!json)
            print_row(&rows[i]);
        g_clear_object(&rows[i].connection);
    }
    if (!json && count == 0)
        printf("There are no profiles.\n");
    fflush(stdout);
    return EXIT_DONE;
}

/* A burst of changes is shown once. */
static gboolean on_settled(gpointer data)
{
    Status *status = data;

    status->pending = 0;
    print_status(status->client, status->name, status->json, FALSE);
    if (ferror(stdout))
        g_main_loop_quit(status->loop);
    return G_SOURCE_REMOVE;
}

static void changed(Status *status)
{
    if (!status->pending)
        status->pending = g_idle_add(on_settled, status);
}

static void on_object(GDBusObjectManager *manager, GDBusObject *object, gpointer data)
{
    changed(data);
}

static void on_properties(GDBusObjectManagerClient *manager, GDBusObjectProxy *object,
                          GDBusProxy *proxy, GVariant *properties, const char *const *invalidated,
                          gpointer data)
{
    changed(data);
}

static int watch(Client *client, const char *name, gboolean json)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Status status = {.client = client, .name = name, .json = json, .loop = loop};
    GDBusObjectManager *objects = client_objects(client);

    g_signal_connect(objects, "object-added", G_CALLBACK(on_object), &status);
    g_signal_connect(objects, "object-removed", G_CALLBACK(on_object), &status);
    g_signal_connect(objects, "interface-proxy-properties-changed", G_CALLBACK(on_properties),
                     &status);
    changed(&status);
    g_main_loop_run(loop);
    return EXIT_DONE;
}

int cli_status(int argc, char **argv)
{
    gboolean json = cli_take_option(&argc, argv, "--json");
    gboolean follow = cli_take_option(&argc, argv, "--watch");
    g_autoptr(Client) client = NULL;
    g_autoptr(CausewayProfile) profile = NULL;
    g_autoptr(GError) error = NULL;
    int result;

    if (argc > 1 || cli_has_options(argc, argv))
        return cli_usage("status");
    client = cli_connect(&result);
    if (!client)
        return result;
    if (argc == 1) {
        g_autoptr(CausewayConnection) transient = client_find_transient(client, argv[0]);
        profile = client_find_profile(client, argv[0], transient ? NULL : &error);
        if (!profile && !transient)
            return cli_error(error);
    }
    const char *name = argc == 1 ? argv[0] : NULL;
    return follow ? watch(client, name, json) : print_status(client, name, json, TRUE);
}
