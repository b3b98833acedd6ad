/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Causeway on the bus: data/org.causeway.Causeway1.xml says what is offered. */
#pragma once

#include <gio/gio.h>

#include "connection/connection.h"
#include "profile/store.h"

#define API_BUS_NAME "org.causeway.Causeway1"

typedef struct ApiService ApiService;

typedef struct {
    const char *version;
    /* Called once nothing was asked for and nothing was connected for so long; 0: never. */
    guint idle_seconds;
    void (*idle)(gpointer data);
    gpointer data;
} ApiSettings;

/* Registers the objects; the caller then takes the name.  `store` and `manager` must outlive
 * the service. */
ApiService *api_service_new(GDBusConnection *bus, ProfileStore *store, ConnectionManager *manager,
                            const ApiSettings *settings, GError **error);
/* Starts what has connection.autoconnect. */
void api_service_autoconnect(ApiService *service);
/* Nothing is asked for or connected, nor was since `idle` was called the last time. */
gboolean api_service_is_idle(ApiService *service);
/* Ends every connection at once. */
void api_service_free(ApiService *service);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiService, api_service_free)
