"""Makes sockets in known states on the namespace's loopback, and reads the kernel's own tables."""

import collections
import ctypes
import fcntl
import socket
import struct

from support import wait_until

_STATES = {
    1: "established", 2: "syn_sent", 3: "syn_recv", 4: "fin_wait1", 5: "fin_wait2", 6: "time_wait",
    7: "close", 8: "close_wait", 9: "last_ack", 10: "listen", 11: "closing"}
_UDP_STATES = {1: "established", 7: "unconnected"}
_TABLES = {
    ("tcp", "ipv4"): "/proc/net/tcp", ("tcp", "ipv6"): "/proc/net/tcp6",
    ("udp", "ipv4"): "/proc/net/udp", ("udp", "ipv6"): "/proc/net/udp6"}


def kernel_counts():
    """Sockets by (protocol, family, state), from /proc/net, where the exporter does not look."""
    counts = collections.Counter()
    for (protocol, family), path in _TABLES.items():
        names = _STATES if protocol == "tcp" else _UDP_STATES
        try:
            with open(path, encoding="ascii") as table:
                rows = table.read().splitlines()[1:]
        except FileNotFoundError:  # a kernel without IPv6
            continue
        for row in rows:
            counts[protocol, family, names[int(row.split()[3], 16)]] += 1
    return counts


def exported_counts(exposition):
    """The same of a scrape."""
    sums = exposition.sum_by("sockdiag_sockets", "protocol", "family", "state")
    return collections.Counter(sums)


def lasting_metrics(exposition):
    """Those of a scrape that stay as they are while the sockets do. How many have sent again grows
    with time, as some of every_kind()'s peers are deaf, and unix and netlink sockets are also those
    of whoever looks."""
    return [name for name in exposition.families
            if (name.endswith("_sockets") or "_queue_" in name or name == "sockdiag_listeners")
            and name != "sockdiag_service_stalled_sockets"
            and not name.startswith(("sockdiag_unix_", "sockdiag_netlink_"))]


class Sockets:
    """Sockets that live as long as the test; `expected` counts them as kernel_counts() does."""

    def __init__(self, test):
        self.expected = collections.Counter()
        self._open = []
        test.addCleanup(self.close)

    def close(self):
        for opened in self._open:
            opened.close()
        self._open.clear()

    def reset(self):
        """Ends all connections with a reset, so that nothing is left, not even TIME_WAIT."""
        for opened in self._open:
            if opened.fileno() >= 0:
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()
        self.expected.clear()

    def settle(self):
        """Waits until the kernel's tables hold what was made and nothing else."""
        try:
            wait_until(lambda: kernel_counts() == self.expected, "the sockets to take their states",
                       deadline_s=30)
        except AssertionError as error:
            found = kernel_counts()
            raise AssertionError(f"{error}; missing {dict(self.expected - found)}, "
                                 f"unexpected {dict(found - self.expected)}") from None

    def _count(self, family, *states, protocol="tcp"):
        name = "ipv6" if family == socket.AF_INET6 else "ipv4"
        self.expected.update((protocol, name, state) for state in states)

    def _new(self, family, kind=socket.SOCK_STREAM):
        self._open.append(socket.socket(family, kind))
        return self._open[-1]

    def listener(self, host="127.0.0.1", port=0, backlog=1024, defer_accept=False, count=1):
        """A TCP listener; `::` is dual-stack. `count` of them share the port."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        for _ in range(count):
            listener = self._new(family)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
            if defer_accept:
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)
            listener.bind((host, port))
            listener.listen(backlog)
            self._count(family, "listen")
            port = listener.getsockname()[1]
        return listener

    def _connect(self, listener, host=None, source=None):
        target = listener.getsockname()
        host = host or target[0]
        client = self._new(socket.AF_INET6 if ":" in host else socket.AF_INET)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if source:
            client.bind(source)
        client.connect((host, target[1]))
        return client

    def _pair(self, listener, host=None, source=None):
        client = self._connect(listener, host, source)
        self._open.append(listener.accept()[0])
        return client, self._open[-1]

    def established(self, listener, count=1, host=None, source=None):
        """Connections of which both ends are here: two sockets each."""
        pairs = [self._pair(listener, host, source) for _ in range(count)]
        for client, server in pairs:
            self._count(client.family, "established")
            self._count(server.family, "established")
        return pairs

    def close_wait(self, listener, count=1, unread=0):
        """The client has closed, the server has not: FIN_WAIT2 here and CLOSE_WAIT there, with so
        many bytes that the server does not read."""
        for _ in range(count):
            client, server = self._pair(listener)
            client.sendall(bytes(unread))
            client.shutdown(socket.SHUT_WR)
            self._count(client.family, "fin_wait2", "close_wait")

    def time_wait(self, listener, count=1):
        """The client closes first, so it is the client's socket that stays for a minute."""
        for _ in range(count):
            client, server = self._pair(listener)
            client.close()
            server.recv(1)
            server.close()
            self._count(client.family, "time_wait")

    def waiting(self, listener, count=1):
        """Connections that nobody accepts: they fill the listener's accept queue."""
        for _ in range(count):
            client = self._connect(listener)
            self._count(client.family, "established", "established")

    def syn_sent(self, listener, count=1):
        """Needs a listener with backlog 0: one connection waits in it, so further SYNs are lost."""
        waiting = self._connect(listener)
        self._count(waiting.family, "established", "established")
        for _ in range(count):
            client = self._new(waiting.family)
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
            self._count(client.family, "syn_sent")

    def syn_recv(self, listener, count=1):
        """Needs a listener that defers accept: it stays in SYN_RECV until the client sends."""
        for _ in range(count):
            client = self._connect(listener)
            self._count(client.family, "established", "syn_recv")

    def fin_wait1(self, listener, count=1):
        """The peer is deaf to the client's FIN."""
        for _ in range(count):
            client, server = self._pair(listener)
            _make_deaf(server)
            client.shutdown(socket.SHUT_WR)
            self._count(client.family, "fin_wait1", "established")

    def last_ack(self, listener, count=1):
        """The peer has closed, and is deaf to the client's FIN after that."""
        for _ in range(count):
            client, server = self._pair(listener)
            server.shutdown(socket.SHUT_WR)
            client.recv(1)
            wait_until(lambda: _unacknowledged_bytes(server) == 0, "the FIN to be acknowledged")
            _make_deaf(server)
            client.shutdown(socket.SHUT_WR)
            self._count(client.family, "last_ack", "fin_wait2")

    def closing(self, listener, count=1):
        """Both close at once, and the peer is deaf: it does not even know of the client's FIN."""
        for _ in range(count):
            client, server = self._pair(listener)
            _make_deaf(server)
            client.shutdown(socket.SHUT_WR)
            server.shutdown(socket.SHUT_WR)
            self._count(client.family, "closing", "fin_wait1")

    def unread(self, listener, size):
        """A connection whose server does not read what the client has sent."""
        (client, _), = self.established(listener)
        client.sendall(bytes(size))
        wait_until(lambda: _unacknowledged_bytes(client) == 0, "the data to be acknowledged")

    def udp(self, host="127.0.0.1", port=0):
        """An unconnected socket, which is what listens in UDP."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        bound = self._new(family, socket.SOCK_DGRAM)
        bound.bind((host, port))
        self._count(family, "unconnected", protocol="udp")
        return bound

    def udp_connected(self, target, count=1):
        """Sockets connected to an address, where nobody has to listen."""
        family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
        for _ in range(count):
            self._new(family, socket.SOCK_DGRAM).connect(target)
            self._count(family, "established", protocol="udp")

    def every_kind(self, with_ipv6):
        """Sockets of both protocols in every state that lasts: all but CLOSE."""
        listener = self.listener(port=8080)
        self.established(listener, 5)
        self.unread(listener, 1000)
        self.close_wait(listener, 3)
        self.fin_wait1(listener, 2)
        self.last_ack(listener)
        self.closing(listener, 2)
        self.syn_sent(self.listener(port=8081, backlog=0), 2)
        self.syn_recv(self.listener(port=8082, defer_accept=True), 2)
        self.udp(port=5353)
        self.udp_connected(("127.0.0.1", 53), 3)
        if with_ipv6:
            dual_stack = self.listener("::", 8083)
            self.established(dual_stack, 2, host="::1")
            self.established(dual_stack, 1, host="127.0.0.1")
            self.close_wait(self.listener("::1", 8084))
            self.udp("::1", 5354)
            self.udp_connected(("::1", 53))
        self.time_wait(listener, 4)  # last: its ports are free for new connections
        self.settle()


def _make_deaf(peer):
    """Lets the kernel drop whatever arrives for the socket: a filter of one BPF instruction, which
    returns 0 (socket(7), SO_ATTACH_FILTER)."""
    so_attach_filter = 26
    instruction = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    program = struct.pack("HP", 1, ctypes.addressof(instruction))
    peer.setsockopt(socket.SOL_SOCKET, so_attach_filter, program)


def _unacknowledged_bytes(sender):
    siocoutq = 0x5411
    return struct.unpack("i", fcntl.ioctl(sender, siocoutq, bytes(4)))[0]
