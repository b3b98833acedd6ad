/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secrets that the service asks an agent for, and those that go along with a call: what all who
 * connect have in common. */
#pragma once

#include "causeway-dbus.h"
#include "base/secret.h"

#include <gio/gunixfdlist.h>

/* Whether the question is the service's, `owner` being its unique name, and may be asked now.
 * Otherwise it has been refused. */
gboolean question_is_welcome(GDBusMethodInvocation *question, const char *owner, gboolean busy);
/* Answers; takes the question.  NULL: nobody knows the secret. */
void question_answer(GDBusMethodInvocation *question, CausewayAgent *agent, const Secret *secret);
/* Whether the service takes its question back; the call has been answered. */
gboolean question_is_cancelled(GDBusMethodInvocation *cancel, CausewayAgent *agent,
                               const char *owner);
/* Adds an entry to a builder of "a{sh}", and its memory file to the list. */
gboolean question_put_secret(GVariantBuilder *builder, GUnixFDList *list, const char *field,
                             const Secret *secret, GError **error);
