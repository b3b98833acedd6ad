/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells of what happens to connections while nobody looks at the window. */
#pragma once

#include "application.h"

typedef struct Notifier Notifier;

Notifier *notifier_new(CausewayApplication *application);
void notifier_free(Notifier *notifier);
void notifier_problem(Notifier *notifier, const char *message);

/* What a change of state is worth telling of; NULL for nothing.  Pure. */
const char *notifier_words(VpnState before, VpnState after);
