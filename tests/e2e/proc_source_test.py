"""Kernels and sandboxes without sock_diag: the sockets are read from /proc, and counted as ss counts."""

import collections
import errno
import socket
import subprocess

import exporter_log
import exposition_text
import fault_case
import faults
import module_faults_test
import seccomp
import sockets
import support

TOLD = "sock_diag is missing or denied: reading /proc/net"
# What /proc does not tell.
ABSENT = ("sockdiag_listen_queue_limit", "sockdiag_listen_queue_saturation_ratio",
          "sockdiag_listen_drops_total", "sockdiag_udp_receive_buffer_limit_bytes",
          "sockdiag_owner_sockets", "sockdiag_owner_stuck_sockets")

_SS_STATES = {"ESTAB": "established", "SYN-SENT": "syn_sent", "SYN-RECV": "syn_recv",
              "FIN-WAIT-1": "fin_wait1", "FIN-WAIT-2": "fin_wait2", "TIME-WAIT": "time_wait",
              "CLOSE-WAIT": "close_wait", "LAST-ACK": "last_ack", "LISTEN": "listen",
              "CLOSING": "closing", "UNCONN": "unconnected"}


def denying(error_number):
    """To a netlink socket of sock_diag."""
    return seccomp.refusing({"x86_64": 41, "aarch64": 198}, error_number,
                            {0: socket.AF_NETLINK, 2: 4})  # NETLINK_SOCK_DIAG


def ss_counts():
    """Sockets by (protocol, family, state) as ss has them of sock_diag."""
    counts = collections.Counter()
    for family, flag in (("ipv4", "-4"), ("ipv6", "-6")):
        listed = subprocess.run(["ss", "-Hantu", flag], capture_output=True, text=True, check=True)
        for line in listed.stdout.splitlines():
            protocol, state = line.split()[:2]
            counts[protocol, family, _SS_STATES[state]] += 1
    return counts


class DeniedTest(support.TestCase):
    """By a filter of system calls, as a container's or a service's."""

    def setUp(self):
        super().setUp()
        self.made = sockets.Sockets(self)
        self.made.every_kind(support.has_ipv6())
        self.made.settle()

    def _assert_by_proc(self, exposition):
        exposition_text.check(self, exposition)
        self.assertEqual(sockets.exported_counts(exposition), self.made.expected)
        self.assertEqual(sockets.exported_counts(exposition), ss_counts())
        self.assertEqual(exposition.sum_by("sockdiag_socket_source", "protocol", "source"),
                         {("tcp", "proc"): 1, ("udp", "proc"): 1})
        self.assertEqual([sample for sample in exposition.select("sockdiag_collector_success")
                          if sample.value != 1], [], "what is denied is no failure")
        for name in ABSENT:
            self.assertEqual(exposition.select(name), [], name)
        for name in ("sockdiag_listen_queue_length", "sockdiag_service_oldest_socket_age_seconds",
                     "sockdiag_udp_receive_drops_total"):
            self.assertNotEqual(exposition.select(name), [], name)

    def test_a_daemon(self):
        config = "services_database: null\nsampling: {interval: 100ms, cpu_budget: 1}\n"
        web = f"unix:{support.temporary_folder(self)}/web.socket"
        for error_number in (errno.EPERM, errno.EAFNOSUPPORT, errno.ENOSYS):
            with self.subTest(errno=errno.errorcode[error_number]):
                exporter = support.start_exporter(self, config=config, listen=[web],
                                                  prefix=denying(error_number))
                for _ in range(3):
                    self._assert_by_proc(exporter.scrape())
                for protocol in ("tcp", "udp"):
                    told = exporter.logged(level="warn", msg=TOLD, protocol=protocol)
                    self.assertEqual(len(told), 1, exporter.log_lines())
                    self.assertIn(errno.errorcode[error_number], told[0]["error"])
                    self.assertIn("owners", told[0]["lost"])
                self.assertEqual(exporter.stop(), 0)

    def test_once(self):
        config = support.temporary_file(self, "source: auto\n")
        result = support.run_exporter("--once", f"--config.file={config}", prefix=denying(errno.EPERM))
        self.assertEqual(result.returncode, 0, result.stderr)
        self._assert_by_proc(exposition_text.parse(result.stdout))
        self.assertEqual(result.stderr.count("sock_diag is missing or denied"), 2, result.stderr)
        line, = (line for line in result.stderr.splitlines() if "collectors lack figures" in line)
        record = exporter_log.parse(line)
        self.assertEqual((record["level"], record["collectors"]),
                         ("warn", "unix, packet, mptcp, sctp, vsock"))
        self.assertIn("the kernel lists no unix sockets", record["lack"])
        self.assertIn("EPERM", record["lack"])
        table = support.run_exporter("--once=table", f"--config.file={config}",
                                     prefix=denying(errno.EPERM))
        self.assertIn("LISTENING", table.stdout)

    def test_by_netlink_alone_it_is_a_failure(self):
        config = support.temporary_file(self, "source: netlink\n")
        flags = (f"--config.file={config}", "--web.listen-address=127.0.0.1:0")
        result = support.run_exporter(*flags, prefix=denying(errno.EPERM))
        self.assertEqual(result.returncode, 1)
        self.assertIn("Operation not permitted (EPERM)", result.stderr.splitlines()[-1])

    def test_by_proc_alone_nothing_is_told(self):
        config = "source: proc\nservices_database: null\n"
        web = f"unix:{support.temporary_folder(self)}/web.socket"
        exporter = support.start_exporter(self, config=config, listen=[web])
        self._assert_by_proc(exporter.scrape())
        self.assertEqual(exporter.logged(msg=TOLD), [])


class FallbackTest(fault_case.FaultCase):
    """What comes and goes while the exporter runs."""

    def setUp(self):
        super().setUp()
        self.made.established(self.made.listener(port=8080), 2)
        self.made.udp(port=5353)
        self.made.settle()

    def _sources(self, exposition):
        return set(exposition.sum_by("sockdiag_socket_source", "protocol", "source"))

    def test_it_returns_to_netlink(self):
        self.start()
        netlink = {("tcp", "netlink"), ("udp", "netlink")}
        self.assertEqual(self._sources(self.scrape()), netlink)
        for fault, source in ((module_faults_test.NO_TCP_DIAG, {("tcp", "proc"), ("udp", "netlink")}),
                              (module_faults_test.NO_UDP_DIAG, {("tcp", "netlink"), ("udp", "proc")}),
                              (module_faults_test.NO_SOCK_DIAG, {("tcp", "proc"), ("udp", "proc")})):
            told = len(self.exporter.logged(msg=TOLD))
            self.set_faults(fault)
            for _ in range(fault_case.SCRAPES):
                self.assert_by_proc_or_netlink(source)
            self.set_faults()
            self.assert_by_proc_or_netlink(source)  # it is not asked for again at once
            by_proc = sum(name == "proc" for _, name in source)
            self.assertEqual(len(self.exporter.logged(msg=TOLD)), told + by_proc)
            self.let_long_time_pass()
            self.assert_by_proc_or_netlink(netlink)
            self._told += by_proc
        self.assertEqual(len(self.exporter.logged(msg="sock_diag works again")), self._told)
        self.end()

    def assert_by_proc_or_netlink(self, sources):
        exposition = self.scrape()
        self.assertEqual(sockets.exported_counts(exposition), self.made.expected)
        self.assertEqual(self._sources(exposition), sources)
        self.assertEqual(sum(self.errors(exposition).values()), 0)

    def test_what_is_short_or_late_is_a_failure(self):
        self.start()
        for fault in (faults.fail("socket", errno.EMFILE, domain=socket.AF_NETLINK),
                      faults.fail("send", errno.ENOBUFS, protocol=socket.IPPROTO_TCP),
                      faults.fail("receive", errno.EAGAIN, protocol=socket.IPPROTO_TCP, nth=1)):
            self.set_faults(fault)
            exposition = self.scrape()
            self.assertEqual(exposition.value("sockdiag_collector_success", collector="tcp"), 0)
            self.assertNotIn(("tcp", "proc"), self._sources(exposition))
            self.let_long_time_pass()
        self.assertEqual(self.exporter.logged(msg=TOLD), [])

    def test_samples_go_the_same_way(self):
        """Else a socket would go by two names in turn, and its age begin anew each time."""
        self.start(config=fault_case.QUICK_SAMPLES)
        self.set_faults(module_faults_test.NO_TCP_DIAG)
        told = lambda: self.exporter.logged(msg=TOLD, protocol="tcp")
        support.wait_until(told, "samples by /proc")
        self.set_faults()
        for _ in range(fault_case.SCRAPES):
            self.assert_by_proc_or_netlink({("tcp", "proc"), ("udp", "netlink")})
        self.assertEqual(len(told()), 1)
        self._told = 1
        self.end()


class UnreadableTablesTest(fault_case.FaultCase):
    """Whatever is wrong with a table makes its collector fail, and no other."""

    config = fault_case.CONFIG + "source: proc\n"

    def test_each_table(self):
        self.made.established(self.made.listener(port=8080), 2)
        self.made.udp(port=5353)
        self.made.settle()
        garbage = support.temporary_file(self, "\0garbage \x7f 99999999999999999999\n" * 100)
        empty = support.temporary_file(self, "", "empty")
        self.start()
        for protocol in ("tcp", "udp"):
            path = f"/proc/thread-self/net/{protocol}"
            for reason, says, fault in (
                    ("open", "no such table", faults.fail("open", errno.ENOENT, path=path)),
                    ("receive", "EACCES", faults.fail("open", errno.EACCES, path=path)),
                    ("receive", "EIO", faults.fail("read", errno.EIO, path=path)),
                    ("receive", "limit", faults.other_file(path, "/dev/zero")),
                    ("receive", "heading", faults.other_file(path, garbage)),
                    ("receive", "heading", faults.other_file(path, empty))):
                with self.subTest(protocol=protocol, says=says):
                    with self.enduring(fault_case.Symptoms((protocol,), (path, says), reason)):
                        self.set_faults(fault)
                self.let_long_time_pass()
        self.end()


if __name__ == "__main__":
    support.main()
