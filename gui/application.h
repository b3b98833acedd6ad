/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The application: its stores, its window, its tray icon and its actions. */
#pragma once

#include <adwaita.h>

#include "client/store.h"
#include "dialer.h"
#include "preferences.h"

#define CAUSEWAY_ID "org.causeway.Causeway"

#define CAUSEWAY_TYPE_APPLICATION (causeway_application_get_type())
G_DECLARE_FINAL_TYPE(CausewayApplication, causeway_application, CAUSEWAY, APPLICATION,
                     AdwApplication)

CausewayApplication *causeway_application_new(void);
CausewayDialer *causeway_application_dialer(CausewayApplication *application);
Preferences *causeway_application_preferences(CausewayApplication *application);
/* All connections of all stores, pinned ones first, then by name. */
GListModel *causeway_application_items(CausewayApplication *application);
/* Where new connections go. */
VpnStore *causeway_application_store(CausewayApplication *application);
/* All of them. */
GListModel *causeway_application_stores(CausewayApplication *application);
/* Whether there is anybody who could have connections; the problem if not. */
VpnStoreAvailability causeway_application_availability(CausewayApplication *application,
                                                       const char **ret_problem);
/* Not referenced; NULL when there is none. */
VpnItem *causeway_application_find(CausewayApplication *application, const char *uuid);
/* Pins have changed. */
void causeway_application_sort(CausewayApplication *application);
/* A tray has appeared or gone. */
void causeway_application_tray_changed(CausewayApplication *application);
/* Lets the next window come to the front: a startup id or an xdg-activation token. */
void causeway_application_set_token(CausewayApplication *application, const char *token);
/* Whether the application goes on when its window is closed: there is a tray to come back from,
 * or something runs whose end, or whose questions, have to be told. */
gboolean causeway_application_stays(CausewayApplication *application);
