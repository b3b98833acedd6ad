/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that print what is in profiles: show, fields. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/target.h"

int cli_show(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    int result;

    if (argc != 1 || cli_has_options(argc, argv))
        return cli_usage("show");
    g_autoptr(Target) target = target_open(argv[0], &result);
    if (!target)
        return result;
    g_autoptr(Profile) profile = target_load(target, &error);
    if (!profile)
        return cli_error(error);
    const char *const *stored = target_stored_secrets(target);
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (field_is_secret(field)) {
            if (stored && g_strv_contains(stored, field_name(field->id)))
                printf("%s=(stored)\n", field_name(field->id));
        } else if (profile_is_set(profile, field->id)) {
            g_autofree char *text = profile_get_text(profile, field->id);
            g_autofree char *plain = cli_plain(text);
            /* Whoever reads this by a program gets what there is. */
            printf("%s=%s\n", field_name(field->id), isatty(STDOUT_FILENO) ? plain : text);
        }
    }
    return EXIT_DONE;
}

/* Each with what windows call it, which the help speaks of. */
static char *field_choices(const Field *field)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; field->choices[i]; i++)
        g_string_append_printf(text, "%s%s (%s)", i > 0 ? " | " : "", field->choices[i],
                               field_choice_label(field, i));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *field_values(const Field *field)
{
    if (field->type == FIELD_TYPE_ENUM)
        return field_choices(field);
    if (field->type == FIELD_TYPE_BOOLEAN)
        return g_strdup("yes | no");
    if (field->type == FIELD_TYPE_UINT)
        return g_strdup_printf("%s%u to %u%s%s",
                               (field->flags & FIELD_ZERO_TOO) ? "0, or " : "", field->minimum,
                               field->maximum, field->unit ? " " : "",
                               field->unit ? field->unit : "");
    if (field_is_list(field))
        return g_strdup("a list, separated by commas");
    if (field->type == FIELD_TYPE_FILE)
        return g_strdup("a file's full path, or a token's object (pkcs11:…)");
    return g_strdup(field_is_secret(field) ? "a secret" : "text");
}

/* As text, or as the part of the manual page that --roff asks for. */
int cli_fields(int argc, char **argv)
{
    gboolean roff = cli_take_option(&argc, argv, "--roff");

    if (argc > 0)
        return cli_usage("fields");
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        g_autofree char *values = field_values(field);
        const char *value = *field->default_text ? field->default_text : NULL;
        if (roff) {
            g_auto(GStrv) pieces = g_strsplit(field->help, "\\", -1);
            g_autofree char *help = g_strjoinv("\\e", pieces);
            printf(".TP\n.B %s\n%s\n", field_name(field->id), help);
            printf(".br\n%s%s%s.\n", values, value ? "; default: " : "", value ? value : "");
        } else {
            printf("%s: %s\n    %s\n    (%s%s%s)\n", field_name(field->id), field->label,
                   field->help, values, value ? "; default " : "", value ? value : "");
        }
    }
    return EXIT_DONE;
}
