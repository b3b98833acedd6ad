# SPDX-License-Identifier: GPL-2.0-or-later
"""Every view of causeway-gui, as a screen reader tells of it. Run by the case gui-names.

The windows of shortcuts and about the application are the toolkit's own.
"""

import os
import re
import sys

from app import WINDOWS, App, screenshot
from atspi import key, wait
import checks
from checks import step, true

SEVERAL = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                       '../fuzz/corpus/import/apple-certificate.mobileconfig')
# What GTK calls that to which nobody gave a name.
CLASS = re.compile('^(Gtk|Adw|Causeway)[A-Z]')
# What one can do something with.
ROLES = ('push button', 'toggle button', 'check box', 'radio button', 'switch', 'text', 'password text', 'entry', 'combo box',
         'menu item', 'list item', 'link', 'spin button', 'slider', 'page tab')


def place(widget):
    """The way to it, to find it by."""
    parts = []
    while widget is not None and len(parts) < 8:
        parts.append(repr(widget))
        widget = widget.parent
    return ' in '.join(parts)


def is_inside(widget):
    """What a combo box is made of."""
    while (widget := widget.parent) is not None:
        if widget.role == 'combo box':
            return True
    return False


def named(what, view):
    there = [one for one in view.look(ROLES) if one.has('sensitive') and not is_inside(one)]
    nameless = [one for one in there if not one.name or CLASS.match(one.name)]
    true(f'{what}: everything has a name', there and not nameless,
         *(f'\n{place(one)}: {[inner.name for inner in one.walk() if inner.name]}' for one in nameless))


def visit(app, what, title, open_it):
    with step(f'{what} is seen'):
        open_it()
        view = app.dialog(title)
        named(what, view)
        key('Escape')
        wait(f'{what} goes', lambda: view not in app.program.look(WINDOWS))


def import_list(app):
    """Several connections in one file are shown for choice."""
    key('ctrl+o')
    app.type_path('Import a Connection', SEVERAL)


def menus(app):
    for button in ('Main Menu', 'Connection Menu', 'Add Connection'):
        with step(f'{button} is opened'):
            app.open_menu(button)
            app.window.find('menu item')
            named(button, app.window)
            key('Escape')
            app.window.gone('menu item')


def main():
    app = App()
    app.choose('named')
    named('window', app.window)
    visit(app, 'new connection', '^New Connection$', lambda: key('ctrl+n'))
    visit(app, 'editor', 'named', lambda: key('ctrl+e'))
    visit(app, 'preferences', '^Preferences$', lambda: key('ctrl+comma'))
    visit(app, 'log', '^Log$', lambda: key('ctrl+l'))
    visit(app, 'question', 'named”', lambda: app.click('Connect'))
    app.await_disconnected()
    visit(app, 'QR code', 'QR|named', lambda: app.menu('Connection Menu', 'Show QR Code'))
    visit(app, 'removing', 'Remove', lambda: app.menu('Connection Menu', 'Remove…'))
    visit(app, 'import', '^Import Connections$', lambda: import_list(app))
    menus(app)
    app.end()


with step('every view has names'):
    main()
if checks.status():
    screenshot('not-ok.png')
sys.exit(checks.status())
