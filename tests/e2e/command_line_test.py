"""Flags, what they refuse, and how errors and logs look."""

import datetime
import os
import re
import resource
import signal
import socket
import subprocess

import exporter_log
import support

FLAGS = {"--config.file", "--config.check", "--once", "--healthcheck", "--web.listen-address",
         "--inspect", "--web.telemetry-path", "--web.max-requests", "--web.systemd-socket", "--web.config.file",
         "--web.enable-lifecycle", "--collector.", "--no-collector.", "--log.level", "--log.format",
         "--version", "--help"}
BAD_CONFIG = """services:
  - name: web
    ports: [80, 70000]
"""


class ErrorCase(support.TestCase):
    """How every error has to look."""

    def assert_refused(self, result, status, *pieces):
        """Nothing on standard output, and one line that holds all pieces."""
        self.assertEqual((result.returncode, result.stdout), (status, ""), result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.endswith("\n"))
        for piece in pieces:
            self.assertIn(piece, result.stderr)


class FlagsTest(ErrorCase):
    """The command line itself."""

    def test_help_names_every_flag_and_no_other(self):
        result = support.run_exporter("--help")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(set(re.findall(r"--[a-z][a-z.-]*", result.stdout)), FLAGS)

    def test_version(self):
        result = support.run_exporter("--version")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"^sockdiag_exporter [0-9]+\.[0-9]+\.[0-9]+.*\n$")

    def test_wrong_flags_are_refused(self):
        cases = {
            "--web.listen-adress=:1": "--web.listen-adress",
            "--web.enable-lifecycle=maybe": "maybe",
            "--web.config.file": "--web.config.file",
            "word": "word",
            "--once=xml": "xml",
            "--log.level=loud": "loud",
            "--log.format=xml": "xml",
            "--web.max-requests=0": "1..",
            "--web.max-requests=many": "many",
            "--web.telemetry-path=metrics": "--web.telemetry-path",
            "--web.telemetry-path=/": "--web.telemetry-path",
            "--web.listen-address=nowhere": "--web.listen-address",
            "--web.listen-address=127.0.0.1:70000": "70000",
            "--web.listen-address=::1:80": "--web.listen-address",
            "--web.listen-address=unix:relative": "--web.listen-address",
            "--config.file": "--config.file",
        }
        for flag, piece in cases.items():
            with self.subTest(flag=flag):
                self.assert_refused(support.run_exporter(flag), 2, piece)

    def test_empty_value_does_not_take_the_next_word(self):
        """As `--config.file=$UNSET --config.check` in a script would have it."""
        for flag, next_word in (("--config.file", "--config.check"),
                                ("--web.telemetry-path", "/path"),
                                ("--web.listen-address", "127.0.0.1:0"),
                                ("--web.max-requests", "3"), ("--log.level", "info")):
            with self.subTest(flag=flag):
                result = support.run_exporter(f"{flag}=", next_word, "--config.check")
                self.assert_refused(result, 2, flag)


class FullDiskTest(support.TestCase):
    """Text that could not be printed is a failure."""

    def test_output_that_cannot_be_written(self):
        for flag in ("--help", "--version", "--config.check"):
            with self.subTest(flag=flag), open("/dev/full", "w", encoding="ascii") as full:
                result = support.run_exporter(flag, capture_output=False, stdout=full,
                                              stderr=subprocess.PIPE)
                self.assertEqual(result.returncode, 1, result.stderr)

    def test_output_that_may_not_grow(self):
        most = 1 << 20  # A sanitizer writes some files of its own.
        with open(support.temporary_file(self, "x" * most), "ab") as file:
            result = support.run_exporter(
                "--once", capture_output=False, stdout=file, stderr=subprocess.PIPE,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("cannot write to standard output", result.stderr)


class ConfigTest(ErrorCase):
    """Errors in the configuration stop the start, with their place."""

    def test_check_accepts_the_shipped_file(self):
        shipped = os.path.join(support.SOURCE_DIR, "config/sockdiag_exporter.yaml")
        result = support.run_exporter("--config.check", f"--config.file={shipped}")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "OK\n", ""))

    def test_check_accepts_no_file(self):
        result = support.run_exporter("--config.check")
        self.assertEqual((result.returncode, result.stdout, result.stderr),
                         (0, "OK\n", support.DEFAULTS_LINE))

    def test_wrong_files_are_refused_with_line_and_column(self):
        cases = {
            BAD_CONFIG: ":3:17: services[0].ports[1]: 70000 is not in 1..65535",
            "limits: {service: 1}\n": ":1:10: ",
            "limits: {ports: 1}\nlimits: {ports: 2}\n": ":2:1: ",
            "collectors:\n  tcp: {enabled: 1}\n": ":2:18: collectors.tcp.enabled: ",
            "limits: [\n": ":1:10: ",
        }
        for config, piece in cases.items():
            path = support.temporary_file(self, config)
            for action in ("--config.check", "--once", "--web.listen-address=127.0.0.1:0"):
                with self.subTest(config=config, action=action):
                    result = support.run_exporter(f"--config.file={path}", action)
                    self.assert_refused(result, 2, path + piece)

    def test_rules_that_are_hardly_meant_are_warned_about(self):
        path = support.temporary_file(self, """services:
  - {name: web, ports: [80-90]}
  - {name: proxy, ports: [81], direction: inbound}
  - {name: other, ports: [5432]}
""")
        result = support.run_exporter("--config.check", f"--config.file={path}")
        self.assertEqual((result.returncode, result.stdout), (0, "OK\n"), result.stderr)
        shadowed, other = result.stderr.splitlines()
        self.assertTrue(shadowed.startswith(
            f"sockdiag_exporter: warning: {path}: services[1] (proxy) never matches: services[0]"))
        self.assertIn(f"warning: {path}: services[2] (other)", other)
        exporter = support.start_exporter(self, f"--config.file={path}")
        exporter.get()
        self.assertEqual(exporter.stop(), 0)
        doubts = [line["doubt"] for line in exporter.logged(level="warn")]
        self.assertEqual([f"sockdiag_exporter: warning: {doubt}" for doubt in doubts],
                         [shadowed, other])

    def test_missing_file(self):
        for action in ("--config.check", "--once", "--web.listen-address=127.0.0.1:0"):
            result = support.run_exporter("--config.file=/nowhere/config.yaml", action)
            self.assert_refused(result, 2, "/nowhere/config.yaml", "No such file")


class PackagedConfigTest(ErrorCase):
    """Who names no file gets the packaged one, as the service does, and is told."""

    CONFIG = "services: [{name: packaged, ports: [7]}]\nservices_database: null\n"

    def _packaged(self, config):
        return support.with_etc({support.PACKAGED_CONFIG: support.temporary_file(self, config)})

    def test_packaged_file_is_taken_and_named(self):
        prefix = self._packaged(self.CONFIG)
        line = f"sockdiag_exporter: configuration: {support.PACKAGED_CONFIG}\n"
        checked = support.run_exporter("--config.check", prefix=prefix)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "OK\n", line))
        once = support.run_exporter("--once", prefix=prefix)
        self.assertEqual((once.returncode, once.stderr), (0, line))
        self.assertIn('service_name="packaged"', once.stdout)

    def test_daemon_takes_it_and_names_it_in_its_log(self):
        exporter = support.start_exporter(self, prefix=self._packaged(self.CONFIG))
        self.assertIn('service_name="packaged"', exporter.get().text)
        starting, = exporter.logged(msg="starting")
        self.assertEqual(starting["config"], support.PACKAGED_CONFIG)

    def test_one_that_vanishes_before_a_reload_is_a_warning(self):
        exporter = support.start_exporter(self, prefix=self._packaged(self.CONFIG))
        os.remove(f"/proc/{exporter.process.pid}/root{support.PACKAGED_CONFIG}")
        exporter.process.send_signal(signal.SIGHUP)
        support.wait_until(lambda: exporter.logged(msg="configuration reloaded"), "the reload")
        warning, = exporter.logged(msg="the configuration file has gone", level="warn")
        self.assertEqual(warning["config"],
                         f"built-in defaults, as there is no {support.PACKAGED_CONFIG}")

    def test_named_file_comes_first(self):
        other = support.temporary_file(self, "services: [{name: named, ports: [7]}]\n")
        result = support.run_exporter("--once", f"--config.file={other}",
                                      prefix=self._packaged("services_database: 1\n"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn('service_name="named"', result.stdout)

    def test_wrong_packaged_file_is_an_error(self):
        prefix = self._packaged(BAD_CONFIG)
        for action in ("--config.check", "--once", "--web.listen-address=127.0.0.1:0"):
            self.assert_refused(support.run_exporter(action, prefix=prefix), 2,
                                f"{support.PACKAGED_CONFIG}:3:17: ")


class ListenErrorTest(ErrorCase):
    """Not being able to listen is a failure while running: status 1."""

    QUIET = "--log.level=error"

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            result = support.run_exporter(self.QUIET, f"--web.listen-address={address}")
            self.assert_refused(result, 1, address, "in use")
            both = support.run_exporter(self.QUIET, "--web.listen-address=127.0.0.1:0",
                                        f"--web.listen-address={address}")
            self.assert_refused(both, 1, address, "in use")
            logged = support.run_exporter(f"--web.listen-address={address}")
        last = logged.stderr.splitlines()[-1]
        self.assertIn(address, last)
        for line in logged.stderr.splitlines()[:-1]:
            self.assertEqual(exporter_log.parse(line)["level"], "info", line)

    def test_address_of_another_host(self):
        result = support.run_exporter(self.QUIET, "--web.listen-address=192.0.2.1:0")
        self.assert_refused(result, 1, "192.0.2.1")

    def test_folder_of_unix_socket_missing(self):
        result = support.run_exporter(self.QUIET, "--web.listen-address=unix:/nowhere/web.socket")
        self.assert_refused(result, 1, "/nowhere/web.socket")

    def test_unix_socket_in_use_is_left_alone(self):
        exporter = support.start_exporter(self)
        address = exporter.addresses()[0]
        result = support.run_exporter(self.QUIET, f"--web.listen-address={address}")
        self.assert_refused(result, 1, address)
        self.assertEqual(exporter.get().status, 200)


class LogTest(support.TestCase):
    """Logs go to standard error, one event a line."""

    CONFIG = "services_database: '/nowhere/a \"b\" = \\ c'\n"

    def _check(self, flag, line_pattern):
        exporter = support.start_exporter(self, "--log.level=debug", flag, config=self.CONFIG)
        exporter.scrape()
        self.assertEqual(exporter.stop(), 0)
        for line in exporter.log_lines():
            self.assertRegex(line, line_pattern)
        records = exporter.logged()
        for record in records:
            self.assertIn(record["level"], ("debug", "info", "warn", "error"), record)
            datetime.datetime.strptime(record["ts"], "%Y-%m-%dT%H:%M:%S.%fZ")
        messages = {record["msg"] for record in records}
        self.assertLessEqual({"starting", "listening", "collected", "stopping"}, messages)
        warning, = [record for record in exporter.logged(level="warn") if "error" in record]
        self.assertIn('/nowhere/a "b" = \\ c', warning["error"])

    def test_logfmt(self):
        self._check("--log.format=logfmt", r"^ts=\S+ level=[a-z]+ msg=.+$")

    def test_json(self):
        self._check("--log.format=json", r"^\{.*\}$")

    def test_level_leaves_out_what_is_below(self):
        exporter = support.start_exporter(self, "--log.level=info", config=self.CONFIG)
        exporter.scrape()
        self.assertEqual(exporter.stop(), 0)
        self.assertEqual(exporter.logged(level="debug"), [])
        self.assertNotEqual(exporter.logged(level="warn"), [])


if __name__ == "__main__":
    support.main()
