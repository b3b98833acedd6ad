/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service's name on the bus, which can be given up without losing a call: whoever calls after
 * that has another causewayd started, and who called before is served. */
#pragma once

#include <gio/gio.h>

typedef struct BusName BusName;
typedef void (*BusNameDone)(gpointer user_data);

/* Asks for the name.  `lost` comes when it cannot be had, is taken away, or the bus has gone. */
BusName *bus_name_own(GDBusConnection *bus, const char *name, BusNameDone lost, gpointer user_data);
/* `done` is called when all that was sent until now has been given to the handlers. */
void bus_name_drain(BusName *name, BusNameDone done);
/* The same, and the name is free by then. */
void bus_name_release(BusName *name, BusNameDone done);
/* After a release: asks for it again. */
void bus_name_take_back(BusName *name);
/* Gives it up, if it has it. */
void bus_name_free(BusName *name);
