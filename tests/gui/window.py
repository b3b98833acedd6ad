# SPDX-License-Identifier: GPL-2.0-or-later
"""causeway-gui against the real service, the real NetworkManager and a real gateway, as a person uses it; first without a mouse.

What is made here goes to NetworkManager, and its key and password to the keyring; a connection of causewayd's own comes by the
case. Run by the case gui-connects.
"""

import os
import re
import socket
import sys

from app import ADDRESS, PASSWORD, PSK, USER, WINDOWS, App, please, screenshot
from atspi import key, wait, write
import checks
from checks import equal, ok, step, true

INNER = os.environ['INNER_HOST']
STAGES = ('Agreeing on encryption…', 'Opening the tunnel…', 'Setting up the link…', 'Logging in…')


def await_status(window, pattern, what):
    window.find('label', re.compile(pattern))
    ok(what)


# --- By the keyboard alone

def focused(widget):
    found = widget.look(where=lambda one: one.has('focused'))
    return found[-1] if found else None


def focus_on(widget, name):
    wait(f'the focus is on {name}', lambda: (now := focused(widget)) and now.name.startswith(name), 30, widget.dump)


def tab_to(widget, name, most=25):
    for _ in range(most):
        if (now := focused(widget)) is not None and now.name.startswith(name):
            return
        key('Tab')
        wait('the focus moves', lambda now=now: focused(widget) != now, 20, widget.dump)
    raise AssertionError(f'Tab does not lead to {name!r}: {focused(widget)!r}')


def four_fields(app):
    """The first start says what is needed; Enter would do for each field, who hears the screen goes by Tab, over the
    buttons that show a password."""
    app.window.find('label', 'Welcome to Causeway')
    screenshot('empty.png')
    focus_on(app.window, 'New Connection')
    key('Return')
    dialog = app.dialog('^New Connection$')
    rows = (('Gateway (server name or address)', ADDRESS, 1), ('Shared key (PSK)', 'not the key', 2), ('User name', USER, 1),
            ('Password', PASSWORD, 0))
    for _, text, tabs in rows:
        write(text)
        key(*['Tab'] * tabs) if tabs else None
    for name, text, _ in rows:
        entry = dialog.find('text', name)
        wait(f'{name} holds what was typed', lambda entry=entry, text=text: len(entry.text) == len(text), 20, dialog.dump)
    screenshot('new.png')
    key('Return')
    app.row(ADDRESS)
    ok('four fields and Enter make a connection')


def by_keys(app):
    window = app.window
    four_fields(app)
    focus_on(window, 'Connect')
    key('Return')
    await_status(window, '^The pre-shared key is not the gateway', 'a wrong shared key is told')
    screenshot('failed-key.png')
    tab_to(window, 'Type “Shared key” Again…')
    key('Return')
    app.question(ADDRESS)
    write(PSK)
    key('Return')
    await_status(window, '^Connected for', 'the button leads to the shared key, and that connects')
    key('ctrl+Return')
    await_status(window, '^Not connected$', 'a key disconnects')
    key('ctrl+Return')
    await_status(window, '^Connected for', 'the shared key is right from then on')
    key('ctrl+Return')
    app.await_disconnected()
    tab_to(window, f'{ADDRESS}, ')
    key('Delete')
    question = app.dialog('^Remove')
    tab_to(question, 'Remove')
    key('Return')
    window.find('label', 'Welcome to Causeway')
    focus_on(window, 'New Connection')
    ok('removed, there is nothing again')


def given_up(app):
    """In each stage, or where it has come to when the button is pressed."""
    for number, stage in enumerate(STAGES):
        app.click('Connect')
        app.window.find('label', re.compile('^(' + '|'.join([*STAGES[number:], 'Setting up', 'Connected for']) + ')'))
        button = app.window.find('push button', re.compile('^(Cancel|Disconnect)$'))
        button.click()
        app.await_disconnected()
        true(f'given up at "{stage}", it is no failure', not app.has_line('^Connection failed$'))


def add(program, window, name, password):
    key('ctrl+n')
    dialog = program.find(('frame', 'dialog', 'window'), 'New Connection')
    dialog.find('text', re.compile('^Gateway')).type(ADDRESS)
    dialog.find(('password text', 'text'), re.compile('^Shared key')).type(PSK)
    dialog.find('text', 'User name').type(USER)
    dialog.find(('password text', 'text'), 'Password').type(password)
    dialog.find('text', 'Name of the connection').type(name)
    screenshot('new.png')
    dialog.find('push button', 'Add').click()
    window.find('label', name)


def main():
    app = App()
    program, window = app.program, app.window
    with step('by the keyboard alone'):
        by_keys(app)
    equal('there is a connection', 0, please('again'))
    window.find('label', 'lab')
    screenshot('start.png')
    ok('the ready connection is shown')

    window.find('push button', 'Connect').click()
    await_status(window, '^Connected for', 'it connects')
    before = window.find('label', re.compile('in total$')).name
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(50):
            try:
                sender.sendto(bytes(1000), (INNER, 9))
            except ConnectionRefusedError:  # the host behind the gateway has said so: it was reached
                pass
    wait('the counts go on', lambda: window.find('label', re.compile('in total$')).name != before)
    ok('traffic is counted')
    screenshot('connected.png')
    window.find('push button', 'Disconnect').click()
    await_status(window, '^Not connected$', 'it disconnects')
    with step('given up'):
        given_up(app)

    add(program, window, 'mistyped', 'not the password')
    ok('four fields make a connection')
    window.find('push button', 'Connect').click()
    await_status(window, '^The gateway does not accept', 'a wrong password is told')
    screenshot('failed.png')
    window.find('push button', re.compile('^Type “Password”')).click()
    dialog = program.find(('dialog', 'frame', 'window'), re.compile('mistyped'))
    dialog.find(('password text', 'text'), 'Password').type(PASSWORD)
    key('Return')
    await_status(window, '^Connected for', 'the button leads to the password, and that connects')
    window.find('push button', 'Disconnect').click()
    await_status(window, '^Not connected$', 'it disconnects, too')
    app.end()


with step('the window does all that was asked of it'):
    main()
if checks.status():
    screenshot('not-ok.png')
sys.exit(checks.status())
