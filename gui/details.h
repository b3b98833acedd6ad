/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of a title and a value that can be selected and copied. */
#pragma once

#include <adwaita.h>

#include "client/vpn_item.h"

typedef struct {
    AdwPreferencesGroup *network, *security, *overview;
    GHashTable *rows; /* title → DetailRow */
} Details;

void details_init(Details *details, AdwPreferencesGroup *network, AdwPreferencesGroup *security,
                  AdwPreferencesGroup *overview);
void details_clear(Details *details);
/* Fills and hides what is not known. */
void details_show(Details *details, VpnItem *item);
