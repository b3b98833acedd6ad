/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile that is being edited. */
#include "edits.h"

#include <string.h>

#include "profile/words.h"

typedef struct {
    FieldId id;
    char *before;
} Step;

struct Edits {
    Profile *profile;
    char *first[FIELD_COUNT], *now[FIELD_COUNT];
    GQueue steps;
    gboolean resting;
};

static void step_free(gpointer data)
{
    Step *step = data;

    secret_string_free(step->before);
    g_free(step);
}

Edits *edits_new(Profile *profile)
{
    Edits *edits = g_new0(Edits, 1);

    edits->profile = profile_copy(profile);
    for (guint i = 0; i < FIELD_COUNT; i++) {
        edits->first[i] = profile_get_text(profile, (FieldId)i);
        edits->now[i] = g_strdup(edits->first[i]);
    }
    edits->resting = TRUE;
    return edits;
}

void edits_free(Edits *edits)
{
    if (!edits)
        return;
    for (guint i = 0; i < FIELD_COUNT; i++) {
        secret_string_free(edits->first[i]);
        secret_string_free(edits->now[i]);
    }
    g_queue_clear_full(&edits->steps, step_free);
    profile_unref(edits->profile);
    g_free(edits);
}

const char *edits_text(Edits *edits, FieldId id)
{
    return edits->now[id];
}

static void replace(Edits *edits, FieldId id, const char *text)
{
    char *old = edits->now[id];

    edits->now[id] = g_strdup(text);
    secret_string_free(old);
}

void edits_set(Edits *edits, FieldId id, const char *text)
{
    Step *last = g_queue_peek_tail(&edits->steps);

    if (strcmp(edits->now[id], text) == 0)
        return;
    if (edits->resting || !last || last->id != id) {
        Step *step = g_new0(Step, 1);
        step->id = id;
        step->before = g_strdup(edits->now[id]);
        g_queue_push_tail(&edits->steps, step);
    }
    edits->resting = FALSE;
    replace(edits, id, text);
}

void edits_rest(Edits *edits)
{
    edits->resting = TRUE;
}

gboolean edits_can_undo(Edits *edits)
{
    return !g_queue_is_empty(&edits->steps);
}

gboolean edits_undo(Edits *edits, FieldId *ret_id)
{
    Step *step = g_queue_pop_tail(&edits->steps);

    if (!step)
        return FALSE;
    *ret_id = step->id;
    replace(edits, step->id, step->before);
    edits->resting = TRUE;
    step_free(step);
    return TRUE;
}

/* Errors begin with the field's name, which stands beside them here. */
static char *without_name(FieldId id, const char *message)
{
    const char *name = field_name(id);
    gsize length = strlen(name);

    if (g_str_has_prefix(message, name) && g_str_has_prefix(message + length, ": "))
        message += length + 2;
    return g_strdup(message);
}

static gboolean apply(Edits *edits, Profile *profile, FieldId id, GError **error)
{
    const char *text = edits->now[id];

    if (!field_is_secret(field_get(id)))
        return profile_set_text(profile, id, text, error);
    g_autoptr(Secret) secret = *text ? secret_new(text, strlen(text)) : NULL;
    return profile_set_secret(profile, id, secret, error);
}

char *edits_problem(Edits *edits, FieldId id)
{
    g_autoptr(Profile) profile = profile_copy(edits->profile);
    g_autoptr(GError) error = NULL;

    if (!apply(edits, profile, id, &error))
        return without_name(id, error->message);
    return (field_get(id)->flags & FIELD_REQUIRED) && *edits->now[id] == '\0'
               ? g_strdup("is missing")
               : NULL;
}

gboolean edits_changed(Edits *edits)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (strcmp(edits->first[i], edits->now[i]) != 0)
            return TRUE;
    }
    return FALSE;
}

/* Fields that nobody touched stay as they were: set, or at their default. */
static gboolean touched(Edits *edits, FieldId id)
{
    return strcmp(edits->first[id], edits->now[id]) != 0;
}

Profile *edits_preview(Edits *edits)
{
    Profile *profile = profile_copy(edits->profile);

    for (guint i = 0; i < FIELD_COUNT; i++) {
        g_autoptr(GError) error = NULL;
        if (touched(edits, (FieldId)i) && !apply(edits, profile, (FieldId)i, &error))
            continue;
    }
    return profile;
}

Profile *edits_profile(Edits *edits, FieldId *ret_fault, char **ret_problem)
{
    g_autoptr(Profile) profile = profile_copy(edits->profile);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (touched(edits, (FieldId)i) && !apply(edits, profile, (FieldId)i, &error)) {
            *ret_fault = (FieldId)i;
            *ret_problem = without_name((FieldId)i, error->message);
            return NULL;
        }
    }
    if (profile_validate(profile, &error))
        return g_steal_pointer(&profile);
    /* The message begins with the field's name. */
    g_autofree char *name = g_strndup(error->message, strcspn(error->message, ":"));
    const Field *field = field_find(name);
    *ret_fault = field ? field->id : FIELD_CONNECTION_NAME;
    *ret_problem = without_name(*ret_fault, error->message);
    return NULL;
}
