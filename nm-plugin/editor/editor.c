/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The NMVpnEditor: a form over one connection.
 *
 * What is saved is the connection as it came, with those keys changed whose fields were changed.
 * Nothing else of it is written anew, so what Causeway does not know, or would say differently,
 * stays as another program left it. */
#include "editor.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "client/sentences.h"
#include "connection.h"
#include "form.h"
#include "profile/profile.h"

typedef struct {
    GObject parent;
    Form *form;
    NMSettingVpn *original; /* as it came */
    Profile *profile;       /* what it says */
    gboolean is_new;
    gboolean forced[FIELD_COUNT]; /* to be written whether or not somebody touched the row */
    GPtrArray *refused; /* of char *: keys that keep it from connecting */
    GString *refusals;  /* and why, a line each */
    gboolean drop_refused;
} CausewayEditor;

typedef struct {
    GObjectClass parent;
} CausewayEditorClass;

static void editor_interface_init(NMVpnEditorInterface *interface);

static GType causeway_editor_get_type(void);
G_DEFINE_TYPE_EXTENDED(CausewayEditor, causeway_editor, G_TYPE_OBJECT, 0,
                       G_IMPLEMENT_INTERFACE(NM_TYPE_VPN_EDITOR, editor_interface_init))

/* --- Loading --- */

static void load_secret(CausewayEditor *editor, FieldRow *row, const NmSettings *settings)
{
    const Field *field = row_field(row);
    const Secret *secret = profile_get_secret(editor->profile, field->id);
    g_autofree char *flags_key = g_strconcat(nm_settings_key(field->id), "-flags", NULL);
    const char *text = secret ? (const char *)secret_data(secret) : "";
    guint flags = nm_settings_flags(settings, field->id);

    if (!g_utf8_validate(text, -1, NULL) || strpbrk(text, "\r\n\t")) {
        row_set_unshowable(row);
        text = "";
    }
    row_load(row, text);
    /* Where nothing is stored yet, the user's keyring is offered. */
    if (!secret && !g_hash_table_contains(settings->data, flags_key))
        flags = NM_SETTING_SECRET_FLAG_AGENT_OWNED;
    row_load_flags(row, flags);
}

/* A value that is none is shown as it stands, to be put right. */
static gboolean is_refused_value(CausewayEditor *editor, const Field *field, const char *raw)
{
    if (!raw || profile_is_set(editor->profile, field->id) || field_is_secret(field))
        return FALSE;
    g_autofree char *sentence = sentence_for_text(field, raw);
    return sentence != NULL;
}

static void load_row(CausewayEditor *editor, FieldRow *row, const NmSettings *settings)
{
    const Field *field = row_field(row);
    const char *raw = g_hash_table_lookup(settings->data, nm_settings_key(field->id));

    if (field_is_secret(field)) {
        load_secret(editor, row, settings);
        return;
    }
    g_autofree char *text = profile_is_set(editor->profile, field->id)
                                ? profile_get_text(editor->profile, field->id) : g_strdup("");
    gboolean refused = is_refused_value(editor, field, raw);
    /* What has no room for such a value shows the default, which is then what is saved. */
    gboolean has_room = field->type != FIELD_TYPE_BOOLEAN && field->type != FIELD_TYPE_ENUM;
    row_load(row, refused && has_room ? raw : text);
    editor->forced[field->id] = refused;
}

static void collect_refused(CausewayEditor *editor, const NmReport *report)
{
    for (guint i = 0; i < report->refusals->len; i++) {
        const char *refusal = g_ptr_array_index(report->refusals, i);
        const char *end = strstr(refusal, ": ");
        g_autofree char *key = g_strndup(refusal, end ? (gsize)(end - refusal) : 0);
        const Field *field = nm_settings_field(key);
        if (field && form_row(editor->form, field->id))
            continue;
        g_ptr_array_add(editor->refused, g_steal_pointer(&key));
        g_string_append_printf(editor->refusals, "%s%s", editor->refusals->len > 0 ? "\n" : "",
                               refusal);
    }
}

static void on_drop_refused(CausewayEditor *editor)
{
    editor->drop_refused = TRUE;
    form_hide_notice(editor->form);
    g_signal_emit_by_name(editor, "changed");
}

static void show_refused(CausewayEditor *editor)
{
    if (editor->refused->len == 0)
        return;
    g_ptr_array_add(editor->refused, NULL);
    g_autofree char *keys = g_strjoinv(", ", (char **)editor->refused->pdata);
    g_ptr_array_remove_index(editor->refused, editor->refused->len - 1);
    g_autofree char *text = g_strdup_printf(
        /* Translators: names of settings, such as "require-mppe" */
        _("This connection asks for something that Causeway cannot do, and will not connect: "
          "%s."), keys);
    form_show_notice(editor->form, text, editor->refusals->str, _("Leave It Out"),
                     G_CALLBACK(on_drop_refused), editor);
}

static void load(CausewayEditor *editor)
{
    g_autoptr(NmSettings) settings = connection_read_vpn(editor->original);
    g_auto(NmReport) report;

    nm_report_init(&report);
    editor->is_new = g_hash_table_size(settings->data) == 0;
    editor->profile = profile_from_nm(settings, &report);
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (form_row(editor->form, (FieldId)i))
            load_row(editor, form_row(editor->form, (FieldId)i), settings);
    }
    if (editor->is_new) {
        /* A key that is absent means no in NetworkManager-l2tp's connections, not in ours. */
        row_load(form_row(editor->form, FIELD_IPSEC_ENABLED), "yes");
        editor->forced[FIELD_IPSEC_ENABLED] = TRUE;
    }
    collect_refused(editor, &report);
    show_refused(editor);
    form_update_shown(editor->form);
}

/* --- Checking --- */

/* Puts what the rows say into `profile`.  A row that cannot be right and is not shown is left
 * out, as it has no effect. */
static void fill(CausewayEditor *editor, Profile *profile)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        FieldRow *row = form_row(editor->form, (FieldId)i);
        if (!row || !(row_is_changed(row) || editor->forced[i]))
            continue;
        char *text = row_get_text(row);
        if (field_is_secret(row_field(row))) {
            g_autoptr(Secret) secret = *text ? secret_new(text, strlen(text)) : NULL;
            profile_set_secret(profile, (FieldId)i, secret, NULL);
        } else {
            profile_set_text(profile, (FieldId)i, text, NULL);
        }
        secret_string_free(text);
    }
}

/* What is wrong with the values one by one; the first row in fault, or NULL. */
static FieldRow *check_texts(CausewayEditor *editor)
{
    FieldRow *first = NULL;

    for (guint i = 0; i < FIELD_COUNT; i++) {
        FieldRow *row = form_row(editor->form, (FieldId)i);
        if (!row)
            continue;
        char *text = row_get_text(row);
        g_autofree char *sentence = row_is_shown(row) && text
                                        ? sentence_for_text(row_field(row), text) : NULL;
        secret_string_free(text);
        row_set_problem(row, sentence);
        if (sentence && !first)
            first = row;
    }
    return first;
}

/* What is wrong with them together.  An empty field that nobody has been in yet is a fault, but
 * is not marked as one. */
static FieldRow *check_together(CausewayEditor *editor, char **ret_sentence)
{
    g_autoptr(Profile) profile = profile_copy(editor->profile);
    g_autoptr(GError) error = NULL;

    fill(editor, profile);
    if (profile_validate(profile, &error))
        return NULL;
    const Field *field = profile_error_field(error);
    FieldRow *row = field ? form_row(editor->form, field->id) : NULL;
    /* What stands on other pages than ours is not ours to judge. */
    if (!row)
        return NULL;
    gboolean missing = (field->flags & FIELD_REQUIRED) && !profile_is_set(profile, field->id);
    *ret_sentence = missing ? sentence_for_missing(field) : sentence_for_rule(field);
    if (!missing || !editor->is_new || row_was_visited(row))
        row_set_problem(row, *ret_sentence);
    return row;
}

static FieldRow *check(CausewayEditor *editor, char **ret_sentence)
{
    FieldRow *row = check_texts(editor);

    if (row)
        *ret_sentence = g_strdup(row_problem(row));
    else
        row = check_together(editor, ret_sentence);
    form_mark_pages(editor->form);
    return row;
}

static void on_changed(gpointer data)
{
    CausewayEditor *editor = data;
    g_autofree char *sentence = NULL;

    form_update_shown(editor->form);
    check(editor, &sentence);
    g_signal_emit_by_name(editor, "changed");
}

/* --- Saving --- */

static void save_flags(CausewayEditor *editor, FieldRow *row, Profile *profile,
                       NMSettingVpn *setting)
{
    const Field *field = row_field(row);
    gboolean first_secrets =
        field->id == FIELD_PPP_PASSWORD || field->id == FIELD_IPSEC_PSK ||
        (field->id == FIELD_IPSEC_KEY_PASSPHRASE && profile_key_is_on_token(profile));

    /* A new connection says at once where its secrets are to be kept, whoever asks for them. */
    if (row_flags_changed(row) || row_is_changed(row) || (editor->is_new && first_secrets))
        nm_setting_set_secret_flags(NM_SETTING(setting), nm_settings_key(field->id),
                                    row_get_flags(row), NULL);
}

/* One file may hold certificate, key and authority, and then stands in all three places. */
static void sync_files(NMSettingVpn *setting, const NmSettings *settings, const char *group)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (field->type == FIELD_TYPE_FILE && strcmp(field->group, group) == 0)
            connection_sync_field(setting, settings, field);
    }
}

static NMSettingVpn *make_setting(CausewayEditor *editor, GError **error)
{
    g_autoptr(NMSettingVpn) setting =
        NM_SETTING_VPN(nm_setting_duplicate(NM_SETTING(editor->original)));
    g_autoptr(NmSettings) settings = connection_read_vpn(editor->original);
    g_autoptr(Profile) profile = profile_copy(editor->profile);

    fill(editor, profile);
    if (!profile_to_nm(profile, settings, error))
        return NULL;
    if (!nm_setting_vpn_get_service_type(setting))
        g_object_set(setting, NM_SETTING_VPN_SERVICE_TYPE, NM_SERVICE_CAUSEWAY, NULL);
    for (guint i = 0; i < FIELD_COUNT; i++) {
        FieldRow *row = form_row(editor->form, (FieldId)i);
        if (!row)
            continue;
        if (row_is_changed(row) || editor->forced[i]) {
            if (row_field(row)->type == FIELD_TYPE_FILE)
                sync_files(setting, settings, row_field(row)->group);
            else
                connection_sync_field(setting, settings, row_field(row));
        }
        if (field_is_secret(row_field(row)))
            save_flags(editor, row, profile, setting);
    }
    for (guint i = 0; editor->drop_refused && i < editor->refused->len; i++)
        nm_setting_vpn_remove_data_item(setting, g_ptr_array_index(editor->refused, i));
    return g_steal_pointer(&setting);
}

static gboolean editor_update_connection(NMVpnEditor *interface, NMConnection *connection,
                                         GError **error)
{
    CausewayEditor *editor = (CausewayEditor *)interface;
    g_autofree char *sentence = NULL;
    FieldRow *row = check(editor, &sentence);

    if (row) {
        g_set_error(error, NM_CONNECTION_ERROR, NM_CONNECTION_ERROR_INVALID_PROPERTY, "%s: %s",
                    nm_settings_key(row_field(row)->id), sentence);
        return FALSE;
    }
    NMSettingVpn *setting = make_setting(editor, error);
    if (!setting)
        return FALSE;
    nm_connection_add_setting(connection, NM_SETTING(setting));
    return TRUE;
}

/* --- The object --- */

static GObject *editor_get_widget(NMVpnEditor *interface)
{
    return G_OBJECT(form_widget(((CausewayEditor *)interface)->form));
}

static void editor_dispose(GObject *object)
{
    CausewayEditor *editor = (CausewayEditor *)object;

    g_clear_pointer(&editor->form, form_free);
    g_clear_object(&editor->original);
    g_clear_pointer(&editor->profile, profile_unref);
    g_clear_pointer(&editor->refused, g_ptr_array_unref);
    if (editor->refusals)
        g_string_free(g_steal_pointer(&editor->refusals), TRUE);
    G_OBJECT_CLASS(causeway_editor_parent_class)->dispose(object);
}

static void editor_interface_init(NMVpnEditorInterface *interface)
{
    interface->get_widget = editor_get_widget;
    interface->update_connection = editor_update_connection;
}

static void causeway_editor_class_init(CausewayEditorClass *class)
{
    G_OBJECT_CLASS(class)->dispose = editor_dispose;
}

static void causeway_editor_init(CausewayEditor *editor)
{
    editor->refused = g_ptr_array_new_with_free_func(g_free);
    editor->refusals = g_string_new(NULL);
}

NMVpnEditor *causeway_vpn_editor_new(NMConnection *connection, GError **error)
{
    CausewayEditor *editor = g_object_new(causeway_editor_get_type(), NULL);
    NMSettingVpn *setting = connection ? nm_connection_get_setting_vpn(connection) : NULL;

    sentences_begin();
    editor->original = setting ? NM_SETTING_VPN(nm_setting_duplicate(NM_SETTING(setting)))
                               : NM_SETTING_VPN(nm_setting_vpn_new());
    editor->form = form_new(on_changed, editor);
    load(editor);
    return NM_VPN_EDITOR(editor);
}
