/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/question.h"

#include <unistd.h>

#include "client/client.h"

static gboolean refuse(GDBusMethodInvocation *invocation, int code, const char *message)
{
    g_dbus_method_invocation_return_error_literal(invocation, G_IO_ERROR, code, message);
    return FALSE;
}

/* Nobody else is to be told a password, or to stop one from being asked for. */
static gboolean is_from(GDBusMethodInvocation *invocation, const char *owner)
{
    return g_strcmp0(owner, g_dbus_method_invocation_get_sender(invocation)) == 0 ||
           refuse(invocation, G_IO_ERROR_PERMISSION_DENIED, "Only Causeway's service may ask");
}

gboolean question_is_welcome(GDBusMethodInvocation *question, const char *owner, gboolean busy)
{
    if (!is_from(question, owner))
        return FALSE;
    return !busy || refuse(question, G_IO_ERROR_BUSY, "Another question is open");
}

void question_answer(GDBusMethodInvocation *question, CausewayAgent *agent, const Secret *secret)
{
    g_autoptr(GError) error = NULL;
    int file = secret ? client_secret_file(secret, &error) : -1;

    if (file < 0) {
        refuse(question, G_IO_ERROR_CANCELLED, error ? error->message : "Not answered");
        return;
    }
    g_autoptr(GUnixFDList) list = g_unix_fd_list_new_from_array(&file, 1);
    causeway_agent_complete_request_secret(agent, question, list, g_variant_new_handle(0));
}

gboolean question_is_cancelled(GDBusMethodInvocation *cancel, CausewayAgent *agent,
                               const char *owner)
{
    if (!is_from(cancel, owner))
        return FALSE;
    causeway_agent_complete_cancel(agent, cancel);
    return TRUE;
}

gboolean question_put_secret(GVariantBuilder *builder, GUnixFDList *list, const char *field,
                             const Secret *secret, GError **error)
{
    int file = client_secret_file(secret, error);
    int handle = file < 0 ? -1 : g_unix_fd_list_append(list, file, error);

    if (file >= 0)
        close(file);
    if (handle < 0)
        return FALSE;
    g_variant_builder_add(builder, "{sh}", field, handle);
    return TRUE;
}
