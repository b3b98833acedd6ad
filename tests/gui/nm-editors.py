#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Our editor where people meet it: a connection is made in nm-connection-editor (GTK 3), opened and changed in GNOME
Settings (GTK 4), and opened again in the first; what NetworkManager saves is compared each time. Run by the case
nm-desktop-edits."""

import re
import subprocess
import sys

from atspi import launch, screenshot, wait
from checks import equal, not_ok, status, step, true
from nm import called, data, in_settings, kept_secret

NAME = 'Büro "Süd"'
# What a typed value must survive.
PASSWORD = 'p ä"s\\s;=\'w%密'
KEY = ' shared $key'


def nmcli(*words):
    done = subprocess.run(['nmcli', *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def saved():
    return data(NAME)


def notebook_page(window):
    return window.find('page tab', 'VPN')


def in_connection_editor():
    editor = launch(['nm-connection-editor', '--create', '--type', 'org.freedesktop.NetworkManager.causeway'])
    window = editor.find('frame', re.compile('^Editing'))
    page = notebook_page(window)
    with step('nm-connection-editor shows our editor'):
        window.find('text', where=lambda entry: entry.text.startswith('VPN connection')).type(NAME)
        page.find('text', 'Gateway').type('vpn.example.org')
        true('an incomplete connection cannot be saved', not window.find('push button', 'Save').has('sensitive'))
        page.find('text', 'User name').type('DOMAIN\\müller')
        page.find('password text', 'Password').type(PASSWORD)
        page.find('password text', 'Shared key').type(KEY)
        screenshot('nm-connection-editor.png')
    with step('its further pages take what is typed'):
        page.find('radio button', 'IPsec').click()
        page.find('text', 'Gateway identity').type('gw.example.org')
        screenshot('nm-connection-editor-ipsec.png')
        page.find('radio button', 'PPP').click()
        page.find(('check box', 'text', 'spin button', 'combo box'))
        screenshot('nm-connection-editor-ppp.png')
    window.find('push button', 'Save').await_state('sensitive').click()
    wait('the connection is saved', lambda: NAME in nmcli('-t', '-e', 'no', '-f', 'NAME', 'connection').splitlines())
    editor.end()


def changed_in_settings():
    settings = launch(['gnome-control-center', 'network'])
    dialog = in_settings(settings, NAME)
    with step('GNOME Settings shows what was typed in the other editor'):
        equal('gateway', 'vpn.example.org', dialog.find('text', called('Gateway')).text)
        equal('user', 'DOMAIN\\müller', dialog.find('text', called('User name')).text)
        screenshot('gnome-settings.png')
    with step('it takes a change'):
        dialog.find('text', called('Gateway')).type('other.example.org')
        apply = dialog.find('push button', re.compile('Apply')).await_state('sensitive')
        apply.click()
        wait('the change is saved', lambda: saved().get('gateway') == 'other.example.org')
    settings.end()


def again_in_connection_editor():
    editor = launch(['nm-connection-editor', f'--edit={UUID}'])
    window = editor.find('frame', re.compile('^Editing'))
    page = notebook_page(window)
    with step('nm-connection-editor shows the change and the rest'):
        equal('gateway, changed', 'other.example.org', page.find('text', 'Gateway').text)
        equal('user, again', 'DOMAIN\\müller', page.find('text', 'User name').text)
        page.find('check box', 'Show passwords').check()
        page.find('text', 'Password').await_text(PASSWORD)
        page.find('text', 'Shared key').await_text(KEY)
    before = saved()
    window.find('push button', 'Save').await_state('sensitive').click()
    # Started for one connection, the program ends when that is saved; its window may be gone before it is asked for.
    editor.process.wait(60)
    equal('saving without a change changes nothing', before, saved())
    editor.end()


applet = subprocess.Popen(['nm-applet'], stderr=subprocess.DEVNULL)
try:
    in_connection_editor()
    UUID = nmcli('-g', 'connection.uuid', 'connection', 'show', NAME).strip()
    equal('what was typed is saved under the keys of NetworkManager-l2tp',
          {'gateway': 'vpn.example.org', 'user': 'DOMAIN\\müller', 'ipsec-enabled': 'yes',
           'ipsec-remote-id': 'gw.example.org', 'password-flags': '1', 'ipsec-psk-flags': '1'}, saved())
    wait('the keyring has the password', lambda: kept_secret(UUID, 'password'))
    equal('the password is in the keyring', PASSWORD, kept_secret(UUID, 'password'))
    equal('the shared key is in the keyring', KEY, kept_secret(UUID, 'ipsec-psk'))
    changed_in_settings()
    equal('only what was changed is saved anew',
          {'gateway': 'other.example.org', 'user': 'DOMAIN\\müller', 'ipsec-enabled': 'yes',
           'ipsec-remote-id': 'gw.example.org', 'password-flags': '1', 'ipsec-psk-flags': '1'}, saved())
    again_in_connection_editor()
except AssertionError as error:
    not_ok('the editors work', error)
finally:
    applet.terminate()
    subprocess.run(['nmcli', 'connection', 'delete', NAME], stdout=subprocess.DEVNULL)
    subprocess.run(['secret-tool', 'clear', 'setting-name', 'vpn'])
sys.exit(status())
