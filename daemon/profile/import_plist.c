/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Property lists: the tree, and its XML form. */
#include "profile/import_plist.h"

#include <string.h>

#include "profile/language.h"
#include "profile/profile.h"

Plist *plist_new(PlistType type)
{
    Plist *plist = g_new0(Plist, 1);

    plist->type = type;
    if (type == PLIST_DICT || type == PLIST_ARRAY)
        plist->items = g_ptr_array_new_with_free_func((GDestroyNotify)plist_free);
    if (type == PLIST_DICT)
        plist->keys = g_ptr_array_new_with_free_func(g_free);
    return plist;
}

Plist *plist_new_text(PlistType type, const char *text, gsize length)
{
    Plist *plist = plist_new(type);

    plist->text = g_malloc(length + 1);
    memcpy(plist->text, text, length);
    plist->text[length] = '\0';
    plist->length = length;
    return plist;
}

/* Goes no deeper than the parsers let a tree grow. */
void plist_free(Plist *plist)
{
    if (!plist)
        return;
    g_clear_pointer(&plist->keys, g_ptr_array_unref);
    g_clear_pointer(&plist->items, g_ptr_array_unref);
    if (plist->text)
        explicit_bzero(plist->text, plist->length);
    g_free(plist->text);
    g_free(plist);
}

const Plist *plist_get(const Plist *dict, const char *key)
{
    for (guint i = 0; dict && dict->type == PLIST_DICT && i < dict->items->len; i++) {
        if (strcmp(g_ptr_array_index(dict->keys, i), key) == 0)
            return g_ptr_array_index(dict->items, i);
    }
    return NULL;
}

const Plist *plist_get_dict(const Plist *dict, const char *key)
{
    const Plist *value = plist_get(dict, key);

    return value && value->type == PLIST_DICT ? value : NULL;
}

const char *plist_get_string(const Plist *dict, const char *key)
{
    const Plist *value = plist_get(dict, key);

    return value && value->type == PLIST_STRING ? value->text : NULL;
}

gboolean plist_get_number(const Plist *dict, const char *key, gint64 *ret_number)
{
    const Plist *value = plist_get(dict, key);

    if (value && value->type == PLIST_INTEGER) {
        *ret_number = value->number;
        return TRUE;
    }
    return value && value->type == PLIST_STRING &&
           g_ascii_string_to_signed(value->text, 10, G_MININT64, G_MAXINT64, ret_number, NULL);
}

gboolean plist_get_true(const Plist *dict, const char *key)
{
    gint64 number = 0;

    return plist_get_number(dict, key, &number) && number != 0;
}

/* ---- XML ---- */

typedef struct {
    Plist *root;
    Plist *open[PLIST_DEPTH_MAX]; /* the dicts and arrays that are not closed yet */
    guint depth;
    guint nodes;
    char *key;     /* of the value that comes next */
    char *text;    /* of the element that is open: made to its full size before it fills */
    gsize text_length, text_size;
} Parser;

static void refuse(GError **error, const char *problem)
{
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT, _("This is not a profile: %s"), _(problem));
}

/* Takes the value over. */
static gboolean add_value(Parser *parser, Plist *value, GError **error)
{
    Plist *parent = parser->depth > 0 ? parser->open[parser->depth - 1] : NULL;

    if (++parser->nodes > PLIST_NODES_MAX || (!parent && parser->root) ||
        (parent && parent->type == PLIST_DICT && !parser->key)) {
        refuse(error,
               parser->nodes > PLIST_NODES_MAX ? N_("its property list is too large")
                                                  : N_("its property list is broken"));
        plist_free(value);
        return FALSE;
    }
    if (!parent) {
        parser->root = value;
        return TRUE;
    }
    if (parent->type == PLIST_DICT)
        g_ptr_array_add(parent->keys, g_steal_pointer(&parser->key));
    g_ptr_array_add(parent->items, value);
    return TRUE;
}

static void on_start(GMarkupParseContext *context, const char *element, const char **names,
                     const char **values, gpointer data, GError **error)
{
    Parser *parser = data;
    gboolean dict = strcmp(element, "dict") == 0;

    parser->text_length = 0;
    if (!dict && strcmp(element, "array") != 0)
        return;
    if (parser->depth == PLIST_DEPTH_MAX) {
        refuse(error, N_("its property list is broken"));
        return;
    }
    Plist *value = plist_new(dict ? PLIST_DICT : PLIST_ARRAY);
    if (add_value(parser, value, error))
        parser->open[parser->depth++] = value;
}

static void on_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data,
                    GError **error)
{
    Parser *parser = data;

    /* The buffer has the whole document's size, so it never moves and leaves no copy behind. */
    if (parser->text_size - parser->text_length <= length) {
        refuse(error, N_("its property list is too large"));
        return;
    }
    memcpy(parser->text + parser->text_length, text, length);
    parser->text_length += length;
    parser->text[parser->text_length] = '\0';
}

static Plist *decode_data(Parser *parser)
{
    gsize length = 0;
    /* GLib leaves white space and letters of other alphabets out. */
    guint8 *bytes = g_base64_decode(parser->text, &length);
    Plist *value = plist_new_text(PLIST_DATA, (const char *)bytes, length);

    explicit_bzero(bytes, length);
    g_free(bytes);
    return value;
}

static Plist *decode_integer(Parser *parser)
{
    Plist *value = plist_new(PLIST_INTEGER);

    g_strstrip(parser->text);
    if (!g_ascii_string_to_signed(parser->text, 10, G_MININT64, G_MAXINT64, &value->number, NULL))
        value->type = PLIST_OTHER;
    return value;
}

static void on_end(GMarkupParseContext *context, const char *element, gpointer data,
                   GError **error)
{
    Parser *parser = data;
    Plist *value = NULL;

    parser->text[parser->text_length] = '\0';
    if (strcmp(element, "dict") == 0 || strcmp(element, "array") == 0) {
        parser->depth--;
        g_clear_pointer(&parser->key, g_free);
    } else if (strcmp(element, "key") == 0) {
        g_free(parser->key);
        parser->key = g_strdup(parser->text);
    } else if (strcmp(element, "string") == 0) {
        value = plist_new_text(PLIST_STRING, parser->text, parser->text_length);
    } else if (strcmp(element, "data") == 0) {
        value = decode_data(parser);
    } else if (strcmp(element, "integer") == 0) {
        value = decode_integer(parser);
    } else if (strcmp(element, "true") == 0 || strcmp(element, "false") == 0) {
        value = plist_new(PLIST_INTEGER);
        value->number = strcmp(element, "true") == 0;
    } else if (strcmp(element, "plist") != 0) {
        value = plist_new(PLIST_OTHER);
    }
    if (value)
        add_value(parser, value, error);
    explicit_bzero(parser->text, parser->text_length);
    parser->text_length = 0;
}

Plist *plist_parse_xml(const char *text, GError **error)
{
    static const GMarkupParser callbacks = {
        .start_element = on_start, .end_element = on_end, .text = on_text};
    gsize length = strlen(text);
    Parser parser = {.text = g_malloc0(length + 1), .text_size = length + 1};
    g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(
        &callbacks, G_MARKUP_TREAT_CDATA_AS_TEXT | G_MARKUP_IGNORE_QUALIFIED, &parser, NULL);
    g_autoptr(GError) problem = NULL;
    gboolean whole = g_markup_parse_context_parse(context, text, (gssize)length, &problem) &&
                     g_markup_parse_context_end_parse(context, &problem);

    explicit_bzero(parser.text, length + 1);
    g_free(parser.text);
    g_free(parser.key);
    if (whole && parser.root)
        return parser.root;
    plist_free(parser.root);
    /* GMarkup's own words quote the text, where a password may stand. */
    if (problem && problem->domain == PROFILE_ERROR)
        g_propagate_error(error, g_steal_pointer(&problem));
    else
        refuse(error, N_("its property list is broken"));
    return NULL;
}
