#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""causeway-gui in GNOME Shell, whose extension AppIndicator shows its icon: its menu, its looks, its notifications.

Wants the connections office and wrong (with a wrong password), and WAY, where "up" and "down" are written for the way to the
gateway. Run by the case gui-shell.
"""

import re
import subprocess
import sys

from atspi import screenshot, wait
from checks import equal, ok, status, step, true
from shell import ITEMS, Shell
from tray import await_window, start, way, windows

# Not the menu of the program whose window is in front, which has its name.
ANY_LINE = '^(Not connected|[a-z]+: .*)$'


class Icon:
    """In the Shell's panel; a screen reader says what the state is."""

    def __init__(self, shell):
        self.shell = shell

    def find(self, line):
        return self.shell.find('menu', re.compile(line))

    def is_gone(self):
        return not self.shell.look('menu', re.compile(ANY_LINE))

    def item(self, words):
        return self.shell.find(ITEMS, where=lambda item: item.look('label', words))

    def menu(self, line):
        """Opened; its first line says the same."""
        self.find(line).click()
        return self.item(re.compile(line))

    def choose(self, line, words):
        self.menu(line)
        self.item(words).click()
        wait('the menu has gone', lambda: not self.shell.look(ITEMS))

    def picture(self, line):
        """Its pixels, grey; the mouse elsewhere, which would light it up."""
        subprocess.run(['xdotool', 'mousemove', '640', '900'], check=True)
        x, y, width, height = self.find(line).call('Component', 'GetExtents', '(u)', 0)[0]
        return subprocess.run(['import', '-window', 'root', '-crop', f'{width}x{height}+{x}+{y}', '-depth', '8', 'gray:-'],
                              check=True, stdout=subprocess.PIPE).stdout

    def await_picture(self, line, others):
        """Something light on the dark panel, and none of those."""
        def question():
            seen = self.picture(line)
            return max(seen) > 200 and max(set(seen), key=seen.count) < 60 and seen not in others and seen
        return wait('an icon of its own', question)


def uses_menu(shell, icon):
    pictures = [icon.await_picture('^Not connected$', [])]
    true('the menu says what the state is, which cannot be chosen', not icon.menu('^Not connected$').has('sensitive'))
    for name in 'office', 'wrong', 'Open Causeway', 'Quit':
        icon.item(name)
    ok('... and has what there is to choose')
    screenshot('shell-tray-menu.png')
    shell.close()
    icon.choose('^Not connected$', 'office')
    icon.find('^office: Connected$')
    ok('the menu connects, and a screen reader is told')
    pictures.append(icon.await_picture('^office: Connected$', pictures))
    icon.menu('^office: Connected$')
    icon.item('office').await_state('checked')
    ok('the menu marks what is connected')
    screenshot('shell-tray-connected.png')
    shell.close()
    way('down')
    icon.find('^office: .*[Rr]econnecting…$')
    pictures.append(icon.await_picture('^office: .*[Rr]econnecting…$', pictures))
    screenshot('shell-tray-lost.png')
    way('up')
    icon.find('^office: Connected$')
    ok('a loss and its end are told, each with its own icon')
    shell.notification('office', 'Connected again')
    ok('... and in a notification')
    screenshot('shell-tray-notification.png')
    shell.close()
    icon.choose('^office: Connected$', 'office')
    icon.find('^Not connected$')
    ok('the menu disconnects')


def fails(shell, icon):
    icon.choose('^Not connected$', 'wrong')
    icon.find('^wrong: ')
    notification = shell.notification('wrong', re.compile('does not accept'))
    screenshot('shell-tray-failed.png')
    ok('a notification tells why a connection failed')
    notification.click()
    await_window(True)
    ok('a click on it opens the window')
    screenshot('shell-window.png')


def ends(process, icon):
    equal('the application goes on', None, process.poll())
    icon.choose(ANY_LINE, 'Quit')
    equal('the menu quits', 0, process.wait(20))
    wait('no icon', icon.is_gone)
    ok('... and the icon goes')


def main():
    with Shell() as shell:
        process, icon = start('--hidden'), Icon(shell)
        icon.find('^Not connected$')
        equal('started hidden, its icon is in the panel, and no window is there', [], windows())
        with step('the menu does what it says'):
            uses_menu(shell, icon)
        with step('failures are told'):
            fails(shell, icon)
        ends(process, icon)


if __name__ == '__main__':
    with step('the application in GNOME Shell'):
        main()
    if status():
        screenshot('shell-tray-not-ok.png')
    sys.exit(status())
