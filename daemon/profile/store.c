/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The profiles of this machine. */
#include "profile/store.h"

#include <string.h>
#include <unistd.h>

#include "profile/files.h"
#include "profile/keyfile.h"

#define SUFFIX ".conf"

typedef struct {
    Profile *profile;
    char *file;
} Entry;

struct ProfileStore {
    int profiles; /* folders */
    int secrets;
    GHashTable *entries; /* UUID → Entry */
    GPtrArray *problems; /* char *, NULL-terminated */
};

static void entry_free(gpointer data)
{
    Entry *entry = data;

    profile_unref(entry->profile);
    g_free(entry->file);
    g_free(entry);
}

static GHashTable *entries_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
}

static const char *uuid_of(Profile *profile)
{
    return profile_get_string(profile, FIELD_CONNECTION_UUID);
}

static void add_problem(GPtrArray *problems, const char *file, const char *text)
{
    g_autofree char *clean = g_utf8_make_valid(file, -1);

    g_ptr_array_add(problems, g_strdup_printf("%s: %s", clean, text));
}

static void read_secrets(ProfileStore *store, Profile *profile, const char *file,
                         GPtrArray *problems)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    gsize length = 0;
    char *data = files_read(store->secrets, uuid_of(profile), KEYFILE_MAX, &length, &error);

    if (data) {
        secrets_parse(profile, data, length, warnings);
        explicit_bzero(data, length);
        g_free(data);
    } else if (!g_error_matches(error, PROFILE_ERROR, PROFILE_ERROR_NOT_FOUND)) {
        add_problem(problems, file, error->message);
    }
    for (guint i = 0; i < warnings->len; i++)
        add_problem(problems, file, g_ptr_array_index(warnings, i));
}

static void read_file(ProfileStore *store, GHashTable *entries, GPtrArray *problems,
                      const char *file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *stem = g_strndup(file, strlen(file) - strlen(SUFFIX));
    g_autofree char *clean_stem = g_utf8_make_valid(stem, -1);
    gsize length = 0;
    /* It may hold secrets that were written by hand. */
    char *data = files_read(store->profiles, file, KEYFILE_MAX, &length, &error);
    g_autoptr(Profile) profile = NULL;

    if (data) {
        profile = keyfile_parse(data, length, clean_stem, warnings, &error);
        explicit_bzero(data, length);
        g_free(data);
    }
    for (guint i = 0; i < warnings->len; i++)
        add_problem(problems, file, g_ptr_array_index(warnings, i));
    if (!profile) {
        add_problem(problems, file, error->message);
        return;
    }
    Entry *other = g_hash_table_lookup(entries, uuid_of(profile));
    if (other) {
        g_autofree char *text = g_strdup_printf("has the same UUID as %s; ignored", other->file);
        add_problem(problems, file, text);
        return;
    }
    read_secrets(store, profile, file, problems);
    Entry *entry = g_new0(Entry, 1);
    entry->profile = g_steal_pointer(&profile);
    entry->file = g_strdup(file);
    g_hash_table_insert(entries, g_strdup(uuid_of(entry->profile)), entry);
}

gboolean profile_store_reload(ProfileStore *store, GError **error)
{
    g_auto(GStrv) files = files_list(store->profiles, SUFFIX, error);

    if (!files)
        return FALSE;
    GHashTable *entries = entries_new();
    GPtrArray *problems = g_ptr_array_new_with_free_func(g_free);
    for (char **file = files; *file; file++)
        read_file(store, entries, problems, *file);
    g_ptr_array_add(problems, NULL);
    g_hash_table_unref(store->entries);
    g_ptr_array_unref(store->problems);
    store->entries = entries;
    store->problems = problems;
    return TRUE;
}

ProfileStore *profile_store_new(const char *profiles, const char *secrets, GError **error)
{
    g_autoptr(ProfileStore) store = g_new0(ProfileStore, 1);

    store->secrets = -1;
    store->entries = entries_new();
    store->problems = g_ptr_array_new_with_free_func(g_free);
    store->profiles = files_open_folder(profiles, error);
    if (store->profiles < 0)
        return NULL;
    store->secrets = files_open_folder(secrets, error);
    if (store->secrets < 0 || !profile_store_reload(store, error))
        return NULL;
    return g_steal_pointer(&store);
}

void profile_store_free(ProfileStore *store)
{
    if (!store)
        return;
    if (store->profiles >= 0)
        close(store->profiles);
    if (store->secrets >= 0)
        close(store->secrets);
    g_hash_table_unref(store->entries);
    g_ptr_array_unref(store->problems);
    g_free(store);
}

static gint compare_profiles(gconstpointer a, gconstpointer b)
{
    Profile *first = *(Profile *const *)a, *second = *(Profile *const *)b;
    int order = g_utf8_collate(profile_get_string(first, FIELD_CONNECTION_NAME),
                               profile_get_string(second, FIELD_CONNECTION_NAME));

    return order ? order : strcmp(uuid_of(first), uuid_of(second));
}

GPtrArray *profile_store_list(ProfileStore *store)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)profile_unref);
    GHashTableIter iter;
    gpointer entry;

    g_hash_table_iter_init(&iter, store->entries);
    while (g_hash_table_iter_next(&iter, NULL, &entry))
        g_ptr_array_add(list, profile_ref(((Entry *)entry)->profile));
    g_ptr_array_sort(list, compare_profiles);
    return list;
}

Profile *profile_store_find(ProfileStore *store, const char *uuid)
{
    Entry *entry = g_hash_table_lookup(store->entries, uuid);

    return entry ? entry->profile : NULL;
}

const char *const *profile_store_problems(ProfileStore *store)
{
    return (const char *const *)store->problems->pdata;
}

static gboolean check_name(ProfileStore *store, Profile *profile, GError **error)
{
    const char *name = profile_get_string(profile, FIELD_CONNECTION_NAME);
    const char *user = profile_get_string(profile, FIELD_CONNECTION_USER);
    GHashTableIter iter;
    gpointer value;

    if (!name || !uuid_of(profile)) {
        g_set_error_literal(error, PROFILE_ERROR, PROFILE_ERROR_INCOMPLETE,
                            "connection.name: is missing");
        return FALSE;
    }
    g_hash_table_iter_init(&iter, store->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Profile *other = ((Entry *)value)->profile;
        if (strcmp(uuid_of(other), uuid_of(profile)) != 0 &&
            strcmp(profile_get_string(other, FIELD_CONNECTION_NAME), name) == 0 &&
            g_strcmp0(profile_get_string(other, FIELD_CONNECTION_USER), user) == 0) {
            g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_EXISTS,
                        "There is a profile \"%s\" already", name);
            return FALSE;
        }
    }
    return TRUE;
}

/* The name as far as it is plain, and the UUID: unique, and harmless in a shell. */
static char *file_name(Profile *profile)
{
    g_autofree char *name = g_strndup(profile_get_string(profile, FIELD_CONNECTION_NAME), 64);

    for (char *p = name; *p; p++) {
        if (!g_ascii_isalnum(*p) && !strchr("-_.", *p))
            *p = '_';
    }
    return g_strdup_printf("%s-%s" SUFFIX, name, uuid_of(profile));
}

static gboolean write_secrets(ProfileStore *store, Profile *profile, GError **error)
{
    char *text = secrets_format(profile);
    gboolean done = text ? files_write(store->secrets, uuid_of(profile), TRUE, text, strlen(text),
                                       error)
                         : files_remove(store->secrets, uuid_of(profile), error);

    secret_string_free(text);
    return done;
}

static gboolean write_profile(ProfileStore *store, Profile *profile, const char *file,
                              gboolean replace, GError **error)
{
    gsize length = 0;
    char *previous = replace ? files_read(store->profiles, file, KEYFILE_MAX, &length, NULL)
                             : NULL;
    g_autofree char *text = keyfile_format(profile, previous, &length);

    secret_string_free(previous);
    return files_write(store->profiles, file, replace, text, length, error);
}

gboolean profile_store_save(ProfileStore *store, Profile *profile, GError **error)
{
    if (!check_name(store, profile, error))
        return FALSE;
    Entry *old = g_hash_table_lookup(store->entries, uuid_of(profile));
    g_autofree char *file = old ? g_strdup(old->file) : file_name(profile);

    /* Always: a new profile takes away what an earlier one with its UUID may have left, and
     * secrets that stood in the profile's own file move. */
    if (!write_secrets(store, profile, error))
        return FALSE;
    if (!write_profile(store, profile, file, old != NULL, error)) {
        g_autoptr(GError) again = NULL;
        if (old && !write_secrets(store, old->profile, &again))
            g_warning("the old secrets could not be put back: %s", again->message);
        if (!old)
            files_remove(store->secrets, uuid_of(profile), NULL);
        return FALSE;
    }
    Entry *entry = g_new0(Entry, 1);
    entry->profile = profile_copy(profile);
    entry->file = g_steal_pointer(&file);
    g_hash_table_replace(store->entries, g_strdup(uuid_of(profile)), entry);
    return TRUE;
}

gboolean profile_store_remove(ProfileStore *store, const char *uuid, GError **error)
{
    Entry *entry = g_hash_table_lookup(store->entries, uuid);

    if (!entry) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_NOT_FOUND,
                    "There is no profile with the UUID %s", uuid);
        return FALSE;
    }
    /* The profile first: secrets without one are of no use to anybody, the reverse asks. */
    if (!files_remove(store->profiles, entry->file, error) ||
        !files_remove(store->secrets, uuid, error))
        return FALSE;
    g_hash_table_remove(store->entries, uuid);
    return TRUE;
}
