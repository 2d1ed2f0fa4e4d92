"""Cgroups that last as long as a block."""

import contextlib
import os
import pathlib
import re
import subprocess
import tempfile
import time

from processes import BenchError


@contextlib.contextmanager
def made(count):
    """A folder with that many cgroups, each named as a unit of systemd. Their processes must have
    ended when the block ends."""
    with _tree() as root:
        folder = root / f"sockdiag-bench-{os.getpid()}-{time.monotonic_ns()}"
        try:
            folder.mkdir()
        except OSError as error:
            raise BenchError(f"no cgroup can be made: {error}") from error
        try:
            for number in range(count):
                (folder / f"bench-{number}.service").mkdir()
            yield folder
        finally:
            left = [path for path in folder.iterdir() if path.is_dir() and not _remove(path)]
            if left:
                raise BenchError(f"{left[0]} is not empty")
            folder.rmdir()


@contextlib.contextmanager
def _tree():
    """Where the cgroup2 hierarchy is mounted, or is for as long as the block lasts."""
    mounts = pathlib.Path("/proc/self/mountinfo").read_text()
    mounted = re.search(r"^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 ", mounts, re.MULTILINE)
    if mounted:
        yield pathlib.Path(mounted[1])
        return
    with tempfile.TemporaryDirectory(prefix="sockdiag-bench-") as folder:
        subprocess.run(["mount", "-t", "cgroup2", "none", folder], check=True)
        try:
            yield pathlib.Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def _remove(cgroup):
    """Whether it could be. A process that has ended leaves it a moment later."""
    for _ in range(500):
        try:
            cgroup.rmdir()
            return True
        except OSError:
            time.sleep(0.01)
    return False
