/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates and keys, chosen in libnma's chooser: files, and objects of PKCS#11 tokens. */
#pragma once

#include <gtk/gtk.h>

typedef enum {
    CERTIFICATE_PART_CERTIFICATE,
    CERTIFICATE_PART_KEY,
} CertificatePart;

/* `title` is put before "certificate" and "private key" in libnma's own labels. */
/* A reference that is the caller's. */
GtkWidget *certificates_chooser_new(const char *title, gboolean with_key);
/* To be told where it was put. */
void certificates_attached(GtkWidget *chooser, GtkWidget *parent);
/* Labels in the group are equally wide. */
void certificates_join(GtkWidget *chooser, GtkSizeGroup *labels);
/* The button that opens the dialog. */
GtkWidget *certificates_button(GtkWidget *chooser, CertificatePart part);
/* Its label, which libnma makes. */
GtkWidget *certificates_label(GtkWidget *chooser, CertificatePart part);
/* A path, or a URI that begins with "pkcs11:"; "" for none. */
char *certificates_get(GtkWidget *chooser, CertificatePart part);
void certificates_set(GtkWidget *chooser, CertificatePart part, const char *text);
/* The PIN with which a token was opened in the dialog, if it is to be remembered; NULL otherwise,
 * and from the second call on.  To be freed with secret_string_free(). */
char *certificates_take_pin(GtkWidget *chooser);
