/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One VPN connection for NetworkManager.
 *
 * NetworkManager asks what secrets are missing (NeedSecrets), then connects (Connect, or
 * ConnectInteractive where every agent can be asked again in between).  What it says is read as
 * a profile; causewayd connects that (client/transient.h) and says what it wants of the network,
 * which NetworkManager then sets.  A lost connection is taken up again by causewayd, unseen by
 * NetworkManager but for what has become another.  Nothing here waits. */
#include "service.h"

#include <string.h>

#include "base/failure.h"
#include "client/client.h"
#include "client/transient.h"
#include "editor/connection.h"
#include "guard.h"
#include "network.h"
#include "words.h"

struct _CausewayService {
    NMVpnServicePlugin parent;
    char *uuid;       /* NetworkManager's, for the log */
    Profile *profile; /* of the connection that is up or coming up */
    Transient *transient;
    gboolean interactive;
    Network network;  /* what NetworkManager was told */
    char *state;      /* the connection's, as it was logged */
    const char *asked; /* the field that NetworkManager is asked for now, or NULL; interned */
    Secret *refused;   /* the answer that was not taken */
    gboolean looked;   /* the agents were asked for what they have */
    guint patience;    /* takes libnm's timer away */
    gint64 began;      /* monotonic, microseconds */
    gboolean was_up;
    gboolean failed;
    NMVpnPluginFailure reason; /* when it failed */
};

G_DEFINE_FINAL_TYPE(CausewayService, causeway_service, NM_TYPE_VPN_SERVICE_PLUGIN)

static void service_log(CausewayService *self, GLogLevelFlags level, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* With the field by which NetworkManager's own lines are found: journalctl NM_CONNECTION=UUID. */
static void service_log(CausewayService *self, GLogLevelFlags level, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *raw = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    /* Keys and values of a connection are its owner's own, and this may be a terminal. */
    g_autofree char *text = failure_clean_text((const guint8 *)raw, strlen(raw));
    g_log_structured(G_LOG_DOMAIN, level, "NM_CONNECTION", self->uuid ? self->uuid : "", "MESSAGE",
                     "%s: %s",
                     self->profile ? profile_get_string(self->profile, FIELD_CONNECTION_NAME)
                                   : "VPN",
                     text);
}

/* What it is connected with goes, the connection too; nothing is told. */
static void drop(CausewayService *self)
{
    g_clear_handle_id(&self->patience, g_source_remove);
    g_clear_pointer(&self->transient, transient_free);
    g_clear_pointer(&self->profile, profile_unref);
    self->asked = NULL;
    self->was_up = self->looked = FALSE;
    g_clear_pointer(&self->state, g_free);
    g_clear_pointer(&self->refused, secret_free);
    network_clear(&self->network);
}

static void fail(CausewayService *self, NMVpnPluginFailure reason, const char *message,
                 const char *hint)
{
    service_log(self, G_LOG_LEVEL_WARNING, "%s%s%s", message, hint && *hint ? " " : "",
                hint ? hint : "");
    /* NetworkManager knows four reasons.  libnm has a signal for sentences, which NetworkManager
     * does not hear and everybody else on the machine could: the user is told by nm-plugin/notify. */
    self->failed = TRUE;
    self->reason = reason;
    nm_vpn_service_plugin_disconnect(NM_VPN_SERVICE_PLUGIN(self), NULL);
}

/* ---- the connection's events ---- */

static const char *weakness(CausewayConnection *connection)
{
    return causeway_connection_get_weak(connection)
               ? "Connected, but the gateway accepts only weak encryption." : NULL;
}

/* Of both families: what stands there, stands in the connection. */
static char **own_routes(Profile *profile)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    g_strv_builder_addv(builder, (const char **)profile_get_strings(profile, FIELD_IPV4_ROUTES));
    g_strv_builder_addv(builder, (const char **)profile_get_strings(profile, FIELD_IPV6_ROUTES));
    return g_strv_builder_end(builder);
}

static void tell_network(CausewayService *self, CausewayConnection *connection)
{
    NMVpnServicePlugin *plugin = NM_VPN_SERVICE_PLUGIN(self);
    g_auto(GStrv) own = own_routes(self->profile);
    g_auto(Network) network = {NULL};

    if (!network_from_plan(causeway_connection_get_plan(connection), (const char *const *)own,
                           weakness(connection), &network)) {
        fail(self, NM_VPN_PLUGIN_FAILURE_BAD_IP_CONFIG, "What the gateway gave cannot be used.",
             NULL);
        return;
    }
    if (self->network.config && network_equal(&network, &self->network))
        return;
    /* NetworkManager would take it for all there is, and tell everybody that the VPN is up. */
    if (!self->was_up && network_is_bare(&network)) {
        service_log(self, G_LOG_LEVEL_MESSAGE, "waits for the gateway's router to give an address");
        return;
    }
    network_clear(&self->network);
    self->network = network;
    network = (Network){NULL};
    self->was_up = TRUE;
    nm_vpn_service_plugin_set_config(plugin, self->network.config);
    if (self->network.ip4)
        nm_vpn_service_plugin_set_ip4_config(plugin, self->network.ip4);
    if (self->network.ip6)
        nm_vpn_service_plugin_set_ip6_config(plugin, self->network.ip6);
}

/* The answer comes by NewSecrets; NetworkManager has the patience. */
static void ask(CausewayService *self, const char *field, const char *sentence)
{
    const char *key = words_secret_key(field);
    const char *hints[] = {key, NULL};

    service_log(self, G_LOG_LEVEL_MESSAGE, "asks for %s: %s", key, sentence);
    self->asked = g_intern_string(field);
    nm_vpn_service_plugin_secrets_required(NM_VPN_SERVICE_PLUGIN(self), sentence, hints);
}

/* Most gateways hang up when a password or a key was wrong: with another one it is begun again,
 * unless the question was put already while the gateway still waited. */
static gboolean try_again(CausewayService *self, const char *code, const char *message)
{
    const char *field = words_wrong_secret(code);

    if (!field || !self->interactive || self->was_up)
        return FALSE;
    secret_free(self->refused);
    self->refused = secret_copy(profile_get_secret(self->profile, field_find(field)->id));
    g_clear_pointer(&self->transient, transient_free);
    g_clear_pointer(&self->state, g_free);
    if (g_strcmp0(self->asked, field) != 0)
        ask(self, field, message);
    return TRUE;
}

static void on_failed(CausewayService *self, CausewayConnection *connection)
{
    g_autofree char *stage = NULL, *code = NULL, *message = NULL, *hint = NULL;

    g_variant_get(causeway_connection_get_failure(connection), "(ssss)", &stage, &code, &message,
                  &hint);
    if (try_again(self, code, message))
        return;
    g_autofree char *text = g_strdup_printf("%s (%s: %s)", message, stage, code);
    fail(self, words_failure_reason(stage, code), text, hint);
}

static void on_changed(Transient *transient, gpointer data)
{
    CausewayService *self = data;
    CausewayConnection *connection = transient_connection(transient);
    g_autofree char *state = g_strdup(causeway_connection_get_state(connection));

    if (g_strcmp0(state, self->state) != 0) {
        service_log(self, G_LOG_LEVEL_MESSAGE, "%s", state);
        g_free(self->state);
        self->state = g_strdup(state);
    }
    /* While it is taken up again what was told holds on. */
    if (strcmp(state, "connected") == 0)
        tell_network(self, connection);
    else if (strcmp(state, "failed") == 0)
        on_failed(self, connection);
    else if (strcmp(state, "disconnected") == 0)
        fail(self, NM_VPN_PLUGIN_FAILURE_CONNECT_FAILED, "The connection was ended from elsewhere.",
             NULL);
}

/* What was refused, so that it is not taken for an answer.  The first time that is what the
 * connection has. */
static void remember_refused(CausewayService *self, const char *field, TransientAsk flags)
{
    const Field *row = field_find(field);

    if (flags != TRANSIENT_REFUSED_BEFORE)
        g_clear_pointer(&self->refused, secret_free);
    else if (!self->refused && row)
        self->refused = secret_copy(profile_get_secret(self->profile, row->id));
}

static void on_secret_wanted(Transient *transient, const char *field, const char *message,
                             TransientAsk flags, gpointer data)
{
    CausewayService *self = data;
    g_autofree char *sentence = words_question(field, message, flags & TRANSIENT_REFUSED_BEFORE);

    /* NetworkManager takes no question of a VPN that is up. */
    if (!words_secret_key(field) || !self->interactive || self->was_up) {
        service_log(self, G_LOG_LEVEL_WARNING, "%s", sentence);
        transient_answer(transient, NULL);
        return;
    }
    remember_refused(self, field, flags);
    ask(self, field, sentence);
}

/* NetworkManager cannot take a question back: its answer is used if there is still use for it. */
static void on_secret_cancelled(Transient *transient, gpointer data)
{
}

static void on_gone(Transient *transient, const GError *error, gpointer data)
{
    CausewayService *self = data;
    g_autofree char *message = error ? client_error_message(error) : NULL;

    fail(self, NM_VPN_PLUGIN_FAILURE_CONNECT_FAILED,
         message ? message : "The connection was ended from elsewhere.", NULL);
}

/* ---- NetworkManager's calls ---- */

static void log_all(CausewayService *self, GLogLevelFlags level, const GPtrArray *sentences)
{
    for (guint i = 0; i < sentences->len; i++)
        service_log(self, level, "%s", (const char *)g_ptr_array_index(sentences, i));
}

/* NULL: what is refused stands in `error`, by the name of its key. */
static Profile *read_profile(CausewayService *self, NMConnection *connection, GError **error)
{
    g_autoptr(NmSettings) settings = connection_read(connection);
    g_auto(NmReport) report = {NULL};
    g_autoptr(GError) problem = NULL;

    nm_report_init(&report);
    g_autoptr(Profile) profile = profile_from_nm(settings, &report);
    if (guard_refuses(settings, CAUSEWAY_MEMORY))
        g_ptr_array_add(report.refusals, g_strdup(nm_settings_left_open()));
    log_all(self, G_LOG_LEVEL_MESSAGE, report.notes);
    log_all(self, G_LOG_LEVEL_MESSAGE, report.warnings);
    log_all(self, G_LOG_LEVEL_WARNING, report.refusals);
    if (report.refusals->len == 0 && profile_validate(profile, &problem))
        return g_steal_pointer(&profile);
    g_set_error_literal(error, NM_VPN_PLUGIN_ERROR, NM_VPN_PLUGIN_ERROR_BAD_ARGUMENTS,
                        report.refusals->len > 0 ? g_ptr_array_index(report.refusals, 0)
                                                 : problem->message);
    return NULL;
}

/* A file's key may be encrypted, which is seen when it is opened.  If a user's keyring is to have
 * the passphrase, that is looked for beforehand: a question in between is put to the user. */
static gboolean keyring_may_have(const NmSettings *settings, Profile *profile)
{
    guint flags = nm_settings_flags(settings, FIELD_IPSEC_KEY_PASSPHRASE);

    return profile_get_boolean(profile, FIELD_IPSEC_ENABLED) &&
           strcmp(profile_get_string(profile, FIELD_IPSEC_AUTH), "certificate") == 0 &&
           !profile_get_secret(profile, FIELD_IPSEC_KEY_PASSPHRASE) && flags == NM_FLAG_AGENT_OWNED;
}

/* NetworkManager asks this after each place where secrets may be: its own, what agents have,
 * what they ask their user for.  After the last one the answer must be that nothing is missing. */
static gboolean service_need_secrets(NMVpnServicePlugin *plugin, NMConnection *connection,
                                     const char **setting_name, GError **error)
{
    CausewayService *self = CAUSEWAY_SERVICE(plugin);
    g_autoptr(NmSettings) settings = connection_read(connection);
    g_auto(NmReport) report = {NULL};
    gboolean missing_one = FALSE;

    /* What is refused is said by the call that connects: here it would look as if a secret were
     * missing. */
    nm_report_init(&report);
    g_autoptr(Profile) profile = profile_from_nm(settings, &report);
    g_autofree const char **missing = profile_missing_secrets(profile);
    for (const char **name = missing; *name; name++) {
        if (!(nm_settings_flags(settings, field_find(*name)->id) & NM_FLAG_NOT_REQUIRED))
            missing_one = TRUE;
    }
    self->looked = missing_one || (!self->looked && keyring_may_have(settings, profile));
    if (self->looked)
        *setting_name = NM_SETTING_VPN_SETTING_NAME;
    return self->looked;
}

static gboolean start_transient(CausewayService *self, GError **error)
{
    static const TransientEvents events = {
        .changed = on_changed,
        .secret_wanted = on_secret_wanted,
        .secret_cancelled = on_secret_cancelled,
        .gone = on_gone,
    };
    g_autoptr(GDBusConnection) bus =
        nm_vpn_service_plugin_get_connection(NM_VPN_SERVICE_PLUGIN(self));

    self->transient =
        transient_start(bus, self->profile,
                        profile_get_string(self->profile, FIELD_CONNECTION_USER), &events, self,
                        error);
    return self->transient != NULL;
}

/* What libnm does with its timers in a state that has none. */
static gboolean on_patience(gpointer data)
{
    CausewayService *self = data;

    self->patience = 0;
    NM_VPN_SERVICE_PLUGIN_CLASS(causeway_service_parent_class)
        ->state_changed(NM_VPN_SERVICE_PLUGIN(self), NM_VPN_SERVICE_STATE_STARTED);
    return G_SOURCE_REMOVE;
}

/* libnm ends whatever has not connected after a minute, however long NetworkManager was told to
 * wait (vpn.timeout): too soon for a second factor that is confirmed on a telephone.  It begins to
 * count when the call that we are in has succeeded.  NetworkManager's own patience and that of
 * each stage in causewayd stay. */
static void be_patient(CausewayService *self)
{
    if (!self->patience)
        self->patience = g_idle_add(on_patience, self);
}

static gboolean start(CausewayService *self, NMConnection *connection, gboolean interactive,
                      GError **error)
{
    drop(self);
    g_free(self->uuid);
    self->uuid = g_strdup(nm_connection_get_uuid(connection));
    self->failed = FALSE;
    self->interactive = interactive;
    self->began = g_get_monotonic_time();
    self->profile = read_profile(self, connection, error);
    if (!self->profile || !start_transient(self, error)) {
        drop(self);
        return FALSE;
    }
    be_patient(self);
    return TRUE;
}

static gboolean service_connect(NMVpnServicePlugin *plugin, NMConnection *connection,
                                GError **error)
{
    return start(CAUSEWAY_SERVICE(plugin), connection, FALSE, error);
}

static gboolean service_connect_interactive(NMVpnServicePlugin *plugin, NMConnection *connection,
                                            GVariant *details, GError **error)
{
    return start(CAUSEWAY_SERVICE(plugin), connection, TRUE, error);
}

/* NULL: there is none, or one that was refused already: an agent that answers from its store
 * would go on for ever. */
static Secret *take_answer(CausewayService *self, NMConnection *connection, const char *field)
{
    NMSettingVpn *setting = nm_connection_get_setting_vpn(connection);
    const char *text = setting ? nm_setting_vpn_get_secret(setting, words_secret_key(field)) : NULL;
    g_autoptr(Secret) secret = text && *text ? words_secret(field, text) : NULL;

    if (secret && self->refused && secret_equal(secret, self->refused)) {
        service_log(self, G_LOG_LEVEL_WARNING, "the same answer again, which was refused");
        return NULL;
    }
    secret_free(self->refused);
    self->refused = secret_copy(secret);
    return g_steal_pointer(&secret);
}

static gboolean service_new_secrets(NMVpnServicePlugin *plugin, NMConnection *connection,
                                    GError **error)
{
    CausewayService *self = CAUSEWAY_SERVICE(plugin);
    const char *field = g_steal_pointer(&self->asked);

    if (!field || !self->profile)
        return TRUE;
    g_autoptr(Secret) secret = take_answer(self, connection, field);
    const Field *row = field_find(field);
    be_patient(self);
    if (self->transient) {
        transient_answer(self->transient, secret);
        /* Should the gateway have hung up meanwhile, the next attempt has it. */
        return !secret || !row || profile_set_secret(self->profile, row->id, secret, error);
    }
    if (secret && row && profile_set_secret(self->profile, row->id, secret, error))
        return start_transient(self, error);
    if (error && !*error)
        g_set_error(error, NM_VPN_PLUGIN_ERROR, NM_VPN_PLUGIN_ERROR_BAD_ARGUMENTS,
                    secret ? "the gateway did not wait for %s" : "no other %s was given",
                    words_secret_key(field));
    drop(self);
    return FALSE;
}

/* NetworkManager says nothing of its reason; when it has waited long enough, it is that. */
static void log_end(CausewayService *self)
{
    CausewayConnection *connection =
        self->transient ? transient_connection(self->transient) : NULL;
    gint64 seconds = (g_get_monotonic_time() - self->began) / G_USEC_PER_SEC;

    if (self->was_up || !connection)
        service_log(self, G_LOG_LEVEL_MESSAGE, "disconnected by NetworkManager");
    else
        service_log(self, G_LOG_LEVEL_MESSAGE,
                    "ended by NetworkManager after %d s, in the stage \"%s\"; it waits as long as "
                    "vpn.timeout of the connection says, a minute where that is not set",
                    (int)seconds, causeway_connection_get_stage(connection));
}

/* Called by libnm between STOPPING and STOPPED: of what it and we have said about the reason, the
 * last counts there, and libnm's own word for a failed start is the vaguest. */
static gboolean service_disconnect(NMVpnServicePlugin *plugin, GError **error)
{
    CausewayService *self = CAUSEWAY_SERVICE(plugin);
    g_autoptr(GDBusConnection) bus = nm_vpn_service_plugin_get_connection(plugin);

    if (self->failed)
        g_dbus_connection_emit_signal(bus, NULL, NM_VPN_DBUS_PLUGIN_PATH,
                                      NM_VPN_DBUS_PLUGIN_INTERFACE, "Failure",
                                      g_variant_new("(u)", (guint32)self->reason), NULL);
    else if (self->profile)
        log_end(self);
    self->failed = FALSE;
    drop(self);
    return TRUE;
}

static void causeway_service_dispose(GObject *object)
{
    CausewayService *self = CAUSEWAY_SERVICE(object);

    drop(self);
    g_clear_pointer(&self->uuid, g_free);
    G_OBJECT_CLASS(causeway_service_parent_class)->dispose(object);
}

static void causeway_service_class_init(CausewayServiceClass *class)
{
    NMVpnServicePluginClass *plugin = NM_VPN_SERVICE_PLUGIN_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = causeway_service_dispose;
    plugin->need_secrets = service_need_secrets;
    plugin->connect = service_connect;
    plugin->connect_interactive = service_connect_interactive;
    plugin->new_secrets = service_new_secrets;
    plugin->disconnect = service_disconnect;
}

static void causeway_service_init(CausewayService *self)
{
}

CausewayService *causeway_service_new(const char *bus_name, GError **error)
{
    return g_initable_new(CAUSEWAY_TYPE_SERVICE, NULL, error,
                          NM_VPN_SERVICE_PLUGIN_DBUS_SERVICE_NAME, bus_name,
                          NM_VPN_SERVICE_PLUGIN_DBUS_WATCH_PEER, TRUE, NULL);
}
