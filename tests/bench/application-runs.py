# SPDX-License-Identifier: GPL-2.0-or-later
"""application-runs.py FIRST-FRAME RUNS: in the lab's session, the measurements and the table of tests/bench/application."""
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'gui'))
from threads import wake_ups  # noqa: E402

OURS = 'causeway-gui'
PROGRAMS = (OURS, 'gnome-calculator', 'gnome-text-editor')
SETTLE_SECONDS = 5
QUIET_SECONDS = 30


def memory(pid):
    """RSS and PSS in kB."""
    with open(f'/proc/{pid}/smaps_rollup') as file:
        values = dict(line.split(':', 1) for line in file if ':' in line)
    return tuple(int(values[key].split()[0]) for key in ('Rss', 'Pss'))


def end(pid):
    process = os.pidfd_open(pid)
    os.kill(pid, 15)
    select.select([process], [], [])
    os.close(process)


def quiet(pid):
    """Wake-ups in a while in which nothing happens."""
    before = wake_ups(pid)
    time.sleep(QUIET_SECONDS)
    return wake_ups(pid) - before


def measure(first_frame, program, is_last):
    words = subprocess.run([first_frame, program], stdout=subprocess.PIPE, check=True, text=True).stdout.split()
    pid = int(words[1])
    time.sleep(SETTLE_SECONDS)
    seen = {'frame': float(words[0])}
    seen['rss'], seen['pss'] = memory(pid)
    if is_last:
        time.sleep(20)  # threads of a pool that end by themselves
        seen['sight'] = quiet(pid)
    end(pid)
    return seen


def hidden():
    process = subprocess.Popen([OURS, '--hidden'])
    time.sleep(SETTLE_SECONDS + 20)
    rss, pss = memory(process.pid)
    count = quiet(process.pid)
    process.terminate()
    process.wait()
    return rss, pss, count


def main():
    # The session's says that nothing is to be animated, which would hide what keeps a window busy.
    os.environ['XDG_CONFIG_HOME'] = tempfile.mkdtemp()
    first_frame, runs = sys.argv[1], int(sys.argv[2])
    all_seen = {program: [] for program in PROGRAMS}
    for number in range(runs + 1):
        for program in PROGRAMS:
            seen = measure(first_frame, program, number == runs)
            # The first has the disk to wait for.
            if number > 0:
                all_seen[program].append(seen)
    median = {program: {key: statistics.median(seen[key] for seen in all_seen[program])
                        for key in ('frame', 'rss', 'pss')} for program in PROGRAMS}
    print(f'{"":20}{"first frame, ms":>17}{"range":>12}{"ratio":>7}{"RSS, kB":>10}{"PSS, kB":>10}{"ratio":>7}'
          f'{"wake-ups in 30 s":>18}')
    for program in PROGRAMS:
        frames = [seen['frame'] for seen in all_seen[program]]
        mine, ours = median[program], median[OURS]
        print(f'{program:20}{mine["frame"]:17.0f}{f"{min(frames):.0f}–{max(frames):.0f}":>12}'
              f'{mine["frame"] / ours["frame"]:7.2f}{mine["rss"]:10.0f}{mine["pss"]:10.0f}{mine["pss"] / ours["pss"]:7.2f}'
              f'{all_seen[program][-1]["sight"]:18}')
    rss, pss, count = hidden()
    print(f'{OURS + " --hidden":36}{"":20}{rss:10}{pss:10}{pss / median[OURS]["pss"]:7.2f}{count:18}')


main()
