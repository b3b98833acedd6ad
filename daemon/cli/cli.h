/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands of "causeway" share. */
#pragma once

#include "client/client.h"

typedef enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NOT_AUTHORIZED = 3,
    EXIT_NO_PROFILE = 4,
} ExitCode;

typedef struct {
    const char *name;
    const char *synopsis; /* what follows the name */
    const char *help;     /* one line */
    int (*run)(int argc, char **argv); /* without the command's own name */
    gboolean stores;      /* it takes --store */
} Command;

extern const Command commands[]; /* ends with a row without a name */

int cli_add(int argc, char **argv);
int cli_edit(int argc, char **argv);
int cli_set_secret(int argc, char **argv);
int cli_remove(int argc, char **argv);
int cli_list(int argc, char **argv);
int cli_show(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_export(int argc, char **argv);
int cli_up(int argc, char **argv);
int cli_down(int argc, char **argv);
int cli_status(int argc, char **argv);
int cli_diagnose(int argc, char **argv);
int cli_log(int argc, char **argv);
int cli_help(int argc, char **argv);
int cli_fields(int argc, char **argv);

/* Prints how the command is used; gives EXIT_USAGE. */
int cli_usage(const char *command);
/* Prints "causeway: message"; gives the exit code that the error means. */
int cli_error(const GError *error);
/* "causeway: STAGE: CODE: message" and "hint: hint" on stderr. */
void cli_failure(const char *stage, const char *code, const char *message, const char *hint);
/* A text of somebody else's as it may stand on a terminal: what would move the cursor, or turn the
 * reading direction of what follows, is replaced.  NULL is an empty text.  To be freed. */
char *cli_plain(const char *text);
/* Prints "causeway: …" to stderr. */
void cli_complain(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* The same, of what is not a failure. */
void cli_note(const char *text);
/* Whether an option is among the arguments; it is taken out of them. */
gboolean cli_take_option(int *argc, char **argv, const char *option);
/* The same for an option with a value; FALSE after a message when the value is missing. */
gboolean cli_take_value(int *argc, char **argv, const char *option, const char **ret_value);
/* A bare "-x" that no command took is an error. */
gboolean cli_has_options(int argc, char **argv);
/* The client, or NULL after a message and `*ret_exit` set. */
Client *cli_connect(int *ret_exit);
/* Where `name` is nobody's profile: goes on in the other store, if there is one. */
void cli_look_elsewhere(Client *client, const char *name);
/* Client and the profile called `name`; both are the caller's. */
gboolean cli_open(const char *name, Client **ret_client, CausewayProfile **ret_profile,
                  int *ret_exit);
