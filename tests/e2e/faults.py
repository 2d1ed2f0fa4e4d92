"""Faults that faults.cc makes in a running exporter: built here, put into force and lifted again."""

import mmap
import os
import socket
import struct

import support

# As faults.cc has them.
_CALLS = ["socket", "bind", "send", "receive", "open", "read", "accept", "thread", "clock"]
_FAIL, _REPLACE = 0, 1
_FAULT = struct.Struct("8i128s128s")
_NUMBER = struct.Struct("i")
_MOST, _PLACES = 8, 64
_PLACE_BYTES = _NUMBER.size + _MOST * _FAULT.size
_TABLE_BYTES = _NUMBER.size + _PLACES * _PLACE_BYTES
LAST = -1

_HEADER = struct.Struct("=IHHII")
NOOP, ERROR, DONE = 1, 2, 3  # uapi/linux/netlink.h
DUMP_INTERRUPTED = 0x10


def _pack(call, action, value, data=b"", path="", flags=0, domain=0, protocol=0, family=0, nth=0):
    return _FAULT.pack(_CALLS.index(call), action, value, flags, domain, protocol, family, nth,
                       path.encode(), data)


def fail(call, error_number, **where):
    """The call fails with this errno: `domain` of the socket, `protocol` and `family` of the dump,
    `nth` datagram of a walk, `path` of a file."""
    return _pack(call, _FAIL, error_number, **where)


def datagram(data, **where):
    """This comes instead of what the kernel says; see message(). `flags` are MSG_*."""
    return _pack("receive", _REPLACE, len(data), data, **where)


def other_file(path, other):
    """Whoever opens the one gets the other."""
    return _pack("open", _REPLACE, 0, other.encode(), path=path)


def clock_jump(clock, seconds):
    """CLOCK_REALTIME or CLOCK_MONOTONIC is this much further than it was without a fault."""
    return _pack("clock", _FAIL, seconds, nth=clock)


def message(kind, payload=b"", flags=0, sequence=0):
    """A netlink message; 0 as sequence number stands for that of an answer."""
    return _HEADER.pack(_HEADER.size + len(payload), kind, flags, sequence, 0) + payload


def refusal(error_number):
    """NLMSG_ERROR, as struct nlmsgerr has it."""
    return message(ERROR, struct.pack("=i", -error_number) + bytes(_HEADER.size))


def bad_end(error_number):
    """NLMSG_DONE that tells of an error."""
    return message(DONE, struct.pack("=i", -error_number))


class Faults:
    """What is wrong with one exporter's kernel; nothing at first."""

    def __init__(self, test):
        path = support.temporary_file(test, "", "faults")
        os.truncate(path, _TABLE_BYTES)
        with open(path, "r+b") as file:
            self._table = mmap.mmap(file.fileno(), _TABLE_BYTES)
        test.addCleanup(self._table.close)
        self._place = 0
        self.environment = support.preload(SOCKDIAG_TEST_FAULTS=path)

    def set(self, *faults):
        """These, and no other, from one moment to the next."""
        if len(faults) > _MOST:
            raise ValueError(f"{len(faults)} faults at once, and there is room for {_MOST}")
        self._place = (self._place + 1) % _PLACES
        content = _NUMBER.pack(len(faults)) + b"".join(faults)
        start = _NUMBER.size + self._place * _PLACE_BYTES
        self._table[start:start + len(content)] = content
        self._table[:_NUMBER.size] = _NUMBER.pack(self._place)


def protocol_number(name):
    return {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP}[name]
