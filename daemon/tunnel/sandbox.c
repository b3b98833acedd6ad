/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Privileges, name spaces and limits of a tunnel process.  Which system calls are left stands
 * in filter.c.
 *
 * Must be had, or the process ends: no new privileges, no capabilities, no core dumps, the
 * filter.  The others depend on what causewayd itself may do on this system. */
#include "tunnel/sandbox.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tunnel/protocol.h"

#define SANDBOX_USER "causeway-tunnel"
#define NOBODY 65534
/* A tunnel holds some megabytes of buffers. */
#define ADDRESS_SPACE_MAX (512UL << 20)

gboolean sandbox_close_descriptors(void)
{
    int null = open("/dev/null", O_RDWR);

    if (null < 0)
        return FALSE;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fd != null && dup2(null, fd) < 0)
            return FALSE;
    }
    return close_range(TUNNEL_SOCKET_FD + 1, ~0U, 0) == 0;
}

static gboolean limit(__rlimit_resource_t resource, rlim_t value)
{
    return setrlimit(resource, &(struct rlimit){ value, value }) == 0;
}

/* Passwords pass through this memory: none of it may reach the swap.  Only what is touched is
 * locked, or the libraries' untouched pages would be loaded too. With a limit in force a later
 * allocation could fail in mid-session, so it is all or nothing. */
static gboolean lock_memory(void)
{
    return limit(RLIMIT_MEMLOCK, RLIM_INFINITY) &&
           mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

/* An empty, read-only root, of which nobody else knows. */
static gboolean leave_file_system(void)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", "/tmp", "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
              "size=4k,nr_inodes=1,mode=555") != 0 ||
        chdir("/tmp") != 0)
        return FALSE;
    if (syscall(SYS_pivot_root, ".", ".") == 0)
        return umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
    /* An initial RAM disk cannot be pivoted away from. */
    return chroot(".") == 0 && chdir("/") == 0;
}

/* Not by NSS, whose modules may ask a directory service over the network. */
static void find_user(uid_t *ret_uid, gid_t *ret_gid)
{
    FILE *file = fopen("/etc/passwd", "re");
    struct passwd *entry;

    *ret_uid = *ret_gid = NOBODY;
    while (file && (entry = fgetpwent(file)) != NULL) {
        if (strcmp(entry->pw_name, SANDBOX_USER) == 0 && entry->pw_uid != 0) {
            *ret_uid = entry->pw_uid;
            *ret_gid = entry->pw_gid;
            break;
        }
    }
    if (file)
        fclose(file);
}

static gboolean become(uid_t uid, gid_t gid)
{
    return setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0 &&
           setresuid(uid, uid, uid) == 0;
}

static gboolean drop_capabilities(void)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return syscall(SYS_capset, &header, none) == 0;
}

/* Needs CAP_SETPCAP, hence before the others go; a bounding set matters to exec only, which the
 * filter forbids in any case. */
static void drop_bounding_set(void)
{
    for (unsigned long capability = 0;; capability++) {
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
            break;
    }
}

/* With CAP_SYS_ADMIN name spaces are had as root, who then becomes nobody. Without it (causewayd's
 * unit has none) nobody gets them with a user name space of its own: the other way round would
 * leave the process root's outside of that. */
static gboolean leave(gboolean *ret_nobody)
{
    gboolean root = geteuid() == 0, apart;
    uid_t uid;
    gid_t gid;

    find_user(&uid, &gid);
    if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC) == 0) {
        apart = leave_file_system();
        drop_bounding_set();
        *ret_nobody = !root || become(uid, gid);
    } else {
        drop_bounding_set();
        *ret_nobody = !root || become(uid, gid);
        apart = unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC) == 0 &&
                leave_file_system();
        drop_bounding_set(); /* a new user name space begins with all of it */
    }
    return apart;
}

static void add_missing(GString *missing, gboolean had, const char *what)
{
    if (!had)
        g_string_append_printf(missing, "%s%s", missing->len > 0 ? ", " : "", what);
}

gboolean sandbox_enter(char **ret_missing)
{
    g_autoptr(GString) missing = g_string_new(NULL);
    gboolean nobody = FALSE;

    add_missing(missing, lock_memory(), "locked memory");
    add_missing(missing, leave(&nobody), "name spaces and an empty root");
    add_missing(missing, nobody, "unprivileged user");

    gboolean ok = drop_capabilities() && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && limit(RLIMIT_CORE, 0) &&
                  limit(RLIMIT_NOFILE, SANDBOX_DESCRIPTORS_MAX) && limit(RLIMIT_NPROC, 0) &&
                  limit(RLIMIT_FSIZE, 0);
#ifndef WITH_ADDRESS_SANITIZER /* whose shadow takes terabytes of it */
    ok = ok && limit(RLIMIT_AS, ADDRESS_SPACE_MAX);
#endif
    if (!ok || !sandbox_filter())
        return FALSE;
    *ret_missing = missing->len > 0 ? g_string_free(g_steal_pointer(&missing), FALSE) : NULL;
    return TRUE;
}
