/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole contract between causewayd and its causeway-tunnel.
 *
 * A SOCK_SEQPACKET pair; one message is one datagram is one GVariant "(yv)": the type, then the
 * body of exactly that type's form.  Descriptors travel beside it (SCM_RIGHTS), as many as the
 * type says and no others.  Each side decodes what the other sends as if it were hostile: any
 * form, range or count that is not allowed here makes the message invalid, and an invalid
 * message ends the connection.  The tunnel exits; causewayd kills it.
 *
 * Order, as the parent sees it: READY; then CONFIGURE, SOCKET and START in this order, at any
 * time; STAGE, PEER, DATA_PATH_WANTED (once), MTU, OPTIONS, NETWORK_UP/DOWN, IPV6_SETTINGS as
 * they happen; at the end exactly one of FAILED, REDIRECTED or CLOSED. */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/failure.h"
#include "base/secret.h"
#include "base/usec.h"
#include "dhcp6/dhcp6.h"
#include "l2tp/l2tp.h"
#include "ppp/ppp.h"

#define TUNNEL_MESSAGE_MAX 8192 /* bytes of a datagram */
#define TUNNEL_MESSAGE_FDS 2    /* descriptors beside it, at most */
#define TUNNEL_TEXT_MAX 512     /* bytes of any text of the tunnel's */
#define TUNNEL_NAME_MAX 1024    /* bytes of a name of the parent's */
#define TUNNEL_SECRET_MAX 1024
#define TUNNEL_RTT_MAX (60 * USEC_PER_SEC)
#define TUNNEL_SOCKET_FD 3      /* where the tunnel process finds its end of the pair */
/* Where TUNNEL_SOCKET's arrives in the tunnel process: behind its timer, before all others. */
#define TUNNEL_CARRIER_FD 5

typedef enum {
    /* parent to tunnel */
    TUNNEL_CONFIGURE = 1, /* config */
    TUNNEL_SOCKET,        /* peer; fd: UDP, bound, guarded by its XFRM policy, not connected */
    TUNNEL_START,         /* rtt: IPsec protects the socket's traffic, L2TP may begin */
    TUNNEL_KERNEL_PATH,   /* fds: channel and unit of /dev/ppp, attached */
    TUNNEL_USER_PATH,     /* offloads; fd: a TUN with IFF_VNET_HDR and IFF_NO_PI */
    TUNNEL_SECRET,        /* secret_kind, secret (NULL: the user gave up) */
    TUNNEL_PATH_CHANGED,  /* the SA or the route below is another one: measure it again */
    TUNNEL_STATISTICS_WANTED,
    TUNNEL_STOP, /* say good-bye to the peer; CLOSED follows within TUNNEL_STOP_TIME */
    TUNNEL_IPV6, /* ipv6; fds: netlink, joined to what routers say of this interface alone; UDP,
                    the interface's DHCPv6 client port. After NETWORK_UP with IPv6, again when
                    the link-local address has become another */
    /* tunnel to parent */
    TUNNEL_READY = 64,       /* the sandbox is in force */
    TUNNEL_STAGE,            /* stage, text: what succeeded, e.g. the method, or NULL */
    TUNNEL_PEER,             /* peer: where the gateway really answers from (RFC 3193 §4.2) */
    TUNNEL_DATA_PATH_WANTED, /* data_path */
    TUNNEL_OPTIONS,          /* options */
    TUNNEL_NETWORK_UP,       /* network */
    TUNNEL_NETWORK_DOWN,
    TUNNEL_SECRET_WANTED, /* secret_kind, failure: why the last one was refused, or NULL */
    TUNNEL_STATISTICS,    /* statistics */
    TUNNEL_LOG,           /* text: one line for the connection's log */
    TUNNEL_FAILED,        /* failure */
    TUNNEL_REDIRECTED,    /* text: the gateway wants to be called at another address */
    TUNNEL_CLOSED,
    TUNNEL_MTU, /* mtu: the interface's, another one than DATA_PATH_WANTED said */
    TUNNEL_IPV6_SETTINGS, /* settings: all that hold now, in place of those told before */
} TunnelMessageType;

/* How long a polite end may take in the tunnel; its parent waits a little longer. */
#define TUNNEL_STOP_TIME (800 * USEC_PER_MSEC)

/* What the engines need to be told.  All zero but for names is a sensible start. */
typedef struct {
    /* L2TP (l2tp/l2tp.h) */
    char *host_name;
    Secret *l2tp_secret; /* NULL: none */
    gboolean hide_avps;
    guint16 receive_window; /* 0: default */
    Usec hello_interval;    /* 0: none */
    gboolean sequencing;
    /* PPP (ppp/ppp.h) */
    char *user;
    Secret *password; /* NULL: SECRET_WANTED asks */
    guint methods;    /* PppMethod bits */
    guint16 mru;      /* 0: what the path carries */
    guint16 mtu;      /* 0: what the path carries; else never more than that */
    gboolean pfc, acfc;
    gboolean ipv4, ipv6;
    guint32 ipv4_address; /* network order, 0: any */
    gboolean dns, nbns;
    Usec echo_interval;
    guint echo_failures;
} TunnelConfig;

void tunnel_config_clear(TunnelConfig *config); /* wipes and frees what it points to */
/* Whether an IPv4 address (network order) can be one of a host: NETWORK_UP carries no other. */
gboolean tunnel_address_is_host(guint32 address);

/* Everything that a data path of either kind needs to know. The socket is connected to the
 * peer by then, for every holder of it. */
typedef struct {
    L2tpSession session;
    guint16 path_mtu; /* IP_MTU of the connected socket: IP packet before ESP, bytes */
    guint16 mtu;      /* what fits into one IP packet of path_mtu: the interface's MTU */
} TunnelDataPath;

/* What IPv6 inside the tunnel begins with. */
typedef struct {
    guint8 identity[DHCP6_IDENTITY_SIZE]; /* see dhcp6_client_new() */
    gboolean managed, other; /* flags of an earlier router advertisement on this interface */
} TunnelIpv6;

/* Of the user path; the kernel path's are the interface's own. Bytes and packets of IP. */
typedef struct {
    guint64 rx_bytes, rx_packets;
    guint64 tx_bytes, tx_packets;
    guint64 rx_dropped, tx_dropped;
    Usec rtt; /* of the control connection, 0 unknown */
    gboolean segmentation_offload; /* UDP_SEGMENT works on this socket */
    gboolean receive_offload;      /* the kernel has merged packets by UDP_GRO */
} TunnelStatistics;

/* A message in plain values. Which members count depends on the type, as said above. */
typedef struct {
    TunnelMessageType type;
    TunnelConfig config;
    struct sockaddr_storage peer; /* AF_INET or AF_INET6 */
    Usec rtt;
    guint offloads; /* TUN_F_* bits that TUNSETOFFLOAD accepted */
    PppSecretKind secret_kind;
    Secret *secret;
    Stage stage;
    char *text;
    TunnelDataPath data_path;
    guint16 mtu;
    PppOptions options;
    PppNetwork network;
    TunnelStatistics statistics;
    TunnelIpv6 ipv6;
    Dhcp6Settings *settings;
    Failure *failure;
    int fds[TUNNEL_MESSAGE_FDS]; /* owned; valid up to tunnel_message_fds() */
} TunnelMessage;

typedef enum {
    TUNNEL_TO_TUNNEL,
    TUNNEL_TO_PARENT,
} TunnelDirection;

/* How many descriptors belong to a message of this type. */
guint tunnel_message_fds(TunnelMessageType type);
/* An empty message of that type, without descriptors. */
void tunnel_message_init(TunnelMessage *message, TunnelMessageType type);
/* Frees and wipes what the message owns and closes its descriptors. */
void tunnel_message_clear(TunnelMessage *message);

/* The bytes on the wire, or NULL when a value is out of range.  The block may hold secrets:
 * free it with tunnel_message_bytes_free(). */
guint8 *tunnel_message_encode(const TunnelMessage *message, gsize *ret_length);
void tunnel_message_bytes_free(guint8 *bytes, gsize length);
/* FALSE: not a valid message for that direction; `message` is then as after init. Descriptors
 * are not looked at here. */
gboolean tunnel_message_decode(TunnelMessage *message, TunnelDirection direction,
                               const guint8 *data, gsize length);

typedef enum {
    TUNNEL_IO_DONE,
    TUNNEL_IO_AGAIN,   /* nothing there now, or no room now */
    TUNNEL_IO_CLOSED,  /* the other end is gone */
    TUNNEL_IO_INVALID, /* what came, or was to be sent, is not a message */
} TunnelIo;

/* One datagram, with the message's descriptors, never blocking. */
TunnelIo tunnel_message_send(int socket_fd, const TunnelMessage *message);
TunnelIo tunnel_message_receive(int socket_fd, TunnelDirection direction, TunnelMessage *message);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TunnelMessage, tunnel_message_clear)
