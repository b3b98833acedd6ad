# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program's threads do, seen from outside: for tests/gui and tests/bench."""
import os


def wake_ups(pid):
    """How often its threads have begun to wait, up to now: each time that follows one on which they were woken."""
    count = 0
    for task in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{task}/status') as file:
            count += sum(int(line.split()[1]) for line in file if line.startswith('voluntary_ctxt_switches'))
    return count
