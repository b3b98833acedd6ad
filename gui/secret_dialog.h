/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a person for one or more secrets of a connection. */
#pragma once

#include <adwaita.h>

#include "client/vpn_item.h"

typedef enum {
    SECRET_DIALOG_REMEMBER = 1 << 0, /* offer to keep them in the keyring */
    SECRET_DIALOG_REFUSED = 1 << 1,  /* an earlier answer was wrong */
    SECRET_DIALOG_KEPT = 1 << 2,     /* with REMEMBER: unless the user wishes otherwise */
} SecretDialogFlags;

/* `secrets`: field name → Secret; NULL when the user gave up. */
typedef void (*SecretDialogDone)(GHashTable *secrets, gboolean remember, gpointer data);

/* Shown at once.  `message` may be NULL, and may be a gateway's own words.  A new password has to
 * be typed twice.  Closing the window with secret_dialog_dismiss() calls nobody; however else it
 * goes, `done` is called once. */
GtkWindow *secret_dialog_show(GtkWindow *parent, VpnItem *item, const char *const *fields,
                              const char *message, SecretDialogFlags flags, SecretDialogDone done,
                              gpointer data);
void secret_dialog_dismiss(GtkWindow *dialog);
