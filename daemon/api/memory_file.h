/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A secret that came as a descriptor. */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#include "base/secret.h"

/* `handle` is the index that stood in the message.  The descriptor must be of a memory file:
 * whatever else could be sent (a pipe without a writer, a file of a network or of a program's
 * own file system) could make the service wait for ever. */
Secret *memory_file_read(GUnixFDList *list, gint32 handle, GError **error);
