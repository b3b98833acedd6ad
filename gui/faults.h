/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the window says and offers when a connection failed: the service's hints speak of
 * commands, these of what can be clicked. */
#pragma once

#include "client/vpn_item.h"

typedef enum {
    FAULT_REMEDY_NONE,
    FAULT_REMEDY_EDIT,   /* the editor, at `field` */
    FAULT_REMEDY_SECRET, /* type `field` again */
    FAULT_REMEDY_RETRY,
} FaultRemedy;

typedef struct {
    FaultRemedy remedy;
    FieldId field;
    const char *message; /* translated */
    const char *hint;    /* translated; may be empty */
} Fault;

/* Of a status that has failed.  A code that is not known keeps the service's own words, which
 * belong to the status. */
void fault_of(const VpnStatus *status, Fault *ret_fault);
/* Everything that a helper wants to know, as plain text; to be freed. */
char *fault_details(const char *name, const VpnStatus *status);
