# SPDX-License-Identifier: GPL-2.0-or-later
"""causeway-gui beside others who connect and disconnect, and when things go under its feet. Run by gui-follows."""

import os
import re
import subprocess
import sys

from app import ADDRESS, PASSWORD, PSK, USER, WINDOWS, App, please, screenshot
from atspi import key, wait
import checks
from checks import equal, ok, step, true

STORES = {'case': 'causeway', 'managed': 'networkmanager'}
SAVED = os.path.expanduser('~/saved.log')


def clipboard():
    """As another program has it."""
    return subprocess.run(['xclip', '-selection', 'clipboard', '-o'], capture_output=True, text=True, timeout=20).stdout


def begun_elsewhere(app, name, up, is_up):
    app.choose(name)
    equal(f'{name}: is begun elsewhere', 0, please(up))
    app.await_connected()
    ok(f'{name}: what was begun elsewhere is seen')
    app.await_line('^Not encrypted$')
    ok(f'{name}: and that it is plain L2TP')
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


def close_by_button(app, window):
    """Escape is first the search's, or that of a word that comes up in it for a while."""
    window.find('push button', 'Close').click()
    wait('the window goes', lambda: window not in app.program.look(WINDOWS))


def log_shown(app, name):
    log, text = log_of(app, name)
    wait('the log has lines', lambda: 'connected' in text.text)
    ok(f'{name}: the log is shown')
    true(f'{name}: no secret is in the log', PSK not in text.text and PASSWORD not in text.text)
    return log, text


def log_used(app, log, text):
    """Filtered, copied and saved."""
    everything = text.text
    log.find(('toggle button', 'push button'), 'Filter').click()
    log.find('entry', 'Search').type('CONNECTED')
    wait('the filter has its effect', lambda: 0 < len(text.text) < len(everything))
    shown = text.text
    true('only lines that contain it are left',
         all('connected' in line.lower() for line in shown.splitlines()), shown)
    equal('and all of them', sum('connected' in line.lower() for line in everything.splitlines()),
          len(shown.splitlines()))
    log.find('push button', 'Copy').click()
    wait('the log is in the clipboard', lambda: clipboard() == shown, on_failure=clipboard)
    ok('what is shown is copied')
    log.find('push button', 'Save…').click()
    app.type_path('Save Log', SAVED)
    wait('it is saved', lambda: os.path.exists(SAVED) and os.path.getsize(SAVED) == len(shown.encode()))
    with open(SAVED, encoding='utf-8') as saved:
        equal('what is shown is saved', shown, saved.read())
    equal('it is its owner\'s alone', 0o600, os.stat(SAVED).st_mode & 0o777)
    os.remove(SAVED)
    log.find('entry', 'Search').type('')
    wait('all is shown again', lambda: text.text.startswith(everything))


def report(app, name):
    app.choose(name).menu('Connection Menu', 'Copy Report')
    wait('the report is in the clipboard', lambda: f'store: {STORES[name]}' in clipboard(), on_failure=clipboard)
    text = clipboard()
    private = [word for word in (PSK, PASSWORD, ADDRESS, USER, name) if re.search(rf'\b{re.escape(word)}\b', text)]
    equal(f'{name}: the report has neither secrets nor names', [], private)
    true(f'{name}: it has settings and log',
         all(line in text for line in ('ppp.user: USER', 'connection.gateway: GATEWAY', ' connected')), text)


def numbers(app):
    """What is said of Download and Upload: the sums, and the rates that the graph shows."""
    sums = [label.name for label in app.window.look('label', re.compile('in total$'))]
    graph = app.window.find(('image', 'icon'), 'Throughput during the last minute')
    return sums, [int(rate) for rate in re.findall(r'(?:Download|upload) (\d+)', graph.description)]


def traffic(app):
    before, _ = numbers(app)
    please('load_begins')
    try:
        wait('both sums grow', lambda: all(old != new for old, new in zip(before, numbers(app)[0])),
             on_failure=lambda: f'{before} {numbers(app)}')
        ok('traffic is counted in both directions')
        wait('the graph moves', lambda: numbers(app)[1] and all(numbers(app)[1]), on_failure=lambda: str(numbers(app)))
        ok('the graph tells both rates')
        screenshot('connected.png')
    finally:
        please('load_ends')
    wait('the graph falls', lambda: numbers(app)[1] == [0, 0], on_failure=lambda: str(numbers(app)))
    ok('and falls when it ends')


def lost_and_found(app):
    app.choose('case')
    key('ctrl+Return')
    app.await_connected()
    ok('a key connects')
    for title in ('Addresses', 'Interface', 'MTU', 'Data Path', 'Log-In Method'):
        app.window.find('label', title)
    traffic(app)
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
    close_by_button(app, log)
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
            log, text = log_shown(app, name)
            if name == 'case':
                log_used(app, log, text)
                close_by_button(app, log)
            else:
                close(app, log)
    with step('reports'):
        for name in STORES:
            report(app, name)
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
