"""What a container runtime does to start a program, for machines whose cgroups no runtime likes:
    run_in_root.py ROOT UID GID PROGRAM ARGUMENT...
Called as root in mount, process and network namespaces of their own. Mounts ROOT read-only and
/proc in it, drops every capability and the way to new ones, and becomes the user and then the
program."""

import ctypes
import os
import signal
import subprocess
import sys

_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 24, 38
_MOST_CAPABILITIES = 64


def mount(root):
    if os.path.exists(f"{root}/proc/self"):
        return
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "--bind", root, root], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", root], check=True)
    subprocess.run(["mount", "-t", "proc", "proc", f"{root}/proc"], check=True)


def drop_privileges(uid, gid):
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(_MOST_CAPABILITIES):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # Fails for those that the kernel lacks.
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    # Another user than before: what unshare(1) asked for with --kill-child is forgotten (prctl(2)).
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def main(root, uid, gid, *command):
    mount(root)
    os.chroot(root)
    os.chdir("/")
    drop_privileges(int(uid), int(gid))
    os.execve(command[0], command, {})


if __name__ == "__main__":
    main(*sys.argv[1:])
