/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client's life (RFC 8415 §18.2), and what is told of it.
 *
 *   router says M:  soliciting -> requesting -> bound -> renewing -> rebinding
 *   router says O:  informing -> informed
 *
 * A Solicit or an Information-request that nobody answers ends in `idle` after six tries, some
 * minute, and stays there until the router says something else: most gateways have no server. */
#include <string.h>

#include "dhcp6/advertised.h"

#define IAID 1u             /* of the one IA that we have */
#define TRIES_WITHOUT_END 6 /* where RFC 8415 would go on for ever */
#define ROUNDS_MAX 3        /* of discovery without a lease at the end */
#define DELAY_MAX USEC_PER_SEC              /* SOL_MAX_DELAY, INF_MAX_DELAY (§7.6) */
#define REFRESH_DEFAULT 86400u              /* IRT_DEFAULT (§7.6), and our maximum (§21.23) */
#define REFRESH_MIN 600u                    /* IRT_MINIMUM */
#define RENEW_MIN 10u  /* seconds: however short a T1 is, but for shorter lifetimes */
#define TELL_INTERVAL USEC_PER_SEC /* each telling changes the machine's name servers */
#define DUID_UUID 4                /* RFC 6355 §4 */

typedef enum {
    IDLE,
    SOLICITING,
    REQUESTING,
    BOUND,
    RENEWING,
    REBINDING,
    INFORMING,
    INFORMED,
    CLOSED,
} State;

/* What is sent in a state, and how often (RFC 8415 §7.6, §15).  SOL_MAX_RT and INF_MAX_RT are
 * an hour, and a server may only set them to a minute or more: six tries never come that far. */
static const struct {
    const char *name;
    Dhcp6MessageType message; /* 0: nothing is asked */
    Usec first, limit;        /* IRT, MRT */
    guint tries;              /* MRC; 0: until something else ends it */
    gboolean delayed, of_server;
} states[] = {
    [IDLE] = { .name = "idle" },
    [SOLICITING] = { "soliciting", DHCP6_SOLICIT, USEC_PER_SEC, 3600 * USEC_PER_SEC,
                     TRIES_WITHOUT_END, TRUE, FALSE },
    [REQUESTING] = { "requesting", DHCP6_REQUEST, USEC_PER_SEC, 30 * USEC_PER_SEC, 10, FALSE,
                     TRUE },
    [BOUND] = { .name = "bound" },
    [RENEWING] = { "renewing", DHCP6_RENEW, 10 * USEC_PER_SEC, 600 * USEC_PER_SEC, 0, FALSE,
                   TRUE },
    [REBINDING] = { "rebinding", DHCP6_REBIND, 10 * USEC_PER_SEC, 600 * USEC_PER_SEC, 0, FALSE,
                    FALSE },
    [INFORMING] = { "informing", DHCP6_INFORMATION_REQUEST, USEC_PER_SEC, 3600 * USEC_PER_SEC,
                    TRIES_WITHOUT_END, TRUE, FALSE },
    [INFORMED] = { .name = "informed" },
    [CLOSED] = { .name = "closed" },
};

struct Dhcp6Client {
    Entropy *entropy;
    Dhcp6Duid identity;
    Usec now; /* of the last call */
    State state;
    gboolean managed, other; /* as the router said last */
    guint rounds;

    /* the exchange that goes on */
    guint32 transaction_id;
    Usec begun; /* its first message left */
    Usec timeout, send_at;
    guint sent;
    gboolean offered; /* the best Advertise: `server`, `wish` */
    guint8 preference;
    Dhcp6Duid server;
    guint8 wish[16];

    gboolean leased;
    guint8 address[16];
    Usec renew_at, rebind_at, expires;
    Usec refresh_at;

    guint n_dns; /* by DHCPv6 */
    guint8 dns[DHCP6_DNS_MAX][16];
    Dhcp6Names search;
    Dhcp6Advertised advertised;

    guint8 packet[DHCP6_MESSAGE_MAX]; /* to be sent, when it has a length */
    gsize packet_length;
    Dhcp6Settings settings, told;
    Usec tell_at;
};

static gboolean asks(const Dhcp6Client *client)
{
    return states[client->state].message != 0;
}

static void set_state(Dhcp6Client *client, State state, const char *event)
{
    g_debug("dhcp6: %s -> %s (%s)", states[client->state].name, states[state].name, event);
    client->state = state;
}

/* ---- what is known */

static gboolean has_server(const Dhcp6Settings *settings, const guint8 *address)
{
    for (guint i = 0; i < settings->n_dns; i++) {
        if (memcmp(settings->dns[i], address, 16) == 0)
            return TRUE;
    }
    return FALSE;
}

static void add_server(Dhcp6Settings *settings, const guint8 *address)
{
    if (settings->n_dns < DHCP6_DNS_MAX && !has_server(settings, address))
        memcpy(settings->dns[settings->n_dns++], address, 16);
}

/* RFC 8106 §5.3.1: "the DNS information from DHCP takes precedence over that from RAs". */
static void settle(Dhcp6Client *client)
{
    Dhcp6Advertised *advertised = &client->advertised;
    Dhcp6Settings *settings = &client->settings;
    Dhcp6Names names = client->search;

    memset(settings, 0, sizeof *settings);
    settings->has_address = client->leased;
    if (client->leased)
        memcpy(settings->address, client->address, sizeof settings->address);
    dhcp6_advertised_expire(advertised, client->now);
    for (guint i = 0; i < client->n_dns; i++)
        add_server(settings, client->dns[i]);
    for (guint i = 0; i < advertised->n_dns; i++)
        add_server(settings, advertised->dns[i].address);
    for (guint i = 0; i < advertised->n_search; i++)
        dhcp6_names_add(&names, advertised->search[i].name);
    settings->n_search = names.n;
    for (guint i = 0; i < names.n; i++)
        g_strlcpy(settings->search[i], names.names[i], sizeof settings->search[i]);
}

static gboolean has_news(const Dhcp6Client *client)
{
    /* Both begin as zeros and are written with strings and counts only: bytes behind the end of
     * a string are zeros, too. */
    return client->state != CLOSED &&
           memcmp(&client->settings, &client->told, sizeof client->told) != 0;
}

static void take_servers(Dhcp6Client *client, const Dhcp6Message *message)
{
    client->n_dns = message->n_dns;
    memcpy(client->dns, message->dns, sizeof client->dns);
    client->search = message->search;
}

static void forget_lease(Dhcp6Client *client)
{
    client->leased = FALSE;
    client->n_dns = 0;
    memset(&client->search, 0, sizeof client->search);
}

/* ---- asking */

/* A tenth of `base` at most, more or less (RFC 8415 §15: RAND); `positive`: more. */
static Usec jitter(Dhcp6Client *client, Usec base, gboolean positive)
{
    Usec part = base / 10000 * (1 + entropy_u16(client->entropy) % 1000);

    return positive || entropy_u16(client->entropy) & 1 ? base + part : base - part;
}

static void begin(Dhcp6Client *client, State state, const char *event)
{
    set_state(client, state, event);
    client->transaction_id = entropy_u32(client->entropy) & 0xffffff;
    client->sent = 0;
    client->offered = FALSE;
    client->send_at = client->now;
    /* RFC 8415 §18.2.1, §18.2.6: a random delay before the first one.  Nothing waits for it. */
    if (states[state].delayed)
        client->send_at += entropy_u32(client->entropy) % DELAY_MAX;
}

static void ask(Dhcp6Client *client)
{
    State state = client->state;
    gboolean first = client->sent == 0;
    const guint8 *address = NULL;

    if (first)
        client->begun = client->now;
    if (client->leased)
        address = client->address;
    else if (state == REQUESTING)
        address = client->wish;

    Usec elapsed = (client->now - client->begun) / (10 * USEC_PER_MSEC);
    Dhcp6Question question = {
        .type = states[state].message,
        .transaction_id = client->transaction_id,
        .client = &client->identity,
        .server = states[state].of_server ? &client->server : NULL,
        .elapsed = (guint16)MIN(elapsed, G_MAXUINT16), /* RFC 8415 §21.9 */
        .iaid = IAID,
        .address = address,
    };
    client->packet_length = dhcp6_message_build(&question, client->packet);
    client->sent++;

    /* RFC 8415 §15; the first RT of a Solicit is "strictly greater than IRT" (§18.2.1). */
    if (first)
        client->timeout = jitter(client, states[state].first, state == SOLICITING);
    else
        client->timeout = client->timeout + jitter(client, client->timeout, FALSE);
    if (client->timeout > states[state].limit)
        client->timeout = jitter(client, states[state].limit, FALSE);
    client->send_at = usec_add(client->now, client->timeout);
}

static void discover_again(Dhcp6Client *client, const char *event)
{
    forget_lease(client);
    if (client->managed && client->rounds++ < ROUNDS_MAX)
        begin(client, SOLICITING, event);
    else
        set_state(client, IDLE, event);
}

/* All tries of an exchange are used up. */
static void give_up(Dhcp6Client *client)
{
    if (client->state == SOLICITING)
        /* A server without addresses may know the rest (RFC 8415 §18.2.10.1). */
        begin(client, INFORMING, "nobody offers an address");
    else if (client->state == REQUESTING)
        discover_again(client, "the server is silent");
    else
        set_state(client, IDLE, "no answer");
}

/* ---- answers */

static const Dhcp6Lease *find_lease(const Dhcp6Message *message, const guint8 *address)
{
    for (guint i = 0; i < message->n_leases; i++) {
        if (!address ? message->leases[i].valid > 0
                     : memcmp(message->leases[i].address, address, 16) == 0)
            return &message->leases[i];
    }
    return NULL;
}

static Usec after(const Dhcp6Client *client, guint32 seconds)
{
    return seconds == DHCP6_FOREVER ? USEC_NEVER
                                    : usec_add(client->now, seconds * USEC_PER_SEC);
}

/* Not so often that a server keeps us busy, and not so late that the address ends before. */
static Usec renew_not_before(const Dhcp6Client *client, const Dhcp6Lease *lease)
{
    return after(client, CLAMP(lease->valid / 2, 1u, RENEW_MIN));
}

/* RFC 8415 §21.4: zero leaves T1 and T2 to us; half and four fifths of the preferred lifetime
 * are what it recommends to servers. */
static void bind_lease(Dhcp6Client *client, const Dhcp6Message *message, const Dhcp6Lease *lease)
{
    guint32 t1 = message->t1, t2 = message->t2;
    gboolean forever = lease->preferred == DHCP6_FOREVER;

    if (t1 == 0)
        t1 = forever ? DHCP6_FOREVER : lease->preferred / 2;
    if (t2 == 0)
        t2 = forever ? DHCP6_FOREVER : lease->preferred / 5 * 4;
    client->leased = TRUE;
    memcpy(client->address, lease->address, sizeof client->address);
    client->server = message->server;
    client->renew_at = MAX(after(client, t1), renew_not_before(client, lease));
    client->rebind_at = MAX(after(client, t2), client->renew_at);
    client->expires = after(client, lease->valid);
    client->rounds = 0;
    take_servers(client, message);
    set_state(client, BOUND, "reply");
}

static void accept_offer(Dhcp6Client *client)
{
    begin(client, REQUESTING, "offer");
}

static void advertised(Dhcp6Client *client, const Dhcp6Message *message)
{
    const Dhcp6Lease *lease = find_lease(message, NULL);

    /* RFC 8415 §18.2.9: one without addresses is ignored. */
    if (client->state != SOLICITING || message->status != DHCP6_STATUS_SUCCESS || !lease ||
        (client->offered && message->preference <= client->preference))
        return;
    client->offered = TRUE;
    client->preference = message->preference;
    client->server = message->server;
    memcpy(client->wish, lease->address, sizeof client->wish);
    /* §18.2.1: offers are collected while the first RT lasts, unless one is beyond all others. */
    if (message->preference == G_MAXUINT8 || client->sent > 1)
        accept_offer(client);
}

static void replied_with_lease(Dhcp6Client *client, const Dhcp6Message *message)
{
    const Dhcp6Lease *held = client->leased ? find_lease(message, client->address) : NULL;
    const Dhcp6Lease *lease = held && held->valid > 0 ? held : find_lease(message, NULL);
    guint16 status = message->status != DHCP6_STATUS_SUCCESS ? message->status
                                                             : message->ia_status;

    if (status == DHCP6_STATUS_NO_BINDING && client->leased) {
        /* RFC 8415 §18.2.10.1: asked for anew, of the server that said so. */
        client->server = message->server;
        begin(client, REQUESTING, "no binding");
    } else if (status == DHCP6_STATUS_NOT_ON_LINK || status == DHCP6_STATUS_NO_ADDRS_AVAIL) {
        if (client->state == REQUESTING)
            discover_again(client, "refused");
    } else if (status == DHCP6_STATUS_SUCCESS && lease) {
        bind_lease(client, message, lease);
    } else if (held && held->valid == 0) {
        discover_again(client, "taken back");
    }
    /* Anything else is as if it had not come: what was sent is repeated, within its bounds. */
}

static void replied(Dhcp6Client *client, const Dhcp6Message *message)
{
    switch (client->state) {
    case SOLICITING:
        /* RFC 8415 §18.2.1: "discard any Reply messages that do not contain the Rapid Commit
         * option". */
        if (message->rapid_commit)
            replied_with_lease(client, message);
        break;
    case REQUESTING:
    case RENEWING:
    case REBINDING:
        replied_with_lease(client, message);
        break;
    case INFORMING:
        if (message->status != DHCP6_STATUS_SUCCESS)
            break;
        take_servers(client, message);
        client->refresh_at =
            after(client, message->refresh == 0 ? REFRESH_DEFAULT
                                                : CLAMP(message->refresh, REFRESH_MIN,
                                                        REFRESH_DEFAULT));
        set_state(client, INFORMED, "reply");
        break;
    case IDLE:
    case BOUND:
    case INFORMED:
    case CLOSED:
        break;
    }
}

void dhcp6_client_input(Dhcp6Client *client, Usec now, const guint8 *message, gsize length)
{
    Dhcp6Message parsed;

    client->now = now;
    /* RFC 8415 §16.3, §16.10: not the question's transaction, or not to us. */
    if (!asks(client) || client->sent == 0 ||
        !dhcp6_message_parse(message, length, IAID, &parsed) ||
        parsed.transaction_id != client->transaction_id ||
        !dhcp6_duid_equal(&parsed.client, &client->identity))
        return;
    if (parsed.type == DHCP6_ADVERTISE)
        advertised(client, &parsed);
    else
        replied(client, &parsed);
    settle(client);
}

/* ---- the router */

void dhcp6_client_router(Dhcp6Client *client, Usec now, gboolean managed, gboolean other)
{
    gboolean news = managed && !client->managed, more = other && !client->other;

    client->now = now;
    client->managed = managed;
    client->other = other;
    if (news && (client->state == IDLE || client->state == INFORMING ||
                 client->state == INFORMED)) {
        client->rounds = 0;
        begin(client, SOLICITING, "the router says M");
    } else if (more && client->state == IDLE) {
        begin(client, INFORMING, "the router says O");
    }
}

void dhcp6_client_router_options(Dhcp6Client *client, Usec now, const guint8 *options,
                                 gsize length)
{
    client->now = now;
    dhcp6_advertised_read(&client->advertised, now, options, length);
    settle(client);
}

/* ---- time */

static void exchange_tick(Dhcp6Client *client)
{
    if (!asks(client) || client->now < client->send_at)
        return;
    if (client->offered)
        accept_offer(client);
    else if (states[client->state].tries != 0 && client->sent == states[client->state].tries)
        give_up(client);
    if (asks(client) && client->now >= client->send_at)
        ask(client);
}

void dhcp6_client_tick(Dhcp6Client *client, Usec now)
{
    client->now = now;
    if (client->leased && now >= client->expires)
        discover_again(client, "expired");
    else if (client->state == BOUND && now >= client->renew_at)
        begin(client, RENEWING, "T1");
    else if (client->state == RENEWING && now >= client->rebind_at)
        begin(client, REBINDING, "T2");
    else if (client->state == INFORMED && now >= client->refresh_at)
        begin(client, INFORMING, "refresh");
    exchange_tick(client);
    settle(client);
}

Usec dhcp6_client_deadline(const Dhcp6Client *client)
{
    Usec deadline = dhcp6_advertised_deadline(&client->advertised);

    if (client->state == CLOSED)
        return USEC_NEVER;
    if (asks(client))
        deadline = MIN(deadline, client->send_at);
    if (client->leased)
        deadline = MIN(deadline, client->expires);
    if (client->state == BOUND)
        deadline = MIN(deadline, client->renew_at);
    if (client->state == RENEWING)
        deadline = MIN(deadline, client->rebind_at);
    if (client->state == INFORMED)
        deadline = MIN(deadline, client->refresh_at);
    if (has_news(client))
        deadline = MIN(deadline, client->tell_at);
    return deadline;
}

/* ---- the owner's side */

gboolean dhcp6_client_next(Dhcp6Client *client, Dhcp6Effect *effect)
{
    memset(effect, 0, sizeof *effect);
    if (client->packet_length > 0) {
        effect->type = DHCP6_EFFECT_SEND;
        effect->packet = client->packet;
        effect->length = client->packet_length;
        client->packet_length = 0;
        return TRUE;
    }
    if (!has_news(client) || client->now < client->tell_at)
        return FALSE;
    client->told = client->settings;
    client->tell_at = usec_add(client->now, TELL_INTERVAL);
    effect->type = DHCP6_EFFECT_SETTINGS;
    effect->settings = &client->told;
    return TRUE;
}

void dhcp6_client_close(Dhcp6Client *client, Usec now)
{
    client->now = now;
    if (client->state == CLOSED)
        return;
    set_state(client, CLOSED, "close");
    client->packet_length = 0;
    if (!client->leased)
        return;
    Dhcp6Question release = {
        .type = DHCP6_RELEASE,
        .transaction_id = entropy_u32(client->entropy) & 0xffffff,
        .client = &client->identity,
        .server = &client->server,
        .iaid = IAID,
        .address = client->address,
    };
    client->packet_length = dhcp6_message_build(&release, client->packet);
    client->leased = FALSE;
}

Dhcp6Client *dhcp6_client_new(const guint8 identity[DHCP6_IDENTITY_SIZE], Entropy *entropy)
{
    Dhcp6Client *client = g_new0(Dhcp6Client, 1);

    client->entropy = entropy;
    client->identity.length = 2 + DHCP6_IDENTITY_SIZE;
    client->identity.bytes[1] = DUID_UUID;
    memcpy(client->identity.bytes + 2, identity, DHCP6_IDENTITY_SIZE);
    return client;
}

void dhcp6_client_free(Dhcp6Client *client)
{
    g_free(client);
}
