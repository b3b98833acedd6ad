/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is on the other end: each bus name that called us, and which user it belongs to. */
#pragma once

#include <gio/gio.h>

#include "profile/profile.h"

typedef struct {
    grefcount references;
    char *sender; /* unique bus name */
    guint32 uid;
    char *user; /* account name, or the uid's digits where there is none */
    guint watch;
} Caller;

typedef struct Callers Callers;
typedef void (*CallerFunc)(Caller *caller, const GError *error, gpointer data);

Callers *callers_new(GDBusConnection *bus);
void callers_free(Callers *callers);
/* Calls `func` now if the sender is known, else when the bus has answered; `caller` is NULL on
 * error.  Never called after callers_free(). */
void callers_find(Callers *callers, const char *sender, CallerFunc func, gpointer data);
/* Whether a profile is the caller's business: its own, or everybody's; root's all. */
gboolean caller_sees(const Caller *caller, Profile *profile);
/* Whether what is this user's, or with "" everybody's, is the caller's business. */
gboolean caller_is(const Caller *caller, const char *user);
Caller *caller_ref(Caller *caller);
void caller_unref(Caller *caller);
/* Every caller that is still on the bus. */
void callers_foreach(Callers *callers, void (*func)(Caller *caller, gpointer data), gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Caller, caller_unref)
