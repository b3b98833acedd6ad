/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dialog's own window, for agents that leave the asking to it. */
#pragma once

#include <glib.h>

#define WINDOW_ASK "window_ask"

/* Asks for what is to be asked and puts the answers into the questions.  FALSE: the user does not
 * want to, or `error` (no screen). */
typedef gboolean (*WindowAsk)(const char *title, const char *reason, GPtrArray *questions,
                              GError **error);
gboolean window_ask(const char *title, const char *reason, GPtrArray *questions, GError **error);
