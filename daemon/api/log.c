/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last lines of the service's log. */
#include "api/log.h"

#include <string.h>

#define LINES_MAX LOG_LINES_MAX
#define LINE_MAX_BYTES 1024

typedef struct {
    gint64 time; /* microseconds since 1970 */
    guint32 priority;
    char *uuid;
    char *text;
} Line;

/* Any thread may log. */
static GMutex mutex;
static Line lines[LINES_MAX];
static guint64 written; /* line n stands at (n - 1) % LINES_MAX */
static void (*listener_func)(gpointer data);
static gpointer listener_data;
static gboolean told;

static gboolean tell_listener(gpointer data)
{
    g_mutex_lock(&mutex);
    void (*func)(gpointer data) = listener_func;
    gpointer func_data = listener_data;
    told = FALSE;
    g_mutex_unlock(&mutex);
    if (func)
        func(func_data);
    return G_SOURCE_REMOVE;
}

static guint32 priority_of(GLogLevelFlags level)
{
    /* syslog(3)'s numbers. */
    if (level & G_LOG_LEVEL_ERROR)
        return 3;
    if (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
        return 4;
    if (level & G_LOG_LEVEL_MESSAGE)
        return 5;
    return level & G_LOG_LEVEL_INFO ? 6 : 7;
}

/* One line, and nothing that moves a terminal's cursor or turns the reading direction around:
 * front ends of any user may have put words into it, and an administrator reads it. */
static char *field_text(const GLogField *field)
{
    gsize length = field->length < 0 ? strlen(field->value) : (gsize)field->length;
    char *text = g_utf8_make_valid(field->value, (gssize)MIN(length, LINE_MAX_BYTES));

    for (char *p = text, *next; *p; p = next) {
        GUnicodeType type = g_unichar_type(g_utf8_get_char(p));
        next = g_utf8_next_char(p);
        if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ||
            type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR)
            memset(p, ' ', (gsize)(next - p));
    }
    return text;
}

GLogWriterOutput log_writer(GLogLevelFlags level, const GLogField *fields, gsize count,
                            gpointer data)
{
    char *text = NULL, *uuid = NULL;

    for (gsize i = 0; i < count; i++) {
        if (!text && strcmp(fields[i].key, "MESSAGE") == 0)
            text = field_text(&fields[i]);
        else if (!uuid && strcmp(fields[i].key, "CAUSEWAY_PROFILE") == 0)
            uuid = field_text(&fields[i]);
    }
    g_mutex_lock(&mutex);
    Line *line = &lines[written++ % LINES_MAX];
    g_free(line->text);
    g_free(line->uuid);
    *line = (Line){g_get_real_time(), priority_of(level), uuid, text ? text : g_strdup("")};
    if (listener_func && !told) {
        told = TRUE;
        g_idle_add(tell_listener, NULL);
    }
    g_mutex_unlock(&mutex);
    return g_log_writer_default(level, fields, count, data);
}

void log_listen(void (*listener)(gpointer data), gpointer data)
{
    g_mutex_lock(&mutex);
    listener_func = listener;
    listener_data = data;
    g_mutex_unlock(&mutex);
}

GVariant *log_read(const char *uuid, guint64 after, guint64 *ret_next)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(xus)"));
    g_mutex_lock(&mutex);
    guint64 first = written > LINES_MAX ? written - LINES_MAX : 0;
    /* A number from before a restart of the service may lie in our future. */
    guint64 from = after > written ? first : MAX(first, after);
    for (guint64 i = from; i < written; i++) {
        const Line *line = &lines[i % LINES_MAX];
        if (!uuid || g_strcmp0(line->uuid, uuid) == 0 || strstr(line->text, uuid))
            g_variant_builder_add(&builder, "(xus)", line->time, line->priority, line->text);
    }
    *ret_next = written;
    g_mutex_unlock(&mutex);
    return g_variant_builder_end(&builder);
}
