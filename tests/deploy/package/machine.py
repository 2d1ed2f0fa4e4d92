"""A Debian tree, booted by systemd-nspawn in a network namespace of its own."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

# Generous: a check that waits this long has failed, and a busy machine must not fail one.
DEADLINE_S = 120.0
ADDRESS = "192.0.2.2"  # RFC 5737; the scraping side has .1

_PATH = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"


def expect(condition, *evidence):
    if not condition:
        raise AssertionError(*evidence)


def wait_until(condition, what, deadline_s=DEADLINE_S):
    """Polls until `condition()` is true and returns what it gave."""
    end = time.monotonic() + deadline_s
    while not (outcome := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline_s:.0f} s in vain for: {what}")
        time.sleep(0.2)
    return outcome


def run(*command, check=True):
    result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                            timeout=DEADLINE_S, check=False)
    if check and result.returncode != 0:
        raise AssertionError(f"{command} gave {result.returncode}: {result.stdout}{result.stderr}")
    return result


def own_cgroup():
    """The folder of the cgroup that this process is in."""
    mount = run("findmnt", "--noheadings", "--first-only", "--types", "cgroup2", "--output",
                "TARGET").stdout.strip()
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        path, = [line.strip().removeprefix("0::") for line in file if line.startswith("0::")]
    return os.path.normpath(mount + path)


class Machine:
    """A context: booted inside it, and gone without a trace after it; the tree stays as it was."""

    def __init__(self, tree):
        self._tree = os.path.abspath(tree)
        self._name = f"sockdiag{os.getpid()}"
        # systemd-nspawn puts what is inside below its own cgroup: that of another machine's must not be it.
        self._cgroup = os.path.join(own_cgroup(), self._name)
        self._folder = tempfile.mkdtemp(prefix="machine-", dir=os.path.dirname(self._tree))
        self.root = os.path.join(self._folder, "root")
        self._outside = f"{self._name}-outside"
        self._nspawn = None
        self._leader = None

    def __enter__(self):
        try:
            self._mount()
            self._make_network()
            self._boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._nspawn:
            self._stop()
        for name in (self._outside, self._name):
            run("ip", "netns", "delete", name, check=False)
        run("umount", self.root, check=False)
        shutil.rmtree(self._folder, ignore_errors=True)
        wait_until(self._remove_cgroups, f"{self._cgroup} to be empty")

    def _remove_cgroups(self):
        """Whether they are gone: one is busy for a moment longer than its last process lives."""
        for folder, _, _ in os.walk(self._cgroup, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                return False
        return True

    def _mount(self):
        layers = {name: os.path.join(self._folder, name) for name in ("upper", "work")}
        for path in (*layers.values(), self.root):
            os.mkdir(path)
        run("mount", "-t", "overlay", self._name, self.root, "-o",
            f"lowerdir={self._tree},upperdir={layers['upper']},workdir={layers['work']}")

    def _make_network(self):
        for name in (self._name, self._outside):
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", self._outside, "link", "add", "scraper", "type", "veth",
            "peer", "name", "host0", "netns", self._name)
        for name, link, address in ((self._outside, "scraper", "192.0.2.1"),
                                    (self._name, "host0", ADDRESS)):
            run("ip", "-n", name, "address", "add", f"{address}/24", "dev", link)
            run("ip", "-n", name, "link", "set", link, "up")

    def _boot(self):
        os.mkdir(self._cgroup)
        with open(os.path.join(self._folder, "console"), "wb") as console:
            self._nspawn = subprocess.Popen(
                ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', self._cgroup,
                 "setpriv", "--pdeathsig", "KILL", "systemd-nspawn", "--register=no", "--keep-unit",
                 "--quiet", "--settings=no", "--link-journal=no", "--resolv-conf=off",
                 "--timezone=off", "--console=pipe", f"--machine={self._name}",
                 # As a host has it: units with a network namespace of their own get a loopback.
                 "--capability=CAP_NET_ADMIN",
                 f"--network-namespace-path=/run/netns/{self._name}",
                 f"--directory={self.root}", "--boot"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        self._leader = wait_until(self._find_leader, "systemd-nspawn to start systemd")
        # "degraded" too: not every unit of Debian's gets on in a container.
        wait_until(lambda: self.run("systemctl", "is-system-running", check=False).stdout.strip()
                   in ("running", "degraded"), "the tree to boot")

    def _find_leader(self):
        if self._nspawn.poll() is not None:
            raise AssertionError(f"systemd-nspawn ended: {self.console()}")
        children = f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children"
        with open(children, encoding="ascii") as file:
            for pid in file.read().split():
                # systemd itself, once its root is the tree.
                comm = run("cat", f"/proc/{pid}/comm", check=False).stdout.strip()
                if comm == "systemd":
                    return pid
        return None

    def _stop(self):
        if self._nspawn.poll() is None:
            self._nspawn.send_signal(signal.SIGTERM)
            try:
                self._nspawn.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                self._nspawn.kill()
                self._nspawn.wait()

    def console(self):
        path = os.path.join(self._folder, "console")
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def run(self, *command, check=True):
        """Runs a command inside."""
        return run("nsenter", f"--target={self._leader}", "--mount", "--uts", "--ipc", "--net",
                   "--pid", "--root", "--wd", "env", "-i", _PATH, "LC_ALL=C.UTF-8",
                   "DEBIAN_FRONTEND=noninteractive", *command, check=check)

    def ss(self, pid, *flags):
        """Runs the host's ss in the network namespace of a process inside."""
        return run("nsenter", f"--net=/proc/{self._leader}/root/proc/{pid}/ns/net", "ss",
                   *flags).stdout

    def curl(self, url, *flags, check=True):
        """Runs curl outside, on the other end of the cable."""
        return run("ip", "netns", "exec", self._outside, "curl", "--silent", "--show-error",
                   "--fail", "--max-time", "60", *flags, url, check=check)

    def write(self, path, text, mode=0o644):
        """Makes a file inside, and its folder."""
        self.run("mkdir", "-p", os.path.dirname(path))
        self.run("sh", "-c", 'printf %s "$1" >"$2" && chmod "$3" "$2"', "sh", text, path,
                 f"{mode:o}")

    def read(self, path):
        return self.run("cat", path).stdout
