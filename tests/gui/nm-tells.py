#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a VPN failed is told as a notification, to somebody who has never opened Causeway's window: nm-causeway-notify and a
real notification daemon. Run by the case nm-desktop-tells, whose gateway speaks plain L2TP."""

import os
import re
import subprocess
import sys

from atspi import application, screenshot
from checks import equal, ok, status, step

NOTIFY = '/usr/libexec/nm-causeway-notify'
# A desktop has one running; in Debian the bus does not start this one.
DAEMON = '/usr/lib/notification-daemon/notification-daemon'
AUTOSTART = '/etc/xdg/autostart/nm-causeway-notify.desktop'
DATA = f'gateway = {os.environ["GW_ADDRESS"]}, user = {os.environ["VPN_USER"]}, ipsec-enabled = no'


def nmcli(*words):
    return subprocess.run(['nmcli', *words], capture_output=True, text=True)


def add(name, data):
    nmcli('connection', 'add', 'type', 'vpn', 'vpn-type', 'causeway', 'con-name', name, 'vpn.data', data, 'vpn.secrets',
          'password = wrong')


def fails(name, *patterns):
    """The connection fails, and the notification has its name and these words."""
    equal(f'{name}: nmcli fails', 4, nmcli('--wait', '60', 'connection', 'up', name).returncode)
    daemon = application('notification-daemon')
    for pattern in (re.escape(name), *patterns):
        daemon.find('label', re.compile(pattern))
        ok(f'{name}: the notification says "{pattern}"')
    screenshot(f'notification-{name}.png')


with open(AUTOSTART, encoding='utf-8') as file:
    equal('a session starts it', f'Exec={NOTIFY}\n', next(line for line in file if line.startswith('Exec=')))
programs = [subprocess.Popen([DAEMON]), subprocess.Popen([NOTIFY])]
try:
    for name in 'org.freedesktop.Notifications', 'org.causeway.Notify':
        subprocess.run(['gdbus', 'wait', '--session', '--timeout', '20', name], check=True)
    add('refused', DATA)
    add('unable', DATA + ', require-mppe = yes')
    with step('what the gateway refuses is told'):
        fails('refused', 'does not accept this user name and password', 'Type the password again')
    with step('what Causeway does not do is told'):
        fails('unable', '^require-mppe: MPPE is not available')
finally:
    for program in programs:
        program.terminate()
    nmcli('connection', 'delete', 'refused', 'unable')
sys.exit(status())
