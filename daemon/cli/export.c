/* SPDX-License-Identifier: GPL-2.0-or-later */
/* export: a profile as a file for another computer or program.  The service gives no secret
 * back, so those that are wanted are asked for. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/prompt.h"
#include "cli/target.h"
#include "io/write.h"
#include "profile/export.h"

typedef struct {
    const char *format;
    const char *output;
    gboolean secrets;
} Options;

static gboolean write_file(int folder, const char *path, const Secret *text)
{
    if (io_write_new(folder, path, secret_data(text), secret_length(text)))
        return TRUE;
    cli_complain("%s: %s", path, g_strerror(errno));
    return FALSE;
}

/* Several files go into a folder of their own. */
static gboolean write_output(const ExportResult *result, const char *path)
{
    if (result->files->len == 1) {
        const ExportFile *file = g_ptr_array_index(result->files, 0);
        return write_file(AT_FDCWD, path, file->text);
    }
    int folder = mkdir(path, 0700) == 0 || errno == EEXIST
                     ? open(path, O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder < 0) {
        cli_complain("%s: %s", path, g_strerror(errno));
        return FALSE;
    }
    gboolean written = TRUE;
    for (guint i = 0; i < result->files->len && written; i++) {
        const ExportFile *file = g_ptr_array_index(result->files, i);
        written = write_file(folder, file->name, file->text);
    }
    close(folder);
    return written;
}

static gboolean print_output(const ExportResult *result)
{
    for (guint i = 0; i < result->files->len; i++) {
        const ExportFile *file = g_ptr_array_index(result->files, i);
        if (!io_write(STDOUT_FILENO, secret_data(file->text), secret_length(file->text))) {
            cli_complain("this could not be printed: %s", g_strerror(errno));
            return FALSE;
        }
    }
    return TRUE;
}

/* Those that are stored, and those that the connection needs.  An empty answer leaves one out. */
static void ask_secrets(Target *target, Profile *profile)
{
    /* Theirs for as long as nobody waits. */
    g_auto(GStrv) stored = g_strdupv((char **)target_stored_secrets(target));
    g_auto(GStrv) missing = g_strdupv((char **)target_missing_secrets(target));
    char **lists[] = {stored, missing};

    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        for (char **name = lists[i]; name && *name; name++) {
            const Field *field = field_find(*name);
            if (!field || !field_is_secret(field) || profile_is_set(profile, field->id))
                continue;
            g_autoptr(Secret) secret = prompt_ask(field->label);
            g_autoptr(GError) error = NULL;
            if (secret && !profile_set_secret(profile, field->id, secret, &error))
                cli_complain("%s", error->message);
        }
    }
}

/* FIELD=SECRET, a line each: for scripts, where there is no terminal to ask on. */
static gboolean read_secrets(Profile *profile)
{
    char line[4096];
    gboolean fine = TRUE;

    while (fine && fgets(line, sizeof line, stdin)) {
        char *equals = strchr(line, '=');
        g_autoptr(GError) error = NULL;
        gsize length = strcspn(line, "\r\n");
        line[length] = '\0';
        if (length == 0)
            continue;
        if (equals)
            *equals = '\0';
        const Field *field = field_find(line);
        if (!equals || !field || !field_is_secret(field)) {
            cli_complain("standard input should have lines like ppp.password=SECRET");
            fine = FALSE;
        } else {
            g_autoptr(Secret) secret = secret_new(equals + 1, strlen(equals + 1));
            fine = profile_set_secret(profile, field->id, secret, &error);
            if (!fine)
                cli_complain("%s", error->message);
        }
    }
    explicit_bzero(line, sizeof line);
    return fine;
}

static gboolean take_secrets(const Options *options, Target *target, Profile *profile)
{
    if (!options->output && !isatty(STDOUT_FILENO)) {
        cli_complain("secrets go into a file for you alone: say which with --output PATH");
        return FALSE;
    }
    if (!isatty(STDIN_FILENO))
        return read_secrets(profile);
    if (!options->output)
        cli_note("the secrets will be readable on this screen");
    cli_note("the service does not give secrets back: type those that are to be in the file");
    ask_secrets(target, profile);
    return TRUE;
}

static int export_profile(const Options *options, Target *target, Profile *profile)
{
    g_autoptr(GError) error = NULL;

    if (options->secrets && !take_secrets(options, target, profile))
        return EXIT_USAGE;
    g_autoptr(ExportResult) result = profile_export(profile, options->format, options->secrets,
                                                    &error);
    if (!result) {
        cli_complain("%s", error->message);
        return EXIT_USAGE;
    }
    if (!(options->output ? write_output(result, options->output) : print_output(result)))
        return EXIT_FAILED;
    for (guint i = 0; i < result->warnings->len; i++)
        cli_note(g_ptr_array_index(result->warnings, i));
    return EXIT_DONE;
}

int cli_export(int argc, char **argv)
{
    Options options = {.format = "causeway"};
    g_autoptr(GError) error = NULL;
    int result;

    options.secrets = cli_take_option(&argc, argv, "--with-secrets");
    if (!cli_take_value(&argc, argv, "--format", &options.format) ||
        !cli_take_value(&argc, argv, "--output", &options.output) || argc != 1 ||
        cli_has_options(argc, argv))
        return cli_usage("export");
    if (!g_strv_contains(profile_export_formats, options.format)) {
        g_autofree char *formats = g_strjoinv(", ", (char **)profile_export_formats);
        cli_complain("there is no format \"%s\"; there are %s", options.format, formats);
        return EXIT_USAGE;
    }
    g_autoptr(Target) target = target_open(argv[0], &result);
    if (!target)
        return result;
    g_autoptr(Profile) profile = target_load(target, &error);
    if (!profile)
        return cli_error(error);
    return export_profile(&options, target, profile);
}
