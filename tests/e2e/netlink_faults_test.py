"""A fault of each class in dumps of each protocol. Which errors there are, at which message of which
walk, is tried by tests/app/fault_matrix_test.cc; here the kernel and the daemon are real."""

import errno
import socket

import fault_case
import faults
import support
from fault_case import Symptoms
from faults import LAST

# Three datagrams' worth.
MANY = 600


def fail(call, code, **where):
    return lambda protocol: faults.fail(call, code, protocol=protocol, **where)


def datagram(data, **where):
    return lambda protocol: faults.datagram(data, protocol=protocol, **where)


# By reason, as the counter of failed dumps calls it: what the line in the log says, and the fault.
FAULTS = {
    "send": ("ENOBUFS", fail("send", errno.ENOBUFS)),
    "receive": ("ENOMEM", fail("receive", errno.ENOMEM, nth=2)),
    "timeout": ("in time", fail("receive", errno.EAGAIN, nth=LAST)),
    "overrun": ("ENOBUFS", fail("receive", errno.ENOBUFS, nth=1)),
    "truncated": ("", datagram(faults.message(faults.NOOP), flags=socket.MSG_TRUNC, nth=2)),
    "unsupported": ("ENOENT", datagram(faults.refusal(errno.ENOENT), nth=1)),
    "busy": ("EBUSY", datagram(faults.refusal(errno.EBUSY), nth=2)),
    "kernel": ("EPERM", datagram(faults.bad_end(errno.EPERM), nth=LAST)),
    "interrupted": ("", datagram(faults.message(faults.NOOP, flags=faults.DUMP_INTERRUPTED), nth=2)),
    "sequence": ("", datagram(faults.message(faults.DONE, bytes(4), sequence=0x7fffffff), nth=1)),
    "malformed": ("", datagram(bytes(8), nth=LAST)),  # half a header
}


class NetlinkCase(fault_case.FaultCase):
    """So many sockets that a dump takes several datagrams."""

    protocol = "tcp"
    config = fault_case.CONFIG + "source: netlink\n"

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


class TcpNetlinkFaultsTest(NetlinkCase):
    """In dumps of TCP sockets."""

    def test_each_class(self):
        number = faults.protocol_number(self.protocol)
        for reason, (says, fault) in FAULTS.items():
            with self.subTest(reason=reason):
                symptoms = Symptoms((self.protocol,), (self.protocol, says), reason)
                with self.enduring(symptoms, scrapes=2):
                    self.set_faults(fault(number))
                self.let_long_time_pass()
        self.end()

    def test_a_signal_is_no_error(self):
        """EINTR once in each walk, and what came stays there."""
        number = faults.protocol_number(self.protocol)
        for nth in (1, 2):
            self.set_faults(faults.fail("receive", errno.EINTR, protocol=number, nth=nth))
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
        for call, code in (("socket", errno.EMFILE), ("bind", errno.ENOMEM)):
            with self.subTest(call=call):
                symptoms = Symptoms(("tcp", "udp"), (errno.errorcode[code],), "open")
                with self.enduring(symptoms):
                    self.set_faults(faults.fail(call, code, domain=socket.AF_NETLINK))
                self.let_long_time_pass()
        self.end()


if __name__ == "__main__":
    support.main()
