/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the editor's tests look at, and the connections that they begin with. */
#pragma once

#include "host.h"

#define L2TP "org.freedesktop.NetworkManager.l2tp"
#define CAUSEWAY "org.freedesktop.NetworkManager.causeway"

/* The data of a connection with shared key that has all that is needed, and no flags. */
#define BASE "gateway", "gw.example.org", "ipsec-enabled", "yes", "user", "bob"
#define BASE_BUT_IPSEC "gateway", "gw.example.org", "user", "bob"

/* As host_dump() writes it. */
void assert_dump(NMConnection *connection, const char *expected);
void assert_saves(Host *host);
/* The sentence says which key, and has these words in it. */
void assert_refuses(Host *host, const char *beginning, const char *words);
