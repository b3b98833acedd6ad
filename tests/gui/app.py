# SPDX-License-Identifier: GPL-2.0-or-later
"""causeway-gui as a person has it before them, for recovers.py, follows.py and names.py.

Run by gui_test (tests/lab/cases/gui.sh), which does what only root can do: please('gateway_off').
"""

import atexit
import os
import re
import subprocess
import sys
import tempfile

from atspi import SECONDS, key, launch, wait
import atspi
from checks import true

ADDRESS, PSK = os.environ['GW_ADDRESS'], os.environ['PSK']
USER, PASSWORD = os.environ['VPN_USER'], os.environ['VPN_PASSWORD']
PICTURES = os.environ.get('PICTURES')
WINDOWS = ('frame', 'dialog', 'window')
ENTRIES = ('text', 'password text')


def screenshot(name):
    if PICTURES:
        atspi.screenshot(os.path.join(PICTURES, name))


def please(command):
    """What the case's own shell does as root; its exit status."""
    print('please:', command, flush=True)
    return int(sys.stdin.readline())


def beginning(text):
    return re.compile('^' + re.escape(text))


class App:
    """The running application and its window."""

    def __init__(self, *options, language='en'):
        self.said = tempfile.TemporaryFile('w+')  # and not where our own words go, which end with us
        self.program = launch(['causeway-gui', *options], environment={'LANGUAGE': language}, stdin=subprocess.DEVNULL, stdout=self.said, stderr=self.said)
        atexit.register(self.program.end)
        self.window = self.program.find('frame', 'Causeway')

    def end(self):
        """Ends it; the toolkit must not have found anything wrong in it."""
        self.program.end()
        self.said.seek(0)
        said = self.said.read()
        true('the application used its toolkit rightly', 'CRITICAL' not in said, said)

    def row(self, name):
        """In the list; its name goes on with the state."""
        return self.window.find('list item', re.compile('^⟦?' + re.escape(name) + ', '))

    def choose(self, name):
        """With the mouse: rows have no action, and GTK 4.8 gives them no focus by accessibility."""
        row = self.row(name)
        if not row.has('selected'):
            row.click_with_mouse()
            wait(f'{name} is chosen', lambda: row.has('selected'))
        return self

    def click(self, name):
        self.window.find('push button', name).click()
        return self

    def await_line(self, pattern, seconds=SECONDS):
        """The line under the connection's name, or a sentence of the page."""
        return self.window.find('label', re.compile(pattern), seconds)

    def await_connected(self):
        return self.await_line('^Connected for')

    def await_disconnected(self):
        return self.await_line('^Not connected$')

    def menu(self, button, item):
        """Chooses from the menu behind a button."""
        self.open_menu(button)
        self.window.find('menu item', item).click()

    def open_menu(self, button):
        """The one inside it is what is pressed."""
        self.window.find('push button', button).find(('push button', 'toggle button')).click()

    def type_path(self, title, path):
        """In GTK's dialog for files, where a slash begins a path."""
        chooser = self.program.find('filler', title)
        key('slash')
        chooser.find('text').type(path)
        key('Return')
        self.program.gone('filler', title)

    def has_line(self, pattern):
        return bool(self.window.look('label', re.compile(pattern)))

    def dialog(self, name):
        return self.program.find(WINDOWS, re.compile(name), where=lambda window: window != self.window)

    def question(self, name):
        """The one for secrets of that connection."""
        return self.dialog(re.escape(name) + '”')

    def answer(self, name, **secrets):
        """Types into the question, and Enter."""
        dialog = self.question(name)
        for title, text in secrets.items():
            dialog.find(ENTRIES, title.replace('_', ' ')).type(text)
        dialog.find('push button', re.compile('Connect$')).await_state('sensitive').click()
        wait('the question goes', lambda: dialog not in self.program.look(WINDOWS, re.compile(re.escape(name) + '”')))

    def pasted(self):
        """What is in the clipboard, by way of an entry of the dialog for new connections."""
        key('ctrl+n')
        dialog = self.dialog('^New Connection$')
        entry = dialog.find('text', re.compile('^Gateway'))  # which has the focus
        key('ctrl+v')
        wait('something is pasted', lambda: entry.text)
        text = entry.text
        key('Escape')
        wait('the dialog goes', lambda: not self.program.look(WINDOWS, 'New Connection'))
        return text
