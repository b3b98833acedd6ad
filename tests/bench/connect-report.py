# SPDX-License-Identifier: GPL-2.0-or-later
"""connect-report.py FOLDER RTT…: the tables of tests/bench/connect from what connect-runs has left."""
import re
import statistics
import struct
import subprocess
import sys

# PROTOCOL: main mode 3, quick mode 1 (its third message travels with SCCRQ), SCCRQ 1, SCCCN + ICRQ 1,
# ICCN + LCP 1, LCP + MS-CHAPv2 2, IPCP 2.
MINIMUM = 11
GAP = 20.0
KINDS = {
    'cold/kernel': 'Causeway, kernel path, charon not running',
    'cold/user': 'Causeway, user path, charon not running',
    'warm/kernel': 'Causeway, kernel path, again',
    'warm/user': 'Causeway, user path, again',
    'by-hand': 'charon + xl2tpd + pppd by hand, daemons running',
}


def table(head, rows):
    rows = [head] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for n, row in enumerate(rows):
        print('  '.join(cell.ljust(w) if i == 0 else cell.rjust(w)
                        for i, (cell, w) in enumerate(zip(row, widths))))
        if n == 0:
            print('  '.join('-' * w for w in widths))
    print()


def connect_times(folder, rtt):
    times = {}
    memory = {}
    with open(f'{folder}/{rtt}.txt') as file:
        for line in file:
            words = line.split()
            if words[:1] == ['memory'] and len(words) == 5:
                memory.setdefault(words[1], []).append((words[2], int(words[3]), int(words[4])))
            elif len(words) == 4 and words[0] in KINDS:
                times.setdefault(words[0], []).append(float(words[1]) if words[3] == '0' else -1.0)
    rows = []
    for kind, label in KINDS.items():
        all_runs = times.get(kind, [])
        good = [t for t in all_runs if t >= 0]
        if not good:
            rows.append([label, '-', '-', '-', '-', f'0/{len(all_runs)}'])
            continue
        median = statistics.median(good)
        multiple = f'{median / int(rtt):.1f}' if int(rtt) else '-'
        beyond = f'{median - MINIMUM * int(rtt):.0f}'
        rows.append([label, f'{median:.0f}', f'{min(good):.0f}–{max(good):.0f}', multiple, beyond,
                     f'{len(good)}/{len(all_runs)}'])
    print(f'Milliseconds from the command to the first ping, round trip {rtt} ms '
          f'(minimum of the protocols, main mode with MS-CHAPv2: {MINIMUM} round trips, {MINIMUM * int(rtt)} ms)\n')
    table(['', 'median', 'range', '× RTT', 'beyond minimum', 'succeeded'], rows)
    return memory


# --- one connection, packet by packet

L2TP = {1: 'SCCRQ', 2: 'SCCRP', 3: 'SCCCN', 4: 'StopCCN', 6: 'HELLO', 10: 'ICRQ', 11: 'ICRP', 12: 'ICCN', 14: 'CDN',
        15: 'WEN', 16: 'SLI'}
PPP = {0xc021: 'LCP', 0xc023: 'PAP', 0xc223: 'CHAP', 0x8021: 'IPCP', 0x8057: 'IPV6CP', 0x80fd: 'CCP', 0x21: 'IPv4',
       0x57: 'IPv6'}
CODES = {1: 'Configure-Request', 2: 'Configure-Ack', 3: 'Configure-Nak', 4: 'Configure-Reject', 5: 'Terminate-Request',
         6: 'Terminate-Ack', 7: 'Code-Reject', 8: 'Protocol-Reject', 9: 'Echo-Request', 10: 'Echo-Reply',
         12: 'Identification'}
CHAP = {1: 'Challenge', 2: 'Response', 3: 'Success', 4: 'Failure'}
PAP = {1: 'Authenticate-Request', 2: 'Authenticate-Ack', 3: 'Authenticate-Nak'}


def read_pcap(path):
    with open(path, 'rb') as file:
        data = file.read()
    nsec = data[:4] == b'\x4d\x3c\xb2\xa1'
    at = 24
    while at + 16 <= len(data):
        sec, frac, length, _ = struct.unpack('<IIII', data[at:at + 16])
        yield sec * 1e3 + frac / (1e6 if nsec else 1e3), data[at + 16:at + 16 + length]
        at += 16 + length


def read_keys(path):
    keys = {}
    with open(path) as file:
        for entry in re.split(r'\n(?=src )', file.read()):
            spi = re.search(r'spi 0x([0-9a-f]+)', entry)
            cipher = re.search(r'enc cbc\(aes\) 0x([0-9a-f]+)', entry)
            auth = re.search(r'auth-trunc \S+ 0x[0-9a-f]+ (\d+)', entry)
            if spi and cipher and auth:
                keys[int(spi[1], 16)] = (cipher[1], int(auth[1]) // 8)
    return keys


def decrypt(esp, keys):
    spi = struct.unpack('>I', esp[:4])[0]
    if spi not in keys:
        return None
    key, icv = keys[spi]
    text = subprocess.run(['openssl', 'enc', '-d', '-nopad', f'-aes-{len(key) * 4}-cbc', '-K', key, '-iv',
                           esp[8:24].hex()], input=esp[24:-icv], capture_output=True, check=True).stdout
    return text[:-2 - text[-2]]


def describe_ppp(frame):
    if frame[:2] == b'\xff\x03':
        frame = frame[2:]
    if frame[0] & 1:
        protocol, rest = frame[0], frame[1:]
    else:
        protocol, rest = struct.unpack('>H', frame[:2])[0], frame[2:]
    name = PPP.get(protocol, f'PPP {protocol:#06x}')
    if protocol in (0x21, 0x57):
        return name
    names = CHAP if protocol == 0xc223 else PAP if protocol == 0xc023 else CODES
    return f'{name} {names.get(rest[0], rest[0])} {rest[1]}'


def describe_l2tp(packet):
    flags = struct.unpack('>H', packet[:2])[0]
    at = 2 + (2 if flags & 0x4000 else 0) + 4
    if flags & 0x8000:
        ns, nr = struct.unpack('>HH', packet[at:at + 4])
        at += 4
        if len(packet) < at + 8:
            return f'L2TP ZLB Ns={ns} Nr={nr}'
        kind = struct.unpack('>H', packet[at + 6:at + 8])[0]
        return f'L2TP {L2TP.get(kind, kind)} Ns={ns} Nr={nr}'
    at += 4 if flags & 0x0800 else 0
    if flags & 0x0200:
        at += 2 + struct.unpack('>H', packet[at:at + 2])[0]
    return describe_ppp(packet[at:])


def describe_ike(packet):
    kind = {2: 'main mode', 4: 'aggressive mode', 5: 'informational', 32: 'quick mode'}
    return 'IKE ' + kind.get(packet[18], f'exchange {packet[18]}')


def describe(frame, keys):
    """(from the laptop, what it is), or None for what is no part of the tunnel."""
    if frame[12:14] != b'\x08\x00':
        return None
    ip = frame[14:]
    length = struct.unpack('>H', ip[2:4])[0]
    header = (ip[0] & 15) * 4
    body = ip[header:length]
    esp = None
    ports = (0, 0)
    if ip[9] == 50:
        esp = body
    elif ip[9] == 17:
        ports = struct.unpack('>HH', body[:4])
        if 4500 in ports:
            if body[8:] == b'\xff':
                return ip[12:16], 'NAT keep-alive'
            if body[8:12] == bytes(4):
                return ip[12:16], describe_ike(body[12:])
            esp = body[8:]
        elif 500 in ports:
            return ip[12:16], describe_ike(body[8:])
        else:
            return None
    else:
        return None
    inner = decrypt(esp, keys)
    if inner is None:
        return ip[12:16], 'ESP (no key)'
    return ip[12:16], describe_l2tp(inner[8:])


def timeline(folder, rtt, kind):
    try:
        keys = read_keys(f'{folder}/{rtt}/{kind}.keys')
        frames = list(read_pcap(f'{folder}/{rtt}/{kind}.pcap'))
    except OSError as error:
        print(f'no timeline: {error}\n')
        return
    print(f'One connection on the wire, seen at the laptop, round trip {rtt} ms, '
          + ('charon not running before' if kind == 'cold' else 'charon running') + '\n')
    begin = last = laptop = None
    waited = {'the gateway and the way': 0.0, 'the laptop': 0.0}
    gaps = []
    pings = 0
    for time, frame in frames:
        seen = describe(frame, keys)
        if not seen:
            continue
        # The bench's own pings, one every 2 ms.
        if seen[1] == 'IPv4' and seen[0] == laptop:
            pings += 1
            if pings > 1:
                continue
        if begin is None:
            begin = last = time
            laptop = seen[0]
        outgoing = seen[0] == laptop
        gap = time - last
        side = 'the laptop' if outgoing else 'the gateway and the way'
        waited[side] += gap
        mark = ''
        if gap > GAP:
            mark = f'   <- {gap:.1f} ms without a packet, then {side} spoke'
            gaps.append((gap, side, seen[1]))
        print(f'{time - begin:9.1f}  {"->" if outgoing else "<-"}  {seen[1]}{mark}')
        last = time
        if seen[1] == 'IPv4' and not outgoing:
            break
    print(f'           ({pings} pings; only the first is listed)\n')
    trips = f' ({waited["the gateway and the way"] / int(rtt):.1f} round trips)' if int(rtt) else ''
    print(f'Gaps of more than {GAP:.0f} ms: {len(gaps)}; in all, before a packet of the laptop '
          f'{waited["the laptop"]:.0f} ms, before one of the gateway {waited["the gateway and the way"]:.0f} ms'
          f'{trips}\n')


def main():
    folder, *rtts = sys.argv[1:]
    memory = {}
    with open('/proc/loadavg') as file:
        print(f'Load of this machine at the end: {file.read().split()[0]} ({", ".join(rtts)} ms of round trip)\n')
    for rtt in rtts:
        memory = connect_times(folder, rtt) or memory
    for rtt in rtts:
        for kind in ('cold', 'warm'):
            timeline(folder, rtt, kind)
    rows = []
    for kind, programs in memory.items():
        rest = [p for p in programs if not p[0].startswith('charon')]
        for name, rss, pss in programs:
            rows.append([f'{kind}: {name}', rss, pss])
        rows.append([f'{kind}: all but charon', sum(p[1] for p in rest), sum(p[2] for p in rest)])
    print('Memory while connected, kB\n')
    table(['', 'RSS', 'PSS'], rows)


main()
