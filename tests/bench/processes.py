"""The programs that a benchmark starts: what they cost, and that none outlives it."""

import contextlib
import ctypes
import gzip
import http.client
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import time

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_CLONE_NEWNET = 0x40000000


class BenchError(Exception):
    """Something that makes the figures worthless."""


def start(command, network_of=None, **options):
    """Popen of a program that the kernel kills when this one dies, in the network namespace of that
    process or in our own."""
    def prepare():
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if network_of is None:
            return
        namespace = os.open(f"/proc/{network_of}/ns/net", os.O_RDONLY)
        if _LIBC.setns(namespace, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        os.close(namespace)
    return subprocess.Popen([str(word) for word in command], preexec_fn=prepare, **options)


def children_of(pid):
    """Pids, in the order in which they were started."""
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def _cpu_seconds_of(pid):
    # clock_getcpuclockid(3): the CPU clock of a whole process, in nanoseconds.
    return time.clock_gettime(~pid << 3 | 2)


@contextlib.contextmanager
def stopping(process, grace_seconds=10):
    """Ends the process when the block ends."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu_of_run(command):
    """Runs a program with its output thrown away; its CPU seconds, user and system."""
    process = start(command, stdout=subprocess.DEVNULL)
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        raise
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise BenchError(f"{command[0]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


class Made:
    """What bin/make_sockets or bin/make_namespaces makes, while the block lasts. `made` has the
    counts that the program tells."""

    def __init__(self, program, count, pass_fds=(), **options):
        self._command = [program, count]
        self._command += [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        self._pass_fds = pass_fds
        self.made = {}

    def __enter__(self):
        self._process = start(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True, pass_fds=self._pass_fds)
        try:
            line = self._process.stdout.readline()
        except BaseException:
            self.__exit__()
            raise
        if not line.startswith("ready "):
            self.__exit__()
            raise BenchError(f"{self._command[0]} could not make everything")
        self.made = {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", line)}
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()

    def holders(self):
        """Pids of the processes that hold what was made."""
        return children_of(self._process.pid)


def _output_of(command, **options):
    process = start(command, stdout=subprocess.PIPE, text=True, **options)
    with stopping(process):
        output, _ = process.communicate()
    if process.returncode != 0:
        raise BenchError(f"{command[0]} failed")
    return output


def sample_costs(program, repeat):
    """CPU seconds of each sample and of the full dump after it, and how many sockets the last of
    each saw."""
    lines = [line.split() for line in _output_of([program, repeat]).splitlines()]
    pairs = [(float(words[1]), float(words[3])) for words in lines]
    return pairs, int(lines[-1][5]), int(lines[-1][7])


def unix_costs(program, sockets, repeat):
    """How many sockets and listeners that paths name the last round saw, and of each round the CPU
    seconds of a bare walk, of the collector without paths and of the one with them."""
    lines = [line.split() for line in _output_of([program, sockets, repeat]).splitlines()]
    seconds = [[float(words[place]) for words in lines] for place in (5, 7, 9)]
    return int(lines[-1][1]), int(lines[-1][3]), *seconds


def bare_dump(program, network_of=None):
    """CPU seconds of one dump whose records are thrown away, and how many there were, in the
    network namespace of that process or in our own."""
    words = _output_of([program], network_of=network_of).split()
    return float(words[words.index("cpu_seconds") + 1]), int(words[1])


class Daemon:
    """An exporter on a port of 127.0.0.1, while the block lasts. It is scraped over one
    connection that stays open, as Prometheus does."""

    def __init__(self, command, port):
        self._command = command
        self._port = port

    def __enter__(self):
        self._process = start(self._command, stderr=subprocess.PIPE)
        self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        for _ in range(100):
            try:
                self._connection.connect()
                self._reset_on_close()
                return self
            except ConnectionRefusedError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.05)
        self.__exit__()
        sys.stderr.write(self._process.stderr.read().decode())
        raise BenchError(f"{self._command[0]} does not answer")

    def __exit__(self, *_):
        self._connection.close()
        with stopping(self._process):
            pass

    def _reset_on_close(self):
        # A TIME_WAIT socket would be counted by the next exporter.
        self._connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                         struct.pack("ii", 1, 0))

    def scrape(self):
        """The exposition as text."""
        try:
            return self._get()
        except (ConnectionError, http.client.RemoteDisconnected):
            # It was idle for too long, on a machine that is busy with very many sockets.
            self._connection.close()
            self._connection.connect()
            self._reset_on_close()
            return self._get()

    def _get(self):
        self._connection.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise BenchError(f"{self._command[0]} answered {response.status}")
        if response.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return body.decode()

    def cpu_of_scrape(self):
        """CPU seconds that one scrape took the daemon, and the exposition."""
        before = self.cpu_seconds()
        text = self.scrape()
        time.sleep(0.002)  # until its thread is idle again
        return self.cpu_seconds() - before, text

    def cpu_seconds(self):
        """Of the process itself so far."""
        return _cpu_seconds_of(self._process.pid)

    def helper_cpu_seconds(self):
        """Of the processes that see other network namespaces for it, so far."""
        supervisor, = children_of(self._process.pid)
        return sum(_cpu_seconds_of(pid) for pid in [supervisor, *children_of(supervisor)])

    def memory(self):
        """VmRSS and VmHWM in MiB."""
        status = pathlib.Path(f"/proc/{self._process.pid}/status").read_text()
        return [int(re.search(name + r":\s+(\d+) kB", status)[1]) / 1024
                for name in ("VmRSS", "VmHWM")]
