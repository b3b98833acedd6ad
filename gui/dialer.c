/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connects and disconnects for a person. */
#include "dialer.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/client.h"
#include "keyring.h"
#include "say.h"
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
    GHashTable *known;   /* fields that the keyring has, rightly or not */
    GHashTable *lasting; /* what the keyring has or will have */
    char *anew;          /* a field to be asked for whatever is stored, or NULL */
    gboolean stored_anew; /* ... and it is stored with the profile, where it is put right too */
    GtkWindow *dialog;
    gboolean asked;      /* the dialog is the service's question */
    gulong changed;
    gboolean called;  /* the service was told */
    gboolean replied; /* ... and has answered */
    gboolean given_up; /* ... too late: what comes of it is to be ended */
} Call;

G_DEFINE_TYPE(CausewayDialer, causeway_dialer, G_TYPE_OBJECT)

enum { SIGNAL_PROBLEM, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static void call_free(gpointer data)
{
    Call *call = data;

    g_cancellable_cancel(call->cancellable);
    g_signal_handler_disconnect(call->item, call->changed);
    if (call->dialog) {
        secret_dialog_dismiss(call->dialog);
        /* Without an answer of any kind the store would let nobody ask again. */
        if (call->asked)
            vpn_store_answer(vpn_item_store(call->item), call->item, NULL);
    }
    g_object_unref(call->cancellable);
    g_object_unref(call->item);
    g_hash_table_unref(call->secrets);
    g_hash_table_unref(call->keep);
    g_hash_table_unref(call->known);
    g_hash_table_unref(call->lasting);
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

static void on_item_changed(VpnItem *item, Call *call);

static Call *call_new(CausewayDialer *dialer, VpnItem *item)
{
    Call *call = g_new0(Call, 1);

    call->dialer = dialer;
    call->item = g_object_ref(item);
    call->cancellable = g_cancellable_new();
    call->secrets = vpn_secrets_new();
    call->keep = vpn_secrets_new();
    call->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    call->lasting = vpn_secrets_new();
    call->changed = g_signal_connect(item, "changed", G_CALLBACK(on_item_changed), call);
    g_hash_table_insert(dialer->calls, (gpointer)vpn_item_uuid(item), call);
    return call;
}

/* Nobody was called yet. */
static void call_drop(Call *call)
{
    g_autoptr(VpnItem) item = g_object_ref(call->item);

    call_end(call);
    vpn_item_changed(item);
}

static void tell_problem(CausewayDialer *dialer, const GError *error)
{
    g_autofree char *message = say_error(error);

    g_signal_emit(dialer, signals[SIGNAL_PROBLEM], 0, message);
}

static void on_kept(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(CausewayDialer) dialer = data;
    g_autoptr(GError) error = NULL;

    if (keyring_store_finish(result, &error))
        return;
    g_autofree char *message = keyring_problem(error);
    g_signal_emit(dialer, signals[SIGNAL_PROBLEM], 0, message);
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
    vpn_store_hand_over(vpn_item_store(call->item), call->item, call->lasting);
}

static void on_item_changed(VpnItem *item, Call *call)
{
    VpnState state = vpn_item_status(item)->state;

    /* Somebody else was faster while secrets were being looked for. */
    if (!call->called && vpn_state_is_active(state)) {
        call_drop(call);
        return;
    }
    /* What is left of an earlier attempt is taken away before there is an answer. */
    if (!call->called || (!call->replied && (state == VPN_DISCONNECTED || call->given_up)))
        return;
    if (state == VPN_CONNECTED)
        keep_secrets(call);
    if (state == VPN_CONNECTED || state == VPN_FAILED || state == VPN_DISCONNECTED)
        call_end(call);
}

/* What an answer is about. */
typedef struct {
    CausewayDialer *dialer;
    VpnItem *item;
} About;

static About *about_new(CausewayDialer *dialer, VpnItem *item)
{
    About *about = g_new0(About, 1);

    about->dialer = g_object_ref(dialer);
    about->item = g_object_ref(item);
    return about;
}

static void on_disconnected(GObject *source, GAsyncResult *result, gpointer data);

static void disconnect_item(CausewayDialer *dialer, VpnItem *item)
{
    vpn_store_disconnect(vpn_item_store(item), item, NULL, on_disconnected,
                         about_new(dialer, item));
}

/* It stays in sight until something else is tried: a word that passes would be missed. */
static void show_refusal(VpnItem *item, const GError *error)
{
    VpnStatus *status = vpn_item_edit_status(item);

    vpn_status_clear(status);
    if (error) {
        status->state = VPN_FAILED;
        status->failure_stage = g_strdup(stage_name(STAGE_PREPARE));
        /* This one names the setting at fault, to which a button leads. */
        gboolean invalid = client_error_kind(error) == CLIENT_ERROR_INVALID;
        status->failure_code =
            invalid ? g_strdup(failure_code_name(FAILURE_PROFILE_INVALID)) : NULL;
        status->failure_message = invalid ? client_error_message(error) : say_error(error);
    }
    vpn_item_changed(item);
}

/* The service tells why before it has cleared away, and does not say it again afterwards. */
static gboolean is_explained(VpnItem *item)
{
    const VpnStatus *status = vpn_item_status(item);

    return (status->state == VPN_FAILED || status->state == VPN_DISCONNECTING) &&
           status->failure_code && *status->failure_code &&
           strcmp(status->failure_code, VPN_FAILURE_NETWORKMANAGER) != 0;
}

static void on_begun(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree About *about = data;
    g_autoptr(CausewayDialer) dialer = about->dialer;
    g_autoptr(VpnItem) item = about->item;
    g_autoptr(GError) error = NULL;
    Call *call = call_of(dialer, item);
    gboolean given_up = call && call->given_up;

    if (call)
        call->replied = TRUE;
    if (vpn_store_finish(VPN_STORE(source), result, &error)) {
        if (given_up)
            disconnect_item(dialer, item);
        return;
    }
    if (call)
        call_end(call);
    /* What runs already is told of by the bus, and so is why it has failed meanwhile. */
    if (client_error_kind(error) != CLIENT_ERROR_ALREADY_ACTIVE && !is_explained(item))
        show_refusal(item, given_up ? NULL : error);
}

/* What is shown from now on is not the old failure, although the bus has not spoken yet. */
static void begin(Call *call)
{
    VpnStatus *status = vpn_item_edit_status(call->item);

    call->called = TRUE;
    vpn_store_connect(vpn_item_store(call->item), call->item, call->secrets, NULL, on_begun,
                      about_new(call->dialer, call->item));
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
        g_hash_table_remove(call->lasting, field);
        if (!remember)
            continue;
        g_hash_table_replace(call->keep, g_strdup(field), secret_copy(secret));
        g_hash_table_insert(call->lasting, g_strdup(field), secret_copy(secret));
    }
}

static void on_stored_first(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    gboolean stored = vpn_store_finish(VPN_STORE(source), result, &error);

    /* The call has gone then. */
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    Call *call = data;
    if (stored) {
        call->stored_anew = FALSE;
        begin(call);
        return;
    }
    g_autoptr(VpnItem) item = g_object_ref(call->item);
    call_end(call);
    show_refusal(item, error);
}

/* NetworkManager uses what it has stored and asks nobody. */
static void store_first(Call *call)
{
    vpn_store_set_secret(vpn_item_store(call->item), call->item, call->anew,
                         g_hash_table_lookup(call->secrets, call->anew), call->cancellable,
                         on_stored_first, call);
}

static void on_missing_typed(GHashTable *secrets, gboolean remember, gpointer data)
{
    Call *call = data;

    call->dialog = NULL;
    if (!secrets) {
        call_drop(call);
        return;
    }
    take_answers(call, secrets, remember);
    if (call->stored_anew &&
        strcmp(vpn_store_name(vpn_item_store(call->item)), "networkmanager") == 0)
        store_first(call);
    else
        begin(call);
}

/* Where the answer is offered to be kept.  What the keyring has is wrong if it is asked for
 * nevertheless: without the new one it would stay so. */
static SecretDialogFlags remembering(const Call *call, const char *field)
{
    return SECRET_DIALOG_REMEMBER |
           (field && g_hash_table_contains(call->known, field) ? SECRET_DIALOG_KEPT : 0);
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
        (const char *const *)fields->pdata, NULL,
        call->stored_anew ? 0 : remembering(call, call->anew), on_missing_typed, call);
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
        GHashTableIter iter;
        gpointer field, secret;
        take_answers(call, found, FALSE);
        g_hash_table_iter_init(&iter, found);
        while (g_hash_table_iter_next(&iter, &field, &secret)) {
            g_hash_table_add(call->known, g_strdup(field));
            g_hash_table_insert(call->lasting, g_strdup(field), secret_copy(secret));
        }
        if (call->anew)
            g_hash_table_remove(call->secrets, call->anew);
    }
    ask_missing(call);
}

static void call_start(CausewayDialer *dialer, VpnItem *item, const char *anew)
{
    VpnState state = vpn_item_status(item)->state;

    /* A switch that was moved goes back. */
    if (call_of(dialer, item) || vpn_state_is_active(state) || state == VPN_DISCONNECTING) {
        vpn_item_changed(item);
        return;
    }
    Call *call = call_new(dialer, item);
    call->anew = g_strdup(anew);
    call->stored_anew = anew && g_strv_contains(vpn_item_stored_secrets(item), anew);
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
    g_autofree About *about = data;
    g_autoptr(CausewayDialer) dialer = about->dialer;
    g_autoptr(VpnItem) item = about->item;
    g_autoptr(GError) error = NULL;

    if (vpn_store_finish(VPN_STORE(source), result, &error))
        return;
    /* It may have ended by itself just now. */
    if (client_error_kind(error) != CLIENT_ERROR_NOT_FOUND)
        tell_problem(dialer, error);
    else if (vpn_state_is_active(vpn_item_status(item)->state))
        vpn_status_clear(vpn_item_edit_status(item));
    /* A switch that was moved goes back. */
    vpn_item_changed(item);
}

void causeway_dialer_disconnect(CausewayDialer *dialer, VpnItem *item)
{
    Call *call = call_of(dialer, item);

    if (call && !call->called) {
        call_drop(call);
    } else if (call && !call->replied) {
        /* There is nothing yet that could be ended. */
        call->given_up = TRUE;
        vpn_item_edit_status(item)->state = VPN_DISCONNECTING;
        vpn_item_changed(item);
    } else {
        disconnect_item(dialer, item);
    }
}

void causeway_dialer_forget(CausewayDialer *dialer, VpnItem *item)
{
    Call *call = call_of(dialer, item);

    if (call && call->item == item)
        call_end(call);
}

/* --- The service's questions -------------------------------------------------------------- */

/* What takes the place of a stored one is stored, too, when it has proved right. */
static void note_answer(Call *call, const char *field, const Secret *secret)
{
    gboolean changed = strcmp(field, "ppp.new-password") == 0;
    const char *place = changed ? "ppp.password" : field;

    if (g_strv_contains(vpn_item_stored_secrets(call->item), place)) {
        g_hash_table_replace(call->secrets, g_strdup(place), secret_copy(secret));
        g_free(call->anew);
        call->anew = g_strdup(place);
        call->stored_anew = TRUE;
    } else if (changed && (g_hash_table_contains(call->known, place) ||
                           g_hash_table_contains(call->keep, place))) {
        g_hash_table_replace(call->keep, g_strdup(place), secret_copy(secret));
    }
}

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
        if (g_hash_table_iter_next(&iter, &field, &value)) {
            secret = value;
            note_answer(call, field, secret);
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

    if (call && call->given_up) {
        vpn_store_answer(store, item, NULL);
        return;
    }
    if (!call) {
        /* A reconnection long after: it belongs to the one who connected, which are we. */
        call = call_new(dialer, item);
        call->called = call->replied = TRUE;
    }
    if (call->dialog)
        secret_dialog_dismiss(call->dialog);
    call->asked = TRUE;
    call->dialog = secret_dialog_show(
        dialer->parent_window(dialer->parent_data), item, fields, message,
        (refused ? SECRET_DIALOG_REFUSED : 0) | (lasting ? remembering(call, field) : 0),
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
