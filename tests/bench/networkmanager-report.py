# SPDX-License-Identifier: GPL-2.0-or-later
"""networkmanager-report.py FOLDER RTT…: the table of tests/bench/networkmanager."""
import statistics
import sys

KINDS = {
    'causeway/cold': "Causeway's plug-in, charon not running",
    'causeway/again': "Causeway's plug-in, again",
    'networkmanager-l2tp': 'NetworkManager-l2tp',
}


def times_of(path):
    times = {kind: [] for kind in KINDS}
    with open(path) as file:
        for line in file:
            words = line.split()
            if len(words) == 4 and words[0] in times:
                times[words[0]].append(float(words[1]) if words[3] == '0' else None)
    return times


folder, rtts = sys.argv[1], sys.argv[2:]
for rtt in rtts:
    times = times_of(f'{folder}/{rtt}.txt')
    medians = {kind: statistics.median(good) for kind, all_runs in times.items()
               if (good := [t for t in all_runs if t is not None])}
    print(f'Milliseconds from `nmcli connection up` to the first ping, round trip {rtt} ms\n')
    print(f'{"":42}{"median":>8}{"range":>16}{"succeeded":>11}{"NetworkManager-l2tp takes":>28}')
    for kind, label in KINDS.items():
        good = [t for t in times[kind] if t is not None]
        count = f'{len(good)}/{len(times[kind])}'
        if not good:
            print(f'{label:42}{"-":>8}{"-":>16}{count:>11}')
            continue
        ratio = ''
        if kind != 'networkmanager-l2tp' and 'networkmanager-l2tp' in medians:
            ratio = f'{medians["networkmanager-l2tp"] / medians[kind]:.1f} times as long'
        print(f'{label:42}{medians[kind]:8.0f}{f"{min(good):.0f}–{max(good):.0f}":>16}{count:>11}{ratio:>28}')
    print()
