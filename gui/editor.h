/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that a connection can be told, generated from the field table. */
#pragma once

#include "window.h"

/* `profile` as it was loaded.  `focus`: the field to begin at, or FIELD_CONNECTION_UUID for
 * none. */
void editor_show(CausewayWindow *window, VpnItem *item, Profile *profile, FieldId focus);
