/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connects and disconnects for a person: looks for missing secrets in the keyring, asks for the
 * rest, answers the service's questions, and keeps what was right where it was wished.
 *
 * Signals: "problem" (const char *): something could not even begin. */
#pragma once

#include <adwaita.h>

#include "client/store.h"

#define CAUSEWAY_TYPE_DIALER (causeway_dialer_get_type())
G_DECLARE_FINAL_TYPE(CausewayDialer, causeway_dialer, CAUSEWAY, DIALER, GObject)

/* `parent` gives the window for questions; it may give NULL. */
typedef GtkWindow *(*DialerParentFunc)(gpointer data);

CausewayDialer *causeway_dialer_new(DialerParentFunc parent, gpointer data);
/* Answers the store's questions from now on. */
void causeway_dialer_serve(CausewayDialer *dialer, VpnStore *store);
void causeway_dialer_connect(CausewayDialer *dialer, VpnItem *item);
/* Asks for this secret anew, whatever is stored, and connects with it. */
void causeway_dialer_connect_anew(CausewayDialer *dialer, VpnItem *item, const char *field);
void causeway_dialer_disconnect(CausewayDialer *dialer, VpnItem *item);
/* The item is in no list any more: nobody is asked for it, and one that comes with the same UUID is
 * another one. */
void causeway_dialer_forget(CausewayDialer *dialer, VpnItem *item);
/* Before the service was even called: secrets are being looked for. */
gboolean causeway_dialer_is_busy(CausewayDialer *dialer, VpnItem *item);
