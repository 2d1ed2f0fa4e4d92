"""Clocks that jump: the wall clock is set, the machine was stopped for a day."""

import errno
import socket
import time

import fault_case
import faults
import support

DAY_S = 24 * 3600
YEAR_S = 365 * DAY_S


class ClockFaultsTest(fault_case.FaultCase):
    """With a sampler, and sockets whose age counts."""

    config = fault_case.QUICK_SAMPLES

    def setUp(self):
        super().setUp()
        self.listener = self.made.listener(port=8080)
        self.made.close_wait(self.listener, 3)
        self.made.udp(port=5353)
        self.made.settle()

    def _age(self, exposition):
        return exposition.value("sockdiag_service_oldest_socket_age_seconds", direction="inbound",
                                service_name="8080", state="close_wait")

    def _assert_samples_go_on(self):
        told = len(self.exporter.logged(msg="sampling failed"))
        self.set_faults(*self.jump, faults.fail("receive", errno.EIO, protocol=6))
        support.wait_until(lambda: len(self.exporter.logged(msg="sampling failed")) > told,
                           "a sample")
        self.set_faults(*self.jump)
        support.wait_until(lambda: self.exporter.logged(msg="sampling works again"), "another")

    def set_faults(self, *wanted):
        self.faults.set(*wanted)

    def _jump(self, *clocks_and_seconds):
        """Between two requests."""
        self.exporter.wait_until_connections_rest()
        self.jump = [faults.clock_jump(*jump) for jump in clocks_and_seconds]
        self.faults.set(*self.jump)

    def test_the_wall_clock_is_set(self):
        """It shows in timestamps alone."""
        self.start("--web.enable-lifecycle")
        before = self.scrape()
        for years in (-1, 1):
            self._jump((time.CLOCK_REALTIME, years * YEAR_S))
            exposition = self.scrape()
            self.assert_whole(exposition)
            self.assertLess(self._age(exposition), support.DEADLINE_S)
            for name in ("process_start_time_seconds",
                         "sockdiag_config_last_reload_success_timestamp_seconds"):
                self.assertEqual(exposition.value(name), before.value(name))
            self.assertEqual(self.exporter.get("/-/healthy").status, 200)
        self.assertEqual(self.exporter.get("/-/reload", method="POST").status, 200)
        reloaded = self.scrape().value("sockdiag_config_last_reload_success_timestamp_seconds")
        self.assertAlmostEqual(reloaded, time.time() + YEAR_S, delta=support.DEADLINE_S)
        self.assertEqual(self.troubles(), [])
        self._assert_samples_go_on()

    def test_a_day_is_missing(self):
        """As when a virtual machine was stopped and its clock set: all clocks jump."""
        self.start()
        self.scrape()
        self._jump((time.CLOCK_REALTIME, DAY_S), (time.CLOCK_MONOTONIC, DAY_S))
        exposition = self.scrape()
        self.assert_whole(exposition)
        self.assertAlmostEqual(self._age(exposition), DAY_S, delta=support.DEADLINE_S)
        self.assertEqual(exposition.value("sockdiag_service_stuck_sockets", direction="inbound",
                                          service_name="8080", state="close_wait"), 3)
        for sample in exposition.select("sockdiag_collector_duration_seconds"):
            self.assertLess(sample.value, support.DEADLINE_S, sample.labels)
        self.assertEqual(self.troubles(), [])
        self._assert_samples_go_on()
        # A burst of samples for the time that is missing would show in CPU: 864,000 of them.
        cpu = self.scrape().value("process_cpu_seconds_total")
        self.assertLess(cpu, 10)

    def test_names_without_sockets_lose_their_place(self):
        self.start()
        self.assertNotEqual(self.scrape().select("sockdiag_port_sockets", port="8080"), [])
        self.made.reset()
        self.made.settle()
        self.assertNotEqual(self.scrape().select("sockdiag_port_sockets", port="8080"), [])
        self._jump((time.CLOCK_MONOTONIC, DAY_S))
        self.assertEqual(self.scrape().select("sockdiag_port_sockets", port="8080"), [])

    def test_connections_that_were_open(self):
        """One that was idle is closed, and no other is."""
        self.start(listen=["127.0.0.1:0"])
        idle = self.exporter.connect()
        self.addCleanup(idle.close)
        self.assertEqual(support.fetch(idle, "/-/healthy").status, 200)
        self._jump((time.CLOCK_MONOTONIC, DAY_S))
        self.assertEqual(self.exporter.get("/-/healthy").status, 200)

        def is_closed():
            try:
                return idle.sock.recv(1, socket.MSG_DONTWAIT) == b""
            except BlockingIOError:
                return False
            except ConnectionError:
                return True

        support.wait_until(is_closed, "the idle connection to be closed")
        for _ in range(3):
            self.assertEqual(self.exporter.get().status, 200)
        self.assertEqual(self.troubles(), [])


if __name__ == "__main__":
    support.main()
