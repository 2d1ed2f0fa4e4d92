"""Thousands of connections come and go each second, while a stable population is counted exactly.

SOCKDIAG_CHURN_SECONDS makes it as long as wanted, and SOCKDIAG_CHURN_LEAST_RATE fails it when fewer
connections a second were made; scripts/churn.sh sets both.
"""

import collections
import os
import subprocess
import time

import exposition_text
import sockets
import support

SECONDS = int(os.environ.get("SOCKDIAG_CHURN_SECONDS", "15"))
# What a machine that is busy with other tests makes as well.
LEAST_RATE = int(os.environ.get("SOCKDIAG_CHURN_LEAST_RATE", "100"))
RATE = 2_000 if support.SANITIZED else 7_000
SCRAPE_INTERVAL_S = 1.0
LEAST_SCRAPES = SECONDS * (0.9 if LEAST_RATE > 1000 else 0.3)

STABLE_PORT, CHURN_PORT = 7000, 9000
CONFIG = f"""
services:
  - {{name: stable, ports: [{STABLE_PORT}]}}
  - {{name: churn, ports: [{CHURN_PORT}]}}
sampling: {{interval: 1s}}
"""
CONNECTIONS, HALF_CLOSED, UDP = 1000, 50, 20
# A dump goes on at a place in a bucket of the kernel's table, so while sockets come and go in the
# same bucket it can miss one or show it twice: about one in 4,000 was seen with tiny tables. Here it
# is one in a scrape, and in few of them.
RACES_IN_A_SCRAPE = 2
RACES_IN_ALL = 1 / 4000 / 10
# What the allocator may hold on to, whatever was asked for last.
RESIDENT_SLACK_BYTES = 1 << 20
# Until, in a run of minutes, the TIME_WAIT sockets of a minute and the tables that follow them have
# their size.
WARM_UP = 0.25


class Churn:
    """A process that opens and closes connections."""

    def __init__(self, test):
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", os.environ["SOCKDIAG_CHURN_CONNECTIONS"],
             str(CHURN_PORT), str(RATE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        test.addCleanup(self.end)
        if self._process.stdout.readline() != "open\n":
            raise AssertionError("churn_connections made no connections")

    def end(self):
        """Gives how many connections it made, and in how many seconds."""
        if self._process.returncode is not None:
            return None
        output, _ = self._process.communicate(timeout=support.DEADLINE_S)
        if self._process.returncode != 0:
            raise AssertionError(f"churn_connections ended with {self._process.returncode}")
        made, microseconds = output.split()
        return int(made), int(microseconds) / 1e6


@support.release_only
class ChurnTest(support.TestCase):
    """A scrape a second, with samples in between."""

    def setUp(self):
        super().setUp()
        self.made = sockets.Sockets(self)
        listener = self.made.listener(port=STABLE_PORT)
        self.made.established(listener, CONNECTIONS)
        self.made.close_wait(listener, HALF_CLOSED)
        for _ in range(UDP):
            self.made.udp()
        self.made.settle()
        self.exporter = support.start_exporter(self, config=CONFIG)
        self.stable = self._stable(self._scrape()[0])
        by_state = collections.Counter()
        for (_, state), count in self.stable.items():
            by_state["tcp", "ipv4", state] += count
        by_state["udp", "ipv4", "unconnected"] = UDP
        self.assertEqual(by_state, self.made.expected)

    @staticmethod
    def _stable(exposition):
        """Sockets of the stable service by direction and state."""
        return collections.Counter({
            (sample.labels["direction"], sample.labels["state"]): int(sample.value)
            for sample in exposition.select("sockdiag_service_sockets", service_name="stable",
                                            protocol="tcp")})

    def _scrape(self):
        """What is exposed, how long it took, and the resident bytes."""
        start = time.monotonic()
        answer = self.exporter.get()
        seconds = time.monotonic() - start
        self.assertEqual(answer.status, 200)
        exposition = exposition_text.parse(answer.text)
        resident = exposition.value("process_resident_memory_bytes")
        return exposition, seconds, resident

    def _check_scrape(self, exposition):
        """Gives by how many sockets the dump was wrong."""
        for sample in exposition.select("sockdiag_collector_success"):
            self.assertEqual(sample.value, 1, sample.labels)
        self.assertEqual(exposition.sum("sockdiag_dump_errors_total"), 0)
        # Nothing comes and goes beside these.
        self.assertEqual(exposition.sum("sockdiag_sockets", protocol="udp"), UDP)
        self.assertEqual(exposition.sum("sockdiag_listeners", service_name="stable"), 1)
        self.assertEqual(exposition.sum("sockdiag_untracked_sockets"), 0)
        self.assertGreater(exposition.sum("sockdiag_service_sockets", service_name="churn"), 0)
        found = self._stable(exposition)
        return (found - self.stable).total() + (self.stable - found).total()

    def _scrapes(self):
        """A scrape at each second: by how much each was wrong, how long it took, resident bytes."""
        start = time.monotonic()
        number = 0
        while time.monotonic() - start < SECONDS:
            exposition, seconds, resident = self._scrape()
            yield self._check_scrape(exposition), seconds, resident
            number += 1
            time.sleep(max(0, start + number * SCRAPE_INTERVAL_S - time.monotonic()))

    def test_a_stable_population_is_counted_exactly(self):
        churn = Churn(self)
        wrong, seconds, resident = zip(*self._scrapes())
        entries = self.exporter.scrape().sum("sockdiag_service_state_entries_total")
        made, took = churn.end()
        warm = resident[int(len(resident) * WARM_UP):]
        population = sum(self.stable.values())
        print(f"{made} connections in {took:.0f} s ({made / took:.0f} a second), "
              f"{len(wrong)} scrapes of at most {max(seconds) * 1000:.0f} ms: "
              f"{sum(count > 0 for count in wrong)} of them wrong, by {sum(wrong)} of "
              f"{population * len(wrong)} sockets; resident {warm[0]:.0f} -> {warm[-1]:.0f}, at most "
              f"{max(warm):.0f} bytes; {entries:.0f} entries into watched states")
        self.assertGreaterEqual(made / took, LEAST_RATE)
        self.assertGreaterEqual(len(wrong), LEAST_SCRAPES)
        self.assertLessEqual(max(wrong), RACES_IN_A_SCRAPE)
        self.assertLessEqual(sum(wrong), max(1, RACES_IN_ALL * population * len(wrong)))
        if not support.SANITIZED:
            self.assertLess(max(warm), warm[0] + RESIDENT_SLACK_BYTES)
        self.assertEqual(self.exporter.stop(), 0)
        self.assertEqual(self.exporter.logged(level="warn"), [])
        self.assertEqual(self.exporter.logged(level="error"), [])


if __name__ == "__main__":
    support.main()
