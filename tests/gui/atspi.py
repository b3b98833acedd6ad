# SPDX-License-Identifier: GPL-2.0-or-later
"""Drives programs of the desktop as a person with a screen reader would: by role and name, through AT-SPI.

    from atspi import launch, key, screenshot, wait

    program = launch(['nm-connection-editor'])
    window = program.find('frame', 'Network Connections')
    window.find('push button', 'Add').click()
    dialog = program.find('dialog')
    dialog.find('text', 'Gateway').type('gw.lab')
    screenshot('editor.png')
    program.end()

Nothing here sleeps: what is asked for is looked for again when accessibility tells of a change, until the bound is
reached; then AssertionError says what was looked for and shows what was there. Toolkits leave some changes unsaid, so
after half a second without a word it looks again, too.

Roles are AT-SPI's own words, the same for GTK 3 and GTK 4: frame, dialog, push button, toggle button, check box,
radio button, text, password text, combo box, menu item, list item, page tab, label, switch, spin button, …; a role may
be a tuple of several. A name is compared whole; with a compiled pattern, searched.
"""

import os
import re
import subprocess
import time

import gi

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, Gio, GLib  # noqa: E402

SECONDS = int(os.environ.get('SECONDS_EACH', 60))
LOOK_AGAIN_MS = 500
CALL_MS = 20000

# Spoken over D-Bus and not through libatspi (but for its list of roles): under load that one waits for itself when the
# first answers of a program come in an unlucky order, for ever.
A11Y = 'org.a11y.atspi.'
ROOT = '/org/a11y/atspi/accessible/root'
REGISTRY = 'org.a11y.atspi.Registry'
STATES = ('invalid active armed busy checked collapsed defunct editable enabled expandable expanded focusable focused '
          'has-tooltip horizontal iconified modal multi-line multiselectable opaque pressed resizable selectable '
          'selected sensitive showing single-line stale transient vertical visible manages-descendants indeterminate '
          'required truncated animated invalid-entry supports-autocompletion selectable-text is-default visited '
          'checkable has-popup read-only').split()
SCREEN, WINDOW = 0, 1
ANYWHERE = 6

_bus = None
_changed = False
_toolkits = {}


def _on_event(*_arguments):
    global _changed
    _changed = True


def bus():
    """The accessibility bus, with its events switched on."""
    global _bus
    if _bus is None:
        session = Gio.bus_get_sync(Gio.BusType.SESSION)
        address, = session.call_sync('org.a11y.Bus', '/org/a11y/bus', 'org.a11y.Bus', 'GetAddress', None, None, 0, CALL_MS)
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        _bus = Gio.DBusConnection.new_for_address_sync(address, flags)
        for interface in ('Object', 'Window'):
            _bus.signal_subscribe(None, A11Y + 'Event.' + interface, None, None, None, 0, _on_event)
        for event in ('object:children-changed', 'object:state-changed', 'object:property-change',
                      'object:text-changed', 'object:visible-data-changed', 'window:'):
            _bus.call_sync(REGISTRY, '/org/a11y/atspi/registry', REGISTRY, 'RegisterEvent',
                           GLib.Variant('(sass)', (event, [], '')), None, 0, CALL_MS)
    return _bus


def wait(what, question, seconds=SECONDS, on_failure=None):
    """The first true answer of question(); looked at again with each change that accessibility tells."""
    global _changed
    bus()
    end = time.monotonic() + seconds
    context = GLib.MainContext.default()
    while True:
        _changed = False
        try:
            answer = question()
        except GLib.Error:  # a widget that went away while it was looked at
            answer = None
        if answer:
            return answer
        if time.monotonic() >= end:
            there = '\n' + on_failure() if on_failure else ''
            raise AssertionError(f'{what}: not within {seconds} s{there}')
        alarm = []
        timer = GLib.timeout_add(LOOK_AGAIN_MS, lambda: alarm.append(True) or False)
        while not alarm and not _changed:
            context.iteration(True)
        if not alarm:
            GLib.source_remove(timer)
        # One look for a burst of changes, but not for a storm that does not end.
        for _ in range(1000):
            if not context.iteration(False):
                break


def _matches(pattern, text):
    if pattern is None:
        return True
    text = text or ''
    return bool(pattern.search(text)) if isinstance(pattern, re.Pattern) else pattern == text


class Widget:
    """One accessible thing: a program's name on the bus and a path. Everything is read from the program each time."""

    def __init__(self, owner, path):
        self.owner = owner
        self.path = path

    def __eq__(self, other):
        return isinstance(other, Widget) and (self.owner, self.path) == (other.owner, other.path)

    def __hash__(self):
        return hash((self.owner, self.path))

    def call(self, interface, method, signature=None, *arguments):
        """A method of one of its interfaces; the answer's values."""
        parameters = GLib.Variant(signature, arguments) if signature else None
        return bus().call_sync(self.owner, self.path, A11Y + interface, method, parameters, None, 0, CALL_MS).unpack()

    def get(self, interface, name):
        return bus().call_sync(self.owner, self.path, 'org.freedesktop.DBus.Properties', 'Get',
                               GLib.Variant('(ss)', (A11Y + interface, name)), None, 0, CALL_MS).unpack()[0]

    def interfaces(self):
        return [name.removeprefix(A11Y) for name in self.call('Accessible', 'GetInterfaces')[0]]

    # --- what it is

    @property
    def role(self):
        # By number: each toolkit has names of its own.
        return Atspi.role_get_name(Atspi.Role(self.call('Accessible', 'GetRole')[0]))

    @property
    def name(self):
        return self.get('Accessible', 'Name')

    @property
    def description(self):
        return self.get('Accessible', 'Description')

    @property
    def text(self):
        """What an entry or a label holds."""
        if 'Text' not in self.interfaces():
            return self.name
        return self.call('Text', 'GetText', '(ii)', 0, self.get('Text', 'CharacterCount'))[0]

    @property
    def value(self):
        """A spin button's or a slider's number."""
        return self.get('Value', 'CurrentValue')

    def states(self):
        low, high = self.call('Accessible', 'GetState')[0]
        bits = low | high << 32
        return {state for n, state in enumerate(STATES) if bits >> n & 1}

    def has(self, *states):
        """has('showing', 'sensitive', 'checked', 'focused', 'selected', 'expanded' …): all of them"""
        there = self.states()
        return all(state in there for state in states)

    @property
    def showing(self):
        """On the screen. GTK 4.8 gives that state to windows alone: there, what has a size has been shown; a page of a
        stack that was shown once and is hidden now counts, too."""
        there = self.states()
        if {'showing', 'visible'} <= there:
            return True
        if self.toolkit() == 3 or 'visible' not in there or 'Component' not in self.interfaces():
            return False
        width, height = self.call('Component', 'GetSize')
        return width > 0 and height > 0

    @property
    def children(self):
        return [Widget(owner, path) for owner, path in self.call('Accessible', 'GetChildren')[0]
                if not path.endswith('/null')]

    @property
    def parent(self):
        owner, path = self.get('Accessible', 'Parent')
        return None if path.endswith('/null') else Widget(owner, path)

    def walk(self):
        """It and all that is in it, outer before inner."""
        yield self
        try:
            children = self.children
        except GLib.Error:  # gone meanwhile
            return
        for child in children:
            yield from child.walk()

    def __repr__(self):
        try:
            return f'<{self.role} "{self.name}">'
        except GLib.Error as error:
            return f'<{error.message}>'

    def dump(self, depth=0):
        """A readable tree of what is showing: for messages and for writing a test."""
        try:
            if depth and not self.showing:
                # A page of GTK 4 is no widget of its own and has no size.
                return '' if self.toolkit() == 3 else ''.join(child.dump(depth) for child in self.children)
            line = '  ' * depth + f'{self.role} "{self.name}"'
            if 'Text' in self.interfaces() and self.text != self.name:
                line += f' text={self.text!r}'
            there = self.states()
            for state in ('checked', 'pressed', 'focused', 'selected'):
                line += f' {state}' if state in there else ''
            line += '' if 'sensitive' in there or not depth else ' insensitive'
            return line + '\n' + ''.join(child.dump(depth + 1) for child in self.children)
        except GLib.Error:
            return ''

    # --- finding

    def look(self, role=None, name=None, showing=True, where=None):
        """All that match now; where is a further question about a widget."""
        roles = (role,) if isinstance(role, str) else role
        found = []
        for widget in self.walk():
            try:
                if (widget is not self and (roles is None or widget.role in roles) and _matches(name, widget.name)
                        and (not showing or widget.showing) and (where is None or where(widget))):
                    found.append(widget)
            except GLib.Error:
                continue
        return found

    def find(self, role=None, name=None, seconds=SECONDS, showing=True, where=None, index=0):
        """Waits for one that matches; the first unless index says otherwise."""
        def question():
            found = self.look(role, name, showing, where)
            return found[index] if len(found) > (index if index >= 0 else -index - 1) else None
        return wait(f'{role} {name!r} in {self!r}', question, seconds, self.dump)

    def gone(self, role=None, name=None, seconds=SECONDS):
        """Waits until nothing matches any more."""
        wait(f'no {role} {name!r} in {self!r}', lambda: not self.look(role, name), seconds, self.dump)

    def await_state(self, *states, seconds=SECONDS):
        wait(f'{self!r} {states}', lambda: self.has(*states), seconds)
        return self

    def await_text(self, pattern, seconds=SECONDS):
        wait(f'{self!r} with text {pattern!r}', lambda: _matches(pattern, self.text), seconds, lambda: self.text)
        return self

    # --- acting

    def focus(self):
        self.call('Component', 'GrabFocus')
        return self

    def actions(self):
        if 'Action' not in self.interfaces():
            return []
        try:
            return [self.call('Action', 'GetName', '(i)', n)[0] for n in range(self.get('Action', 'NActions'))]
        except GLib.Error:  # GTK 4 counts one, but has none while the widget is insensitive
            return []

    def do(self, action):
        """Its action of that name; False if it has none."""
        names = self.actions()
        return action in names and self.call('Action', 'DoAction', '(i)', names.index(action))[0]

    def click(self):
        """With the mouse in GTK 3, where an action that opens a modal dialog does not return; in GTK 4 by the widget's own
        action where it has one."""
        wait(f'{self!r} to be sensitive', lambda: self.has('sensitive'))
        if self.toolkit() == 3:
            return self.click_with_mouse()
        names = self.actions()
        for action in ('click', 'press', 'activate', 'toggle', 'clicked'):
            if action in names and self.do(action):
                return self
        return self.click_with_mouse()

    def click_with_mouse(self, button=1):
        x, y = self.middle()
        subprocess.run(['xdotool', 'mousemove', str(x), str(y), 'click', str(button)], check=True)
        return self

    def toolkit(self):
        """The major version of its GTK."""
        if self.owner not in _toolkits:
            version = Widget(self.owner, ROOT).get('Application', 'Version') or '0'
            _toolkits[self.owner] = int(version.partition('.')[0])
        return _toolkits[self.owner]

    def middle(self):
        """Its middle on the screen. GTK 4 knows only its place in the window, so the window's place is added."""
        if self.toolkit() == 3:
            try:
                self.call('Component', 'ScrollTo', '(u)', ANYWHERE)
            except GLib.Error:  # not all can
                pass
            x, y, width, height = self.call('Component', 'GetExtents', '(u)', SCREEN)[0]
            return x + width // 2, y + height // 2
        x, y, width, height = self.call('Component', 'GetExtents', '(u)', WINDOW)[0]
        left, top = _place_of_window(self.window().name)
        return left + x + width // 2, top + y + height // 2

    def window(self):
        """The top-level window that it is in."""
        widget = self
        while (parent := widget.parent) is not None and parent.path != ROOT:
            widget = parent
        return widget

    def type(self, text):
        """Replaces the text of an entry, as by a person: what listens to changes hears of it."""
        self.call('EditableText', 'SetTextContents', '(s)', text)
        return self

    def set(self, number):
        """A spin button's number."""
        bus().call_sync(self.owner, self.path, 'org.freedesktop.DBus.Properties', 'Set', GLib.Variant(
            '(ssv)', (A11Y + 'Value', 'CurrentValue', GLib.Variant('d', number))), None, 0, CALL_MS)
        return self

    def check(self, wanted=True):
        """A check box, switch or toggle button."""
        def is_on():
            return bool({'checked', 'pressed'} & self.states())
        if is_on() != wanted:
            self.click()
            wait(f'{self!r} checked={wanted}', lambda: is_on() == wanted)
        return self

    def select(self, name):
        """An item of a combo box (GTK 3's menus)."""
        self.click()
        item = self.find(('menu item', 'list item'), name, showing=False)
        item.click()
        return self


def _place_of_window(title):
    """Where a window's content begins on the screen, without the shadow that GTK draws around it."""
    found = subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', '^' + re.escape(title) + '$'],
                           check=True, capture_output=True, text=True).stdout.split()
    shell = subprocess.run(['xdotool', 'getwindowgeometry', '--shell', found[-1]], check=True, capture_output=True,
                           text=True).stdout
    place = dict(line.split('=') for line in shell.split())
    shadow = subprocess.run(['xprop', '-id', found[-1], '_GTK_FRAME_EXTENTS'], check=True, capture_output=True,
                            text=True).stdout
    numbers = [int(n) for n in re.findall(r'\d+', shadow.partition('=')[2])] or [0, 0, 0, 0]
    return int(place['X']) + numbers[0], int(place['Y']) + numbers[2]


class Program(Widget):
    """A running program, found by the process that it is."""

    def __init__(self, process, seen):
        super().__init__(seen.owner, seen.path)
        self.process = process

    def end(self, seconds=20):
        """Ends it, if it still runs."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def desktop():
    return Widget(REGISTRY, ROOT)


def _pid(widget):
    return bus().call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                           'GetConnectionUnixProcessID', GLib.Variant('(s)', (widget.owner,)), None, 0,
                           CALL_MS).unpack()[0]


def application(name=None, pid=None, seconds=SECONDS):
    """A program that runs already (a dialog of a service, say)."""
    def question():
        for widget in desktop().children:
            try:
                if pid in (None, _pid(widget)) and _matches(name, widget.name):
                    return widget
            except GLib.Error:  # one that has gone
                continue
        return None
    return wait(f'program {name!r} {pid or ""}', question, seconds, lambda: repr(desktop().children))


def launch(command, seconds=SECONDS, environment=None, feed=None, **options):
    """Starts a program and waits until it is seen. What it prints goes where ours goes unless options (subprocess.Popen's)
    say otherwise; feed is written to its standard input, which stays open."""
    bus()
    process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, **options)
    try:
        if feed is not None:
            process.stdin.write(feed)
            process.stdin.flush()
        seen = application(pid=process.pid, seconds=seconds)
    except AssertionError:
        process.kill()
        process.wait()
        raise
    return Program(process, seen)


def key(*names):
    """Presses keys in the window that has the focus: key('ctrl+a', 'Return')."""
    subprocess.run(['xdotool', 'key', '--clearmodifiers', *names], check=True)


def write(text):
    """Types characters into what has the focus."""
    subprocess.run(['xdotool', 'type', '--clearmodifiers', '--delay', '1', text], check=True)


def screenshot(file, title=None):
    """A picture of the screen, or of the window with that title; see the lab's `screenshot`."""
    subprocess.run(['screenshot', file] + ([title] if title else []), check=True)
