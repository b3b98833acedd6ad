#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A language in which every sentence of ours stands in brackets: whatever has none was not translated.

    pseudo.py

makes its catalogue of what the German one knows, where causeway-gui looks for it (as root).
"""
import os
import struct

LANGUAGE = 'zxx'  # of no language: no other program has that
LOCALES = '/usr/share/locale'
HEADER = b'Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n'


def bracketed(text):
    return f'⟦{text}⟧'


def rest(text):
    """What is outside of all brackets."""
    depth, outside = 0, ''
    for letter in text:
        depth += (letter == '⟦') - (letter == '⟧')
        outside += letter if depth == 0 and letter != '⟧' else ''
    return outside


def originals(file):
    """The sentences of a binary catalogue of gettext; of those with a plural both, with a zero byte between."""
    with open(file, 'rb') as stream:
        data = stream.read()
    count, table = struct.unpack_from('<2I', data, 8)
    for index in range(count):
        length, offset = struct.unpack_from('<2I', data, table + 8 * index)
        yield data[offset:offset + length]


def write(file, pairs):
    pairs = sorted(pairs.items())
    offset, tables, texts = 28 + 16 * len(pairs), [[], []], b''
    for column in (0, 1):
        for pair in pairs:
            tables[column] += [len(pair[column]), offset + len(texts)]
            texts += pair[column] + b'\0'
    numbers = [0x950412de, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0, *tables[0], *tables[1]]
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, 'wb') as stream:
        stream.write(struct.pack(f'<{len(numbers)}I', *numbers) + texts)


def catalogue(language):
    return f'{LOCALES}/{language}/LC_MESSAGES/causeway.mo'


def main():
    pairs = {text: b'\0'.join(bracketed(form.decode()).encode() for form in text.split(b'\0'))
             for text in originals(catalogue('de'))}
    pairs[b''] = HEADER
    write(catalogue(LANGUAGE), pairs)


if __name__ == '__main__':
    main()
