/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections as files: NetworkManager's own kind without any loss, and all that the profile's
 * importers and exporters know. */
#pragma once

#include <libnm/NetworkManager.h>

/* A complete connection.  What could not be taken over is logged as messages. */
NMConnection *exchange_import(const char *path, GError **error);
/* The format is chosen by the name's ending; with the secrets that the connection holds, and
 * readable by its owner alone. */
gboolean exchange_export(NMConnection *connection, const char *path, GError **error);
/* "Office.nmconnection" */
char *exchange_file_name(NMConnection *connection);
