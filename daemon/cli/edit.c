/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that change profiles: add, edit, set-secret, remove. */
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/prompt.h"
#include "cli/target.h"

/* "gateway" and "name" may be said without their group. */
static const char *full_name(const char *name)
{
    if (strcmp(name, "gateway") == 0)
        return field_name(FIELD_CONNECTION_GATEWAY);
    if (strcmp(name, "name") == 0)
        return field_name(FIELD_CONNECTION_NAME);
    return name;
}

/* GROUP.KEY=VALUE …; what is wrong is told. */
static gboolean assign(Profile *profile, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        const char *equals = strchr(argv[i], '=');
        g_autoptr(GError) error = NULL;
        if (!equals) {
            cli_complain("\"%s\" should look like group.key=value", argv[i]);
            return FALSE;
        }
        g_autofree char *name = g_strndup(argv[i], (gsize)(equals - argv[i]));
        if (!profile_set_named(profile, full_name(name), equals + 1, &error)) {
            cli_complain("%s", error->message);
            return FALSE;
        }
    }
    return TRUE;
}

static void tell_what_is_missing(Profile *profile)
{
    g_autoptr(GError) error = NULL;

    if (profile_validate(profile, &error))
        return;
    g_autofree char *text = g_strconcat("before it can connect: ", error->message, NULL);
    cli_note(text);
}

int cli_add(int argc, char **argv)
{
    g_autoptr(Profile) profile = profile_new();
    g_autoptr(GError) error = NULL;
    gboolean system_wide = cli_take_option(&argc, argv, "--system");
    int result;

    if (argc < 2 || cli_has_options(argc, argv))
        return cli_usage("add");
    if (!profile_set_text(profile, FIELD_CONNECTION_NAME, argv[0], &error)) {
        cli_complain("%s", error->message);
        return EXIT_USAGE;
    }
    if (!assign(profile, argc - 1, argv + 1))
        return EXIT_USAGE;
    if (!profile_is_set(profile, FIELD_CONNECTION_GATEWAY)) {
        cli_complain("the gateway is missing: gateway=HOST");
        return cli_usage("add");
    }
    g_autoptr(Target) target = target_open_store(&result);
    if (!target)
        return result;
    if (!target_add(target, profile, system_wide, &error))
        return cli_error(error);
    tell_what_is_missing(profile);
    return EXIT_DONE;
}

int cli_edit(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    int result;

    if (argc < 2 || cli_has_options(1, argv))
        return cli_usage("edit");
    g_autoptr(Target) target = target_open(argv[0], &result);
    if (!target)
        return result;
    g_autoptr(Profile) profile = target_load(target, &error);
    if (!profile)
        return cli_error(error);
    if (!assign(profile, argc - 1, argv + 1))
        return EXIT_USAGE;
    if (!target_update(target, profile, &error))
        return cli_error(error);
    tell_what_is_missing(profile);
    return EXIT_DONE;
}

static Secret *take_secret(const Field *field)
{
    if (!isatty(STDIN_FILENO))
        return prompt_read_stdin();
    g_autoptr(Secret) secret = prompt_ask(field->label);
    return g_steal_pointer(&secret);
}

int cli_set_secret(int argc, char **argv)
{
    gboolean clear = cli_take_option(&argc, argv, "--clear");
    g_autoptr(Secret) secret = NULL;
    g_autoptr(GError) error = NULL;
    int result;

    if (argc != 2 || cli_has_options(argc, argv))
        return cli_usage("set-secret");
    const Field *field = field_find(argv[1]);
    if (!field || !field_is_secret(field)) {
        cli_complain("\"%s\" is not a secret; there are ipsec.psk, ipsec.key-passphrase, "
                     "l2tp.secret and ppp.password", argv[1]);
        return EXIT_USAGE;
    }
    g_autoptr(Target) target = target_open(argv[0], &result);
    if (!target)
        return result;
    if (!clear) {
        secret = take_secret(field);
        if (!secret) {
            cli_complain("nothing was given, so nothing is changed");
            return EXIT_FAILED;
        }
    }
    if (!target_set_secret(target, argv[1], secret, &error))
        return cli_error(error);
    return EXIT_DONE;
}

int cli_remove(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    int result;

    if (argc != 1 || cli_has_options(argc, argv))
        return cli_usage("remove");
    g_autoptr(Target) target = target_open(argv[0], &result);
    if (!target)
        return result;
    if (!target_remove(target, &error))
        return cli_error(error);
    return EXIT_DONE;
}
