/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What charon tells about an SA, as IkeInfo.  Pure; what it tells is not trusted to be whole. */
#pragma once

#include "ipsec/ike.h"
#include "ipsec/vici.h"

typedef struct {
    IkeInfo info; /* its strings are those below */
    char *ike_suite;
    char *esp_suite;
    char *local_id;
    char *remote_id;
    guint64 ike_id;   /* charon's numbers; 0: there is none */
    guint64 child_id;
} SaInfo;

/* From a message of the events list-sa or child-updown: the youngest installed child of the
 * connection `name` with that reqid.  FALSE: there is none; `info` is left as it was.  A child
 * that is older than the one in `info` already does not count. */
gboolean sa_info_read(SaInfo *info, const ViciNode *message, const char *name, guint32 reqid);
void sa_info_clear(SaInfo *info);
