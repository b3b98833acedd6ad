/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tray's menu as com.canonical.dbusmenu describes it. */
#include "tray_menu.h"

typedef struct {
    TrayEntry entry;
    gint32 id;
} Item;

struct TrayMenu {
    GPtrArray *items, *before;
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
    menu->before = g_ptr_array_new_with_free_func(item_free);
    menu->ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return menu;
}

void tray_menu_free(TrayMenu *menu)
{
    if (!menu)
        return;
    g_ptr_array_unref(menu->items);
    g_ptr_array_unref(menu->before);
    g_hash_table_unref(menu->ids);
    g_free(menu);
}

void tray_menu_clear(TrayMenu *menu)
{
    GPtrArray *items = menu->before;

    g_ptr_array_set_size(items, 0);
    menu->before = menu->items;
    menu->items = items;
}

/* Connections are known by their UUID, separators by their place, and all by their words: Xfce's
 * tray shows a new label but goes on telling screen readers the old one, unless it is another
 * entry's. */
static gint32 id_for(TrayMenu *menu, const TrayEntry *entry)
{
    g_autofree char *key = g_strdup_printf(
        "%d %s %u %s", (int)entry->kind, entry->uuid ? entry->uuid : "",
        entry->kind == TRAY_SEPARATOR ? menu->items->len : 0, entry->label ? entry->label : "");
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

static const Item *find_in(GPtrArray *items, gint32 id)
{
    for (guint i = 0; i < items->len; i++) {
        const Item *item = g_ptr_array_index(items, i);
        if (item->id == id)
            return item;
    }
    return NULL;
}

const TrayEntry *tray_menu_find(TrayMenu *menu, gint32 id)
{
    const Item *item = find_in(menu->items, id);

    return item ? &item->entry : NULL;
}

/* An underscore would mark the letter after it as the key to press; and a menu is as wide as its
 * longest line. */
#define LABEL_CHARS 48

static char *label_of(const TrayEntry *entry)
{
    const char *label = entry->label ? entry->label : "";
    g_autoptr(GString) text = g_string_new(label);

    if (g_utf8_strlen(label, -1) > LABEL_CHARS) {
        g_string_truncate(text, (gsize)(g_utf8_offset_to_pointer(label, LABEL_CHARS - 1) - label));
        g_string_append(text, "…");
    }
    g_string_replace(text, "_", "__", 0);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void put(GVariantDict *dict, const char *const *names, const char *name, GVariant *value)
{
    g_autoptr(GVariant) owned = g_variant_ref_sink(value);

    if (!names || !*names || g_strv_contains(names, name))
        g_variant_dict_insert_value(dict, name, owned);
}

/* Of the root without an item. */
static GVariant *properties_of(const Item *item, const char *const *names)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    if (!item) {
        put(&dict, names, "children-display", g_variant_new_string("submenu"));
        return g_variant_dict_end(&dict);
    }
    const TrayEntry *entry = &item->entry;
    if (entry->kind == TRAY_SEPARATOR) {
        put(&dict, names, "type", g_variant_new_string("separator"));
        return g_variant_dict_end(&dict);
    }
    put(&dict, names, "label", g_variant_new_take_string(label_of(entry)));
    put(&dict, names, "enabled", g_variant_new_boolean(entry->enabled));
    put(&dict, names, "visible", g_variant_new_boolean(TRUE));
    if (entry->icon)
        put(&dict, names, "icon-name", g_variant_new_string(entry->icon));
    if (entry->kind == TRAY_CONNECTION) {
        put(&dict, names, "toggle-type", g_variant_new_string("checkmark"));
        put(&dict, names, "toggle-state", g_variant_new_int32(entry->active ? 1 : 0));
    }
    return g_variant_dict_end(&dict);
}

gboolean tray_menu_is_rearranged(TrayMenu *menu)
{
    if (menu->items->len != menu->before->len)
        return TRUE;
    for (guint i = 0; i < menu->items->len; i++) {
        const Item *now = g_ptr_array_index(menu->items, i);
        const Item *before = g_ptr_array_index(menu->before, i);
        if (now->id != before->id)
            return TRUE;
    }
    return FALSE;
}

static gboolean looks_the_same(const TrayEntry *one, const TrayEntry *other)
{
    return g_strcmp0(one->label, other->label) == 0 && g_strcmp0(one->icon, other->icon) == 0 &&
           one->active == other->active && one->enabled == other->enabled;
}

GVariant *tray_menu_changes(TrayMenu *menu)
{
    GVariantBuilder builder;
    gboolean any = FALSE;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ia{sv})"));
    for (guint i = 0; i < menu->items->len; i++) {
        const Item *now = g_ptr_array_index(menu->items, i);
        const Item *before = find_in(menu->before, now->id);
        if (!before || looks_the_same(&now->entry, &before->entry))
            continue;
        g_variant_builder_add(&builder, "(i@a{sv})", now->id, properties_of(now, NULL));
        any = TRUE;
    }
    if (any)
        return g_variant_builder_end(&builder);
    g_variant_builder_clear(&builder);
    return NULL;
}

static GVariant *item_layout(const Item *item, const char *const *names)
{
    return g_variant_new("(i@a{sv}@av)", item->id, properties_of(item, names),
                         g_variant_new_array(G_VARIANT_TYPE_VARIANT, NULL, 0));
}

GVariant *tray_menu_layout(TrayMenu *menu, gint32 id, gint32 depth, const char *const *names)
{
    GVariantBuilder children;

    if (id != 0) {
        const Item *item = find_in(menu->items, id);
        return item ? item_layout(item, names) : NULL;
    }
    g_variant_builder_init(&children, G_VARIANT_TYPE("av"));
    for (guint i = 0; depth != 0 && i < menu->items->len; i++)
        g_variant_builder_add(&children, "v",
                              item_layout(g_ptr_array_index(menu->items, i), names));
    return g_variant_new("(i@a{sv}@av)", 0, properties_of(NULL, names),
                         g_variant_builder_end(&children));
}

GVariant *tray_menu_properties(TrayMenu *menu, const gint32 *ids, gsize count,
                               const char *const *names)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ia{sv})"));
    for (gsize i = 0; i < count; i++) {
        const Item *item = find_in(menu->items, ids[i]);
        if (item || ids[i] == 0)
            g_variant_builder_add(&builder, "(i@a{sv})", ids[i], properties_of(item, names));
    }
    for (guint i = 0; count == 0 && i < menu->items->len; i++) {
        const Item *item = g_ptr_array_index(menu->items, i);
        g_variant_builder_add(&builder, "(i@a{sv})", item->id, properties_of(item, names));
    }
    return g_variant_builder_end(&builder);
}

GVariant *tray_menu_property(TrayMenu *menu, gint32 id, const char *name)
{
    const Item *item = find_in(menu->items, id);

    if (!item && id != 0)
        return NULL;
    g_autoptr(GVariant) all = g_variant_ref_sink(properties_of(item, NULL));
    return g_variant_lookup_value(all, name, NULL);
}
