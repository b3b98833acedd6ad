/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A system bus of our own with the rules that are installed, and the service on it.  Needs
 * root, as the rules give the name to root alone. */
#pragma once

#include <gio/gio.h>

#define NAME "org.causeway.Causeway1"
#define ROOT "/org/causeway/Causeway1"
#define MANAGER NAME ".Manager"
#define PROFILE NAME ".Profile"
#define CONNECTION NAME ".Connection"

typedef struct {
    char *folder; /* with profiles/ and secrets/ */
    GSubprocess *bus_process, *service;
    GDBusConnection *bus;
} Harness;

void harness_start(Harness *harness);
/* Starts the service again; `idle` as its third argument, or NULL. */
void harness_start_service(Harness *harness, const char *idle);
void harness_stop_service(Harness *harness);
void harness_stop(Harness *harness);
/* Calls and returns the reply; NULL with `error`. */
GVariant *harness_call(Harness *harness, const char *path, const char *interface,
                       const char *method, GVariant *parameters, GError **error);
/* The same, and it must fail with the error NAME.Error.`name`; gives its message. */
char *harness_refused(Harness *harness, const char *path, const char *interface,
                      const char *method, GVariant *parameters, const char *name);
/* a{sa{sv}} with connection.name, connection.gateway and ppp.user. */
GVariant *harness_settings(const char *name, const char *gateway);
/* AddProfile; the path. */
char *harness_add(Harness *harness, const char *name, const char *gateway);
/* Calls with one descriptor of a memory file, or of what `file` is. */
GVariant *harness_call_with_file(Harness *harness, const char *path, const char *method,
                                 GVariant *parameters, int file, GError **error);
int harness_memory_file(const char *text);
/* Runs this test program again with the arguments "--nobody WHAT", for which its main() calls
 * harness_become_nobody() first of all. */
void harness_as_nobody(const char *what);
/* Becomes the user nobody and gives its connection to the bus. */
GDBusConnection *harness_become_nobody(void);
/* A property, waited for until it is `value`. */
void harness_await(Harness *harness, const char *path, const char *interface, const char *name,
                   const char *value);
