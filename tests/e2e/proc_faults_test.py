"""Files of /proc that are missing, unreadable, empty, endless or nonsense."""

import errno
import os
import subprocess

import fault_case
import faults
import support

IPV4 = "/proc/sys/net/ipv4/"
# What comes from each file. Those of the ports stay as they were last read.
LIMITS = {IPV4 + "tcp_max_tw_buckets": {"sockdiag_tcp_time_wait_limit"},
          IPV4 + "tcp_max_syn_backlog": {"sockdiag_tcp_max_syn_backlog"},
          IPV4 + "tcp_syncookies": {"sockdiag_tcp_syncookies"},
          "/proc/sys/net/core/somaxconn": {"sockdiag_somaxconn"},
          "/proc/thread-self/net/sockstat": {"sockdiag_tcp_time_wait_entries",
                                             "sockdiag_tcp_orphans", "sockdiag_tcp_memory_bytes"}}
PORTS = {IPV4 + "ip_local_port_range": set(), IPV4 + "ip_local_reserved_ports": set()}
PROTOCOLS = {"/proc/thread-self/net/snmp6": set(),
             "/proc/thread-self/net/snmp": {
                 "sockdiag_tcp_opens_total", "sockdiag_tcp_failed_opens_total",
                 "sockdiag_tcp_established_resets_total", "sockdiag_tcp_resets_sent_total",
                 "sockdiag_tcp_segments_total", "sockdiag_tcp_receive_errors_total",
                 "sockdiag_tcp_retransmitted_segments_total"},
             "/proc/thread-self/net/netstat": {
                 "sockdiag_tcp_aborts_total", "sockdiag_tcp_syn_retransmits_total",
                 "sockdiag_tcp_lost_retransmits_total", "sockdiag_tcp_timeouts_total",
                 "sockdiag_tcp_listen_overflows_total", "sockdiag_tcp_listen_drops_total",
                 "sockdiag_tcp_request_queue_full_total", "sockdiag_tcp_syncookies_total",
                 "sockdiag_tcp_memory_pressures_total",
                 "sockdiag_tcp_memory_pressure_seconds_total", "sockdiag_tcp_prunes_total",
                 "sockdiag_tcp_dropped_segments_total", "sockdiag_tcp_time_wait_overflows_total"}}
NET = "/proc/thread-self/net/"
NETLINK = {NET + "netlink": {"sockdiag_netlink_sockets", "sockdiag_netlink_drops_total"}}
OTHER = {NET + "protocols": set()}
RAW = {NET + name: set() for name in ("raw", "raw6", "icmp", "icmp6")}
CONNTRACK = {"/proc/sys/net/netfilter/nf_conntrack_count": {"sockdiag_conntrack_entries"},
             "/proc/sys/net/netfilter/nf_conntrack_max": {"sockdiag_conntrack_limit"},
             NET + "stat/nf_conntrack": {"sockdiag_conntrack_drops_total",
                                         "sockdiag_conntrack_insert_failures_total"}}
# Of each collector that fails with any of its files.
FILES = {"kernel_limits": LIMITS, "protocols": PROTOCOLS, "netlink": NETLINK, "raw": RAW,
         "other": OTHER, "conntrack": CONNTRACK}
PROCESS = {"/proc/self/stat": {"process_resident_memory_bytes", "process_virtual_memory_bytes",
                               "process_start_time_seconds"}}
MISSING = "missing"


class ProcFaultsTest(fault_case.FaultCase):
    """Whatever is wrong with a file costs its own figures and one line that names it."""

    config = "services_database: null\nsampling: {interval: 0s}\n"

    def setUp(self):
        super().setUp()
        self.made.established(self.made.listener(port=8080), 2)
        self.made.udp(port=5353)
        self.made.settle()
        self.empty = support.temporary_file(self, "", "empty")
        self.garbage = support.temporary_file(self, "\0garbage \x7f 99999999999999999999\n" * 100)
        self.start()

    def _faults_of(self, path):
        yield MISSING, faults.fail("open", errno.ENOENT, path=path)
        yield "forbidden", faults.fail("open", errno.EACCES, path=path)
        yield "broken", faults.fail("read", errno.EIO, path=path)
        yield "endless", faults.other_file(path, "/dev/zero")
        yield "garbage", faults.other_file(path, self.garbage)
        if path != IPV4 + "ip_local_reserved_ports":  # where it means none
            yield "empty", faults.other_file(path, self.empty)

    def _check(self, path, figures):
        healthy = self.scrape().families
        self.assertLessEqual(figures, healthy)
        for what, fault in self._faults_of(path):
            with self.subTest(path=path, what=what):
                told, mended = len(self.troubles()), self._lines_of_mending()
                self.set_faults(fault)
                for _ in range(fault_case.SCRAPES):
                    exposition = self.scrape()
                    self.assert_sockets(exposition)
                    self.assertEqual(exposition.families, healthy - figures)
                self.assertEqual(self.exporter.get("/-/healthy").status, 200)
                if what != MISSING:
                    for collector, its_files in FILES.items():
                        success = exposition.value("sockdiag_collector_success",
                                                   collector=collector)
                        self.assertEqual(success, path not in its_files, collector)
                    self.wait_for_troubles(told + 1)
                lines = self.troubles()[told:]
                # A kernel or a network namespace may well lack a file.
                self.assertLessEqual(len(lines), 1, lines)
                for line in lines:
                    self.assertIn(path, str(line))
                self._told += len(lines)
                self.set_faults()
                exposition = self.scrape()
                self.assert_whole(exposition)
                self.assertEqual(exposition.families, healthy)
                support.wait_until(lambda: self._lines_of_mending() == mended + len(lines),
                                   "the line that it works again")
                self.let_long_time_pass()

    def _lines_of_mending(self):
        return sum("works again" in line["msg"] for line in self.exporter.logged(level="info"))

    def test_limits(self):
        for path, figures in LIMITS.items():
            self._check(path, figures)
        self.end()

    def test_ports(self):
        for path, figures in PORTS.items():
            self._check(path, figures)
        self.end()

    def test_protocol_statistics(self):
        for path, figures in PROTOCOLS.items():
            self._check(path, figures)
        self.end()

    def test_tables_of_other_families(self):
        for path, figures in {**NETLINK, **RAW, **OTHER}.items():
            self._check(path, figures)
        self.end()

    def test_tracked_connections(self):
        if not all(os.path.exists(path) for path in CONNTRACK):
            self.skipTest("no connections are tracked here")
        for path, figures in CONNTRACK.items():
            self._check(path, figures)
        self.end()

    def test_the_process(self):
        for path, figures in PROCESS.items():
            self._check(path, figures)
        self.end()


class NoProcTest(fault_case.FaultCase):
    """No /proc at all: the sockets are there all the same."""

    def test_sockets_are_exact(self):
        hide = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /proc && exec "$0" "$@"']
        probe = subprocess.run([*hide, "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            support.skip_unless_required(f"/proc cannot be hidden: {probe.stderr}")
        if support.SANITIZED:
            self.skipTest("a sanitizer needs /proc")
        self.made.established(self.made.listener(port=8080), 2)
        self.made.udp(port=5353)
        self.made.settle()
        self.start(prefix=hide)
        for _ in range(fault_case.SCRAPES):
            exposition = self.scrape()
            self.assert_sockets(exposition)
            self.assertEqual(
                exposition.value("sockdiag_collector_success", collector="kernel_limits"), 0)
        self.assertEqual(self.exporter.get("/-/healthy").status, 200)
        lines = [(line["msg"], line.get("collector"), line.get("file")) for line in self.troubles()]
        self.assertEqual(len(lines), len(set(lines)), lines)
        self.assertIn(("collector failed", "kernel_limits", None), lines)


if __name__ == "__main__":
    support.main()
