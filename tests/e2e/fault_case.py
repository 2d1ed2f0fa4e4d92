"""What every fault has to leave as it is, and how its end has to show."""

import collections
import contextlib
import pathlib
import re
import time

import exporter_log
import exposition_text
import faults
import sockets
import support

# Those that run beside the process's own; others would fail with them in ways of their own.
COLLECTORS = ("tcp", "udp", "kernel_limits")
PROTOCOLS = ("tcp", "udp")


def _without_other_collectors():
    shipped = pathlib.Path(support.SOURCE_DIR, "config/sockdiag_exporter.yaml").read_text("utf-8")
    section = re.search(r"^collectors:\n((?:(?: .*)?\n)+)", shipped, re.M).group(1)
    others = set(re.findall(r"^  (\w+):\n    enabled: true", section, re.M))
    others -= {*COLLECTORS, "process"}
    return f"collectors: {{{', '.join(f'{name}: {{enabled: false}}' for name in sorted(others))}}}\n"


_BASE = _without_other_collectors() + "services_database: null\n"
# Nothing dumps but the scrapes, so that each dump can be counted.
CONFIG = _BASE + "sampling: {interval: 0s}\n"
QUICK_SAMPLES = _BASE + "sampling: {interval: 100ms, cpu_budget: 1}\n"
SCRAPES = 3
PAUSE_S = 0.002
# After it the log tells again what it has told, and an unsupported protocol is asked for again.
LONG_S = 11 * 60

# What a fault shows in: the collectors that fail, words that the log must have for it, and what is
# counted as `reason` in sockdiag_dump_errors_total at each scrape.
Symptoms = collections.namedtuple("Symptoms", "failing says reason", defaults=((), (), None))


class FaultCase(support.TestCase):
    """One exporter and sockets in known states; faults come and go."""

    config = CONFIG

    def setUp(self):
        super().setUp()
        self.made = sockets.Sockets(self)
        self.faults = faults.Faults(self)
        self._long_waits = 0
        self._told = 0

    def start(self, *flags, await_collection=True, **options):
        options.setdefault("config", self.config)
        environment = {**self.faults.environment, **options.pop("environment", {})}
        self.exporter = support.start_exporter(self, *flags, environment=environment, **options)
        self.addCleanup(self.faults.set)  # before the exporter's end
        if await_collection:  # which no fault to come must meet
            self.exporter.wait_for_first_collection(self.ask)
        return self.exporter

    def ask(self, path="/metrics"):
        return self.exporter.get(path)

    def set_faults(self, *wanted):
        """Beside the clock's."""
        jump = [faults.clock_jump(time.CLOCK_MONOTONIC, LONG_S * self._long_waits)]
        self.faults.set(*jump, *wanted)

    def let_long_time_pass(self):
        self.exporter.wait_until_connections_rest()
        self._long_waits += 1
        self.set_faults()

    def scrape(self):
        answer = self.ask()
        self.assertEqual(answer.status, 200)
        exposition = exposition_text.parse(answer.text)
        exposition_text.check(self, exposition)
        return exposition

    def troubles(self):
        """Lines of warnings and errors."""
        return [line for line in map(exporter_log.parse, self.exporter.log_lines())
                if line.get("level") in ("warn", "error") or "level" not in line]

    def assert_sockets(self, exposition, failing=()):
        """All but these protocols show exactly what the kernel's own tables do."""
        found, expected = sockets.exported_counts(exposition), self.made.expected.copy()
        for protocol in PROTOCOLS:
            for key in [key for key in expected if key[0] == protocol and protocol in failing]:
                del expected[key]
        self.assertEqual(found, expected)
        for protocol in PROTOCOLS:
            self.assertEqual(exposition.value("sockdiag_collector_success", collector=protocol),
                             protocol not in failing, protocol)
            has_figures = protocol not in failing
            for name in ("sockdiag_sockets", "sockdiag_dump_sockets"):
                self.assertEqual(exposition.select(name, protocol=protocol) != [], has_figures)
            if not has_figures:
                self.assertEqual(exposition.select("sockdiag_owner_sockets", protocol=protocol), [])
        self.assertEqual(len(exposition.select("sockdiag_build_info")), 1)

    def assert_whole(self, exposition, failing=()):
        """The same of all collectors."""
        self.assert_sockets(exposition, failing)
        success = exposition.value("sockdiag_collector_success", collector="kernel_limits")
        self.assertEqual(success, "kernel_limits" not in failing)
        self.assertEqual(exposition.select("sockdiag_somaxconn") != [],
                         "kernel_limits" not in failing)

    @staticmethod
    def errors(exposition):
        """Failed dumps by (protocol, reason)."""
        return exposition.sum_by("sockdiag_dump_errors_total", "protocol", "reason")

    def wait_for_troubles(self, count):
        support.wait_until(lambda: len(self.troubles()) >= count, "a line in the log",
                           pause_s=PAUSE_S)

    @contextlib.contextmanager
    def enduring(self, symptoms, lines=None, scrapes=SCRAPES):
        """Within it the fault is in force. `lines`: how many of the log it is worth, by default one
        for each collector that fails."""
        lines = len(symptoms.failing) if lines is None else lines
        before = self.scrape()
        self.assert_whole(before)
        pid, counted, told = self.exporter.process.pid, self.errors(before), len(self.troubles())
        infos = len(self.exporter.logged(level="info"))
        yield
        for number in range(1, scrapes + 1):
            exposition = self.scrape()
            self.assert_whole(exposition, symptoms.failing)
            if symptoms.reason:
                expected = dict(counted)
                for protocol in set(symptoms.failing) & set(PROTOCOLS):
                    key = (protocol, symptoms.reason)
                    expected[key] = expected.get(key, 0) + number
                self.assertEqual(self.errors(exposition), expected)
        self.assertEqual(self.exporter.get("/-/healthy").status, 200)
        self.wait_for_troubles(told + lines)
        new = self.troubles()[told:]
        self.assertEqual(len(new), lines, new)
        for line in new:
            for word in symptoms.says:
                self.assertIn(word, str(line))
        self.set_faults()
        if symptoms.reason == "unsupported":  # which is remembered
            self.let_long_time_pass()
        self.assert_whole(self.scrape())
        again = lambda: self.exporter.logged(level="info")[infos:]
        support.wait_until(lambda: len(again()) >= lines, "a line that it works again",
                           pause_s=PAUSE_S)
        self.assertEqual(len(again()), lines, again())
        self.assertEqual((self.exporter.process.poll(), self.exporter.process.pid), (None, pid))
        self._told += lines

    def end(self):
        """Nothing else was ever told."""
        self.faults.set()
        self.assertEqual(self.exporter.stop(), 0)
        self.assertEqual(len(self.troubles()), self._told, self.troubles())
