/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system calls that are left to a tunnel process; any other kills it.
 *
 * A program of the build's: it prints the filter as an array of the kernel's instructions, which
 * filter.c loads.  So libseccomp is in no process that we run, and none spends its start (and the
 * memory that this leaves behind) on compiling the same rules. */
#include <linux/filter.h>
#include <linux/ppp_defs.h>
#include <linux/ppp-ioctl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "tunnel/protocol.h"
#include "tunnel/sandbox.h"

/* From <linux/in.h> and <linux/in6.h>, which do not go together with <netinet/in.h>. */
#define OPTION_IP_MTU 14
#define OPTION_IPV6_MTU 24
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

/* Those that matter to throughput come first: their place is their cost. */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(recvmmsg),
    SCMP_SYS(recvmmsg_time64),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(ppoll),
    SCMP_SYS(ppoll_time64),
    SCMP_SYS(clock_gettime), /* where the vDSO has none, e.g. User-Mode Linux */
    SCMP_SYS(clock_gettime64),
    SCMP_SYS(timerfd_settime),
    SCMP_SYS(timerfd_settime64),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(getrandom),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask), /* sigsetjmp(), by which causeway-qr's reader of JPEG gives up */
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
#ifdef WITH_ADDRESS_SANITIZER
    SCMP_SYS(sigaltstack),
    SCMP_SYS(sched_yield),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
#endif
};

static const struct {
    int level, option;
} readable[] = {
    { SOL_SOCKET, SO_ERROR },
    { IPPROTO_IP, OPTION_IP_MTU },
    { IPPROTO_IPV6, OPTION_IPV6_MTU },
};

static const int udp_options[] = { UDP_SEGMENT, UDP_GRO };

/* connect() with no address takes a socket off its interface: DHCPv6's, which is to speak inside
 * the tunnel alone, could then reach the networks around it and services of this computer.  The
 * carrier's is guarded by its policy, whoever its peer is.  That nothing else ever gets its
 * number, it is never closed. */
static int add_carrier_rules(scmp_filter_ctx filter)
{
    int failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(connect), 1,
                                  SCMP_A0_64(SCMP_CMP_EQ, TUNNEL_CARRIER_FD, 0));

    /* One by one: of a larger number the kernel would look at its lower half. */
    for (guint fd = 0; fd < SANDBOX_DESCRIPTORS_MAX; fd++) {
        if (fd != TUNNEL_CARRIER_FD)
            failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(close), 1,
                                       SCMP_A0_64(SCMP_CMP_EQ, fd, 0));
    }
    return failed;
}

static gboolean add_rules(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp not_executable = SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    int failed = 0;

    for (guint i = 0; i < G_N_ELEMENTS(allowed); i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);

    failed |= add_carrier_rules(filter);
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, not_executable);
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap2), 1, not_executable);
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, not_executable);
    /* How long the kernel's data path has been silent. */
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                               SCMP_A1_32(SCMP_CMP_EQ, (guint32)PPPIOCGIDLE64, 0));

    for (guint i = 0; i < G_N_ELEMENTS(readable); i++) {
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(getsockopt), 2,
                                   SCMP_A1_32(SCMP_CMP_EQ, (guint32)readable[i].level, 0),
                                   SCMP_A2_32(SCMP_CMP_EQ, (guint32)readable[i].option, 0));
    }
    for (guint i = 0; i < G_N_ELEMENTS(udp_options); i++) {
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 2,
                                   SCMP_A1_32(SCMP_CMP_EQ, IPPROTO_UDP, 0),
                                   SCMP_A2_32(SCMP_CMP_EQ, (guint32)udp_options[i], 0));
    }
    return failed == 0;
}

static gboolean print(scmp_filter_ctx filter)
{
    FILE *file = tmpfile();
    struct sock_filter line;
    gboolean ok = file && seccomp_export_bpf(filter, fileno(file)) == 0 &&
                  fseek(file, 0, SEEK_SET) == 0;

    printf("/* made by filter_program.c */\n");
    while (ok && fread(&line, sizeof line, 1, file) == 1)
        printf("{ 0x%02x, %u, %u, 0x%08x },\n", line.code, line.jt, line.jf, line.k);
    if (file)
        fclose(file);
    return ok && fflush(stdout) == 0;
}

int main(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    gboolean ok = filter && add_rules(filter) && print(filter);

    if (filter)
        seccomp_release(filter);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
