"""Logs that go nowhere: a full disk, a pipe whose reader is gone, one whose reader has stopped."""

import fcntl
import os
import resource
import signal
import socket
import subprocess
import time

import support

F_SETPIPE_SZ = 1031


class LogFaultsTest(support.TestCase):
    """Standard error is broken, and nothing else."""

    def setUp(self):
        super().setUp()
        self.folder = support.temporary_folder(self)
        self.address = f"unix:{self.folder}/web.socket"
        self.config = f"{self.folder}/config.yaml"
        self._write_config("services_database: null\n")

    def _write_config(self, text):
        with open(self.config, "w", encoding="ascii") as file:
            file.write(text)

    def _start(self, stderr):
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", support.EXPORTER, "--log.level=debug",
             f"--web.listen-address={self.address}", f"--config.file={self.config}",
             "--web.enable-lifecycle"], stderr=stderr, stdin=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        support.wait_until(self._accepts, "a socket that listens")
        return process

    def _accepts(self):
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(self.address.removeprefix("unix:")) == 0

    def _get(self, path="/metrics", method="GET"):
        connection = support.connection_to(self.address)
        try:
            return support.fetch(connection, path, method)
        finally:
            connection.close()

    def _check(self, process):
        """Lines of every kind: of scrapes, of a reload that fails and of one that works."""
        for _ in range(3):
            self.assertIn('sockdiag_collector_success{collector="tcp"} 1', self._get().text)
        self._write_config("nonsense: 1\n")
        self.assertEqual(self._get("/-/reload", "POST").status, 500)
        self._write_config("services_database: null\n")
        self.assertEqual(self._get("/-/reload", "POST").status, 200)
        self.assertIsNone(process.poll())

    def _stop(self, process):
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(support.DEADLINE_S), 0)
        self.assertLess(time.monotonic() - start, support.SOON_S)

    def test_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            process = self._start(full)
        self._check(process)
        self._stop(process)

    def test_a_file_that_may_not_grow(self):
        with open(f"{self.folder}/log", "wb") as log:
            process = self._start(log)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, 0))
        self._check(process)
        self._stop(process)

    def test_a_reader_that_is_gone(self):
        reader, writer = os.pipe()
        os.close(reader)
        process = self._start(writer)
        os.close(writer)
        self._check(process)
        self._stop(process)

    def test_a_reader_that_has_stopped(self):
        """A full pipe holds nobody up, and what was left out is told when there is room again."""
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        fcntl.fcntl(writer, F_SETPIPE_SZ, 4096)
        process = self._start(writer)
        os.close(writer)
        for _ in range(20):  # more than the pipe holds
            self._check(process)
        text = os.read(reader, 1 << 16).decode()
        self.assertIn("msg=starting", text)
        self._get()
        later = os.read(reader, 1 << 16).decode()
        self.assertRegex(later, r'level=warn msg="left out lines that nobody read" lines=\d+\n')
        self._stop(process)


if __name__ == "__main__":
    support.main()
