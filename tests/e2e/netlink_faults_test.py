"""Every error that netlink can give, at every point of a dump."""

import errno
import itertools
import socket
import struct

import fault_case
import faults
import support
from fault_case import Symptoms
from faults import LAST

# Three datagrams' worth.
MANY = 600
POSITIONS = (1, 2, LAST)
MSG_TRUNC = socket.MSG_TRUNC

REASONS_OF_RECEIVE = {errno.EAGAIN: "timeout", errno.EBUSY: "busy", errno.ENOBUFS: "overrun",
                      errno.ENOMEM: "receive", errno.ECONNRESET: "receive", errno.EIO: "receive"}
REASONS_OF_KERNEL = {errno.ENOENT: "unsupported", errno.EBUSY: "busy", errno.EINTR: "interrupted",
                     errno.ENOBUFS: "overrun", errno.EPERM: "kernel", errno.EACCES: "kernel",
                     errno.ENOMEM: "kernel", errno.EINVAL: "kernel", errno.EAGAIN: "kernel"}


def with_sender(sender):
    return faults.message(faults.DONE, bytes(4), sender=sender)


# What kernel.md warns of, and what no kernel should ever say: (datagram, flags of it, reason).
TRAPS = {
    "interrupted": (faults.message(faults.NOOP, flags=faults.DUMP_INTERRUPTED), 0, "interrupted"),
    "interrupted end": (faults.message(faults.DONE, bytes(4), faults.DUMP_INTERRUPTED), 0,
                        "interrupted"),
    "another request's answer": (faults.message(faults.DONE, bytes(4), sequence=0x7fffffff), 0,
                                 "sequence"),
    "another socket's answer": (with_sender(1), 0, "sequence"),
    "overrun": (faults.message(faults.OVERRUN), 0, "overrun"),
    "truncated": (faults.message(faults.NOOP), MSG_TRUNC, "truncated"),
    "acknowledgement": (faults.refusal(0), 0, "malformed"),
    "end without a status": (faults.message(faults.DONE), 0, "malformed"),
    "error without one": (faults.message(faults.ERROR), 0, "malformed"),
    "unknown type": (faults.message(999, bytes(64)), 0, "malformed"),
    "short record": (faults.message(20, bytes(60)), 0, "malformed"),
    "empty datagram": (b"", 0, "malformed"),
    "half a header": (bytes(8), 0, "malformed"),
    "length beyond the datagram": (struct.pack("=IHHII", 4096, 2, 0, 0, 0), 0, "malformed"),
    "length 0": (bytes(32), 0, "malformed"),
    "negative length": (struct.pack("=IHHII", 0xfffffff0, 3, 0, 0, 0) + bytes(16), 0, "malformed"),
}


class NetlinkCase(fault_case.FaultCase):
    """So many sockets that a dump takes several datagrams."""

    protocol = "tcp"

    def setUp(self):
        super().setUp()
        self.made.established(self.made.listener(port=8080), 2)
        self.made.listener(port=8081, count=MANY)
        for port in range(MANY):
            self.made.udp(port=20000 + port)
        self.made.udp_connected(("127.0.0.1", 53), 3)
        if support.has_ipv6():
            self.made.udp("::1", 5354)
        self.made.settle()
        self.start()

    def check(self, protocol, reason, fault, *says):
        with self.subTest(says=says, reason=reason, protocol=protocol):
            with self.enduring(Symptoms((protocol,), (protocol, *says), reason), scrapes=2):
                self.set_faults(fault)
            self.let_long_time_pass()

    def where(self):
        for position in POSITIONS:
            yield {"protocol": faults.protocol_number(self.protocol), "nth": position}


class TcpNetlinkFaultsTest(NetlinkCase):
    """In dumps of TCP sockets."""

    def test_errors_of_the_socket(self):
        number = faults.protocol_number(self.protocol)
        for code in (errno.ECONNREFUSED, errno.ENOBUFS, errno.ENOMEM, errno.EPERM):
            self.check(self.protocol, "send", faults.fail("send", code, protocol=number),
                       errno.errorcode[code])
        for (code, reason), where in itertools.product(REASONS_OF_RECEIVE.items(), self.where()):
            says = {"timeout": "in time"}.get(reason, errno.errorcode[code])
            self.check(self.protocol, reason, faults.fail("receive", code, **where), says)
        self.end()

    def test_errors_of_the_kernel(self):
        for make in (faults.refusal, faults.bad_end):
            for (code, reason), where in itertools.product(REASONS_OF_KERNEL.items(), self.where()):
                self.check(self.protocol, reason, faults.datagram(make(code), **where),
                           errno.errorcode[code])
        self.end()

    def test_traps(self):
        for (name, (data, flags, reason)), where in itertools.product(TRAPS.items(), self.where()):
            with self.subTest(trap=name):
                self.check(self.protocol, reason, faults.datagram(data, flags=flags, **where))
        self.end()

    def test_a_signal_is_no_error(self):
        """EINTR once in each walk, and what came stays there."""
        for where in itertools.islice(self.where(), 2):
            self.set_faults(faults.fail("receive", errno.EINTR, **where))
            self.assert_whole(self.scrape())
        self.end()


class UdpNetlinkFaultsTest(TcpNetlinkFaultsTest):
    """The same in dumps of UDP sockets."""

    protocol = "udp"


class NetlinkSocketFaultsTest(fault_case.FaultCase):
    """No netlink socket to be had: of both protocols, as they have the same one."""

    def test_none_to_be_had(self):
        self.made.established(self.made.listener(port=8080), 2)
        self.made.udp(port=5353)
        self.made.settle()
        self.start()
        for call, codes in (("socket", (errno.EAFNOSUPPORT, errno.EMFILE,
                                        errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EACCES)),
                            ("bind", (errno.ENOMEM, errno.EADDRINUSE))):
            for code in codes:
                with self.subTest(call=call, code=errno.errorcode[code]):
                    symptoms = Symptoms(("tcp", "udp"), (errno.errorcode[code],), "open")
                    with self.enduring(symptoms):
                        self.set_faults(faults.fail(call, code, domain=socket.AF_NETLINK))
                    self.let_long_time_pass()
        self.end()


if __name__ == "__main__":
    support.main()
