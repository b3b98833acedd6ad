/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection as NetworkManager knows it, and both ways between that and a profile.
 *
 * The names of the keys are the field table's (`nm_key`): those of NetworkManager-l2tp.  A field
 * that it does not know is carried in the data as "causeway-GROUP-KEY" (causeway-l2tp-dscp), so
 * that a profile survives the way through NetworkManager and NetworkManager-l2tp still opens
 * it.  Routes, name servers, default routes and the methods of IPv4 and IPv6 stand where
 * NetworkManager has them itself.  Pure: no libnm here; nm-plugin/ has the way to its objects. */
#pragma once

#include "base/failure.h"
#include "profile/profile.h"

#define NM_SERVICE_L2TP "org.freedesktop.NetworkManager.l2tp"
#define NM_SERVICE_CAUSEWAY "org.freedesktop.NetworkManager.causeway"

/* libnm's NMSettingSecretFlags, whose header has no place here. */
typedef enum {
    NM_FLAG_AGENT_OWNED = 1 << 0,
    NM_FLAG_NOT_SAVED = 1 << 1,
    NM_FLAG_NOT_REQUIRED = 1 << 2,
} NmFlags;

/* The setting ipv4 or ipv6, as far as a profile has something to say about it. */
typedef struct {
    char *method; /* NULL: auto */
    gboolean never_default, ignore_auto_dns;
    GPtrArray *routes; /* of char *, NETWORK/PREFIX */
    GPtrArray *dns;    /* of char * */
    GPtrArray *search; /* of char * */
} NmFamily;

typedef struct {
    char *service; /* NM_SERVICE_…: the two take absent keys differently; NULL: Causeway's */
    char *id, *uuid;
    char *user;      /* of connection.permissions; NULL for everybody */
    gboolean shared; /* permissions that are not those of one user: nobody's in particular */
    char *user_name; /* vpn.user-name, which stands in for a missing key "user" */
    GHashTable *data;    /* char * to char *; values are wiped when they go */
    GHashTable *secrets; /* the same */
    NmFamily ipv4, ipv6;
} NmSettings;

NmSettings *nm_settings_new(void);
void nm_settings_free(NmSettings *settings);
/* Copy `value`; NULL or "" removes. */
void nm_settings_set(NmSettings *settings, const char *key, const char *value);
void nm_settings_set_secret(NmSettings *settings, const char *key, const char *value);

/* The key of a field in the data, or of a secret in the secrets; static.  NULL for what always
 * stands elsewhere: the connection's name, identifier and owner, and all of the families but
 * lists, which have a key for what the families cannot say (the routes of one that is off). */
const char *nm_settings_key(FieldId id);
/* Whether the field is one of the groups ipv4, ipv6 and dns. */
gboolean nm_settings_in_families(FieldId id);
/* Whether the families of a profile can say one element of such a list. */
gboolean nm_settings_has_place(Profile *profile, FieldId id, const char *element);
/* The row that a key belongs to, older names included; NULL when none does. */
const Field *nm_settings_field(const char *key);
/* NmFlags of a secret field: where it is kept and whether it is needed. */
guint nm_settings_flags(const NmSettings *settings, FieldId id);
void nm_settings_set_flags(NmSettings *settings, FieldId id, guint flags);

/* Whether a connection of NetworkManager-l2tp's does not say if there is IPsec: there is none. */
gboolean nm_settings_leave_ipsec_open(const NmSettings *settings);
/* What is said of such a one that is not connected; static. */
const char *nm_settings_left_open(void);

/* What is to be said about a connection; sentences (char *) that begin with the key's name. */
typedef struct {
    GPtrArray *notes;    /* accepted, but Causeway needs no such key */
    GPtrArray *warnings; /* unknown, and ignored */
    GPtrArray *refusals; /* not available, or not a value: to connect anyway would be wrong */
} NmReport;

void nm_report_init(NmReport *report);
void nm_report_clear(NmReport *report);

/* Never NULL; what is refused has the field's default. */
Profile *profile_from_nm(const NmSettings *settings, NmReport *report);
/* A secret as NetworkManager stores it; NULL with an error for what cannot be written as text.
 * To be freed with secret_string_free(). */
char *nm_settings_secret_text(FieldId id, const Secret *secret, GError **error);

/* Puts what the profile says into `settings`.  Keys that are no field's stay, as do flags.
 * FALSE for a secret that cannot be written as text; `settings` is then half changed. */
gboolean profile_to_nm(Profile *profile, NmSettings *settings, GError **error);

/* failure_code_hint() for who has the connection in NetworkManager; English, untranslated. */
const char *nm_failure_hint(FailureCode code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(NmSettings, nm_settings_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NmReport, nm_report_clear)
