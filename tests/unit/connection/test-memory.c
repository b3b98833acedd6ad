/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What worked is found again, for the same gateway only, and a bad file is no harm. */
#include "connection/memory.h"

#include <glib/gstdio.h>

#define UUID "11111111-2222-4333-8444-555555555555"

static char *file;

static void test_round_trip(void)
{
    Memory memory = { .ike = g_strdup("aes256-sha256-modp2048"), .esp = g_strdup("aes256-sha1") };
    g_auto(Memory) found = { 0 };
    g_auto(Memory) moved = { 0 };
    g_auto(Memory) other = { 0 };

    memory_store(file, UUID, "vpn.example.com", &memory);
    memory_load(file, UUID, "vpn.example.com", &found);
    g_assert_cmpstr(found.ike, ==, "aes256-sha256-modp2048");
    g_assert_cmpstr(found.esp, ==, "aes256-sha1");

    /* The profile has been given another gateway; another profile. */
    memory_load(file, UUID, "vpn.example.org", &moved);
    g_assert_null(moved.ike);
    memory_load(file, "22222222-2222-4333-8444-555555555555", "vpn.example.com", &other);
    g_assert_null(other.ike);
    memory_clear(&memory);
}

static void store_numbered(guint number, const char *ike)
{
    g_autofree char *uuid = g_strdup_printf("11111111-2222-4333-8444-%012u", number);
    Memory memory = { .ike = (char *)ike, .esp = (char *)"aes256-sha1" };

    memory_store(file, uuid, "vpn.example.com", &memory);
}

static gboolean is_known(guint number)
{
    g_autofree char *uuid = g_strdup_printf("11111111-2222-4333-8444-%012u", number);
    g_auto(Memory) found = { 0 };

    memory_load(file, uuid, "vpn.example.com", &found);
    return found.ike != NULL;
}

/* The file does not grow for ever; who was written longest ago goes. */
static void test_bounded(void)
{
    g_remove(file);
    for (guint i = 0; i < MEMORY_ENTRIES_MAX; i++)
        store_numbered(i, "aes256-sha256-modp2048");
    g_assert_true(is_known(0));
    store_numbered(0, "aes256-sha1-modp2048");
    store_numbered(1000, "aes256-sha256-modp2048");
    g_assert_true(is_known(0));
    g_assert_false(is_known(1));
    g_assert_true(is_known(2));
    g_assert_true(is_known(1000));
}

static void test_bad_file(void)
{
    static const char *const contents[] = {
        "", "not a keyfile", "[" UUID "]\ngateway=vpn.example.com\nike=;;rm -rf;;\nesp=\x01\n",
        "[" UUID "]\ngateway=vpn.example.com\nike=aes256-sha256-modp2048\nesp=nonsense\n",
    };

    for (guint i = 0; i < G_N_ELEMENTS(contents); i++) {
        g_auto(Memory) found = { 0 };
        g_assert_true(g_file_set_contents(file, contents[i], -1, NULL));
        memory_load(file, UUID, "vpn.example.com", &found);
        g_assert_null(found.ike);
        g_assert_null(found.esp);
    }
    g_auto(Memory) none = { 0 };
    memory_load(NULL, UUID, "vpn.example.com", &none);
    g_assert_null(none.ike);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *folder = g_dir_make_tmp("causeway-XXXXXX", NULL);
    file = g_build_filename(folder, "memory", NULL);
    g_test_add_func("/memory/round-trip", test_round_trip);
    g_test_add_func("/memory/bounded", test_bounded);
    g_test_add_func("/memory/bad-file", test_bad_file);
    int status = g_test_run();
    g_remove(file);
    g_rmdir(folder);
    g_free(file);
    return status;
}
