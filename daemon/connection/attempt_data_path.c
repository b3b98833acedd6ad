/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of an attempt's packets: the kernel's L2TP and PPP, or the tunnel process itself. */
#include "connection/attempt_private.h"

#include "host/l2tp_socket.h"

static gboolean make_kernel_path(Attempt *attempt, const TunnelDataPath *data_path,
                                 GError **error)
{
    const L2tpSession *session = &data_path->session;
    HostChannelSession ids = {
        .tunnel_id = session->tunnel_id,
        .peer_tunnel_id = session->peer_tunnel_id,
        .session_id = session->session_id,
        .peer_session_id = session->peer_session_id,
        .sequencing = session->sequencing,
    };
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;

    /* Asked first: a link of the wrong kind could not become one of the other. */
    if (!host_kernel_path_available()) {
        g_set_error_literal(error, HOST_ERROR, HOST_ERROR_NO_PATH,
                            "this kernel has no PPP over L2TP");
        return FALSE;
    }
    HostLink *link = attempt->events.link_wanted(HOST_LINK_PPP, attempt->user_data, error);
    if (!link)
        return FALSE;
    if (getpeername(attempt->socket, (struct sockaddr *)&peer, &length) < 0)
        length = ip_address_to_sockaddr(&attempt->gateway, L2TP_PORT, 0, &peer);
    attempt->channel =
        host_channel_new(attempt->socket, (struct sockaddr *)&peer, length, &ids, error);
    if (!attempt->channel || !host_link_attach(link, attempt->channel, error)) {
        g_clear_pointer(&attempt->channel, host_channel_free);
        return FALSE;
    }
    attempt->link = link;
    tunnel_process_give_kernel_path(attempt->tunnel, host_channel_fd(attempt->channel),
                                    host_link_fd(link));
    return TRUE;
}

static gboolean make_user_path(Attempt *attempt, GError **error)
{
    HostLink *link = attempt->events.link_wanted(HOST_LINK_TUN, attempt->user_data, error);

    if (!link)
        return FALSE;
    attempt->link = link;
    tunnel_process_give_tun(attempt->tunnel, host_link_fd(link), host_link_offloads(link));
    return TRUE;
}

static gboolean may_use(Attempt *attempt, HostLinkKind kind)
{
    const char *choice = profile_get_string(attempt->profile, FIELD_L2TP_DATA_PATH);

    return g_strcmp0(choice, kind == HOST_LINK_PPP ? "user" : "kernel") != 0;
}

/* Making an interface takes the kernel longer than anything else that we ask of it: done while
 * IKE's first packets are on their way, not before, it costs no time.  What fails here is told when the path is
 * really wanted. */
void attempt_prepare_link(Attempt *attempt)
{
    gboolean kernel = may_use(attempt, HOST_LINK_PPP) && host_kernel_path_available();

    attempt->events.link_wanted(kernel ? HOST_LINK_PPP : HOST_LINK_TUN, attempt->user_data, NULL);
}

void attempt_make_data_path(Attempt *attempt, const TunnelDataPath *data_path)
{
    gboolean want_kernel = may_use(attempt, HOST_LINK_PPP);
    gboolean want_user = may_use(attempt, HOST_LINK_TUN);
    g_autoptr(GError) error = NULL;

    /* The kernel's path first: its packets are never copied to a process and back. */
    if (want_kernel && make_kernel_path(attempt, data_path, &error))
        return;
    if (want_kernel && want_user) {
        g_autofree char *line = g_strdup_printf("no kernel data path: %s", error->message);
        attempt->events.log(line, attempt->user_data);
        g_clear_error(&error);
    }
    if (want_user && make_user_path(attempt, &error))
        return;
    g_autoptr(Failure) failure = attempt_host_failure(STAGE_PPP, error);
    attempt_fail(attempt, failure);
}
