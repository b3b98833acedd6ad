/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tray's menu as com.canonical.dbusmenu describes it. */
#include "tray_menu.h"

#include <string.h>

typedef struct {
    TrayEntry entry;
    gint32 id;
} Item;

struct TrayMenu {
    GPtrArray *items;
    GHashTable *ids; /* what an entry is → its id */
    gint32 last_id;
};

static void item_free(gpointer data)
{
    Item *item = data;

    g_free(item->entry.label);
    g_free(item->entry.uuid);
    g_free(item);
}

TrayMenu *tray_menu_new(void)
{
    TrayMenu *menu = g_new0(TrayMenu, 1);

    menu->items = g_ptr_array_new_with_free_func(item_free);
    menu->ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return menu;
}

void tray_menu_free(TrayMenu *menu)
{
    if (!menu)
        return;
    g_ptr_array_unref(menu->items);
    g_hash_table_unref(menu->ids);
    g_free(menu);
}

void tray_menu_clear(TrayMenu *menu)
{
    g_ptr_array_set_size(menu->items, 0);
}

/* Connections are known by their UUID, separators by their place, the rest by their kind. */
static gint32 id_for(TrayMenu *menu, const TrayEntry *entry)
{
    g_autofree char *key = g_strdup_printf(
        "%d %s %u", (int)entry->kind, entry->uuid ? entry->uuid : "",
        entry->kind == TRAY_SEPARATOR ? menu->items->len : 0);
    gint32 id = GPOINTER_TO_INT(g_hash_table_lookup(menu->ids, key));

    if (id == 0) {
        id = ++menu->last_id;
        g_hash_table_insert(menu->ids, g_steal_pointer(&key), GINT_TO_POINTER(id));
    }
    return id;
}

void tray_menu_add(TrayMenu *menu, const TrayEntry *entry)
{
    Item *item = g_new0(Item, 1);

    item->id = id_for(menu, entry);
    item->entry = *entry;
    item->entry.label = g_strdup(entry->label);
    item->entry.uuid = g_strdup(entry->uuid);
    g_ptr_array_add(menu->items, item);
}

static const Item *find(TrayMenu *menu, gint32 id)
{
    for (guint i = 0; i < menu->items->len; i++) {
        const Item *item = g_ptr_array_index(menu->items, i);
        if (item->id == id)
            return item;
    }
    return NULL;
}

const TrayEntry *tray_menu_find(TrayMenu *menu, gint32 id)
{
    const Item *item = find(menu, id);

    return item ? &item->entry : NULL;
}

/* An underscore would mark the letter after it as the key to press. */
static char *escape(const char *label)
{
    g_auto(GStrv) pieces = g_strsplit(label, "_", -1);

    return g_strjoinv("__", pieces);
}

static GVariant *item_properties(const Item *item)
{
    const TrayEntry *entry = &item->entry;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    if (entry->kind == TRAY_SEPARATOR) {
        g_variant_dict_insert(&dict, "type", "s", "separator");
        return g_variant_dict_end(&dict);
    }
    g_autofree char *label = escape(entry->label ? entry->label : "");
    g_variant_dict_insert(&dict, "label", "s", label);
    g_variant_dict_insert(&dict, "enabled", "b", entry->enabled);
    g_variant_dict_insert(&dict, "visible", "b", TRUE);
    if (entry->icon)
        g_variant_dict_insert(&dict, "icon-name", "s", entry->icon);
    if (entry->kind == TRAY_CONNECTION) {
        g_variant_dict_insert(&dict, "toggle-type", "s", "checkmark");
        g_variant_dict_insert(&dict, "toggle-state", "i", entry->active ? 1 : 0);
    }
    return g_variant_dict_end(&dict);
}

static GVariant *root_properties(void)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "children-display", "s", "submenu");
    return g_variant_dict_end(&dict);
}

static GVariant *item_layout(const Item *item)
{
    return g_variant_new("(i@a{sv}@av)", item->id, item_properties(item),
                         g_variant_new_array(G_VARIANT_TYPE_VARIANT, NULL, 0));
}

GVariant *tray_menu_layout(TrayMenu *menu, gint32 id, gint32 depth)
{
    GVariantBuilder children;

    if (id != 0) {
        const Item *item = find(menu, id);
        return item ? item_layout(item) : NULL;
    }
    g_variant_builder_init(&children, G_VARIANT_TYPE("av"));
    for (guint i = 0; depth != 0 && i < menu->items->len; i++)
        g_variant_builder_add(&children, "v", item_layout(g_ptr_array_index(menu->items, i)));
    return g_variant_new("(i@a{sv}@av)", 0, root_properties(), g_variant_builder_end(&children));
}

GVariant *tray_menu_properties(TrayMenu *menu, const gint32 *ids, gsize count)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ia{sv})"));
    for (gsize i = 0; i < count; i++) {
        const Item *item = find(menu, ids[i]);
        if (item || ids[i] == 0)
            g_variant_builder_add(&builder, "(i@a{sv})", ids[i],
                                  item ? item_properties(item) : root_properties());
    }
    for (guint i = 0; count == 0 && i < menu->items->len; i++) {
        const Item *item = g_ptr_array_index(menu->items, i);
        g_variant_builder_add(&builder, "(i@a{sv})", item->id, item_properties(item));
    }
    return g_variant_builder_end(&builder);
}
