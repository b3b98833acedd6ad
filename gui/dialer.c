/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connects and disconnects for a person. */
#include "dialer.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/client.h"
#include "keyring.h"
#include "secret_dialog.h"

struct _CausewayDialer {
    GObject parent;
    DialerParentFunc parent_window;
    gpointer parent_data;
    GHashTable *calls; /* UUID → Call */
};

/* One connection that was asked for here: until it is up, or has failed. */
typedef struct {
    CausewayDialer *dialer;
    VpnItem *item;
    GCancellable *cancellable;
    GHashTable *secrets; /* for Connect */
    GHashTable *keep;    /* for the keyring, once they have proved right */
    char *anew;          /* a field to be asked for whatever is stored, or NULL */
    gboolean stored_anew; /* ... and it is stored with the profile, where it is put right too */
    GtkWindow *dialog;
    gulong changed;
    gboolean called;  /* the service was told */
    gboolean replied; /* ... and has answered */
} Call;

G_DEFINE_TYPE(CausewayDialer, causeway_dialer, G_TYPE_OBJECT)

enum { SIGNAL_PROBLEM, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void call_free(gpointer data)
{
    Call *call = data;

    g_cancellable_cancel(call->cancellable);
    if (call->dialog)
        secret_dialog_dismiss(call->dialog);
    g_signal_handler_disconnect(call->item, call->changed);
    g_object_unref(call->cancellable);
    g_object_unref(call->item);
    g_hash_table_unref(call->secrets);
    g_hash_table_unref(call->keep);
    g_free(call->anew);
    g_free(call);
}

static void causeway_dialer_finalize(GObject *object)
{
    g_hash_table_unref(CAUSEWAY_DIALER(object)->calls);
    G_OBJECT_CLASS(causeway_dialer_parent_class)->finalize(object);
}

static void causeway_dialer_class_init(CausewayDialerClass *class)
{
    G_OBJECT_CLASS(class)->finalize = causeway_dialer_finalize;
    signals[SIGNAL_PROBLEM] = g_signal_new("problem", CAUSEWAY_TYPE_DIALER, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void causeway_dialer_init(CausewayDialer *dialer)
{
    dialer->calls = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, call_free);
}

CausewayDialer *causeway_dialer_new(DialerParentFunc parent, gpointer data)
{
    CausewayDialer *dialer = g_object_new(CAUSEWAY_TYPE_DIALER, NULL);

    dialer->parent_window = parent;
    dialer->parent_data = data;
    return dialer;
}

static Call *call_of(CausewayDialer *dialer, VpnItem *item)
{
    return g_hash_table_lookup(dialer->calls, vpn_item_uuid(item));
}

static void call_end(Call *call)
{
    g_hash_table_remove(call->dialer->calls, vpn_item_uuid(call->item));
}

gboolean causeway_dialer_is_busy(CausewayDialer *dialer, VpnItem *item)
{
    Call *call = call_of(dialer, item);

    return call && !call->called;
}

static void tell_problem(CausewayDialer *dialer, const GError *error)
{
    g_autofree char *message = client_error_message(error);

    g_signal_emit(dialer, signals[SIGNAL_PROBLEM], 0, message);
}

static void on_kept(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(CausewayDialer) dialer = data;
    g_autoptr(GError) error = NULL;

    if (!keyring_store_finish(result, &error))
        tell_problem(dialer, error);
}

static void on_stored(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(CausewayDialer) dialer = data;
    g_autoptr(GError) error = NULL;

    if (!vpn_store_finish(VPN_STORE(source), result, &error))
        tell_problem(dialer, error);
}

/* What has just proved right goes where it is to be found the next time. */
static void keep_secrets(Call *call)
{
    GHashTableIter iter;
    gpointer field, secret;

    g_hash_table_iter_init(&iter, call->keep);
    while (g_hash_table_iter_next(&iter, &field, &secret))
        keyring_store(vpn_item_uuid(call->item), vpn_item_name(call->item), field, secret, on_kept,
                      g_object_ref(call->dialer));
    const Secret *anew = call->stored_anew ? g_hash_table_lookup(call->secrets, call->anew) : NULL;
    if (anew)
        vpn_store_set_secret(vpn_item_store(call->item), call->item, call->anew, anew, NULL,
                             on_stored, g_object_ref(call->dialer));
}

static void on_item_changed(VpnItem *item, Call *call)
{
    VpnState state = vpn_item_status(item)->state;

    /* What is left of an earlier attempt is taken away before there is an answer. */
    if (!call->called || (state == VPN_DISCONNECTED && !call->replied))
        return;
    if (state == VPN_CONNECTED)
        keep_secrets(call);
    if (state == VPN_CONNECTED || state == VPN_FAILED || state == VPN_DISCONNECTED)
        call_end(call);
}

typedef struct {
    CausewayDialer *dialer;
    VpnItem *item;
} Begun;

static void on_begun(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree Begun *begun = data;
    g_autoptr(CausewayDialer) dialer = begun->dialer;
    g_autoptr(VpnItem) item = begun->item;
    g_autoptr(GError) error = NULL;
    Call *call = call_of(dialer, item);

    if (call)
        call->replied = TRUE;
    if (vpn_store_finish(VPN_STORE(source), result, &error))
        return;
    tell_problem(dialer, error);
    if (call)
        call_end(call);
    vpn_status_clear(vpn_item_edit_status(item));
    vpn_item_changed(item);
}

/* What is shown from now on is not the old failure, although the bus has not spoken yet. */
static void begin(Call *call)
{
    VpnStatus *status = vpn_item_edit_status(call->item);
    Begun *begun = g_new0(Begun, 1);

    begun->dialer = g_object_ref(call->dialer);
    begun->item = g_object_ref(call->item);
    call->called = TRUE;
    vpn_store_connect(vpn_item_store(call->item), call->item, call->secrets, NULL, on_begun,
                      begun);
    vpn_status_clear(status);
    status->state = VPN_CONNECTING;
    vpn_item_changed(call->item);
}

static void take_answers(Call *call, GHashTable *secrets, gboolean remember)
{
    GHashTableIter iter;
    gpointer field, secret;

    g_hash_table_iter_init(&iter, secrets);
    while (g_hash_table_iter_next(&iter, &field, &secret)) {
        g_hash_table_replace(call->secrets, g_strdup(field), secret_copy(secret));
        if (remember)
            g_hash_table_replace(call->keep, g_strdup(field), secret_copy(secret));
    }
}

static void on_missing_typed(GHashTable *secrets, gboolean remember, gpointer data)
{
    Call *call = data;

    call->dialog = NULL;
    if (!secrets) {
        g_autoptr(VpnItem) item = g_object_ref(call->item);
        call_end(call);
        vpn_item_changed(item);
        return;
    }
    take_answers(call, secrets, remember);
    begin(call);
}

/* What neither the profile nor the keyring has. */
static void ask_missing(Call *call)
{
    g_autoptr(GPtrArray) fields = g_ptr_array_new();
    const char *const *missing = vpn_item_missing_secrets(call->item);

    for (; *missing; missing++) {
        if (!g_hash_table_contains(call->secrets, *missing) &&
            g_strcmp0(*missing, call->anew) != 0)
            g_ptr_array_add(fields, (gpointer)*missing);
    }
    if (call->anew)
        g_ptr_array_add(fields, call->anew);
    if (fields->len == 0) {
        begin(call);
        return;
    }
    g_ptr_array_add(fields, NULL);
    call->dialog = secret_dialog_show(
        call->dialer->parent_window(call->dialer->parent_data), call->item,
        (const char *const *)fields->pdata, NULL, call->stored_anew ? 0 : SECRET_DIALOG_REMEMBER,
        on_missing_typed, call);
}

static void on_keyring(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GHashTable) found = keyring_lookup_finish(result, &error);

    /* The call has gone then. */
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    Call *call = data;
    if (found) {
        /* Known again to be kept as it is, should the other one be changed. */
        take_answers(call, found, FALSE);
        if (call->anew)
            g_hash_table_remove(call->secrets, call->anew);
    }
    ask_missing(call);
}

static void call_start(CausewayDialer *dialer, VpnItem *item, const char *anew)
{
    if (call_of(dialer, item) || vpn_state_is_active(vpn_item_status(item)->state))
        return;
    Call *call = g_new0(Call, 1);
    call->dialer = dialer;
    call->item = g_object_ref(item);
    call->cancellable = g_cancellable_new();
    call->secrets = vpn_secrets_new();
    call->keep = vpn_secrets_new();
    call->anew = g_strdup(anew);
    call->stored_anew = anew && g_strv_contains(vpn_item_stored_secrets(item), anew);
    call->changed = g_signal_connect(item, "changed", G_CALLBACK(on_item_changed), call);
    g_hash_table_insert(dialer->calls, (gpointer)vpn_item_uuid(item), call);
    vpn_item_changed(item);
    keyring_lookup(vpn_item_uuid(item), vpn_item_missing_secrets(item), call->cancellable,
                   on_keyring, call);
}

void causeway_dialer_connect(CausewayDialer *dialer, VpnItem *item)
{
    call_start(dialer, item, NULL);
}

void causeway_dialer_connect_anew(CausewayDialer *dialer, VpnItem *item, const char *field)
{
    call_start(dialer, item, field);
}

static void on_disconnected(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(CausewayDialer) dialer = data;
    g_autoptr(GError) error = NULL;

    /* It may have ended by itself just now. */
    if (!vpn_store_finish(VPN_STORE(source), result, &error) &&
        client_error_kind(error) != CLIENT_ERROR_NOT_FOUND)
        tell_problem(dialer, error);
}

void causeway_dialer_disconnect(CausewayDialer *dialer, VpnItem *item)
{
    Call *call = call_of(dialer, item);

    if (call && !call->called) {
        call_end(call);
        vpn_item_changed(item);
        return;
    }
    vpn_store_disconnect(vpn_item_store(item), item, NULL, on_disconnected, g_object_ref(dialer));
}

/* --- The service's questions -------------------------------------------------------------- */

static void on_answered(GHashTable *secrets, gboolean remember, gpointer data)
{
    Call *call = data;
    const Secret *secret = NULL;

    call->dialog = NULL;
    if (secrets) {
        GHashTableIter iter;
        gpointer field, value;
        take_answers(call, secrets, remember);
        g_hash_table_iter_init(&iter, secrets);
        if (g_hash_table_iter_next(&iter, &field, &value))
            secret = value;
        /* The password that was asked for anew is stored when it has proved right. */
        if (secret && g_strv_contains(vpn_item_stored_secrets(call->item), field)) {
            g_free(call->anew);
            call->anew = g_strdup(field);
            call->stored_anew = TRUE;
        }
    }
    vpn_store_answer(vpn_item_store(call->item), call->item, secret);
}

/* Only who connected is asked; so there is a call, unless it ended at this very moment. */
static void on_wanted(VpnStore *store, VpnItem *item, const char *field, const char *message,
                      gboolean refused, CausewayDialer *dialer)
{
    Call *call = call_of(dialer, item);
    const char *fields[] = {field, NULL};
    gboolean stored = g_strv_contains(vpn_item_stored_secrets(item), field);
    gboolean lasting = strcmp(field, "ppp.new-password") != 0 && !stored;

    if (!call) {
        /* A reconnection long after: it belongs to the one who connected, which are we. */
        call = g_new0(Call, 1);
        call->dialer = dialer;
        call->item = g_object_ref(item);
        call->cancellable = g_cancellable_new();
        call->secrets = vpn_secrets_new();
        call->keep = vpn_secrets_new();
        call->called = call->replied = TRUE;
        call->changed = g_signal_connect(item, "changed", G_CALLBACK(on_item_changed), call);
        g_hash_table_insert(dialer->calls, (gpointer)vpn_item_uuid(item), call);
    }
    if (call->dialog)
        secret_dialog_dismiss(call->dialog);
    call->dialog = secret_dialog_show(
        dialer->parent_window(dialer->parent_data), item, fields, message,
        (refused ? SECRET_DIALOG_REFUSED : 0) | (lasting ? SECRET_DIALOG_REMEMBER : 0),
        on_answered, call);
}

static void on_cancelled(VpnStore *store, VpnItem *item, CausewayDialer *dialer)
{
    Call *call = call_of(dialer, item);

    if (call && call->dialog) {
        secret_dialog_dismiss(call->dialog);
        call->dialog = NULL;
    }
}

void causeway_dialer_serve(CausewayDialer *dialer, VpnStore *store)
{
    g_signal_connect_object(store, "secret-wanted", G_CALLBACK(on_wanted), dialer, 0);
    g_signal_connect_object(store, "secret-cancelled", G_CALLBACK(on_cancelled), dialer, 0);
}
