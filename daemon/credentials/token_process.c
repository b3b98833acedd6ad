/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The child that loads the libraries of tokens. */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "credentials/tokens.h"
#include "io/write.h"

#define TOKEN_TYPE "(ysmaymaymsmsu)"

static GVariant *maybe_bytes(GBytes *bytes)
{
    return g_variant_new_maybe(
        G_VARIANT_TYPE("ay"),
        bytes ? g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), bytes, TRUE) : NULL);
}

static GBytes *child_bytes(GVariant *tuple, gsize index)
{
    g_autoptr(GVariant) maybe = g_variant_get_child_value(tuple, index);
    g_autoptr(GVariant) array = g_variant_get_maybe(maybe);

    return array ? g_variant_get_data_as_bytes(array) : NULL;
}

static gboolean give_up_rights(void)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

    for (unsigned long capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0;)
        capability++;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return syscall(SYS_capset, &header, none) == 0 &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
           setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }) == 0 &&
           prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

/* Its standard output is its parent's, to which only the parent's own result may go. */
static _Noreturn void run_child(const CredentialsRequest *request, int fd, pid_t parent)
{
    CredentialsToken token = { 0 };

    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    if (!give_up_rights() || getppid() != parent)
        _exit(1);
    credentials_token_find(request, &token);
    g_autoptr(GVariant) tuple = g_variant_ref_sink(
        g_variant_new("(ys@may@maymsmsu)", (guint8)token.verdict, token.words ? token.words : "",
                      maybe_bytes(token.certificate), maybe_bytes(token.ca), token.module,
                      token.key_id, token.slot));
    /* Without the handlers of exit(), which the libraries may have added to. */
    _exit(io_write(fd, g_variant_get_data(tuple), g_variant_get_size(tuple)) ? 0 : 1);
}

static GBytes *read_to_end(int fd)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    guint8 chunk[4096];
    ssize_t got;

    while ((got = read(fd, chunk, sizeof chunk)) != 0 && all->len <= CREDENTIALS_MESSAGE_MAX) {
        if (got > 0)
            g_byte_array_append(all, chunk, (guint)got);
        else if (errno != EINTR)
            break;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&all));
}

static gboolean unpack(GBytes *bytes, CredentialsToken *ret_token)
{
    g_autoptr(GVariant) tuple =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(TOKEN_TYPE), bytes, FALSE));
    guint8 verdict = 0;

    if (g_bytes_get_size(bytes) > CREDENTIALS_MESSAGE_MAX || !g_variant_is_normal_form(tuple))
        return FALSE;
    g_variant_get_child(tuple, 0, "y", &verdict);
    if (verdict > CREDENTIALS_UNUSABLE)
        return FALSE;
    ret_token->verdict = (CredentialsVerdict)verdict;
    g_variant_get_child(tuple, 1, "s", &ret_token->words);
    ret_token->certificate = child_bytes(tuple, 2);
    ret_token->ca = child_bytes(tuple, 3);
    g_variant_get_child(tuple, 4, "ms", &ret_token->module);
    g_variant_get_child(tuple, 5, "ms", &ret_token->key_id);
    g_variant_get_child(tuple, 6, "u", &ret_token->slot);
    return TRUE;
}

void credentials_token_ask(const CredentialsRequest *request, CredentialsToken *ret_token)
{
    int ends[2], status = 0;
    pid_t parent = getpid(), child;

    *ret_token = (CredentialsToken){ .verdict = CREDENTIALS_UNUSABLE };
    if (pipe(ends) != 0 || (child = fork()) < 0) {
        ret_token->words = g_strdup(g_strerror(errno));
        return;
    }
    if (child == 0) {
        close(ends[0]);
        run_child(request, ends[1], parent);
    }
    close(ends[1]);
    g_autoptr(GBytes) said = read_to_end(ends[0]);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !unpack(said, ret_token)) {
        credentials_token_clear(ret_token);
        ret_token->verdict = CREDENTIALS_UNUSABLE;
        ret_token->words =
            g_strdup("the libraries of the tokens (p11-kit list-modules) broke down");
    }
}

void credentials_token_clear(CredentialsToken *token)
{
    g_clear_pointer(&token->words, g_free);
    g_clear_pointer(&token->certificate, g_bytes_unref);
    g_clear_pointer(&token->ca, g_bytes_unref);
    g_clear_pointer(&token->module, g_free);
    g_clear_pointer(&token->key_id, g_free);
}
