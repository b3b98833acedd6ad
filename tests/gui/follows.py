# SPDX-License-Identifier: GPL-2.0-or-later
"""causeway-gui beside others who connect and disconnect, and when things go under its feet. Run by gui-follows."""

import sys

from app import PASSWORD, PSK, WINDOWS, App, please, screenshot
from atspi import key, wait
import checks
from checks import equal, ok, step, true


def begun_elsewhere(app, name, up, is_up):
    app.choose(name)
    equal(f'{name}: is begun elsewhere', 0, please(up))
    app.await_connected()
    ok(f'{name}: what was begun elsewhere is seen')
    app.click('Disconnect').await_disconnected()
    true(f'{name}: and can be stopped', please(is_up) != 0)


def log_of(app, name):
    """Its lines, by the key for it; the window stays."""
    app.choose(name)
    key('ctrl+l')
    log = app.dialog('^Log$')
    log.find('label', name)
    return log, log.find('text', 'Log')


def close(app, window):
    key('Escape')
    wait('the window goes', lambda: window not in app.program.look(WINDOWS))


def log_shown(app, name):
    log, text = log_of(app, name)
    wait('the log has lines', lambda: 'connected' in text.text)
    ok(f'{name}: the log is shown')
    true(f'{name}: no secret is in the log', PSK not in text.text and PASSWORD not in text.text)
    return log, text


def lost_and_found(app):
    app.choose('case')
    key('ctrl+Return')
    app.await_connected()
    ok('a key connects')
    for title in ('Addresses', 'Interface', 'MTU', 'Data Path', 'Log-In Method'):
        app.window.find('label', title)
    please('at net ip link set gateway down')
    app.await_line('^Connection lost, reconnecting…')
    ok('a lost gateway is told')
    screenshot('reconnecting.png')
    please('at net ip link set gateway up')
    app.await_connected()
    app.window.find('label', 'Reconnections')
    app.window.find('label', '1')
    ok('it comes back, and that is counted')


def killed(app):
    log, text = log_of(app, 'case')
    wait('the log has lines', lambda: 'connected' in text.text)
    please('stop_causewayd KILL')
    app.await_line('^Causeway’s service ended unexpectedly')
    ok('a service that was killed is told')
    close(app, log)
    app.click('Try Again').await_connected()
    ok('it is there again, and connects')
    log, text = log_of(app, 'case')
    app.window.find('push button', 'Disconnect').click()
    wait('the log goes on', lambda: 'disconnect' in text.text)
    ok('its log is read on')
    close(app, log)
    app.await_disconnected()


def main():
    app = App()
    with step('begun by causeway'):
        begun_elsewhere(app, 'case', 'timeout 60 causeway up case', 'causeway status case | grep -qw connected')
    with step('begun by nmcli'):
        begun_elsewhere(app, 'managed', 'timeout 60 nmcli connection up managed',
                        'nmcli -g NAME connection show --active | grep -q managed')
    with step('logs'):
        for name in ('case', 'managed'):
            log, _ = log_shown(app, name)
            close(app, log)
    with step('lost and found'):
        lost_and_found(app)
    with step('killed'):
        killed(app)
    app.end()


with step('the window follows'):
    main()
if checks.status():
    screenshot('not-ok.png')
sys.exit(checks.status())
