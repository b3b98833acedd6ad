/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list-sa and child-updown. */
#include "ipsec/sa-info.h"

#include <string.h>

#include "ipsec/proposals.h"

static guint number(const ViciNode *node, const char *name)
{
    return (guint)vici_node_number(node, name, G_MAXUINT32, 0);
}

static char *read_suite(const ViciNode *node, gboolean with_prf)
{
    g_autofree char *name = proposals_name(
        vici_node_string(node, "encr-alg"), number(node, "encr-keysize"),
        vici_node_string(node, "integ-alg"), with_prf ? vici_node_string(node, "prf-alg") : NULL,
        vici_node_string(node, "dh-group"));

    return failure_clean_text((const guint8 *)name, strlen(name));
}

static char *read_text(const ViciNode *node, const char *name)
{
    const char *text = vici_node_string(node, name);

    return text ? failure_clean_text((const guint8 *)text, strlen(text)) : NULL;
}

static void read_shape(IkeInfo *info)
{
    EspShape shape = { 0 };

    /* A suite that we do not know: the largest there is. */
    if (!proposals_esp_shape(info->esp_suite, &shape))
        shape = (EspShape){ .iv = 16, .icv = 32, .align = 16 };
    info->esp_iv = shape.iv;
    info->esp_icv = shape.icv;
    info->esp_align = shape.align;
}

static void fill(SaInfo *sa, const ViciNode *ike, const ViciNode *child)
{
    IkeInfo *info = &sa->info;
    guint rtt = info->rtt_msec;
    gboolean aggressive = info->aggressive;

    sa_info_clear(sa);
    info->rtt_msec = rtt;
    info->aggressive = aggressive;
    info->ike_suite = sa->ike_suite = read_suite(ike, TRUE);
    info->esp_suite = sa->esp_suite = read_suite(child, FALSE);
    info->ike_weak = proposals_weak(sa->ike_suite);
    info->esp_weak = proposals_weak(sa->esp_suite);
    info->local_id = sa->local_id = read_text(ike, "local-id");
    info->remote_id = sa->remote_id = read_text(ike, "remote-id");
    info->nat_local = vici_node_flag(ike, "nat-local");
    info->nat_remote = vici_node_flag(ike, "nat-remote");
    info->encapsulated = vici_node_flag(child, "encap");
    info->ike_port = (guint16)vici_node_number(ike, "remote-port", G_MAXUINT16, 500);
    info->reqid = number(child, "reqid");
    info->ike_expires = number(ike, "reauth-time");
    if (info->ike_expires == 0)
        info->ike_expires = number(ike, "rekey-time");
    info->esp_expires = number(child, "rekey-time");
    read_shape(info);
}

/* Hexadecimal, as charon writes it; 0: none. */
static guint32 spi_out(const ViciNode *child)
{
    const char *text = vici_node_string(child, "spi-out");
    guint64 spi = 0;

    return text && g_ascii_string_to_unsigned(text, 16, 1, G_MAXUINT32, &spi, NULL) ? (guint32)spi
                                                                                    : 0;
}

static guint64 child_id(const ViciNode *child)
{
    return vici_node_number(child, "uniqueid", G_MAXUINT32, 0);
}

guint64 sa_info_child_of_spi(const ViciNode *message, const char *name, guint32 spi)
{
    const ViciNode *children = vici_node_child(vici_node_child(message, name), "child-sas");

    for (const ViciNode *child = children ? children->child : NULL; child; child = child->next) {
        if (spi != 0 && spi_out(child) == spi)
            return child_id(child);
    }
    return 0;
}

gboolean sa_info_read(SaInfo *info, const ViciNode *message, const char *name, guint32 reqid,
                      guint32 dead_spi)
{
    const ViciNode *ike = vici_node_child(message, name);
    const ViciNode *children = vici_node_child(ike, "child-sas");
    gboolean found = FALSE;

    for (const ViciNode *child = children ? children->child : NULL; child; child = child->next) {
        const char *state = vici_node_string(child, "state");
        guint64 id = child_id(child);
        if (number(child, "reqid") != reqid || g_strcmp0(state, "INSTALLED") != 0 ||
            id == 0 || id < info->child_id || (dead_spi != 0 && spi_out(child) == dead_spi))
            continue;
        fill(info, ike, child);
        info->ike_id = vici_node_number(ike, "uniqueid", G_MAXUINT32, 0);
        info->child_id = id;
        info->unheard = vici_node_number(child, "packets-in", G_MAXUINT64, 1) == 0;
        found = TRUE;
    }
    return found;
}

void sa_info_clear(SaInfo *info)
{
    g_free(info->ike_suite);
    g_free(info->esp_suite);
    g_free(info->local_id);
    g_free(info->remote_id);
    memset(info, 0, sizeof *info);
}
