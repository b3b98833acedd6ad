# SPDX-License-Identifier: GPL-2.0-or-later
"""GNOME Shell on the lab's screen, in the window manager's place, driven through accessibility as a person would.

    with Shell() as shell:
        shell.open_settings().find('label', 'VPN')

Its tree is the whole screen's: only what is showing is walked through, which keeps a look short.
"""

import os
import re
import subprocess

from gi.repository import Gio, GLib

from atspi import CALL_MS, Widget, application, bus, key, wait, write

NAME, OBJECT = 'org.gnome.Shell', '/org/gnome/Shell'
SETTINGS = (('org.gnome.shell', 'enabled-extensions', "['ubuntu-appindicators@ubuntu.com']"),
            ('org.gnome.shell', 'welcome-dialog-last-shown-version', '999'),
            ('org.gnome.desktop.interface', 'enable-animations', 'false'))
ENTRIES = ('password text', 'text')
ITEMS = ('menu item', 'check menu item')
MENUS = re.compile('^(Power Off Menu|Next month)$')  # a button of each that has no items


class Part(Widget):
    """One thing of the Shell."""

    @property
    def children(self):
        there = []
        for child in super().children:
            part = Part(child.owner, child.path)
            try:
                if part.showing:
                    there.append(part)
            except GLib.Error:  # gone meanwhile
                continue
        return there

    @property
    def showing(self):
        return self.has('showing', 'visible')

    def toolkit(self):
        """None of GTK's; the mouse finds it as it does GTK 3's, on the screen."""
        return 3


class Shell(Part):
    def __init__(self):
        bus()
        for words in SETTINGS:
            subprocess.run(['gsettings', 'set', *words], check=True)
        # It has told that there is nobody to unlock the screen.
        told = os.path.expanduser('~/.local/share/gnome-shell/lock-warning-shown')
        os.makedirs(os.path.dirname(told), exist_ok=True)
        open(told, 'wb').close()
        self.log = open(os.path.join(os.environ['XDG_RUNTIME_DIR'], 'gnome-shell.log'), 'wb')
        self.process = subprocess.Popen(['gnome-shell', '--x11', '--replace', '--sm-disable'], stdout=self.log,
                                        stderr=self.log)
        try:
            seen = application(pid=self.process.pid)
            super().__init__(seen.owner, seen.path)
            # It begins with all windows side by side, after a while.
            wait('the overview', lambda: self.in_overview())
            wait('no overview', lambda: self.leave_overview())
        except AssertionError:
            self.end()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.end()

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    # --- its own settings

    def property(self, method, signature, *arguments):
        return Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
            NAME, OBJECT, 'org.freedesktop.DBus.Properties', method, GLib.Variant(signature, (NAME, *arguments)), None, 0,
            CALL_MS)

    def in_overview(self):
        return self.property('Get', '(ss)', 'OverviewActive').unpack()[0]

    def leave_overview(self):
        self.property('Set', '(ssv)', 'OverviewActive', GLib.Variant('b', False))
        return not self.in_overview()

    # --- quick settings

    def menu(self):
        """The one in the corner, opened."""
        if not self.look('push button', 'Power Off Menu'):
            self.find('menu', 'System').click()
        self.find('push button', 'Power Off Menu')
        return self

    def toggle(self, name):
        """A switch of the menu, by the words on it."""
        return self.menu().find('toggle button', where=lambda button: button.look('label', name))

    def close(self):
        """Whatever menu is open."""
        def question():
            there = self.look('push button', MENUS) or self.look(ITEMS)
            if there:
                key('Escape')
            return not there
        wait('no menu', question, on_failure=self.dump)

    # --- what it asks

    def entries(self, dialog):
        return dialog.look(ENTRIES, where=lambda entry: entry.has('editable'))

    def question(self, words):
        """Its dialog that says so, once what is typed goes there."""
        dialog = self.find('dialog', where=lambda dialog: dialog.look('label', words))
        dialog.find(ENTRIES, where=lambda entry: entry.has('focused', 'editable'))
        return dialog

    def answer(self, dialog, *texts):
        """Types into its fields, from one to the next, and Return once that means something."""
        entries = self.entries(dialog)
        connect = dialog.find('push button', 'Connect')
        for number, (entry, text) in enumerate(zip(entries, texts)):
            if number:
                key('Tab')
            entry.await_state('focused')
            write(text)
            wait(f'{len(text)} letters', lambda: entry.get('Text', 'CharacterCount') == len(text))
        connect.await_state('sensitive')
        key('Return')
        self.goes(dialog)

    def cancel(self, dialog):
        dialog.find('push button', 'Cancel').click()
        self.goes(dialog)

    def goes(self, dialog):
        def question():
            try:
                return not dialog.showing
            except GLib.Error:
                return True
        wait('the dialog goes', question, on_failure=self.dump)

    # --- what it tells

    def notification(self, title, words):
        """In the list behind the clock, where it stays."""
        if not self.look('label', 'Clear'):
            key('super+v')
        return self.find('notification', where=lambda one: one.look('label', title) and one.look('label', words))
