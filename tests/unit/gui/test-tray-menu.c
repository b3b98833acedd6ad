/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tray_menu.h"

static void add(TrayMenu *menu, TrayKind kind, const char *label, const char *uuid, gboolean active)
{
    TrayEntry entry = {.kind = kind, .label = (char *)label, .uuid = (char *)uuid,
                       .active = active, .enabled = kind != TRAY_STATUS};

    tray_menu_add(menu, &entry);
}

static void fill(TrayMenu *menu)
{
    add(menu, TRAY_STATUS, "Not connected", NULL, FALSE);
    add(menu, TRAY_SEPARATOR, NULL, NULL, FALSE);
    add(menu, TRAY_CONNECTION, "my_office", "uuid-1", TRUE);
    add(menu, TRAY_CONNECTION, "home", "uuid-2", FALSE);
    add(menu, TRAY_QUIT, "Quit", NULL, FALSE);
}

static void test_layout(void)
{
    g_autoptr(TrayMenu) menu = tray_menu_new();

    fill(menu);
    g_autoptr(GVariant) layout = g_variant_ref_sink(tray_menu_layout(menu, 0, -1));
    g_autoptr(GVariant) expected = g_variant_ref_sink(g_variant_new_parsed(
        "(0, {'children-display': <'submenu'>}, @av ["
        "<(1, {'visible': <true>, 'label': <'Not connected'>, 'enabled': <false>}, @av [])>,"
        "<(2, {'type': <'separator'>}, @av [])>,"
        "<(3, {'visible': <true>, 'label': <'my__office'>, 'enabled': <true>,"
        "      'toggle-type': <'checkmark'>, 'toggle-state': <1>}, @av [])>,"
        "<(4, {'visible': <true>, 'label': <'home'>, 'enabled': <true>,"
        "      'toggle-type': <'checkmark'>, 'toggle-state': <0>}, @av [])>,"
        "<(5, {'visible': <true>, 'label': <'Quit'>, 'enabled': <true>}, @av [])>])"));
    g_assert_true(g_variant_is_of_type(layout, G_VARIANT_TYPE("(ia{sv}av)")));
    g_autoptr(GVariant) children = g_variant_get_child_value(layout, 2);
    g_autoptr(GVariant) wanted = g_variant_get_child_value(expected, 2);
    g_assert_cmpuint(g_variant_n_children(children), ==, g_variant_n_children(wanted));
    /* Dictionaries have no order. */
    for (gsize i = 0; i < g_variant_n_children(wanted); i++) {
        GVariant *one, *other, *mine, *theirs;
        gint32 id, other_id;
        g_variant_get_child(children, i, "v", &one);
        g_variant_get_child(wanted, i, "v", &other);
        g_variant_get(one, "(i@a{sv}av)", &id, &mine, NULL);
        g_variant_get(other, "(i@a{sv}av)", &other_id, &theirs, NULL);
        g_assert_cmpint(id, ==, other_id);
        g_assert_cmpuint(g_variant_n_children(mine), ==, g_variant_n_children(theirs));
        GVariantIter iter;
        const char *key;
        GVariant *value;
        g_variant_iter_init(&iter, theirs);
        while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
            g_autoptr(GVariant) found = g_variant_lookup_value(mine, key, NULL);
            g_assert_nonnull(found);
            g_assert_true(g_variant_equal(found, value));
            g_variant_unref(value);
        }
        g_variant_unref(one);
        g_variant_unref(other);
        g_variant_unref(mine);
        g_variant_unref(theirs);
    }
}

static void test_depth(void)
{
    g_autoptr(TrayMenu) menu = tray_menu_new();

    fill(menu);
    g_autoptr(GVariant) root = g_variant_ref_sink(tray_menu_layout(menu, 0, 0));
    g_autoptr(GVariant) children = g_variant_get_child_value(root, 2);
    g_assert_cmpuint(g_variant_n_children(children), ==, 0);
    g_assert_null(tray_menu_layout(menu, 77, -1));
}

/* A click that comes late must not meet another connection. */
static void test_ids_stay(void)
{
    g_autoptr(TrayMenu) menu = tray_menu_new();

    fill(menu);
    tray_menu_clear(menu);
    g_assert_null(tray_menu_find(menu, 3));
    add(menu, TRAY_CONNECTION, "another", "uuid-0", FALSE);
    add(menu, TRAY_CONNECTION, "home", "uuid-2", FALSE);
    g_assert_null(tray_menu_find(menu, 3));
    g_assert_cmpstr(tray_menu_find(menu, 4)->uuid, ==, "uuid-2");
}

static void test_properties(void)
{
    const gint32 ids[] = {3, 99, 5};
    g_autoptr(TrayMenu) menu = tray_menu_new();

    fill(menu);
    g_autoptr(GVariant) some = g_variant_ref_sink(tray_menu_properties(menu, ids, 3));
    g_assert_cmpuint(g_variant_n_children(some), ==, 2);
    g_autoptr(GVariant) all = g_variant_ref_sink(tray_menu_properties(menu, NULL, 0));
    g_assert_cmpuint(g_variant_n_children(all), ==, 5);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gui/tray-menu/layout", test_layout);
    g_test_add_func("/gui/tray-menu/depth", test_depth);
    g_test_add_func("/gui/tray-menu/ids-stay", test_ids_stay);
    g_test_add_func("/gui/tray-menu/properties", test_properties);
    return g_test_run();
}
