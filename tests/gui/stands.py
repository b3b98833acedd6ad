# SPDX-License-Identifier: GPL-2.0-or-later
"""causeway-gui while NetworkManager and causewayd come and go, connections are changed and removed elsewhere, it is started twice, and ends
in the middle of connecting. Run by the case gui-stands-firm."""

import re
import subprocess
import sys

from app import PASSWORD, WINDOWS, App, please, screenshot
from atspi import key, wait
import checks
from checks import equal, ok, step, true


def gone(app, view):
    wait('it goes', lambda: view not in app.program.look(WINDOWS), on_failure=app.program.dump)


def shows(name, *settings):
    return all(please(f"as-user causeway show {name} | grep -qxF '{setting}'") == 0 for setting in settings)


def edit(app, name):
    app.choose(name)
    key('ctrl+e')
    return app.dialog(f'^{name}$')


def save(app, editor):
    editor.find('push button', 'Save').await_state('sensitive').click()


# --- The editor

def service_killed(app):
    """... and changed by another program, while somebody types."""
    editor = edit(app, 'edited')
    editor.find('text', re.compile(r'^MTU \('), showing=False).type('1301')
    please('stop_causewayd KILL')
    equal('it is renamed elsewhere', 0, please('as-user causeway edit edited connection.name=renamed ppp.mru=1402'))
    app.row('renamed')
    save(app, editor)
    gone(app, editor)
    true('what was typed is saved, and what was changed elsewhere has stayed',
         shows('renamed', 'ppp.mtu=1301', 'ppp.mru=1402'))
    app.choose('renamed').click('Connect').await_connected()
    ok('the password is there as before')
    app.click('Disconnect').await_disconnected()


def removed_elsewhere(app):
    editor = edit(app, 'renamed')
    mtu = editor.find('text', re.compile(r'^MTU \('), showing=False).type('1302')
    equal('it is removed elsewhere', 0, please('as-user causeway remove renamed'))
    wait('it is no more in the list', lambda: not app.window.look('list item', re.compile('^renamed, ')))
    save(app, editor)
    editor.find('label', 'This connection has been removed meanwhile.')
    equal('who edits it is told, and what was typed is there', '1302', mtu.text)
    key('Escape')
    gone(app, editor)


# --- NetworkManager

def asked(app):
    app.choose('managed').click('Connect')
    return app.question('managed')


def restarted(app):
    """Before, it was asked for; in the middle of the question it ends; afterwards all is as before."""
    question = asked(app)
    equal('NetworkManager ends', 0, please('stop_nm'))
    gone(app, question)
    wait('its connections go', lambda: not app.window.look('list item', re.compile('^managed, ')))
    ok('what NetworkManager asked goes with it')
    app.row('lab')
    equal('it starts again', 0, please('start_nm'))
    app.row('managed')
    ok('its connections are there again')
    asked(app)
    app.answer('managed', Password=PASSWORD)
    app.await_connected()
    ok('it is asked for as before, and connects')
    app.click('Disconnect').await_disconnected()


def fails_at_once(app):
    """With a service that has to be started for it, and has a failure to tell at once."""
    for _ in range(3):
        please('stop_causewayd')
        app.choose('wrong')
        key('ctrl+Return')
        app.await_line('^The gateway does not accept', 30)
    ok('a service that had to be started is heard')


# --- Starting and ending

def twice(app):
    number = subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', '^Causeway$'], check=True,
                            capture_output=True, text=True).stdout.split()[-1]
    subprocess.run(['xdotool', 'windowminimize', '--sync', number], check=True)
    subprocess.run(['causeway-gui'], check=True, timeout=30, stderr=subprocess.DEVNULL)
    subprocess.run(['xdotool', 'search', '--sync', '--onlyvisible', '--name', '^Causeway$'], check=True, timeout=20,
                   stdout=subprocess.DEVNULL)
    equal('a second start shows the window that is there', 1, len(app.program.look('frame', 'Causeway')))


def double_click(app):
    app.choose('edited')
    x, y = app.window.find('push button', 'Connect').middle()
    subprocess.run(['xdotool', 'mousemove', str(x), str(y), 'click', '--repeat', '2', '--delay', '60', '1'], check=True)
    app.await_connected()
    ok('a double click connects')
    app.click('Disconnect').await_disconnected()


def ended(app):
    """The connection is the service's: it goes on, and is found again."""
    app.choose('mute').click('Connect').await_line('^Opening the tunnel…')
    key('ctrl+q')
    equal('Ctrl+Q ends it', 0, app.program.process.wait(20))
    equal('the connection goes on', 0, please('as-user causeway status mute | grep -qw connecting'))
    app.end()
    app = App()
    app.choose('mute').await_line('^Opening the tunnel…')
    app.click('Cancel').await_disconnected()
    ok('it is found again, and can be given up')
    return app


def main():
    app = App()
    app.row('lab')
    with step('a second start'):
        twice(app)
    with step('a double click'):
        double_click(app)
    with step('the service is killed while somebody edits'):
        service_killed(app)
    with step('removed while somebody edits'):
        removed_elsewhere(app)
    with step('a failure at once'):
        fails_at_once(app)
    with step('NetworkManager is restarted'):
        restarted(app)
    with step('ended while it connects'):
        app = ended(app)
    app.end()


with step('the window stands firm'):
    main()
if checks.status():
    screenshot('not-ok.png')
sys.exit(checks.status())
