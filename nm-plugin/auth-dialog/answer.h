/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the dialog tells the agent that started it, in either of its two ways. */
#pragma once

#include <glib.h>

/* A key file that says what is to be asked and how; the agent asks, GNOME Shell even where
 * NetworkManager wants nobody to be asked: nothing is to be then. */
void answer_external(int output, const char *title, const char *reason, gboolean interactive,
                     const GPtrArray *questions);
/* The secrets themselves: key and value, a line each, and an empty line. */
void answer_plain(int output, const GPtrArray *questions);
/* The agent has read them: it says QUIT, or is gone.  Bounded. */
void answer_await_quit(int input);
