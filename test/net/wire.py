"""What Node has no words for: hearing every frame, making a router forget, and a cable that takes its time.

capture            prints every frame that comes in on any interface, as lines of JSON
forget             makes the kernel forget the connections that it translates
cable A B NS MS    joins two interfaces: tap A here and tap B in the namespace NS, each frame MS milliseconds later
"""
import ctypes
import fcntl
import json
import os
import select
import socket
import struct
import sys
import time

ALL_PROTOCOLS = 0x0003
NETFILTER = 12
FORGET_CONNECTIONS = (1 << 8) | 2
REQUEST_AND_ANSWER = 1 | 4
SET_INTERFACE = 0x400454CA
TAP_WITHOUT_HEADER = 0x0002 | 0x1000
NEW_NETWORK = 0x40000000
FRAME_BYTES_MAX = 65_600


def say(line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def capture():
    heard = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
    heard.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
    say({"ready": True})
    while True:
        frame, sender = heard.recvfrom(FRAME_BYTES_MAX)
        if sender[2] != socket.PACKET_OUTGOING:
            say({"frame": frame.hex()})


def forget():
    asked = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETFILTER)
    asked.bind((0, 0))
    asked.send(struct.pack("=IHHIIBBH", 20, FORGET_CONNECTIONS, REQUEST_AND_ANSWER, 1, 0, 0, 0, 0))
    (error,) = struct.unpack_from("=i", asked.recv(4096), 16)
    if error != 0:
        raise OSError(-error, os.strerror(-error))
    say({"ready": True})


def tap(name):
    made = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(made, SET_INTERFACE, struct.pack("16sH", name.encode(), TAP_WITHOUT_HEADER))
    return made


def cable(near, far, namespace, delay_ms):
    ends = [tap(near)]
    # From here on this process lives in the other namespace; the first tap stays where it was made.
    with open(namespace, "rb") as there:
        if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), NEW_NETWORK) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    ends.append(tap(far))
    say({"ready": True})
    # In order of time, since every frame waits for the same time.
    under_way = []
    while True:
        wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
        for end in select.select(ends, [], [], wait)[0]:
            frame = os.read(end, FRAME_BYTES_MAX)
            under_way.append((time.monotonic() + float(delay_ms) / 1000, ends[1 - ends.index(end)], frame))
        while under_way and under_way[0][0] <= time.monotonic():
            _, end, frame = under_way.pop(0)
            try:
                os.write(end, frame)
            except OSError:
                # The interface is down: a cable that is pulled loses what is in it.
                pass


commands = {"capture": capture, "forget": forget, "cable": cable}
commands[sys.argv[1]](*sys.argv[2:])
