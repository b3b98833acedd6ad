/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The window: a list of connections, and one of them in detail. */
#pragma once

#include "application.h"

#define CAUSEWAY_TYPE_WINDOW (causeway_window_get_type())
G_DECLARE_FINAL_TYPE(CausewayWindow, causeway_window, CAUSEWAY, WINDOW, AdwApplicationWindow)

CausewayWindow *causeway_window_new(CausewayApplication *application);
/* It is in sight, now or as soon as it is in the list, and has the focus. */
void causeway_window_select(CausewayWindow *window, const char *uuid);
/* The connection in sight, or NULL. */
VpnItem *causeway_window_item(CausewayWindow *window);
void causeway_window_toast(CausewayWindow *window, const char *text);
void causeway_window_back(CausewayWindow *window);
void causeway_window_search(CausewayWindow *window);
void causeway_window_menu(CausewayWindow *window);
