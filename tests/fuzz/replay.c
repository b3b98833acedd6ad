/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ordinary driver of every fuzz harness: replays a corpus as TAP tests.
 *
 * Each file of the folders named on the command line is run whole, cut at every length, with
 * each of its bits flipped, and through a fixed number of mutations drawn from a generator
 * that depends on the file's name only.  The input always ends at a page that cannot be read,
 * so that reading one byte too many crashes also without a sanitizer.  What a harness checks
 * it checks with g_assert(); the test has passed when the process is still there. */
#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Bounds for one file, so that a large corpus stays an ordinary test. */
#define MAX_FILE 65536
#define MAX_CUTS 2048
#define MAX_FLIPS 8192
#define MUTATIONS 512

static guint8 *guard;

/* The readable part that ends where the guard page begins. */
static void guard_make(void)
{
    gsize page = (gsize)sysconf(_SC_PAGESIZE);
    gsize size = (MAX_FILE + page - 1) / page * page;
    guint8 *memory = mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                          -1, 0);
    if (memory == MAP_FAILED || mprotect(memory + size, page, PROT_NONE) != 0)
        g_error("no guard page");
    guard = memory + size;
}

static void run(const guint8 *data, gsize size)
{
    guint8 *copy = guard - size;
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
}

/* xorshift64: the same mutations at every run, on every machine. */
static guint64 next_random(guint64 *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* One to four edits of the kinds that break parsers: extreme bytes, lengths off by one,
 * a run repeated, a run taken out. */
static gsize mutate(guint8 *data, gsize size, guint64 *state)
{
    static const guint8 EXTREMES[] = {0x00, 0x01, 0x02, 0x04, 0x7f, 0x80, 0xfe, 0xff};
    guint edits = 1 + next_random(state) % 4;

    for (guint i = 0; i < edits && size > 0; i++) {
        gsize at = next_random(state) % size;
        gsize run_length = 1 + next_random(state) % MIN(size - at, 16);
        switch (next_random(state) % 6) {
        case 0:
            data[at] = EXTREMES[next_random(state) % G_N_ELEMENTS(EXTREMES)];
            break;
        case 1:
            data[at]++;
            break;
        case 2:
            data[at]--;
            break;
        case 3:
            data[at] = (guint8)next_random(state);
            break;
        case 4:
            memmove(data + at, data + at + run_length, size - at - run_length);
            size -= run_length;
            break;
        case 5:
            if (size + run_length > MAX_FILE)
                break;
            memmove(data + at + run_length, data + at, size - at);
            size += run_length;
            break;
        }
    }
    return size;
}

static void sweep(const char *name, const guint8 *data, gsize size)
{
    g_autofree guint8 *work = g_malloc(MAX_FILE);
    gsize cut_step = size / MAX_CUTS + 1;
    gsize flip_step = size * 8 / MAX_FLIPS + 1;
    guint64 state = g_str_hash(name) | G_GUINT64_CONSTANT(0x9e3779b900000000);

    run(data, size);
    for (gsize length = 0; length < size; length += cut_step)
        run(data, length);
    memcpy(work, data, size);
    for (gsize bit = 0; bit < size * 8; bit += flip_step) {
        work[bit / 8] ^= (guint8)(1u << (bit % 8));
        run(work, size);
        work[bit / 8] = data[bit / 8];
    }
    for (guint i = 0; i < MUTATIONS; i++) {
        memcpy(work, data, size);
        run(work, mutate(work, size, &state));
    }
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *list_files(int argc, char **argv)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);

    for (int i = 1; i < argc; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GDir) dir = g_dir_open(argv[i], 0, &error);
        const char *name;

        if (dir == NULL)
            g_error("%s", error->message);
        while ((name = g_dir_read_name(dir)) != NULL)
            g_ptr_array_add(files, g_build_filename(argv[i], name, NULL));
    }
    g_ptr_array_sort(files, compare_names);
    return files;
}

int main(int argc, char **argv)
{
    g_autoptr(GPtrArray) files = list_files(argc, argv);

    if (files->len == 0)
        g_error("an empty corpus tests nothing");
    guard_make();
    g_print("1..%u\n", files->len);
    for (guint i = 0; i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        g_autofree char *name = g_path_get_basename(path);
        g_autofree char *data = NULL;
        gsize size = 0;
        g_autoptr(GError) error = NULL;

        if (!g_file_get_contents(path, &data, &size, &error))
            g_error("%s", error->message);
        if (size > MAX_FILE)
            g_error("%s is larger than %d bytes", path, MAX_FILE);
        sweep(name, (const guint8 *)data, size);
        g_print("ok %u - %s\n", i + 1, name);
    }
    return 0;
}
