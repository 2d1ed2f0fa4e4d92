"""Files that are gone, unreadable, endless or nonsense, at the start and at a reload; and a file
system that nobody can write to."""

import contextlib
import errno
import os
import signal
import subprocess

import fault_case
import faults
import support
import web_clients

GARBAGE = bytes(range(256)) * 64
# More than LoadServicesDatabase() takes.
TOO_LARGE = 20 << 20


class FileCase(fault_case.FaultCase):
    """With a configuration, and a services database that has a name for a port in use."""

    def setUp(self):
        super().setUp()
        self.folder = support.temporary_folder(self)
        self.database = f"{self.folder}/services"
        self.config_file = f"{self.folder}/config.yaml"
        self.made.established(self.made.listener(port=8080), 2)
        self.made.udp(port=5353)
        self.made.settle()
        self.put(self.database, b"shop 8080/tcp\n")
        self.put(self.config_file,
                 f"services_database: {self.database}\nsampling: {{interval: 0s}}\n".encode())

    @staticmethod
    def put(path, content):
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)
        with open(path, "wb") as file:
            file.write(content)

    def start(self, *flags, **options):
        return super().start(f"--config.file={self.config_file}", *flags, config=None, **options)

    def reload(self, succeeds):
        """By SIGHUP; how it went is in the log."""
        kind = {"msg": "configuration reloaded"} if succeeds else {"level": "error"}
        before = len(self.exporter.logged(**kind))
        self.exporter.process.send_signal(signal.SIGHUP)
        support.wait_until(lambda: len(self.exporter.logged(**kind)) > before, "the reload",
                           pause_s=fault_case.PAUSE_S)
        exposition = self.scrape()
        self.assert_whole(exposition)
        self.assertEqual(exposition.value("sockdiag_config_last_reload_successful"), succeeds)
        return exposition

    def names(self, exposition):
        return {sample.labels["service_name"]
                for sample in exposition.select("sockdiag_service_sockets", protocol="tcp")}

    def broken(self, path):
        """(what is wrong, how it is made, what is told)"""
        def remove():
            os.remove(path)

        def make_folder():
            os.remove(path)
            os.mkdir(path)

        def make_pipe():
            os.remove(path)
            os.mkfifo(path)

        fail = lambda call, code: lambda: self.set_faults(faults.fail(call, code, path=path))
        return [
            ("gone", remove, "ENOENT"), ("a folder", make_folder, "EISDIR"),
            ("a pipe", make_pipe, "pipe"), ("without end",
                                            lambda: self.set_faults(faults.other_file(
                                                path, "/dev/zero")), "larger than the limit"),
            ("forbidden", fail("open", errno.EACCES), "EACCES"),
            ("on a broken disk", fail("read", errno.EIO), "EIO"),
            ("without descriptors in the system", fail("open", errno.ENFILE), "ENFILE")]

    def mend(self, path, content):
        self.set_faults()
        if os.path.isdir(path):
            os.rmdir(path)
        self.put(path, content)

    def read(self, path):
        with open(path, "rb") as file:
            return file.read()


class ServicesDatabaseFaultsTest(FileCase):
    """One warning, no names from it, and everything else."""

    def test_at_each_reload(self):
        self.start()
        good = self.read(self.database)
        self.assertEqual(self.names(self.scrape()), {"shop"})
        for what, make, says in self.broken(self.database):
            with self.subTest(what=what):
                told = len(self.troubles())
                make()
                exposition = self.reload(succeeds=True)
                self.assertEqual(exposition.sum("sockdiag_service_sockets", service_name="shop"), 0)
                for _ in range(fault_case.SCRAPES):
                    self.assert_whole(self.scrape())
                line, = self.troubles()[told:]
                self.assertIn(self.database, line["error"])
                self.assertIn(says, line["error"])
                self._told += 1
                self.mend(self.database, good)
                exposition = self.reload(succeeds=True)
                self.assertGreater(
                    exposition.sum("sockdiag_service_sockets", service_name="shop"), 0)
        self.end()

    def test_large_ones(self):
        lines = b"".join(b"s%d %d/tcp\n" % (n, n % 65535 + 1) for n in range(200_000))
        self.put(self.database, b"shop 8080/tcp\n" + lines)
        self.start()
        self.assert_whole(self.scrape())
        self.assertIn("shop", self.names(self.scrape()))
        self.assertEqual(self.troubles(), [])
        self.put(self.database, lines * (TOO_LARGE // len(lines) + 1))
        self.reload(succeeds=True)
        line, = self.troubles()
        self.assertIn("larger than the limit", line["error"])
        self._told += 1
        for content in (b"", GARBAGE, b"\n" * 100_000, b"x" * 1_000_000):
            self.put(self.database, content)
            self.reload(succeeds=True)
        self.end()


class ConfigFaultsTest(FileCase):
    """At a reload: one error, and the old configuration stays in force."""

    def test_at_each_reload(self):
        self.start()
        good = self.read(self.config_file)
        before = self.scrape()
        broken = self.broken(self.config_file)
        broken.append(("nonsense", lambda: self.put(self.config_file, GARBAGE), self.config_file))
        for what, make, says in broken:
            with self.subTest(what=what):
                told = len(self.troubles())
                make()
                exposition = self.reload(succeeds=False)
                self.assertEqual(self.names(exposition), self.names(before))
                for _ in range(fault_case.SCRAPES):
                    self.assert_whole(self.scrape())
                line, = self.troubles()[told:]
                self.assertIn(self.config_file, line["error"])
                self.assertIn(says, line["error"])
                self._told += 1
                self.mend(self.config_file, good)
                self.reload(succeeds=True)
        self.end()


class WebConfigFaultsTest(FileCase):
    """The same of the web configuration, which is also read without being asked to."""

    def test_it_is_told_once_and_users_stay(self):
        path = f"{self.folder}/web.yaml"
        good = f"basic_auth_users:\n  old: {web_clients.bcrypt('old')}\n".encode()
        self.put(path, good)
        self.start(f"--web.config.file={path}")
        headers = web_clients.basic("old", "old")
        status = lambda: self.exporter.get(headers=headers).status
        successful = lambda: ("sockdiag_web_config_last_reload_successful 1\n"
                              in self.exporter.get(headers=headers).text)
        for what, make, says in self.broken(path):
            if what in ("forbidden", "on a broken disk", "without descriptors in the system",
                        "without end"):
                continue  # what stat() does not show is seen at a reload only
            with self.subTest(what=what):
                told = len(self.troubles())
                make()
                support.wait_until(lambda: not successful(), "the fault to be seen")
                self.assertEqual(status(), 200)
                self.assertEqual(self.exporter.get().status, 401)
                self.wait_for_troubles(told + 1)
                line, = self.troubles()[told:]
                self.assertIn(says, line["msg"])
                self._told += 1
                self.mend(path, good)
                support.wait_until(successful, "the recovery")
        self.end()


class ReadOnlyTest(FileCase):
    """Every file system is read-only."""

    SCRIPT = ('while read -r _ _ _ _ path _; do mount -o remount,bind,ro "$path" 2>&-; done '
              '< /proc/self/mountinfo; exec "$0" "$@"')

    def setUp(self):
        super().setUp()
        self.read_only = ["unshare", "-m", "sh", "-c", self.SCRIPT]
        probe = subprocess.run([*self.read_only, "touch", f"{self.folder}/probe"],
                               capture_output=True, text=True, check=False)
        if "Read-only" not in probe.stderr:
            support.skip_unless_required(f"nothing can be made read-only: {probe.stderr}")

    def test_it_serves_and_reloads(self):
        self.start(prefix=self.read_only, listen=["127.0.0.1:0"])
        for number in range(fault_case.SCRAPES):
            self.assertEqual(self.exporter.get().status, 200)
            self.exporter.process.send_signal(signal.SIGHUP)
            support.wait_until(lambda: len(self.exporter.logged(
                msg="configuration reloaded")) > number, "the reload")
        self.end()

    def test_a_unix_socket_cannot_be_made(self):
        result = subprocess.run(
            [*self.read_only, support.EXPORTER, f"--web.listen-address=unix:{self.folder}/socket"],
            capture_output=True, text=True, timeout=support.DEADLINE_S, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("Read-only file system (EROFS)", result.stderr.splitlines()[-1])
        self.assertIn(f"{self.folder}/socket", result.stderr.splitlines()[-1])

    def test_it_becomes_so_while_it_runs(self):
        mount = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0" && exec "$@"', self.folder]
        self.start(prefix=mount, listen=[f"unix:{self.folder}/socket"])
        self.assert_whole(self.scrape())
        pid = str(self.exporter.process.pid)
        remount = subprocess.run(
            ["nsenter", "-m", "-t", pid, "mount", "-o", "remount,bind,ro", self.folder],
            capture_output=True, text=True, check=False)
        self.assertEqual(remount.returncode, 0, remount.stderr)
        for _ in range(fault_case.SCRAPES):
            self.assert_whole(self.scrape())
        self.reload(succeeds=True)
        self.end()  # and the socket's file stays


if __name__ == "__main__":
    support.main()
