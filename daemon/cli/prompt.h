/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks for a secret on the terminal, without echo, while the main loop goes on. */
#pragma once

#include "base/secret.h"

typedef struct Prompt Prompt;
/* NULL: the person gave up (end of file or Ctrl-C).  The prompt is freed by its owner. */
typedef void (*PromptFunc)(const Secret *secret, gpointer data);

/* NULL when there is no terminal. */
Prompt *prompt_start(const char *question, PromptFunc func, gpointer data);
/* Puts the terminal back; also when it is not answered. */
void prompt_free(Prompt *prompt);
/* The same, waiting; NULL when the person gave up or there is no terminal. */
Secret *prompt_ask(const char *question);
/* What stdin holds, without its last line break; for scripts. */
Secret *prompt_read_stdin(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Prompt, prompt_free)
