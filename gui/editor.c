/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The editor: sections of rows over a profile that is being edited. */
#include "editor.h"

#include <glib/gi18n.h>
#include <string.h>

#include "access.h"
#include "client/client.h"
#include "edits.h"
#include "field_row.h"
#include "keep.h"
#include "say.h"
#include "sections.h"

typedef struct {
    const Section *section;
    GtkWidget *group;
    AdwExpanderRow *expander; /* of expert sections */
} SectionView;

typedef struct {
    CausewayWindow *parent;
    VpnItem *item;
    Edits *edits;
    FieldRow *rows[FIELD_COUNT]; /* NULL for those that are not shown */
    GArray *sections;            /* SectionView */
    GtkWindow *window;
    AdwToastOverlay *toasts;
    AdwPreferencesPage *page;
    GtkWidget *undo, *save;
    GtkEditable *search;
    AdwComboRow *keep;
    Keep first_keep, wanted_keep;
    GtkWindow *held; /* while the service is being asked */
} Editor;

static void editor_free(gpointer data)
{
    Editor *editor = data;

    for (guint i = 0; i < FIELD_COUNT; i++)
        field_row_free(editor->rows[i]);
    g_array_unref(editor->sections);
    edits_free(editor->edits);
    g_object_unref(editor->item);
    g_object_unref(editor->parent);
    g_free(editor);
}

/* --- What is shown ------------------------------------------------------------------------ */

/* Fields that mean nothing here, or that the search does not find, are out of sight. */
static void show_fields(Editor *editor)
{
    g_autoptr(Profile) preview = edits_preview(editor->edits);
    const char *needle = gtk_editable_get_text(editor->search);

    for (guint i = 0; i < editor->sections->len; i++) {
        const SectionView *view = &g_array_index(editor->sections, SectionView, i);
        gboolean any = FALSE;
        for (guint j = 0; j < view->section->count; j++) {
            FieldId id = view->section->fields[j];
            gboolean visible = section_field_applies(field_get(id), preview) &&
                               section_field_matches(field_get(id), needle);
            field_row_set_shown(editor->rows[id], visible);
            any |= visible;
        }
        gtk_widget_set_visible(view->group, any);
        if (view->expander && *needle)
            adw_expander_row_set_expanded(view->expander, any);
    }
}

static void show_buttons(Editor *editor)
{
    gboolean changed = edits_changed(editor->edits) ||
                       keep_get(editor->keep) != editor->first_keep;

    gtk_widget_set_sensitive(editor->undo, edits_can_undo(editor->edits));
    gtk_widget_set_sensitive(editor->save, changed);
}

static void show_problem(Editor *editor, FieldId id)
{
    g_autofree char *problem = edits_problem(editor->edits, id);

    field_row_show_problem(editor->rows[id], problem);
}

static void on_row_changed(FieldRow *row, gpointer data)
{
    Editor *editor = data;
    const Field *field = field_row_field(row);
    char *text = field_row_get(row);

    edits_set(editor->edits, field->id, text);
    secret_string_free(text);
    show_problem(editor, field->id);
    /* Others may depend on a choice, none on a text. */
    if (field->type == FIELD_TYPE_BOOLEAN || field->type == FIELD_TYPE_ENUM) {
        edits_rest(editor->edits);
        show_fields(editor);
    }
    show_buttons(editor);
}

static gboolean focus_row(gpointer data)
{
    gtk_widget_grab_focus(data);
    return G_SOURCE_REMOVE;
}

/* Opens what hides it.  The row can take the focus once it has been laid out. */
static void go_to(Editor *editor, FieldId id)
{
    const Section *section = section_of(id);

    if (!editor->rows[id])
        return;
    gtk_editable_set_text(editor->search, "");
    for (guint i = 0; i < editor->sections->len; i++) {
        const SectionView *view = &g_array_index(editor->sections, SectionView, i);
        if (view->section == section && view->expander)
            adw_expander_row_set_expanded(view->expander, TRUE);
    }
    g_idle_add_full(G_PRIORITY_LOW, focus_row, g_object_ref(field_row_widget(editor->rows[id])),
                    g_object_unref);
}

static void on_undo(Editor *editor)
{
    FieldId id;

    if (!edits_undo(editor->edits, &id))
        return;
    field_row_set(editor->rows[id], edits_text(editor->edits, id));
    show_problem(editor, id);
    show_fields(editor);
    show_buttons(editor);
    go_to(editor, id);
}

/* --- Saving ------------------------------------------------------------------------------- */

static void toast(Editor *editor, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);

    if (window_is_closed(editor->window)) {
        causeway_window_toast(editor->parent, text);
        return;
    }
    adw_toast_overlay_add_toast(editor->toasts, adw_toast_new(escaped));
}

static void let_go(Editor *editor)
{
    GtkWindow *window = g_steal_pointer(&editor->held);

    gtk_widget_set_sensitive(GTK_WIDGET(window), TRUE);
    /* Perhaps the last of it. */
    g_object_unref(window);
}

static void stop_saving(Editor *editor, const GError *error)
{
    if (error) {
        g_autofree char *message = say_error(error);
        toast(editor, message);
        let_go(editor);
        return;
    }
    GtkWindow *window = g_steal_pointer(&editor->held);
    destroy_window(window);
    g_object_unref(window);
}

static void on_kept(const GError *error, gpointer data)
{
    stop_saving(data, error);
}

/* Those that were kept before are forgotten, too, without being typed again. */
static void add_known(Editor *editor, GHashTable *secrets)
{
    const char *const *lists[] = {vpn_item_stored_secrets(editor->item),
                                  vpn_item_missing_secrets(editor->item)};

    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        for (const char *const *name = lists[i]; *name; name++)
            g_hash_table_replace(secrets, g_strdup(*name), secret_new("", 0));
    }
}

static void on_saved(GObject *source, GAsyncResult *result, gpointer data)
{
    Editor *editor = data;
    g_autoptr(GHashTable) secrets = vpn_secrets_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *uuid = vpn_store_save_finish(VPN_STORE(source), result, &error);

    if (!uuid) {
        stop_saving(editor, error);
        return;
    }
    if (editor->wanted_keep == KEEP_NEVER && editor->first_keep != KEEP_NEVER)
        add_known(editor, secrets);
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const char *text = edits_text(editor->edits, (FieldId)i);
        if (field_is_secret(field_get((FieldId)i)) && *text)
            g_hash_table_replace(secrets, g_strdup(field_name((FieldId)i)),
                                 secret_new(text, strlen(text)));
    }
    keep_secrets(editor->wanted_keep, editor->item, secrets, on_kept, editor);
}

/* NULL when something is wrong, which is told and shown. */
static Profile *collect(Editor *editor)
{
    FieldId fault;
    g_autofree char *problem = NULL;
    Profile *profile = edits_profile(editor->edits, &fault, &problem);

    if (!profile) {
        /* Translators: the name of a setting, and a sentence about what is wrong with it */
        g_autofree char *text = g_strdup_printf(_("%s: %s"), _(field_get(fault)->label), problem);
        toast(editor, text);
        if (window_is_closed(editor->window))
            return NULL;
        if (editor->rows[fault])
            field_row_show_problem(editor->rows[fault], problem);
        go_to(editor, fault);
        return NULL;
    }
    /* Where the secrets go is decided apart. */
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (field_is_secret(field_get((FieldId)i)))
            profile_set_secret(profile, (FieldId)i, NULL, NULL);
    }
    return profile;
}

static void show_texts(Editor *editor)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (editor->rows[i])
            field_row_set(editor->rows[i], edits_text(editor->edits, (FieldId)i));
    }
    show_fields(editor);
    show_buttons(editor);
}

/* What was changed elsewhere since the window was opened is not taken back by what was not. */
static void on_fresh(GObject *source, GAsyncResult *result, gpointer data)
{
    Editor *editor = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) fresh = vpn_store_load_finish(VPN_STORE(source), result, &error);

    if (!vpn_store_find(VPN_STORE(source), vpn_item_uuid(editor->item))) {
        toast(editor, _("This connection has been removed meanwhile."));
        let_go(editor);
        return;
    }
    if (!fresh) {
        stop_saving(editor, error);
        return;
    }
    edits_rebase(editor->edits, fresh);
    show_texts(editor);
    g_autoptr(Profile) profile = collect(editor);
    if (profile)
        vpn_store_save(VPN_STORE(source), editor->item, profile, FALSE, NULL, on_saved, editor);
    else
        let_go(editor);
}

static void on_save(Editor *editor)
{
    g_autoptr(Profile) profile = editor->held ? NULL : collect(editor);

    if (!profile)
        return;
    editor->held = g_object_ref(editor->window);
    editor->wanted_keep = keep_get(editor->keep);
    gtk_widget_set_sensitive(GTK_WIDGET(editor->window), FALSE);
    vpn_store_load(vpn_item_store(editor->item), editor->item, NULL, on_fresh, editor);
}

/* --- Building ----------------------------------------------------------------------------- */

static void add_row(Editor *editor, SectionView *view, FieldId id)
{
    gboolean stored = g_strv_contains(vpn_item_stored_secrets(editor->item), field_name(id));
    FieldRow *row = field_row_new(field_get(id), stored, on_row_changed, editor);

    editor->rows[id] = row;
    field_row_set(row, edits_text(editor->edits, id));
    GtkWidget *widgets[] = {field_row_widget(row), field_row_problem(row)};
    for (gsize i = 0; i < G_N_ELEMENTS(widgets); i++) {
        if (view->expander)
            adw_expander_row_add_row(view->expander, widgets[i]);
        else
            adw_preferences_group_add(ADW_PREFERENCES_GROUP(view->group), widgets[i]);
    }
}

static void add_keep(Editor *editor, SectionView *view)
{
    GtkWidget *row = adw_combo_row_new();

    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), _("Key and password"));
    adw_action_row_set_subtitle(ADW_ACTION_ROW(row), _("Where to keep what you type here"));
    editor->keep = ADW_COMBO_ROW(row);
    editor->first_keep = *vpn_item_stored_secrets(editor->item) ? KEEP_SYSTEM : KEEP_KEYRING;
    keep_fill(editor->keep, editor->first_keep);
    g_signal_connect_swapped(row, "notify::selected", G_CALLBACK(show_buttons), editor);
    adw_preferences_group_add(ADW_PREFERENCES_GROUP(view->group), row);
}

static void add_section(Editor *editor, const Section *section)
{
    SectionView view = {.section = section, .group = adw_preferences_group_new()};
    const char *description = section->description ? _(section->description) : NULL;

    if (section->expert) {
        view.expander = ADW_EXPANDER_ROW(adw_expander_row_new());
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(view.expander), _(section->title));
        adw_expander_row_set_subtitle(view.expander, description ? description : "");
        adw_preferences_group_add(ADW_PREFERENCES_GROUP(view.group), GTK_WIDGET(view.expander));
    } else {
        adw_preferences_group_set_title(ADW_PREFERENCES_GROUP(view.group), _(section->title));
        adw_preferences_group_set_description(ADW_PREFERENCES_GROUP(view.group), description);
    }
    for (guint i = 0; i < section->count; i++)
        add_row(editor, &view, section->fields[i]);
    if (section == section_of(FIELD_PPP_PASSWORD))
        add_keep(editor, &view);
    adw_preferences_page_add(editor->page, ADW_PREFERENCES_GROUP(view.group));
    g_array_append_val(editor->sections, view);
}

static gboolean on_undo_key(GtkWidget *widget, GVariant *arguments, gpointer data)
{
    on_undo(data);
    return TRUE;
}

static gboolean on_save_key(GtkWidget *widget, GVariant *arguments, gpointer data)
{
    on_save(data);
    return TRUE;
}

static void add_keys(Editor *editor, GtkSearchBar *bar)
{
    GtkEventController *keys = gtk_shortcut_controller_new();
    struct {
        const char *trigger;
        GtkShortcutFunc func;
    } shortcuts[] = {{"<Control>z", on_undo_key}, {"<Control>s", on_save_key}};

    for (gsize i = 0; i < G_N_ELEMENTS(shortcuts); i++)
        gtk_shortcut_controller_add_shortcut(
            GTK_SHORTCUT_CONTROLLER(keys),
            gtk_shortcut_new(gtk_shortcut_trigger_parse_string(shortcuts[i].trigger),
                             gtk_callback_action_new(shortcuts[i].func, editor, NULL)));
    /* Before the entry's own undo, which knows only of itself. */
    gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
    gtk_widget_add_controller(GTK_WIDGET(editor->window), keys);
    gtk_accessible_update_property(GTK_ACCESSIBLE(editor->search), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("Search settings"), -1);
    gtk_search_bar_connect_entry(bar, editor->search);
    gtk_search_bar_set_key_capture_widget(bar, NULL);
}

static void find_children(Editor *editor, GtkBuilder *builder)
{
    editor->window = GTK_WINDOW(gtk_builder_get_object(builder, "window"));
    editor->toasts = ADW_TOAST_OVERLAY(gtk_builder_get_object(builder, "toasts"));
    editor->page = ADW_PREFERENCES_PAGE(gtk_builder_get_object(builder, "page"));
    editor->undo = GTK_WIDGET(gtk_builder_get_object(builder, "undo"));
    editor->save = GTK_WIDGET(gtk_builder_get_object(builder, "save"));
    editor->search = GTK_EDITABLE(gtk_builder_get_object(builder, "search"));
}

void editor_show(CausewayWindow *window, VpnItem *item, Profile *profile, FieldId focus)
{
    g_autoptr(GtkBuilder) builder =
        gtk_builder_new_from_resource("/org/causeway/Causeway/editor.ui");
    Editor *editor = g_new0(Editor, 1);
    AdwWindowTitle *title = ADW_WINDOW_TITLE(gtk_builder_get_object(builder, "title"));
    guint count;
    const Section *sections = sections_get(&count);

    editor->parent = g_object_ref(window);
    editor->item = g_object_ref(item);
    editor->edits = edits_new(profile);
    editor->sections = g_array_new(FALSE, FALSE, sizeof(SectionView));
    find_children(editor, builder);
    adw_window_title_set_title(title, vpn_item_name(item));
    gtk_window_set_title(editor->window, vpn_item_name(item));
    for (guint i = 0; i < count; i++)
        add_section(editor, &sections[i]);
    g_object_set_data_full(G_OBJECT(editor->window), "editor", editor, editor_free);
    g_signal_connect_swapped(editor->undo, "clicked", G_CALLBACK(on_undo), editor);
    g_signal_connect_swapped(editor->save, "clicked", G_CALLBACK(on_save), editor);
    g_signal_connect_swapped(editor->search, "search-changed", G_CALLBACK(show_fields), editor);
    add_keys(editor, GTK_SEARCH_BAR(gtk_builder_get_object(builder, "search_bar")));
    show_fields(editor);
    show_buttons(editor);
    close_by_escape(editor->window);
    search_by_key(editor->window, GTK_SEARCH_BAR(gtk_builder_get_object(builder, "search_bar")));
    name_by_tooltips(GTK_WIDGET(editor->window));
    gtk_window_set_transient_for(editor->window, GTK_WINDOW(window));
    gtk_window_present(editor->window);
    go_to(editor, editor->rows[focus] ? focus : FIELD_CONNECTION_NAME);
}
