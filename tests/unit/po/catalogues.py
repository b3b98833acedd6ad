#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks that every sentence that users read is in every catalogue (po/README.md).

    catalogues.py SOURCE_ROOT

Writes TAP.  gettext's own tools do the reading; what is compared with the catalogues is collected
anew from the sources, so that a sentence that was added or changed shows up here.
"""
import os
import re
import subprocess
import sys
import tempfile

KEYWORDS = ['--keyword=_', '--keyword=N_', '--keyword=ngettext:1,2', '--keyword=import_tell:2', '--keyword=set_format_error:2',
            '--keyword=export_tell:2', '--flag=import_tell:2:c-format', '--flag=export_tell:2:c-format']
# Where sentences for users are marked.  What only administrators read is not translated.
TREES = ['gui', 'nm-plugin', 'daemon/client', 'daemon/profile', 'daemon/base']
MARK = {'.c': re.compile(r'\b(_|N_|ngettext|import_tell|export_tell|set_format_error)\('), '.ui': re.compile(r'translatable="yes"')}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, 'LC_ALL': 'C.UTF-8'})


def marked_files(root):
    for tree in TREES:
        for folder, _, names in os.walk(os.path.join(root, tree)):
            for name in names:
                path = os.path.join(folder, name)
                mark = MARK.get(os.path.splitext(name)[1])
                if mark and mark.search(open(path, encoding='utf-8').read()):
                    yield os.path.relpath(path, root)


def unlisted(root, listed):
    return [f'{path} is not in POTFILES' for path in sorted(marked_files(root)) if path not in listed]


def gone(root, listed):
    return [f'{path} is in POTFILES and does not exist' for path in listed
            if not os.path.exists(os.path.join(root, path))]


def collect(root, template):
    done = run('xgettext', '--from-code=UTF-8', '--directory=' + root, '--output=' + template, *KEYWORDS,
               '--files-from=' + os.path.join(root, 'po', 'POTFILES'))
    return [] if done.returncode == 0 else done.stderr.splitlines()


def malformed(catalogue):
    """What msgfmt complains of: the formats of printf among it."""
    done = run('msgfmt', '--check', '--check-accelerators=_', '--output-file=/dev/null', catalogue)
    return [] if done.returncode == 0 else done.stderr.splitlines()


def messages(catalogue, *options):
    done = run('msgattrib', '--no-wrap', *options, catalogue)
    texts = re.findall(r'^(?:#~ )?msgid ((?:(?:#~ )?".*"\n)+)', done.stdout, re.MULTILINE)
    joined = [''.join(re.findall(r'"(.*)"', text)) for text in texts]
    return [text for text in joined if text]  # the empty one is the header


def incomplete(catalogue, template):
    """Whatever the sources say that has no translation, or an uncertain one."""
    found = [f'fuzzy: {text}' for text in messages(catalogue, '--only-fuzzy', '--no-obsolete')]
    with tempfile.NamedTemporaryFile(suffix='.po') as merged:
        done = run('msgmerge', '--quiet', '--no-fuzzy-matching', '--output-file=' + merged.name, catalogue, template)
        if done.returncode != 0:
            return done.stderr.splitlines()
        found += [f'untranslated: {text}' for text in messages(merged.name, '--untranslated')]
        found += [f'not in the sources: {text}' for text in messages(merged.name, '--only-obsolete')]
    return found


def translations(catalogue):
    """msgid → msgstr of those without plural."""
    text = run('msgcat', '--no-wrap', catalogue).stdout
    return dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', text, re.MULTILINE))


def misnamed(catalogue):
    """Sentences that name something in the window, “Security”, otherwise than it is called there."""
    known = translations(catalogue)
    return [f'{text!r} does not name {known[name]!r}' for text, said in known.items()
            for name in re.findall('“([^”%]+)”', text) if name in known and known[name] not in said]


class Tap:
    def __init__(self):
        self.count, self.failed = 0, False

    def report(self, name, complaints):
        self.count += 1
        self.failed = self.failed or bool(complaints)
        print(('not ok' if complaints else 'ok'), self.count, name)
        for line in complaints:
            print('#', line)


def check_finds_faults(tap, root):
    """Each rule must find what is put before it, or it would never fail."""
    with tempfile.TemporaryDirectory() as folder:
        for tree in TREES + ['po']:
            os.makedirs(os.path.join(folder, tree), exist_ok=True)
        with open(os.path.join(folder, 'gui', 'a.c'), 'w', encoding='utf-8') as file:
            file.write('x(_("New %s"), _("Old"));\n')
        with open(os.path.join(folder, 'po', 'POTFILES'), 'w', encoding='utf-8') as file:
            file.write('gui/a.c\n')
        header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        catalogue, template = os.path.join(folder, 'x.po'), os.path.join(folder, 'x.pot')
        with open(catalogue, 'w', encoding='utf-8') as file:
            file.write(header + '#, fuzzy\nmsgid "Old"\nmsgstr "Alt"\n\n#, c-format\nmsgid "Any %s"\nmsgstr "%d"\n')
        named = os.path.join(folder, 'named.po')
        with open(named, 'w', encoding='utf-8') as file:
            file.write(header + 'msgid "Old"\nmsgstr "Alt"\n\nmsgid "See “Old”."\nmsgstr "Siehe „Neu“."\n')
        complaints = collect(folder, template)
        found = incomplete(catalogue, template) + malformed(catalogue)
        wanted = ['fuzzy: Old', 'untranslated: New %s', 'format specifications', 'not in the sources: Any %s']
        tap.report('faults are found', complaints + [f'not found: {text}' for text in wanted
                                                     if not any(text in line for line in found)]
                   + ([] if unlisted(folder, []) else ['an unlisted file was not found'])
                   + ([] if misnamed(named) else ['a wrong name was not found']))


def main():
    root = sys.argv[1]
    tap = Tap()
    listed = open(os.path.join(root, 'po', 'POTFILES'), encoding='utf-8').read().split()
    languages = open(os.path.join(root, 'po', 'LINGUAS'), encoding='utf-8').read().split()

    check_finds_faults(tap, root)
    tap.report('POTFILES', unlisted(root, listed) + gone(root, listed))
    with tempfile.NamedTemporaryFile(suffix='.pot') as template:
        tap.report('sources', collect(root, template.name))
        for language in languages:
            catalogue = os.path.join(root, 'po', language + '.po')
            tap.report(language, malformed(catalogue) + incomplete(catalogue, template.name)
                       + misnamed(catalogue))
    print(f'1..{tap.count}')
    return 1 if tap.failed else 0


if __name__ == '__main__':
    sys.exit(main())
