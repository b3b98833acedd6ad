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
    gboolean unheard; /* nothing has come through the child yet, as far as charon tells */
} SaInfo;

/* From a message of the events list-sa or child-updown: the youngest installed child of the
 * connection `name` with that reqid.  FALSE: there is none; `info` is left as it was.  A child
 * that is older than the one in `info` already does not count, nor does the one that we send
 * with `dead_spi` (0: none). */
gboolean sa_info_read(SaInfo *info, const ViciNode *message, const char *name, guint32 reqid,
                      guint32 dead_spi);
/* charon's number of the child that we send with that SPI; 0: it is not in this message. */
guint64 sa_info_child_of_spi(const ViciNode *message, const char *name, guint32 spi);
void sa_info_clear(SaInfo *info);
