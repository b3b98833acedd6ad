#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""GNOME Shell and connections of NetworkManager: they are in its quick settings, of either type; it asks for what is missing
with the words of nm-causeway-auth-dialog; it shows the notifications of nm-causeway-notify. Run by the case nm-shell, whose
gateway speaks plain L2TP."""

import os
import re
import subprocess
import sys

from atspi import screenshot, wait
from checks import equal, ok, status, step, true
from shell import Shell

NOTIFY = '/usr/libexec/nm-causeway-notify'
PASSWORD = os.environ['VPN_PASSWORD']
PLAIN = f'gateway = {os.environ["GW_ADDRESS"]}, user = {os.environ["VPN_USER"]}, ipsec-enabled = no'
ASKS, SAVED = PLAIN + ', password-flags = 2', 'password = wrong'
# Name, type, data, secrets. With IPsec the second secret is the shared key; this kernel has no ESP, so it is not connected.
CONNECTIONS = (('asks', 'causeway', ASKS, ''),
               ('older', 'l2tp', ASKS, ''),
               ('refused', 'causeway', PLAIN, SAVED),
               ('two', 'causeway', ASKS.replace('= no', '= yes') + ', ipsec-psk-flags = 2', ''),
               ('unable', 'causeway', PLAIN + ', require-mppe = yes', SAVED),
               ('unfit', 'causeway', PLAIN + ', refuse-pap = yes, refuse-chap = yes', SAVED))
LOG_IN = f'Log in as {os.environ["VPN_USER"]} at {os.environ["GW_ADDRESS"]}.'
REFUSED = re.compile('does not accept this user name and password')


def nmcli(*words):
    return subprocess.run(['nmcli', *words], capture_output=True, text=True)


def is_active(name):
    return name in nmcli('-g', 'NAME', 'connection', 'show', '--active').stdout.splitlines()


def is_up(name):
    return nmcli('-g', 'GENERAL.STATE', 'connection', 'show', name).stdout.strip() == 'activated'


def reaches_inside():
    return subprocess.run(['ping', '-q', '-c', '1', '-w', '10', os.environ['INNER_ADDRESS']],
                          stdout=subprocess.DEVNULL).returncode == 0


def open_list(shell):
    shell.menu().find('toggle button', where=lambda button: button.look('push button')).find('push button').click()


def switch(shell, name):
    """In the list of VPNs behind the arrow."""
    shell.close()
    open_list(shell)
    shell.find('check menu item', where=lambda item: item.look('label', name)).click()


def lists(shell):
    open_list(shell)
    for name, kind, _data, _secrets in CONNECTIONS[:2]:
        shell.find('check menu item', where=lambda item, name=name: item.look('label', name))
        ok(f'a connection of type {kind} is in the quick settings')
    screenshot('shell-list.png')


def asks(shell, name, kind):
    switch(shell, name)
    shell.answer(shell.question(LOG_IN), 'wrong')
    ok(f'{kind}: the Shell asks with the sentence of our dialog')
    question = shell.question(REFUSED)
    screenshot(f'shell-asks-{name}.png')
    shell.answer(question, PASSWORD)
    ok(f'{kind}: after a wrong password it asks again and says why')
    wait(f'{name} is up', lambda: is_up(name))
    true(f'{kind}: with the second one it connects', reaches_inside())
    toggle = shell.toggle(name).await_state('checked')
    ok(f'{kind}: the quick settings say that it is connected')
    toggle.click()
    wait(f'{name} is down', lambda: not is_active(name))
    ok(f'{kind}: switched off there, it disconnects')
    shell.close()


def refused(shell):
    """What is saved and wrong is not in the field, where what is typed would be added to it."""
    switch(shell, 'refused')
    question = shell.question(REFUSED)
    equal('a saved password that was refused is not offered again', [0],
          [entry.get('Text', 'CharacterCount') for entry in shell.entries(question)])
    shell.cancel(question)
    wait('refused is down', lambda: not is_active('refused'))
    ok('who cancels ends it')


def two(shell):
    switch(shell, 'two')
    question = shell.question(LOG_IN)
    equal('two secrets that are missing have a field each', 2, len(shell.entries(question)))
    connect = question.find('push button', 'Connect')
    true('nothing can be sent while they are empty', not connect.has('sensitive'))
    screenshot('shell-two.png')
    shell.cancel(question)
    wait('two is down', lambda: not is_active('two'))
    true('no dialog of ours is left', subprocess.run(['pgrep', '-f', 'nm-causeway-auth'], stdout=subprocess.DEVNULL).returncode)


def tells(shell):
    for name, words in (('unable', '^require-mppe: MPPE is not available'), ('unfit', 'asks for a way of logging in that the settings do not allow')):
        switch(shell, name)
        wait(f'{name} is down', lambda name=name: not is_active(name))
        shell.notification(name, re.compile(words))
        ok(f'a notification of the Shell says why {name} failed')
        screenshot(f'shell-notification-{name}.png')
    true('who does not answer is told nothing', not shell.look('label', 'two'))


def main():
    programs = [subprocess.Popen([NOTIFY])]
    subprocess.run(['gdbus', 'wait', '--session', '--timeout', '20', 'org.causeway.Notify'], check=True)
    for name, kind, data, secrets in CONNECTIONS:
        nmcli('connection', 'add', 'type', 'vpn', 'vpn-type', kind, 'con-name', name, 'vpn.data', data,
              *(('vpn.secrets', secrets) if secrets else ()))
    try:
        with Shell() as shell:
            for name, what in (('the list', lists),
                               ('type causeway', lambda shell: asks(shell, 'asks', 'causeway')),
                               ('type l2tp', lambda shell: asks(shell, 'older', 'l2tp')),
                               ('a saved password that is wrong', refused),
                               ('two secrets', two),
                               ('notifications', tells)):
                with step(f'in the Shell: {name}'):
                    what(shell)
    finally:
        for program in programs:
            program.terminate()
        nmcli('connection', 'delete', *(connection[0] for connection in CONNECTIONS))


if __name__ == '__main__':
    with step('GNOME Shell and NetworkManager'):
        main()
    sys.exit(status())
