"""Cgroups of a test's own, and processes in them that hold sockets."""

import os
import subprocess
import sys

import support

# Goes into the cgroup, then holds sockets on its namespace's loopback and does what it is told, line
# by line.
_HOLDER = r"""
import fcntl, os, socket, struct, sys
connections, cgroups = int(sys.argv[1]), sys.argv[2:]
for cgroup in cgroups:
    with open(cgroup + "/cgroup.procs", "w") as file:
        file.write(str(os.getpid()))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    fcntl.ioctl(probe, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
listener = socket.create_server(("127.0.0.1", 0), backlog=1000)
held = []
for _ in range(connections):
    held.append(socket.create_connection(listener.getsockname()))
    held.append(listener.accept()[0])
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
print("ready", flush=True)
for line in sys.stdin:
    exec(line)
    print("done", flush=True)
"""


class CgroupsTestCase(support.TestCase):
    """What it makes goes with it: holders of sockets, and the cgroups that they are in."""

    # Of a holder.
    PREFIX = ()

    def setUp(self):
        super().setUp()
        self.cgroups = self.mount("-t", "cgroup2", "none")

    def mount(self, *arguments):
        """Mounts something and gives where it is, or skips the test."""
        folder = support.temporary_folder(self)
        mounting = subprocess.run(["mount", *arguments, folder], text=True, capture_output=True,
                                  check=False)
        if mounting.returncode != 0:
            support.skip_unless_required(f"no cgroups can be made here: {mounting.stderr}")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        return folder

    def cgroup(self, path, hierarchy=None):
        """Makes a folder of cgroups, named below one of this test."""
        folder = os.path.join(hierarchy or self.cgroups, self.cgroup_name())
        for part in ["", *path.split("/")]:
            folder = os.path.join(folder, part)
            if not os.path.isdir(folder):
                os.mkdir(folder)
                self.addCleanup(self._remove, folder)
        return folder

    def cgroup_name(self):
        return f"sockdiag-test-{os.getpid()}-{id(self)}"

    @staticmethod
    def _remove(folder):
        def removed():
            try:
                os.rmdir(folder)
            except OSError:
                return not os.path.isdir(folder)
            return True
        support.wait_until(removed, f"{folder} to be empty")

    def start_holder(self, connections, *cgroups):
        """A holder that is not ready yet. It has a listener, both ends of each connection and a UDP
        socket."""
        holder = subprocess.Popen(
            [*self.PREFIX, sys.executable, "-c", _HOLDER, str(connections), *cgroups],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, holder)
        return holder

    def holder(self, connections, *cgroups):
        holder = self.start_holder(connections, *cgroups)
        self.assertEqual(holder.stdout.readline(), "ready\n")
        return holder

    def tell(self, holder, line):
        """A line of Python that it is to run."""
        holder.stdin.write(line + "\n")
        holder.stdin.flush()
        self.assertEqual(holder.stdout.readline(), "done\n")

    @staticmethod
    def end(holder):
        if holder.poll() is None:
            holder.stdin.close()
            holder.wait()
        holder.stdout.close()

    def until(self, exporter, condition, what):
        """The first scrape for which it is true."""
        def found():
            scrape = exporter.scrape()
            return scrape if condition(scrape) else None
        return support.wait_until(found, what)


def main():
    """As support.main()."""
    support.hide_other_processes()
    support.main()
