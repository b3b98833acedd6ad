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
from gi.repository import Atspi, GLib  # noqa: E402

SECONDS = 60
LOOK_AGAIN_MS = 500

_changed = False
_listener = None


def _on_event(_event):
    global _changed
    _changed = True


def _listen():
    global _listener
    if _listener is None:
        Atspi.init()
        _listener = Atspi.EventListener.new(_on_event)
        for event in ('object:children-changed', 'object:state-changed', 'object:property-change',
                      'object:text-changed', 'object:visible-data-changed', 'window'):
            _listener.register(event)


def wait(what, question, seconds=SECONDS, on_failure=None):
    """The first true answer of question(); looked at again with each change that accessibility tells."""
    global _changed
    _listen()
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
    """One accessible thing. Attributes are read from the program each time."""

    def __init__(self, accessible):
        self.accessible = accessible

    # --- what it is

    @property
    def role(self):
        return self.accessible.get_role_name()

    @property
    def name(self):
        return self.accessible.get_name() or ''

    @property
    def description(self):
        return self.accessible.get_description() or ''

    @property
    def text(self):
        """What an entry or a label holds."""
        interface = self.accessible.get_text_iface()
        if interface is None:
            return self.name
        return Atspi.Text.get_text(interface, 0, Atspi.Text.get_character_count(interface))

    @property
    def value(self):
        """A spin button's or a slider's number."""
        return Atspi.Value.get_current_value(self.accessible.get_value_iface())

    def has(self, *states):
        """has('showing', 'sensitive', 'checked', 'focused', 'selected', 'expanded' …)"""
        there = self.accessible.get_state_set()
        return all(there.contains(getattr(Atspi.StateType, s.upper().replace(' ', '_'))) for s in states)

    @property
    def showing(self):
        """On the screen. GTK 4.8 gives that state to windows alone: there, what has a size has been shown; a page of a
        stack that was shown once and is hidden now counts, too."""
        if self.has('showing', 'visible'):
            return True
        if self.toolkit() == 3 or not self.has('visible'):
            return False
        component = self.accessible.get_component_iface()
        size = component and Atspi.Component.get_size(component)
        return bool(size and size.x > 0 and size.y > 0)

    @property
    def children(self):
        found = []
        for n in range(self.accessible.get_child_count()):
            child = self.accessible.get_child_at_index(n)
            if child is not None:
                found.append(Widget(child))
        return found

    def walk(self):
        """It and all that is in it, outer before inner."""
        yield self
        for child in self.children:
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
            if self.accessible.get_text_iface() is not None and self.text != self.name:
                line += f' text={self.text!r}'
            for state in ('checked', 'focused', 'selected'):
                line += f' {state}' if self.has(state) else ''
            line += '' if self.has('sensitive') or not depth else ' insensitive'
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
        Atspi.Component.grab_focus(self.accessible.get_component_iface())
        return self

    def do(self, action):
        """Its action of that name; False if it has none."""
        interface = self.accessible.get_action_iface()
        if interface is None:
            return False
        for n in range(Atspi.Action.get_n_actions(interface)):
            if action is None or Atspi.Action.get_action_name(interface, n) == action:
                return Atspi.Action.do_action(interface, n)
        return False

    def click(self):
        """With the mouse in GTK 3, where an action that opens a modal dialog does not return; in GTK 4 by the widget's own
        action where it has one."""
        wait(f'{self!r} to be sensitive', lambda: self.has('sensitive'))
        if self.toolkit() == 3:
            return self.click_with_mouse()
        for action in ('click', 'press', 'activate', 'toggle', 'clicked'):
            if self.do(action):
                return self
        return self.click_with_mouse()

    def click_with_mouse(self, button=1):
        x, y = self.middle()
        subprocess.run(['xdotool', 'mousemove', str(x), str(y), 'click', str(button)], check=True)
        return self

    def toolkit(self):
        """The major version of its GTK."""
        return int((self.accessible.get_toolkit_version() or '0').partition('.')[0])

    def middle(self):
        """Its middle on the screen. GTK 4 knows only its place in the window, so the window's place is added."""
        component = self.accessible.get_component_iface()
        if self.toolkit() == 3:
            Atspi.Component.scroll_to(component, Atspi.ScrollType.ANYWHERE)
            place = Atspi.Component.get_extents(component, Atspi.CoordType.SCREEN)
            return place.x + place.width // 2, place.y + place.height // 2
        window = self.window()
        inside = Atspi.Component.get_extents(component, Atspi.CoordType.WINDOW)
        left, top = _place_of_window(window.name)
        return left + inside.x + inside.width // 2, top + inside.y + inside.height // 2

    def window(self):
        """The top-level window that it is in."""
        widget = self.accessible
        while widget.get_parent() is not None and widget.get_parent().get_role() != Atspi.Role.APPLICATION:
            widget = widget.get_parent()
        return Widget(widget)

    def type(self, text):
        """Replaces the text of an entry, as by a person: what listens to changes hears of it."""
        interface = self.accessible.get_editable_text_iface()
        assert interface is not None, f'{self!r} cannot be written to'
        Atspi.EditableText.set_text_contents(interface, text)
        return self

    def set(self, number):
        """A spin button's number."""
        Atspi.Value.set_current_value(self.accessible.get_value_iface(), number)
        return self

    def check(self, wanted=True):
        """A check box, switch or toggle button."""
        if self.has('checked') != wanted and self.has('pressed') != wanted:
            self.click()
            wait(f'{self!r} checked={wanted}', lambda: wanted in (self.has('checked'), self.has('pressed')))
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

    def __init__(self, process, accessible):
        super().__init__(accessible)
        # What a toolkit forgets to tell would stay in the cache for ever.
        accessible.set_cache_mask(Atspi.Cache.NONE)
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
    _listen()
    return Widget(Atspi.get_desktop(0))


def application(name=None, pid=None, seconds=SECONDS):
    """A program that runs already (a dialog of a service, say)."""
    def question():
        for widget in desktop().children:
            if _matches(name, widget.name) and pid in (None, widget.accessible.get_process_id()):
                return widget
        return None
    return wait(f'program {name!r} {pid or ""}', question, seconds, lambda: repr(desktop().children))


def launch(command, seconds=SECONDS, environment=None, **options):
    """Starts a program and waits until it is seen. What it prints goes where ours goes unless options say otherwise."""
    _listen()
    process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, **options)
    try:
        seen = application(pid=process.pid, seconds=seconds)
    except AssertionError:
        process.kill()
        process.wait()
        raise
    return Program(process, seen.accessible)


def key(*names):
    """Presses keys in the window that has the focus: key('ctrl+a', 'Return')."""
    subprocess.run(['xdotool', 'key', '--clearmodifiers', *names], check=True)


def write(text):
    """Types characters into what has the focus."""
    subprocess.run(['xdotool', 'type', '--clearmodifiers', '--delay', '1', text], check=True)


def screenshot(file, title=None):
    """A picture of the screen, or of the window with that title; see the lab's `screenshot`."""
    subprocess.run(['screenshot', file] + ([title] if title else []), check=True)
