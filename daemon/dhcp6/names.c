/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Domain names on the wire and as text. */
#include <string.h>

#include "dhcp6/message.h"

#define LABEL_MAX 63 /* RFC 1035 §2.3.4 */

static gboolean is_name_byte(char byte)
{
    return g_ascii_isalnum(byte) || byte == '-' || byte == '_';
}

gboolean dhcp6_name_is_domain(const char *name)
{
    gsize label = 0, length = 0;

    /* They end in files and on command lines: nothing but these characters, no hyphen first. */
    for (; name[length] != '\0'; length++) {
        if (name[length] == '.') {
            if (label == 0)
                return FALSE;
            label = 0;
        } else if (!is_name_byte(name[length]) || (label == 0 && name[length] == '-') ||
                   ++label > LABEL_MAX || length >= DHCP6_NAME_MAX) {
            return FALSE;
        }
    }
    return label > 0;
}

void dhcp6_names_add(Dhcp6Names *names, const char *name)
{
    if (names->n == DHCP6_SEARCH_MAX || !dhcp6_name_is_domain(name))
        return;
    for (guint i = 0; i < names->n; i++) {
        if (g_ascii_strcasecmp(names->names[i], name) == 0)
            return;
    }
    g_strlcpy(names->names[names->n++], name, sizeof names->names[0]);
}

/* One name with its dots; an empty one: what stands there is too long, or no text.  FALSE: the
 * list ends here, by padding or out of form. */
static gboolean read_name(Reader *list, char name[DHCP6_NAME_MAX + 1])
{
    gboolean usable = TRUE;
    gsize length = 0;

    for (guint labels = 0;; labels++) {
        guint8 size = reader_u8(list);
        /* Also a compression pointer, which must not be here. */
        if (size > LABEL_MAX)
            return FALSE;
        const guint8 *label = reader_bytes(list, size);
        if (!reader_ok(list) || (size == 0 && labels == 0))
            return FALSE;
        if (size == 0)
            break;
        /* A dot within a label would make two of one. */
        usable = usable && length + (labels > 0) + size <= DHCP6_NAME_MAX &&
                 !memchr(label, '.', size) && !memchr(label, '\0', size);
        if (!usable)
            continue;
        if (labels > 0)
            name[length++] = '.';
        memcpy(name + length, label, size);
        length += size;
    }
    name[usable ? length : 0] = '\0';
    return TRUE;
}

void dhcp6_names_read(Dhcp6Names *names, Reader list)
{
    char name[DHCP6_NAME_MAX + 1];

    while (reader_left(&list) > 0 && read_name(&list, name))
        dhcp6_names_add(names, name);
}
