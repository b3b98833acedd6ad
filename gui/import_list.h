/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several connections that were found in what IT has sent: which of them are wanted. */
#pragma once

#include "profile/import.h"
#include "window.h"

/* Takes the result. */
void import_list_show(CausewayWindow *window, ImportResult *result);
