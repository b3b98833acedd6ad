# SPDX-License-Identifier: GPL-2.0-or-later
"""causeway-gui when something is wrong or missing, and the way out of it. Run by the case gui-recovers."""

import re
import sys

from app import PASSWORD, App, screenshot
import checks
from checks import ok, step, true

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


def main():
    app = App()
    with step('a wrong password'):
        put_right(app, 'slip', REFUSED, 'Password', PASSWORD, 'authentication-refused')
    with step('a wrong password of NetworkManager'):
        put_right(app, 'managed', REFUSED, 'Password', PASSWORD, 'authentication-refused')
    with step('asked each time'):
        asked_each_time(app)
    app.end()


with step('the window helps out of what is wrong'):
    main()
if checks.status():
    screenshot('not-ok.png')
sys.exit(checks.status())
