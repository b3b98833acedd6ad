/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process in the sandbox tries what an intruder would try, and is gone; what the tunnel needs
 * goes on working; and the kernel's own view of it shows what was given up. */
#include <fcntl.h>
#include <glib.h>
#include <linux/capability.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tunnel/protocol.h"
#include "tunnel/sandbox.h"

#define EXIT_NO_SANDBOX 41
#define EXIT_SURVIVED 42

typedef void (*Act)(void);

/* What causewayd's unit leaves of root's capabilities, as far as the sandbox could use them. */
static gboolean keep_few_capabilities;

static void give_up_most(void)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct few[_LINUX_CAPABILITY_U32S_3] = { 0 };

    few[0].effective = few[0].permitted = 1U << CAP_SETUID | 1U << CAP_SETGID;
    if (syscall(SYS_capset, &header, few) != 0)
        _exit(EXIT_NO_SANDBOX);
}

/* Runs `act` in a sandboxed child whose descriptor 3 is one end of a pair; the other end is
 * returned when `ret_socket` is given. */
static pid_t run(Act act, int *ret_socket)
{
    int ends[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), ==, 0);
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        char *missing = NULL;
        if (keep_few_capabilities)
            give_up_most();
        if (dup2(ends[1], TUNNEL_SOCKET_FD) < 0 || !sandbox_close_descriptors() ||
            !sandbox_enter(&missing))
            _exit(EXIT_NO_SANDBOX);
        act();
        _exit(EXIT_SURVIVED);
    }
    close(ends[1]);
    if (ret_socket)
        *ret_socket = ends[0];
    else
        close(ends[0]);
    return child;
}

static int wait_for(pid_t child)
{
    int status;

    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    return status;
}

static void act_open(void) { (void)!open("/etc/passwd", O_RDONLY); }
static void act_create(void) { (void)!open("/x", O_WRONLY | O_CREAT, 0600); }
static void act_socket(void) { (void)!socket(AF_INET, SOCK_DGRAM, 0); }
static void act_netlink(void) { (void)!socket(AF_NETLINK, SOCK_RAW, 0); }
static void act_bind(void)
{
    struct sockaddr_in in = { .sin_family = AF_INET };
    (void)!bind(TUNNEL_SOCKET_FD, (struct sockaddr *)&in, sizeof in);
}
static void act_exec(void)
{
    char *argv[] = { (char *)"true", NULL };
    execv("/bin/true", argv);
}
static void act_fork(void) { syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }
static void act_ptrace(void) { ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
static void act_kill(void) { kill(getppid(), 0); }
static void act_signal(void) { syscall(SYS_kill, 1, 0); }
static void act_map_code(void)
{
    (void)!mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void act_make_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
}
static void act_unshare(void) { unshare(CLONE_NEWUSER); }
static void act_setuid(void) { (void)!setuid(0); }
/* Off the interface that it is bound to. */
static void act_disconnect(void)
{
    const struct sockaddr none = { .sa_family = AF_UNSPEC };
    (void)!connect(TUNNEL_CARRIER_FD + 1, &none, sizeof none);
}
/* For another one to come in its place, also by a number of which the kernel takes the half. */
static void act_close_carrier(void) { close(TUNNEL_CARRIER_FD); }
static void act_close_half(void) { syscall(SYS_close, (1UL << 32) + TUNNEL_CARRIER_FD); }
static void act_tun(void) { ioctl(TUNNEL_SOCKET_FD, TUNSETIFF, NULL); }
static void act_policy(void)
{
    /* IP_XFRM_POLICY: taking the guard off the socket */
    setsockopt(TUNNEL_SOCKET_FD, IPPROTO_IP, 17, NULL, 0);
}
static void act_read_memory(void) { syscall(SYS_process_vm_readv, getppid(), 0, 0, 0, 0, 0); }
static void act_32bit(void)
{
#if defined(__x86_64__) || defined(__i386__)
    /* getpid by the other architecture's door */
    __asm__ volatile("int $0x80" : : "a"(20) : "memory");
#else
    syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);
#endif
}

static const struct {
    const char *name;
    Act act;
} forbidden[] = {
    { "open", act_open },           { "create", act_create },     { "socket", act_socket },
    { "netlink", act_netlink },     { "bind", act_bind },         { "exec", act_exec },
    { "fork", act_fork },           { "ptrace", act_ptrace },     { "kill", act_kill },
    { "signal", act_signal },       { "map-code", act_map_code }, { "make-code", act_make_code },
    { "disconnect", act_disconnect }, { "close-carrier", act_close_carrier },
    { "close-half", act_close_half },
    { "unshare", act_unshare },     { "setuid", act_setuid },     { "tun", act_tun },
    { "xfrm-policy", act_policy },  { "read-memory", act_read_memory },
    { "other-architecture", act_32bit },
};

static void test_forbidden(gconstpointer data)
{
    int status = wait_for(run(*(const Act *)data, NULL));

    g_assert_true(WIFSIGNALED(status));
    g_assert_cmpint(WTERMSIG(status), ==, SIGSYS);
}

/* All that the tunnel does to live. */
static void act_allowed(void)
{
    struct pollfd poll_fd = { .fd = TUNNEL_SOCKET_FD, .events = POLLIN };
    struct timespec now;
    char byte;
    int on = 1;

    for (int i = 0; i < 64; i++) {
        char *block = malloc((gsize)1 << (i % 22));
        block[0] = 'x';
        free(block);
    }
    clock_gettime(CLOCK_BOOTTIME, &now);
    if (ppoll(&poll_fd, 1, NULL, NULL) != 1 || read(TUNNEL_SOCKET_FD, &byte, 1) != 1)
        _exit(1);
    /* Refused by a socket that is none of UDP's, but let through. */
    setsockopt(TUNNEL_SOCKET_FD, IPPROTO_UDP, UDP_GRO, &on, sizeof on);
    setsockopt(TUNNEL_SOCKET_FD, IPPROTO_UDP, UDP_SEGMENT, &on, sizeof on);
    (void)!write(TUNNEL_SOCKET_FD, &byte, 1);
    (void)!getrandom(&byte, 1, 0);
    (void)!connect(TUNNEL_CARRIER_FD, &(struct sockaddr){ .sa_family = AF_UNSPEC },
                   sizeof(struct sockaddr));
    close(TUNNEL_CARRIER_FD + 1);
    _exit(7);
}

static void test_allowed(void)
{
    int other;
    char byte = 'x';
    pid_t child = run(act_allowed, &other);

    g_assert_cmpint(write(other, &byte, 1), ==, 1);
    int status = wait_for(child);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 7);
    close(other);
}

static void act_stay(void)
{
    char byte = 'r';

    (void)!write(TUNNEL_SOCKET_FD, &byte, 1);
    (void)!read(TUNNEL_SOCKET_FD, &byte, 1);
}

static void assert_line(const char *status, const char *line)
{
    if (!strstr(status, line))
        g_error("no \"%s\" in:\n%s", line, status);
}

/* Ordinary for a developer without rights as for root: where a user name space can be had, both
 * end up without any. */
static void test_seen_from_outside(gconstpointer data)
{
    g_autofree char *status = NULL;
    char path[64], byte;
    int other;

    keep_few_capabilities = data != NULL && geteuid() == 0;
    pid_t child = run(act_stay, &other);
    keep_few_capabilities = FALSE;
    g_assert_cmpint(read(other, &byte, 1), ==, 1);
    g_snprintf(path, sizeof path, "/proc/%d/status", child);
    g_assert_true(g_file_get_contents(path, &status, NULL, NULL));
    assert_line(status, "CapEff:\t0000000000000000");
    assert_line(status, "CapPrm:\t0000000000000000");
    assert_line(status, "CapBnd:\t0000000000000000");
    assert_line(status, "NoNewPrivs:\t1");
    assert_line(status, "Seccomp:\t2");
    if (geteuid() == 0) {
        struct stat mine, its;

        g_assert_null(strstr(status, "Uid:\t0"));
        assert_line(status, "Groups:\t \n");
        g_snprintf(path, sizeof path, "/proc/%d/ns/net", child);
        g_assert_cmpint(stat("/proc/self/ns/net", &mine), ==, 0);
        g_assert_cmpint(stat(path, &its), ==, 0);
        g_assert_cmpuint(mine.st_ino, !=, its.st_ino);
        g_snprintf(path, sizeof path, "/proc/%d/root", child);
        g_autoptr(GDir) root = g_dir_open(path, 0, NULL);
        g_assert_nonnull(root);
        g_assert_null(g_dir_read_name(root));
    }
    /* The parent is gone: read() ends, and so does the process. */
    close(other);
    g_assert_true(WIFEXITED(wait_for(child)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(forbidden); i++) {
        g_autofree char *path = g_strdup_printf("/tunnel/sandbox/forbidden/%s", forbidden[i].name);
        g_test_add_data_func(path, &forbidden[i].act, test_forbidden);
    }
    g_test_add_func("/tunnel/sandbox/allowed", test_allowed);
    g_test_add_data_func("/tunnel/sandbox/seen-from-outside", NULL, test_seen_from_outside);
    g_test_add_data_func("/tunnel/sandbox/seen-from-outside/few-capabilities", "",
                         test_seen_from_outside);
    return g_test_run();
}
