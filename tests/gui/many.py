# SPDX-License-Identifier: GPL-2.0-or-later
"""causeway-gui with a hundred connections in a narrow window; see case gui-takes-a-hundred."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from atspi import WINDOW, launch, screenshot, wait  # noqa: E402
import checks  # noqa: E402
from checks import equal, ok  # noqa: E402

LONG, MARKUP, TWO_LINES = os.environ['LONG_NAME'], 'Fish & Chips <b>bold</b>', 'Two\nlines'
HEBREW = 'משרד ראשי בתל אביב'
COUNT, WIDTH = 100, 360
OURS = re.compile('^(Branch [0-9]+|' + '|'.join(map(re.escape, (LONG, MARKUP, TWO_LINES, HEBREW))) + '), ')


def extents(widget):
    return widget.call('Component', 'GetExtents', '(u)', WINDOW)[0]


def geometry():
    """Of the window, without the shadow that is drawn around it: place, width and height."""
    found = subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', '^Causeway$'], check=True, text=True,
                           capture_output=True).stdout.split()[-1]
    shell = subprocess.run(['xdotool', 'getwindowgeometry', '--shell', found], check=True, text=True,
                           capture_output=True).stdout
    place = {name: int(value) for name, value in (line.split('=') for line in shell.split())}
    shadow = subprocess.run(['xprop', '-id', found, '_GTK_FRAME_EXTENTS'], check=True, text=True,
                            capture_output=True).stdout
    left, right, top, bottom = [int(n) for n in re.findall(r'\d+', shadow.partition('=')[2])]
    return (found, place['X'] + left, place['Y'] + top, place['WIDTH'] - left - right,
            place['HEIGHT'] - top - bottom)


def make_narrow():
    """Asks for less than the window can be, which is then as narrow as it gets."""
    before = geometry()
    subprocess.run(['xdotool', 'windowsize', before[0], '200', '700'], check=True)
    wait('another width', lambda: geometry()[3] != before[3])


def turn_wheel():
    """Further than a hundred rows."""
    _, x, y, width, height = geometry()
    subprocess.run(['xdotool', 'mousemove', str(x + width // 2), str(y + height // 2), 'click', '--repeat', '150',
                    '--delay', '5', '5'], check=True)


def rows(window):
    return window.find('list', 'Connections').look('list item')


def too_wide(part):
    """What does not end before the window does."""
    found = []
    for widget in part.look(('label', 'push button', 'list item', 'switch', 'check box', 'image')):
        x, _, width, _ = extents(widget)
        if x < 0 or x + width > WIDTH:
            found.append(f'{widget!r} from {x} to {x + width}')
    return found


def page(window):
    """What shows the connection."""
    widget = window.find('push button', 'Connect')
    while widget.role != 'scroll pane':
        widget = widget.parent
    return widget


def look_at(program):
    window = program.find('frame', 'Causeway')
    wait('a hundred connections', lambda: len([row for row in rows(window) if OURS.match(row.name)]) == COUNT)
    ok('a hundred connections are listed')
    for name in (LONG, MARKUP, HEBREW, TWO_LINES):
        window.find('label', name)
    ok('names are shown letter by letter')
    make_narrow()
    equal('the window can be as narrow as a telephone', WIDTH, geometry()[3])
    wait('the list is narrow', lambda: extents(rows(window)[0])[2] <= WIDTH)
    equal('nothing in the list is wider than the window', [], too_wide(window.find('list', 'Connections')))

    last, height = rows(window)[-1], geometry()[4]
    before = extents(last)[1]
    turn_wheel()
    wait('the last row comes into sight', lambda: 0 <= extents(last)[1] <= height - extents(last)[3])
    checks.true('the list scrolls to its end', before > height, before)

    window.find('list item', re.compile('^' + LONG)).click_with_mouse()
    wait('the connection has a page of its own', lambda: extents(page(window))[2] == WIDTH)
    equal('nothing of the connection with the long name is wider than the window', [], too_wide(page(window)))
    screenshot('many-long-name.png')


def main():
    program = launch(['causeway-gui'])
    try:
        look_at(program)
    finally:
        program.end()


if __name__ == '__main__':
    with checks.step('the window takes a hundred connections'):
        main()
    if checks.status():
        screenshot('many-not-ok.png')
    sys.exit(checks.status())
