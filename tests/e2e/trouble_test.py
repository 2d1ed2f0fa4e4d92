"""A real Prometheus with the shipped scrape configuration and rules, while a host gets in trouble.

The rules are as shipped but for time: in a copy, each minute of a window, offset or `for` is a second,
and scrapes and evaluations are a second apart. The exporter calls a socket stuck after a second."""

import glob
import os
import re
import signal
import socket
import subprocess
import time

import prometheus_test
import sockets
import support

# One trouble for each service. Ports beyond the ten shown of a protocol are folded.
CONFIG = """
services:
  - {name: shop, ports: [8080]}
  - {name: ledger, ports: [8081]}
  - {name: search, ports: [8082]}
  - {name: mail, ports: [8083]}
  - {name: phones, ports: [8084]}
  - {name: cache, ports: [8085]}
services_database: null
limits: {ports: 10}
sampling: {interval: 500ms, cpu_budget: 1, peak_window: 5s}
stuck_after: {close_wait: 1s, syn_sent: 1s, fin_wait1: 1s}
"""
SHOP, LEDGER, SEARCH, MAIL, PHONES, CACHE, PRINTER = range(8080, 8087)
SETTINGS = {"ip_local_port_range": "40000 40399", "tcp_max_tw_buckets": "20",
            "tcp_tw_reuse": "0", "tcp_syn_retries": "10"}

# Every alert that one host can have on connections and limits, but SockdiagCloseWaitUnread and
# SockdiagBoundPortsExhausting, which are silent beside others, and SockdiagOrphansNearLimit and
# SockdiagTcpMemoryPressure: a network namespace shows no limit of the whole host.
# By name and severity, since a trouble that is critical is also above the tier below it.
LEAK = {"service_name": "shop", "direction": "inbound"}
LEDGER_CONNECTS = {"service_name": "ledger", "direction": "outbound", "state": "syn_sent"}
QUEUE = {"service_name": "search", "port": str(SEARCH)}
TROUBLES = {
    ("SockdiagCloseWaitLeakFast", "critical"): LEAK,
    ("SockdiagCloseWaitLeak", "critical"): LEAK,
    ("SockdiagCloseWaitLeak", "warning"): LEAK,
    ("SockdiagCloseWaitStuck", "warning"): LEAK,
    ("SockdiagSynSentStuck", "warning"): LEDGER_CONNECTS,
    ("SockdiagSynSentPileup", "warning"): LEDGER_CONNECTS,
    ("SockdiagAcceptQueueSaturated", "critical"): QUEUE,
    ("SockdiagAcceptQueueSaturated", "warning"): QUEUE,
    ("SockdiagSynRecvFlood", "warning"): {"service_name": "mail", "port": str(MAIL)},
    ("SockdiagCloseUnanswered", "warning"): {"service_name": "phones", "direction": "outbound",
                                             "state": "fin_wait1"},
    ("SockdiagEphemeralPortsExhausting", "critical"): {},
    ("SockdiagEphemeralPortsExhausting", "warning"): {},
    ("SockdiagTimeWaitNearLimit", "warning"): {},
    ("SockdiagNamesFolded", "info"): {"limit": "ports"},
    ("SockdiagConfigReloadFailed", "warning"): {},
}
DOWN = ("SockdiagExporterDown", "warning")
FAILING = ("SockdiagCollectorFailing", "warning")
# On a machine that is too busy a scrape may fail, and these may say so.
OF_SCRAPES = {DOWN, FAILING}
# What is not acknowledged after a close was sent again, too.
CONSEQUENCES = {("SockdiagPeersRetransmitting", "warning")}


def read(path):
    with open(os.path.join(support.SOURCE_DIR, path), encoding="utf-8") as file:
        return file.read()


def minutes_to_seconds(rules):
    quick = re.sub(r"((?:for: |offset |\[)\d+)m\b", r"\1s", rules)
    quick = re.sub(r"(\[\d+s:\d+)m\b", r"\1s", quick)
    if re.search(r"\b\d+m\b", re.sub(r"^\s*#.*$", "", quick, flags=re.M)):
        raise AssertionError("a duration is not in whole minutes")
    return quick


@support.release_only
class TroubleTest(support.TestCase):
    """One host on which everything goes wrong that can."""

    def setUp(self):
        super().setUp()
        for name, value in SETTINGS.items():
            with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as setting:
                setting.write(value)
        self.hang = os.path.join(support.temporary_folder(self), "hang")
        self.config = support.temporary_file(self, CONFIG)
        self.exporter = support.start_exporter(
            self, f"--config.file={self.config}", listen=["127.0.0.1:10204"],
            environment=support.netlink_hang(self.hang))
        self.prometheus = prometheus_test.Prometheus(self, config=self._prometheus_config())
        self.sockets = sockets.Sockets(self)
        self.clients = []
        self.firing = {}  # all that have ever fired: name and severity to the labels, for each look
        self.leaked_at = 0.0

    def _prometheus_config(self):
        folder = support.temporary_folder(self)
        for path in glob.glob(f"{support.SOURCE_DIR}/deploy/prometheus/rules/*.yaml"):
            with open(os.path.join(folder, os.path.basename(path)), "w", encoding="utf-8") as copy:
                copy.write(minutes_to_seconds(read(path)))
        scrape = read("deploy/prometheus/scrape.yaml")
        for key in ("scrape_interval: ", "scrape_timeout: "):
            scrape, count = re.subn(f"{key}.*", f"{key}1s", scrape)
            self.assertEqual(count, 1)
        return f"global: {{evaluation_interval: 1s}}\nrule_files: ['{folder}/*.yaml']\n{scrape}"

    def _look(self):
        """The names of the alerts that are firing now."""
        now = set()
        for alert in self.prometheus.alerts():
            if alert["state"] == "firing":
                labels = alert["labels"]
                name = labels["alertname"], labels["severity"]
                now.add(name)
                self.firing.setdefault(name, []).append(labels)
        return now

    def _wait_for_firing(self, names, meanwhile=lambda: None):
        def all_have_fired():
            meanwhile()
            self._look()
            return names <= self.firing.keys()
        try:
            support.wait_until(all_have_fired, "the alerts", deadline_s=240)
        except AssertionError as error:
            raise AssertionError(f"{error}: {names - self.firing.keys()} of them; now "
                                 f"{self.prometheus.alerts()}") from None

    def _assert_labels(self, name, labels):
        expected = {"alertname": name[0], "severity": name[1], "job": "sockdiag",
                    "instance": "localhost:10204", **labels}
        for found in self.firing[name]:
            self.assertEqual(found, expected)

    def _leak_another(self, listener):
        """The peer closes, and the shop keeps its socket; not so fast that ports run out."""
        if time.monotonic() - self.leaked_at > 0.7:
            self.leaked_at = time.monotonic()
            self.sockets.close_wait(listener)

    def _connect_to_hole(self, count):
        """A firewall drops what is sent to the ledger."""
        subprocess.run(["nft", "add table inet hole; add chain inet hole input "
                        "{ type filter hook input priority 0; }; "
                        f"add rule inet hole input tcp dport {LEDGER} drop"], check=True)
        for _ in range(count):
            client = socket.socket()
            self.addCleanup(client.close)
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", LEDGER))
            self.clients.append(client)

    def _make_trouble(self):
        made = self.sockets
        self._connect_to_hole(60)
        made.waiting(made.listener(port=SEARCH, backlog=4), 5)
        made.syn_recv(made.listener(port=MAIL, backlog=64, defer_accept=True), 60)
        made.fin_wait1(made.listener(port=PHONES), 101)
        made.established(made.listener(port=CACHE), 340)
        for port in range(5001, 5013):
            made.udp(port=port)
        with open(self.config, "a", encoding="utf-8") as config:
            config.write("surprise: true\n")
        self.exporter.process.send_signal(signal.SIGHUP)
        made.time_wait(made.listener(port=PRINTER), 20)
        return made.listener(port=SHOP)

    def _end_trouble(self):
        self.sockets.reset()
        for client in self.clients:
            client.close()

    def test_each_trouble_fires_its_alert_and_ends_with_it(self):
        support.wait_until(lambda: self.prometheus.query(
            'count_over_time(up{job="sockdiag"}[1m]) >= 12'), "a dozen scrapes")
        self.assertEqual(self._look() - OF_SCRAPES, set(), "a host that is well")

        shop = self._make_trouble()
        self._wait_for_firing(set(TROUBLES), lambda: self._leak_another(shop))
        self.assertEqual(set(self.firing) - OF_SCRAPES - CONSEQUENCES, set(TROUBLES))
        for name, labels in TROUBLES.items():
            self._assert_labels(name, labels)

        self._end_trouble()
        of_sockets = {name for name in TROUBLES if "Config" not in name[0]} | CONSEQUENCES
        support.wait_until(lambda: not self._look() & of_sockets, "the alerts to end",
                           deadline_s=180)

        self._collector_fails()
        self.exporter.stop()
        self._wait_for_firing({DOWN})
        self._assert_labels(DOWN, {})

    def _collector_fails(self):
        with open(self.hang, "w", encoding="ascii"):
            pass
        self._wait_for_firing({FAILING})
        self._assert_labels(FAILING, {"collector": "tcp"})
        os.remove(self.hang)
        support.wait_until(lambda: FAILING not in self._look(), "recovery")


if __name__ == "__main__":
    support.main()
