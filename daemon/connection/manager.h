/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the connections of one daemon share. */
#pragma once

#include "connection/attempt.h"
#include "connection/connection.h"
#include "host/host.h"
#include "ipsec/ike.h"

Host *manager_host(ConnectionManager *manager);
/* Made when the first connection needs it. */
IkeService *manager_ike_service(ConnectionManager *manager);
const char *manager_tunnel_path(ConnectionManager *manager);
const char *manager_state_file(ConnectionManager *manager);
GDBusConnection *manager_system_bus(ConnectionManager *manager);
void manager_add(ConnectionManager *manager, Connection *connection);
void manager_remove(ConnectionManager *manager, Connection *connection);
/* A reqid that no other attempt has and none has had for long: what charon or a cleaning up
 * still takes away under an old one must not be the next attempt's. */
guint32 manager_take_reqid(ConnectionManager *manager);
void manager_give_reqid(ConnectionManager *manager, guint32 reqid);
/* Takes over an attempt whose connection goes away: it takes leave of its gateway by itself,
 * then its reqid is given back. */
void manager_adopt(ConnectionManager *manager, Attempt *attempt, guint32 reqid);
/* A connection's state may have become another: whoever waits for the last one's end looks. */
void manager_changed(ConnectionManager *manager);
