/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile that is being edited. */
#include "edits.h"

#include <string.h>

#include "client/sentences.h"

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
    const Field *field = field_get(id);
    const char *text = edits->now[id];

    if (field->flags & FIELD_REQUIRED && *text == '\0')
        return sentence_for_missing(field);
    return sentence_for_text(field, text);
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

void edits_rebase(Edits *edits, Profile *profile)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        char *text = profile_get_text(profile, (FieldId)i);
        if (!touched(edits, (FieldId)i))
            replace(edits, (FieldId)i, text);
        secret_string_free(edits->first[i]);
        edits->first[i] = text;
    }
    profile_unref(edits->profile);
    edits->profile = profile_copy(profile);
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
            *ret_problem = edits_problem(edits, (FieldId)i);
            return NULL;
        }
    }
    if (profile_validate(profile, &error))
        return g_steal_pointer(&profile);
    const Field *field = profile_error_field(error);
    gboolean missing = field && field->flags & FIELD_REQUIRED && !profile_is_set(profile, field->id);
    *ret_fault = field ? field->id : FIELD_CONNECTION_NAME;
    *ret_problem = missing ? sentence_for_missing(field) : sentence_for_rule(field_get(*ret_fault));
    return NULL;
}
