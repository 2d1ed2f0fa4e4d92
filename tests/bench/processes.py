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


class BenchError(Exception):
    """Something that makes the figures worthless."""


def start(command, **options):
    """Popen of a program that the kernel kills when this one dies."""
    def die_with_parent():
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return subprocess.Popen([str(word) for word in command], preexec_fn=die_with_parent, **options)


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


class Sockets:
    """Sockets of bin/make_sockets, while the block lasts. `made` has the counts by state."""

    def __init__(self, program, count, **options):
        self._command = [program, count]
        self._command += [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        self.made = {}

    def __enter__(self):
        self._process = start(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
        try:
            line = self._process.stdout.readline()
        except BaseException:
            self.__exit__()
            raise
        if not line.startswith("ready "):
            self.__exit__()
            raise BenchError("make_sockets could not make all sockets")
        self.made = {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", line)}
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()


def _output_of(command):
    process = start(command, stdout=subprocess.PIPE, text=True)
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


def bare_dump(program):
    """CPU seconds of one dump whose records are thrown away, and how many there were."""
    words = _output_of([program]).split()
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
        before = self._cpu_seconds()
        text = self.scrape()
        time.sleep(0.002)  # until its thread is idle again
        return self._cpu_seconds() - before, text

    def _cpu_seconds(self):
        # clock_getcpuclockid(3): the CPU clock of a whole process, in nanoseconds.
        return time.clock_gettime(~self._process.pid << 3 | 2)

    def memory(self):
        """VmRSS and VmHWM in MiB."""
        status = pathlib.Path(f"/proc/{self._process.pid}/status").read_text()
        return [int(re.search(name + r":\s+(\d+) kB", status)[1]) / 1024
                for name in ("VmRSS", "VmHWM")]
