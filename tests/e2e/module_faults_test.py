"""Kernels that lack a part: inet_diag or one of its modules, sock_diag, UDP, IPv6."""

import errno
import socket

import exposition_text
import fault_case
import faults
import support
from fault_case import Symptoms

TCP, UDP = socket.IPPROTO_TCP, socket.IPPROTO_UDP
# The kernel's answers: a missing module of a protocol is told at the end of a dump.
NO_TCP_DIAG = faults.datagram(faults.bad_end(errno.ENOENT), protocol=TCP, nth=1)
NO_UDP_DIAG = faults.datagram(faults.bad_end(errno.ENOENT), protocol=UDP, nth=1)
NO_INET_DIAG = (faults.datagram(faults.refusal(errno.EOPNOTSUPP), protocol=TCP, nth=1),
                faults.datagram(faults.refusal(errno.ENOENT), protocol=UDP, nth=1))
NO_SOCK_DIAG = faults.fail("socket", errno.EPROTONOSUPPORT, domain=socket.AF_NETLINK)


class ModuleFaultsTest(fault_case.FaultCase):
    """One message that names the module, and everything else is served; where nothing takes its place."""

    config = fault_case.CONFIG + "source: netlink\n"

    def setUp(self):
        super().setUp()
        self.made.established(self.made.listener(port=8080), 2)
        self.made.udp(port=5353)
        self.made.udp_connected(("127.0.0.1", 53), 2)
        self.made.settle()

    def _check(self, symptoms, *wanted):
        with self.enduring(symptoms):
            self.set_faults(*wanted)
        self.let_long_time_pass()

    def test_at_run_time(self):
        self.start()
        self._check(Symptoms(("tcp",), ("tcp_diag", "modprobe"), "unsupported"), NO_TCP_DIAG)
        self._check(Symptoms(("udp",), ("udp_diag", "modprobe"), "unsupported"), NO_UDP_DIAG)
        self._check(Symptoms(("tcp", "udp"), ("_diag module", "modprobe"), "unsupported"), *NO_INET_DIAG)
        self._check(Symptoms(("tcp", "udp"), ("sock_diag",), "unsupported"), NO_SOCK_DIAG)
        self.end()

    def test_from_the_start(self):
        """With samples, which ask for the module too."""
        self.set_faults(*NO_INET_DIAG)
        self.start(config=fault_case.QUICK_SAMPLES + "source: netlink\n", await_collection=False)
        for _ in range(fault_case.SCRAPES):
            self.assert_whole(self.scrape(), failing=("tcp", "udp"))
        self.assertEqual(self.exporter.get("/-/healthy").status, 200)
        self.assertEqual(self.exporter.get("/-/ready").status, 503)
        self.wait_for_troubles(3)
        for line in self.troubles():
            self.assertIn("modprobe", line["error"])
        self.let_long_time_pass()
        self.assert_whole(self.scrape())
        self.assertEqual(self.exporter.get("/-/ready").status, 200)
        self._told = 3  # tcp, udp and sampling
        self.end()

    def test_it_is_not_asked_for_again_at_once(self):
        """The kernel would start modprobe each time."""
        self.start()
        self.set_faults(NO_TCP_DIAG)
        self.assert_whole(self.scrape(), failing=("tcp",))
        self.set_faults()
        self.assert_whole(self.scrape(), failing=("tcp",))
        self.let_long_time_pass()
        self.assert_whole(self.scrape())
        self._told = 1
        self.end()

    def test_it_is_asked_for_when_it_is_seen_to_be_loaded(self):
        state = "/sys/module/tcp_diag/initstate"
        self.start()
        self.set_faults(NO_TCP_DIAG, faults.fail("open", errno.ENOENT, path=state))
        self.assert_whole(self.scrape(), failing=("tcp",))
        live = support.temporary_file(self, "live\n", "initstate")
        self.set_faults(faults.other_file(state, live))
        self.assert_whole(self.scrape())
        self._told = 1
        self.end()

    def test_no_sock_diag_at_the_start(self):
        self.faults.set(NO_SOCK_DIAG)
        config = support.temporary_file(self, "source: netlink\n")
        result = support.run_exporter("--web.listen-address=127.0.0.1:0", f"--config.file={config}",
                                      env={**self.faults.environment, "PATH": "/"})
        self.assertEqual(result.returncode, 1)
        self.assertIn("sock_diag", result.stderr.splitlines()[-1])

    def test_no_ipv6(self):
        """As after booting with ipv6.disable=1, here without any way to make such a socket."""
        self.faults.set(faults.fail("socket", errno.EAFNOSUPPORT, domain=socket.AF_INET6))
        self.start(listen=[":0", f"unix:{support.temporary_folder(self)}/web.socket"],
                   await_collection=False)  # a question by TCP would leave a TIME_WAIT
        self.assertRegex(self.exporter.addresses()[0], r"^0\.0\.0\.0:")
        self.made.expected["tcp", "ipv4", "listen"] += 1  # the exporter's own
        self.assert_whole(exposition_text.parse(self.exporter.get(number=1).text))
        self.end()


class FamilyFaultsTest(fault_case.FaultCase):
    """A family that the kernel does not list is told of once, and no failure."""

    config = "services_database: null\nsampling: {interval: 0s}\n"

    def _told_of_unix(self):
        return self.exporter.logged(level="info", msg="collector lacks figures", collector="unix")

    def test_no_unix_diag(self):
        self.made.listener(port=8080)
        self.made.settle()
        self.set_faults(faults.datagram(faults.refusal(errno.ENOENT), family=socket.AF_UNIX, nth=1))
        self.start()
        for _ in range(fault_case.SCRAPES):
            exposition = self.scrape()
            self.assert_whole(exposition)
            self.assertEqual(exposition.value("sockdiag_collector_success", collector="unix"), 1)
            self.assertEqual(exposition.select("sockdiag_unix_sockets"), [])
        self.assertEqual(len(self._told_of_unix()), 1)
        self.assertIn("unix_diag", self._told_of_unix()[0]["lack"])
        self.let_long_time_pass()
        self.assertNotEqual(self.scrape().select("sockdiag_unix_sockets"), [])
        self.assertEqual(len(self._told_of_unix()), 1)
        self.end()


if __name__ == "__main__":
    support.main()
