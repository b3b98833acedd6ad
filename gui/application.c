/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The application. */
#include "application.h"

#include <glib/gi18n.h>

#ifdef HAVE_NETWORKMANAGER
#include "client/store_nm.h"
#endif
#include "client/store_service.h"
#include "new_dialog.h"
#include "notify.h"
#include "preferences_window.h"
#include "tray.h"
#include "watch.h"
#include "window.h"

struct _CausewayApplication {
    AdwApplication parent;
    VpnStore *service;
    VpnStore *nm; /* NULL where Causeway was built without */
    GListStore *stores;
    GtkSortListModel *items;
    GtkSorter *sorter;
    CausewayDialer *dialer;
    Preferences *preferences;
    Notifier *notifier;
    Tray *tray;
    Watch *watch;
    char *wanted;        /* UUID of a connection that is to be made as soon as it is known */
    char *token;         /* for the next window, or NULL */
    gboolean hidden;     /* the activation that is to come is only the start */
    gboolean background; /* without a window because somebody wished so */
    gboolean staying;    /* held */
};

G_DEFINE_TYPE(CausewayApplication, causeway_application, ADW_TYPE_APPLICATION)

static void update_staying(CausewayApplication *self);

static CausewayWindow *window_of(CausewayApplication *application)
{
    for (GList *link = gtk_application_get_windows(GTK_APPLICATION(application)); link;
         link = link->next) {
        if (CAUSEWAY_IS_WINDOW(link->data))
            return link->data;
    }
    return NULL;
}

/* Where it was closed to: a tray that goes for a moment does not end it. */
static void on_visible(GtkWidget *window, GParamSpec *spec, CausewayApplication *self)
{
    gboolean visible = gtk_widget_get_visible(window);

    self->background = !visible && self->tray && tray_is_shown(self->tray);
    if (visible)
        update_staying(self);
}

static CausewayWindow *show_window(CausewayApplication *self)
{
    CausewayWindow *window = window_of(self);

    if (!window) {
        window = causeway_window_new(self);
        g_signal_connect_object(window, "notify::visible", G_CALLBACK(on_visible), self, 0);
    }
    if (self->token)
        gtk_window_set_startup_id(GTK_WINDOW(window), self->token);
    g_clear_pointer(&self->token, g_free);
    gtk_window_present(GTK_WINDOW(window));
    return window;
}

void causeway_application_set_token(CausewayApplication *self, const char *token)
{
    g_free(self->token);
    self->token = g_strdup(token);
}

static GtkWindow *parent_for_questions(gpointer data)
{
    CausewayWindow *window = window_of(data);

    return window && gtk_widget_get_visible(GTK_WIDGET(window)) ? GTK_WINDOW(window) : NULL;
}

static void on_problem(CausewayDialer *dialer, const char *message, CausewayApplication *self)
{
    CausewayWindow *window = window_of(self);

    if (window)
        causeway_window_toast(window, message);
    if (!window || !gtk_widget_get_visible(GTK_WIDGET(window)))
        notifier_problem(self->notifier, message);
}

/* --- The list ----------------------------------------------------------------------------- */

static int compare_items(gconstpointer a, gconstpointer b, gpointer data)
{
    CausewayApplication *self = data;
    gboolean first = preferences_is_pinned(self->preferences, vpn_item_uuid((VpnItem *)a));
    gboolean second = preferences_is_pinned(self->preferences, vpn_item_uuid((VpnItem *)b));

    if (first != second)
        return first ? -1 : 1;
    return vpn_item_compare(a, b, NULL);
}

void causeway_application_sort(CausewayApplication *self)
{
    gtk_sorter_changed(self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
}

static void add_store(CausewayApplication *self, VpnStore *store)
{
    g_list_store_append(self->stores, store);
    causeway_dialer_serve(self->dialer, store);
}

/* Names are shown once: what NetworkManager keeps is its, whoever else knows it. */
static gboolean is_first(gpointer item, gpointer data)
{
    CausewayApplication *self = data;

    return !self->nm || vpn_item_store(item) == self->nm ||
           !vpn_store_find(self->nm, vpn_item_uuid(item));
}

#ifdef HAVE_NETWORKMANAGER
/* What causewayd has told of first may be NetworkManager's, too. */
static void on_nm_items(GListModel *list, guint position, guint removed, guint added,
                        GtkFilter *filter)
{
    gtk_filter_changed(filter, GTK_FILTER_CHANGE_DIFFERENT);
}
#endif

static void make_list(CausewayApplication *self)
{
    self->stores = g_list_store_new(G_TYPE_LIST_MODEL);
    self->dialer = causeway_dialer_new(parent_for_questions, self);
    g_signal_connect(self->dialer, "problem", G_CALLBACK(on_problem), self);
    self->service = vpn_store_service_new();
    add_store(self, self->service);
#ifdef HAVE_NETWORKMANAGER
    self->nm = vpn_store_nm_new(self->service);
    add_store(self, self->nm);
#endif
    self->sorter = GTK_SORTER(gtk_custom_sorter_new(compare_items, self, NULL));
    GtkFlattenListModel *all = gtk_flatten_list_model_new(g_object_ref(G_LIST_MODEL(self->stores)));
    GtkFilter *filter = GTK_FILTER(gtk_custom_filter_new(is_first, self, NULL));
#ifdef HAVE_NETWORKMANAGER
    /* After the list itself has been told. */
    g_signal_connect_object(self->nm, "items-changed", G_CALLBACK(on_nm_items), filter,
                            G_CONNECT_AFTER);
#endif
    GtkFilterListModel *first = gtk_filter_list_model_new(G_LIST_MODEL(all), filter);
    self->items = gtk_sort_list_model_new(G_LIST_MODEL(first), g_object_ref(self->sorter));
}

CausewayDialer *causeway_application_dialer(CausewayApplication *self)
{
    return self->dialer;
}

Preferences *causeway_application_preferences(CausewayApplication *self)
{
    return self->preferences;
}

GListModel *causeway_application_items(CausewayApplication *self)
{
    return G_LIST_MODEL(self->items);
}

VpnStore *causeway_application_store(CausewayApplication *self)
{
#ifdef HAVE_NETWORKMANAGER
    if (vpn_store_nm_is_complete(self->nm))
        return self->nm;
#endif
    return self->service;
}

GListModel *causeway_application_stores(CausewayApplication *self)
{
    return G_LIST_MODEL(self->stores);
}

VpnStoreAvailability causeway_application_availability(CausewayApplication *self,
                                                       const char **ret_problem)
{
    *ret_problem = vpn_store_problem(self->service);
    if (self->nm && vpn_store_availability(self->nm) == VPN_STORE_READY &&
        vpn_store_availability(self->service) != VPN_STORE_STARTING)
        return VPN_STORE_READY;
    return vpn_store_availability(self->service);
}

VpnItem *causeway_application_find(CausewayApplication *self, const char *uuid)
{
    VpnItem *item = self->nm ? vpn_store_find(self->nm, uuid) : NULL;

    return item ? item : vpn_store_find(self->service, uuid);
}

/* --- Actions ------------------------------------------------------------------------------ */

static VpnItem *item_of(CausewayApplication *self, GVariant *uuid)
{
    return causeway_application_find(self, g_variant_get_string(uuid, NULL));
}

static void on_connect(GSimpleAction *action, GVariant *uuid, gpointer data)
{
    CausewayApplication *self = data;
    VpnItem *item = item_of(self, uuid);

    if (item) {
        causeway_dialer_connect(self->dialer, item);
        return;
    }
    /* A notification's button may have started us: the stores have yet to speak. */
    g_free(self->wanted);
    self->wanted = g_variant_dup_string(uuid, NULL);
}

static void on_disconnect(GSimpleAction *action, GVariant *uuid, gpointer data)
{
    CausewayApplication *self = data;
    VpnItem *item = item_of(self, uuid);

    if (item)
        causeway_dialer_disconnect(self->dialer, item);
}

static void on_show(GSimpleAction *action, GVariant *uuid, gpointer data)
{
    CausewayWindow *window = show_window(data);

    causeway_window_select(window, g_variant_get_string(uuid, NULL));
}

static void on_open(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    show_window(data);
}

static void on_new(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    new_dialog_show(show_window(data), NULL, NULL);
}

static void start_stores(CausewayApplication *self)
{
    vpn_store_start(self->service);
    if (self->nm)
        vpn_store_start(self->nm);
}

static void on_retry(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    start_stores(data);
}

static void update_tray(CausewayApplication *self);

static void on_preference(Preference which, gpointer data)
{
    if (which == PREFERENCE_TRAY)
        update_tray(data);
}

static void on_preferences(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    CausewayApplication *self = data;

    preferences_window_show(GTK_WINDOW(show_window(self)), self->preferences, on_preference, self);
}

static void on_about(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    adw_show_about_window(GTK_WINDOW(show_window(data)), "application-name", "Causeway",
                          "application-icon", CAUSEWAY_ID, "version", CAUSEWAY_VERSION,
                          "developer-name", _("The Causeway developers"), "comments",
                          _("Connects to L2TP/IPsec VPN gateways"), "license-type",
                          GTK_LICENSE_GPL_2_0, "translator-credits", _("translator-credits"), NULL);
}

static void on_quit(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    g_application_quit(G_APPLICATION(data));
}

static const GActionEntry entries[] = {
    {.name = "connect", .activate = on_connect, .parameter_type = "s"},
    {.name = "disconnect", .activate = on_disconnect, .parameter_type = "s"},
    {.name = "show", .activate = on_show, .parameter_type = "s"},
    {.name = "open", .activate = on_open},
    {.name = "new", .activate = on_new},
    {.name = "retry", .activate = on_retry},
    {.name = "preferences", .activate = on_preferences},
    {.name = "about", .activate = on_about},
    {.name = "quit", .activate = on_quit},
};

static const struct {
    const char *action;
    const char *keys[3];
} shortcuts[] = {
    {"app.new", {"<Control>n"}},
    {"app.preferences", {"<Control>comma"}},
    {"app.quit", {"<Control>q"}},
    {"win.import", {"<Control>o"}},
    {"win.paste", {"<Control><Shift>v"}},
    {"win.edit", {"<Control>e"}},
    {"win.toggle", {"<Control>Return"}},
    {"win.log", {"<Control>l"}},
    {"win.search", {"<Control>f"}},
    {"win.show-help-overlay", {"<Control>question", "F1"}},
    {"win.menu", {"F10"}},
    {"window.close", {"<Control>w"}},
};

/* --- Beginning and end -------------------------------------------------------------------- */

static gboolean goes_on(CausewayApplication *self, VpnItem *item, gboolean hidden)
{
    VpnState state = vpn_item_status(item)->state;

    /* Who hears of a failure by a notification has its buttons to press. */
    return vpn_state_is_active(state) || causeway_dialer_is_busy(self->dialer, item) ||
           (hidden && state == VPN_FAILED);
}

static gboolean is_needed(CausewayApplication *self, gboolean hidden)
{
    GListModel *items = G_LIST_MODEL(self->items);

    if (self->tray && tray_is_shown(self->tray))
        return TRUE;
    for (guint i = 0; i < g_list_model_get_n_items(items); i++) {
        g_autoptr(VpnItem) item = g_list_model_get_item(items, i);
        if (goes_on(self, item, hidden))
            return TRUE;
    }
    return FALSE;
}

gboolean causeway_application_stays(CausewayApplication *self)
{
    return is_needed(self, FALSE);
}

/* Without a window the application goes on as long as it is good for something; then it ends. */
static void update_staying(CausewayApplication *self)
{
    CausewayWindow *window = window_of(self);
    gboolean hidden = !window || !gtk_widget_get_visible(GTK_WIDGET(window));
    gboolean stay = self->background || is_needed(self, hidden);

    if (stay && !self->staying)
        g_application_hold(G_APPLICATION(self));
    else if (!stay && self->staying)
        g_application_release(G_APPLICATION(self));
    self->staying = stay;
    if (!stay && window && hidden)
        gtk_window_destroy(GTK_WINDOW(window));
}

static void on_item(VpnItem *item, gboolean gone, gpointer data)
{
    CausewayApplication *self = data;

    if (gone)
        causeway_dialer_forget(self->dialer, item);
    if (!gone && g_strcmp0(self->wanted, vpn_item_uuid(item)) == 0) {
        g_clear_pointer(&self->wanted, g_free);
        causeway_dialer_connect(self->dialer, item);
    }
    update_staying(self);
}

void causeway_application_tray_changed(CausewayApplication *self)
{
    update_staying(self);
}

static void update_tray(CausewayApplication *self)
{
    gboolean wanted = preferences_get(self->preferences, PREFERENCE_TRAY);

    if (wanted && !self->tray)
        self->tray = tray_new(self);
    else if (!wanted)
        g_clear_pointer(&self->tray, tray_free);
    update_staying(self);
}

static void causeway_application_startup(GApplication *application)
{
    CausewayApplication *self = CAUSEWAY_APPLICATION(application);
    g_autofree char *file = g_build_filename(g_get_user_config_dir(), "causeway", "gui.conf", NULL);
    g_autofree char *autostart = g_build_filename(g_get_user_config_dir(), "autostart",
                                                  CAUSEWAY_ID ".desktop", NULL);

    G_APPLICATION_CLASS(causeway_application_parent_class)->startup(application);
    gtk_window_set_default_icon_name(CAUSEWAY_ID);
    self->preferences = preferences_new(file, autostart);
    make_list(self);
    self->notifier = notifier_new(self);
    g_action_map_add_action_entries(G_ACTION_MAP(self), entries, G_N_ELEMENTS(entries), self);
    for (gsize i = 0; i < G_N_ELEMENTS(shortcuts); i++)
        gtk_application_set_accels_for_action(GTK_APPLICATION(self), shortcuts[i].action,
                                              shortcuts[i].keys);
    self->background = self->hidden;
    update_tray(self);
    self->watch = watch_new(G_LIST_MODEL(self->items), on_item, self);
    start_stores(self);
}

static void causeway_application_activate(GApplication *application)
{
    CausewayApplication *self = CAUSEWAY_APPLICATION(application);

    /* Only the first time: a second start is a wish to see something. */
    if (!self->hidden)
        show_window(self);
    self->hidden = FALSE;
}

static int causeway_application_options(GApplication *application, GVariantDict *options)
{
    CausewayApplication *self = CAUSEWAY_APPLICATION(application);

    if (g_variant_dict_contains(options, "version")) {
        g_print("causeway-gui %s\n", CAUSEWAY_VERSION);
        return 0;
    }
    self->hidden = g_variant_dict_contains(options, "hidden");
    /* Started at log-in, and again by the session that was saved: that shows no window either. */
    if (self->hidden && g_application_register(application, NULL, NULL) &&
        g_application_get_is_remote(application))
        return 0;
    return -1;
}

static void causeway_application_shutdown(GApplication *application)
{
    CausewayApplication *self = CAUSEWAY_APPLICATION(application);

    g_clear_pointer(&self->watch, watch_free);
    g_clear_pointer(&self->tray, tray_free);
    g_clear_pointer(&self->notifier, notifier_free);
    G_APPLICATION_CLASS(causeway_application_parent_class)->shutdown(application);
    g_clear_object(&self->dialer);
    g_clear_object(&self->items);
    g_clear_object(&self->sorter);
    g_clear_object(&self->stores);
    g_clear_object(&self->nm);
    g_clear_object(&self->service);
    g_clear_pointer(&self->preferences, preferences_free);
    g_clear_pointer(&self->wanted, g_free);
    g_clear_pointer(&self->token, g_free);
}

static void causeway_application_class_init(CausewayApplicationClass *class)
{
    GApplicationClass *application = G_APPLICATION_CLASS(class);

    application->startup = causeway_application_startup;
    application->activate = causeway_application_activate;
    application->handle_local_options = causeway_application_options;
    application->shutdown = causeway_application_shutdown;
}

static void causeway_application_init(CausewayApplication *self)
{
    static const GOptionEntry options[] = {
        {"hidden", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Start in the tray, without a window"), NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version and exit"), NULL},
        {NULL},
    };

    g_application_add_main_option_entries(G_APPLICATION(self), options);
}

CausewayApplication *causeway_application_new(void)
{
    return g_object_new(CAUSEWAY_TYPE_APPLICATION, "application-id", CAUSEWAY_ID, "flags",
                        G_APPLICATION_DEFAULT_FLAGS, NULL);
}
