/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the service share.
 *
 * A call comes in (service.c), its sender's user is found (callers.c), its object too and that
 * the sender may see it, polkit is asked for the method's action (authority.c), and only then
 * does the method's handler run; it answers at once. */
#pragma once

#include "api/api.h"
#include "api/authority.h"
#include "api/callers.h"

#define API_ROOT "/org/causeway/Causeway1"
#define API_PROFILES API_ROOT "/profile"
#define API_CONNECTIONS API_ROOT "/connection"
#define API_MANAGER_INTERFACE "org.causeway.Causeway1.Manager"
#define API_PROFILE_INTERFACE "org.causeway.Causeway1.Profile"
#define API_CONNECTION_INTERFACE "org.causeway.Causeway1.Connection"
#define API_AGENT_INTERFACE "org.causeway.Causeway1.Agent"

/* A connection as an object on the bus. */
typedef struct {
    ApiService *service;
    char *path;
    char *uuid;
    Profile *profile; /* what it was made from */
    Connection *connection;
    char *agent_sender; /* whom to ask for secrets; NULL for nobody */
    char *agent_path;
    GCancellable *agent_cancellable;
    GHashTable *asked; /* set of the fields that were asked for, interned */
    guint32 uid; /* who started it; root where nobody did */
    gboolean transient; /* its profile is in no store */
    guint owner_watch;  /* of the caller with whom it ends; 0: it has none */
    gboolean abandoned; /* that one has gone: nobody will ask why it failed */
} ApiConnection;

struct ApiService {
    grefcount references; /* the owner's, and one of each call that is under way */
    gboolean closed;
    GDBusConnection *bus;
    ProfileStore *store;
    ConnectionManager *manager;
    ApiSettings settings;
    char *version;
    Callers *callers;
    Authority *authority;
    guint registrations[4];
    GHashTable *objects;     /* path → ApiObject, what callers were told (objects.c) */
    GHashTable *connections; /* UUID → ApiConnection */
    guint connection_number;
    GPtrArray *log_waiters; /* calls of ReadLog (manager.c) */
    GPtrArray *transients;  /* whose the last ones were (transient.c) */
    guint idle_source;
    guint reap_source; /* takes connections away that are over */
    guint calls; /* under way */
    GHashTable *calls_of; /* uid → how many of them, once their caller is known */
};

/* The method's target: which of them is set follows from its interface. */
typedef struct {
    Profile *profile; /* of a connection: the one that it was made from */
    ApiConnection *connection;
} ApiTarget;

typedef void (*ApiHandler)(ApiService *service, Caller *caller, const ApiTarget *target,
                           GDBusMethodInvocation *invocation);

/* objects.c */
char *api_profile_path(const char *uuid);
void api_objects_init(ApiService *service);
/* What is at a path, if the caller sees it. */
gboolean api_objects_find(ApiService *service, const Caller *caller, const char *path,
                          ApiTarget *ret_target);
/* Compares what is with what callers were told, and tells them the difference. */
void api_objects_sync(ApiService *service);
GVariant *api_objects_managed(ApiService *service, const Caller *caller);
/* a{sv} of an object's properties, or NULL. */
GVariant *api_objects_properties(ApiService *service, const Caller *caller, const char *path,
                                 const char *interface);

/* manager.c */
void api_manager_add_profile(ApiService *service, Caller *caller, const ApiTarget *target,
                             GDBusMethodInvocation *invocation);
void api_manager_reload(ApiService *service, Caller *caller, const ApiTarget *target,
                        GDBusMethodInvocation *invocation);
void api_manager_get_problems(ApiService *service, Caller *caller, const ApiTarget *target,
                              GDBusMethodInvocation *invocation);
void api_manager_read_log(ApiService *service, Caller *caller, const ApiTarget *target,
                          GDBusMethodInvocation *invocation);
/* The action that these two need depends on what is asked for. */
const char *api_manager_add_action(const Caller *caller, GVariant *parameters);
const char *api_manager_log_action(GVariant *parameters);
/* Lets go of those who wait for lines of the log. */
void api_manager_close(ApiService *service);
GPtrArray *api_manager_waiters_new(void);

/* options.c */
typedef struct {
    char *agent;     /* or NULL */
    char *user;      /* or NULL */
    gboolean report; /* "network"="report" */
} ApiOptions;

/* The last argument of Connect and ConnectTransient; secrets go into the profile.  `transient`:
 * with what the latter alone takes. */
gboolean api_options_read(Profile *profile, GDBusMethodInvocation *invocation, gboolean transient,
                          ApiOptions *ret_options, GError **error);
void api_options_clear(ApiOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ApiOptions, api_options_clear)
/* The row of a secret; NULL sets `error`. */
const Field *api_secret_field(const char *name, GError **error);

/* transient.c */
void api_manager_connect_transient(ApiService *service, Caller *caller, const ApiTarget *target,
                                   GDBusMethodInvocation *invocation);
GPtrArray *api_transients_new(void);
/* Whose a connection is, or was, that is in no store; "" for everybody's, NULL for none. */
const char *api_transient_user(ApiService *service, const char *uuid);

/* profiles.c */
void api_profile_get_settings(ApiService *service, Caller *caller, const ApiTarget *target,
                              GDBusMethodInvocation *invocation);
void api_profile_update(ApiService *service, Caller *caller, const ApiTarget *target,
                        GDBusMethodInvocation *invocation);
void api_profile_delete(ApiService *service, Caller *caller, const ApiTarget *target,
                        GDBusMethodInvocation *invocation);
void api_profile_set_secret(ApiService *service, Caller *caller, const ApiTarget *target,
                            GDBusMethodInvocation *invocation);
void api_profile_clear_secret(ApiService *service, Caller *caller, const ApiTarget *target,
                              GDBusMethodInvocation *invocation);
void api_profile_connect(ApiService *service, Caller *caller, const ApiTarget *target,
                         GDBusMethodInvocation *invocation);

/* connections.c */
void api_connection_free(gpointer connection);
gboolean api_connection_active(const ApiConnection *connection);
/* The connection that was made from the stored profile of that UUID, or NULL: one that is in no
 * store may have the same, and be another user's. */
ApiConnection *api_connection_of_profile(ApiService *service, const char *uuid);
/* Takes `profile`'s secrets; `sender` and `agent` NULL for no agent.  To be started. */
ApiConnection *api_connection_new(ApiService *service, Profile *profile, const char *sender,
                                  const char *agent);
void api_connection_start(ApiConnection *connection);
/* Ends it when the caller of that unique name leaves the bus. */
void api_connection_bind(ApiConnection *connection, const char *sender);
GVariant *api_connection_properties(ApiConnection *connection);
void api_connection_get_statistics(ApiService *service, Caller *caller, const ApiTarget *target,
                                   GDBusMethodInvocation *invocation);
void api_connection_disconnect(ApiService *service, Caller *caller, const ApiTarget *target,
                               GDBusMethodInvocation *invocation);

/* agent.c */
void api_agent_ask(ApiConnection *connection, const char *field, const char *message);
/* The connection needs no answer any more. */
void api_agent_cancel(ApiConnection *connection);

/* limits.c: FALSE where the caller has had its share */
gboolean api_limits_profile(ApiService *service, const Caller *caller);
gboolean api_limits_connection(ApiService *service, const Caller *caller);
/* For a profile that nobody is there to connect. */
gboolean api_limits_autoconnect(ApiService *service, Profile *profile);
gboolean api_limits_waiter(guint own, guint all);
/* Counts it in either case; api_limits_call_over() takes it off. */
gboolean api_limits_call(ApiService *service, const Caller *caller);
void api_limits_call_over(ApiService *service, const Caller *caller);

/* service.c */
void api_service_touch(ApiService *service);
