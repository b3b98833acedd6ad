#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""throughput-report.py PART FILE: a table of what throughput-runs measured, with ratios to the part's yardstick."""

import sys

part, name = sys.argv[1:]
yardstick = {'native': 'TCP without a tunnel', 'uml': 'raw ESP transport'}[part]
titles = {'native': 'The running kernel, without IPsec', 'uml': 'User-Mode Linux, AES-256-CBC and SHA-1'}

rows = []
for line in open(name):
    what, tab, rate = line.rstrip('\r\n').partition('\t')
    if tab:
        rows.append((*what.rsplit(', ', 1), float(rate) / 1e6))

base = {way: rate for what, way, rate in rows if what == yardstick}
print(f'{titles[part]}: Mbit/s of TCP, and as a part of {yardstick}')
for what in dict.fromkeys(row[0] for row in rows):
    cells = [f'{way} {rate:9.1f} {rate / base[way]:6.2f}' for name, way, rate in rows if name == what]
    print(f'  {what:28}', '   '.join(cells))
