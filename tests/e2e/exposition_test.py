"""The text that /metrics serves: its form, its numbers, and that the README says the same."""

import os
import re
import socket

import exposition_text
import sockets
import support

CONFIG = """
services:
  - {name: web, direction: inbound, ports: [8080]}
  - {name: resolver, protocol: udp, direction: outbound, ports: [53]}
"""

# What is off unless it is asked for, or there is none of it.
EVERYTHING = """
stuck_after: {close_wait: 1ms}
collectors:
  interfaces: {enabled: true}
  multicast_groups: {enabled: true}
  protocols: {raw: true}
  unix: {paths: ["@*"]}
"""
NOT_EVERYWHERE = {"sockdiag_mptcp_sockets", "sockdiag_sctp_sockets", "sockdiag_sctp_associations",
                  "sockdiag_vsock_sockets", "sockdiag_other_sockets", "sockdiag_conntrack_entries",
                  "sockdiag_conntrack_limit", "sockdiag_conntrack_drops_total",
                  "sockdiag_conntrack_insert_failures_total"}


def readme_metrics():
    """{name: (type, labels)} from the README's metric table; several names may share a row."""
    path = os.path.join(support.SOURCE_DIR, "README.md")
    if not os.path.exists(path):
        raise AssertionError(f"{path} does not exist, and its metric table with it")
    with open(path, encoding="utf-8") as file:
        rows = re.findall(r"^\| *(`(?:sockdiag|process)_.*)$", file.read(), re.MULTILINE)
    metrics = {}
    for row in rows:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)]
        if len(cells) < 4 or cells[1] not in ("gauge", "counter"):
            continue  # of another table
        label_text = re.sub(r"\([^)]*\)", "", cells[2])
        labels = frozenset(re.findall(r"[a-z][a-z_]*", label_text)) - {"none"}
        for name in re.findall(r"`([a-z_]+)`", cells[0]):
            metrics[name] = (cells[1], labels)
    return metrics


class ExpositionTest(support.TestCase):
    """One exporter that sees a mixture of everything."""

    def setUp(self):
        super().setUp()
        self.sockets = sockets.Sockets(self)
        self.sockets.every_kind(support.has_ipv6())
        self.exporter = support.start_exporter(self, config=CONFIG)

    def test_promtool_finds_nothing(self):
        support.check_with_promtool(self, self.exporter.get().text)

    def test_series_and_families_are_unique_and_described(self):
        for _ in range(3):
            exposition_text.check(self, self.exporter.scrape())

    def test_counts_equal_what_was_made_and_what_the_kernel_lists(self):
        exposition = self.exporter.scrape()
        self.assertEqual(sockets.exported_counts(exposition), self.sockets.expected)
        self.assertEqual(sockets.exported_counts(exposition), sockets.kernel_counts())
        exposition_text.check_sums(self, exposition)

    def test_every_state_is_there_also_at_zero(self):
        exposition = self.exporter.scrape()
        tcp = {"established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2", "time_wait",
               "close", "close_wait", "last_ack", "listen", "closing"}
        for protocol, states in (("tcp", tcp), ("udp", {"established", "unconnected"})):
            for family in ("ipv4", "ipv6"):
                found = exposition.select("sockdiag_sockets", protocol=protocol, family=family)
                self.assertEqual(sorted(sample.labels["state"] for sample in found), sorted(states))

    def test_listeners_and_their_queues(self):
        exposition = self.exporter.scrape()
        full = {"port": "8081"}  # every_kind() fills its backlog of 0
        self.assertEqual(exposition.value("sockdiag_listeners", protocol="tcp", port="8080"), 1)
        self.assertEqual(exposition.value("sockdiag_listen_queue_length", **full), 1)
        self.assertEqual(exposition.value("sockdiag_listen_queue_limit", **full), 0)
        self.assertEqual(exposition.value("sockdiag_listen_queue_saturation_ratio", **full), 1)
        self.assertEqual(exposition.select("sockdiag_listen_queue_length", port="5353"), [])

    def test_queue_bytes_are_counted_without_listen_queues(self):
        exposition = self.exporter.scrape()
        unread = exposition.value("sockdiag_service_receive_queue_bytes", service_name="web")
        self.assertEqual(unread, self._queue_bytes("receive", local_port=8080))
        self.assertGreaterEqual(unread, 1000)
        for side in ("receive", "send"):
            total = exposition.sum(f"sockdiag_service_{side}_queue_bytes", protocol="tcp")
            self.assertEqual(total, self._queue_bytes(side))

    @staticmethod
    def _queue_bytes(side, local_port=None):
        """Sums tx_queue or rx_queue of the kernel's tables, without LISTEN."""
        total = 0
        for path in filter(os.path.exists, ("/proc/net/tcp", "/proc/net/tcp6")):
            with open(path, encoding="ascii") as table:
                for row in table.read().splitlines()[1:]:
                    words = row.split()
                    port = int(words[1].rpartition(":")[2], 16)
                    if words[3] != "0A" and local_port in (None, port):
                        total += int(words[4].split(":")[side == "receive"], 16)
        return total


class CountersTest(support.TestCase):
    """What Prometheus's rate() relies on."""

    def test_counters_do_not_go_back(self):
        exporter = support.start_exporter(self)
        first, second = exporter.scrape(), exporter.scrape()
        counters = {name for name, kind in first.types if kind == "counter"}
        self.assertEqual(counters, {name for name in first.families if name.endswith("_total")})
        for name in counters:
            before, after = first.series(name), second.series(name)
            self.assertEqual(before.keys(), after.keys())
            for labels, value in before.items():
                self.assertGreaterEqual(after[labels], value, f"{name} {dict(labels)}")


@support.release_only
class ReadmeTest(support.TestCase):
    """The README's metric table is what people build dashboards from."""

    def setUp(self):
        super().setUp()
        sockets.Sockets(self).every_kind(support.has_ipv6())
        self._make_other_families()
        # Some metrics are there only with a web configuration, be it an empty one, and others only
        # with collectors that are off by default.
        web_config = "--web.config.file=" + support.temporary_file(self, "", "web.yaml")
        exporter = support.start_exporter(self, web_config,
                                          config=CONFIG + EVERYTHING)
        # And a port's stuck sockets once there are any.
        self.exposition = support.wait_until(lambda: self._with_stuck(exporter.scrape()),
                                             "sockets to be stuck")

    def _make_other_families(self):
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind("\0listener")
        listener.listen()
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self.addCleanup(raw.close)

    @staticmethod
    def _with_stuck(exposition):
        return exposition if exposition.select("sockdiag_port_stuck_sockets") else None

    def test_metrics_types_and_labels_are_those_of_the_readme(self):
        labels = {}
        for sample in self.exposition.samples:
            labels.setdefault(sample.name, set()).add(frozenset(sample.labels))
        types = dict(self.exposition.types)
        self.assertEqual({name: len(sets) for name, sets in labels.items() if len(sets) > 1}, {},
                         "metrics whose samples have different labels")
        exported = {name: (types[name], next(iter(sets))) for name, sets in labels.items()}
        documented = readme_metrics()
        # Some sysctls are the whole host's and not to be seen in a network namespace.
        for name, sysctl in (("sockdiag_tcp_memory_limit_bytes", "tcp_mem"),
                             ("sockdiag_tcp_orphans_limit", "tcp_max_orphans")):
            if not os.path.exists("/proc/sys/net/ipv4/" + sysctl):
                del documented[name]
        # Not every kernel has such sockets, and not every host.
        for name in NOT_EVERYWHERE - exported.keys():
            del documented[name]
        # With namespaces.enabled, and of pods and containers.
        for name in ("sockdiag_namespaces", "sockdiag_namespaces_oldest_age_seconds",
                     "sockdiag_owner_info", "sockdiag_owner_listen_drops_total",
                     "sockdiag_owner_udp_receive_drops_total",
                     "sockdiag_owner_tcp_retransmitted_segments_total"):
            del documented[name]
        self.assertEqual(sorted(exported), sorted(documented))
        self.assertEqual(exported, documented)


if __name__ == "__main__":
    support.main()
