/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One VPN connection as a front end shows it. */
#include "client/vpn_item.h"

#include <string.h>

struct _VpnItem {
    GObject parent;
    VpnStore *store;
    char *uuid, *name, *gateway, *owner;
    char **stored, **missing;
    VpnStatus status;
};

G_DEFINE_TYPE(VpnItem, vpn_item, G_TYPE_OBJECT)

static guint changed_signal;

static const char *const state_names[VPN_STATE_COUNT] = {
    [VPN_DISCONNECTED] = "disconnected",   [VPN_CONNECTING] = "connecting",
    [VPN_CONNECTED] = "connected",         [VPN_RECONNECTING] = "reconnecting",
    [VPN_DISCONNECTING] = "disconnecting", [VPN_FAILED] = "failed",
};

const char *vpn_state_name(VpnState state)
{
    g_return_val_if_fail((guint)state < VPN_STATE_COUNT, NULL);
    return state_names[state];
}

gboolean vpn_state_from_name(const char *name, VpnState *ret_state)
{
    for (guint i = 0; i < VPN_STATE_COUNT; i++) {
        if (g_strcmp0(name, state_names[i]) == 0) {
            *ret_state = (VpnState)i;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean vpn_state_is_active(VpnState state)
{
    return state == VPN_CONNECTING || state == VPN_CONNECTED || state == VPN_RECONNECTING;
}

void vpn_status_clear(VpnStatus *status)
{
    g_free(status->failure_stage);
    g_free(status->failure_code);
    g_free(status->failure_message);
    g_free(status->failure_hint);
    g_free(status->gateway);
    g_free(status->interface);
    g_free(status->data_path);
    g_free(status->peer_address);
    g_free(status->ike);
    g_free(status->esp);
    g_free(status->nat);
    g_free(status->authentication);
    g_strfreev(status->local_addresses);
    g_strfreev(status->dns);
    *status = (VpnStatus){.state = VPN_DISCONNECTED};
}

gboolean vpn_status_is_clear(const VpnStatus *status)
{
    return status->state == VPN_CONNECTED && status->data_path && *status->data_path &&
           (!status->esp || !*status->esp);
}

static void vpn_item_finalize(GObject *object)
{
    VpnItem *item = VPN_ITEM(object);

    vpn_status_clear(&item->status);
    g_free(item->uuid);
    g_free(item->name);
    g_free(item->gateway);
    g_free(item->owner);
    g_strfreev(item->stored);
    g_strfreev(item->missing);
    G_OBJECT_CLASS(vpn_item_parent_class)->finalize(object);
}

static void vpn_item_class_init(VpnItemClass *class)
{
    G_OBJECT_CLASS(class)->finalize = vpn_item_finalize;
    changed_signal = g_signal_new("changed", VPN_TYPE_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
}

static void vpn_item_init(VpnItem *item)
{
    item->name = g_strdup("");
    item->gateway = g_strdup("");
    item->owner = g_strdup("");
    item->stored = g_new0(char *, 1);
    item->missing = g_new0(char *, 1);
}

VpnItem *vpn_item_new(VpnStore *store, const char *uuid)
{
    VpnItem *item = g_object_new(VPN_TYPE_ITEM, NULL);

    item->store = store;
    item->uuid = g_strdup(uuid);
    return item;
}

VpnStore *vpn_item_store(VpnItem *item)
{
    return item->store;
}

const char *vpn_item_uuid(VpnItem *item)
{
    return item->uuid;
}

const char *vpn_item_name(VpnItem *item)
{
    return item->name;
}

const char *vpn_item_gateway(VpnItem *item)
{
    return item->gateway;
}

const char *vpn_item_owner(VpnItem *item)
{
    return item->owner;
}

const char *const *vpn_item_stored_secrets(VpnItem *item)
{
    return (const char *const *)item->stored;
}

const char *const *vpn_item_missing_secrets(VpnItem *item)
{
    return (const char *const *)item->missing;
}

const VpnStatus *vpn_item_status(VpnItem *item)
{
    return &item->status;
}

static void replace(char **place, const char *value)
{
    char *old = *place;

    *place = g_strdup(value ? value : "");
    g_free(old);
}

void vpn_item_set_profile(VpnItem *item, const char *name, const char *gateway, const char *owner)
{
    replace(&item->name, name);
    replace(&item->gateway, gateway);
    replace(&item->owner, owner);
}

void vpn_item_set_secrets(VpnItem *item, const char *const *stored, const char *const *missing)
{
    if (stored) {
        g_strfreev(item->stored);
        item->stored = g_strdupv((char **)stored);
    }
    if (missing) {
        g_strfreev(item->missing);
        item->missing = g_strdupv((char **)missing);
    }
}

VpnStatus *vpn_item_edit_status(VpnItem *item)
{
    return &item->status;
}

void vpn_item_changed(VpnItem *item)
{
    g_signal_emit(item, changed_signal, 0);
}

gint vpn_item_compare(gconstpointer a, gconstpointer b, gpointer unused)
{
    const VpnItem *first = a, *second = b;
    int order = g_utf8_collate(first->name, second->name);

    return order ? order : strcmp(first->uuid, second->uuid);
}
