/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates and keys on tokens, found through p11-kit. */
#include "credentials/tokens.h"

#define P11_KIT_FUTURE_UNSTABLE_API 1 /* its iterators, which are as old as GnuTLS's use of them */
#include <p11-kit/iter.h>
#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>
#include <string.h>

#define FIELD_CERTIFICATE "ipsec.certificate"
#define FIELD_KEY "ipsec.key"
#define FIELD_CA "ipsec.ca"
#define VALUE_MAX (64u << 10) /* of a certificate */
#define KEY_ID_MAX 128u

typedef struct {
    CK_FUNCTION_LIST *module; /* NULL: none was found */
    CK_SLOT_ID slot;
    CK_TOKEN_INFO info;
    char *label;
    guint matches; /* how many tokens the URI fits */
} Place;

typedef struct {
    const CredentialsRequest *request;
    CredentialsToken *token;
    CK_FUNCTION_LIST **modules;
    Place place; /* the key's token */
    CK_SESSION_HANDLE session; /* logged in there; 0: not */
    GBytes *own_id; /* CKA_ID of our certificate, if that is on a token */
} Search;

static gboolean G_GNUC_PRINTF(2, 3) unusable(Search *search, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    search->token->verdict = CREDENTIALS_UNUSABLE;
    g_free(search->token->words);
    search->token->words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return FALSE;
}

static gboolean ask_for_pin(Search *search, CredentialsVerdict verdict, char *words)
{
    search->token->verdict = verdict;
    g_free(search->token->words);
    search->token->words = words;
    return FALSE;
}

/* ---- names ---- */

/* What a URI may not say here: a PIN has no place in a profile, which is not secret, and what
 * root loads is for the administrator to choose. */
static gboolean allowed(Search *search, const char *field, P11KitUri *uri)
{
    if (p11_kit_uri_get_pin_value(uri) || p11_kit_uri_get_pin_source(uri))
        return unusable(search, "%s: the token's PIN must not stand in its name; it is the secret "
                                "ipsec.key-passphrase", field);
    if (p11_kit_uri_get_module_path(uri))
        return unusable(search, "%s: a module-path is not accepted: libraries of tokens are those "
                                "that p11-kit knows", field);
    if (p11_kit_uri_any_unrecognized(uri))
        return unusable(search, "%s: the token's name has attributes that are not known", field);
    return TRUE;
}

static P11KitUri *parse_uri(Search *search, const char *field, const char *text)
{
    P11KitUri *uri = p11_kit_uri_new();
    int status = p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, uri);

    if (status != P11_KIT_URI_OK)
        unusable(search, "%s: %s", field, p11_kit_uri_message(status));
    else if (allowed(search, field, uri))
        return uri;
    p11_kit_uri_free(uri);
    return NULL;
}

/* A module that p11-kit hands on to another process has no file that charon could load. */
static gboolean named(P11KitUri *uri, CK_FUNCTION_LIST *module)
{
    const char *wanted = p11_kit_uri_get_module_name(uri);
    char *name = wanted ? p11_kit_module_get_name(module) : NULL;
    gboolean fits = g_strcmp0(wanted, name) == 0;

    free(name);
    return fits;
}

/* The first token that a URI names, and how many there are. */
static void find_token(Search *search, P11KitUri *uri, Place *ret_place)
{
    P11KitIter *iter = p11_kit_iter_new(uri, P11_KIT_ITER_WITH_TOKENS |
                                                 P11_KIT_ITER_WITHOUT_OBJECTS);

    *ret_place = (Place){ 0 };
    p11_kit_iter_begin(iter, search->modules);
    while (p11_kit_iter_next(iter) == CKR_OK) {
        CK_FUNCTION_LIST *module = p11_kit_iter_get_module(iter);
        CK_TOKEN_INFO *info = p11_kit_iter_get_token(iter);
        /* A medium that has not been made a token yet has nothing. */
        if (!(info->flags & CKF_TOKEN_INITIALIZED) || !named(uri, module))
            continue;
        if (ret_place->matches++ > 0)
            continue;
        ret_place->module = module;
        ret_place->slot = p11_kit_iter_get_slot(iter);
        ret_place->info = *info;
        g_autofree char *label = g_strndup((const char *)info->label, sizeof info->label);
        ret_place->label = g_utf8_make_valid(g_strchomp(label), -1);
    }
    p11_kit_iter_free(iter);
}

static gboolean absent(Search *search, const char *field)
{
    return unusable(search, "%s: the token that it names is not there: is it plugged in, and is "
                            "its library known to p11-kit (p11-kit list-tokens)?", field);
}

/* ---- objects ---- */

static GBytes *load_attribute(P11KitIter *iter, CK_ATTRIBUTE_TYPE type, gsize limit)
{
    guint8 *data = g_malloc(limit);
    CK_ATTRIBUTE attribute = { type, data, limit };

    /* Not p11_kit_iter_load_attributes(), which allocates what a token asks for. */
    if (p11_kit_iter_get_attributes(iter, &attribute, 1) == CKR_OK &&
        attribute.ulValueLen > 0 && attribute.ulValueLen <= limit)
        return g_bytes_new_take(data, attribute.ulValueLen);
    g_free(data);
    return NULL;
}

static void set_class(P11KitUri *uri, CK_OBJECT_CLASS class)
{
    CK_ATTRIBUTE attribute = { CKA_CLASS, &class, sizeof class };

    p11_kit_uri_set_attribute(uri, &attribute);
}

static void begin(Search *search, P11KitIter *iter)
{
    if (search->session)
        p11_kit_iter_begin_with(iter, search->place.module, search->place.slot, search->session);
    else
        p11_kit_iter_begin(iter, search->modules);
}

/* NULL: there is none that can be seen now. */
static GBytes *find_certificate(Search *search, P11KitUri *uri, GBytes **ret_id)
{
    P11KitIter *iter = p11_kit_iter_new(uri, 0);
    GBytes *found = NULL;

    set_class(uri, CKO_CERTIFICATE);
    p11_kit_iter_set_uri(iter, uri);
    begin(search, iter);
    while (!found && p11_kit_iter_next(iter) == CKR_OK) {
        if (!named(uri, p11_kit_iter_get_module(iter)))
            continue;
        found = load_attribute(iter, CKA_VALUE, VALUE_MAX);
        if (found && ret_id)
            *ret_id = load_attribute(iter, CKA_ID, KEY_ID_MAX);
    }
    p11_kit_iter_free(iter);
    return found;
}

/* ---- the PIN ---- */

static gboolean wrong_pin(Search *search)
{
    Place *place = &search->place;
    CK_TOKEN_INFO info = { 0 };
    const char *left = "";

    if (place->module->C_GetTokenInfo(place->slot, &info) == CKR_OK) {
        if (info.flags & CKF_USER_PIN_LOCKED)
            return unusable(search, "the PIN was wrong, and the token \"%s\" has locked itself",
                            place->label);
        if (info.flags & CKF_USER_PIN_FINAL_TRY)
            left = "; after one more wrong one the token locks itself";
    }
    return ask_for_pin(search, CREDENTIALS_PASSPHRASE_WRONG,
                       g_strdup_printf("the PIN is wrong for the token \"%s\"%s", place->label,
                                       left));
}

static gboolean want_pin(Search *search, CredentialsVerdict verdict, const char *why)
{
    return ask_for_pin(search, verdict,
                       g_strdup_printf("the PIN of the token \"%s\" is needed%s",
                                       search->place.label, why));
}

/* What can be said without a try. */
static gboolean may_try(Search *search)
{
    const Secret *pin = search->request->passphrase;
    const CK_TOKEN_INFO *info = &search->place.info;

    if (info->flags & CKF_USER_PIN_LOCKED)
        return unusable(search, "the token \"%s\" has locked itself after wrong PINs",
                        search->place.label);
    if (info->flags & CKF_PROTECTED_AUTHENTICATION_PATH)
        return unusable(search, "the token \"%s\" takes its PIN by its own keys alone, for which "
                                "the IKE service has no way", search->place.label);
    if (!(info->flags & CKF_USER_PIN_INITIALIZED))
        return unusable(search, "the token \"%s\" has no PIN yet", search->place.label);
    /* One that is stored would be tried again and again until the token locks itself. */
    if ((info->flags & (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY)) &&
        !(pin && search->request->typed))
        return want_pin(search, CREDENTIALS_PASSPHRASE_FRESH,
                        ": the last one was wrong, so a stored one is not tried");
    return pin || want_pin(search, CREDENTIALS_PASSPHRASE_MISSING, "");
}

static gboolean log_in(Search *search)
{
    Place *place = &search->place;
    const Secret *pin = search->request->passphrase;
    CK_SESSION_HANDLE session = 0;

    if (!may_try(search))
        return FALSE;
    CK_RV status = place->module->C_OpenSession(place->slot, CKF_SERIAL_SESSION, NULL, NULL,
                                                &session);
    if (status == CKR_OK)
        status = place->module->C_Login(session, CKU_USER, (CK_UTF8CHAR *)secret_data(pin),
                                        secret_length(pin));
    switch (status) {
    case CKR_OK:
    case CKR_USER_ALREADY_LOGGED_IN:
        search->session = session;
        return TRUE;
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
    case CKR_PIN_LOCKED:
        return wrong_pin(search);
    default:
        return unusable(search, "the token \"%s\" cannot be opened: %s", place->label,
                        p11_kit_strerror(status));
    }
}

/* ---- the key ---- */

static char *hexadecimal(GBytes *bytes)
{
    GString *text = g_string_new(NULL);
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(bytes, &length);

    for (gsize i = 0; i < length; i++)
        g_string_append_printf(text, "%02x", data[i]);
    return g_string_free(text, FALSE);
}

/* Of several keys that fit, that of the certificate. */
static GBytes *find_key(Search *search, P11KitUri *uri, guint *ret_count)
{
    P11KitIter *iter = p11_kit_iter_new(uri, 0);
    GBytes *found = NULL;

    set_class(uri, CKO_PRIVATE_KEY);
    p11_kit_iter_set_uri(iter, uri);
    begin(search, iter);
    while (p11_kit_iter_next(iter) == CKR_OK) {
        g_autoptr(GBytes) id = load_attribute(iter, CKA_ID, KEY_ID_MAX);
        if (!id || (search->own_id && !g_bytes_equal(id, search->own_id)))
            continue;
        if (!found)
            found = g_bytes_ref(id);
        else if (!g_bytes_equal(id, found))
            (*ret_count)++;
    }
    *ret_count += found != NULL;
    p11_kit_iter_free(iter);
    return found;
}

static gboolean take_module(Search *search)
{
    char *path = p11_kit_module_get_filename(search->place.module);

    search->token->module = g_strdup(path);
    free(path);
    if (!search->token->module || !g_path_is_absolute(search->token->module))
        return unusable(search, "the token \"%s\" is reached by another process, which the IKE "
                                "service cannot do", search->place.label);
    if (search->place.slot > G_MAXINT32)
        return unusable(search, "the token \"%s\" is in a slot whose number is too large",
                        search->place.label);
    search->token->slot = (guint32)search->place.slot;
    return TRUE;
}

static gboolean take_key(Search *search, P11KitUri *uri)
{
    guint count = 0;
    g_autoptr(GBytes) id = find_key(search, uri, &count);

    if (!id)
        return unusable(search, "the token \"%s\" has no private key that %s", search->place.label,
                        search->own_id ? "belongs to the certificate" : FIELD_KEY " names");
    if (count > 1)
        return unusable(search, FIELD_KEY ": the token \"%s\" has %u private keys that it names; "
                                "add object= or id=", search->place.label, count);
    search->token->key_id = hexadecimal(id);
    return take_module(search);
}

/* ---- all of it ---- */

static gboolean find_authority(Search *search, P11KitUri *uri)
{
    if (uri)
        search->token->ca = find_certificate(search, uri, NULL);
    return !uri || search->token->ca ||
           unusable(search, FIELD_CA ": no token that is plugged in has such a certificate");
}

/* The key's token: where its own name leads, else that of the certificate. */
static gboolean find_place(Search *search, P11KitUri *certificate, P11KitUri *key)
{
    P11KitUri *uri = key ? key : certificate;
    const char *field = key ? FIELD_KEY : FIELD_CERTIFICATE;

    find_token(search, uri, &search->place);
    if (!search->place.module)
        return absent(search, field);
    /* Not one after the other: each would count the PIN as a wrong one but that which it opens. */
    if (search->place.matches > 1)
        return unusable(search, "%s: there are %u tokens that it may mean; add token= or serial=",
                        field, search->place.matches);
    return TRUE;
}

/* Some certificates are to be seen only by who has logged in. */
static gboolean find_own(Search *search, P11KitUri *uri, gboolean last)
{
    if (!uri || search->token->certificate)
        return TRUE;
    search->token->certificate = find_certificate(search, uri, &search->own_id);
    if (search->token->certificate || !last)
        return TRUE;
    g_autofree char *label = g_strdup(search->place.label);
    return unusable(search, FIELD_CERTIFICATE ": the token \"%s\" has no such certificate", label);
}

static gboolean find_key_and_certificate(Search *search, P11KitUri *certificate, P11KitUri *key)
{
    if (!key && !certificate)
        return TRUE;
    /* A certificate of a token, whose key is in a file. */
    if (!key && search->request->private_key) {
        find_token(search, certificate, &search->place);
        return search->place.module ? find_own(search, certificate, TRUE)
                                    : absent(search, FIELD_CERTIFICATE);
    }
    if (!find_place(search, certificate, key) || !find_own(search, certificate, FALSE) ||
        !log_in(search) || !find_own(search, certificate, TRUE))
        return FALSE;
    if (key)
        return take_key(search, key);
    /* On its token, by its CKA_ID alone: its own label may be another. */
    if (!search->own_id)
        return unusable(search, FIELD_CERTIFICATE ": it has no CKA_ID to find its key by; name "
                                                  "that in " FIELD_KEY);
    P11KitUri *any = p11_kit_uri_new();
    gboolean ok = take_key(search, any);
    p11_kit_uri_free(any);
    return ok;
}

static gboolean parse_one(Search *search, const char *field, const char *text, P11KitUri **ret_uri)
{
    if (!credentials_is_token(text))
        return TRUE;
    *ret_uri = parse_uri(search, field, text);
    return *ret_uri != NULL;
}

static void search_all(Search *search, P11KitUri *certificate, P11KitUri *key, P11KitUri *ca)
{
    search->modules = p11_kit_modules_load_and_initialize(0);
    if (!search->modules || !search->modules[0])
        unusable(search, "no library for tokens is installed (p11-kit list-modules)");
    else if (find_authority(search, ca))
        find_key_and_certificate(search, certificate, key);
    if (search->session) {
        search->place.module->C_Logout(search->session);
        search->place.module->C_CloseSession(search->session);
    }
    if (search->modules)
        p11_kit_modules_finalize_and_release(search->modules);
}

gboolean credentials_wants_token(const CredentialsRequest *request)
{
    return credentials_is_token(request->certificate) ||
           credentials_is_token(request->private_key) || credentials_is_token(request->ca);
}

void credentials_token_find(const CredentialsRequest *request, CredentialsToken *ret_token)
{
    Search search = { .request = request, .token = ret_token };

    P11KitUri *certificate = NULL, *key = NULL, *ca = NULL;

    *ret_token = (CredentialsToken){ .verdict = CREDENTIALS_OPENED };
    if (parse_one(&search, FIELD_CERTIFICATE, request->certificate, &certificate) &&
        parse_one(&search, FIELD_KEY, request->private_key, &key) &&
        parse_one(&search, FIELD_CA, request->ca, &ca))
        search_all(&search, certificate, key, ca);
    p11_kit_uri_free(certificate);
    p11_kit_uri_free(key);
    p11_kit_uri_free(ca);
    g_clear_pointer(&search.own_id, g_bytes_unref);
    g_free(search.place.label);
}
