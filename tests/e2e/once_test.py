"""--once: the same figures in three forms, for scripts and for people."""

import errno
import json
import os
import re
import socket
import subprocess

import exporter_log
import exposition_text
import faults
import sockets
import support

CONFIG = """
services:
  - {name: web, direction: inbound, ports: [8080]}
"""


class OnceTest(support.TestCase):
    """Every form, of the same sockets."""

    def setUp(self):
        super().setUp()
        self.sockets = sockets.Sockets(self)
        self.sockets.every_kind(support.has_ipv6())
        self.config = f"--config.file={support.temporary_file(self, CONFIG)}"

    def _once(self, flag):
        result = support.run_exporter(flag, self.config)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def _metrics(self):
        return exposition_text.parse(self._once("--once"))

    def test_metrics_are_what_the_daemon_serves(self):
        text = self._once("--once")
        support.check_with_promtool(self, text)
        once = exposition_text.parse(text)
        exposition_text.check(self, once)
        exposition_text.check_sums(self, once)
        self.assertEqual(sockets.exported_counts(once), self.sockets.expected)
        named = exposition_text.parse(self._once("--once=metrics"))
        served = support.start_exporter(self, config=CONFIG).scrape()
        for other in (named, served):
            self.assertEqual(other.helps, once.helps)
            self.assertEqual(other.types, once.types)
            for name in once.families:
                self.assertEqual(other.series(name).keys(), once.series(name).keys())
            for name in sockets.lasting_metrics(once):
                self.assertEqual(other.series(name), once.series(name))

    def test_json_has_the_numbers_of_the_metrics(self):
        exposition = self._metrics()
        document = json.loads(self._once("--once=json"))
        self.assertEqual([(metric["name"], metric["help"]) for metric in document], exposition.helps)
        self.assertEqual([(metric["name"], metric["type"]) for metric in document], exposition.types)
        for metric in document:
            name = metric["name"]
            series = {frozenset(sample["labels"].items()): sample["value"]
                      for sample in metric["metrics"]}
            self.assertEqual(len(series), len(metric["metrics"]), f"{name} has repeated series")
            self.assertEqual(series.keys(), exposition.series(name).keys())
            if name in sockets.lasting_metrics(exposition) or "_limit" in name:
                self.assertEqual(series, exposition.series(name))

    def test_table_has_the_numbers_of_the_metrics(self):
        exposition = self._metrics()
        _, states, services, ports, listeners, limits, figures = (
            [re.split(r"\s{2,}", line) for line in block.splitlines()]
            for block in self._once("--once=table").strip().split("\n\n"))
        self._check_states(exposition, states)
        for rows, metric, label in ((services, "sockdiag_service_sockets", "service_name"),
                                    (ports, "sockdiag_port_sockets", "port")):
            table = {(name, protocol, direction): float(total)
                     for name, protocol, direction, total, *_ in rows[1:]}
            keys = (label, "protocol", "direction")
            self.assertEqual(table, exposition.sum_by(metric, *keys))
        table = {(port, protocol, service): float(count)
                 for port, protocol, service, count, *_ in listeners[1:]}
        keys = ("port", "protocol", "service_name")
        self.assertEqual(table, exposition.sum_by("sockdiag_listeners", *keys))
        somaxconn, = (row for row in figures if row[0] == "somaxconn")
        self.assertEqual(float(somaxconn[-1]), exposition.value("sockdiag_somaxconn"))
        self.assertEqual(limits[1][1:], [str(int(exposition.value("sockdiag_ephemeral_ports_" + name)))
                                         for name in ("used", "limit")])

    def _check_states(self, exposition, rows):
        head, body = rows[0], {row[0]: row[1:] for row in rows[1:]}
        self.assertEqual(float(body.pop("all")[0]), exposition.sum("sockdiag_sockets"))
        totals = exposition.sum_by("sockdiag_sockets", "state")
        self.assertEqual({(state,): float(row[0]) for state, row in body.items()}, totals)
        cells = {(*column.split(), state): float(row[number])
                 for state, row in body.items()
                 for number, column in enumerate(head[2:], start=1) if row[number] != "-"}
        self.assertEqual(cells, self.sockets.expected)


class OnceLimitsTest(support.TestCase):
    """What a limit leaves out is no failure, and is said."""

    def test_routes_beyond_the_limit(self):
        config = support.temporary_file(self, "limits: {routes: 0}\n")
        result = support.run_exporter("--once", f"--config.file={config}")
        self.assertEqual(result.returncode, 0, result.stderr)
        line, = result.stderr.splitlines()
        record = exporter_log.parse(line)
        self.assertEqual((record["level"], record["collector"]), ("warn", "routes"))
        self.assertIn("more than 0 ipv4 routes (limits.routes): they are left out", record["lack"])
        self.assertNotIn("sockdiag_routes", result.stdout)


class OnceOutputTest(support.TestCase):
    """A script must not take a text that was cut off for the whole."""

    FORMS = ("--once", "--once=table", "--once=json")

    def _config(self):
        return f"--config.file={support.temporary_file(self, CONFIG)}"

    def _check(self, result):
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertIn("standard output", result.stderr)

    def test_full_disk(self):
        for form in self.FORMS:
            with open("/dev/full", "w", encoding="ascii") as full:
                self._check(support.run_exporter(form, self._config(), capture_output=False,
                                                 stdout=full, stderr=subprocess.PIPE))

    def test_closed_output(self):
        for form in self.FORMS:
            command = ["sh", "-c", 'exec "$0" "$@" >&-', support.EXPORTER, form, self._config()]
            self._check(subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False,
                                       timeout=support.DEADLINE_S))


class OnceFailuresTest(support.TestCase):
    """What failed is told, all of it, and the rest is printed."""

    def test_every_collector_that_failed_is_named(self):
        refused = faults.Faults(self)
        refused.set(faults.fail("socket", errno.EMFILE, domain=socket.AF_NETLINK))
        result = support.run_exporter(
            "--once", f"--config.file={support.temporary_file(self, CONFIG)}",
            env={**os.environ, **refused.environment})
        self.assertEqual(result.returncode, 1)
        lines = result.stderr.splitlines()
        dumping = ("tcp", "udp", "unix", "packet", "mptcp", "sctp", "vsock")
        self.assertEqual(len(lines), len(dumping), result.stderr)
        for collector, line in zip(dumping, lines):
            self.assertRegex(line, rf"^sockdiag_exporter: collector {collector}: .*EMFILE")
        self.assertIn("sockdiag_somaxconn", result.stdout)


if __name__ == "__main__":
    support.main()
