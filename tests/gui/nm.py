# SPDX-License-Identifier: GPL-2.0-or-later
"""NetworkManager's desktop side, for tests: nmcli, and nm-applet with the questions that it puts to its user."""

import contextlib
import re
import subprocess

from atspi import application, screenshot, wait


def nmcli(*words):
    return subprocess.run(['nmcli', *words], capture_output=True, text=True)


def data(name):
    """Of a VPN as NetworkManager has it: key → value."""
    text = nmcli('-t', '-e', 'no', '-f', 'vpn.data', 'connection', 'show', name).stdout.removeprefix('vpn.data:').strip()
    return dict(item.split(' = ', 1) for item in text.split(', ')) if text else {}


def called(name):
    """GTK 4.8 says a name twice where a label stands beside it, too, and with its underline."""
    return re.compile(f'^_?{name}( {name})?$')


def in_settings(settings, name):
    """The page with our editor in GNOME Settings."""
    row = settings.find('frame').find('list item', where=lambda item: item.look('label', name))
    row.find('push button', 'Options…').click()
    dialog = settings.find('dialog', name)
    # A notebook of GTK 4 has no action for its tabs.
    dialog.find('label', 'Identity').click_with_mouse()
    dialog.find('text', called('Gateway'))
    return dialog


def up(name):
    """Begins to connect; its wait() says how it went."""
    return subprocess.Popen(['timeout', '60', 'nmcli', 'connection', 'up', name], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def applet():
    process = subprocess.Popen(['nm-applet'], stderr=subprocess.DEVNULL)
    try:
        yield application('nm-applet')
    finally:
        process.terminate()
        process.wait()


def is_sentence(text):
    """What the gateway said about it may follow."""
    return text.endswith('.') or '. (' in text


def answer(running, name, secret, picture=None):
    """What a person does with nm-applet's dialog; the words in it."""
    title = f'Connect to “{name}”'
    dialog = running.find('dialog', title)
    entry = dialog.find('password text')
    dialog.find('label', where=lambda label: is_sentence(label.name))  # nm-applet makes it a piece at a time
    words = [label.name for label in dialog.look('label')]
    if picture:
        screenshot(picture)
    entry.type(secret)
    dialog.find('push button', 'OK').click()
    # A wrong one is asked for again at once, in a dialog that looks the same.
    wait('that dialog goes', lambda: dialog not in running.look('dialog', title), on_failure=running.dump)
    return words


def sentence(words):
    return next(word for word in words if is_sentence(word))


def kept_secret(uuid, key):
    """In the user's keyring, where an agent put it."""
    return subprocess.run(['secret-tool', 'lookup', 'connection-uuid', uuid, 'setting-name', 'vpn', 'setting-key', key],
                          capture_output=True, text=True).stdout
