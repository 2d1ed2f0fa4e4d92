"""SIGHUP and /-/reload swap the whole configuration or nothing, and what was known goes on."""

import os
import signal
import threading

import exposition_text
import sockets
import support

CONFIG = """services:
  - name: {name}
    ports: [{port}]
services_database: null
stuck_after: {{close_wait: {stuck}}}
sampling: {{interval: {interval}}}
"""
PORT = 5432
STUCK_MS = 50


def config(name, port=PORT, stuck="60s", interval="0s"):
    return CONFIG.format(name=name, port=port, stuck=stuck, interval=interval)


class ReloadTest(support.TestCase):
    """With a configuration file that changes."""

    def setUp(self):
        super().setUp()
        self.path = support.temporary_file(self, config("before"))

    def _write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def _start(self, *flags):
        return support.start_exporter(self, f"--config.file={self.path}", *flags)

    def _hang_up(self, exporter):
        count = len(self._outcomes(exporter))
        exporter.process.send_signal(signal.SIGHUP)
        support.wait_until(lambda: len(self._outcomes(exporter)) > count, "the reload")
        return self._outcomes(exporter)[-1]

    @staticmethod
    def _outcomes(exporter):
        return [line for line in exporter.logged()
                if line.get("msg", "").startswith("configuration ")]

    @staticmethod
    def _services(exposition):
        return {sample.labels["service_name"] for sample in exposition.samples
                if sample.name == "sockdiag_service_sockets"}

    def test_sighup_puts_the_new_configuration_into_force(self):
        exporter = self._start()
        before = exporter.scrape()
        self.assertIn("before", self._services(before))
        self._write(config("after"))
        self.assertEqual(self._hang_up(exporter)["msg"], "configuration reloaded")
        after = exporter.scrape()
        self.assertEqual(self._services(after) & {"before", "after"}, {"after"})
        self.assertEqual(after.value("sockdiag_config_last_reload_successful"), 1)
        timestamp = "sockdiag_config_last_reload_success_timestamp_seconds"
        self.assertGreater(after.value(timestamp), before.value(timestamp))

    def test_a_wrong_configuration_changes_nothing(self):
        exporter = self._start()
        before = exporter.scrape()
        for text in ("nonsense: 1\n", "limits: {ports: many}\n", "services: [\n"):
            self._write(text)
            outcome = self._hang_up(exporter)
            self.assertEqual(outcome["level"], "error")
            self.assertIn(self.path, outcome["error"])
            after = exporter.scrape()
            self.assertIn("before", self._services(after))
            self.assertEqual(after.value("sockdiag_config_last_reload_successful"), 0)
            timestamp = "sockdiag_config_last_reload_success_timestamp_seconds"
            self.assertEqual(after.value(timestamp), before.value(timestamp))
        os.remove(self.path)
        self.assertIn("No such file", self._hang_up(exporter)["error"])
        self._write(config("after"))
        self._hang_up(exporter)
        self.assertEqual(exporter.scrape().value("sockdiag_config_last_reload_successful"), 1)

    def test_ages_counters_and_names_survive(self):
        made = sockets.Sockets(self)
        exporter = self._start()
        exporter.scrape()
        made.close_wait(made.listener(port=PORT))
        figures = {"service_name": "before", "direction": "inbound", "state": "close_wait"}
        entries = exporter.scrape().value("sockdiag_service_state_entries_total", **figures)
        self.assertEqual(entries, 1)
        name = "sockdiag_service_oldest_socket_age_seconds"
        support.wait_until(lambda: exporter.scrape().value(name, **figures) > STUCK_MS / 1000,
                           "the socket to be older than what is stuck after the reload")
        age = exporter.scrape().value(name, **figures)
        self._write(config("before", stuck=f"{STUCK_MS}ms"))
        self._hang_up(exporter)
        after = exporter.scrape()
        self.assertGreater(after.value(name, **figures), age)
        self.assertEqual(after.value("sockdiag_service_state_entries_total", **figures), 1)
        self.assertEqual(after.value("sockdiag_service_stuck_sockets", **figures), 1)
        self._write(config("renamed", stuck=f"{STUCK_MS}ms"))
        self._hang_up(exporter)
        figures["service_name"] = "renamed"
        renamed = exporter.scrape()
        self.assertEqual(renamed.value("sockdiag_service_stuck_sockets", **figures), 1)
        self.assertGreater(renamed.value(name, **figures), age)

    def test_sampling_goes_on_as_the_new_configuration_says(self):
        exporter = self._start()
        self.assertNotIn("sockdiag_sampling_interval_seconds", exporter.get().text)
        self._write(config("before", interval="250ms"))
        self._hang_up(exporter)
        self.assertEqual(exporter.scrape().value("sockdiag_sampling_interval_seconds"), 0.25)

    def test_collectors_of_the_command_line_win_over_each_configuration(self):
        switches = "collectors: {{udp: {{enabled: true}}, conntrack: {{enabled: {conntrack}}}}}\n"
        self._write(config("before") + switches.format(conntrack="false"))
        exporter = self._start("--no-collector.udp", "--collector.multicast_groups")
        expected = {"udp": False, "multicast_groups": True, "conntrack": False, "tcp": True}
        self.assertEqual(self._collectors(exporter, expected), expected)
        self._write(config("after") + switches.format(conntrack="true"))
        self.assertEqual(self._hang_up(exporter)["msg"], "configuration reloaded")
        expected["conntrack"] = True
        self.assertEqual(self._collectors(exporter, expected), expected)
        doubt = "services: [{name: dns, protocol: udp}]\n"
        self._write(doubt)
        self._hang_up(exporter)
        warning, = exporter.logged(msg="the configuration is hardly meant like this")
        self.assertIn("--no-collector.udp", warning["doubt"])

    @staticmethod
    def _collectors(exporter, names):
        """Whether each of the collectors runs."""
        running = {sample.labels["collector"] for sample in exporter.scrape().samples
                   if sample.name == "sockdiag_collector_success"}
        return {name: name in running for name in names}

    def test_the_endpoint_is_off_unless_enabled(self):
        exporter = self._start()
        for method in ("GET", "POST", "PUT"):
            answer = exporter.get("/-/reload", method=method)
            self.assertEqual(answer.status, 403)
            self.assertIn("--web.enable-lifecycle", answer.text)
        self.assertEqual(self._outcomes(exporter), [])

    def test_the_endpoint_reloads(self):
        exporter = self._start("--web.enable-lifecycle")
        for method, name in (("POST", "first"), ("PUT", "second")):
            self._write(config(name))
            self.assertEqual(exporter.get("/-/reload", method=method).status, 200)
            self.assertIn(name, self._services(exporter.scrape()))
        self._write("nonsense: 1\n")
        answer = exporter.get("/-/reload", method="POST")
        self.assertEqual(answer.status, 500)
        self.assertIn(f"{self.path}:1:1: ", answer.text)
        answer = exporter.get("/-/reload")
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "POST, PUT"))

    def test_reloads_amid_scrapes(self):
        """Every answer is whole, and of one configuration."""
        exporter = self._start("--web.enable-lifecycle")
        stop = threading.Event()
        problems = []

        def scrape():
            while not stop.is_set():
                answer = exporter.get()
                services = self._services(exposition_text.parse(answer.text))
                if answer.status != 200 or len(services & {"before", "after"}) != 1:
                    problems.append((answer.status, services))

        clients = [threading.Thread(target=scrape) for _ in range(4)]
        for client in clients:
            client.start()
        for i in range(60):
            self._write(config("after" if i % 2 == 0 else "before"))
            self.assertEqual(exporter.get("/-/reload", method="POST").status, 200)
        stop.set()
        for client in clients:
            client.join()
        self.assertEqual(problems, [])


if __name__ == "__main__":
    support.main()
