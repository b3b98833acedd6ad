#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How the programs are linked: hardened, and with one GLib.

    programs.py static|shared EITHER PROGRAM ... -- SHARED PROGRAM ...

PROGRAMs before `--` have the one or the other GLib, those after it the shared one.  Writes TAP.
"""
import os
import re
import subprocess
import sys

GLIB = re.compile(r'\blib(glib|gobject|gmodule|gio)-2\.0\.so')


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def weaknesses(program):
    """What the compiler and the linker were to do against exploits, and did not."""
    headers = output('readelf', '--wide', '--file-header', '--program-headers', '--dynamic', program)
    found = []
    if not re.search(r'Type:\s+DYN', headers):
        found.append('its address is fixed (no PIE)')
    if 'GNU_RELRO' not in headers or not re.search(r'\bNOW\b', headers):
        found.append('its tables of addresses can be written to (no full RELRO)')
    if not re.search(r'GNU_STACK.*\bRW\s', headers):
        found.append('its stack can be executed')
    if '__stack_chk_fail' not in output('readelf', '--wide', '--symbols', program):
        found.append('its stack has no guard')
    return found


def shared_glib(program):
    """The shared libraries of GLib that come with a program, by whichever way."""
    return sorted({line.split()[0] for line in output('ldd', program).splitlines()
                   if GLIB.search(line)})


def main():
    wanted = sys.argv[1]
    between = sys.argv.index('--')
    lasting, others = sys.argv[2:between], sys.argv[between + 1:]
    number = 0
    failed = False
    for program in lasting + others:
        name = os.path.basename(program)
        glib = shared_glib(program)
        static = program in lasting and wanted == 'static'
        for what, right, details in [
                ('is hardened', not weaknesses(program), weaknesses(program)),
                # One that comes with another library would be a second one.
                ('has no shared GLib' if static else 'has the shared GLib', bool(glib) != static,
                 glib)]:
            number += 1
            failed |= not right
            print(f'{"ok" if right else "not ok"} {number} - {name} {what}')
            for detail in details if not right else []:
                print(f'# {detail}')
    print(f'1..{number}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
