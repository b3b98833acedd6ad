/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds and deletes ESP states and policies by reqid.  What else is in the kernel, of a system
 * charon's tunnels for instance, is not touched: nothing is flushed as a whole. */
#include "host/xfrm.h"

#include "host/netlink.h"

#include <errno.h>
#include <linux/xfrm.h>
#include <string.h>

typedef struct {
    guint32 first, last;
    GPtrArray *requests; /* of struct nlmsghdr: the deletions */
} XfrmSearch;

/* The message that deletes what `source` describes.  Mark and interface id are part of the key. */
static void search_add(XfrmSearch *search, guint16 type, const void *key, gsize key_length,
                       const struct nlmsghdr *source, gsize header_length)
{
    struct nlmsghdr *request = g_malloc0(NETLINK_BUFFER);
    const struct nlattr *attribute;

    mnl_nlmsg_put_header(request);
    request->nlmsg_type = type;
    memcpy(mnl_nlmsg_put_extra_header(request, key_length), key, key_length);
    mnl_attr_for_each(attribute, source, header_length) {
        guint16 kind = mnl_attr_get_type(attribute);

        if (kind == XFRMA_MARK || kind == XFRMA_IF_ID)
            mnl_attr_put(request, kind, mnl_attr_get_payload_len(attribute),
                         mnl_attr_get_payload(attribute));
    }
    g_ptr_array_add(search->requests, request);
}

static int state_match(const struct nlmsghdr *message, void *data)
{
    const struct xfrm_usersa_info *info = mnl_nlmsg_get_payload(message);
    XfrmSearch *search = data;
    struct xfrm_usersa_id id = { 0 };

    /* SPI 0 is the kernel's own note that it asks for an SA: it expires by itself. */
    if (message->nlmsg_type != XFRM_MSG_NEWSA || info->reqid < search->first ||
        info->reqid > search->last || info->id.spi == 0)
        return MNL_CB_OK;
    id.daddr = info->id.daddr;
    id.spi = info->id.spi;
    id.proto = info->id.proto;
    id.family = info->family;
    search_add(search, XFRM_MSG_DELSA, &id, sizeof id, message, sizeof *info);
    return MNL_CB_OK;
}

static gboolean policy_is_ours(const struct nlmsghdr *message, const XfrmSearch *search)
{
    const struct nlattr *attribute;

    mnl_attr_for_each(attribute, message, sizeof(struct xfrm_userpolicy_info)) {
        const struct xfrm_user_tmpl *tmpl = mnl_attr_get_payload(attribute);
        gsize count = mnl_attr_get_payload_len(attribute) / sizeof *tmpl;

        if (mnl_attr_get_type(attribute) != XFRMA_TMPL)
            continue;
        for (gsize i = 0; i < count; i++)
            if (tmpl[i].reqid >= search->first && tmpl[i].reqid <= search->last)
                return TRUE;
    }
    return FALSE;
}

static int policy_match(const struct nlmsghdr *message, void *data)
{
    const struct xfrm_userpolicy_info *info = mnl_nlmsg_get_payload(message);
    XfrmSearch *search = data;
    struct xfrm_userpolicy_id id = { 0 };

    /* Directions beyond these are per-socket policies: they go with their socket. */
    if (message->nlmsg_type != XFRM_MSG_NEWPOLICY || info->dir > XFRM_POLICY_FWD ||
        !policy_is_ours(message, search))
        return MNL_CB_OK;
    id.sel = info->sel;
    id.index = info->index;
    id.dir = info->dir;
    search_add(search, XFRM_MSG_DELPOLICY, &id, sizeof id, message, sizeof *info);
    return MNL_CB_OK;
}

static gboolean xfrm_search(Netlink *netlink, XfrmSearch *search, GError **error)
{
    static const struct {
        guint16 type;
        mnl_cb_t match;
    } dumps[] = { { XFRM_MSG_GETPOLICY, policy_match }, { XFRM_MSG_GETSA, state_match } };

    for (gsize i = 0; i < G_N_ELEMENTS(dumps); i++) {
        char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
        struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
        int result;

        message->nlmsg_type = dumps[i].type;
        message->nlmsg_flags = NLM_F_DUMP;
        result = netlink_talk(netlink, message, dumps[i].match, search);
        if (result < 0)
            return netlink_fail(error, result, "listing XFRM");
    }
    return TRUE;
}

/* The number found, or -1. */
static int xfrm_run(guint32 first, guint32 last, gboolean delete, GError **error)
{
    g_autoptr(GError) open_error = NULL;
    g_autoptr(Netlink) netlink = netlink_open(NETLINK_XFRM, &open_error);
    g_autoptr(GPtrArray) requests = g_ptr_array_new_with_free_func(g_free);
    XfrmSearch search = { .first = first, .last = last, .requests = requests };

    if (netlink == NULL && g_error_matches(open_error, HOST_ERROR, HOST_ERROR_NO_PATH))
        return 0;
    if (netlink == NULL) {
        g_propagate_error(error, g_steal_pointer(&open_error));
        return -1;
    }
    if (!xfrm_search(netlink, &search, error))
        return -1;
    for (guint i = 0; delete && i < requests->len; i++) {
        int result = netlink_talk(netlink, requests->pdata[i], NULL, NULL);

        if (result < 0 && result != -ESRCH && result != -ENOENT) {
            netlink_fail(error, result, "deleting XFRM");
            return -1;
        }
    }
    return (int)requests->len;
}

int xfrm_count(guint32 first, guint32 last, GError **error)
{
    return xfrm_run(first, last, FALSE, error);
}

gboolean xfrm_flush(guint32 first, guint32 last, GError **error)
{
    return xfrm_run(first, last, TRUE, error) >= 0;
}
