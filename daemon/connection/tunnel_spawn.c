/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The start of a causeway-tunnel process. */
#include "connection/tunnel_spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "tunnel/protocol.h"

int tunnel_spawn(const char *program, int child_end, GPid *ret_pid)
{
    char *const argv[] = { (char *)"causeway-tunnel", NULL };
    char *const environment[] = { NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, child_end, TUNNEL_SOCKET_FD);
    posix_spawn_file_actions_addclosefrom_np(&actions, TUNNEL_SOCKET_FD + 1);

    /* A session of its own: a Ctrl-C on the daemon's terminal must not end tunnels that the
     * daemon is about to close in order. */
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);

    int error = posix_spawn(ret_pid, program, &actions, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}
