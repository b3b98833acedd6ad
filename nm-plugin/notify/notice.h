/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about a connection that did not come about or broke. */
#pragma once

#include "causes.h"

/* What causewayd said, in the user's language as far as we have it: the sentence with the
 * gateway's own words, then what to do. */
char *notice_of_cause(const Cause *cause);
/* What a connection asks for that Causeway does not do, out of NetworkManager's settings
 * (a{sa{sv}}); NULL when there is nothing, or it is not a connection of Causeway's.
 * *ret_name: the connection's. */
char *notice_of_settings(GVariant *settings, char **ret_name);
