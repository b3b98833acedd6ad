/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other store.  What talks to NetworkManager is a program of its own, so that this one needs
 * neither its library nor the time to load it. */
#pragma once

#include <gio/gio.h>

/* Keeps the words that the program was called with, and takes "--store" out of them.  FALSE
 * after a message. */
gboolean elsewhere_remember(int *argc, char **argv);
/* Whether a store was named. */
gboolean elsewhere_named(void);
/* Whether it was the other one. */
gboolean elsewhere_is_meant(void);
/* Where no profile of that name is here: goes on as the other program, unless a store was named or
 * NetworkManager does not run on that bus. */
void elsewhere_look(GDBusConnection *bus);
/* Goes on as the other program to list its profiles beside ours; returns when it is not there,
 * NetworkManager does not run, or a store was named. */
void elsewhere_list_too(GDBusConnection *bus);
/* Goes on as the other program, with what was remembered; returns when it is not there. */
void elsewhere_go(void);
