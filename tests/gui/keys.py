# SPDX-License-Identifier: GPL-2.0-or-later
"""causeway-gui by the keyboard alone, and what is pasted into it or dropped on it. Run by the case gui-obeys-keys."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

from app import WINDOWS, App, please, screenshot
from atspi import key, launch, wait
import checks
from checks import equal, ok, step, true

HERE = os.path.dirname(os.path.realpath(__file__))
SAMPLES = os.path.join(HERE, '../fuzz/corpus/import')
FOLDER = tempfile.mkdtemp()
COMMAND = ('Add-VpnConnection -Name "{}" -ServerAddress paste.example.com -TunnelType L2tp -L2tpPsk "k ey" '
           '-AuthenticationMethod Pap')


def focus_is(app, role, name):
    wait(f'the focus is on {role} {name}', lambda: any(
        re.search(name, one.name) for one in app.window.look(role, where=lambda one: one.has('focused'))),
        10, app.window.dump)


def gone(app, view):
    wait('it goes', lambda: view not in app.program.look(WINDOWS), on_failure=app.program.dump)


# --- Windows and menus

def opened_and_closed(app, what, opening, title, *closings):
    """By each of these keys; the focus is where it was."""
    for closing in closings:
        key(opening)
        view = app.dialog(title)
        key(closing)
        gone(app, view)
        focus_is(app, 'list item', '^first, ')
    ok(f'{what}: {opening} opens it, {" and ".join(closings)} close it, and the focus is back')


def windows(app):
    for arguments in (('new connection', 'ctrl+n', '^New Connection$', 'Escape', 'ctrl+w'),
                      ('editor', 'ctrl+e', '^first$', 'Escape', 'ctrl+w'),
                      ('preferences', 'ctrl+comma', '^Preferences$', 'Escape', 'ctrl+w'),
                      ('log', 'ctrl+l', '^Log$', 'Escape', 'ctrl+w'),
                      ('removing', 'Delete', 'Remove', 'Escape'),
                      ('keys', 'F1', 'hortcuts', 'Escape'), ('keys', 'ctrl+question', 'hortcuts', 'Escape')):
        with step(f'{arguments[0]} by {arguments[1]}'):
            opened_and_closed(app, *arguments)


def menus(app):
    for opening, item in (('F10', 'Preferences'), ('Menu', 'Edit…'), ('shift+F10', 'Edit…')):
        with step(f'the menu by {opening}'):
            key(opening)
            app.window.find('menu item', item)
            key('Escape')
            app.window.gone('menu item')
    focus_is(app, 'list item', '^first, ')
    key('Menu', 'Return')
    editor = app.dialog('^first$')
    ok('what is chosen from the menu of the list happens')
    key('Escape')
    gone(app, editor)
    focus_is(app, 'list item', '^first, ')
    app.row('further').click_with_mouse(3)
    app.window.find('menu item', 'Edit…')
    key('Escape')
    app.window.gone('menu item')
    true('the other button of the mouse chooses what its menu is for', app.row('further').has('selected'))


def filters(app):
    """Escape ends the search first, then the window; always."""
    for opening, title, entry in (('ctrl+l', '^Log$', 'Search'), ('ctrl+e', '^first$', 'Search')):
        for _ in range(2):
            key(opening)
            view = app.dialog(title)
            key('ctrl+f')
            wait('the search has the focus', lambda view=view: view.look('entry', where=lambda one: one.has('focused')))
            key('x', 'Escape')
            wait('the search goes', lambda view=view: not view.look('entry', where=lambda one: one.has('focused')))
            true(f'{title}: the window stays', view in app.program.look(WINDOWS))
            key('Escape')
            gone(app, view)
        ok(f'{title}: Escape ends a search, and once more the window')


def list_by_keys(app):
    key('Down')
    wait('the next is chosen', lambda: app.row('further').has('selected'))
    please('own_profile aaa "" x ipsec.enabled=no')
    app.row('aaa')
    true('it stays so when another one comes', app.row('further').has('selected'))
    please('as-user causeway remove aaa')
    wait('the other one goes', lambda: not app.window.look('list item', re.compile('^aaa, ')))
    key('Up')
    wait('the one before is chosen', lambda: app.row('first').has('selected'))
    focus_is(app, 'list item', '^first, ')


# --- What is brought

def clip(text):
    subprocess.run(['xclip', '-selection', 'clipboard'], input=text, text=True, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def taken(app, name, gateway):
    """The form shows it; given up."""
    dialog = app.dialog('^New Connection$')
    equal(f'{name}: the gateway is shown', gateway, dialog.find('text', re.compile('^Gateway')).text)
    equal(f'{name}: the name is shown', name, dialog.find('text', 'Name of the connection').text)
    key('Escape')
    gone(app, dialog)


TEXT = """<interface><object class="GtkWindow" id="window"><property name="title">Source</property><property
name="default-width">300</property><child>
<object class="GtkEntry" id="text"><property name="visible">1</property><property name="text">{}</property></object></child>
</object></interface>"""
FILES = """<interface><object class="GtkWindow" id="window"><property name="title">Source</property><property
name="default-width">380</property><property name="default-height">300</property><child><object
class="GtkFileChooserWidget" id="chooser"><property name="visible">1</property></object></child></object></interface>"""


@contextlib.contextmanager
def source(ui):
    """Another program's window, with something in it that can be dragged."""
    file = os.path.join(FOLDER, 'source.ui')
    with open(file, 'w', encoding='utf-8') as out:
        out.write(ui)
    program = launch(['gtk-builder-tool', 'preview', file], cwd=FOLDER, stderr=subprocess.DEVNULL)
    window = program.find('frame', 'Source')
    number = subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', '^Source$'], check=True, capture_output=True,
                            text=True).stdout.split()[0]
    # Beside ours, as far as there is room.
    subprocess.run(['xdotool', 'windowmove', '--sync', number, '880', '560', 'windowraise', number], check=True)
    try:
        yield window
    finally:
        program.end()


def drag(app, x, y):
    """From there into the middle of our window. Let go too early it is not taken: then once more, as a person would."""
    to_x, to_y = app.window.find('push button', 'Connect').middle()
    for attempt in range(5):
        subprocess.run(['xdotool', 'mousemove', str(x), str(y), 'mousedown', '1'], check=True)
        for part in range(1, 11):
            subprocess.run(['xdotool', 'mousemove', '--sync', str(x + (to_x - x) * part // 10),
                            str(y + (to_y - y) * part // 10)], check=True)
        app.window.look('label')  # it has had the time to say that it would take it
        subprocess.run(['xdotool', 'mouseup', '1'], check=True)
        try:
            return app.program.find(WINDOWS, 'New Connection', 4)
        except AssertionError:
            print(f'# not taken, {attempt}', flush=True)
    raise AssertionError('it is not taken')


def dropped_file(app, sample, name, gateway):
    shutil.copy(os.path.join(SAMPLES, sample), FOLDER)
    with step(f'{sample} is dropped'), source(FILES) as window:
        cell = window.find('table cell', sample)
        drag(app, *cell.middle())
        taken(app, name, gateway)
    os.remove(os.path.join(FOLDER, sample))


def dropped_text(app):
    with step('a text is dropped'), source(TEXT.format(COMMAND.format('Dropped').replace('"', '&quot;'))) as window:
        text = window.find('text')
        text.click_with_mouse()
        key('ctrl+a')
        drag(app, *text.middle())
        taken(app, 'Dropped', 'paste.example.com')


def dropped(app):
    subprocess.run(['gsettings', 'set', 'org.gtk.Settings.FileChooser', 'startup-mode', 'cwd'], check=True)
    dropped_file(app, 'apple-signed.mobileconfig', 'Signed', 'vpn.example.net')
    dropped_file(app, 'kde.nmconnection', "KDE's one", 'vpn.example.com')
    dropped_text(app)
    subprocess.run(['gsettings', 'reset', 'org.gtk.Settings.FileChooser', 'startup-mode'], check=True)


def main():
    app = App()
    app.row('first')
    focus_is(app, 'list item', '.')
    app.choose('first')
    with step('windows by the keyboard'):
        windows(app)
    with step('menus by the keyboard'):
        menus(app)
    app.choose('first')
    with step('searches by the keyboard'):
        filters(app)
    with step('the list by the keyboard'):
        list_by_keys(app)
    with step('a text is pasted with Ctrl+V'):
        clip('Hello!\n' + COMMAND.format('Pasted') + '\n')
        key('ctrl+v')
        taken(app, 'Pasted', 'paste.example.com')
    with step('what is dragged from another window'):
        dropped(app)
    app.end()


with step('the window obeys the keyboard'):
    main()
if checks.status():
    screenshot('not-ok.png')
sys.exit(checks.status())
