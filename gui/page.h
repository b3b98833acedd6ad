/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything about one connection: what goes on, what went wrong, what was negotiated.
 *
 * Signal "edit" (int): the editor is wished for, at this FieldId. */
#pragma once

#include <adwaita.h>

#include "dialer.h"

#define CAUSEWAY_TYPE_PAGE (causeway_page_get_type())
G_DECLARE_FINAL_TYPE(CausewayPage, causeway_page, CAUSEWAY, PAGE, AdwBin)

void causeway_page_set_dialer(CausewayPage *page, CausewayDialer *dialer);
/* NULL: none. */
void causeway_page_set_item(CausewayPage *page, VpnItem *item);
/* To what connects. */
void causeway_page_focus(CausewayPage *page);
