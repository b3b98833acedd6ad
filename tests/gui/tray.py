# SPDX-License-Identifier: GPL-2.0-or-later
"""causeway-gui in Xfce's tray, as a person uses it there: by what the panel and the notification daemon show.

Wants the connections office, asked (without its password) and wrong (with a wrong one), VPN_PASSWORD, and WAY, where "up" and
"down" are written for the way to the gateway. Run by the case gui-tray; makes pictures.
"""

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from gi.repository import Gio, GLib  # noqa: E402
from atspi import Widget, application, bus, key, screenshot, wait, write  # noqa: E402
from threads import wake_ups  # noqa: E402
from checks import equal, ok, status, step, true  # noqa: E402

WATCHER = 'org.kde.StatusNotifierWatcher'
NOTIFIER = '/usr/lib/notification-daemon/notification-daemon'
# Of its own: the session's says that nothing is to be animated, and what turns unseen would not be noticed.
CONFIGURATION = tempfile.mkdtemp()
ENTRY = os.path.join(CONFIGURATION, 'autostart', 'org.causeway.Causeway.desktop')
ITEMS = ('menu item', 'check menu item')
PIN = ITEMS + ('check box', 'toggle button')
QUIET_SECONDS = 5


def owner_pid(name):
    """The process that has a name on the session bus, or None."""
    session = Gio.bus_get_sync(Gio.BusType.SESSION)
    try:
        return session.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                                 'GetConnectionUnixProcessID', GLib.Variant('(s)', (name,)), None, 0, -1).unpack()[0]
    except GLib.Error:
        return None


def way(word):
    with open(os.environ['WAY'], 'w') as to:
        print(word, file=to)


# --- the panel

class Panel:
    """Xfce's panel with its tray, in the light or in the dark style. The tray is another program in the panel's window, and
    has no tree of its own for accessibility: its menu is known by what it tells when it opens."""

    def __init__(self, theme='Adwaita'):
        self.items = []
        bus().signal_subscribe(None, 'org.a11y.atspi.Event.Object', 'StateChanged', None, 'showing', 0, self.on_showing)
        subprocess.run(['env', f'GTK_THEME={theme}', 'tray'], check=True)

    def on_showing(self, _bus, sender, path, *_rest):
        self.items.append(Widget(sender, path))

    def kill(self):
        """With the process that the tray is: that would start it once more for a panel that is not there."""
        ends = [os.pidfd_open(owner_pid(name)) for name in ('org.xfce.Panel', WATCHER)]
        for end in ends:
            with contextlib.suppress(ProcessLookupError):  # the second may go with the first
                signal.pidfd_send_signal(end, signal.SIGKILL)
            select.select([end], [], [], 20)
            os.close(end)
        wait('the tray has gone', lambda: owner_pid(WATCHER) is None)

    def extents(self):
        """Of the tray, as the X server has it: a panel that is asked about it through accessibility while it starts goes on
        saying that it is not showing."""
        tree = subprocess.run(['xwininfo', '-root', '-tree'], check=True, stdout=subprocess.PIPE, text=True).stdout
        found = re.search(r'"wrapper-2\.0":.* (\d+)x(\d+)\+\d+\+\d+  \+(\d+)\+0$', tree, re.MULTILINE)
        width, height, x = (int(number) for number in found.groups()) if found else (0, 0, 0)
        return x, 0, width, height

    def place(self):
        """Where our icon is: the last one, and as wide as the panel is high. (notification-daemon has one, too, at times.)"""
        x, y, width, height = self.extents()
        return x + width - height, y, height, height

    def has_icon(self):
        return self.extents()[2] >= 24

    def click(self, button):
        x, y, width, height = self.place()
        subprocess.run(['xdotool', 'mousemove', str(x + width // 2), str(y + height // 2), 'click', str(button)], check=True)

    def picture(self):
        """The icon's pixels, grey."""
        x, y, width, height = self.place()
        return subprocess.run(['import', '-window', 'root', '-crop', f'{width}x{height}+{x}+{y}', '-depth', '8', 'gray:-'],
                              check=True, stdout=subprocess.PIPE).stdout

    def await_picture(self, others):
        """Something is drawn that can be told from what is around it, and that is none of those."""
        subprocess.run(['xdotool', 'mousemove', '640', '900'], check=True)
        seen = []

        def question():
            seen[:] = [self.picture()]
            return max(seen[0]) - min(seen[0]) > 120 and seen[0] not in others and seen[0]
        return wait('an icon of its own', question,
                    on_failure=lambda: f'{min(seen[0])} to {max(seen[0])}, seen before: {seen[0] in others}')

    def find_menu(self):
        for item in reversed(self.items):
            try:
                if item.role in ITEMS and (menu := item.parent).has('showing') and menu.look(name='Quit'):
                    return menu
            except (GLib.Error, AttributeError):  # a menu that has gone
                continue
        return None

    def menu(self):
        """Opened by a click with the other button."""
        self.click(3)
        return wait('the menu', self.find_menu)

    def close(self):
        key('Escape')
        wait('the menu has gone', lambda: not self.find_menu())

    def choose(self, name):
        self.menu().find(ITEMS, name).click_with_mouse()
        wait('the menu has gone', lambda: not self.find_menu())

    def await_line(self, pattern, marked=None):
        """The menu's first line; whether a connection has a mark then."""
        menu = self.menu()
        line = menu.find('menu item', re.compile(pattern))
        answer = not line.has('sensitive')
        if marked:
            menu.find('check menu item', marked, where=lambda item: item.has('checked'))
        self.close()
        return answer


# --- notifications

class Notifier:
    """Debian's notification-daemon, and the bubbles that it shows."""

    def __init__(self):
        self.process = subprocess.Popen([NOTIFIER], stderr=subprocess.DEVNULL)
        wait('the notification daemon', lambda: owner_pid('org.freedesktop.Notifications') == self.process.pid)
        self.seen = None

    def program(self):
        self.seen = self.seen or application(pid=self.process.pid)
        return self.seen

    def await_bubble(self, name, words):
        """The one about a connection that says so."""
        return self.program().find('alert', where=lambda bubble: bubble.look('label', name) and bubble.look('label', words))

    def press(self, name, words, button):
        self.await_bubble(name, words).find('push button', button).click_with_mouse()

    def end(self):
        self.process.terminate()
        self.process.wait()


# --- the application

def windows(title='Causeway'):
    return subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', f'^{title}$'], stdout=subprocess.PIPE, text=True,
                          check=False).stdout.split()


def start(*options):
    return subprocess.Popen(['causeway-gui', *options], env={**os.environ, 'XDG_CONFIG_HOME': CONFIGURATION})


def window_of(process):
    return application(pid=process.pid).find('frame', 'Causeway')


def await_window(there):
    wait(f'a window: {there}', lambda: bool(windows()) == there)


def waits_for_ever(pid):
    """Whether each thread of it waits without a time limit: then only others can wake it. (x86-64: poll, ppoll, futex,
    epoll_wait, read, recvmsg.)"""
    for task in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{task}/syscall') as file:
            words = file.read().split()
        number, arguments = words[0], [int(word, 16) for word in words[1:7]]
        limit = {'7': arguments[2:3] == [0xffffffff], '271': arguments[2:3] == [0], '202': arguments[3:4] == [0],
                 '232': arguments[3:4] == [0xffffffff], '0': True, '47': True}
        if not limit.get(number):
            return False
    return True


def is_quiet(pid):
    """A thread of a pool that has nothing to do any more ends after a while: until then there is a limit."""
    wait('nothing but others can wake it', lambda: waits_for_ever(pid))
    before = wake_ups(pid)
    select.select([], [], [], QUIET_SECONDS)
    return wake_ups(pid) == before and waits_for_ever(pid)


# --- what is seen

def hidden_start():
    """The tray comes after the application, as at log-in."""
    process = start('--hidden')
    wait('the application', lambda: owner_pid('org.causeway.Causeway') == process.pid)
    panel = Panel()
    wait('the icon', panel.has_icon)
    ok('started hidden before there is a tray: its icon appears there')
    equal('... and no window', [], windows())
    second = start('--hidden')
    equal('started hidden once more: that ends at once', 0, second.wait(20))
    equal('... and shows no window either', [], windows())
    true('nothing wakes it while it is hidden and nothing happens', is_quiet(process.pid))
    return process, panel


def from_the_menu(process, panel, notifier):
    pictures = [panel.await_picture([])]
    true('the menu says what the state is', panel.await_line('^Not connected$'))
    panel.choose('office')
    notifier.await_bubble('office', 'Connected')
    ok('the menu connects, and a notification says so')
    true('the menu marks it and says what the state is', panel.await_line('^office: Connected$', marked='office'))
    pictures.append(panel.await_picture(pictures))
    screenshot('tray-connected.png')

    way('down')
    notifier.await_bubble('office', 'Connection lost, reconnecting…')
    ok('a notification tells of a loss')
    true('... so does the menu', panel.await_line('^office: .*[Rr]econnecting…$', marked='office'))
    screenshot('tray-lost.png')
    pictures.append(panel.await_picture(pictures))
    ok('not connected, connected and reconnecting have their own icons')
    way('up')
    notifier.await_bubble('office', 'Connected again')
    ok('... and another of its coming back')
    notifier.press('office', 'Connected again', 'Disconnect')
    true("the notification's button disconnects", panel.await_line('^Not connected$'))
    notifier.program().gone('alert')
    ok('... and what it said is taken back')


def asked(panel, notifier):
    panel.choose('asked')
    # No click: a dialog that comes from a menu has the keyboard.
    wait('the dialog', lambda: windows('') and active_window_is('Connect to'))
    screenshot('tray-asked.png')
    write(os.environ['VPN_PASSWORD'])
    key('Return')
    notifier.await_bubble('asked', 'Connected')
    ok('a password that is missing is asked for, with the keyboard at once')
    panel.choose('asked')
    true('the menu disconnects', panel.await_line('^Not connected$'))


def active_window_is(beginning):
    seen = subprocess.run(['xdotool', 'getactivewindow', 'getwindowname'], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=False)
    return seen.stdout.startswith(beginning)


def restarted_panel(process, panel):
    panel.kill()
    true('the panel has crashed: the application goes on without a window', process.poll() is None)
    again = Panel('Adwaita:dark')
    wait('the icon', again.has_icon)
    ok('... and its icon is in the next one')
    return again


def fails(process, panel, notifier):
    before = panel.await_picture([])
    panel.choose('wrong')
    bubble = notifier.await_bubble('wrong', re.compile('does not accept'))
    screenshot('tray-failed.png')
    ok('a notification tells why a connection failed')
    bubble.find('push button', 'Try Again')
    bubble.find('label', 'wrong').click_with_mouse()
    window = window_of(process)
    window.find('label', re.compile('^The gateway does not accept'))
    ok('a click on it opens the window where that connection is')
    failed = panel.await_picture([before])
    true('on the dark panel the icon is light', max(set(failed), key=failed.count) < 100 and max(failed) > 200)


def names(panel):
    menu = panel.menu()
    seen = [item.name for item in menu.look('check menu item')]
    panel.close()
    return seen


def in_the_window(process, panel):
    window = window_of(process)
    before = names(panel)
    window.find('push button', 'Connection Menu').click()
    window.find(PIN, 'Pin to the Top').click()
    wait('the menu has another order', lambda: names(panel) != before)
    equal('a pinned connection is the first in the menu', ['wrong'] + [name for name in before if name != 'wrong'],
          names(panel))
    key('ctrl+w')
    await_window(False)
    true('the window is closed: the application goes on', process.poll() is None)
    true('... and nothing wakes it', is_quiet(process.pid))
    panel.click(1)
    await_window(True)
    ok("a click on the icon opens the window")
    key('ctrl+w')
    await_window(False)
    panel.choose('Open Causeway')
    await_window(True)
    ok('... so does the menu')


def by_preferences(process, panel):
    key('ctrl+comma')
    window = application(pid=process.pid).find('frame', 'Preferences')
    at_login, in_tray = (window.find('check box', re.compile('^' + name)) for name in ('Start at log-in', 'Show in the tray'))
    at_login.click()
    wait('the entry', lambda: os.path.exists(ENTRY))
    with open(ENTRY) as file:
        true('the preference starts it at log-in, hidden', 'Exec=causeway-gui --hidden\n' in file.read())
    at_login.click()
    wait('no entry', lambda: not os.path.exists(ENTRY))
    in_tray.click()
    wait('no icon', lambda: not panel.has_icon())
    ok('the preference takes the icon away')
    in_tray.click()
    wait('the icon', panel.has_icon)
    ok('... and brings it back')
    key('alt+F4')
    wait('the preferences have gone', lambda: not windows('Preferences'))


def quits(process, panel):
    panel.choose('Quit')
    equal('the menu quits', 0, process.wait(20))
    wait('no icon', lambda: not panel.has_icon())
    ok('... and the icon goes')


def main():
    process, panel = hidden_start()
    notifier = Notifier()
    from_the_menu(process, panel, notifier)
    asked(panel, notifier)
    panel = restarted_panel(process, panel)
    fails(process, panel, notifier)
    notifier.end()
    in_the_window(process, panel)
    by_preferences(process, panel)
    quits(process, panel)
    panel.kill()


if __name__ == '__main__':
    with step('the tray does all that was asked of it'):
        main()
    if status():
        screenshot('tray-not-ok.png')
    sys.exit(status())
