/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person has chosen for the application itself, kept in a file of one's own. */
#pragma once

#include <glib.h>

typedef enum {
    PREFERENCE_TRAY,      /* show an icon in the tray, and stay there when the window closes */
    PREFERENCE_NOTIFY,    /* tell what happens while nobody looks */
    PREFERENCE_AUTOSTART, /* start hidden at log-in: an entry in the autostart folder */
} Preference;
#define PREFERENCE_COUNT (PREFERENCE_AUTOSTART + 1)

typedef struct Preferences Preferences;

/* `file` and `autostart` are paths; what cannot be read is as if it were not there. */
Preferences *preferences_new(const char *file, const char *autostart);
void preferences_free(Preferences *preferences);
gboolean preferences_get(Preferences *preferences, Preference which);
/* Writes at once; FALSE with `error` when that failed, the choice counts nevertheless. */
gboolean preferences_set(Preferences *preferences, Preference which, gboolean value,
                         GError **error);
gboolean preferences_is_pinned(Preferences *preferences, const char *uuid);
gboolean preferences_pin(Preferences *preferences, const char *uuid, gboolean pinned,
                         GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Preferences, preferences_free)
