"""Memory runs out in the middle of collections, and is there again."""

import concurrent.futures
import errno
import resource
import unittest

import fault_case
import faults
import support

# So many ports make a collection take megabytes.
PORTS = range(20000, 32000)
# What each of so many at once asks for. Their threads need more than the process has kept for such.
CLIENTS = ("/metrics", "/", "/metrics", "/-/healthy") * 8
STEPS_KIB = (0, 64, 256, 512, 1024, 2048, 4096, 6144)


class MemoryFaultsTest(fault_case.FaultCase):
    """RLIMIT_AS just above what the process has."""

    def setUp(self):
        if support.SANITIZED:
            raise unittest.SkipTest("a sanitizer needs address space without end")
        super().setUp()
        with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as setting:
            setting.write("60000 60999")
        if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < len(PORTS) + 100:
            support.skip_unless_required("too few file descriptors")
        for port in PORTS:
            self.made.listener(port=port, backlog=1)
        self.made.udp(port=5353)
        self.made.settle()

    def _limit(self, bytes_more=None):
        """Without a number: none."""
        if self.exporter.process.poll() is not None:
            return
        limit = resource.RLIM_INFINITY
        if bytes_more is not None:
            with open(f"/proc/{self.exporter.process.pid}/statm", encoding="ascii") as statm:
                limit = int(statm.read().split()[0]) * resource.getpagesize() + bytes_more
        resource.prlimit(self.exporter.process.pid, resource.RLIMIT_AS,
                         (limit, resource.RLIM_INFINITY))

    def _try(self, path):
        """The answer's status, or 0 without an answer."""
        connection = self.exporter.connect()
        try:
            return support.fetch(connection, path).status
        except OSError:
            return 0
        finally:
            connection.close()

    def _check_with(self, config):
        self.start(config=config)
        self.addCleanup(self._limit)
        self.assert_whole(self.scrape())
        outcomes = set()
        for step in STEPS_KIB:
            self._limit(step * 1024)
            with concurrent.futures.ThreadPoolExecutor(len(CLIENTS)) as pool:
                outcomes |= set(pool.map(self._try, CLIENTS))
            self.assertIsNone(self.exporter.process.poll(), self.exporter.log_lines())
            self._limit()
            self.assertEqual(self._try("/metrics"), 200)
        self.assertTrue(outcomes & {0, 500}, "memory was never short")
        self.assert_whole(self.scrape())
        kinds = [(line["msg"], line.get("collector"), line.get("error"))
                 for line in self.troubles()]
        self.assertEqual(len(kinds), len(set(kinds)), kinds)
        self.assertNotEqual(kinds, [])

    def test_collections_fail_and_recover(self):
        self._check_with(fault_case.CONFIG)

    def test_with_many_series(self):
        self._check_with(fault_case.CONFIG + "limits: {ports: 5000}\n")

    def test_the_sampler_goes_on(self):
        self._check_with(fault_case.QUICK_SAMPLES)
        self.set_faults(faults.fail("receive", errno.EIO, protocol=faults.protocol_number("tcp")))
        support.wait_until(lambda: self.exporter.logged(msg="sampling failed", level="warn"),
                           "a sample")


if __name__ == "__main__":
    support.main()
