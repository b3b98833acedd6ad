/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process of a charon of our own: its files, its start, its readiness, its last words. */
#pragma once

#include <gio/gio.h>

#include "base/failure.h"

typedef struct CharonProcess CharonProcess;

typedef struct {
    /* It answers on its socket. */
    void (*ready)(gpointer user_data);
    /* It is gone; `words` is what it said last, or NULL.  The object is still to be freed. */
    void (*ended)(const char *words, gpointer user_data);
} CharonProcessEvents;

/* The path of a charon-systemd that can be run, `preferred` if that is not NULL; or NULL. */
char *charon_process_find_program(const char *preferred);

/* Starts `program` with files in a new folder of mode 0700 below `directory`.  `token_module` is
 * the path of a PKCS#11 library that it is to load, or NULL. */
CharonProcess *charon_process_start(const char *program, const char *directory,
                                    const char *token_module,
                                    const CharonProcessEvents *events, gpointer user_data,
                                    Failure **ret_failure);
GPid charon_process_pid(CharonProcess *process);
const char *charon_process_socket_path(CharonProcess *process);
guint16 charon_process_port_nat_t(CharonProcess *process);
/* Asks it to end, and insists after three seconds; `ended` comes. */
void charon_process_stop(CharonProcess *process);
/* Nothing is called any more; if it still runs, it is asked to end. */
void charon_process_free(CharonProcess *process);
