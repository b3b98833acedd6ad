#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A token's PIN and a key's passphrase are asked for by nm-applet in the words of our dialog, or come from the keyring.
Run by the case nm-uses-tokens, whose gateway wants certificates."""

import os
import socket
import subprocess
import sys

from atspi import wait
from checks import equal, status, step, true
from nm import answer, applet, kept_secret, nmcli, sentence, up

DATA = f'gateway = gw.lab, user = {os.environ["VPN_USER"]}, ipsec-enabled = yes, machine-auth-type = tls'
CARD = f'{DATA}, machine-cert = {os.environ["CARD"]};object=vpn, machine-ca = /home/user/keys/ca.crt'
FILES = (f'{DATA}, machine-cert = /home/user/keys/client.crt, machine-key = /home/user/keys/client.key, '
         'machine-ca = /home/user/keys/ca.crt')
PASSWORD = f'password = {os.environ["PASSWORD"]}'


def add(name, data):
    """The user's own; the password is kept by NetworkManager."""
    done = nmcli('connection', 'add', 'type', 'vpn', 'vpn-type', 'causeway', 'con-name', name, 'autoconnect', 'no',
                 'connection.permissions', 'user:user', 'vpn.data', data, 'vpn.secrets', PASSWORD)
    assert done.returncode == 0, done.stderr
    return nmcli('-g', 'connection.uuid', 'connection', 'show', name).stdout.strip()


def keep(name, uuid, data, secret):
    """The agent puts it into the keyring, since it is the user's own from now on."""
    done = nmcli('connection', 'modify', name, 'vpn.data', f'{data}, machine-certpass-flags = 1', 'vpn.secrets',
                 f'{PASSWORD}, machine-certpass = {secret}')
    assert done.returncode == 0, done.stderr
    wait('the keyring has it', lambda: kept_secret(uuid, 'machine-certpass') == secret)


def connected(what, running):
    equal(f'{what}: connects', 0, running.wait())
    with step(f'{what}: a server inside answers'):
        socket.create_connection((os.environ['DNS'], 53), 10).close()


def pin(there):
    running = up('card')
    words = answer(there, 'card', '33333333', 'nm-applet-pin.png')
    true('nm-applet asks for the PIN beforehand', any('Token PIN' in word for word in words), words)
    said = sentence(answer(there, 'card', os.environ['PIN'], 'nm-applet-pin-again.png'))
    equal('after a wrong one it asks again and says why', 'The PIN is wrong for the token "Lab card".', said)
    connected('a PIN from nm-applet', running)
    nmcli('connection', 'down', 'card')
    keep('card', CARD_UUID, CARD, os.environ['PIN'])
    connected('a PIN from the keyring', up('card'))
    true('a PIN from the keyring: nothing was asked', not there.look('dialog'))
    nmcli('connection', 'down', 'card')


def passphrase(there):
    running = up('files')
    answer(there, 'files', 'opensesame', 'nm-applet-passphrase.png')
    connected('a passphrase from nm-applet', running)
    nmcli('connection', 'down', 'files')
    keep('files', FILES_UUID, FILES, 'opensesame')
    connected('a passphrase from the keyring', up('files'))
    nmcli('connection', 'down', 'files')


try:
    CARD_UUID = add('card', f'{CARD}, machine-certpass-flags = 2')
    FILES_UUID = add('files', FILES)
    with applet() as there:
        with step('the PIN of a token'):
            pin(there)
        with step('the passphrase of a key'):
            passphrase(there)
finally:
    nmcli('connection', 'delete', 'card', 'files')
    subprocess.run(['secret-tool', 'clear', 'setting-name', 'vpn'])
sys.exit(status())
