/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the window says, in the user's language: states, stages, sizes, suites.  No widgets. */
#pragma once

#include "client/vpn_item.h"

/* "Connected".  Static, like all const char * here. */
const char *say_state(VpnState state);
/* The state, and while something goes on what it is: "Logging in…". */
const char *say_status(const VpnStatus *status);
/* A stage as a step in a list: "Log in". */
const char *say_stage(Stage stage);
/* What is going on in it, for somebody who knows no networking. */
const char *say_stage_doing(Stage stage);
/* "Password".  Of fields of the table, and of the questions that only agents know. */
const char *say_field(const char *field_name);
/* The service is not there, and what to do about it. */
const char *say_no_service(void);
/* What an error of a call means to who clicked; to be freed. */
char *say_error(const GError *error);
/* "12 seconds", "3 minutes", "2 hours 5 minutes", "4 days 1 hour"; to be freed. */
char *say_duration(gint64 seconds);
/* "1.2 MB/s"; to be freed. */
char *say_rate(guint64 bytes_per_second);
/* "aes256-sha1-modp1024" as "AES 256 bit, SHA-1, Diffie-Hellman 1024 bit"; to be freed. */
char *say_suite(const char *suite);
/* The parts of a suite that are weak by today's measure, or NULL; to be freed. */
char *say_suite_weak(const char *suite);
const char *say_nat(const char *nat);
const char *say_data_path(const char *data_path);
/* A text for where it may be taken for markup or not, as it likes: without what begins any; to be
 * freed. */
char *say_unmarked(const char *text);
/* A symbolic icon for a state. */
const char *say_icon(VpnState state);
