/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of "causeway-networkmanager" share beside cli/target.h. */
#pragma once

#include "cli/target.h"
#include "client/store_nm.h"
#include "client/store_service.h"

struct Target {
    VpnStore *service; /* causewayd's, which tells what NetworkManager has it run */
    VpnStore *store;
    VpnItem *item; /* NULL: the store alone */
};
