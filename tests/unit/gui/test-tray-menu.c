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
    g_autoptr(GVariant) layout = g_variant_ref_sink(tray_menu_layout(menu, 0, -1, NULL));
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
    g_autoptr(GVariant) root = g_variant_ref_sink(tray_menu_layout(menu, 0, 0, NULL));
    g_autoptr(GVariant) children = g_variant_get_child_value(root, 2);
    g_assert_cmpuint(g_variant_n_children(children), ==, 0);
    g_assert_null(tray_menu_layout(menu, 77, -1, NULL));
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
    g_autoptr(GVariant) some = g_variant_ref_sink(tray_menu_properties(menu, ids, 3, NULL));
    g_assert_cmpuint(g_variant_n_children(some), ==, 2);
    g_autoptr(GVariant) all = g_variant_ref_sink(tray_menu_properties(menu, NULL, 0, NULL));
    g_assert_cmpuint(g_variant_n_children(all), ==, 5);
}

/* GNOME's extension asks for few, and for the rest later. */
static void test_names(void)
{
    const char *const names[] = {"type", "children-display", NULL};
    const gint32 ids[] = {2, 3};
    g_autoptr(TrayMenu) menu = tray_menu_new();

    fill(menu);
    g_autoptr(GVariant) some = g_variant_ref_sink(tray_menu_properties(menu, ids, 2, names));
    g_autoptr(GVariant) wanted = g_variant_ref_sink(g_variant_new_parsed(
        "@a(ia{sv}) [(2, {'type': <'separator'>}), (3, {})]"));
    g_assert_true(g_variant_equal(some, wanted));
    g_autoptr(GVariant) layout = g_variant_ref_sink(tray_menu_layout(menu, 3, -1, names));
    g_autoptr(GVariant) wanted_layout = g_variant_ref_sink(g_variant_new_parsed(
        "(3, @a{sv} {}, @av [])"));
    g_assert_true(g_variant_equal(layout, wanted_layout));
    g_autoptr(GVariant) root = g_variant_ref_sink(tray_menu_layout(menu, 0, 0, names));
    g_autoptr(GVariant) wanted_root = g_variant_ref_sink(g_variant_new_parsed(
        "(0, {'children-display': <'submenu'>}, @av [])"));
    g_assert_true(g_variant_equal(root, wanted_root));
}

static void test_property(void)
{
    g_autoptr(TrayMenu) menu = tray_menu_new();

    fill(menu);
    g_autoptr(GVariant) label = tray_menu_property(menu, 4, "label");
    g_assert_cmpstr(g_variant_get_string(label, NULL), ==, "home");
    g_autoptr(GVariant) display = tray_menu_property(menu, 0, "children-display");
    g_assert_cmpstr(g_variant_get_string(display, NULL), ==, "submenu");
    g_assert_null(tray_menu_property(menu, 4, "icon-data"));
    g_assert_null(tray_menu_property(menu, 99, "label"));
}

/* What a tray has to be told after a change. */
static void test_changes(void)
{
    g_autoptr(TrayMenu) menu = tray_menu_new();

    fill(menu);
    g_assert_true(tray_menu_is_rearranged(menu));
    g_assert_null(tray_menu_changes(menu));
    tray_menu_clear(menu);
    fill(menu);
    g_assert_false(tray_menu_is_rearranged(menu));
    g_assert_null(tray_menu_changes(menu));

    tray_menu_clear(menu);
    add(menu, TRAY_STATUS, "Not connected", NULL, FALSE);
    add(menu, TRAY_SEPARATOR, NULL, NULL, FALSE);
    add(menu, TRAY_CONNECTION, "my_office", "uuid-1", TRUE);
    add(menu, TRAY_CONNECTION, "home", "uuid-2", TRUE);
    add(menu, TRAY_QUIT, "Quit", NULL, FALSE);
    g_assert_false(tray_menu_is_rearranged(menu));
    g_autoptr(GVariant) changes = g_variant_ref_sink(tray_menu_changes(menu));
    g_assert_cmpuint(g_variant_n_children(changes), ==, 1);
    g_autoptr(GVariant) mark = NULL;
    gint32 id;
    g_variant_get_child(changes, 0, "(i@a{sv})", &id, &mark);
    g_assert_cmpint(id, ==, 4);
    g_autoptr(GVariant) state = g_variant_lookup_value(mark, "toggle-state", NULL);
    g_assert_cmpint(g_variant_get_int32(state), ==, 1);

    tray_menu_clear(menu);
    add(menu, TRAY_STATUS, "Not connected", NULL, FALSE);
    add(menu, TRAY_SEPARATOR, NULL, NULL, FALSE);
    add(menu, TRAY_CONNECTION, "home", "uuid-2", TRUE);
    add(menu, TRAY_CONNECTION, "my_office", "uuid-1", TRUE);
    add(menu, TRAY_QUIT, "Quit", NULL, FALSE);
    g_assert_true(tray_menu_is_rearranged(menu));
    g_assert_null(tray_menu_changes(menu));

    /* Other words are another entry. */
    tray_menu_clear(menu);
    add(menu, TRAY_STATUS, "home: Connecting", NULL, FALSE);
    add(menu, TRAY_SEPARATOR, NULL, NULL, FALSE);
    add(menu, TRAY_CONNECTION, "home", "uuid-2", TRUE);
    add(menu, TRAY_CONNECTION, "my_office", "uuid-1", TRUE);
    add(menu, TRAY_QUIT, "Quit", NULL, FALSE);
    g_assert_true(tray_menu_is_rearranged(menu));
    g_assert_cmpint(tray_menu_find(menu, 4)->active, ==, TRUE);
    g_assert_null(tray_menu_find(menu, 1));
}

/* A menu is as wide as its longest line; a letter is not cut in two. */
static void test_long_names(void)
{
    g_autoptr(TrayMenu) menu = tray_menu_new();
    g_autofree char *longest = g_strnfill(46, 'x');
    g_autofree char *fits = g_strconcat(longest, "ш_", NULL);
    g_autofree char *too_long = g_strconcat(longest, "шшш", NULL);
    g_autofree char *fits_label = g_strconcat(longest, "ш__", NULL);
    g_autofree char *cut_label = g_strconcat(longest, "ш…", NULL);

    add(menu, TRAY_CONNECTION, fits, "uuid-1", FALSE);
    add(menu, TRAY_CONNECTION, too_long, "uuid-2", FALSE);
    g_autoptr(GVariant) first = tray_menu_property(menu, 1, "label");
    g_autoptr(GVariant) second = tray_menu_property(menu, 2, "label");
    g_assert_cmpstr(g_variant_get_string(first, NULL), ==, fits_label);
    g_assert_cmpstr(g_variant_get_string(second, NULL), ==, cut_label);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gui/tray-menu/layout", test_layout);
    g_test_add_func("/gui/tray-menu/depth", test_depth);
    g_test_add_func("/gui/tray-menu/ids-stay", test_ids_stay);
    g_test_add_func("/gui/tray-menu/properties", test_properties);
    g_test_add_func("/gui/tray-menu/names", test_names);
    g_test_add_func("/gui/tray-menu/property", test_property);
    g_test_add_func("/gui/tray-menu/changes", test_changes);
    g_test_add_func("/gui/tray-menu/long-names", test_long_names);
    return g_test_run();
}
