# SPDX-License-Identifier: GPL-2.0-or-later
"""Every view of causeway-gui, as a screen reader tells of it: all that can be clicked has a name, and all that is said is in
the user's language. That is one in which our sentences stand in brackets (pseudo.py). Run by the case gui-names.

The windows of shortcuts and about the application are the toolkit's own.
"""

import os
import re
import sys

from app import ADDRESS, USER, WINDOWS, App, screenshot
from gi.repository import GLib
from atspi import key, wait
import checks
from checks import step, true
from pseudo import LANGUAGE, bracketed as _, rest

SEVERAL = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                       '../fuzz/corpus/import/apple-certificate.mobileconfig')
# What GTK calls that to which nobody gave a name.
CLASS = re.compile('^(Gtk|Adw|Causeway)[A-Z]')
# What one can do something with.
ROLES = ('push button', 'toggle button', 'check box', 'radio button', 'switch', 'text', 'password text', 'entry', 'combo box',
         'menu item', 'list item', 'link', 'spin button', 'slider', 'page tab')
# What is nobody's language, and what GTK and libadwaita say, which is not translated to ours.
DATA = re.compile('|'.join(map(re.escape, ('named', 'Certified', ADDRESS, USER, 'Causeway'))) + r'|/\S+')
OTHERS = {'lab', 'case', 'user', 'Close', 'Maximize', 'Minimize', 'Close the window', 'Maximize the window', 'Minimize the window',
          'Show Text', 'Hide Text', 'Preferences', 'No Results Found', 'Try a different search.'}
KEYS = re.compile(r'(Ctrl|Shift|Alt)\+')


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


def said(widget):
    """What is told of it; what a person has typed is not ours."""
    try:
        return [text for text in (widget.name, widget.description) if text and not CLASS.match(text)]
    except GLib.Error:  # it has gone meanwhile
        return []


def is_foreign(text):
    outside = rest(text).strip()
    return outside not in OTHERS and not KEYS.match(outside) and re.search(r'[^\W\d_]{2}', DATA.sub('', outside))


def translated(what, view):
    foreign = {text for widget in view.walk() for text in said(widget) if is_foreign(text)}
    true(f'{what}: everything is translated', not foreign, *sorted(foreign))


def visit(app, what, title, open_it, use_it=None):
    with step(f'{what} is seen'):
        open_it()
        view = app.dialog(title)
        if use_it:
            use_it(view)
        named(what, view)
        translated(what, view)
        key('Escape')
        wait(f'{what} goes', lambda: view not in app.program.look(WINDOWS))


def import_list(app):
    """Several connections in one file are shown for choice."""
    key('ctrl+o')
    app.type_path(_('Import a Connection'), SEVERAL)


def type_wrongly(editor):
    """What is wrong is said, too."""
    for label, text in (('Gateway', 'a b'), ('Name', ''), ('DNS servers', '1.2.3'), ('IPv4 routes', 'x'), ('IPv6 routes', 'x'),
                        ('Search domains', 'a..b'), ('Phase 1 algorithms', '!'), ('Password', 'x' * 300)):
        editor.find('text', re.compile(f'^⟦?{_(label)}'), showing=False).type(text)
    editor.find('list item', re.compile('“a b”'))


def menus(app):
    for button in ('Main Menu', 'Connection Menu', 'Add Connection'):
        with step(f'{button} is opened'):
            app.open_menu(_(button))
            app.window.find('menu item')
            named(button, app.window)
            translated(button, app.window)
            key('Escape')
            app.window.gone('menu item')


def main():
    app = App(language=LANGUAGE)
    app.choose('named')
    named('window', app.window)
    translated('window', app.window)
    visit(app, 'new connection', f'^{_("New Connection")}$', lambda: key('ctrl+n'))
    visit(app, 'editor', 'named', lambda: key('ctrl+e'), type_wrongly)
    visit(app, 'preferences', '^Preferences$', lambda: key('ctrl+comma'))
    visit(app, 'log', f'^{_("Log")}$', lambda: key('ctrl+l'))
    visit(app, 'question', 'named”', lambda: app.click(_('Connect')))
    app.await_line(f'^{_("Not connected")}$')
    visit(app, 'QR code', 'QR|named', lambda: app.menu(_('Connection Menu'), _('Show QR Code')))
    visit(app, 'removing', 'Remove', lambda: app.menu(_('Connection Menu'), _('Remove…')))
    visit(app, 'import', f'^{_("Import Connections")}$', lambda: import_list(app))
    menus(app)
    app.end()


with step('every view has names, in the user\'s language'):
    main()
if checks.status():
    screenshot('not-ok.png')
sys.exit(checks.status())
