/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was changed on the machine and not taken back yet: one small file per change, written
 * before the change is made and removed after it is undone, so that somebody else can undo it
 * when its maker was killed.  It lives in /run: a reboot undoes everything by itself. */
#pragma once

#include <glib.h>

typedef struct Journal Journal;

/* Makes the folder when it is not there (mode 0700). */
Journal *journal_open(const char *folder, GError **error);
void journal_free(Journal *journal);
/* Records a change of a kind with what is needed to undo it (floating a{sv}, consumed).
 * Returns its number, never 0, or 0 with an error: then the change must not be made. */
guint64 journal_add(Journal *journal, const char *kind, GVariant *details, GError **error);
/* The change was undone, or has not been made after all.  0 is let through. */
void journal_remove(Journal *journal, guint64 number);

/* Undoes one change, made or not; TRUE when it does not exist any longer. */
typedef gboolean (*JournalUndo)(const char *kind, GVariant *details, gpointer user_data);
/* Undoes every entry, newest first, and forgets those that are undone.  Entries that cannot be
 * read are dropped with a warning: nobody could undo them.  Returns how many are left. */
guint journal_undo(Journal *journal, JournalUndo undo, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Journal, journal_free)
