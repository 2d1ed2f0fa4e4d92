"""A dump that hangs in the kernel costs its own figures and nothing else."""

import os
import signal
import threading
import time

import support

# Without a sampler, so that the scrapes' dump is the only one that hangs.
CONFIG = "sampling: {interval: 0s}\n"
# SIGTERM has to end the exporter within this.
STOP_S = 2.0
# What Prometheus gives a scrape.
SCRAPE_S = 3.0


class HangTest(support.TestCase):
    """TCP dumps hang while a file exists; everything else goes on."""

    def setUp(self):
        super().setUp()
        self.file = os.path.join(support.temporary_folder(self), "hang")

    def _start(self, *flags, config=CONFIG):
        return support.start_exporter(self, *flags, config=config,
                                      environment=support.netlink_hang(self.file))

    def _hang(self):
        with open(self.file, "w", encoding="ascii"):
            pass

    def _scrape_within(self, exporter, timeout):
        start = time.monotonic()
        answer = exporter.get(headers={"X-Prometheus-Scrape-Timeout-Seconds": str(timeout)})
        return answer.text, time.monotonic() - start

    def test_the_collector_is_reported_as_failed_at_its_deadline(self):
        exporter = self._start()
        self.assertIn('sockdiag_collector_success{collector="tcp"} 1', exporter.get().text)
        self._hang()

        def scrape():
            text, seconds = self._scrape_within(exporter, SCRAPE_S)
            self.assertIn('sockdiag_collector_success{collector="tcp"} 0', text)
            self.assertIn('sockdiag_collector_success{collector="udp"} 1', text)
            self.assertIn('sockdiag_sockets{protocol="udp"', text)
            self.assertNotIn('sockdiag_sockets{protocol="tcp"', text)
            self.assertGreaterEqual(seconds, SCRAPE_S - 0.5)
            return seconds

        for _ in range(2):  # the second one does not pile up behind the first
            self.assertLess(support.quickest(scrape, SCRAPE_S), SCRAPE_S)
        self.assertEqual(exporter.get("/-/healthy").status, 200)
        failed = exporter.logged(msg="collector failed", collector="tcp")
        self.assertEqual([line["error"] for line in failed], ["not done in time"])
        os.remove(self.file)
        support.wait_until(lambda: 'collector="tcp"} 1' in exporter.get().text, "recovery")

    def test_many_scrapes_start_one_dump(self):
        exporter = self._start()
        self._hang()
        threads = os.path.join("/proc", str(exporter.process.pid), "task")
        clients = [threading.Thread(target=self._scrape_within, args=(exporter, 2))
                   for _ in range(10)]
        for client in clients:
            client.start()
        support.wait_until(lambda: len(os.listdir(threads)) > 10, "the scrapes to wait")
        for client in clients:
            client.join()
        support.wait_until(lambda: len(os.listdir(threads)) < 10, "their threads to end")
        os.remove(self.file)

    def test_healthy_answers_and_ready_waits_when_the_first_dump_hangs(self):
        self._hang()
        exporter = self._start(config="sampling: {interval: 0s}\ncollectors: {udp: {enabled: false}}\n")
        self.assertEqual(exporter.get("/-/healthy").status, 200)
        self.assertEqual(exporter.get("/-/ready").status, 503)
        os.remove(self.file)
        support.wait_until(lambda: exporter.get("/-/ready").status == 200, "the first collection")

    def test_sigterm_ends_it_within_two_seconds(self):
        for config in (CONFIG, "sampling: {interval: 100ms}\n"):
            stop = lambda config=config: self._seconds_to_stop(config)
            self.assertLess(support.quickest(stop, STOP_S), STOP_S)

    def _seconds_to_stop(self, config):
        """Of an exporter that hangs in a scrape."""
        exporter = self._start(config=config)
        exporter.get()
        self._hang()
        scrape = threading.Thread(target=self._try_scrape, args=(exporter,))
        scrape.start()
        threads = os.path.join("/proc", str(exporter.process.pid), "task")
        support.wait_until(lambda: len(os.listdir(threads)) > 3, "the scrape to hang")
        start = time.monotonic()
        self.assertEqual(exporter.stop(signal.SIGTERM), 0, exporter.log_lines())
        seconds = time.monotonic() - start
        self.assertFalse(os.path.exists(exporter.addresses()[0].removeprefix("unix:")))
        scrape.join()
        os.remove(self.file)
        return seconds

    @staticmethod
    def _try_scrape(exporter):
        try:
            exporter.get()
        except OSError:
            pass  # cut at the end

    def test_a_reload_leaves_all_as_it_is(self):
        """Ages cannot be taken over meanwhile, so nothing is."""
        exporter = self._start("--web.enable-lifecycle")
        exporter.get()
        self._hang()
        self._scrape_within(exporter, 0.1)
        answer = exporter.get("/-/reload", method="POST")
        self.assertEqual(answer.status, 500)
        self.assertIn("a dump is under way", answer.text)
        text, _ = self._scrape_within(exporter, 0.1)
        self.assertIn("sockdiag_config_last_reload_successful 0", text)
        os.remove(self.file)
        support.wait_until(lambda: 'collector="tcp"} 1' in exporter.get().text, "recovery")
        self.assertEqual(exporter.get("/-/reload", method="POST").status, 200)


if __name__ == "__main__":
    support.main()
