# SPDX-License-Identifier: GPL-2.0-or-later
"""causeway-gui when something is wrong or missing, and the way out of it. Run by the case gui-recovers."""

import re
import sys

from app import PASSWORD, USER, App, please, screenshot
from atspi import key, wait
import checks
from checks import equal, ok, step, true

NOT_ALLOWED = '^You are not allowed to do this'
REFUSED = '^The gateway does not accept'


def put_right(app, name, sentence, title, secret, code):
    """Told, with all that helps; typed again; connected; and right from then on."""
    app.choose(name).click('Connect')
    app.await_line(sentence)
    true(f'{name}: it says what to do', app.has_line('^Type the (password|shared key) again'))
    app.click('Copy Details')
    screenshot(f'failed-{name}.png')
    app.click(re.compile(f'^Type “{title}” Again'))
    app.answer(name, **{title.replace(' ', '_'): secret})
    app.await_connected()
    ok(f'{name}: the button leads to the field, and what is typed there connects')
    details = app.pasted()
    true(f'{name}: the details name gateway and reason', code in details and name in details, details)
    app.click('Disconnect').await_disconnected()
    app.click('Connect').await_connected()
    ok(f'{name}: it is right from then on')
    app.click('Disconnect').await_disconnected()


def asked_each_time(app):
    app.choose('ask').click('Connect')
    app.question('ask').find('push button', re.compile('Cancel$')).click()
    app.await_disconnected()
    ok('a question that is cancelled is no failure')
    for _ in range(2):
        app.click('Connect')
        app.answer('ask', Password=PASSWORD)
        app.await_connected()
        app.click('Disconnect').await_disconnected()
    ok('a password that is stored nowhere is asked for each time')
    app.click('Connect')
    dialog = app.question('ask')
    dialog.find(('switch', 'check box', 'toggle button'), 'Remember in my keyring').check()
    app.answer('ask', Password=PASSWORD)
    app.await_connected()
    app.click('Disconnect').await_disconnected()
    app.click('Connect').await_connected()
    ok('once it is to be remembered it is asked for no more')
    app.click('Disconnect').await_disconnected()


def shows(name, setting):
    return please(f"as-user causeway show {name} | grep -qx '{setting}'") == 0


def not_allowed(app, name):
    """To connect, nor to change; what was typed meanwhile, and what was there, is not lost."""
    equal(f'{name}: polkit takes a rule', 0, please('refuse_all'))
    try:
        app.choose(name).click('Connect')
        app.await_line(NOT_ALLOWED)
        ok(f'{name}: who may not connect is told so, where it stays')
        screenshot(f'not-allowed-{name}.png')
        key('ctrl+e')
        editor = app.dialog(f'^{name}$')
        mtu = editor.find('text', re.compile(r'^MTU \('), showing=False).type('1234')
        editor.find('push button', 'Save').await_state('sensitive').click()
        editor.find('label', re.compile(NOT_ALLOWED))
        screenshot(f'not-saved-{name}.png')
        editor.find('push button', 'Save').await_state('sensitive')
        equal(f'{name}: who may not save is told so, and what was typed is there', '1234', mtu.text)
        true(f'{name}: the settings are as they were', shows(name, f'ppp.user={USER}')
             and not shows(name, 'ppp.mtu=1234'))
    finally:
        equal(f'{name}: polkit forgets the rule', 0, please('refuse_nothing'))
    editor.find('push button', 'Save').click()
    app.program.gone(('frame', 'dialog'), name)
    wait('it is saved', lambda: shows(name, 'ppp.mtu=1234'))
    ok(f'{name}: once it is allowed it is saved')
    app.click('Try Again').await_connected()
    ok(f'{name}: and connects, with the password that it had')
    app.click('Disconnect').await_disconnected()


def main():
    app = App()
    with step('a wrong password'):
        put_right(app, 'slip', REFUSED, 'Password', PASSWORD, 'authentication-refused')
    with step('a wrong password of NetworkManager'):
        put_right(app, 'managed', REFUSED, 'Password', PASSWORD, 'authentication-refused')
    with step('asked each time'):
        asked_each_time(app)
    for name in ('good', 'managed'):
        with step(f'{name}: not allowed'):
            not_allowed(app, name)
    app.end()


with step('the window helps out of what is wrong'):
    main()
if checks.status():
    screenshot('not-ok.png')
sys.exit(checks.status())
