"""A daemon keeps to what it knows of a service while its server drains."""

import signal

import sockets
import support

RANGE = "/proc/sys/net/ipv4/ip_local_port_range"
DATABASE = "postgresql 5432/tcp\n"
CONFIG = """
services:
  - {name: postgres, direction: inbound, ports: [%d]}
sampling: {interval: 100ms, cpu_budget: 1}
services_database: %s
"""


class DrainingServerTest(support.TestCase):
    """Every port is one that a client could have, and the listener goes while connections stay."""

    def setUp(self):
        super().setUp()
        try:
            with open(RANGE, "w", encoding="ascii") as setting:
                setting.write("1024 65535")
        except OSError as error:
            support.skip_unless_required(f"cannot write {RANGE}: {error}")
        self.database = support.temporary_file(self, DATABASE, "services")
        self.config = support.temporary_file(self, CONFIG % (5432, self.database))
        self.exporter = support.start_exporter(self, f"--config.file={self.config}")
        self.sockets = sockets.Sockets(self)
        listener = self.sockets.listener("0.0.0.0", 5432)
        self.sockets.established(listener, 15, host="127.0.0.1")
        self.sockets.close_wait(listener, 5)
        self.sockets.settle()
        self.exporter.scrape()
        listener.close()

    def _counts(self, metric, *labels):
        """{labels and state: sockets} of what is not 0."""
        counts = self.exporter.scrape().sum_by(metric, *labels, "state")
        return {" ".join(key): count for key, count in counts.items() if count}

    def test_its_connections_keep_their_service_and_port(self):
        for _ in range(4):
            self.assertEqual(self._counts("sockdiag_port_sockets", "port", "direction"), {
                "5432 inbound established": 15, "5432 inbound close_wait": 5,
                "5432 outbound established": 15, "5432 outbound fin_wait2": 5})
        self.assertEqual(self._counts("sockdiag_service_sockets", "service_name", "direction"), {
            "postgres inbound established": 15, "postgres inbound close_wait": 5,
            "postgresql outbound established": 15, "postgresql outbound fin_wait2": 5})

    def test_a_reload_does_not_forget_the_listener(self):
        """The new rules name another port, and no database is left that knows this one."""
        with open(self.config, "w", encoding="utf-8") as config:
            config.write(CONFIG % (1000, "null"))
        self.exporter.process.send_signal(signal.SIGHUP)
        support.wait_until(lambda: self.exporter.logged(msg="configuration reloaded"), "the reload")
        for _ in range(3):
            self.assertEqual(self._counts("sockdiag_port_sockets", "port", "direction"), {
                "5432 inbound established": 15, "5432 inbound close_wait": 5,
                "5432 outbound established": 15, "5432 outbound fin_wait2": 5})

    def test_ages_stand_under_the_same_name(self):
        """The sampler's figures are those of the service whose sockets the scrape counts."""
        def aged():
            return self.exporter.scrape().value(
                "sockdiag_service_oldest_socket_age_seconds", service_name="postgres",
                direction="inbound", state="close_wait") > 0
        support.wait_until(aged, "an age")
        exposition = self.exporter.scrape()
        self.assertEqual(exposition.sum("sockdiag_service_oldest_socket_age_seconds",
                                        direction="outbound", state="close_wait"), 0)


if __name__ == "__main__":
    support.main()
