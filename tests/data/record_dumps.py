#!/usr/bin/env python3
"""Records how the kernel answers a dump request: record_dumps.py SCENE writes to standard output,
message behind message, from the first to the NLMSG_DONE or NLMSG_ERROR that ends it.
record_dumps.py --frame FILE... makes of such files an input of the fuzzers: two bytes of length
before each.

Run a scene in an empty network namespace with lo up (see README.md).
"""

import contextlib
import errno
import socket
import struct
import subprocess
import sys
import time

TCPDIAG_GETSOCK = 18
SOCK_DIAG_BY_FAMILY = 20
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST_DUMP = 0x301
NETLINK_SOCK_DIAG = 4
ALL_STATES = 0xFFF
EXPERIMENTAL_PROTOCOL = 253  # RFC 3692: no kernel has a module for it
TCP_STATES = range(1, 12)  # all of include/net/tcp_states.h but NEW_SYN_RECV
TCP_CLOSE = 7
DEADLINE_SECONDS = 20


def tcp_request():
    """Both families in one walk: inet_diag_req."""
    return TCPDIAG_GETSOCK, struct.pack("=BBBB48sII", 0, 0, 0, 0, bytes(48), ALL_STATES, 0)


def request_by_family(family, protocol):
    """inet_diag_req_v2."""
    payload = struct.pack("=BBBBI48s", family, protocol, 0, 0, ALL_STATES, bytes(48))
    return SOCK_DIAG_BY_FAMILY, payload


def messages(datagram):
    while datagram:
        length, kind = struct.unpack_from("=IH", datagram)
        yield kind, datagram[16:length]
        datagram = datagram[(length + 3) & ~3:]


def dump(request):
    kind, payload = request
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
    netlink.bind((0, 0))
    netlink.send(struct.pack("=IHHII", 16 + len(payload), kind, NLM_F_REQUEST_DUMP, 1, 0) + payload)
    answer = b""
    while True:
        datagram = netlink.recv(32768)
        answer += datagram
        if any(kind in (NLMSG_ERROR, NLMSG_DONE) for kind, _ in messages(datagram)):
            return answer


def states(answer):
    return {payload[1] for kind, payload in messages(answer) if kind == TCPDIAG_GETSOCK}


def opened(family, kind, address, port, v6only=None, peer=None):
    one = socket.socket(family, kind)
    if v6only is not None:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    one.bind((address, port))
    if peer:
        one.connect(peer)
    return one


def listener(family, address, port, v6only=None, backlog=5):
    listening = opened(family, socket.SOCK_STREAM, address, port, v6only)
    listening.listen(backlog)
    return listening


def pair(listening):
    client = socket.create_connection(listening.getsockname()[:2])
    return client, listening.accept()[0]


def stuff(one):
    """More than the other end has room for, so what comes behind it, FIN too, has to wait."""
    one.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            one.send(bytes(65536))


def connecting(port):
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    one.setblocking(False)
    assert one.connect_ex(("127.0.0.1", port)) == errno.EINPROGRESS
    return one


def tcp(keep):
    """Listeners of both families, and both ends of a connection."""
    dual = listener(socket.AF_INET6, "::", 8001, 0)
    keep += [dual, listener(socket.AF_INET6, "::1", 8002, 1)]
    keep.append(listener(socket.AF_INET, "0.0.0.0", 8003))
    keep += [socket.create_connection(("127.0.0.1", 8001)), dual.accept()[0]]
    return dump(tcp_request())


def nft(commands):
    subprocess.run(["nft", commands], check=True)


def tcp_states(keep):
    """A socket in each state that a dump shows."""
    listening = listener(socket.AF_INET, "127.0.0.1", 8001)
    keep.append(listening)
    keep += pair(listening)  # ESTABLISHED
    half_closed, other = pair(listening)  # FIN_WAIT2 and CLOSE_WAIT
    half_closed.shutdown(socket.SHUT_WR)
    keep += [half_closed, other]
    first, second = pair(listening)  # TIME_WAIT: of the one that ends it, once the other knows
    first.close()
    second.recv(1)
    second.close()
    last_ack, not_reading = pair(listening)  # LAST_ACK
    stuff(last_ack)
    not_reading.shutdown(socket.SHUT_WR)
    last_ack.close()
    fin_wait1, not_reading_either = pair(listening)  # FIN_WAIT1
    stuff(fin_wait1)
    fin_wait1.close()
    keep += [not_reading, not_reading_either]
    full = listener(socket.AF_INET, "127.0.0.1", 8002, backlog=0)  # SYN_SENT: the queue is full
    keep += [full, socket.create_connection(("127.0.0.1", 8002)), connecting(8002)]
    deferring = listener(socket.AF_INET, "127.0.0.1", 8003)  # SYN_RECV: no data come
    deferring.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
    keep += [deferring, connecting(8003)]
    closing, its_peer = pair(listener_on(8004, keep))  # CLOSING: a FIN came, none was acknowledged
    nft("add table inet scene; add chain inet scene in { type filter hook input priority 0; };"
        "add rule inet scene in tcp sport 8004 drop; add rule inet scene in tcp dport 8004 drop")
    closing.shutdown(socket.SHUT_WR)
    its_peer.shutdown(socket.SHUT_WR)
    nft("flush chain inet scene in; add rule inet scene in tcp sport 8004 drop")
    keep += [closing, its_peer]
    return dump_with(set(TCP_STATES) - {TCP_CLOSE})


def listener_on(port, keep):
    keep.append(listener(socket.AF_INET, "127.0.0.1", port))
    return keep[-1]


def dump_with(expected):
    """As soon as every state is there: FINs are on their way for a moment."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        answer = dump(tcp_request())
        if states(answer) >= expected:
            return answer
        if time.monotonic() > deadline:
            sys.exit(f"these states are missing: {sorted(expected - states(answer))}")


def udp(family, any_address, loopback):
    def scene(keep):
        keep.append(opened(family, socket.SOCK_DGRAM, any_address, 5353))
        v6only = 1 if family == socket.AF_INET6 else None
        keep.append(opened(family, socket.SOCK_DGRAM, loopback, 53, v6only))
        keep.append(opened(family, socket.SOCK_DGRAM, loopback, 40000, peer=(loopback, 53)))
        keep[-1].send(bytes(100))  # waits in the queue of port 53
        return dump(request_by_family(family, socket.IPPROTO_UDP))
    return scene


def udp_waiting(keep):
    """How much memory that datagram takes, as /proc says: it differs between kernels."""
    udp(socket.AF_INET, "0.0.0.0", "127.0.0.1")(keep)
    with open("/proc/net/udp", encoding="ascii") as table:
        waiting = [int(row.split()[4].partition(":")[2], 16) for row in table.readlines()[1:]]
    return str(max(waiting)).encode()


SCENES = {
    "tcp": tcp,
    "tcp_states": tcp_states,
    "udp4": udp(socket.AF_INET, "0.0.0.0", "127.0.0.1"),
    "udp6": udp(socket.AF_INET6, "::", "::1"),
    "udp_waiting": udp_waiting,
    # No such family: NLMSG_ERROR with ENOENT.
    "no_family": lambda keep: dump(request_by_family(socket.AF_UNSPEC, socket.IPPROTO_UDP)),
    # No module for the protocol: NLMSG_DONE with ENOENT.
    "no_protocol": lambda keep: dump(request_by_family(socket.AF_INET, EXPERIMENTAL_PROTOCOL)),
}


def frame(paths):
    for path in paths:
        with open(path, "rb") as file:
            datagram = file.read()
        sys.stdout.buffer.write(struct.pack("<H", len(datagram)) + datagram)


def main():
    if sys.argv[1:2] == ["--frame"]:
        return frame(sys.argv[2:])
    if len(sys.argv) != 2 or sys.argv[1] not in SCENES:
        sys.exit(f"usage: {sys.argv[0]} {'|'.join(SCENES)} or --frame FILE...")
    keep = []  # sockets that have to live until they are dumped
    sys.stdout.buffer.write(SCENES[sys.argv[1]](keep))


if __name__ == "__main__":
    main()
