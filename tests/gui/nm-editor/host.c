/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that edits connections. */
#include "host.h"

#include <string.h>

#define SERVICE "org.freedesktop.NetworkManager.causeway"

gboolean host_init(void)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    return gtk_init_check();
#else
    return gtk_init_check(NULL, NULL);
#endif
}

NMVpnEditorPlugin *host_plugin(void)
{
    static NMVpnEditorPlugin *plugin;
    g_autoptr(GError) error = NULL;

    if (!plugin)
        plugin = nm_vpn_editor_plugin_load_from_file(g_getenv("NM_PLUGIN"), SERVICE, -1, NULL, NULL,
                                                     &error);
    g_assert_no_error(error);
    return plugin;
}

NMConnection *host_connection(const char *service, ...)
{
    NMConnection *connection = nm_simple_connection_new();
    NMSetting *about = nm_setting_connection_new(), *vpn = nm_setting_vpn_new();
    g_autofree char *uuid = nm_utils_uuid_generate();
    va_list list;

    g_object_set(about, NM_SETTING_CONNECTION_ID, "Office", NM_SETTING_CONNECTION_UUID, uuid,
                 NM_SETTING_CONNECTION_TYPE, "vpn", NULL);
    nm_connection_add_setting(connection, about);
    g_object_set(vpn, NM_SETTING_VPN_SERVICE_TYPE, service, NULL);
    nm_connection_add_setting(connection, vpn);
    va_start(list, service);
    for (const char *key; (key = va_arg(list, const char *));) {
        const char *value = va_arg(list, const char *);
        if (key[0] == '!')
            nm_setting_vpn_add_secret(NM_SETTING_VPN(vpn), key + 1, value);
        else
            nm_setting_vpn_add_data_item(NM_SETTING_VPN(vpn), key, value);
    }
    va_end(list);
    return connection;
}

static void on_changed(Host *host)
{
    host->changes++;
}

Host *host_open(NMConnection *connection)
{
    Host *host = g_new0(Host, 1);
    g_autoptr(GError) error = NULL;

    host->connection = connection;
    host->editor = nm_vpn_editor_plugin_get_editor(host_plugin(), connection, &error);
    g_assert_no_error(error);
    g_signal_connect_swapped(host->editor, "changed", G_CALLBACK(on_changed), host);
    GtkWidget *widget = GTK_WIDGET(nm_vpn_editor_get_widget(host->editor));
#if GTK_CHECK_VERSION(4, 0, 0)
    host->window = gtk_window_new();
    gtk_window_set_child(GTK_WINDOW(host->window), widget);
#else
    host->window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_container_add(GTK_CONTAINER(host->window), widget);
#endif
    gtk_window_set_title(GTK_WINDOW(host->window), "Editing Office");
    return host;
}

void host_close(Host *host)
{
    g_object_unref(host->editor);
#if GTK_CHECK_VERSION(4, 0, 0)
    gtk_window_destroy(GTK_WINDOW(host->window));
#else
    gtk_widget_destroy(host->window);
#endif
    g_object_unref(host->connection);
    g_free(host);
    host_settle();
}

void host_settle(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

void host_show(Host *host, int width, int height)
{
    gtk_window_set_default_size(GTK_WINDOW(host->window), width, height);
#if GTK_CHECK_VERSION(4, 0, 0)
    gtk_window_present(GTK_WINDOW(host->window));
#else
    /* A host may do so, and what is to be hidden must stay hidden. */
    gtk_widget_show_all(host->window);
#endif
    host_settle();
}

gboolean host_save(Host *host, GError **error)
{
    return nm_vpn_editor_update_connection(host->editor, host->connection, error);
}

static void add_item(const char *key, const char *value, gpointer list)
{
    g_ptr_array_add(list, g_strdup_printf("%s=%s", key, value));
}

static void add_secret(const char *key, const char *value, gpointer list)
{
    g_ptr_array_add(list, g_strdup_printf("!%s=%s", key, value));
}

static int compare(gconstpointer a, gconstpointer b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;

    if ((x[0] == '!') != (y[0] == '!'))
        return x[0] == '!' ? 1 : -1;
    return strcmp(x, y);
}

char *host_dump(NMConnection *connection)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    NMSettingVpn *vpn = nm_connection_get_setting_vpn(connection);

    nm_setting_vpn_foreach_data_item(vpn, add_item, lines);
    nm_setting_vpn_foreach_secret(vpn, add_secret, lines);
    g_ptr_array_sort(lines, compare);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

/* --- Widgets --- */

#if GTK_CHECK_VERSION(4, 0, 0)

void host_each(GtkWidget *root, void (*each)(GtkWidget *, gpointer), gpointer data)
{
    each(root, data);
    for (GtkWidget *child = gtk_widget_get_first_child(root); child;
         child = gtk_widget_get_next_sibling(child))
        host_each(child, each, data);
}

#else

typedef struct {
    void (*each)(GtkWidget *, gpointer);
    gpointer data;
} Each;

static void each_child(GtkWidget *child, gpointer data)
{
    host_each(child, ((Each *)data)->each, ((Each *)data)->data);
}

void host_each(GtkWidget *root, void (*each)(GtkWidget *, gpointer), gpointer data)
{
    Each both = {each, data};

    each(root, data);
    if (GTK_IS_CONTAINER(root))
        gtk_container_forall(GTK_CONTAINER(root), each_child, &both);
}

#endif

typedef struct {
    const char *label;
    GtkWidget *found;
    GType type;
    guint number;
} Search;

/* "_Gateway" without what underlines a letter. */
static gboolean is_label(const char *text, const char *label)
{
    g_autoptr(GString) plain = g_string_new(NULL);

    for (const char *p = text ? text : ""; *p; p++) {
        if (*p != '_' || p[1] == '_')
            g_string_append_c(plain, *p);
    }
    return strcmp(plain->str, label) == 0;
}

static void look_for_label(GtkWidget *widget, gpointer data)
{
    Search *search = data;
    const char *text = NULL;

    if (search->found)
        return;
#if GTK_CHECK_VERSION(4, 0, 0)
    if (GTK_IS_CHECK_BUTTON(widget))
        text = gtk_check_button_get_label(GTK_CHECK_BUTTON(widget));
#endif
    if (GTK_IS_BUTTON(widget))
        text = gtk_button_get_label(GTK_BUTTON(widget));
    if (text && is_label(text, search->label))
        search->found = widget;
    else if (GTK_IS_LABEL(widget) &&
             strcmp(gtk_label_get_text(GTK_LABEL(widget)), search->label) == 0)
        search->found = gtk_label_get_mnemonic_widget(GTK_LABEL(widget));
}

GtkWidget *host_find(Host *host, const char *label)
{
    Search search = {.label = label};

    host_each(GTK_WIDGET(nm_vpn_editor_get_widget(host->editor)), look_for_label, &search);
    return search.found;
}

static void look_for_type(GtkWidget *widget, gpointer data)
{
    Search *search = data;

    if (!search->found && g_type_is_a(G_OBJECT_TYPE(widget), search->type) && search->number-- == 0)
        search->found = widget;
}

GtkWidget *host_find_type(GtkWidget *root, GType type, guint number)
{
    Search search = {.type = type, .number = number};

    host_each(root, look_for_type, &search);
    return search.found;
}

gboolean host_is_shown(Host *host, GtkWidget *widget)
{
    GtkWidget *end = GTK_WIDGET(nm_vpn_editor_get_widget(host->editor));

    for (GtkWidget *at = widget; at && at != end; at = gtk_widget_get_parent(at)) {
        if (!gtk_widget_get_visible(at))
            return FALSE;
    }
    return TRUE;
}

static gboolean choose(GtkWidget *combo, const char *label)
{
    GtkTreeModel *model = gtk_combo_box_get_model(GTK_COMBO_BOX(combo));
    GtkTreeIter row;

    for (gboolean more = gtk_tree_model_get_iter_first(model, &row); more;
         more = gtk_tree_model_iter_next(model, &row)) {
        g_autofree char *text = NULL;
        gtk_tree_model_get(model, &row, 0, &text, -1);
        if (strcmp(text, label) == 0) {
            gtk_combo_box_set_active_iter(GTK_COMBO_BOX(combo), &row);
            return TRUE;
        }
    }
    return FALSE;
}

void host_enter(GtkWidget *control, const char *text)
{
    g_assert_nonnull(control);
    if (GTK_IS_COMBO_BOX(control)) {
        g_assert_true(choose(control, text));
        return;
    }
#if GTK_CHECK_VERSION(4, 0, 0)
    if (GTK_IS_CHECK_BUTTON(control))
        gtk_check_button_set_active(GTK_CHECK_BUTTON(control), strcmp(text, "yes") == 0);
    else
        gtk_editable_set_text(GTK_EDITABLE(control), text);
#else
    if (GTK_IS_CHECK_BUTTON(control))
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(control), strcmp(text, "yes") == 0);
    else
        gtk_entry_set_text(GTK_ENTRY(control), text);
#endif
}

const char *host_text(GtkWidget *entry)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    return gtk_editable_get_text(GTK_EDITABLE(entry));
#else
    return gtk_entry_get_text(GTK_ENTRY(entry));
#endif
}

void host_turn_to(Host *host, const char *page)
{
    GtkWidget *stack = host_find_type(GTK_WIDGET(nm_vpn_editor_get_widget(host->editor)),
                                      GTK_TYPE_STACK, 0);

    gtk_stack_set_visible_child_name(GTK_STACK(stack), page);
    host_settle();
}

/* --- Words --- */

typedef struct {
    Host *host;
    const char *words;
    gboolean found;
} Words;

static void look_for_words(GtkWidget *widget, gpointer data)
{
    Words *look = data;

    if (GTK_IS_LABEL(widget) && strstr(gtk_label_get_text(GTK_LABEL(widget)), look->words) &&
        host_is_shown(look->host, widget))
        look->found = TRUE;
}

gboolean host_shows(Host *host, const char *words)
{
    Words look = {.host = host, .words = words};

    host_each(GTK_WIDGET(nm_vpn_editor_get_widget(host->editor)), look_for_words, &look);
    return look.found;
}

/* --- Pictures --- */

#if GTK_CHECK_VERSION(4, 0, 0)

gboolean host_picture(Host *host, const char *path)
{
    GtkWidget *window = host->window;
    g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new(window);
    GtkSnapshot *snapshot = gtk_snapshot_new();

    gdk_paintable_snapshot(paintable, snapshot, gtk_widget_get_width(window),
                           gtk_widget_get_height(window));
    g_autoptr(GskRenderNode) node = gtk_snapshot_free_to_node(snapshot);
    GskRenderer *renderer = gtk_native_get_renderer(GTK_NATIVE(window));
    g_autoptr(GdkTexture) texture = gsk_renderer_render_texture(renderer, node, NULL);
    return gdk_texture_save_to_png(texture, path);
}

#else

gboolean host_picture(Host *host, const char *path)
{
    GdkWindow *window = gtk_widget_get_window(host->window);
    g_autoptr(GdkPixbuf) picture = gdk_pixbuf_get_from_window(
        window, 0, 0, gdk_window_get_width(window), gdk_window_get_height(window));

    return picture && gdk_pixbuf_save(picture, path, "png", NULL, NULL);
}

#endif
