/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue of what a driver has to do. */
#include "l2tp/engine.h"

/* An effect and what it points at.  The one that was handed out last lives until the next call,
 * as l2tp.h promises; nothing is copied twice. */
typedef struct Item {
    L2tpEffect effect;
    guint8 *packet;
    char *text;
    Failure *failure;
} Item;

static void item_free(gpointer data)
{
    Item *item = data;

    g_free(item->packet);
    g_free(item->text);
    failure_free(item->failure);
    g_free(item);
}

static Item *push(L2tpTunnel *tunnel, L2tpEffectType type)
{
    Item *item = g_new0(Item, 1);

    item->effect.type = type;
    g_queue_push_tail(&tunnel->effects, item);
    return item;
}

/* Nothing but SENDs follows the last effect. */
static Item *push_last(L2tpTunnel *tunnel, L2tpEffectType type)
{
    if (tunnel->finished)
        return NULL;
    tunnel->finished = TRUE;
    return push(tunnel, type);
}

void effect_send(L2tpTunnel *tunnel, const guint8 *packet, gsize length)
{
    Item *item = push(tunnel, L2TP_EFFECT_SEND);

    item->packet = g_memdup2(packet, length);
    item->effect.packet = item->packet;
    item->effect.length = length;
}

void effect_session(L2tpTunnel *tunnel, L2tpEffectType type)
{
    push(tunnel, type)->effect.session = tunnel->session;
}

void effect_tunnel_up(L2tpTunnel *tunnel, const L2tpBytes *host_name)
{
    Item *item = push(tunnel, L2TP_EFFECT_TUNNEL_UP);

    item->text = failure_clean_text(host_name->data, host_name->length);
    item->effect.session = tunnel->session;
    item->effect.host_name = item->text;
}

void effect_failed(L2tpTunnel *tunnel, Failure *failure)
{
    Item *item = push_last(tunnel, L2TP_EFFECT_FAILED);

    if (!item) {
        failure_free(failure);
        return;
    }
    item->failure = failure;
    item->effect.failure = failure;
}

void effect_redirect(L2tpTunnel *tunnel, char *text)
{
    Item *item = push_last(tunnel, L2TP_EFFECT_REDIRECT);

    if (!item) {
        g_free(text);
        return;
    }
    item->text = text;
    item->effect.text = text;
}

void effect_closed(L2tpTunnel *tunnel)
{
    push_last(tunnel, L2TP_EFFECT_CLOSED);
}

gboolean l2tp_tunnel_next(L2tpTunnel *tunnel, L2tpEffect *effect)
{
    g_clear_pointer(&tunnel->current, item_free);
    tunnel->current = g_queue_pop_head(&tunnel->effects);
    if (!tunnel->current)
        return FALSE;
    *effect = tunnel->current->effect;
    return TRUE;
}

void effects_clear(L2tpTunnel *tunnel)
{
    g_clear_pointer(&tunnel->current, item_free);
    g_queue_clear_full(&tunnel->effects, item_free);
}
