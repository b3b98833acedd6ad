#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A certificate on a token is chosen in our editor, in nm-connection-editor (GTK 3) and in GNOME Settings (GTK 4), through
libnma's chooser; and every other kind of field on the further pages is set in both. What is saved is compared. Run by
the case nm-desktop-chooses, which has made the token."""

import contextlib
import os
import re
import sys

from atspi import key, launch, screenshot, wait, write
from checks import equal, status, step
from nm import called, data, in_settings, nmcli

NAME = 'On a card'
PIN = os.environ['PIN']
CA = os.environ['CA']


def saved():
    return data(NAME)


def pick(tokens, what):
    """In the dialog with what is on the token: the first line, after opening it with its PIN, which is to be remembered."""
    unlock = tokens.find('push button', called('Unlock token'))
    if unlock.has('sensitive'):
        unlock.click()
        program = tokens.parent
        login = program.find('dialog', 'Enter Lab card PIN')
        login.find(('password text', 'text')).type(PIN)
        login.find('check box', called('Remember PIN')).check()
        login.find('push button', called('Login')).await_state('sensitive').click()
        program.gone('dialog', 'Enter Lab card PIN')
    select = tokens.find('push button', called('Select'))
    if tokens.toolkit() == 3:
        tokens.find('table cell', 'vpn').click()
    else:
        # GTK 4.8 tells nothing of the lines, and takes no focus from outside.
        for _ in range(8):
            key('Tab')
            key('Home')
            with contextlib.suppress(AssertionError):
                wait('a line is chosen', lambda: select.has('sensitive'), seconds=2)
                break
    screenshot(f'token-{what}-gtk{tokens.toolkit()}.png')
    select.await_state('sensitive').click()


def choose_file(program, page, name, path):
    page.find('combo box', name).select('Select from file…')
    chooser = program.find('file chooser')
    # As in every file chooser of GTK, a slash begins a path.
    write(path)
    screenshot('file.png')
    key('Return')
    program.gone('file chooser')


def keep_for_all(program, entry):
    entry.focus()
    key('alt+Down')
    screenshot('menu.png')
    program.find('radio button', 'Store the password for all users').click()


def shortened(data):
    """Without what differs from one token to the next."""
    return {name: re.sub('^pkcs11:model=.*;serial=[0-9a-f]*;', 'pkcs11:…;', value) for name, value in data.items()}


def bring(page, role, name):
    """Also what is below the part of the page that the window shows: the focus scrolls there."""
    widget = page.find(role, name, showing=False)
    widget.focus()
    wait(f'{widget!r} is shown', lambda: widget.showing)
    return widget


def fill(page, texts, switches, choices):
    for name, text in texts.items():
        bring(page, ('text', 'password text'), name).type(text)
    for name, wanted in switches.items():
        bring(page, 'check box', name).check(wanted)
    for name, choice in choices.items():
        bring(page, 'combo box', name).select(choice)


def in_connection_editor():
    editor = launch(['nm-connection-editor', '--create', '--type', 'org.freedesktop.NetworkManager.causeway'])
    running.append(editor)
    window = editor.find('frame', re.compile('^Editing'))
    page = window.find('page tab', 'VPN')
    window.find('text', where=lambda entry: entry.text.startswith('VPN connection')).type(NAME)
    fill(page, {'Gateway': 'vpn.example.org', 'User name': 'anna'}, {}, {})
    page.find('radio button', 'IPsec').click()
    page.find('combo box', 'Gateway authentication').select('Certificates')
    page.find('combo box', 'Computer certificate').select('Lab card…')
    pick(editor.find('dialog', 'Choose a Computer Certificate'), 'certificate')
    choose_file(editor, page, 'CA certificate', CA)
    keep_for_all(editor, page.find('password text', 'Key passphrase'))
    fill(page, {'Own identity': 'anna@example.org', 'Gateway identity': 'gw.example.org',
                'Phase 1 algorithms': 'aes256-sha1-modp1024', 'Phase 2 algorithms': 'aes256-sha1',
                'Phase 1 lifetime': '7200', 'Phase 2 lifetime': '3600'},
         {'Force UDP encapsulation': True}, {'Security': 'Strong only'})
    screenshot('ipsec.png')
    page.find('radio button', 'L2TP').click()
    fill(page, {'Local port': '1702', 'Tunnel secret': 'between us', 'DSCP': '46', 'Hello interval': '30'},
         {'Any local port': True, 'Number the packets': True}, {'Data path': 'Causeway itself'})
    bring(page, 'check box', 'Hide attributes').check()
    screenshot('l2tp.png')
    page.find('radio button', 'PPP').click()
    fill(page, {'Windows domain': 'OFFICE', 'MTU': '1300', 'MRU': '1310', 'Echo interval': '7', 'Echo failures': '4'},
         {'Refuse PAP': True, 'Refuse CHAP': True, 'Refuse MS-CHAP': False, 'Refuse MS-CHAPv2': True,
          'Compress the protocol field': False, 'Compress the address field': False}, {})
    screenshot('ppp.png')
    window.find('push button', 'Save').await_state('sensitive').click()
    wait('the connection is saved', lambda: NAME in nmcli('-t', '-e', 'no', '-f', 'NAME', 'connection').stdout.splitlines())
    editor.end()


def changed_in_settings():
    settings = launch(['gnome-control-center', 'network'])
    running.append(settings)
    dialog = in_settings(settings, NAME)
    dialog.find('page tab', 'IPsec').click()
    # GTK 4.8 tells nothing of the items: the token stands below what is chosen now.
    dialog.find('combo box', 'Computer private key').click()
    key('Down')
    key('Return')
    pick(settings.find('dialog', 'Choose a key for Computer Certificate'), 'key')
    dialog.find('push button', 'Use no certificate', index=1).click()
    dialog.find('text', called('Gateway identity')).type('other.example.org')
    dialog.find('text', called('Phase 1 lifetime')).type('')
    # By its letter, which also scrolls to it and to what stands beside it.
    key('alt+f')
    wait('it is off', lambda: not dialog.find('check box', called('Force UDP encapsulation')).has('checked'))
    screenshot('settings-ipsec.png')
    dialog.find('page tab', 'L2TP').click()
    dialog.find('combo box', 'Data path').click()
    key('Home')
    key('Return')
    screenshot('settings-l2tp.png')
    dialog.find('push button', called('Apply')).await_state('sensitive').click()
    wait('the change is saved', lambda: saved().get('ipsec-remote-id') == 'other.example.org')
    settings.end()


# GTK 3's, by the keys of NetworkManager-l2tp as far as it has them. One URI for certificate and key is what the chooser
# makes where both are seen.
CHOSEN = 'pkcs11:…;token=Lab%20card;id=%4A%01'
FIRST = {
    'gateway': 'vpn.example.org', 'user': 'anna', 'domain': 'OFFICE', 'password-flags': '1', 'ipsec-psk-flags': '1',
    'ipsec-enabled': 'yes', 'machine-auth-type': 'tls', 'machine-cert': CHOSEN, 'machine-ca': CA,
    'machine-certpass-flags': '0', 'causeway-ipsec-local-id': 'anna@example.org', 'ipsec-remote-id': 'gw.example.org',
    'ipsec-ike': 'aes256-sha1-modp1024', 'ipsec-esp': 'aes256-sha1', 'ipsec-ikelifetime': '7200',
    'ipsec-salifetime': '3600', 'ipsec-forceencaps': 'yes', 'causeway-ipsec-security': 'strong',
    'causeway-l2tp-local-port': '1702', 'ephemeral-port': 'yes', 'causeway-l2tp-secret-flags': '1',
    'causeway-l2tp-hide-avps': 'yes', 'causeway-l2tp-data-path': 'user', 'causeway-l2tp-dscp': '46',
    'causeway-l2tp-hello': '30', 'causeway-l2tp-sequencing': 'yes', 'refuse-pap': 'yes', 'refuse-chap': 'yes',
    'refuse-mschapv2': 'yes', 'mtu': '1300', 'mru': '1310', 'nopcomp': 'yes', 'noaccomp': 'yes',
    'lcp-echo-interval': '7', 'lcp-echo-failure': '4',
}
# GNOME Settings': the key beside the certificate, no authority, and one of each other kind.
SECOND = {**FIRST, 'machine-key': CHOSEN, 'ipsec-remote-id': 'other.example.org'}
for gone in 'machine-ca', 'ipsec-ikelifetime', 'ipsec-forceencaps', 'causeway-l2tp-data-path':
    del SECOND[gone]

running = []
try:
    with step('nm-connection-editor takes a token and every kind of field'):
        in_connection_editor()
    equal('nm-connection-editor: what is saved', FIRST, shortened(saved()))
    equal('nm-connection-editor: the PIN from its dialog is kept for all users', PIN,
          nmcli('-s', '-g', 'vpn.secrets', 'connection', 'show', NAME).stdout.strip().removeprefix('machine-certpass = '))
    with step('GNOME Settings takes a key from the token, and changes of each kind'):
        changed_in_settings()
    equal('GNOME Settings: what is saved', SECOND, shortened(saved()))
finally:
    for program in running:
        program.end()
    nmcli('connection', 'delete', NAME)
sys.exit(status())
