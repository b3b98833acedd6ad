/* SPDX-License-Identifier: GPL-2.0-or-later */
/* import: profiles of what other programs and IT departments hand out. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/failure.h"
#include "cli/target.h"
#include "io/write.h"
#include "profile/import.h"
#include "profile/words.h"

typedef struct {
    const char *name;         /* --name */
    const char *certificates; /* --certificates */
    gboolean dry_run;
    gboolean system_wide;
    Target *target; /* NULL in a dry run */
    GHashTable *names; /* taken already */
} Import;

/* Everything that stands in the file may be hostile. */
static void say(const char *format, ...) G_GNUC_PRINTF(1, 2);

static void say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    gsize indent = strspn(text, " ");
    g_autofree char *clean =
        failure_clean_text((const guint8 *)text + indent, strlen(text + indent));
    printf("%.*s%s\n", (int)indent, text, clean);
}

static void show_taken(const Imported *imported)
{
    say("    taken over:");
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (field->id == FIELD_CONNECTION_NAME || field->id == FIELD_CONNECTION_UUID ||
            !profile_is_set(imported->profile, field->id))
            continue;
        g_autofree char *text = field_is_secret(field)
                                    ? g_strdup("(a secret, not shown)")
                                    : profile_get_text(imported->profile, field->id);
        say("        %s: %s", field->label, text);
    }
}

static void show_notes(const Import *import, const Imported *imported)
{
    g_autoptr(GError) error = NULL;

    /* In the order of what was printed, also where both go to one file. */
    fflush(stdout);
    for (guint i = 0; i < imported->files->len && (!import->certificates || import->dry_run); i++) {
        const ImportedFile *file = g_ptr_array_index(imported->files, i);
        g_autofree char *text = g_strdup_printf(
            "the certificate %s lies inside the file and %s", file->name,
            import->certificates ? "would be saved"
                                 : "was not saved: say where with --certificates FOLDER");
        cli_note(text);
    }
    for (guint i = 0; i < imported->warnings->len; i++)
        cli_note(g_ptr_array_index(imported->warnings, i));
    if (!profile_get_boolean(imported->profile, FIELD_IPSEC_ENABLED))
        cli_note("ipsec.enabled is no: everything would travel readable for everyone");
    if (!profile_validate(imported->profile, &error)) {
        g_autofree char *text = g_strconcat("before it can connect: ", error->message, NULL);
        cli_note(text);
    }
}

/* Certificates out of the file, where the user wants them; never anywhere by themselves. */
static gboolean save_files(const Import *import, const Imported *imported)
{
    if (imported->files->len == 0 || !import->certificates || import->dry_run)
        return TRUE;
    g_autofree char *path = g_canonicalize_filename(import->certificates, NULL);
    int folder = open(path, O_DIRECTORY | O_CLOEXEC);
    gboolean saved = folder >= 0;
    if (!saved)
        cli_complain("%s: %s", path, g_strerror(errno));
    for (guint i = 0; saved && i < imported->files->len; i++) {
        const ImportedFile *file = g_ptr_array_index(imported->files, i);
        g_autofree char *full = g_build_filename(path, file->name, NULL);
        g_autoptr(GError) error = NULL;
        saved = io_write_new(folder, file->name, secret_data(file->content),
                             secret_length(file->content));
        if (!saved)
            cli_complain("%s: %s", full, g_strerror(errno));
        else if (!profile_set_text(imported->profile, file->field, full, &error))
            cli_note(error->message);
        else
            say("    saved: %s", full);
    }
    if (folder >= 0)
        close(folder);
    return saved;
}

/* "office", "office 2", … until one is free. */
static void choose_name(const Import *import, const Imported *imported)
{
    g_autofree char *name = profile_get_text(imported->profile, FIELD_CONNECTION_NAME);
    g_autofree char *free_name = g_strdup(name);

    for (guint number = 2; g_hash_table_contains(import->names, free_name); number++) {
        g_free(free_name);
        free_name = words_numbered(name, number);
    }
    if (strcmp(name, free_name) != 0) {
        g_autofree char *text =
            g_strdup_printf("there is a profile \"%s\" already; this one is called "
                            "\"%s\"",
                            name, free_name);
        if (profile_set_text(imported->profile, FIELD_CONNECTION_NAME, free_name, NULL))
            cli_note(text);
    }
}

static void remember_name(const Import *import, const Imported *imported)
{
    g_hash_table_add(import->names, profile_get_text(imported->profile, FIELD_CONNECTION_NAME));
}

static int import_one(const Import *import, const Imported *imported)
{
    g_autoptr(GError) error = NULL;

    if (import->name &&
        !profile_set_text(imported->profile, FIELD_CONNECTION_NAME, import->name, &error)) {
        cli_complain("%s", error->message);
        return EXIT_USAGE;
    }
    if (!import->name)
        choose_name(import, imported);
    const char *name = profile_get_string(imported->profile, FIELD_CONNECTION_NAME);
    if (!profile_get_string(imported->profile, FIELD_CONNECTION_GATEWAY)) {
        cli_complain("%s: there is no gateway in it", name);
        show_notes(import, imported);
        return EXIT_FAILED;
    }
    /* Whose it was elsewhere says nothing here. */
    profile_unset(imported->profile, FIELD_CONNECTION_USER);
    if (!save_files(import, imported))
        return EXIT_FAILED;
    if (import->target &&
        !target_add(import->target, imported->profile, import->system_wide, &error))
        return cli_error(error);
    say("%s", name);
    show_taken(imported);
    show_notes(import, imported);
    remember_name(import, imported);
    return EXIT_DONE;
}

static int import_all(Import *import, const ImportResult *result)
{
    int outcome = EXIT_DONE;

    if (import->target) {
        g_autoptr(GPtrArray) names = target_names(import->target);
        for (guint i = 0; i < names->len; i++)
            g_hash_table_add(import->names, g_strdup(g_ptr_array_index(names, i)));
    }
    say("Found %s.", result->format);
    for (guint i = 0; i < result->profiles->len; i++) {
        int one = import_one(import, g_ptr_array_index(result->profiles, i));
        outcome = outcome == EXIT_DONE ? one : outcome;
    }
    fflush(stdout);
    for (guint i = 0; i < result->warnings->len; i++)
        cli_note(g_ptr_array_index(result->warnings, i));
    if (import->dry_run)
        cli_note("nothing was stored (--dry-run)");
    return outcome;
}

int cli_import(int argc, char **argv)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Import import = {.names = names};
    g_autoptr(GError) error = NULL;
    int result;

    import.system_wide = cli_take_option(&argc, argv, "--system");
    import.dry_run = cli_take_option(&argc, argv, "--dry-run");
    if (!cli_take_value(&argc, argv, "--name", &import.name) ||
        !cli_take_value(&argc, argv, "--certificates", &import.certificates) || argc < 1)
        return cli_usage("import");
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "-") != 0 && cli_has_options(1, &argv[i]))
            return cli_usage("import");
        g_ptr_array_add(paths, argv[i]);
    }
    g_ptr_array_add(paths, NULL);
    /* Read here, as the user who asks: the service opens no file of anybody's choosing. */
    g_autoptr(ImportResult) found = profile_import_paths((const char *const *)paths->pdata, &error);
    if (!found) {
        /* What could not be read is named already. */
        gboolean named = argc > 1 || g_str_has_prefix(error->message, argv[0]);
        cli_complain("%s%s%s", named ? "" : argv[0], named ? "" : ": ", error->message);
        return EXIT_FAILED;
    }
    if (import.name && found->profiles->len > 1) {
        cli_complain("--name is for one connection, and there are %u", found->profiles->len);
        return EXIT_USAGE;
    }
    g_autoptr(Target) target = import.dry_run ? NULL : target_open_store(&result);
    if (!target && !import.dry_run)
        return result;
    import.target = target;
    return import_all(&import, found);
}
