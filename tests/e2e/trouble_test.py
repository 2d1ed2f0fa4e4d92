"""A real Prometheus with the shipped rules while a host gets in trouble: each alert fires, says whose trouble
it is, and ends. The exporter calls a socket stuck after a second."""

import os
import signal
import socket
import subprocess
import time

import sockets
import support
import trouble_case
from trouble_case import DOWN, FAILING, OF_SCRAPES

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
# SockdiagTcpMemoryPressure: a network namespace shows no limit of the whole host. Those of other
# network namespaces are owner_trouble_test.py's.
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
    ("SockdiagDefaultRouteGone", "critical"): {"family": "ipv4"},
    ("SockdiagDefaultRouteGone", "warning"): {"family": "ipv4"},
    ("SockdiagNamesFolded", "info"): {"limit": "ports"},
    ("SockdiagConfigReloadFailed", "warning"): {},
}
# What is not acknowledged after a close was sent again, too, and so are the SYNs that are not answered.
CONSEQUENCES = {("SockdiagPeersRetransmitting", "warning"), ("SockdiagTcpRetransmits", "warning"),
                ("SockdiagSynRetransmits", "warning")}


@support.release_only
class TroubleTest(trouble_case.TroubleCase):
    """One host on which everything goes wrong that can."""

    def setUp(self):
        super().setUp()
        for name, value in SETTINGS.items():
            with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as setting:
                setting.write(value)
        self._change_default_route("add")
        self.hang = os.path.join(support.temporary_folder(self), "hang")
        self.config = support.temporary_file(self, CONFIG)
        self.exporter = support.start_exporter(
            self, f"--config.file={self.config}", listen=[trouble_case.ADDRESS],
            environment=support.netlink_hang(self.hang))
        self.sockets = sockets.Sockets(self)
        self.clients = []
        self.leaked_at = 0.0

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

    @staticmethod
    def _change_default_route(how):
        """Nothing here needs it: all that talk are on this host."""
        subprocess.run(["ip", "route", how, "default", "dev", "lo"], check=True)

    def _make_trouble(self):
        self._change_default_route("delete")
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
        self._change_default_route("add")
        self.sockets.reset()
        for client in self.clients:
            client.close()

    def test_each_trouble_fires_its_alert_and_ends_with_it(self):
        self.start_prometheus()
        shop = self._make_trouble()
        self.wait_for_firing(set(TROUBLES), lambda: self._leak_another(shop))
        self.assertEqual(set(self.firing) - OF_SCRAPES - CONSEQUENCES, set(TROUBLES))
        for name, labels in TROUBLES.items():
            self.assert_labels(name, labels)

        self._end_trouble()
        of_sockets = {name for name in TROUBLES if "Config" not in name[0]} | CONSEQUENCES
        self.wait_for_end(of_sockets)

        self._collector_fails()
        self.exporter.stop()
        self.wait_for_firing({DOWN})
        self.assert_labels(DOWN, {})

    def _collector_fails(self):
        with open(self.hang, "w", encoding="ascii"):
            pass
        self.wait_for_firing({FAILING})
        self.assert_labels(FAILING, {"collector": "tcp"})
        os.remove(self.hang)
        support.wait_until(lambda: FAILING not in self.look(), "recovery")


if __name__ == "__main__":
    support.main()
