#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks what no compiler checks: that the engines touch nothing but memory, and that folders
include only those below them (daemon/README.md, "Who may include whom").

    layers.py --tree DIR [--tree DIR ...] --fixture-tree DIR --fixture-archive FILE ARCHIVE ...

Writes TAP.  The fixtures break every rule once; a rule that does not find its fixture fails,
so that this test can fail.
"""
import argparse
import os
import re
import subprocess
import sys

# --- symbols --------------------------------------------------------------------------------

# Everything that an engine may ask of others.  A list of what is allowed, not of what is
# forbidden: a new way to read a clock needs no new rule.
ALLOWED_SYMBOLS = re.compile(r'''^(
    # memory and strings of the C library, and what the compiler itself calls
    _*(mem(cpy|move|set|cmp|chr|mem)|bcmp|explicit_bzero)(_chk)?
    | strlen | strchr | strrchr | strcmp | strncmp | strnlen | strstr
    | __stack_chk_fail | _GLOBAL_OFFSET_TABLE_ | __tls_get_addr
    # GLib: memory, containers, text
    | g_(malloc|malloc0|realloc|free|free_sized|memdup2|clear_pointer)(_n)?
    | g_(array|byte_array|ptr_array|bytes|queue|list|slist|hash_table|string)_[a-z0-9_]+
    | g_(direct|str|int|int64)_(hash|equal)
    | g_(str|ascii|utf8|unichar|unicode)_?[a-z0-9_]* | g_strv_[a-z_]+
    | g_(snprintf|vsnprintf)
    | g_variant_[a-z0-9_]+
    # GLib: a broken contract ends the program; g_debug() goes through the driver's writer
    | g_assertion_message[a-z_]* | g_return_if_fail_warning | g_warn_message | g_log
    # arithmetic of the cryptographic library
    | (_?nettle|memeql_sec)[a-z0-9_]*
    # instrumented builds
    | __(asan|ubsan|tsan|msan|sanitizer|gcov|llvm|sancov)_[a-zA-Z0-9_]+
)$''', re.VERBOSE)

# Named like the text functions above, and not about text.
FORBIDDEN_SYMBOLS = re.compile(r'^g_(strerror|strsignal|str_to_ascii|string_append_uri_escaped)$')


def nm(archive, *options):
    out = subprocess.run(['nm', *options, archive], check=True, capture_output=True, text=True)
    return [line.split() for line in out.stdout.splitlines() if line and not line.endswith(':')]


def foreign_symbols(archives):
    """Per archive, the undefined symbols that no other of the archives defines."""
    defined = {fields[2] for archive in archives for fields in nm(archive, '--defined-only')
               if len(fields) == 3}
    return {archive: sorted({fields[-1] for fields in nm(archive, '-u')} - defined)
            for archive in archives}


def bad_symbols(symbols):
    return [s for s in symbols if not ALLOWED_SYMBOLS.match(s) or FORBIDDEN_SYMBOLS.match(s)]


# --- includes -------------------------------------------------------------------------------

# Folder: what it may include beside itself.  A path names one header of a folder.
ALLOWED_INCLUDES = {
    'base': [],
    'io': [],
    'ppp': ['base'],
    'l2tp': ['base'],
    'dhcp6': ['base'],
    'profile': ['base', 'io'],
    'ipsec': ['base'],
    'host': ['base', 'io'],
    'tunnel': ['base', 'ppp', 'l2tp', 'dhcp6'],
    'credentials': ['base', 'io', 'tunnel/sandbox.h'],
    'qr': ['base', 'io', 'tunnel/sandbox.h'],
    'connection': ['base', 'profile', 'ipsec', 'host', 'tunnel/protocol.h',
                   'credentials/protocol.h'],
    'api': ['base', 'connection', 'profile'],
    'client': ['base', 'profile'],
    'cli': ['base', 'client', 'io', 'profile'],
    'gui': ['base', 'client', 'io', 'profile'],
    'nm-plugin': ['base', 'client', 'io', 'profile'],
}
# Nothing outside ipsec/ knows VICI (another IKE implementation must be able to stand there).
PRIVATE_HEADERS = re.compile(r'^ipsec/(vici|charon|sa-info)[a-z-]*\.h$')
# What the engines' sources may include of the system.
ENGINES = {'base', 'ppp', 'l2tp', 'dhcp6'}
ENGINE_FILES = re.compile(r'^ipsec/vici\.[ch]$')
ENGINE_HEADERS = re.compile(r'^(glib|string|stdarg|stddef|stdint|limits|nettle/[a-z0-9]+)(\.h)?$')

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def sources(tree):
    for folder, _, names in sorted(os.walk(tree)):
        for name in sorted(names):
            if name.endswith(('.c', '.h')):
                yield os.path.relpath(os.path.join(folder, name), tree)


def judge_include(path, own, system):
    """The rule that an #include breaks, or None."""
    folder = path.split('/')[0]
    if system is not None:
        if (folder in ENGINES or ENGINE_FILES.match(path)) and not ENGINE_HEADERS.match(system):
            return f'an engine may not include <{system}>'
        return None
    target = own.split('/')[0]
    if '..' in own.split('/'):
        return f'"{own}" goes around the folders'
    if '/' not in own or target == folder or target not in ALLOWED_INCLUDES:
        return None
    if PRIVATE_HEADERS.match(own):
        return f'"{own}" is private to ipsec/'
    allowed = ALLOWED_INCLUDES[folder]
    if target not in allowed and own not in allowed:
        return f'{folder}/ may not include "{own}"'
    return None


def bad_includes(tree, prefix=''):
    found = []
    count = 0
    for path in sources(tree):
        full = prefix + path
        folder = full.split('/')[0]
        if '/' not in full:
            continue  # main.c puts everything together
        if folder not in ALLOWED_INCLUDES:
            found.append(f'{full}: its folder is not in the table of layers')
            continue
        with open(os.path.join(tree, path), encoding='utf-8') as file:
            for number, line in enumerate(file, 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                count += 1
                problem = judge_include(full, match.group(1), match.group(2))
                if problem:
                    found.append(f'{full}:{number}: {problem}')
    return found, count


# --- TAP ------------------------------------------------------------------------------------

class Tap:
    def __init__(self):
        self.number = 0
        self.failed = False

    def report(self, ok, name, details=()):
        self.number += 1
        self.failed |= not ok
        print(f'{"ok" if ok else "not ok"} {self.number} - {name}')
        for detail in details:
            print(f'# {detail}')


def check_fixtures(tap, tree, archive):
    """Every line of a fixture that says EXPECTED must be found, and no other."""
    found, _ = bad_includes(tree)
    expected = []
    for path in sources(tree):
        with open(os.path.join(tree, path), encoding='utf-8') as file:
            expected += [f'{path}:{n}' for n, line in enumerate(file, 1) if 'EXPECTED' in line]
    places = [':'.join(f.split(':')[:2]) for f in found]
    tap.report(places == expected and len(expected) > 0, 'the rules of includes find their fixtures',
               [f'missed {e}' for e in expected if e not in places] +
               [f'too much: {f}' for f in found if ':'.join(f.split(':')[:2]) not in expected])
    wanted = {'g_get_monotonic_time', 'g_timeout_add_full', 'g_main_loop_new', 'getrandom',
              'g_random_int', 'socket', 'clock_gettime', 'fopen', 'g_file_get_contents',
              'g_strerror'}
    # A fortified or 64-bit build may spell a name differently.
    symbols = {re.sub(r'64$', '', s) for s in bad_symbols(foreign_symbols([archive])[archive])}
    tap.report(wanted <= symbols, 'the rule of symbols finds its fixtures',
               [f'missed {s}' for s in sorted(wanted - symbols)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--tree', action='append', default=[])
    parser.add_argument('--fixture-tree', required=True)
    parser.add_argument('--fixture-archive', required=True)
    parser.add_argument('archives', nargs='+')
    arguments = parser.parse_args()
    tap = Tap()

    check_fixtures(tap, arguments.fixture_tree, arguments.fixture_archive)
    for archive, symbols in foreign_symbols(arguments.archives).items():
        bad = bad_symbols(symbols)
        tap.report(not bad and len(symbols) > 0, f'{os.path.basename(archive)} touches only memory',
                   [f'calls {s}' for s in bad])
    for tree in arguments.tree:
        name = os.path.basename(tree.rstrip('/'))
        if not os.path.isdir(tree):
            continue
        bad, count = bad_includes(tree, '' if name == 'daemon' else name + '/')
        tap.report(not bad and count > 0, f'{name}/ keeps its layers', bad)
    print(f'1..{tap.number}')
    return 1 if tap.failed else 0


if __name__ == '__main__':
    sys.exit(main())
