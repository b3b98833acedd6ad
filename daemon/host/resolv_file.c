/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes and restores /etc/resolv.conf. */
#include "host/resolv_file.h"

#include "host/host_internal.h"
#include "io/write.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESOLV_FILE_MAX (64 << 10)
#define RESOLV_SERVERS_MAX 3 /* MAXNS of <resolv.h>: the resolver reads no more */
#define RESOLV_HEADER "# Made by Causeway while a VPN is connected; the original comes back after.\n"

typedef struct {
    char *kind; /* "absent", "symlink", "file" */
    char *target;
    char *content;
    guint mode, uid, gid;
} Original;

typedef struct {
    char *interface;
    NetworkPlan *plan;
} Wish;

struct ResolvFile {
    char *path;
    Journal *journal;
    GPtrArray *wishes; /* of Wish, newest first */
    Original original; /* kind NULL: nothing is written now */
    guint64 entry;
    char *written;
};

/* How the file is now; FALSE when it cannot be kept (a folder, a device, too large). */
static gboolean original_read(const char *path, Original *ret_original, GError **error)
{
    Original original = { 0 };
    struct stat st = { 0 };

    if (lstat(path, &st) < 0) {
        if (errno != ENOENT) {
            g_set_error(error, HOST_ERROR, HOST_ERROR_SYSTEM, "%s: %s", path, g_strerror(errno));
            return FALSE;
        }
        original.kind = g_strdup("absent");
    } else if (S_ISLNK(st.st_mode)) {
        original.target = g_file_read_link(path, error);
        if (original.target == NULL)
            return FALSE;
        /* May dangle: the text is only needed for what is taken over from it. */
        g_file_get_contents(path, &original.content, NULL, NULL);
        original.kind = g_strdup("symlink");
    } else if (S_ISREG(st.st_mode) && st.st_size <= RESOLV_FILE_MAX) {
        if (!g_file_get_contents(path, &original.content, NULL, error))
            return FALSE;
        original.kind = g_strdup("file");
    } else {
        g_set_error(error, HOST_ERROR, HOST_ERROR_SYSTEM, "%s is not an ordinary file", path);
        return FALSE;
    }
    original.mode = st.st_mode & 07777;
    original.uid = st.st_uid;
    original.gid = st.st_gid;
    *ret_original = original;
    return TRUE;
}

static void original_clear(Original *original)
{
    g_clear_pointer(&original->kind, g_free);
    g_clear_pointer(&original->target, g_free);
    g_clear_pointer(&original->content, g_free);
}

static GVariant *original_to_variant(const Original *original, const char *path,
                                     const char *written)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "path", "^ay", path);
    g_variant_dict_insert(&dict, "kind", "s", original->kind);
    g_variant_dict_insert(&dict, "target", "^ay", original->target != NULL ? original->target : "");
    g_variant_dict_insert(&dict, "content", "^ay",
                          original->content != NULL ? original->content : "");
    g_variant_dict_insert(&dict, "mode", "u", original->mode);
    g_variant_dict_insert(&dict, "uid", "u", original->uid);
    g_variant_dict_insert(&dict, "gid", "u", original->gid);
    g_variant_dict_insert(&dict, "written", "^ay", written);
    return g_variant_dict_end(&dict);
}

static int write_in_place(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
    int result;

    if (fd < 0)
        return -errno;
    result = io_write(fd, text, strlen(text)) ? 0 : -errno;
    close(fd);
    return result;
}

/* A new file in the place of `path`, whatever that is, in one step. */
static int write_file(const char *path, const char *text, guint mode, guint uid, guint gid)
{
    g_autofree char *temporary = g_strconcat(path, ".causeway", NULL);
    int fd, result;

    unlink(temporary);
    fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EROFS || errno == EACCES ? write_in_place(path, text) : -errno;
    result = io_write(fd, text, strlen(text)) ? 0 : -errno;
    /* Root's own file needs no right for that; another owner's would (CAP_CHOWN), and its text
     * back is better than nothing. */
    if (result == 0 && fchown(fd, uid, gid) < 0)
        g_warning("%s: the owner %u:%u: %s", path, uid, gid, g_strerror(errno));
    if (result == 0 && fchmod(fd, mode) < 0)
        result = -errno;
    close(fd);
    if (result == 0 && rename(temporary, path) < 0)
        result = -errno;
    if (result < 0)
        unlink(temporary);
    /* A mount point, as containers and network namespaces have it. */
    return result == -EBUSY ? write_in_place(path, text) : result;
}

static int write_link(const char *path, const char *target)
{
    g_autofree char *temporary = g_strconcat(path, ".causeway", NULL);

    unlink(temporary);
    if (symlink(target, temporary) < 0)
        return -errno;
    if (rename(temporary, path) < 0) {
        int result = -errno;

        unlink(temporary);
        return result;
    }
    return 0;
}

gboolean resolv_file_restore(GVariant *details)
{
    const char *path, *kind, *target, *content, *written;
    guint mode, uid, gid;
    g_autofree char *now = NULL;
    struct stat st;
    int result;

    if (!g_variant_lookup(details, "path", "^&ay", &path) ||
        !g_variant_lookup(details, "kind", "&s", &kind) ||
        !g_variant_lookup(details, "target", "^&ay", &target) ||
        !g_variant_lookup(details, "content", "^&ay", &content) ||
        !g_variant_lookup(details, "mode", "u", &mode) ||
        !g_variant_lookup(details, "uid", "u", &uid) ||
        !g_variant_lookup(details, "gid", "u", &gid) ||
        !g_variant_lookup(details, "written", "^&ay", &written))
        return TRUE;
    if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
        !g_file_get_contents(path, &now, NULL, NULL) || strcmp(now, written) != 0)
        return TRUE; /* somebody else's by now */
    if (strcmp(kind, "absent") == 0)
        result = unlink(path) < 0 ? -errno : 0;
    else if (strcmp(kind, "symlink") == 0)
        result = write_link(path, target);
    else
        result = write_file(path, content, mode, uid, gid);
    if (result < 0)
        g_warning("%s could not be restored: %s", path, g_strerror(-result));
    return result == 0;
}

static gboolean line_is(const char *line, const char *keyword)
{
    gsize length = strlen(keyword);

    return strncmp(line, keyword, length) == 0 && g_ascii_isspace(line[length]);
}

static void compose_server(GString *text, guint *count, const char *server)
{
    if ((*count)++ < RESOLV_SERVERS_MAX)
        g_string_append_printf(text, "nameserver %s\n", server);
}

char *resolv_file_compose(const char *original, const GPtrArray *plans)
{
    g_auto(GStrv) lines = g_strsplit(original != NULL ? original : "", "\n", -1);
    g_autoptr(GString) search = g_string_new(NULL);
    GString *text = g_string_new(RESOLV_HEADER);
    gboolean everything = FALSE;
    guint count = 0;

    for (guint i = 0; i < plans->len; i++) {
        const NetworkPlan *plan = plans->pdata[i];

        everything |= plan->dns_default;
        for (guint j = 0; j < plan->dns->len; j++) {
            g_autofree char *server =
                ip_address_to_string(&g_array_index(plan->dns, IpAddress, j));

            compose_server(text, &count, server);
        }
        for (gsize j = 0; plan->search[j] != NULL; j++)
            g_string_append_printf(search, " %s", plan->search[j]);
    }
    for (gsize i = 0; lines[i] != NULL; i++) {
        char *line = g_strstrip(lines[i]);

        if (line_is(line, "nameserver")) {
            if (!everything)
                compose_server(text, &count, g_strchug(line + strlen("nameserver")));
        } else if (line_is(line, "search") || line_is(line, "domain")) {
            /* Kept: names of the local network stay short names. */
            g_string_append_printf(search, " %s", g_strchug(line + strlen("search")));
        } else if (line[0] != '\0' && line[0] != '#' && line[0] != ';') {
            g_string_append_printf(text, "%s\n", line);
        }
    }
    if (search->len > 0)
        g_string_append_printf(text, "search%s\n", search->str);
    return g_string_free(text, FALSE);
}

static void wish_free(gpointer data)
{
    Wish *wish = data;

    g_free(wish->interface);
    network_plan_free(wish->plan);
    g_free(wish);
}

ResolvFile *resolv_file_new(const char *path, Journal *journal)
{
    ResolvFile *file = g_new0(ResolvFile, 1);

    file->path = g_strdup(path);
    file->journal = journal;
    file->wishes = g_ptr_array_new_with_free_func(wish_free);
    return file;
}

void resolv_file_free(ResolvFile *file)
{
    if (file == NULL)
        return;
    g_ptr_array_unref(file->wishes);
    original_clear(&file->original);
    g_free(file->written);
    g_free(file->path);
    g_free(file);
}

/* Whether the file still holds what we wrote. */
static gboolean file_is_ours(const ResolvFile *file)
{
    g_autofree char *now = NULL;

    return file->written != NULL && g_file_get_contents(file->path, &now, NULL, NULL) &&
           strcmp(now, file->written) == 0;
}

static gboolean file_write(ResolvFile *file, GError **error)
{
    g_autoptr(GPtrArray) plans = g_ptr_array_new();
    g_autofree char *text = NULL;
    guint64 previous = file->entry, entry;
    int result;

    /* What somebody wrote over ours is the original from now on. */
    if (!file_is_ours(file)) {
        original_clear(&file->original);
        if (!original_read(file->path, &file->original, error))
            return FALSE;
    }
    for (guint i = 0; i < file->wishes->len; i++)
        g_ptr_array_add(plans, ((Wish *)file->wishes->pdata[i])->plan);
    text = resolv_file_compose(file->original.content, plans);
    entry = journal_add(file->journal, CHANGE_RESOLV_FILE,
                        original_to_variant(&file->original, file->path, text), error);
    if (entry == 0)
        return FALSE;
    result = write_file(file->path, text, 0644, geteuid(), getegid());
    if (result < 0) {
        journal_remove(file->journal, entry);
        g_set_error(error, HOST_ERROR, HOST_ERROR_SYSTEM, "%s: %s", file->path,
                    g_strerror(-result));
        return FALSE;
    }
    /* Until here both entries stood: whichever text is in the file, one of them fits. */
    journal_remove(file->journal, previous);
    file->entry = entry;
    g_free(file->written);
    file->written = g_steal_pointer(&text);
    return TRUE;
}

static gboolean wish_remove(ResolvFile *file, const char *interface)
{
    for (guint i = 0; i < file->wishes->len; i++)
        if (strcmp(((Wish *)file->wishes->pdata[i])->interface, interface) == 0)
            return g_ptr_array_remove_index(file->wishes, i) != NULL;
    return FALSE;
}

gboolean resolv_file_set(ResolvFile *file, const char *interface, const NetworkPlan *plan,
                         GError **error)
{
    Wish *wish = g_new0(Wish, 1);

    wish_remove(file, interface);
    wish->interface = g_strdup(interface);
    wish->plan = network_plan_copy(plan);
    g_ptr_array_insert(file->wishes, 0, wish);
    if (file_write(file, error))
        return TRUE;
    wish_remove(file, interface);
    return FALSE;
}

void resolv_file_unset(ResolvFile *file, const char *interface)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) details = NULL;

    if (!wish_remove(file, interface))
        return;
    if (file->wishes->len > 0) {
        /* A file that somebody else has taken over meanwhile stays theirs. */
        if (file_is_ours(file) && !file_write(file, &error))
            g_warning("%s", error->message);
        return;
    }
    if (file->written == NULL)
        return;
    details = g_variant_ref_sink(original_to_variant(&file->original, file->path, file->written));
    if (resolv_file_restore(details))
        journal_remove(file->journal, file->entry);
    file->entry = 0;
    original_clear(&file->original);
    g_clear_pointer(&file->written, g_free);
}
