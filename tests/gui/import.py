# SPDX-License-Identifier: GPL-2.0-or-later
"""What people bring to the window and take out of it: each kind of file by the dialog, several by the clipboard, text,
QR codes from pictures; export and the shown QR code, read by other programs; and the editor, over a connection of
NetworkManager that has all that our table of fields has not. Run by the case gui-imports, in SAMPLES' folder of files."""

import os
import plistlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from atspi import key, launch, screenshot, wait  # noqa: E402
import checks  # noqa: E402
from checks import equal, ok, step, true  # noqa: E402

SAMPLES = os.environ['SAMPLES']
FOLDER = tempfile.mkdtemp()
PICTURES = '/run/pictures'  # where `screenshot` puts them
GATEWAY = 'Gateway (server name or address)'


def run(*words, **options):
    done = subprocess.run(words, capture_output=True, text=True, **options)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def shown(name):
    """All that NetworkManager tells of it: name → value."""
    lines = run('nmcli', '-t', '-e', 'no', 'connection', 'show', name).splitlines()
    return dict(line.split(':', 1) for line in lines if not line.startswith(('GENERAL.', 'connection.timestamp')))


def data(name):
    text = shown(name)['vpn.data'].strip()
    return dict(item.split(' = ', 1) for item in text.split(', '))


def names():
    return run('nmcli', '-t', '-e', 'no', '-f', 'NAME', 'connection').splitlines()


def file(name, content):
    path = os.path.join(FOLDER, name)
    with open(path, 'wb') as out:
        out.write(content if isinstance(content, bytes) else content.encode())
    return path


def clip(content, kind):
    """In the clipboard; the program stays for those who ask, and says nothing that anybody would wait for."""
    subprocess.run(['xclip', '-selection', 'clipboard', '-t', kind], input=content, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def choice(window, row, name, number):
    """One of a row's choices, by its place; the keys go to what has come up."""
    window.find('combo box', re.compile('^' + re.escape(row))).click_with_mouse()
    window.find('label', name)
    key('Home', *['Down'] * number, 'Return')


class Causeway:
    def __init__(self):
        self.program = launch(['causeway-gui'])
        self.window = self.program.find('frame', 'Causeway')
        self.window.find('label', 'lab')

    def type_path(self, title, path):
        """In GTK's dialog for files, where a slash begins a path."""
        chooser = self.program.find('filler', title)
        key('slash')
        chooser.find('text').type(path)
        key('Return')
        self.program.gone('filler', title)

    def choose(self, path):
        key('ctrl+o')
        self.type_path('Import a Connection', path)

    def form(self, name, gateway, user, more=None):
        """The form of one connection shows these; it is added, and found in NetworkManager."""
        dialog = self.program.find('frame', 'New Connection')
        equal(f'{name}: the gateway is shown', gateway, dialog.find('text', GATEWAY).text)
        equal(f'{name}: the name is shown', name, dialog.find('text', 'Name of the connection').text)
        if more:
            more(dialog)
        entry = dialog.find('text', 'User name')
        if user:
            equal(f'{name}: the user is shown', user, entry.text)
        else:
            entry.type('anna')
        dialog.find('push button', 'Add').await_state('sensitive').click()
        self.window.find('label', name)
        equal(f'{name}: NetworkManager has it', (gateway, user or 'anna'), (data(name)['gateway'], data(name)['user']))

    def select(self, name):
        row = self.window.find('list item', re.compile('^' + re.escape(name) + ', '))
        row.click_with_mouse()
        self.window.find('label', name, where=lambda label: label.parent != row)

    def menu(self, item):
        """An item of the menu of the connection."""
        self.window.find('push button', 'Connection Menu').find('push button').click()
        self.window.find('menu item', item).click()

    def edit(self, name):
        self.select(name)
        key('ctrl+e')
        return self.program.find('frame', name)


def save(app, editor, name):
    editor.find('push button', 'Save').await_state('sensitive').click()
    app.program.gone('frame', name)


# --- Import


def in_form(app):
    samples = [
        ('apple-signed.mobileconfig', 'Signed', 'vpn.example.net', 'anna'),
        ('apple-binary.mobileconfig', 'Zentrale', 'vpn.example.org', 'jürgen'),
        ('kde.nmconnection', "KDE's one", 'vpn.example.com', 'anna'),
        ('own.conf', 'Büro', 'vpn.example.com', 'anna'),
        ('powershell-mail.txt', 'Firma (Büro)', 'vpn.example.com', None),
        ('swan-libreswan', 'office', 'vpn.example.com', None),
    ]
    for sample, name, gateway, user in samples:
        with step(f'{sample} is imported'):
            app.choose(os.path.join(SAMPLES, sample))
            app.form(name, gateway, user)


def in_list(app):
    with step('several connections in one file: those that are ticked are made'):
        app.choose(os.path.join(SAMPLES, 'rasphone.pbk'))
        dialog = app.program.find('frame', 'Import Connections')
        dialog.find('check box', 'Firma Zürich').await_state('checked')
        dialog.find('check box', 'Automatic').check(False)
        screenshot('import-list.png')
        dialog.find('push button', 'Import').click()
        app.window.find('label', 'Firma Zürich')
        equal('the others are not', (True, False), ('Firma Zürich' in names(), 'Automatic' in names()))
    with step('certificates in a file are saved'):
        app.choose(os.path.join(SAMPLES, 'apple-certificate.mobileconfig'))
        dialog = app.program.find('frame', 'Import Connections')
        dialog.find('push button', 'Import').click()
        app.window.find('label', 'Certified')
        saved = data('Certified')['machine-cert']
        true('the connection names the file', saved.endswith('/anna-s-id.p12') and os.path.getsize(saved) > 0, saved)
        equal('it is its owner\'s alone', 0o100600, os.stat(saved).st_mode)
    with step('what is no connection is refused'):
        app.choose(file('notes.txt', 'Dear all,\nlunch is at noon.\n'))
        app.window.find('label', re.compile('^This is not a profile'))


def pasted(app):
    with step('a text that was pasted is imported'):
        clip('Hello!\r\nAdd-VpnConnection -Name "Pasted" -ServerAddress paste.example.com -TunnelType L2tp '
             '-L2tpPsk "k ey" -AuthenticationMethod Pap\r\n'.encode(), 'UTF8_STRING')
        key('ctrl+shift+v')
        app.form('Pasted', 'paste.example.com', None)
    with step('files that belong together are imported together'):
        files = [file('ipsec.conf', 'conn site\n  left=%defaultroute\n  right=together.example.com\n  authby=secret\n'
                      '  type=transport\n  auto=add\n'),
                 file('ipsec.secrets', '%any together.example.com : PSK "all of us"\n')]
        clip(''.join(f'file://{path}\r\n' for path in files).encode(), 'text/uri-list')
        key('ctrl+shift+v')
        app.form('site', 'together.example.com', None,
                 lambda dialog: dialog.find('text', re.compile('^Shared')).await_text('all of us'))


def code(text, scale='4'):
    path = os.path.join(FOLDER, 'code.png')
    run('qrencode', '-s', scale, '-o', path, text)
    return path


def pictures(app):
    text = '[connection]\nname=%s\ngateway=qr.example.com\n[ppp]\nuser=qr\n'
    with step('a QR code in a picture is imported'):
        app.choose(code(text % 'Code 中'))
        app.form('Code 中', 'qr.example.com', 'qr')
    with step('a QR code in the clipboard is imported'):
        with open(code(text % 'Clipped'), 'rb') as picture:
            clip(picture.read(), 'image/png')
        key('ctrl+shift+v')
        app.form('Clipped', 'qr.example.com', 'qr')
    with step('a picture without a code is told'):
        app.choose(file('none.png', subprocess.run(['convert', '-size', '64x64', 'xc:white', 'png:-'], check=True,
                                                   capture_output=True).stdout))
        app.window.find('label', 'There is no QR code in this picture.')


# --- Export


def taken_out(app):
    exported = os.path.join(FOLDER, 'out.causeway')
    with step('a connection is exported'):
        app.select('Büro')
        app.menu('Export…')
        app.program.find('frame', 'Export').find('push button', 'Export…').click()
        app.type_path('Export', exported)
        wait('the file is there', lambda: os.path.exists(exported) and os.path.getsize(exported) > 0)
    with open(exported, encoding='utf-8') as written:
        text = written.read()
    true('its owner and secrets are not in it', 'gateway=vpn.example.com' in text and 'psk' not in text
         and '\nuser=anna' in text.partition('[ppp]')[2] and 'user=' not in text.partition('[ppp]')[0], text)
    with step('the QR code is read by another program'):
        app.menu('Show QR Code')
        app.program.find('image', 'QR code of the connection')
        screenshot('qr.png')
        picture = os.path.join(PICTURES, 'qr.png')
        read = run('zbarimg', '-q', '--raw', '-Sdisable', '-Sqrcode.enable', picture)
        equal('the code says what the file says', text.strip(), read.strip())
        key('Escape')


def in_format(app, name, purpose, number, path, secret=None):
    """Exported in a format by what it is called and is for; its place in the list."""
    app.menu('Export…')
    dialog = app.program.find('frame', 'Export')
    choice(dialog, 'Format', name, number)
    dialog.find('label', purpose)
    if secret:
        dialog.find(('switch', 'check box'), 'With shared key and password').check()
        for row in ('Shared key', 'Password'):
            dialog.find(('text', 'password text'), row).type(secret)
    dialog.find('push button', 'Export…').await_state('sensitive').click()
    app.type_path('Export', path)
    app.program.gone('frame', 'Export')


def others(app):
    app.select('Büro')
    apple, windows = os.path.join(FOLDER, 'out.mobileconfig'), os.path.join(FOLDER, 'out.ps1')
    folder = os.path.join(FOLDER, 'out')
    with step('a connection is exported for Apple, with its secrets'):
        in_format(app, 'Apple profile', 'For macOS, iPhone and iPad', 2, apple, 'a <secret> & more')
        with open(apple, 'rb') as written:
            payload = plistlib.load(written)['PayloadContent'][0]
        equal('the gateway is in it', 'vpn.example.com', payload['PPP']['CommRemoteAddress'])
        equal('the key is, as Apple has it', b'a <secret> & more', payload['IPSec']['SharedSecret'])
        equal('the password is', 'a <secret> & more', payload['PPP']['AuthPassword'])
        equal('the file is its owner\'s alone', 0o600, os.stat(apple).st_mode & 0o777)
    with step('a connection is exported for Windows, without them'):
        in_format(app, 'PowerShell', 'For Windows: a script that adds the connection', 3, windows)
        with open(windows, encoding='utf-8-sig') as written:
            text = written.read()
        true('it is the command', 'Add-VpnConnection' in text and "'vpn.example.com'" in text and 'secret' not in text, text)
    with step('a connection is exported as a folder of files'):
        in_format(app, 'strongSwan, xl2tpd', 'For Linux without NetworkManager: a folder of configuration files', 4, folder)
        wait('the files are there', lambda: os.path.isdir(folder) and len(os.listdir(folder)) > 2)
        true('they name the gateway', any('vpn.example.com' in open(os.path.join(folder, file), encoding='utf-8').read()
                                          for file in os.listdir(folder)))


# --- NetworkManager's connection, edited


def edited(app):
    """See the case for what it has."""
    before = shown('full')
    with step('a change in the editor is saved'):
        editor = app.edit('full')
        editor.find('text', 'IPv4 routes').type('10.0.0.0/8, 172.16.0.0/12, 192.0.2.0/24')
        save(app, editor, 'full')
        wait('NetworkManager has it', lambda: '192.0.2.0/24' in shown('full')['ipv4.routes'])
    after = shown('full')
    equal('nothing else has changed', {'ipv4.routes'}, {name for name in before | after
                                                        if before.get(name) != after.get(name)})
    true('the routes that stay have kept their next hop and cost', '10.1.1.1' in after['ipv4.routes']
         and '50' in after['ipv4.routes'], after['ipv4.routes'])
    with step('a secret is stored'):
        editor = app.edit('full')
        editor.find('text', re.compile('^Password')).type('also stored')
        save(app, editor, 'full')
        wait('NetworkManager keeps it', lambda: data('full')['password-flags'] == '0')


def removed(app):
    with step('a connection is removed'):
        app.select('Clipped')
        app.menu('Remove…')
        app.program.find('push button', re.compile('^Remove( Remove)?$')).click()
        wait('NetworkManager has it no more', lambda: 'Clipped' not in names())
        true('the others are there', {'full', 'Büro'} <= set(names()))


# --- The editor

# A field of each type, what is wrong with it, what is right, and of what the message speaks.
FIELDS = [
    ('text', 'Gateway', 'a b', 'other.example.com', 'gateway'),                        # a host
    ('text', 'Name', 'a/b', 'full again', 'id'),                                       # a name
    ('text', 'DNS servers', '10.0.0.53, 10.0.0.999', '10.0.0.53', None),                # addresses
    ('text', 'IPv4 routes', '10.0.0.0/33', '10.0.0.0/8', None),                         # networks
    ('text', 'Search domains', 'a b..c', 'corp.example', None),                         # domains
    ('text', 'MTU (bytes)', '99', '1300', None),                                        # a number
    ('text', 'Phase 1 algorithms', 'aes256-nonsense!', 'aes256-sha1-modp1024', None),           # suites
    ('text', 'Shared key', 'x' * 2000, 'right', None),                          # a secret
]


def row(editor, role, label):
    return editor.find(role, re.compile('^' + re.escape(label) + r'( \(saved|$)'), showing=False)


def validated(app):
    editor = app.edit('full')
    for role, label, wrong, right, _ in FIELDS:
        with step(f'{label}: what is wrong is told while it is typed, and kept'):
            entry = row(editor, role, label)
            entry.type(wrong)
            wait('it is told', lambda entry=entry: entry.description)
            print('#', entry.description, flush=True)
            editor.find('list item', entry.description, showing=False)  # below it, perhaps in a closed section
            if role == 'text':
                equal(f'{label}: what was typed is there', wrong, entry.text)
            entry.type(right)
            wait('nothing is wrong any more', lambda entry=entry: not entry.description)
    return editor


def undone(editor):
    with step('each change is taken back, the last one first'):
        undo = editor.find('push button', 'Undo')
        key(*['ctrl+z'] * 20)
        wait('nothing is left to undo', lambda: not undo.has('sensitive'))
        equal('the gateway is as it was', 'vpn.example.com', row(editor, 'text', 'Gateway').text)
        equal('the routes are as they were', '10.0.0.0/8, 172.16.0.0/12, 192.0.2.0/24',
              row(editor, 'text', 'IPv4 routes').text)
        true('nothing is to be saved', not editor.find('push button', 'Save').has('sensitive'))


def searched(editor):
    with step('the search finds a setting by a word of its explanation'):
        editor.find(('toggle button', 'push button'), 'Search Settings').click()
        editor.find('entry', re.compile('^Search')).type('largest packet')
        editor.find('text', 'MTU (bytes)')
        wait('others are out of sight', lambda: not editor.look('text', 'Gateway'))
        screenshot('search.png')
        editor.find('entry', re.compile('^Search')).type('')
        editor.find('text', 'Gateway')


def chosen(app, editor):
    """What is no text; each in sight by the search."""
    with step('a choice and a switch'):
        search = editor.find(('toggle button', 'push button'), 'Search Settings')
        search.click()
        entry = editor.find('entry', re.compile('^Search'))
        entry.type('What to offer the gateway')
        choice(editor, 'Security', 'Strong only', 0)
        entry.type('Force UDP')
        editor.find(('switch', 'check box'), 'Force UDP encapsulation').check()
        entry.type('')
        save(app, editor, 'full')
        wait('NetworkManager has them', lambda: data('full').get('ipsec-forceencaps') == 'yes')
        equal('the choice, too', 'strong', data('full').get('causeway-ipsec-security'))
    return app.edit('full')


def long_value(app, editor):
    with step('a long value is kept whole'):
        routes = ', '.join(f'10.{n // 256}.{n % 256}.0/24' for n in range(150))
        row(editor, 'text', 'IPv4 routes').type(routes)
        save(app, editor, 'full')
        wait('NetworkManager has it', lambda: shown('full')['ipv4.routes'].count('/24') == 150)


def main():
    app = Causeway()
    edited(app)
    in_form(app)
    in_list(app)
    pasted(app)
    pictures(app)
    taken_out(app)
    others(app)
    removed(app)
    with step('the editor'):
        editor = validated(app)
        undone(editor)
        searched(editor)
        editor = chosen(app, editor)
        long_value(app, editor)
    app.program.end()


if __name__ == '__main__':
    with step('the window takes what people bring'):
        main()
    if checks.status():
        screenshot('not-ok.png')
    ok('done')
    sys.exit(checks.status())
