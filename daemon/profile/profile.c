/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile as a value.  Every field that is set is kept as the canonical text of its value
 * (and lists as their elements beside it): what a keyfile, a person and the bus say is then
 * one thing that was checked in one place. */
#include "profile/profile.h"

#include <string.h>

#include "profile/language.h"
#include "profile/words.h"

G_DEFINE_QUARK(causeway-profile-error-quark, profile_error)

struct Profile {
    grefcount references;
    char *texts[FIELD_COUNT];    /* canonical, or NULL when not set */
    char **lists[FIELD_COUNT];   /* of a list field that is set */
    Secret *secrets[FIELD_COUNT];
};

/* Defaults are looked up so often that lists need one that outlives the call. */
static const char *const no_strings[] = {NULL};

static Profile *profile_new_empty(void)
{
    Profile *profile = g_new0(Profile, 1);

    g_ref_count_init(&profile->references);
    return profile;
}

Profile *profile_new(void)
{
    Profile *profile = profile_new_empty();

    profile->texts[FIELD_CONNECTION_UUID] = g_uuid_string_random();
    return profile;
}

Profile *profile_ref(Profile *profile)
{
    g_ref_count_inc(&profile->references);
    return profile;
}

void profile_unref(Profile *profile)
{
    if (!profile || !g_ref_count_dec(&profile->references))
        return;
    for (guint i = 0; i < FIELD_COUNT; i++)
        profile_unset(profile, (FieldId)i);
    g_free(profile);
}

Profile *profile_copy(Profile *profile)
{
    Profile *copy = profile_new_empty();

    for (guint i = 0; i < FIELD_COUNT; i++) {
        copy->texts[i] = g_strdup(profile->texts[i]);
        copy->lists[i] = g_strdupv(profile->lists[i]);
        copy->secrets[i] = secret_copy(profile->secrets[i]);
    }
    return copy;
}

static const char *effective_text(Profile *profile, FieldId id)
{
    return profile->texts[id] ? profile->texts[id] : field_get(id)->default_text;
}

const char *profile_get_string(Profile *profile, FieldId id)
{
    FieldType type = field_get(id)->type;
    const char *text = effective_text(profile, id);

    g_assert(type == FIELD_TYPE_STRING || type == FIELD_TYPE_FILE || type == FIELD_TYPE_ENUM);
    return *text ? text : NULL;
}

gboolean profile_get_boolean(Profile *profile, FieldId id)
{
    g_assert(field_get(id)->type == FIELD_TYPE_BOOLEAN);
    return strcmp(effective_text(profile, id), "yes") == 0;
}

guint profile_get_uint(Profile *profile, FieldId id)
{
    g_assert(field_get(id)->type == FIELD_TYPE_UINT);
    return (guint)g_ascii_strtoull(effective_text(profile, id), NULL, 10);
}

const char *const *profile_get_strings(Profile *profile, FieldId id)
{
    g_assert(field_is_list(field_get(id)));
    return profile->lists[id] ? (const char *const *)profile->lists[id] : no_strings;
}

const Secret *profile_get_secret(Profile *profile, FieldId id)
{
    g_assert(field_is_secret(field_get(id)));
    return profile->secrets[id];
}

gboolean profile_is_set(Profile *profile, FieldId id)
{
    return profile->texts[id] != NULL || profile->secrets[id] != NULL;
}

void profile_unset(Profile *profile, FieldId id)
{
    g_clear_pointer(&profile->texts[id], g_free);
    g_clear_pointer(&profile->lists[id], g_strfreev);
    g_clear_pointer(&profile->secrets[id], secret_free);
}

static void set_error(GError **error, FieldId id, const char *problem)
{
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID_VALUE, "%s: %s", field_name(id),
                problem);
}

static gboolean set_list(Profile *profile, FieldId id, const char *const *values, GError **error)
{
    const Field *field = field_get(id);

    for (const char *const *value = values; *value; value++) {
        g_autofree char *problem = words_problem(field, *value);
        if (problem) {
            set_error(error, id, problem);
            return FALSE;
        }
    }
    g_autofree char *text = g_strjoinv(", ", (char **)values);
    if (strlen(text) > field->maximum) {
        set_error(error, id, _("the list is too long"));
        return FALSE;
    }
    char **copy = g_strdupv((char **)values);
    profile_unset(profile, id);
    /* An empty list is the default of every list. */
    if (*copy) {
        profile->texts[id] = g_steal_pointer(&text);
        profile->lists[id] = g_steal_pointer(&copy);
    }
    g_strfreev(copy);
    return TRUE;
}

gboolean profile_set_text(Profile *profile, FieldId id, const char *text, GError **error)
{
    const Field *field = field_get(id);
    gboolean boolean = FALSE;

    if (field_is_secret(field)) {
        set_error(error, id, "is a secret: set it with \"causeway set-secret\"");
        return FALSE;
    }
    if (*text == '\0') {
        profile_unset(profile, id);
        return TRUE;
    }
    if (field_is_list(field)) {
        g_auto(GStrv) values = words_split(text);
        return set_list(profile, id, (const char *const *)values, error);
    }
    g_autofree char *problem = words_problem(field, text);
    if (problem) {
        set_error(error, id, problem);
        return FALSE;
    }
    char *canonical = NULL;
    if (field->type == FIELD_TYPE_BOOLEAN && words_boolean(text, &boolean))
        canonical = g_strdup(boolean ? "yes" : "no");
    else if (field->type == FIELD_TYPE_UINT)
        canonical = g_strdup_printf("%u", (guint)g_ascii_strtoull(text, NULL, 10));
    else
        canonical = g_strdup(text);
    profile_unset(profile, id);
    profile->texts[id] = canonical;
    return TRUE;
}

gboolean profile_set_named(Profile *profile, const char *name, const char *text, GError **error)
{
    const Field *field = field_find(name);

    if (field)
        return profile_set_text(profile, field->id, text, error);
    g_autofree char *clean = g_utf8_make_valid(name, -1);
    const char *suggestion = field_suggest(clean);
    if (suggestion)
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_UNKNOWN_FIELD,
                    "There is no field \"%s\"; did you mean %s?", clean, suggestion);
    else
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_UNKNOWN_FIELD,
                    "There is no field \"%s\"", clean);
    return FALSE;
}

gboolean profile_set_variant(Profile *profile, FieldId id, GVariant *value, GError **error)
{
    const Field *field = field_get(id);
    const char *type = field_variant_type(field);

    if (field_is_secret(field)) {
        set_error(error, id, "is a secret and must not travel as a value");
        return FALSE;
    }
    if (!g_variant_is_of_type(value, G_VARIANT_TYPE(type))) {
        g_autofree char *problem = g_strdup_printf("has the type \"%s\" instead of \"%s\"",
                                                   g_variant_get_type_string(value), type);
        set_error(error, id, problem);
        return FALSE;
    }
    if (field_is_list(field)) {
        g_autofree const char **values = g_variant_get_strv(value, NULL);
        return set_list(profile, id, values, error);
    }
    if (field->type == FIELD_TYPE_BOOLEAN)
        return profile_set_text(profile, id, g_variant_get_boolean(value) ? "yes" : "no", error);
    if (field->type == FIELD_TYPE_UINT) {
        g_autofree char *text = g_strdup_printf("%u", g_variant_get_uint32(value));
        return profile_set_text(profile, id, text, error);
    }
    return profile_set_text(profile, id, g_variant_get_string(value, NULL), error);
}

gboolean profile_set_secret(Profile *profile, FieldId id, const Secret *secret, GError **error)
{
    const Field *field = field_get(id);

    g_assert(field_is_secret(field));
    if (secret && secret_length(secret) == 0) {
        set_error(error, id, _("is empty"));
        return FALSE;
    }
    if (secret && secret_length(secret) > field->maximum) {
        g_autofree char *problem = g_strdup_printf(_("is longer than %u bytes"), field->maximum);
        set_error(error, id, problem);
        return FALSE;
    }
    if (secret && memchr(secret_data(secret), 0, secret_length(secret))) {
        set_error(error, id, _("contains a zero byte"));
        return FALSE;
    }
    Secret *copy = secret_copy(secret);
    profile_unset(profile, id);
    profile->secrets[id] = copy;
    return TRUE;
}

char *profile_get_text(Profile *profile, FieldId id)
{
    return g_strdup(effective_text(profile, id));
}

GVariant *profile_get_variant(Profile *profile, FieldId id)
{
    const Field *field = field_get(id);

    switch (field->type) {
    case FIELD_TYPE_STRING:
    case FIELD_TYPE_FILE:
    case FIELD_TYPE_ENUM:
        return g_variant_new_string(effective_text(profile, id));
    case FIELD_TYPE_BOOLEAN:
        return g_variant_new_boolean(profile_get_boolean(profile, id));
    case FIELD_TYPE_UINT:
        return g_variant_new_uint32(profile_get_uint(profile, id));
    case FIELD_TYPE_STRINGS:
    case FIELD_TYPE_ADDRESSES:
    case FIELD_TYPE_ROUTES:
        return g_variant_new_strv(profile_get_strings(profile, id), -1);
    case FIELD_TYPE_SECRET:
        return NULL;
    }
    g_assert_not_reached();
}
