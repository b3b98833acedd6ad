/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tray's menu as com.canonical.dbusmenu describes it.  Pure: a list of entries becomes
 * variants, an id becomes what was meant. */
#pragma once

#include <glib.h>

typedef enum {
    TRAY_STATUS,    /* a line of text */
    TRAY_SEPARATOR,
    TRAY_CONNECTION, /* `uuid`; a check mark when it is active */
    TRAY_OPEN,
    TRAY_QUIT,
} TrayKind;

typedef struct {
    TrayKind kind;
    char *label;
    char *uuid;
    const char *icon; /* NULL for none */
    gboolean active;
    gboolean enabled;
} TrayEntry;

typedef struct TrayMenu TrayMenu;

TrayMenu *tray_menu_new(void);
void tray_menu_free(TrayMenu *menu);
/* Copies.  Entries' ids are 1 and up in this order; an entry with the same words keeps the id
 * that it once got, so that a menu that is open on the screen does not mean another one. */
void tray_menu_add(TrayMenu *menu, const TrayEntry *entry);
/* Begins anew; ids stay known, and what was there can be compared with. */
void tray_menu_clear(TrayMenu *menu);
/* NULL when there is none. */
const TrayEntry *tray_menu_find(TrayMenu *menu, gint32 id);
/* Whether entries came, went or moved since tray_menu_clear(). */
gboolean tray_menu_is_rearranged(TrayMenu *menu);
/* a(ia{sv}) of entries that were there before and look otherwise now; NULL for none; floating. */
GVariant *tray_menu_changes(TrayMenu *menu);
/* `names` are the properties that are asked for; NULL or none of them: all.
 * (ia{sv}av) of an item; children to `depth` (-1: all); floating, NULL for an unknown id. */
GVariant *tray_menu_layout(TrayMenu *menu, gint32 id, gint32 depth, const char *const *names);
/* a(ia{sv}) of the given ids, of all without any; floating. */
GVariant *tray_menu_properties(TrayMenu *menu, const gint32 *ids, gsize count,
                               const char *const *names);
/* One value, to be unreferenced; NULL for an unknown id or name. */
GVariant *tray_menu_property(TrayMenu *menu, gint32 id, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrayMenu, tray_menu_free)
