"""From sockets to service names: rules, the services database, direction, and zeros."""

import socket

import exposition_text
import sockets
import support

DATABASE = """
# name  port/protocol  aliases
known      9999/tcp   alias
ignored    9999/tcp
known-udp  9999/udp   # another name, the same port
batch-port 7000/tcp   # never seen: a rule comes first
"""
CONFIG = """
services:
  - name: db-primary
    direction: outbound
    ports: [5432, "6432-6440"]
    remote_networks: [127.0.1.0/24, "::1/128"]
  - {name: db-any, direction: outbound, ports: [5432]}
  - {name: web, direction: inbound, ports: [8080, 8081], local_networks: [127.0.2.0/24]}
  - {name: web-rest, direction: inbound, ports: ["8000-8999"]}
  - {name: batch-lan, direction: inbound, ports: [7000], remote_networks: [127.0.9.0/24]}
  - {name: batch, ports: [7000]}
  - {name: resolver, protocol: udp, direction: outbound, ports: [53]}
  - {name: syslog, protocol: udp, direction: inbound, ports: [5514]}
services_database: %s
services_fallback: other
"""
CONFIGURED = {
    ("tcp", "db-primary", "outbound"), ("tcp", "db-any", "outbound"), ("tcp", "web", "inbound"),
    ("tcp", "web-rest", "inbound"), ("tcp", "batch-lan", "inbound"), ("tcp", "batch", "inbound"),
    ("tcp", "batch", "outbound"), ("udp", "resolver", "outbound"), ("udp", "syslog", "inbound")}
TCP_STATES = {"established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2", "time_wait",
              "close", "close_wait", "last_ack", "listen", "closing"}
STATES = {
    ("tcp", "inbound"): TCP_STATES - {"syn_sent"},
    ("tcp", "outbound"): TCP_STATES - {"syn_recv", "listen"},
    ("udp", "inbound"): {"established", "unconnected"},
    ("udp", "outbound"): {"established"}}


class ServicesTest(support.TestCase):
    """One configuration, and sockets that its rules tell apart."""

    def setUp(self):
        super().setUp()
        database = support.temporary_file(self, DATABASE, "services")
        self.sockets = sockets.Sockets(self)
        self.exporter = support.start_exporter(self, config=CONFIG % database)
        # Who asks while the daemon makes it shares what was counted before the sockets were made.
        self.exporter.wait_for_first_collection()

    def _services(self):
        """{(protocol, service, direction, state): sockets} of a scrape whose views agree."""
        self.sockets.settle()
        exposition = self.exporter.scrape()
        exposition_text.check(self, exposition)
        exposition_text.check_sums(self, exposition)
        self.assertEqual(sockets.exported_counts(exposition), self.sockets.expected)
        counts = exposition.sum_by("sockdiag_service_sockets", "protocol", "service_name",
                                   "direction", "state")
        return {" ".join(key): count for key, count in counts.items()}

    def test_configured_services_are_there_at_zero_before_any_socket(self):
        exposition = self.exporter.scrape()
        found = {}
        for sample in exposition.select("sockdiag_service_sockets"):
            key = tuple(sample.labels[name] for name in ("protocol", "service_name", "direction"))
            found.setdefault(key, set()).add(sample.labels["state"])
            self.assertEqual(sample.value, 0)
        self.assertEqual(found, {key: STATES[key[0], key[2]] for key in CONFIGURED})

    def test_series_of_configured_services_do_not_change(self):
        empty = self.exporter.scrape().series("sockdiag_service_sockets").keys()
        self.sockets.established(self.sockets.listener("127.0.2.1", 8080), 2)
        self.sockets.settle()
        busy = self.exporter.scrape().series("sockdiag_service_sockets").keys()
        new = {dict(labels)["service_name"] for labels in busy - empty}
        self.assertLessEqual(empty, busy)
        self.assertEqual(new, {"other"})
        self.sockets.close()
        self.assertEqual(self.exporter.scrape().series("sockdiag_service_sockets").keys(), busy)

    def test_outbound_rules_look_at_port_and_remote_network(self):
        for host, port, count in (("127.0.1.1", 5432, 2), ("127.0.1.1", 6432, 1),
                                  ("127.0.1.1", 6440, 1), ("127.0.1.1", 6441, 5),
                                  ("127.0.3.1", 5432, 3), ("127.0.3.1", 6440, 7)):
            self.sockets.established(self.sockets.listener(host, port), count)
        self.assertEqual(self._services(), {
            "tcp db-primary outbound established": 4, "tcp db-any outbound established": 3,
            "tcp other outbound established": 12, "tcp other inbound established": 19,
            "tcp other inbound listen": 6})

    def test_ipv6_and_mapped_addresses(self):
        if not support.has_ipv6():
            self.skipTest("no IPv6 here")
        self.sockets.established(self.sockets.listener("::", 5432), 2, host="::1")
        self.sockets.established(self.sockets.listener("127.0.1.1", 6432), 1,
                                 host="::ffff:127.0.1.1")
        self.assertEqual(self._services(), {
            "tcp db-primary outbound established": 3, "tcp other inbound established": 3,
            "tcp other inbound listen": 2})

    def test_inbound_rules_look_at_port_and_local_network_and_the_first_wins(self):
        self.sockets.established(self.sockets.listener("127.0.2.1", 8080), 2)
        self.sockets.established(self.sockets.listener("127.0.0.1", 8080), 3)
        self.sockets.established(self.sockets.listener("0.0.0.0", 8500), 4, host="127.0.2.1")
        self.sockets.close_wait(self.sockets.listener("127.0.2.9", 8081))
        self.assertEqual(self._services(), {
            "tcp web inbound established": 2, "tcp web inbound listen": 2,
            "tcp web inbound close_wait": 1, "tcp web-rest inbound established": 7,
            "tcp web-rest inbound listen": 2, "tcp other outbound established": 9,
            "tcp other outbound fin_wait2": 1})

    def test_remote_network_of_inbound_connections(self):
        listener = self.sockets.listener("127.0.0.1", 7000)
        self.sockets.established(listener, 1, source=("127.0.9.1", 0))
        self.sockets.established(listener, 2, source=("127.0.8.1", 0))
        self.assertEqual(self._services(), {
            "tcp batch-lan inbound established": 1, "tcp batch inbound established": 2,
            "tcp batch inbound listen": 1, "tcp batch outbound established": 3})

    def test_services_database_names_what_no_rule_names(self):
        self.sockets.established(self.sockets.listener(port=9999), 2)
        self.sockets.listener(port=7000)
        self.sockets.udp_connected(("127.0.0.1", 9999), 3)
        self.sockets.listener(port=9998)
        self.assertEqual(self._services(), {
            "tcp known inbound established": 2, "tcp known inbound listen": 1,
            "tcp known outbound established": 2, "udp known-udp outbound established": 3,
            "tcp batch inbound listen": 1, "tcp other inbound listen": 1})

    def test_udp(self):
        self.sockets.udp(port=5514)
        self.sockets.udp("127.0.0.2", 5514)
        self.sockets.udp(port=5515)
        self.sockets.udp_connected(("127.0.0.1", 53), 4)
        self.sockets.udp_connected(("127.0.0.1", 54))
        self.assertEqual(self._services(), {
            "udp syslog inbound unconnected": 2, "udp other inbound unconnected": 1,
            "udp resolver outbound established": 4, "udp other outbound established": 1})
        exposition = self.exporter.scrape()
        syslog = exposition.value("sockdiag_listeners", protocol="udp", service_name="syslog")
        self.assertEqual(syslog, 2)

    def test_connections_outlive_their_listener(self):
        """A service that restarts has connections but no listener; its port is not ephemeral."""
        listener = self.sockets.listener("127.0.2.1", 8080)
        self.sockets.established(listener, 3)
        listener.close()
        self.sockets.expected["tcp", "ipv4", "listen"] -= 1
        self.assertEqual(self._services(), {
            "tcp web inbound established": 3, "tcp other outbound established": 3})

    def test_listeners_that_share_a_port(self):
        self.sockets.listener("127.0.2.1", 8080, backlog=7, count=3)
        self.sockets.settle()
        exposition = self.exporter.scrape()
        key = {"port": "8080", "service_name": "web"}
        self.assertEqual(exposition.value("sockdiag_listeners", protocol="tcp", **key), 3)
        self.assertEqual(exposition.value("sockdiag_listen_queue_limit", **key), 21)
        self.assertEqual(exposition.value("sockdiag_listen_queue_length", **key), 0)

    def test_half_open_connections_have_the_direction_of_their_side(self):
        self.sockets.syn_recv(self.sockets.listener(port=8082, defer_accept=True), 2)
        self.sockets.syn_sent(self.sockets.listener("127.0.1.1", 5432, backlog=0), 3)
        self.assertEqual(self._services(), {
            "tcp web-rest inbound listen": 1, "tcp web-rest inbound syn_recv": 2,
            "tcp other outbound established": 2, "tcp other inbound listen": 1,
            "tcp other inbound established": 1, "tcp db-primary outbound established": 1,
            "tcp db-primary outbound syn_sent": 3})


class NumbersTest(support.TestCase):
    """Service ports that nothing names."""

    PORTS = (9092, 9200, 3000, 27017, 50051)
    CONFIG = ("services_database: null\nstuck_after: {close_wait: 1ms}\n"
              "sampling: {interval: 100ms}\n")

    def setUp(self):
        super().setUp()
        self.sockets = sockets.Sockets(self)

    def _leak(self):
        """The server of each port has closed so many connections, and the client has not."""
        for number, port in enumerate(self.PORTS, start=1):
            for _, server in self.sockets.established(self.sockets.listener(port=port), number):
                server.shutdown(socket.SHUT_WR)

    def test_leaks_towards_each_are_told_apart(self):
        self._leak()
        exporter = support.start_exporter(self, config=self.CONFIG)
        expected = {(str(port), "outbound", "close_wait"): number
                    for number, port in enumerate(self.PORTS, start=1)}

        def stuck():
            counts = exporter.scrape().sum_by("sockdiag_service_stuck_sockets", "service_name",
                                              "direction", "state")
            return {key: count for key, count in counts.items() if key[2] == "close_wait"}
        support.wait_until(lambda: stuck() == expected, "all leaks to be stuck")

    def test_are_shown_in_the_states_that_were_seen(self):
        self.sockets.established(self.sockets.listener(port=9200), 2)
        self.sockets.udp(port=8125)
        self.sockets.udp_connected(("127.0.0.1", 45000), 3)
        self.sockets.settle()
        exposition = support.start_exporter(self, config=self.CONFIG).scrape()
        exposition_text.check(self, exposition)
        exposition_text.check_sums(self, exposition)
        counts = exposition.sum_by("sockdiag_service_sockets", "protocol", "service_name",
                                   "direction", "state")
        self.assertEqual({" ".join(key): count for key, count in counts.items()}, {
            "tcp 9200 inbound listen": 1, "tcp 9200 inbound established": 2,
            "tcp 9200 outbound established": 2, "udp 8125 inbound unconnected": 1,
            "udp other outbound established": 3})
        shown = exposition.series("sockdiag_service_sockets")
        self.assertEqual(len(shown), 5, "a number has no zeros, and UDP outbound one state")


class NamesTest(support.TestCase):
    """What a service may be called."""

    def test_special_characters_are_escaped(self):
        name = 'a "b" \\ {c}=,d #~'
        config = "services: [{name: '%s', ports: [80]}]\n" % name
        text = support.start_exporter(self, config=config).get().text
        support.check_with_promtool(self, text)
        exposition = exposition_text.parse(text)
        exposition_text.check(self, exposition)
        names = {sample.labels["service_name"]
                 for sample in exposition.select("sockdiag_service_sockets")}
        self.assertEqual(names, {name})


if __name__ == "__main__":
    support.main()
