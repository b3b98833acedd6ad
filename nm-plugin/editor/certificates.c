/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates and keys in libnma's chooser, with what it lacks: a way back to none. */
#include "certificates.h"

#include <glib/gi18n-lib.h>
#include <libnma/nma-cert-chooser.h>
#include <string.h>

#include "toolkit.h"

#define PKCS11 "pkcs11:"
#define LINES_MAX 8 /* more than libnma's grid has */

/* The lines of the chooser's own grid, in the order in which libnma has them. */
static const int lines[] = {[CERTIFICATE_PART_CERTIFICATE] = 0, [CERTIFICATE_PART_KEY] = 2};

static void clear(GtkWidget *chooser, CertificatePart part)
{
    certificates_set(chooser, part, "");
    g_signal_emit_by_name(chooser, "changed");
}

static void clear_certificate(GtkWidget *chooser)
{
    clear(chooser, CERTIFICATE_PART_CERTIFICATE);
}

static void clear_key(GtkWidget *chooser)
{
    clear(chooser, CERTIFICATE_PART_KEY);
}

/* libnma shows its own fields for passphrases again whenever a key is set, and has the key wait
 * until a certificate was picked by hand. */
static void show_parts_only(GtkWidget *chooser)
{
    for (int line = 0; line <= LINES_MAX; line++) {
        gboolean part = line == lines[CERTIFICATE_PART_CERTIFICATE] ||
                        line == lines[CERTIFICATE_PART_KEY];
        for (int column = 0; column <= 1; column++) {
            GtkWidget *child = gtk_grid_get_child_at(GTK_GRID(chooser), column, line);
            if (child && !part)
                toolkit_set_shown(child, FALSE);
            else if (child)
                gtk_widget_set_sensitive(child, TRUE);
        }
    }
}

static void add_clear_button(GtkWidget *chooser, CertificatePart part, const char *name)
{
    GtkWidget *button = toolkit_icon_button_new("edit-clear-symbolic", name);

    g_signal_connect_swapped(button, "clicked",
                             part == CERTIFICATE_PART_KEY ? G_CALLBACK(clear_key)
                                                          : G_CALLBACK(clear_certificate),
                             chooser);
    gtk_grid_attach(GTK_GRID(chooser), button, 2, lines[part], 1, 1);
}

static void release(GtkTreeModel *model, GtkTreePath *path, GtkTreeIter *row, GtkWidget *chooser)
{
    g_signal_handlers_disconnect_by_func(model, release, chooser);
    g_object_unref(chooser);
}

/* libnma up to 1.10.6 looks for tokens as soon as there is a chooser, and writes what it found
 * into the chooser's list whether or not that is still there (fixed in its commit 9615820a).  So
 * the chooser is kept until the first token, or the line above them, has come. */
static void keep_until_tokens_came(GtkWidget *chooser, CertificatePart part)
{
    GtkWidget *combo = toolkit_find_combo(certificates_button(chooser, part));

    if (combo)
        g_signal_connect(gtk_combo_box_get_model(GTK_COMBO_BOX(combo)), "row-inserted",
                         G_CALLBACK(release), g_object_ref(chooser));
}

GtkWidget *certificates_chooser_new(const char *title, gboolean with_key)
{
    /* The passphrase is a field of its own: it is needed beside a PKCS#12 file too, for which
     * libnma's is switched off. */
    GtkWidget *chooser = nma_cert_chooser_new(
        title, NMA_CERT_CHOOSER_FLAG_NO_PASSWORDS | (with_key ? 0 : NMA_CERT_CHOOSER_FLAG_CERT));

    gtk_grid_set_column_spacing(GTK_GRID(chooser), 12);
    gtk_grid_set_row_spacing(GTK_GRID(chooser), 6);
    add_clear_button(chooser, CERTIFICATE_PART_CERTIFICATE, _("Use no certificate"));
    if (with_key)
        add_clear_button(chooser, CERTIFICATE_PART_KEY, _("Use no private key"));
    show_parts_only(chooser);
    g_object_ref_sink(chooser);
    keep_until_tokens_came(chooser, CERTIFICATE_PART_CERTIFICATE);
    keep_until_tokens_came(chooser, CERTIFICATE_PART_KEY);
    return chooser;
}

void certificates_attached(GtkWidget *chooser, GtkWidget *parent)
{
    toolkit_let_outlive(chooser, parent);
}

void certificates_join(GtkWidget *chooser, GtkSizeGroup *labels)
{
    /* Not by libnma's own function: it adds labels too that are not shown here. */
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        GtkWidget *label = certificates_label(chooser, (CertificatePart)i);
        if (label && gtk_widget_get_visible(label))
            gtk_size_group_add_widget(labels, label);
    }
}

GtkWidget *certificates_button(GtkWidget *chooser, CertificatePart part)
{
    return gtk_grid_get_child_at(GTK_GRID(chooser), 1, lines[part]);
}

GtkWidget *certificates_label(GtkWidget *chooser, CertificatePart part)
{
    return gtk_grid_get_child_at(GTK_GRID(chooser), 0, lines[part]);
}

char *certificates_get(GtkWidget *chooser, CertificatePart part)
{
    NMSetting8021xCKScheme scheme;
    char *text = part == CERTIFICATE_PART_KEY
                     ? nma_cert_chooser_get_key(NMA_CERT_CHOOSER(chooser), &scheme)
                     : nma_cert_chooser_get_cert(NMA_CERT_CHOOSER(chooser), &scheme);

    return text ? text : g_strdup("");
}

void certificates_set(GtkWidget *chooser, CertificatePart part, const char *text)
{
    g_autofree char *uri = NULL;

    /* What is neither a path nor a token's object can only stay away; libnma has no place for
     * it.  A path must be escaped, as it is unescaped when it is read back. */
    if (g_str_has_prefix(text, PKCS11))
        uri = g_strdup(text);
    else if (g_path_is_absolute(text))
        uri = g_filename_to_uri(text, NULL, NULL);
    if (part == CERTIFICATE_PART_KEY)
        nma_cert_chooser_set_key_uri(NMA_CERT_CHOOSER(chooser), uri);
    else
        nma_cert_chooser_set_cert_uri(NMA_CERT_CHOOSER(chooser), uri);
    show_parts_only(chooser);
}

/* libnma puts it into its own fields, which are not shown. */
char *certificates_take_pin(GtkWidget *chooser)
{
    NMACertChooser *pins = NMA_CERT_CHOOSER(chooser);
    const char *key = nma_cert_chooser_get_key_password(pins);
    const char *certificate = nma_cert_chooser_get_cert_password(pins);
    char *pin = g_strdup(key ? key : certificate);

    if (key)
        nma_cert_chooser_set_key_password(pins, "");
    if (certificate)
        nma_cert_chooser_set_cert_password(pins, "");
    return pin;
}
