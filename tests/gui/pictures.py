# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of every view of causeway-gui, with a real gateway behind it; see `run --screenshots`.

    pictures.py [VARIANT | VIEWS]…

is run by root on the lab's desktop, and goes on as the desktop's user. A variant is a way in which a person may have set
the desktop up (VARIANTS); each gets VARIANT-VIEW.png of every view in /run/pictures, or of those views that are named
after their functions below (`log` for see_log).
"""

import contextlib
import gettext
import os
import re
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import atspi  # noqa: E402
from gi.repository import GLib  # noqa: E402
from atspi import key, launch, wait, write  # noqa: E402

FOLDER = '/run/pictures'
SAMPLES = os.path.join(os.path.dirname(os.path.realpath(__file__)), '../fuzz/corpus/import')
NOTIFIER = '/usr/lib/notification-daemon/notification-daemon'
LOCALES = '/usr/share/locale'
BUS_NAME, OBJECT = 'org.causeway.Causeway', '/org/causeway/Causeway'
# Room for a whole editor, and for a window at twice the size.
WIDTH, HEIGHT = 2400, 2600
DESKTOP_COLOR = '#8a9aa9'
CORNER = 12
RIGHT_TO_LEFT = 'he'

# What differs from the desktop as it comes: settings, environment, the window's size, the scale, the size of text.
VARIANTS = {
    'light': {},
    'dark': {'settings': {'org.gnome.desktop.interface color-scheme': 'prefer-dark'}},
    'contrast': {'settings': {'org.gnome.desktop.a11y.interface high-contrast': 'true'}},
    'contrast-dark': {'settings': {'org.gnome.desktop.a11y.interface high-contrast': 'true',
                                   'org.gnome.desktop.interface color-scheme': 'prefer-dark'}},
    'rtl': {'environment': {'LANGUAGE': RIGHT_TO_LEFT}},
    'rtl-dark': {'settings': {'org.gnome.desktop.interface color-scheme': 'prefer-dark'},
                 'environment': {'LANGUAGE': RIGHT_TO_LEFT}},
    'de': {'environment': {'LANGUAGE': 'de'}},
    'es': {'environment': {'LANGUAGE': 'es'}},
    'fr': {'environment': {'LANGUAGE': 'fr'}},
    'ru': {'environment': {'LANGUAGE': 'ru'}},
    'zh': {'environment': {'LANGUAGE': 'zh_CN'}},
    'large': {'text': 1.5},
    'larger': {'text': 2},
    'double': {'environment': {'GDK_SCALE': '2'}, 'scale': 2},
    'wide': {'size': (1920, 1080)},
    'narrow': {'size': (360, 640)},
    'narrow-large': {'size': (360, 640), 'text': 1.5},
    'narrow-rtl': {'size': (360, 640), 'environment': {'LANGUAGE': RIGHT_TO_LEFT}},
    'narrow-de': {'size': (360, 640), 'environment': {'LANGUAGE': 'de'}},
    'narrow-ru': {'size': (360, 640), 'environment': {'LANGUAGE': 'ru'}},
}
# Seconds of traffic before the picture of the graph; the others have a little. Nor have they what is drawn by others: the
# tray and notifications.
TRAFFIC = {'light': 45, 'dark': 45}
OFFICE, BRANCH, LIBRARY, CUSTOMER, WEAK = 'Office', 'Branch Office', 'University Library', 'Customer', 'Old Firewall'
SENT = "Add-VpnConnection -Name 'Head Office' -ServerAddress vpn.example.com -TunnelType L2tp -L2tpPsk 'correct horse' " \
       '-AuthenticationMethod Eap -EncryptionLevel Required -SplitTunneling -IdleDisconnectSeconds 600'
# A loss is seen soon.
QUICK = ('ppp.echo-interval=1', 'ppp.echo-failures=2')
made = []  # the connections that there are
STRANGE_NAMES = ['משרד ראשי בתל אביב', 'Fish & Chips <b>bold', 'Under_score %s', '东京办公室',
                 'A connection whose name is so long that no window can show all of it at once ' + 'and ' * 12 + 'on']


def output(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, **options).stdout


def causeway(*arguments, feed=''):
    output('causeway', *arguments, input=feed.encode())


def add(name, gateway='vpn.example.com', user='anna', more=()):
    causeway('add', name, 'gateway=' + gateway, 'ppp.user=' + user, *more, *os.environ.get('FIELDS', '').split())
    made.append(name)


# --- The desktop

def write_catalogue(file, sentences):
    """A binary catalogue of gettext: the desktop has those of Causeway, not GTK's, which say where a line begins."""
    pairs = [(a.encode() + b'\0', b.encode() + b'\0') for a, b in sorted({'': 'Content-Type: text/plain; charset=UTF-8\n',
                                                                         **sentences}.items())]
    offset = 28 + 16 * len(pairs)
    tables = [[], []]
    for column in (0, 1):
        for pair in pairs:
            tables[column] += [len(pair[column]) - 1, offset]
            offset += len(pair[column])
    numbers = [0x950412de, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0, *tables[0], *tables[1]]
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, 'wb') as stream:
        stream.write(struct.pack(f'<{len(numbers)}I', *numbers))
        stream.write(b''.join(pair[column] for column in (0, 1) for pair in pairs))


def please(command):
    """What only root can do; its exit status."""
    print('please:', command, flush=True)
    return int(sys.stdin.readline())


def serve_user():
    """Goes on as the user; what that asks for is done here."""
    folder = f'{LOCALES}/{RIGHT_TO_LEFT}/LC_MESSAGES'
    write_catalogue(folder + '/gtk40.mo', {'default:LTR': 'default:RTL'})
    # GLib translates libraries only where the program has a catalogue, too.
    write_catalogue(folder + '/causeway.mo', {})
    with subprocess.Popen(['as-user', sys.executable, *sys.argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        for line in process.stdout:
            if line.startswith('please: '):
                done = subprocess.run(line.removeprefix('please: '), shell=True, check=False, stdout=sys.stderr)
                print(done.returncode, file=process.stdin, flush=True)
            else:
                print(line, end='', flush=True)
    return process.returncode


def start_screen():
    """A larger one than the desktop's, with its own window manager; both end with us."""
    reader, writer = os.pipe()
    screen = subprocess.Popen(['Xvfb', '-displayfd', str(writer), '-screen', '0', f'{WIDTH}x{HEIGHT}x24', '-ac',
                               '-noreset', '-nolisten', 'tcp'], pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as stream:
        os.environ['DISPLAY'] = ':' + stream.readline().strip()
    output('xsetroot', '-solid', DESKTOP_COLOR)
    manager = subprocess.Popen(['xfwm4', '--compositor=on', '--vblank=off'], stderr=subprocess.DEVNULL)
    wait('a window manager', lambda: b'# 0x' in output('xprop', '-root', '_NET_SUPPORTING_WM_CHECK'))
    return [manager, screen]


def set_up(settings, text):
    # As GNOME's settings daemon tells it: larger text is a finer screen.
    output('xrdb', '-nocpp', '-load', input=f'Xft.dpi: {int(96 * text)}\n'.encode())
    for name in ('org.gnome.desktop.interface color-scheme', 'org.gnome.desktop.a11y.interface high-contrast'):
        output('gsettings', 'reset', *name.split())
    for name, value in settings.items():
        output('gsettings', 'set', *name.split(), value)


# --- One variant

class Desk:
    """The application under one variant, and what a person does there."""

    def __init__(self, name, **more):
        self.name = name
        variant = VARIANTS[name]
        environment = {**variant.get('environment', {}), **more}
        self.scale = variant.get('scale', 1)
        self.size = variant.get('size')
        self._ = gettext.translation('causeway', LOCALES, [environment.get('LANGUAGE', 'en')], fallback=True).gettext
        set_up(variant.get('settings', {}), variant.get('text', 1))
        self.program = launch(['causeway-gui'], environment=environment)
        self.window = self.program.find('frame', 'Causeway')
        wait('the window is in front', self.active)
        self.main = self.active()
        self.move()
        if self.size:
            self.resize(*self.size)

    def active(self):
        found = subprocess.run(['xdotool', 'getactivewindow'], capture_output=True, text=True)
        return found.stdout.strip() if found.returncode == 0 else None

    def place(self):
        """Left, top, width and height of the window in front within its own pixels, shadow left out."""
        shell = output('xdotool', 'getwindowgeometry', '--shell', self.active(), text=True)
        size = dict(line.split('=') for line in shell.split())
        shadow = output('xprop', '-id', self.active(), '_GTK_FRAME_EXTENTS', text=True)
        left, right, top, bottom = [int(n) for n in re.findall(r'\d+', shadow.partition('=')[2])] or [0] * 4
        return left, top, int(size['WIDTH']) - left - right, int(size['HEIGHT']) - top - bottom

    def move(self):
        """Away from the corner where large windows are put, with their shadows off the screen, which no picture has."""
        def is_inside():
            shell = output('xdotool', 'getwindowgeometry', '--shell', self.active(), text=True)
            return all(int(n) >= 0 for n in re.findall(r'^[XY]=(-?\d+)', shell, re.MULTILINE))
        if not is_inside():
            output('xdotool', 'windowmove', self.active(), '120', '120')
            wait('the window is on the screen', is_inside)

    def resize(self, width, height):
        left, top, old_width, old_height = self.place()
        shell = output('xdotool', 'getwindowgeometry', '--shell', self.active(), text=True)
        size = dict(line.split('=') for line in shell.split())
        wider, higher = int(size['WIDTH']) - old_width, int(size['HEIGHT']) - old_height
        wanted = width * self.scale, height * self.scale
        output('xdotool', 'windowsize', self.active(), str(wanted[0] + wider), str(wanted[1] + higher))
        try:
            wait('the size', lambda: self.place()[2:] == wanted, 5)
        except AssertionError:  # it knows best how small it can be
            print(f'# {self.name}: {self.place()[2:]} instead of {wanted}', flush=True)

    def grab(self, whole):
        return output('import', '-silent', '-window', 'root' if whole else self.active(), 'png:-')

    def around(self):
        """The application's window on the screen, with room below it for a menu."""
        shell = output('xdotool', 'getwindowgeometry', '--shell', self.main, text=True)
        size = {name: int(value) for name, value in (line.split('=') for line in shell.split())}
        shadow = output('xprop', '-id', self.main, '_GTK_FRAME_EXTENTS', text=True)
        left, right, top, bottom = [int(n) for n in re.findall(r'\d+', shadow.partition('=')[2])] or [0] * 4
        return (f"{size['WIDTH'] - left - right}x{size['HEIGHT'] - top - bottom + 100}"
                f"+{size['X'] + left}+{size['Y'] + top}")

    def picture(self, view, whole=False, region=None):
        """Of the window in front (whole: of the screen, cut to the application's window or to a region), once it has come
        to rest."""
        file = f'{FOLDER}/{self.name}-{view}.png'
        raw = None
        for _ in range(6):
            last, raw = raw, self.grab(whole)
            if raw == last:
                break
        print('#', self.name, view, flush=True)
        if whole:
            output('convert', 'png:-', '-crop', region or self.around(), '+repage', '-strip', file, input=raw)
            return
        left, top, width, height = self.place()
        corner = CORNER * self.scale
        output('convert', 'png:-', '-crop', f'{width}x{height}+{left}+{top}', '+repage',
               '(', '+clone', '-fill', 'black', '-colorize', '100', '-fill', 'white', '-draw',
               f'roundrectangle 0,0 {width - 1},{height - 1} {corner},{corner}', ')',
               '-alpha', 'off', '-compose', 'CopyOpacity', '-composite', '-strip', file, input=raw)

    def act(self, action, *parameters):
        """An action of the application or of its window, as menus and keys do."""
        scope, _, name = action.partition('.')
        path = OBJECT if scope == 'app' else OBJECT + '/window/1'
        output('gdbus', 'call', '--session', '--dest', BUS_NAME, '--object-path', path, '--method',
               'org.gtk.Actions.Activate', name, '[' + ', '.join(f"<'{value}'>" for value in parameters) + ']', '{}')

    def opened(self, action=None):
        """The window that comes to the front."""
        before = self.active()
        if action:
            self.act(action)
        wait(f'a window for {action}', lambda: self.active() not in (None, before))
        if self.size:
            width, height = (n // self.scale for n in self.place()[2:])
            if width > self.size[0] or height > self.size[1]:
                self.resize(min(width, self.size[0]), min(height, self.size[1]))
        return self.program.children[-1]

    def closed(self, name='Escape'):
        before = self.active()
        key(name)
        wait('the window is gone', lambda: self.active() not in (None, before))

    def point(self, widget):
        """With the mouse, in the window in front."""
        x, y, width, height = widget.call('Component', 'GetExtents', '(u)', atspi.WINDOW)[0]
        left, top = self.place()[:2]
        output('xdotool', 'mousemove', '--window', self.active(), str(left + (x + width // 2) * self.scale),
               str(top + (y + height // 2) * self.scale), 'click', '1')

    def choose(self, name):
        """A connection, as the tray does."""
        uuid = re.search(r'^connection.uuid=(\S+)', output('causeway', 'show', name, text=True), re.MULTILINE)
        self.act('app.show', uuid[1])
        self.window.find('label', name)

    def button(self, name):
        return self.window.find('push button', name)

    def scroll(self, clicks):
        """Down, with the mouse above the page."""
        left, top, width, height = self.place()
        output('xdotool', 'mousemove', '--window', self.active(), str(left + width * 2 // 3), str(top + height // 2),
               'click', '--repeat', str(clicks), '5')


# --- The views

def make_connections():
    address, user = os.environ['GW_ADDRESS'], os.environ['VPN_USER']
    key_and_password = {'ipsec.psk': os.environ['PSK'], 'ppp.password': os.environ['VPN_PASSWORD']}
    for name, gateway, secrets, fields_of_it in (
            (OFFICE, address, key_and_password, QUICK),
            (BRANCH, address, {**key_and_password, 'ppp.password': 'mistyped'}, ()),
            (LIBRARY, address, {'ipsec.psk': os.environ['PSK']}, ()),
            (WEAK, address, key_and_password, ('ipsec.ike=3des-sha1-modp1024', 'ipsec.esp=3des-sha1')),
            (CUSTOMER, address.rpartition('.')[0] + '.77', {'ipsec.psk': 'a', 'ppp.password': 'b'}, ())):
        add(name, gateway, user, fields_of_it)
        for field, text in secrets.items():
            causeway('set-secret', name, field, feed=text)


def forget_connections():
    while made:
        causeway('remove', made.pop())


def see_absent(name):
    """On a system bus of its own, where there is nobody."""
    with subprocess.Popen(['dbus-daemon', '--session', '--nofork', '--nopidfile', '--print-address=1'],
                          stdout=subprocess.PIPE, text=True) as nobody:
        desk = Desk(name, DBUS_SYSTEM_BUS_ADDRESS=nobody.stdout.readline().strip())
        try:
            desk.window.find('label', desk._('Causeway’s Service Is Not Running'))
            desk.picture('absent')
        finally:
            desk.program.end()
            nobody.terminate()


def see_small_windows(desk):
    for view, action in (('shortcuts', 'win.show-help-overlay'), ('preferences', 'app.preferences'), ('about', 'app.about')):
        desk.opened(action)
        desk.picture(view)
        desk.closed()


def fields(dialog):
    return dialog.look(('text', 'password text', 'entry'), where=lambda widget: 'EditableText' in widget.interfaces())


def see_new(desk):
    dialog = desk.opened('app.new')
    desk.picture('new-empty')
    for field, text in zip(fields(dialog), ('vpn.example.com', 'correct horse', 'anna', 'battery staple', 'Office')):
        field.type(text)
    desk.picture('new')
    desk.point(dialog.find('label', desk._('Gateway product')))
    desk.picture('presets', whole=True)
    key('Escape')
    desk.closed()


def see_import(desk):
    dialog = desk.opened('app.new')
    field = fields(dialog)[0]
    field.type(SENT)
    key('ctrl+a', 'ctrl+c')  # it has the focus
    desk.closed()
    dialog = desk.opened('win.paste')
    desk.picture('import')
    desk.point(dialog.find('label', desk._('Some settings could not be imported')))
    desk.picture('import-warnings')
    desk.closed()
    with open(os.path.join(SAMPLES, 'rasphone.pbk'), 'rb') as sent:
        subprocess.run(['xclip', '-selection', 'clipboard', '-t', 'text/plain;charset=utf-8'], input=sent.read(), check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    desk.opened('win.paste')
    desk.picture('import-list')
    desk.closed()
    subprocess.run(['xclip', '-selection', 'clipboard'], input=b'Lunch is at noon.', check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    desk.act('win.paste')
    desk.window.find('label', re.compile('profile'))
    desk.picture('import-nothing')


def see_menus(desk):
    desk.choose(OFFICE)
    for view, name in (('menu-connection', 'Connection Menu'), ('menu-add', 'Add Connection'), ('menu', 'Main Menu')):
        if desk.size and view != 'menu-connection':
            desk.act('win.back')
        desk.window.find('push button', desk._(name), index=-1).click()
        desk.picture(view, whole=True)
        key('Escape')


def see_editor(desk):
    dialog = desk.opened('win.edit')
    desk.picture('editor')
    if not desk.size and desk.scale == 1:
        desk.resize(640, HEIGHT - 100)
        # From the end on, so that those above stay where they are.
        for title in ('Link', 'Tunnel', 'Ways of Logging In', 'Key Exchange'):
            desk.point(dialog.look('label', desk._(title))[-1])
        desk.picture('editor-all')
    desk.closed()
    dialog = desk.opened('win.edit')
    fields(dialog)[1].type('no gateway')
    desk.picture('editor-problem')
    dialog.find(('toggle button', 'push button'), desk._('Search Settings')).click()
    dialog.find('entry').type('mtu')
    wait('only what was looked for', lambda: not dialog.look('label', desk._('Account')))
    desk.picture('editor-search')
    key('Escape')
    dialog.find('label', desk._('Traffic'))
    desk.closed()


def see_questions(desk):
    desk.choose(OFFICE)
    desk.opened('win.qr')
    desk.picture('qr')
    desk.closed()
    desk.opened('win.remove')
    desk.picture('remove')
    desk.closed()


def see_log(desk):
    desk.choose(OFFICE)
    log = desk.opened('win.log')
    lines = log.find('text', desk._('Log')).await_text(re.compile(OFFICE))
    desk.picture('log')
    log.find(('toggle button', 'push button'), desk._('Filter')).click()
    log.find('entry').type('ppp')
    wait('only such lines', lambda: all('ppp' in line.lower() for line in lines.text.splitlines()))
    desk.picture('log-filter')
    key('Escape')
    desk.closed()
    desk.opened('win.log-all')
    desk.picture('log-all')
    desk.closed()


def see_password(desk):
    desk.choose(LIBRARY)
    desk.button(desk._('Connect')).click()
    desk.opened()
    desk.picture('password')
    desk.closed()
    desk.button(desk._('Connect'))


def see_connecting(desk):
    desk.choose(CUSTOMER)
    desk.button(desk._('Connect')).click()
    desk.button(desk._('Cancel'))
    desk.picture('connecting')
    desk.button(desk._('Cancel')).click()
    desk.button(desk._('Connect'))


def see_failed(desk):
    desk.choose(BRANCH)
    desk.button(desk._('Connect')).click()
    desk.button(desk._('Try Again'))
    desk.picture('failed')
    desk.point(desk.window.find('label', desk._('Details')))
    roomy = not desk.size and desk.scale == 1
    if roomy:
        desk.resize(920, 1000)
    desk.picture('failed-details')
    if roomy:
        desk.resize(920, 720)


def send_traffic(seconds):
    """In both directions, now more and now less."""
    rates = [('-R', 6), ('', 2), ('-R', 14), ('--bidir', 4), ('-R', 9), ('', 6), ('-R', 18), ('--bidir', 8), ('-R', 3)]
    step = max(4, seconds // len(rates))
    for direction, rate in rates[:seconds // step]:
        command = ['iperf3', '-c', os.environ['INNER_HOST'], '-t', str(step), '-b', f'{rate}M', *direction.split()]
        # One that comes upon the heels of another may be turned away.
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def see_connected(desk):
    desk.choose(OFFICE)
    desk.button(desk._('Connect')).click()
    desk.button(desk._('Disconnect'))
    send_traffic(TRAFFIC.get(desk.name, 4))
    desk.picture('connected')
    if not desk.size and desk.scale == 1:
        desk.resize(920, 1240)
        desk.picture('connected-high')
        desk.resize(920, 720)
    desk.scroll(5)
    desk.picture('connected-scrolled')
    desk.scroll(30)
    desk.picture('connected-end')


def see_weak(desk):
    desk.choose(WEAK)
    desk.button(desk._('Connect')).click()
    desk.button(desk._('Disconnect'))
    desk.scroll(30)
    desk.picture('weak')
    desk.button(desk._('Disconnect')).click()
    desk.button(desk._('Connect'))


def see_reconnecting(desk):
    desk.choose(OFFICE)
    desk.button(desk._('Disconnect'))
    please('lab-on net ip link set gateway down')
    desk.button(desk._('Cancel'))
    desk.picture('reconnecting')
    please('lab-on net ip link set gateway up')
    desk.button(desk._('Disconnect'))


def style_of_others(name):
    return 'Adwaita:dark' if name == 'dark' else 'Adwaita'


@contextlib.contextmanager
def notifier(name):
    """notification-daemon on our screen: the bus would start one on the session's."""
    with subprocess.Popen(['env', 'GTK_THEME=' + style_of_others(name), NOTIFIER], stderr=subprocess.DEVNULL) as process:
        try:
            yield atspi.application(pid=process.pid)
        finally:
            process.terminate()


def see_tray(desk):
    """The panel is at the top of the screen, its tray at the end; what the icon says to a mouse above it, and its menu."""
    if desk.name not in TRAFFIC:
        return
    subprocess.run(['tray'], check=True, stdin=subprocess.DEVNULL, env={**os.environ, 'GTK_THEME': style_of_others(desk.name)})
    wait('the icon', lambda: b':' in output(
        'gdbus', 'call', '--session', '--dest', 'org.kde.StatusNotifierWatcher', '--object-path', '/StatusNotifierWatcher',
        '--method', 'org.freedesktop.DBus.Properties.Get', 'org.kde.StatusNotifierWatcher',
        'RegisteredStatusNotifierItems'))
    output('xdotool', 'mousemove', str(WIDTH - 16), '16')
    desk.picture('tray', whole=True, region=f'480x160+{WIDTH - 480}+0')
    output('xdotool', 'click', '3')
    desk.picture('tray-menu', whole=True, region=f'480x480+{WIDTH - 480}+0')
    key('Escape')
    see_notifications(desk)
    output('xfce4-panel', '--quit')


def see_notifications(desk):
    """notification-daemon's bubbles, at the end of the screen: of what happens while the window is closed."""
    key('ctrl+w')
    wait('the window is closed', lambda: desk.active() != desk.main)
    for command in ('down', OFFICE), ('up', OFFICE), ('up', BRANCH):
        subprocess.run(['causeway', *command], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for name in (OFFICE, BRANCH):
        desk.notifier.find('alert', where=lambda bubble, name=name: bubble.look('label', name))
    desk.picture('notifications', whole=True, region=f'480x480+{WIDTH - 480}+0')
    desk.act('app.open')
    wait('the window is open', lambda: desk.active() == desk.main)
    desk.window = desk.program.find('frame', 'Causeway')


def see_many(desk):
    for name in STRANGE_NAMES:
        add(name)
    if desk.name in ('light', 'narrow'):
        for number in range(1, 51):  # as many as one user may have, nearly
            add(f'Branch {number}', f'branch{number}.example.com')
    if desk.size:
        desk.act('win.back')
    desk.picture('many')
    if desk.name in ('light', 'narrow'):
        desk.act('win.search')
        write('branch1')
        desk.window.find('list').gone('label', STRANGE_NAMES[1])
        desk.picture('search')
        write('nothing')
        desk.window.find('label', desk._('No Results Found'))
        desk.picture('search-nothing')
        key('Escape')
    for number, name in enumerate(STRANGE_NAMES):
        desk.choose(name)
        desk.picture(f'name-{number}')
    desk.opened('win.remove')
    desk.picture('name-remove')
    desk.closed()


VIEWS = {function.__name__.removeprefix('see_'): function for function in (
    see_small_windows, see_new, see_import, see_menus, see_editor, see_questions, see_password, see_connecting, see_failed,
    see_weak, see_connected, see_reconnecting, see_log, see_tray, see_many)}


def picture_all(name, views):
    with notifier(name) as program:
        if not views:
            see_absent(name)
        desk = Desk(name)
        desk.notifier = program
        yield from picture_each(desk, views)


def picture_each(desk, views):
    name = desk.name
    try:
        desk.window.find('label', desk._('Welcome to Causeway'))
        desk.picture('empty')
        make_connections()
        desk.window.find('label', OFFICE)
        desk.picture('list')
        for view in views or VIEWS:
            try:
                VIEWS[view](desk)
            except (AssertionError, GLib.Error, subprocess.CalledProcessError) as error:
                yield f'{name}: {view}: {error}'
                print('# not ok', name, view, error, flush=True)
                output('import', '-window', 'root', f'{FOLDER}/{name}-{view}-not-ok.png')
                for _ in range(2):
                    key('Escape')
                desk.act('app.open')
    finally:
        desk.program.end()
        forget_connections()


def main(words):
    views = [word for word in words if word in VIEWS]
    ours = start_screen()
    problems = []
    try:
        for name in [word for word in words if word in VARIANTS] or VARIANTS:
            problems += picture_all(name, views)
    finally:
        for process in ours:
            process.terminate()
            process.wait()
    for problem in problems:
        print('not ok', problem, flush=True)
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(serve_user() if os.getuid() == 0 else main(sys.argv[1:]))
