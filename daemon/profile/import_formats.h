/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The recogniser and the reader of each format, for the table in import.c. */
#pragma once

#include "profile/import_build.h"

/* Apple's .mobileconfig */
gboolean import_apple_is(const ImportInput *input);
gboolean import_apple_read(const ImportInput *const *inputs, gsize count, ImportResult *result,
                           GError **error);

/* The phone book of Windows, rasphone.pbk */
gboolean import_rasphone_is(const ImportInput *input);
gboolean import_rasphone_read(const ImportInput *const *inputs, gsize count, ImportResult *result,
                              GError **error);

/* Commands for Windows PowerShell */
gboolean import_powershell_is(const ImportInput *input);
gboolean import_powershell_read(const ImportInput *const *inputs, gsize count,
                                ImportResult *result, GError **error);

/* strongSwan or Libreswan with xl2tpd and pppd */
gboolean import_strongswan_is(const ImportInput *input);
gboolean import_strongswan_read(const ImportInput *const *inputs, gsize count,
                                ImportResult *result, GError **error);

/* Connections of NetworkManager-l2tp, and Causeway's own profiles */
gboolean import_keyfile_is(const ImportInput *input);
gboolean import_keyfile_read(const ImportInput *const *inputs, gsize count, ImportResult *result,
                             GError **error);
