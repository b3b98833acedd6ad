/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles from values that may be anything. */
#include "profile/import_build.h"

#include <string.h>

#include "profile/language.h"
#include "profile/words.h"

/* What a hostile file may make us say. */
#define WARNINGS_MAX 100
#define LEFT_OUT_MAX 60
#define FILE_NAME_MAX 100

typedef struct {
    Imported public;
    GPtrArray *left_out; /* of char * */
} Building;

static void imported_file_free(gpointer data)
{
    ImportedFile *file = data;

    g_free(file->name);
    secret_free(file->content);
    g_free(file);
}

static void imported_free(gpointer data)
{
    Building *building = data;

    g_clear_pointer(&building->public.profile, profile_unref);
    g_ptr_array_unref(building->public.warnings);
    g_ptr_array_unref(building->public.files);
    g_ptr_array_unref(building->left_out);
    g_free(building);
}

ImportResult *import_result_new(void)
{
    ImportResult *result = g_new0(ImportResult, 1);

    result->profiles = g_ptr_array_new_with_free_func(imported_free);
    result->warnings = g_ptr_array_new_with_free_func(g_free);
    return result;
}

void import_result_free(ImportResult *result)
{
    if (!result)
        return;
    g_free(result->format);
    g_ptr_array_unref(result->profiles);
    g_ptr_array_unref(result->warnings);
    g_free(result);
}

/* Control characters and what turns a line of text around have no place in a sentence. */
static char *clean_sentence(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *clean = g_string_new(NULL);

    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar letter = g_utf8_get_char(p);
        GUnicodeType type = g_unichar_type(letter);
        if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ||
            type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR)
            letter = ' ';
        g_string_append_unichar(clean, letter);
        if (clean->len > 500) {
            g_string_append(clean, "…");
            break;
        }
    }
    return g_string_free(clean, FALSE);
}

void import_tell(GPtrArray *warnings, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(_(format), arguments);
    va_end(arguments);
    g_autofree char *clean = clean_sentence(text);
    if (warnings->len == WARNINGS_MAX)
        g_ptr_array_add(warnings, g_strdup(_("There is more that is not taken over.")));
    if (warnings->len > WARNINGS_MAX ||
        g_ptr_array_find_with_equal_func(warnings, clean, g_str_equal, NULL))
        return;
    g_ptr_array_add(warnings, g_steal_pointer(&clean));
}

Imported *import_begin(ImportResult *result)
{
    if (result->profiles->len >= IMPORT_PROFILES_MAX) {
        import_tell(result->warnings,
                    "There are more than %d connections; the others are left out.",
                    IMPORT_PROFILES_MAX);
        return NULL;
    }
    Building *building = g_new0(Building, 1);
    building->public.profile = profile_new();
    building->public.warnings = g_ptr_array_new_with_free_func(g_free);
    building->public.files = g_ptr_array_new_with_free_func(imported_file_free);
    building->left_out = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(result->profiles, building);
    return &building->public;
}

/* The field's rules, instead of a refusal: who imports can rename afterwards. */
static char *fit_name(const char *text)
{
    g_autofree char *clean = clean_sentence(text ? text : "");
    const char *begin = clean;

    for (char *p = clean; *p; p++) {
        if (*p == '/')
            *p = '-';
    }
    begin += strspn(begin, " .-");
    return g_strchomp(words_cut(begin, field_get(FIELD_CONNECTION_NAME)->maximum));
}

static gint compare_words(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void import_end(Imported *imported, const char *name, const char *stem)
{
    Building *building = (Building *)imported;
    const char *gateway = profile_get_string(imported->profile, FIELD_CONNECTION_GATEWAY);
    const char *candidates[] = {name, stem, gateway, "imported"};

    for (guint i = 0; i < G_N_ELEMENTS(candidates) &&
                      !profile_is_set(imported->profile, FIELD_CONNECTION_NAME); i++) {
        g_autofree char *fit = fit_name(candidates[i]);
        if (*fit && !profile_set_text(imported->profile, FIELD_CONNECTION_NAME, fit, NULL))
            continue;
    }
    if (building->left_out->len == 0)
        return;
    g_ptr_array_sort(building->left_out, compare_words);
    g_ptr_array_add(building->left_out, NULL);
    g_autofree char *keys = g_strjoinv(", ", (char **)building->left_out->pdata);
    import_tell(imported->warnings, "Not taken over, because Causeway has nothing like it: %s",
                keys);
    g_ptr_array_set_size(building->left_out, 0);
}

void import_leave_out(Imported *imported, const char *key)
{
    GPtrArray *left_out = ((Building *)imported)->left_out;

    if (*key == '\0' || left_out->len >= LEFT_OUT_MAX ||
        g_ptr_array_find_with_equal_func(left_out, key, g_str_equal, NULL))
        return;
    g_ptr_array_add(left_out, g_utf8_substring(key, 0, MIN(g_utf8_strlen(key, -1), 40)));
}

void import_set(Imported *imported, FieldId id, const char *text)
{
    g_autoptr(GError) error = NULL;

    if (text && *text && !profile_set_text(imported->profile, id, text, &error))
        import_tell(imported->warnings, "%s; not taken over", error->message);
}

void import_set_boolean(Imported *imported, FieldId id, gboolean value)
{
    import_set(imported, id, value ? "yes" : "no");
}

/* Each value is looked at once, and the list made once, however many there are. */
void import_append(Imported *imported, FieldId id, const char *text)
{
    const Field *field = field_get(id);
    const char *const *before = profile_get_strings(imported->profile, id);
    g_auto(GStrv) values = words_split(text ? text : "");
    g_autofree char *old = g_strjoinv(",", (char **)before);
    g_autoptr(GString) all = g_string_new(old);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    gsize room = field->maximum;

    for (; *before; before++) {
        g_hash_table_add(seen, (gpointer)*before);
        room -= MIN(room, strlen(*before) + strlen(", "));
    }
    for (char **value = values; *value; value++) {
        if (!g_hash_table_add(seen, *value))
            continue;
        g_autofree char *problem = words_problem(field, *value);
        if (problem) {
            import_tell(imported->warnings, "%s: %s; not taken over", field_name(id), problem);
        } else if (strlen(*value) + strlen(", ") > room) {
            import_tell(imported->warnings, "%s: the list is too long; not all of it is taken over",
                        field_name(id));
            break;
        } else {
            room -= strlen(*value) + strlen(", ");
            g_string_append_printf(all, ",%s", *value);
        }
    }
    import_set(imported, id, all->str);
}

void import_add_route(Imported *imported, const char *text)
{
    import_append(imported, strchr(text, ':') ? FIELD_IPV6_ROUTES : FIELD_IPV4_ROUTES, text);
}

void import_set_secret(Imported *imported, FieldId id, const void *data, gsize length)
{
    g_autoptr(Secret) secret =
        id == FIELD_IPSEC_PSK ? words_psk(data, length) : secret_new(data, length);
    g_autoptr(GError) error = NULL;

    if (length > 0 && !profile_set_secret(imported->profile, id, secret, &error))
        import_tell(imported->warnings, "%s; not taken over", error->message);
}

static gboolean decode_hex(const char *digits, GByteArray *bytes)
{
    gsize length = strlen(digits);

    if (length == 0 || length % 2 != 0)
        return FALSE;
    for (gsize i = 0; i < length; i += 2) {
        int high = g_ascii_xdigit_value(digits[i]), low = g_ascii_xdigit_value(digits[i + 1]);
        if (high < 0 || low < 0)
            return FALSE;
        guint8 byte = (guint8)(high << 4 | low);
        g_byte_array_append(bytes, &byte, 1);
    }
    return TRUE;
}

void import_set_encoded_psk(Imported *imported, const char *text)
{
    g_autoptr(GByteArray) bytes = g_byte_array_sized_new((guint)strlen(text) + 1);
    gsize length = 0;

    if (g_ascii_strncasecmp(text, "0s", 2) == 0) {
        guint8 *decoded = g_base64_decode(text + 2, &length);
        g_byte_array_append(bytes, decoded, (guint)length);
        explicit_bzero(decoded, length);
        g_free(decoded);
    } else if (g_ascii_strncasecmp(text, "0x", 2) != 0 || !decode_hex(text + 2, bytes)) {
        g_byte_array_set_size(bytes, 0);
        g_byte_array_append(bytes, (const guint8 *)text, (guint)strlen(text));
    }
    import_set_secret(imported, FIELD_IPSEC_PSK, bytes->data, bytes->len);
    if (bytes->len > 0)
        explicit_bzero(bytes->data, bytes->len);
}

/* They are saved into one folder. */
static gboolean has_file(const Imported *imported, const char *name)
{
    for (guint i = 0; i < imported->files->len; i++) {
        const ImportedFile *file = g_ptr_array_index(imported->files, i);
        if (strcmp(file->name, name) == 0)
            return TRUE;
    }
    return FALSE;
}

void import_add_file(Imported *imported, FieldId id, const char *name, const void *data,
                     gsize length)
{
    ImportedFile *file = g_new0(ImportedFile, 1);

    file->field = id;
    file->name = g_strdup(name && *name ? name : "certificate");
    g_strcanon(file->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", '-');
    /* Its end says what it is. */
    gsize name_length = strlen(file->name);
    if (name_length > FILE_NAME_MAX)
        memmove(file->name, file->name + name_length - FILE_NAME_MAX, FILE_NAME_MAX + 1);
    if (*file->name == '.')
        *file->name = '-';
    while (has_file(imported, file->name)) {
        char *other = g_strdup_printf("%u-%s", imported->files->len + 1, file->name);
        g_free(file->name);
        file->name = other;
    }
    file->content = secret_new(data, length);
    g_ptr_array_add(imported->files, file);
}

void import_set_suites(Imported *imported, FieldId id, const char *text)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    char *from = lower, *to = lower;

    /* "default" stands for what the program chooses, as does an empty field here. */
    for (; *from; from++) {
        if (*from == '!' || *from == ' ' || *from == '\t')
            continue;
        /* Libreswan: "aes256-sha1;modp1024" */
        *to++ = *from == ';' ? '-' : *from;
    }
    *to = '\0';
    g_auto(GStrv) suites = g_strsplit(lower, ",", -1);
    for (char **suite = suites; *suite; suite++) {
        if (**suite && strcmp(*suite, "default") != 0)
            import_append(imported, id, *suite);
    }
}
