/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile: the fields of schema.h as a value, and its secrets beside them.
 *
 * Every setter checks what it is given and leaves the profile as it was when it fails; the
 * error's message names the field: "ppp.mtu: 99 is below 576".  An error never repeats a
 * secret.  Not thread-safe. */
#pragma once

#include <glib.h>

#include "base/secret.h"
#include "profile/schema.h"

typedef enum {
    PROFILE_ERROR_UNKNOWN_FIELD,
    PROFILE_ERROR_INVALID_VALUE,
    PROFILE_ERROR_INCOMPLETE,
    PROFILE_ERROR_NOT_FOUND,
    PROFILE_ERROR_EXISTS,
    PROFILE_ERROR_UNSAFE_FILE, /* owner, mode or kind of a file is not what it must be */
    PROFILE_ERROR_FORMAT,      /* a file cannot be read as what it should be */
    PROFILE_ERROR_STORAGE,     /* the system refused to read or write */
} ProfileError;
#define PROFILE_ERROR (profile_error_quark())
GQuark profile_error_quark(void);

typedef struct Profile Profile;

/* With a new UUID and every field at its default. */
Profile *profile_new(void);
Profile *profile_ref(Profile *profile);
void profile_unref(Profile *profile);
/* A separate value, secrets included. */
Profile *profile_copy(Profile *profile);

/* Getters: the type of the field must be the one asked for.  A field that is not set gives its
 * default.  Strings and lists belong to the profile and hold until the field is set again. */
/* STRING, FILE, ENUM: NULL when empty. */
const char *profile_get_string(Profile *profile, FieldId id);
gboolean profile_get_boolean(Profile *profile, FieldId id);
guint profile_get_uint(Profile *profile, FieldId id);
/* Lists: never NULL, NULL-terminated. */
const char *const *profile_get_strings(Profile *profile, FieldId id);
/* NULL when there is none. */
const Secret *profile_get_secret(Profile *profile, FieldId id);
/* Whether it was set to something by somebody, be it the default value. */
gboolean profile_is_set(Profile *profile, FieldId id);

/* As a person writes it: "yes", "1400", "10.0.0.0/8, 172.16.0.0/12".  Empty text unsets.
 * Secrets are refused: they have a setter of their own. */
gboolean profile_set_text(Profile *profile, FieldId id, const char *text, GError **error);
/* The same by name; an unknown one is an error with a suggestion. */
gboolean profile_set_named(Profile *profile, const char *name, const char *text, GError **error);
gboolean profile_set_variant(Profile *profile, FieldId id, GVariant *value, GError **error);
/* Copies; NULL removes.  Must be without a zero byte and no longer than the row allows. */
gboolean profile_set_secret(Profile *profile, FieldId id, const Secret *secret, GError **error);
void profile_unset(Profile *profile, FieldId id);

/* Never NULL; empty for a secret. */
char *profile_get_text(Profile *profile, FieldId id);
/* Floating; NULL for a secret. */
GVariant *profile_get_variant(Profile *profile, FieldId id);

/* All set fields but secrets as a{sa{sv}}, group → key → value; floating. */
GVariant *profile_to_settings(Profile *profile);
/* Replaces every field that is not FIELD_SERVICE by what `settings` says, or by its default;
 * secrets stay.  All or nothing. */
gboolean profile_apply_settings(Profile *profile, GVariant *settings, GError **error);

/* Whether it can be connected with, secrets apart: required fields, and fields that must
 * agree with each other. */
gboolean profile_validate(Profile *profile, GError **error);
/* The field that an error of a setter or of profile_validate() is about; NULL: none. */
const Field *profile_error_field(const GError *error);
/* Whether the key that IKE uses is on a PKCS#11 token, whose PIN is then ipsec.key-passphrase. */
gboolean profile_key_is_on_token(Profile *profile);
/* The secrets that a connection needs and the profile does not hold; NULL-terminated array of
 * field names in static storage, to be freed with g_free(). */
const char **profile_missing_secrets(Profile *profile);

/* ADDRESS/PREFIX of either family; an address without a prefix is that one host. */
typedef struct {
    gboolean ipv6;
    guint8 address[16]; /* network order; IPv4 in the first four bytes */
    guint prefix;
} ProfileRoute;
gboolean profile_route_parse(const char *text, ProfileRoute *ret_route);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Profile, profile_unref)
