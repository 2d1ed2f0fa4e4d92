"""What the end-to-end tests share: network namespaces, and the exporter as a process."""

import ctypes
import fcntl
import gzip
import http.client
import os
import resource
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

import exporter_log
import exposition_text

EXPORTER = os.environ.get("SOCKDIAG_EXPORTER", "")
SOURCE_DIR = os.environ.get("SOCKDIAG_SOURCE_DIR", "")
PEERS = os.environ.get("SOCKDIAG_PEERS", "")
SANITIZED = bool(os.environ.get("SOCKDIAG_SANITIZE"))
NAMESPACES_REQUIRED = os.environ.get("SOCKDIAG_REQUIRE_NAMESPACES") == "1"

PACKAGED_CONFIG = "/etc/sockdiag_exporter/sockdiag_exporter.yaml"
# What --once and --config.check say on standard error where no file is named and none packaged.
DEFAULTS_LINE = ("sockdiag_exporter: configuration: built-in defaults, "
                 f"as there is no {PACKAGED_CONFIG}\n")

# Generous: a test that waits this long is broken, and a busy machine must not break one.
DEADLINE_S = 60.0
# Within this SIGTERM ends the exporter: what an init system or a container runtime waits before
# SIGKILL is 10 s or more.
SOON_S = 10.0
SKIPPED = 77  # SKIP_RETURN_CODE in CMakeLists.txt

_INSIDE = "SOCKDIAG_E2E_INSIDE_NAMESPACE"
_AMONG_OWN = "SOCKDIAG_E2E_AMONG_OWN_PROCESSES"
_CLONE_NEWNET = 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1


class TestCase(unittest.TestCase):
    """Each test has a network namespace of its own, whose empty tables allow exact counts."""

    def setUp(self):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        _raise_loopback()


def release_only(test_class):
    """Marks a class that the release build alone has to pass: it is about what goes with the program
    (rules, dashboard, documents), or takes long for the little of our code that it exercises, so
    that a sanitizer would see nothing new. Each such test has the label `release`."""
    return test_class


def main():
    """Runs the file's tests where they may make network namespaces."""
    if not os.access(EXPORTER, os.X_OK):
        sys.exit(f"SOCKDIAG_EXPORTER does not name the built exporter: {EXPORTER!r}")
    if os.environ.get(_INSIDE) != "1":
        _run_anew(_INSIDE, "-nm")
    _hide_packaged_config()
    _hide_logs_of_pods()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    result = unittest.main(exit=False, verbosity=2).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if len(result.skipped) == result.testsRun else 0)


def hide_other_processes():
    """Runs the file anew among processes of its own, where an exporter that looks for network namespaces
    finds those of no other test. To be called before main()."""
    if os.environ.get(_AMONG_OWN) != "1":
        _run_anew(_AMONG_OWN, "-pm", "--fork", "--mount-proc", "--kill-child")
    _forget_mounted_namespaces()


def _forget_mounted_namespaces():
    """Those of every other test, in the copy of the mounts that is ours."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounts = [line.split() for line in file]
    for mount in mounts:
        if mount[mount.index("-") + 1] == "nsfs":
            # Without root, what was mounted before is locked.
            subprocess.run(["umount", "-l", mount[4]], capture_output=True, check=False)


def _run_anew(mark, *namespaces):
    """The file again, in namespaces of its own, with the mark in its environment."""
    attempts = [["unshare", *namespaces]] if os.geteuid() == 0 else []
    attempts.append(["unshare", "-Ur", *namespaces])
    for unshare in attempts:
        probe = subprocess.run([*unshare, "true"], capture_output=True, text=True, check=False)
        if probe.returncode == 0:
            environment = {**os.environ, mark: "1"}
            os.execvpe(unshare[0], [*unshare, sys.executable, *sys.argv], environment)
    print(f"unshare {' '.join(namespaces)} is not to be had here: {probe.stderr.strip()}", file=sys.stderr)
    sys.exit(1 if NAMESPACES_REQUIRED else SKIPPED)


def _hide_packaged_config():
    """No test depends on a package of the exporter that this machine may have."""
    folder = os.path.dirname(PACKAGED_CONFIG)
    if os.path.isdir(folder):
        subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)


def _hide_logs_of_pods():
    """Nor on its pods; and one of other tests' cgroups, which all can see, may look like a pod's, of
    which the exporter warns when there is no such folder."""
    subprocess.run(["mount", "-t", "tmpfs", "none", "/var/log"], check=True)
    os.mkdir("/var/log/pods")


def _raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh14x", b"lo", 0)
        _, flags = struct.unpack("16sh14x", fcntl.ioctl(probe, _SIOCGIFFLAGS, request))
        fcntl.ioctl(probe, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def skip_unless_required(reason):
    """Skips the test, but where everything has to run, the missing piece is a failure."""
    if NAMESPACES_REQUIRED:
        raise AssertionError(f"must not be skipped here: {reason}")
    raise unittest.SkipTest(reason)


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def peer(name):
    """One of the programs that scripts/fetch_peers.sh unpacks."""
    path = os.path.join(PEERS, "usr/bin", name)
    if not os.access(path, os.X_OK):
        skip_unless_required(f"{path} is missing; scripts/fetch_peers.sh gets it")
    return path


def wait_until(condition, what, deadline_s=DEADLINE_S, pause_s=0.05):
    """Polls until `condition()` is true and returns what it gave."""
    end = time.monotonic() + deadline_s
    while True:
        outcome = condition()
        if outcome:
            return outcome
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline_s:.0f} s in vain for: {what}")
        time.sleep(pause_s)


def quickest(measure, limit_s, tries=5):
    """The least seconds that `measure` gives, which is asked until one is below the limit: a busy
    machine holds up some, and what is slow by itself is slow each time."""
    least = measure()
    for _ in range(tries - 1):
        if least < limit_s:
            break
        least = min(least, measure())
    return least


def temporary_folder(test, mode=0o700):
    folder = tempfile.mkdtemp(prefix="sockdiag-e2e-")
    os.chmod(folder, mode)
    test.addCleanup(shutil.rmtree, folder, ignore_errors=True)
    return folder


def temporary_file(test, text, name="config.yaml"):
    path = os.path.join(temporary_folder(test), name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def with_etc(files):
    """The prefix of a command that finds these files in /etc, by their paths there and as copies of
    others, and nothing else."""
    copies = "".join(f" && mkdir -p {os.path.dirname(path)} && cp {source} {path}"
                     for path, source in files.items())
    hide = ["unshare", "-m", "sh", "-c", f'mount -t tmpfs none /etc{copies} && exec "$0" "$@"']
    probe = subprocess.run([*hide, "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        skip_unless_required(f"/etc cannot be hidden: {probe.stderr}")
    return hide


def run_exporter(*flags, prefix=(), **options):
    """Runs the exporter to its end."""
    settings = {"capture_output": True, "text": True, "timeout": DEADLINE_S, "check": False}
    return subprocess.run([*prefix, EXPORTER, *flags], **{**settings, **options})


def check_with_promtool(test, text):
    """`promtool check metrics` has to find nothing at all, not even something to advise."""
    result = subprocess.run([peer("promtool"), "check", "metrics"], input=text, text=True,
                            capture_output=True, timeout=DEADLINE_S, check=False)
    test.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))


class UnixConnection(http.client.HTTPConnection):
    """HTTP without any TCP socket, so that a scrape does not count itself."""

    def __init__(self, path):
        super().__init__("localhost", timeout=DEADLINE_S)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(DEADLINE_S)
        self.sock.connect(self._path)


def connection_to(address):
    """A connection, not yet open, to an address as the exporter logs it."""
    if address.startswith("unix:"):
        return UnixConnection(address.removeprefix("unix:"))
    host, _, port = address.rpartition(":")
    host = {"[::]": "::1", "0.0.0.0": "127.0.0.1"}.get(host, host.strip("[]"))
    return http.client.HTTPConnection(host, int(port), timeout=DEADLINE_S)


class Answer:
    """A response, read to its end."""

    def __init__(self, response):
        self.status, self.headers = response.status, response.headers
        self.body = response.read()

    @property
    def text(self):
        packed = self.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode("utf-8")


def fetch(connection, path="/metrics", method="GET", headers=None):
    connection.request(method, path, headers=headers or {})
    return Answer(connection.getresponse())


class Exporter:
    """The exporter as a daemon; use start_exporter()."""

    def __init__(self, command, environment=None, pass_fds=()):
        # A test that is killed must not leave daemons behind.
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})}, pass_fds=pass_fds)
        self._log = exporter_log.Log(self.process.stderr)
        self._has_collected = False

    def log_lines(self):
        return self._log.lines()

    def logged(self, **fields):
        """The log's records that have these fields."""
        records = [exporter_log.parse(line) for line in self.log_lines()]
        return [record for record in records if fields.items() <= record.items()]

    def addresses(self):
        return [record["address"] for record in self.logged(msg="listening")]

    def wait_until_listening(self, count):
        def listening():
            if self.process.poll() is not None:
                raise AssertionError(f"the exporter ended: {self.log_lines()}")
            return len(self.addresses()) >= count
        wait_until(listening, "the exporter to listen")

    def connect(self, number=0):
        return connection_to(self.addresses()[number])

    def get(self, path="/metrics", method="GET", headers=None, number=0):
        connection = self.connect(number)
        try:
            return fetch(connection, path, method, headers)
        finally:
            connection.close()

    def scrape(self):
        """Whose figures are of now: one that joins the daemon's own first collection would get older ones."""
        if not self._has_collected:
            wait_until(lambda: self.get("/-/ready").status != 503 or self.logged(level="warn"),
                       "the first collection")
            self._has_collected = True
        return exposition_text.parse(self.get().text)

    def wait_for_first_collection(self, ask=None):
        """Before any scrape: the daemon makes one by itself, and how soon is its own affair. `ask`
        is get() by another way."""
        ask = ask or self.get
        wait_until(lambda: ask("/-/ready").status != 503, "the first collection")

    def wait_until_connections_rest(self):
        """Each is gone or waits for its client. A client has its answer before the exporter is
        through with it, and what happens to clocks then, happens in the middle of the answer."""
        def any_is_at_work():
            """Whether a connection's thread does anything but poll its socket."""
            return any(name == "MHD-connection\n" and "poll" not in place
                       for name, place in self.threads("comm", "wchan"))
        wait_until(lambda: not any_is_at_work(), "connections to rest")

    def threads(self, *files):
        """What these files of /proc say of each thread; one may end while they are read."""
        folder = f"/proc/{self.process.pid}/task"
        found = []
        for task in os.listdir(folder):
            try:
                texts = []
                for name in files:
                    with open(f"{folder}/{task}/{name}", encoding="ascii") as file:
                        texts.append(file.read())
                found.append(texts)
            except (FileNotFoundError, ProcessLookupError):
                continue
        return found

    def stop(self, signal=None):
        """Ends it and gives its exit status."""
        if self.process.poll() is None:
            self.process.terminate() if signal is None else self.process.send_signal(signal)
        try:
            status = self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        return status

    def close(self):
        """After stop()."""
        self._log.close(DEADLINE_S)


def preload(**variables):
    """The environment in which the exporter has what faults.cc puts between it and the kernel."""
    if os.environ.get("SOCKDIAG_SANITIZE") == "thread":
        raise unittest.SkipTest("ThreadSanitizer waits for itself behind a preloaded library")
    return {"LD_PRELOAD": os.environ["SOCKDIAG_FAULTS"], **variables,
            # The sanitizers' libraries need not be the first ones here.
            "ASAN_OPTIONS": "verify_asan_link_order=0"}


def netlink_hang(file):
    """The environment in which TCP dumps hang while the file exists."""
    return preload(SOCKDIAG_TEST_HANG=file)


def start_exporter(test, *flags, listen=None, config=None, prefix=(), binary=None,
                   environment=None, pass_fds=()):
    """Starts the exporter, by default on a unix socket; at the test's end it has to stop with 0."""
    if listen is None:
        listen = [f"unix:{temporary_folder(test)}/web.socket"]
    command = [*prefix, binary or EXPORTER, *flags]
    command += [f"--web.listen-address={address}" for address in listen]
    if config is not None:
        command.append(f"--config.file={temporary_file(test, config)}")
    exporter = Exporter(command, environment, pass_fds)

    def end():
        status = exporter.stop()
        exporter.close()
        test.assertEqual(status, 0, exporter.log_lines())

    test.addCleanup(end)
    exporter.wait_until_listening(max(len(listen), 1))
    return exporter
