/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causeway-tunnel: parses what the gateway says, and can do nothing else. It is started by
 * causewayd with one descriptor, its end of a socket pair (protocol.h). */
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "tunnel/pump.h"
#include "tunnel/sandbox.h"

#define EXIT_USAGE 2
#define EXIT_SANDBOX 3

static gboolean has_parent(void)
{
    int type = 0;
    socklen_t length = sizeof type;

    return getsockopt(TUNNEL_SOCKET_FD, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
           type == SOCK_SEQPACKET;
}

int main(int argc, char **argv)
{
    static const char usage[] = "causeway-tunnel is a part of causewayd, which starts it.\n";
    guint8 seed[ENTROPY_SEED_SIZE];
    g_autofree char *missing = NULL;

    if (argc != 1 || !has_parent()) {
        (void)!write(STDERR_FILENO, usage, sizeof usage - 1);
        return EXIT_USAGE;
    }
    if (!sandbox_close_descriptors() || getrandom(seed, sizeof seed, 0) != sizeof seed)
        return EXIT_SANDBOX;
    int timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (timer < 0 || !sandbox_enter(&missing))
        return EXIT_SANDBOX;

    pump_run(TUNNEL_SOCKET_FD, timer, seed, missing);
    explicit_bzero(seed, sizeof seed);
    /* Without the handlers of exit(): nothing is to be flushed, much would be forbidden. */
    _exit(0);
}
