#!/usr/bin/env python3
"""Records the first datagram of a TCPDIAG_GETSOCK dump of five known sockets.

Run it in an empty network namespace with lo up (see README.md); it writes to standard output.
"""

import socket
import struct
import sys

TCPDIAG_GETSOCK = 18
NLM_F_REQUEST_DUMP = 0x301
NETLINK_SOCK_DIAG = 4


def listener(family, address, port, v6only=None):
    listening = socket.socket(family, socket.SOCK_STREAM)
    if v6only is not None:
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    listening.bind((address, port))
    listening.listen(5)
    return listening


def main():
    dual = listener(socket.AF_INET6, "::", 8001, 0)
    only = listener(socket.AF_INET6, "::1", 8002, 1)
    ipv4 = listener(socket.AF_INET, "0.0.0.0", 8003)
    client = socket.create_connection(("127.0.0.1", 8001))
    accepted = dual.accept()[0]

    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
    netlink.bind((0, 0))
    request = struct.pack("=BBBB48sII", 0, 0, 0, 0, bytes(48), 0xFFF, 0)
    header = struct.pack("=IHHII", 16 + len(request), TCPDIAG_GETSOCK, NLM_F_REQUEST_DUMP, 1, 0)
    netlink.send(header + request)
    sys.stdout.buffer.write(netlink.recv(32768))
    for each in (dual, only, ipv4, client, accepted):
        each.close()


if __name__ == "__main__":
    main()
