"""What systemd is told, what it passes, and the privileges that are kept without it."""

import itertools
import os
import queue
import re
import signal
import socket
import subprocess
import threading
import time
import unittest

import faults
import support

FIRST_FD = 3
CAP_SETPCAP = 1 << 8
CAP_NET_BIND_SERVICE = 1 << 10


def _effective_capabilities():
    with open("/proc/self/status", encoding="ascii") as status:
        return int(re.search(r"CapEff:\s*(\w+)", status.read())[1], 16)


class NotifyTest(support.TestCase):
    """sd_notify(3), with the test in the place of systemd."""

    def setUp(self):
        super().setUp()
        path = os.path.join(support.temporary_folder(self), "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        self.environment = {"NOTIFY_SOCKET": path}
        # Read at once, as systemd does: who sends waits while the socket's queue is full.
        self._messages = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.addCleanup(self._end)

    def _read(self):
        while message := self._socket.recv(4096):
            self._messages.put(dict(line.split("=", 1) for line in message.decode().split("\n")))

    def _send(self, message):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(message, self.environment["NOTIFY_SOCKET"])

    def _end(self):
        self._send(b"")
        self._reader.join()
        self._socket.close()

    def _drop_what_was_sent(self):
        self._send(b"LAST=1")
        while "LAST" not in self._messages.get(timeout=support.DEADLINE_S):
            pass

    def _next(self):
        """The next message that is not the watchdog's."""
        while "WATCHDOG" in (fields := self._messages.get(timeout=support.DEADLINE_S)):
            pass
        return fields

    def _is_fed(self, within_s):
        """Whether a message to the watchdog comes; all others are dropped."""
        try:
            while "WATCHDOG" not in self._messages.get(timeout=within_s):
                pass
        except queue.Empty:
            return False
        return True

    def test_says_when_it_is_ready_reloading_and_stopping(self):
        exporter = support.start_exporter(self, environment=self.environment)
        self.assertEqual(self._next()["READY"], "1")
        exporter.process.send_signal(signal.SIGHUP)
        reloading = self._next()
        self.assertEqual(reloading["RELOADING"], "1")
        self.assertRegex(reloading["MONOTONIC_USEC"], r"^[0-9]+$")
        self.assertEqual(self._next()["READY"], "1")
        exporter.stop()
        self.assertEqual(self._next()["STOPPING"], "1")

    def test_feeds_the_watchdog(self):
        support.start_exporter(self, environment={**self.environment, "WATCHDOG_USEC": "400000"})
        for _ in range(5):
            self.assertTrue(self._is_fed(support.DEADLINE_S))

    def test_starves_the_watchdog_while_a_dump_hangs(self):
        """So that systemd starts it anew. The minute that a dump may take passes at once."""
        file = support.temporary_file(self, "", "hang")
        clock = faults.Faults(self)
        exporter = support.start_exporter(self, environment={
            **self.environment, **clock.environment, **support.netlink_hang(file),
            "WATCHDOG_USEC": "400000"})
        minutes = itertools.count(1)

        def starved():
            clock.set(faults.clock_jump(time.CLOCK_MONOTONIC, 61 * next(minutes)))
            return exporter.logged(level="error")

        support.wait_until(starved, "the hang to be noticed")
        self._drop_what_was_sent()
        self.assertFalse(self._is_fed(2))
        self.assertEqual(len(starved()), 1)
        os.remove(file)
        self.assertTrue(self._is_fed(support.DEADLINE_S))

    def test_is_not_ready_when_it_cannot_listen(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            flag = f"--web.listen-address=127.0.0.1:{taken.getsockname()[1]}"
            result = support.run_exporter(flag, env={**os.environ, **self.environment})
        self.assertEqual(result.returncode, 1)
        self.assertTrue(self._messages.empty())


class DeafManagerTest(support.TestCase):
    """A service manager that does not read: its queue is full."""

    def setUp(self):
        super().setUp()
        self.path = os.path.join(support.temporary_folder(self), "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self._socket.close)
        self._socket.bind(self.path)
        self._socket.setblocking(False)

    def _fill(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            with self.assertRaises(BlockingIOError):
                while True:
                    sender.sendto(b"FULL=1", self.path)

    def _read(self):
        """All that is in the queue."""
        messages = []
        while True:
            try:
                messages.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return messages

    def _start(self, **environment):
        return support.start_exporter(
            self, environment={"NOTIFY_SOCKET": self.path, **environment})

    def test_it_serves_and_tells_as_soon_as_it_can(self):
        self._fill()
        exporter = self._start(WATCHDOG_USEC="400000")
        warned = lambda: exporter.logged(level="warn")
        support.wait_until(warned, "a warning")
        exporter.process.send_signal(signal.SIGHUP)
        support.wait_until(lambda: exporter.logged(msg="configuration reloaded"), "the reload")
        self.assertEqual(exporter.get().status, 200)
        line, = warned()
        self.assertEqual(line["msg"], "notifying systemd failed")
        self.assertIn(self.path, line["error"])
        heard = []

        def is_ready():
            heard.extend(self._read())
            return any(message.startswith("READY=1") for message in heard)

        support.wait_until(is_ready, "READY=1")
        support.wait_until(lambda: exporter.logged(msg="notifying systemd works again"), "the end")
        self.assertEqual(len(warned()), 1)

    def test_it_ends_in_time(self):
        exporter = self._start()
        self._fill()
        start = time.monotonic()
        self.assertEqual(exporter.stop(), 0)
        self.assertLess(time.monotonic() - start, support.SOON_S)

    def test_one_that_is_gone(self):
        os.remove(self.path)
        exporter = self._start(WATCHDOG_USEC="100000")
        self.assertEqual(exporter.get().status, 200)
        support.wait_until(lambda: exporter.logged(level="warn"), "the warning")
        line, = exporter.logged(level="warn")
        self.assertIn("ENOENT", line["error"])


class SocketActivationTest(support.TestCase):
    """sd_listen_fds(3)."""

    def _run(self, sockets, *flags):
        """The command that passes the sockets, as systemd does: from descriptor 3 on."""
        # Above all numbers that are used on the way.
        fds = [os.dup2(sock.fileno(), 100 + i) for i, sock in enumerate(sockets)]
        for fd in fds:
            self.addCleanup(os.close, fd)
        moves = " ".join(f"{FIRST_FD + i}<&{fd} {fd}<&-" for i, fd in enumerate(fds))
        script = f'export LISTEN_PID=$$ LISTEN_FDS={len(fds)}; exec "$@" {moves}'
        return fds, ["bash", "-c", script, "bash"], list(flags)

    def _run_to_its_end(self, sock, *flags):
        fds, prefix, flags = self._run([sock], *flags)
        return subprocess.run([*prefix, support.EXPORTER, *flags], pass_fds=fds, text=True,
                              capture_output=True, timeout=support.DEADLINE_S, check=False)

    def test_serves_on_the_sockets_that_are_passed(self):
        path = os.path.join(support.temporary_folder(self), "socket")
        with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as unix:
            tcp.bind(("127.0.0.1", 0))
            tcp.listen()
            unix.bind(path)
            unix.listen()
            fds, prefix, flags = self._run([tcp, unix], "--web.systemd-socket")
            exporter = support.start_exporter(self, *flags, listen=[], prefix=prefix, pass_fds=fds)
            support.wait_until(lambda: len(exporter.addresses()) == 2, "both listeners")
            self.assertEqual(exporter.addresses(),
                             [f"127.0.0.1:{tcp.getsockname()[1]}", f"unix:{path}"])
            for number in range(2):
                self.assertEqual(exporter.get(number=number).status, 200)
        exporter.stop()
        self.assertTrue(os.path.exists(path), "the file is systemd's")

    def test_needs_no_flag(self):
        """So that starting the socket unit is all that there is to do."""
        with socket.socket() as tcp:
            tcp.bind(("127.0.0.1", 0))
            tcp.listen()
            fds, prefix, flags = self._run([tcp])
            exporter = support.start_exporter(self, *flags, listen=[], prefix=prefix, pass_fds=fds)
            self.assertEqual(exporter.addresses(), [f"127.0.0.1:{tcp.getsockname()[1]}"])
            self.assertEqual(exporter.get().status, 200)

    def test_refuses_addresses_beside_what_systemd_passed(self):
        """Whoever connects to systemd's socket would wait for ever."""
        with socket.socket() as tcp:
            tcp.bind(("127.0.0.1", 0))
            tcp.listen()
            result = self._run_to_its_end(tcp, "--web.listen-address=127.0.0.1:0")
        self.assertEqual(result.returncode, 1)
        self.assertIn("systemd passed sockets", result.stderr)

    def test_refuses_to_start_without_any(self):
        result = support.run_exporter("--web.systemd-socket")
        self.assertEqual(result.returncode, 1)
        self.assertIn("systemd passed no socket", result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 2, result.stderr)

    def test_refuses_what_does_not_listen(self):
        with socket.socket(type=socket.SOCK_DGRAM) as udp:
            udp.bind(("127.0.0.1", 0))
            result = self._run_to_its_end(udp, "--web.systemd-socket")
        self.assertEqual(result.returncode, 1)
        self.assertIn("3", result.stderr)

    def test_excludes_addresses_of_its_own(self):
        result = support.run_exporter("--web.systemd-socket", "--web.listen-address=:0")
        self.assertEqual(result.returncode, 2)
        self.assertIn("not together with", result.stderr)


class PrivilegesTest(support.TestCase):
    """Whoever starts it, it keeps no capability."""

    @staticmethod
    def _status(exporter):
        """Of every thread."""
        for status, in exporter.threads("status"):
            yield dict(re.findall(r"^(Cap\w+|NoNewPrivs):\s*(\w+)$", status, re.M))

    def test_no_thread_has_any(self):
        exporter = support.start_exporter(self, listen=["127.0.0.1:0"])
        exporter.get()
        statuses = list(self._status(exporter))
        self.assertGreater(len(statuses), 1)
        # Only who may change the bounding set can empty it.
        bounding = ["CapBnd"] if _effective_capabilities() & CAP_SETPCAP else []
        for status in statuses:
            for capabilities in ("CapInh", "CapPrm", "CapEff", "CapAmb", *bounding):
                self.assertEqual(int(status[capabilities], 16), 0, status)
            self.assertEqual(status["NoNewPrivs"], "1")

    def test_a_low_port_is_bound_first(self):
        if not _effective_capabilities() & CAP_NET_BIND_SERVICE:
            raise unittest.SkipTest("these tests may not bind a low port")
        exporter = support.start_exporter(self, listen=["127.0.0.1:80"])
        self.assertEqual(exporter.get().status, 200)

    def test_no_warning_about_it(self):
        exporter = support.start_exporter(self)
        self.assertEqual(exporter.logged(level="warn"), [])


if __name__ == "__main__":
    support.main()
