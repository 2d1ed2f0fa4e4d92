"""Runs a program under a filter of system calls, as a container's or a service's."""

import os
import struct
import sys

_ALLOW, _ERRNO = 0x7fff0000, 0x00050000  # SECCOMP_RET_...
# Instructions of classic BPF, over struct seccomp_data.
_LOAD, _IS, _RETURN = 0x20, 0x15, 0x06
_CALL, _ARGUMENTS = 0, 16

_RUN = r"""
import ctypes, os, struct, sys
program = bytes.fromhex(sys.argv[1])
held = ctypes.create_string_buffer(program, len(program))
filter = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.c_char_p(filter), 0, 0):
    raise OSError(ctypes.get_errno(), "seccomp")
os.execvp(sys.argv[2], sys.argv[2:])
"""


def refusing(call, error_number, arguments=None):
    """The prefix of a command to which the call, one number for each machine, gives this errno;
    only with these arguments, as {place: value}."""
    tests = [(_CALL, call[os.uname().machine])]
    tests += [(_ARGUMENTS + 8 * place, value) for place, value in (arguments or {}).items()]
    program = []
    for number, (offset, value) in enumerate(tests, start=1):
        to_the_end = 2 * (len(tests) - number) + 1
        program += [(_LOAD, 0, 0, offset), (_IS, 0, to_the_end, value)]
    program += [(_RETURN, 0, 0, _ERRNO | error_number), (_RETURN, 0, 0, _ALLOW)]
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    return sys.executable, "-c", _RUN, code.hex()
