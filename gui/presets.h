/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gateways of a make usually want beyond the four fields. */
#pragma once

#include "profile/profile.h"

guint presets_count(void);
/* Translated. */
const char *presets_name(guint index);
/* What to know about it, translated; NULL for nothing. */
const char *presets_note(guint index);
void presets_apply(guint index, Profile *profile);
