/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The NMVpnEditor: a form over one connection. */
#pragma once

#include <libnm/NetworkManager.h>

#define EDITOR_FACTORY "causeway_vpn_editor_new"

typedef NMVpnEditor *(*EditorFactory)(NMConnection *connection, GError **error);

/* The one symbol that a library of this folder with widgets has for others. */
NMVpnEditor *causeway_vpn_editor_new(NMConnection *connection, GError **error);
