#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A RADIUS server with one user, for l2tpns: PAP and CHAP-MD5 (RFC 2865), accounting accepted (RFC 2866)."""

import hashlib
import os
import socket
import struct
import select

ACCESS_REQUEST, ACCESS_ACCEPT, ACCESS_REJECT, ACCOUNTING_REQUEST, ACCOUNTING_RESPONSE = 1, 2, 3, 4, 5
USER_NAME, USER_PASSWORD, CHAP_PASSWORD, CHAP_CHALLENGE = 1, 2, 3, 60

secret = os.environ['RADIUS_SECRET'].encode()
user = os.environ['VPN_USER'].encode()
password = os.environ['VPN_PASSWORD'].encode()


def attributes(data):
    found = {}
    while len(data) >= 2:
        kind, length = data[0], data[1]
        if length < 2 or length > len(data):
            break
        found[kind] = data[2:length]
        data = data[length:]
    return found


def plain_password(hidden, authenticator):
    """RFC 2865 §5.2: 16 bytes at a time, each masked with a hash that the ciphertext before it goes into."""
    plain, previous = b'', authenticator
    for start in range(0, len(hidden), 16):
        block = hidden[start:start + 16]
        mask = hashlib.md5(secret + previous).digest()
        plain += bytes(a ^ b for a, b in zip(block, mask))
        previous = block
    return plain.rstrip(b'\0')


def allowed(request, authenticator):
    if request.get(USER_NAME) != user:
        return False
    if USER_PASSWORD in request:
        return plain_password(request[USER_PASSWORD], authenticator) == password
    if CHAP_PASSWORD in request:
        given = request[CHAP_PASSWORD]
        challenge = request.get(CHAP_CHALLENGE, authenticator)
        return hashlib.md5(given[:1] + password + challenge).digest() == given[1:]
    return False


def answer(packet):
    code, identifier, length = struct.unpack('!BBH', packet[:4])
    authenticator = packet[4:20]
    if code == ACCESS_REQUEST:
        reply = ACCESS_ACCEPT if allowed(attributes(packet[20:length]), authenticator) else ACCESS_REJECT
    elif code == ACCOUNTING_REQUEST:
        reply = ACCOUNTING_RESPONSE
    else:
        return None
    head = struct.pack('!BBH', reply, identifier, 20)
    return head + hashlib.md5(head + authenticator + secret).digest()


def main():
    sockets = []
    for port in (1812, 1813, 1645, 1646):
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listener.bind(('127.0.0.1', port))
        sockets.append(listener)
    print('radius: ready', flush=True)
    while True:
        for ready in select.select(sockets, [], [])[0]:
            packet, peer = ready.recvfrom(4096)
            reply = answer(packet) if len(packet) >= 20 else None
            print('radius:', packet[0], '->', reply[0] if reply else 'nothing', flush=True)
            if reply:
                ready.sendto(reply, peer)


main()
