"""A place where nobody else's processes and namespaces are seen, and where none outlives the
benchmark, however that ends."""

import ctypes
import os
import signal
import subprocess
import sys

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNS, _CLONE_NEWPID = 0x00020000, 0x20000000
_PR_SET_PDEATHSIG = 1
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def enter():
    """Goes on in a process namespace of its own, with the mounts that it needs. The caller's own
    process stays behind until that has ended."""
    _unshare(_CLONE_NEWNS)
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    _unshare(_CLONE_NEWPID)
    _fork_and_wait()
    # The first process of the namespace: its end is that of all others.
    subprocess.run(["mount", "-t", "proc", "proc", "/proc"], check=True)
    # They would keep network namespaces of others alive, and be found.
    subprocess.run(["umount", "-a", "-t", "nsfs"], stderr=subprocess.DEVNULL, check=False)
    _fork_and_wait()


def _unshare(what):
    if _LIBC.unshare(what) != 0:
        sys.exit(f"bench: unshare: {os.strerror(ctypes.get_errno())}")


def _fork_and_wait():
    """Returns in a child; the parent hands on the signals that end it and ends with its status."""
    child = os.fork()
    if child == 0:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        return
    for number in _ENDING:
        signal.signal(number, lambda received, _: os.kill(child, received))
    while True:
        # The first process also gets those that have lost their parent.
        ended, status = os.wait()
        if ended == child:
            os._exit(os.waitstatus_to_exitcode(status) & 0xff)
