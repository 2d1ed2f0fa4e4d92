"""`limits`: however many ports and names there are, the series stay few and the sums right."""

import exposition_text
import sockets
import support

# 127.0.0.1:20001 has 1 connection, 20002 has 2 and so on.
PORTS = range(20001, 20011)
DATABASE = "".join(f"service-{port} {port}/tcp\n" for port in PORTS)


class LimitsTest(support.TestCase):
    """Ten ports with ten names, and less room than that."""

    def setUp(self):
        super().setUp()
        self.sockets = sockets.Sockets(self)
        self.database = support.temporary_file(self, DATABASE, "services")

    def _start(self, limits, services="[]"):
        return support.start_exporter(self, config=f"services_database: {self.database}\n"
                                                   "services_fallback: other\n"
                                                   f"limits: {limits}\nservices: {services}\n")

    def _open_ports(self):
        for number, port in enumerate(PORTS, start=1):
            self.sockets.established(self.sockets.listener(port=port), number)

    def _scrape(self, exporter):
        self.sockets.settle()
        exposition = exporter.scrape()
        exposition_text.check(self, exposition)
        exposition_text.check_sums(self, exposition)
        self.assertEqual(sockets.exported_counts(exposition), self.sockets.expected)
        return exposition

    @staticmethod
    def _ports(exposition, protocol, direction):
        found = exposition.select("sockdiag_port_sockets", protocol=protocol, direction=direction)
        return {sample.labels["port"] for sample in found}

    @staticmethod
    def _names(exposition):
        return {sample.labels["service_name"]
                for sample in exposition.select("sockdiag_service_sockets")}

    def _assert_folded(self, exposition, services, ports):
        self.assertEqual(exposition.series("sockdiag_folded_keys"), {
            frozenset({("limit", "services")}): services, frozenset({("limit", "ports")}): ports,
            frozenset({("limit", "owners")}): 0})

    def test_nothing_is_folded_where_everything_fits(self):
        self._open_ports()
        exposition = self._scrape(self._start("{services: 10, ports: 10}"))
        self._assert_folded(exposition, services=0, ports=0)
        ports = {str(port) for port in PORTS}
        for direction in ("inbound", "outbound"):
            self.assertEqual(self._ports(exposition, "tcp", direction), ports)
        self.assertEqual(self._names(exposition), {f"service-{port}" for port in ports})

    def test_the_busiest_ports_and_services_are_shown_and_the_rest_is_other(self):
        self._open_ports()
        for port in range(5001, 5006):
            self.sockets.udp(port=port)
        exposition = self._scrape(self._start("{services: 2, ports: 3}"))
        # Of TCP 7 ports in each direction; of UDP 2, inbound.
        self._assert_folded(exposition, services=8, ports=7 + 7 + 2)
        for direction in ("inbound", "outbound"):
            self.assertEqual(self._ports(exposition, "tcp", direction),
                             {"20008", "20009", "20010", "other"})
        self.assertEqual(self._ports(exposition, "udp", "inbound"),
                         {"5001", "5002", "5003", "other"})
        self.assertEqual(self._names(exposition), {"service-20009", "service-20010", "other"})
        rest = {"port": "other", "direction": "inbound", "protocol": "tcp"}
        self.assertEqual(exposition.value("sockdiag_port_sockets", state="established", **rest),
                         sum(range(1, 8)))
        self.assertEqual(exposition.sum("sockdiag_listeners", protocol="tcp"), len(PORTS))
        self.assertEqual(exposition.value("sockdiag_listeners", protocol="tcp", port="other",
                                          service_name="other"), 7)

    def test_no_room_at_all(self):
        self._open_ports()
        exposition = self._scrape(self._start("{services: 0, ports: 0}"))
        self._assert_folded(exposition, services=10, ports=20)
        self.assertEqual(self._names(exposition), {"other"})
        self.assertEqual(self._ports(exposition, "tcp", "inbound"), {"other"})

    def test_configured_services_come_before_the_database(self):
        self._open_ports()
        rules = "[{name: idle, ports: [1]}, {name: quiet, direction: inbound, ports: [20001]}]"
        exposition = self._scrape(self._start("{services: 3}", rules))
        self.assertEqual(self._names(exposition), {"idle", "quiet", "service-20010", "other"})
        self.assertEqual(exposition.value("sockdiag_folded_keys", limit="services"), 9)

    def test_newcomers_do_not_push_out_who_has_a_place(self):
        exporter = self._start("{services: 1, ports: 1}")
        self.sockets.established(self.sockets.listener(port=20001), 1)
        self._scrape(exporter)
        self.sockets.established(self.sockets.listener(port=20002), 50)
        exposition = self._scrape(exporter)
        self.assertEqual(self._ports(exposition, "tcp", "inbound"), {"20001", "other"})
        self.assertEqual(self._names(exposition), {"service-20001", "other"})
        self._assert_folded(exposition, services=1, ports=2)
        self.sockets.reset()
        exposition = self._scrape(exporter)
        self.assertEqual(self._ports(exposition, "tcp", "inbound"), {"20001", "other"})
        self._assert_folded(exposition, services=0, ports=0)

    def test_without_retention_places_are_free_at_once(self):
        exporter = self._start("{services: 1, ports: 1, retention: 0s}")
        self.sockets.listener(port=20001)
        self.assertEqual(self._ports(self._scrape(exporter), "tcp", "inbound"), {"20001"})
        self.sockets.reset()
        self.sockets.listener(port=20002)
        exposition = self._scrape(exporter)
        self.assertEqual(self._ports(exposition, "tcp", "inbound"), {"20002"})
        self.assertEqual(self._names(exposition), {"service-20002"})
        self._assert_folded(exposition, services=0, ports=0)

    def test_ports_of_many_connections_stay_few(self):
        """Each outbound connection has an ephemeral local port, which is never a service port."""
        listener = self.sockets.listener(port=20001)
        self.sockets.established(listener, 500)
        exposition = self._scrape(self._start("{}"))
        self.assertEqual(self._ports(exposition, "tcp", "inbound"), {"20001"})
        self.assertEqual(self._ports(exposition, "tcp", "outbound"), {"20001"})
        self._assert_folded(exposition, services=0, ports=0)


class PlacesTest(support.TestCase):
    """Many short-lived ports come first, and then those that matter. A daemon that has seen both
    shows the same as `--once`, which has not."""

    CONFIG = """
services_database: %s
services:
  - {name: db, direction: outbound, ports: [5432]}
  - {name: my-dns, protocol: udp, direction: inbound, ports: [53]}
"""
    DATABASE = "ntp 123/udp\nsyslog 514/udp\nopenvpn 1194/udp\nmdns 5353/udp\nhttp 80/tcp\n"

    def setUp(self):
        super().setUp()
        self.sockets = sockets.Sockets(self)
        database = support.temporary_file(self, self.DATABASE, "services")
        self.config = support.temporary_file(self, self.CONFIG % database)
        with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as ports:
            self.ephemeral = range(*map(int, ports.read().split()))

    def _start(self):
        return support.start_exporter(self, f"--config.file={self.config}")

    def _check(self, exposition, protocol, direction, important, folded):
        exposition_text.check(self, exposition)
        exposition_text.check_sums(self, exposition)
        self.assertEqual(sockets.exported_counts(exposition), self.sockets.expected)
        shown = {}
        for sample in exposition.select("sockdiag_port_sockets", protocol=protocol,
                                        direction=direction):
            port = sample.labels["port"]
            shown[port] = shown.get(port, 0) + sample.value
        self.assertEqual({port: shown.get(port) for port in important}, important)
        self.assertEqual(len(shown), 101, "a hundred and `other`")
        self.assertEqual(exposition.value("sockdiag_folded_keys", limit="ports"), folded)

    def _check_both(self, exporter, *expected):
        self.sockets.settle()
        self._check(exporter.scrape(), *expected)
        once = support.run_exporter("--once", f"--config.file={self.config}")
        self.assertEqual(once.returncode, 0, once.stderr)
        self._check(exposition_text.parse(once.stdout), *expected)

    def test_a_resolver_with_random_ports_keeps_no_service_out(self):
        for _ in range(1500):
            self.sockets.udp()
        self.sockets.settle()
        exporter = self._start()
        exporter.scrape()
        for port in (53, 123, 514, 1194, 5353, 8125):
            self.sockets.udp(port=port)
        important = {str(port): 1 for port in (53, 123, 514, 1194, 5353, 8125)}
        self._check_both(exporter, "udp", "inbound", important, 1406)

    def test_many_connections_elsewhere_keep_the_rules_port_not_out(self):
        first = self.ephemeral.start + 1000
        for port in range(first, first + 300):
            self.sockets.udp_connected(("127.0.0.2", port))
        for port in range(20000, 20300):
            self.sockets.established(self.sockets.listener("127.0.0.2", port))
        self.sockets.settle()
        exporter = self._start()
        exporter.scrape()
        self.sockets.established(self.sockets.listener("127.0.0.3", 5432), 50)
        self.sockets.established(self.sockets.listener("127.0.0.3", 80), 1)
        # Of TCP 202 in each direction, of UDP 200.
        self._check_both(exporter, "tcp", "outbound", {"5432": 50, "80": 1}, 604)


if __name__ == "__main__":
    support.main()
