#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A VPN's secrets are asked for: by nm-applet with the words of nm-causeway-auth-dialog, and by that dialog's own window.
Run by the case nm-desktop-asks, whose gateway speaks plain L2TP."""

import os
import subprocess
import sys

from atspi import launch, screenshot, wait
from checks import equal, ok, status, step, true
from nm import answer, applet, kept_secret, nmcli, sentence, up

DIALOG = '/usr/libexec/nm-causeway-auth-dialog'
CONNECT, CANCEL = 'C_onnect Connect', '_Cancel Cancel'
DATA = ''.join(f'DATA_KEY={key}\nDATA_VAL={value}\n\n' for key, value in
               (('gateway', 'vpn.example.org'), ('user', 'alice'), ('ipsec-enabled', 'yes')))


def secret(key, value):
    return f'SECRET_KEY={key}\nSECRET_VAL={value}\n\n'


# --- nm-applet

def with_applet():
    with applet() as there:
        running = up('asks')
        equal('nm-applet shows the sentence of our dialog', 'Log in as lab-user at 203.0.113.10.',
              sentence(answer(there, 'asks', 'wrong', 'nm-applet.png')))
        said = sentence(answer(there, 'asks', os.environ['VPN_PASSWORD'], 'nm-applet-again.png'))
        true('after a wrong password it asks again and says why', 'does not accept' in said, said)
        equal('with the second one it connects', 0, running.wait())
        equal('the gateway answers inside', 0, subprocess.run(
            ['ping', '-q', '-c', '1', '-w', '10', os.environ['INNER_ADDRESS']], stdout=subprocess.DEVNULL).returncode)
        nmcli('connection', 'down', 'asks')
        # The agent puts it there, since it is the user's own from now on.
        nmcli('connection', 'modify', 'asks', 'vpn.data', DATA_AGENT, 'vpn.secrets',
              f'password = {os.environ["VPN_PASSWORD"]}')
        wait('the keyring has it', lambda: kept_secret(UUID, 'password'))
        equal('what the keyring has is not asked for', 0, up('asks').wait())
        nmcli('connection', 'down', 'asks')


# --- the window

def dialog(*options, data=DATA):
    program = launch([DIALOG, '-u', '1', '-n', 'Office', '-s', 'org.freedesktop.NetworkManager.causeway', '-i', *options],
                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                     feed=data + 'DONE\n\n')
    return program, program.find('dialog', 'Connect to “Office”')


def finish(program):
    """What it told, and its exit status."""
    output, _ = program.process.communicate('QUIT\n\n', timeout=30)
    return output, program.process.returncode


def own_window():
    program, window = dialog()
    with step('the window asks for what the connection needs'):
        window.find('label', 'Log in as alice at vpn.example.org.')
        true('nothing can be sent while a field is empty', not window.find('push button', CONNECT).has('sensitive'))
        window.find('text', 'Shared key').type('the key')
        window.find('text', 'Password').type('p "ä\\ 密')
        screenshot('auth-dialog.png')
        window.find('push button', CONNECT).await_state('sensitive').click()
    equal('what was typed goes to the agent', ('ipsec-psk\nthe key\npassword\np "ä\\ 密\n\n\n', 0), finish(program))

    program, window = dialog('-r', '-t', 'password', '-t', 'x-vpn-message:The gateway wants the code.',
                             data=DATA + secret('password', 'old') + secret('ipsec-psk', 'the key'))
    with step('the window asks for one thing by name'):
        window.find('label', 'The gateway wants the code.')
        entry = window.find('text', 'Password')
        equal('what was refused is not offered again', '', entry.text)
        true('the rest is not asked', not window.look('text', 'Shared key'))
        screenshot('auth-dialog-again.png')
        entry.type('123456')
        window.find('push button', CONNECT).await_state('sensitive').click()
    equal('the answer goes with what is known', ('ipsec-psk\nthe key\npassword\n123456\n\n\n', 0), finish(program))

    program, window = dialog('-t', 'new-password', data=DATA + secret('password', 'old'))
    with step('a new password is typed twice'):
        window.find('text', 'New password').type('one')
        window.find('text', 'New password again').type('other')
        window.find('label', 'The two new passwords differ.')
        true('two that differ cannot be sent', not window.find('push button', CONNECT).has('sensitive'))
        screenshot('auth-dialog-new.png')
        window.find('text', 'New password again').type('one')
        window.find('push button', CONNECT).await_state('sensitive').click()
    equal('the new one goes beside the old', ('password\nold\nnew-password\none\n\n\n', 0), finish(program))

    program, window = dialog()
    window.find('push button', CANCEL).click()
    equal('who cancels tells nothing', ('', 1), finish(program))


def in_the_dark():
    subprocess.run(['gsettings', 'set', 'org.gnome.desktop.interface', 'color-scheme', 'prefer-dark'], check=True)
    program, window = dialog()
    screenshot('auth-dialog-dark.png')
    window.find('push button', CANCEL).click()
    finish(program)
    subprocess.run(['gsettings', 'reset', 'org.gnome.desktop.interface', 'color-scheme'], check=True)
    ok('the window opens in the dark style')


DATA_ASKED = f'gateway = {os.environ["GW_ADDRESS"]}, user = {os.environ["VPN_USER"]}, password-flags = 2, ipsec-enabled = no'
DATA_AGENT = DATA_ASKED.replace('flags = 2', 'flags = 1')
added = nmcli('connection', 'add', 'type', 'vpn', 'vpn-type', 'causeway', 'con-name', 'asks', 'vpn.data', DATA_ASKED)
UUID = nmcli('-g', 'connection.uuid', 'connection', 'show', 'asks').stdout.strip()
try:
    with step('an agent asks'):
        with_applet()
    with step('the dialog asks'):
        own_window()
        in_the_dark()
finally:
    nmcli('connection', 'delete', 'asks')
    subprocess.run(['secret-tool', 'clear', 'setting-name', 'vpn'])
sys.exit(status())
