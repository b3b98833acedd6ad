/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The editor's pages. */
#include "form.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/secret.h"
#include "toolkit.h"

/* Editors give a page about this much before their windows must grow. */
#define PAGE_HEIGHT 400
#define PARAGRAPH_CHARACTERS 56
#define MARGIN 12
#define SPACING 6
#define COLUMN_SPACING 12

typedef struct {
    const char *group; /* NULL: the first page, with the fields listed below */
    const char *title;
    GtkWidget *child;
    GtkWidget *grid;
    int lines;
    GString *mnemonics; /* letters that are taken */
} Page;

struct Form {
    GtkWidget *box;
    GtkWidget *notice, *notice_label, *notice_button;
    gpointer notice_data;
    GtkWidget *stack;
    GtkWidget *show_passwords;
    GtkWidget *own_certificate; /* the chooser of it and its key */
    GtkSizeGroup *labels;
    FieldRow *rows[FIELD_COUNT];
    guint row_pages[FIELD_COUNT]; /* index into `pages` */
    Page pages[4];
    void (*changed)(gpointer);
    gpointer data;
};

static const FieldId first_page[] = {
    FIELD_CONNECTION_GATEWAY, FIELD_PPP_USER, FIELD_PPP_PASSWORD, FIELD_IPSEC_PSK};

/* Rows that mean something only while another one has a certain value. */
static const struct {
    FieldId row, on;
    const char *value;
} conditions[] = {
    {FIELD_IPSEC_PSK, FIELD_IPSEC_AUTH, "psk"},
    {FIELD_IPSEC_GROUP_NAME, FIELD_IPSEC_AUTH, "psk"},
    {FIELD_IPSEC_CERTIFICATE, FIELD_IPSEC_AUTH, "certificate"},
    {FIELD_IPSEC_KEY, FIELD_IPSEC_AUTH, "certificate"},
    {FIELD_IPSEC_KEY_PASSPHRASE, FIELD_IPSEC_AUTH, "certificate"},
    {FIELD_IPSEC_CA, FIELD_IPSEC_AUTH, "certificate"},
    {FIELD_L2TP_HIDE_AVPS, FIELD_L2TP_SECRET, NULL}, /* NULL: anything but empty */
};

static gboolean row_says(Form *form, FieldId id, const char *value)
{
    char *text = row_get_text(form->rows[id]);
    gboolean says = value ? g_strcmp0(text, value) == 0 : text && *text;

    secret_string_free(text);
    return says;
}

void form_update_shown(Form *form)
{
    gboolean ipsec = row_says(form, FIELD_IPSEC_ENABLED, "yes");

    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        gboolean shown = ipsec || strcmp(field->group, "ipsec") != 0 || i == FIELD_IPSEC_ENABLED;
        for (guint j = 0; j < G_N_ELEMENTS(conditions); j++) {
            if (conditions[j].row == i)
                shown = shown && row_says(form, conditions[j].on, conditions[j].value);
        }
        if (form->rows[i])
            row_set_shown(form->rows[i], shown);
    }
}

static void on_row_changed(gpointer data)
{
    Form *form = data;

    form->changed(form->data);
}

/* Who opened a token in the dialog, and wants the PIN remembered, has typed it often enough. */
static void on_certificate_changed(gpointer data)
{
    Form *form = data;
    char *pin = certificates_take_pin(form->own_certificate);

    if (pin && form->rows[FIELD_IPSEC_KEY_PASSPHRASE])
        row_set_text(form->rows[FIELD_IPSEC_KEY_PASSPHRASE], pin);
    secret_string_free(pin);
    on_row_changed(form);
}

static void on_show_passwords(Form *form)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (form->rows[i] && field_is_secret(field_get((FieldId)i)))
            row_set_visible_text(form->rows[i], toolkit_get_active(form->show_passwords));
    }
}

/* --- Making the pages --- */

static void add_row(Form *form, Page *page, FieldRow *row)
{
    FieldId id = row_field(row)->id;

    form->rows[id] = row;
    form->row_pages[id] = (guint)(page - form->pages);
    row_set_mnemonic(row, page->mnemonics);
    page->lines = row_attach(row, page->grid, page->lines);
    row_join(row, form->labels);
}

/* A certificate and its private key, which stand next to each other in the table, share one
 * chooser. */
static guint add_files(Form *form, Page *page, const Field *field)
{
    const Field *next = field->id + 1 < FIELD_COUNT ? field_get(field->id + 1) : NULL;
    gboolean has_key = next && next->type == FIELD_TYPE_FILE &&
                       g_str_has_suffix(next->key, "key");
    /* Translators: libnma makes "Computer certificate", "Computer private key" of it. */
    const char *computer = _("Computer");
    /* Translators: libnma makes "CA certificate" of it. */
    const char *authority = _("CA");
    g_autoptr(GtkWidget) chooser =
        certificates_chooser_new(has_key ? computer : authority, has_key);

    void (*changed)(gpointer) = has_key ? on_certificate_changed : on_row_changed;
    if (has_key)
        form->own_certificate = chooser;
    certificates_join(chooser, form->labels);
    add_row(form, page, row_new_file(field, chooser, CERTIFICATE_PART_CERTIFICATE, changed, form));
    if (has_key)
        add_row(form, page, row_new_file(next, chooser, CERTIFICATE_PART_KEY, changed, form));
    certificates_attached(chooser, page->grid);
    return has_key ? 2 : 1;
}

static gboolean is_on_first_page(FieldId id)
{
    for (guint i = 0; i < G_N_ELEMENTS(first_page); i++) {
        if (first_page[i] == id)
            return TRUE;
    }
    return FALSE;
}

static void add_group(Form *form, Page *page)
{
    guint step;

    for (guint i = 0; i < FIELD_COUNT; i += step) {
        const Field *field = field_get((FieldId)i);
        step = 1;
        if (strcmp(field->group, page->group) != 0 || is_on_first_page(field->id))
            continue;
        /* Never there to be chosen: a connection that demands it is told so above. */
        if (field->id == FIELD_PPP_REQUIRE_MPPE)
            continue;
        if (field->type == FIELD_TYPE_FILE)
            step = add_files(form, page, field);
        else
            add_row(form, page, row_new(field, on_row_changed, form));
    }
}

static const char *show_passwords_label(void)
{
    return _("Sho_w passwords");
}

static void add_show_passwords(Form *form, Page *page)
{
    form->show_passwords =
        g_object_ref_sink(gtk_check_button_new_with_mnemonic(show_passwords_label()));
    toolkit_describe(form->show_passwords, _("Show passwords"), NULL, NULL);
    gtk_grid_attach(GTK_GRID(page->grid), form->show_passwords, 1, page->lines++, 1, 1);
    g_signal_connect_swapped(form->show_passwords, "toggled", G_CALLBACK(on_show_passwords), form);
}

static void add_first(Form *form, Page *page)
{
    /* No row may have the letter that a translator gave this one. */
    const char *mark = strchr(show_passwords_label(), '_');

    if (mark)
        g_string_append_unichar(page->mnemonics, g_unichar_tolower(g_utf8_get_char(mark + 1)));
    for (guint i = 0; i < G_N_ELEMENTS(first_page); i++)
        add_row(form, page, row_new(field_get(first_page[i]), on_row_changed, form));
    add_show_passwords(form, page);
    GtkWidget *hint = toolkit_paragraph_new(
        _("This is all that most VPNs need; Causeway finds out the rest by itself. Change the "
          "other pages only if your administrator tells you to."), PARAGRAPH_CHARACTERS);
    toolkit_set_class(hint, "dim-label", TRUE);
    gtk_widget_set_margin_top(hint, SPACING);
    gtk_grid_attach(GTK_GRID(page->grid), hint, 0, page->lines++, 2, 1);
}

static void set_margins(GtkWidget *widget)
{
    gtk_widget_set_margin_start(widget, MARGIN);
    gtk_widget_set_margin_end(widget, MARGIN);
    gtk_widget_set_margin_top(widget, MARGIN);
    gtk_widget_set_margin_bottom(widget, MARGIN);
}

static void add_page(Form *form, Page *page, const char *group, const char *title)
{
    page->group = group;
    page->title = title;
    page->mnemonics = g_string_new(NULL);
    page->grid = gtk_grid_new();
    gtk_grid_set_row_spacing(GTK_GRID(page->grid), SPACING);
    gtk_grid_set_column_spacing(GTK_GRID(page->grid), COLUMN_SPACING);
    set_margins(page->grid);
    if (group)
        add_group(form, page);
    else
        add_first(form, page);
    page->child = toolkit_scroller_new(page->grid, PAGE_HEIGHT);
    gtk_stack_add_titled(GTK_STACK(form->stack), page->child, group ? group : "first", title);
}

static void add_notice(Form *form)
{
    form->notice = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, COLUMN_SPACING);
    form->notice_label = toolkit_paragraph_new(NULL, PARAGRAPH_CHARACTERS);
    form->notice_button = g_object_ref_sink(gtk_button_new());
    gtk_widget_set_hexpand(form->notice_label, TRUE);
    gtk_widget_set_valign(form->notice_button, GTK_ALIGN_CENTER);
    toolkit_append(form->notice, form->notice_label);
    toolkit_append(form->notice, form->notice_button);
    set_margins(form->notice);
    gtk_widget_set_margin_bottom(form->notice, 0);
    toolkit_append(form->box, form->notice);
    toolkit_set_shown(form->notice, FALSE);
}

Form *form_new(void (*changed)(gpointer), gpointer data)
{
    Form *form = g_new0(Form, 1);
    GtkWidget *switcher = gtk_stack_switcher_new();
    guint page = 0;

    form->changed = changed;
    form->data = data;
    form->labels = gtk_size_group_new(GTK_SIZE_GROUP_HORIZONTAL);
    form->box = g_object_ref_sink(gtk_box_new(GTK_ORIENTATION_VERTICAL, 0));
    form->stack = gtk_stack_new();
    gtk_stack_set_vhomogeneous(GTK_STACK(form->stack), FALSE);
    gtk_widget_set_vexpand(form->stack, TRUE);
    gtk_stack_switcher_set_stack(GTK_STACK_SWITCHER(switcher), GTK_STACK(form->stack));
    gtk_widget_set_halign(switcher, GTK_ALIGN_CENTER);
    set_margins(switcher);
    gtk_widget_set_margin_bottom(switcher, 0);
    toolkit_describe(switcher, _("Pages"), NULL, NULL);
    add_notice(form);
    toolkit_append(form->box, switcher);
    toolkit_append(form->box, form->stack);
    add_page(form, &form->pages[page++], NULL, _("Account"));
    add_page(form, &form->pages[page++], "ipsec", "IPsec");
    add_page(form, &form->pages[page++], "l2tp", "L2TP");
    add_page(form, &form->pages[page++], "ppp", "PPP");
    toolkit_show_tree(form->box);
    return form;
}

void form_free(Form *form)
{
    /* A window that has ended before its editor has let go of all that is in it. */
    g_signal_handlers_disconnect_by_data(form->show_passwords, form);
    g_object_unref(form->show_passwords);
    if (form->notice_data)
        g_signal_handlers_disconnect_by_data(form->notice_button, form->notice_data);
    g_object_unref(form->notice_button);
    for (guint i = 0; i < FIELD_COUNT; i++)
        g_clear_pointer(&form->rows[i], row_free);
    for (guint i = 0; i < G_N_ELEMENTS(form->pages); i++)
        g_string_free(form->pages[i].mnemonics, TRUE);
    g_object_unref(form->labels);
    g_object_unref(form->box);
    g_free(form);
}

GtkWidget *form_widget(Form *form)
{
    return form->box;
}

FieldRow *form_row(Form *form, FieldId id)
{
    return form->rows[id];
}

/* --- Problems --- */

void form_clear_problems(Form *form)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (form->rows[i])
            row_set_problem(form->rows[i], NULL);
    }
    form_mark_pages(form);
}

void form_mark_pages(Form *form)
{
    gboolean marked[G_N_ELEMENTS(form->pages)] = {FALSE};

    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (form->rows[i] && row_problem(form->rows[i]))
            marked[form->row_pages[i]] = TRUE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(form->pages); i++)
        toolkit_stack_mark(form->stack, form->pages[i].child, marked[i]);
}

void form_show_notice(Form *form, const char *text, const char *details, const char *button,
                      GCallback clicked, gpointer data)
{
    gtk_label_set_text(GTK_LABEL(form->notice_label), text);
    gtk_widget_set_tooltip_text(form->notice, details);
    gtk_button_set_label(GTK_BUTTON(form->notice_button), button);
    g_signal_connect_swapped(form->notice_button, "clicked", clicked, data);
    form->notice_data = data;
    toolkit_set_shown(form->notice, TRUE);
}

void form_hide_notice(Form *form)
{
    toolkit_set_shown(form->notice, FALSE);
}
