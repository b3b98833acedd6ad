/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The application's own preferences. */
#pragma once

#include <adwaita.h>

#include "preferences.h"

typedef void (*PreferenceChanged)(Preference which, gpointer data);

void preferences_window_show(GtkWindow *parent, Preferences *preferences,
                             PreferenceChanged changed, gpointer data);
