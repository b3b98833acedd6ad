# SPDX-License-Identifier: GPL-2.0-or-later
"""causeway-gui against the real service, the real NetworkManager and a real gateway, as a person uses it.

A connection of causewayd's own is there already; the one that is made here goes to NetworkManager, and its key and
password to the keyring. Wants GW_ADDRESS, PSK, VPN_USER, VPN_PASSWORD and INNER_HOST; makes pictures in PICTURES.
"""

import os
import re
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from atspi import key, launch, wait  # noqa: E402
import atspi  # noqa: E402
import checks  # noqa: E402
from checks import ok  # noqa: E402

PICTURES = os.environ.get('PICTURES')
ADDRESS, PSK = os.environ['GW_ADDRESS'], os.environ['PSK']
USER, PASSWORD = os.environ['VPN_USER'], os.environ['VPN_PASSWORD']
INNER = os.environ['INNER_HOST']


def screenshot(name):
    if PICTURES:
        atspi.screenshot(os.path.join(PICTURES, name))


def await_status(window, pattern, what):
    window.find('label', re.compile(pattern))
    ok(what)


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
    program = launch(['causeway-gui'])
    window = program.find('frame', 'Causeway')
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
    program.end()


if __name__ == '__main__':
    with checks.step('the window does all that was asked of it'):
        main()
    if checks.status():
        screenshot('not-ok.png')
    sys.exit(checks.status())
