"""Hosts that lack something: IPv6, /etc, privileges, file descriptors."""

import os
import resource
import shutil
import subprocess

import exposition_text
import sockets
import support

NOBODY = 65534
OPEN_ERROR = {"reason": "open"}


def may_become_other_users():
    """Not in a user namespace that maps only one user."""
    with open("/proc/self/uid_map", encoding="ascii") as file:
        return any(int(row.split()[2]) > NOBODY for row in file)


class NoIpv6Test(support.TestCase):
    """IPv6 switched off, as many hosts have it."""

    def setUp(self):
        super().setUp()
        for path in ("conf/all", "conf/default"):
            try:
                with open(f"/proc/sys/net/ipv6/{path}/disable_ipv6", "w", encoding="ascii") as file:
                    file.write("1")
            except FileNotFoundError:
                pass  # a kernel without IPv6
            except OSError as error:
                support.skip_unless_required(f"IPv6 cannot be switched off: {error}")
        self.assertFalse(support.has_ipv6())

    def test_default_address_listens_and_counts_are_right(self):
        exporter = support.start_exporter(self, listen=[])
        self.assertEqual(exporter.addresses()[0].rpartition(":")[2], "10204")
        connection = support.connection_to("127.0.0.1:10204")
        self.addCleanup(connection.close)
        self.assertEqual(support.fetch(connection).status, 200)
        made = sockets.Sockets(self)
        made.expected.update(sockets.kernel_counts())  # the exporter's and the connection's
        made.every_kind(with_ipv6=False)
        exposition = exposition_text.parse(support.fetch(connection).text)
        self.assertEqual(sockets.exported_counts(exposition), made.expected)
        exposition_text.check_sums(self, exposition)
        for sample in exposition.select("sockdiag_collector_success"):
            self.assertEqual(sample.value, 1, sample.labels)
        self.assertEqual(exporter.stop(), 0)
        self.assertEqual(exporter.logged(level="warn"), [])

    def test_addresses_without_ipv6(self):
        exporter = support.start_exporter(self, listen=["localhost:0", "127.0.0.1:0"])
        self.assertEqual(exporter.get().status, 200)


class NoServicesDatabaseTest(support.TestCase):
    """Containers often have no /etc/services."""

    def _check(self, exporter):
        exporter.wait_for_first_collection()
        warning, = exporter.logged(level="warn")
        self.assertIn("No such file", warning["error"])
        made = sockets.Sockets(self)
        made.established(made.listener(port=80), 2)
        made.settle()
        exposition = exporter.scrape()
        self.assertEqual(sockets.exported_counts(exposition), made.expected)
        names = {sample.labels["service_name"]
                 for sample in exposition.select("sockdiag_service_sockets")}
        self.assertEqual(names, {"80"})

    def test_missing_file_is_worth_a_warning_and_no_more(self):
        config = "services_database: /nowhere/services\n"
        self._check(support.start_exporter(self, config=config))

    def test_null_is_not_even_worth_a_warning(self):
        exporter = support.start_exporter(self, config="services_database: null\n")
        exporter.scrape()
        self.assertEqual(exporter.stop(), 0)
        self.assertEqual(exporter.logged(level="warn"), [])

    def test_no_etc_at_all(self):
        self._check(support.start_exporter(self, prefix=support.with_etc({})))


class UnprivilegedTest(support.TestCase):
    """The default unit gives no capability, so none may be needed."""

    def test_counts_are_those_that_root_sees(self):
        folder = support.temporary_folder(self, mode=0o777)  # also for the other user
        binary = shutil.copy(support.EXPORTER, f"{folder}/sockdiag_exporter")
        drop = ["setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
        if may_become_other_users():
            drop += [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        made = sockets.Sockets(self)
        made.every_kind(support.has_ipv6())
        privileged = support.start_exporter(self).scrape()
        exporter = support.start_exporter(self, listen=[f"unix:{folder}/web.socket"], prefix=drop,
                                          binary=binary)
        status = self._status(exporter)
        self.assertEqual(status["CapEff"], "0000000000000000")
        if may_become_other_users():
            self.assertEqual(status["Uid"].split(), [str(NOBODY)] * 4)
        exposition = exporter.scrape()
        self.assertEqual(sockets.exported_counts(exposition), made.expected)
        for name in sockets.lasting_metrics(privileged):
            self.assertEqual(exposition.series(name), privileged.series(name))
        self.assertEqual(exposition.families, privileged.families)
        self.assertEqual(exporter.stop(), 0)
        self.assertEqual(exporter.logged(level="warn"), [])

    @staticmethod
    def _status(exporter):
        with open(f"/proc/{exporter.process.pid}/status", encoding="ascii") as file:
            return dict(row.rstrip("\n").split(":\t", 1) for row in file if ":\t" in row)


class ClosedStreamsTest(support.TestCase):
    """Some supervisors start daemons with standard streams closed."""

    def _start_without(self, redirections):
        process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "sh", "-c",
                                    f'exec "$0" {redirections}', support.EXPORTER])
        self.addCleanup(process.wait, support.DEADLINE_S)
        self.addCleanup(process.terminate)
        connection = support.connection_to("127.0.0.1:10204")
        self.addCleanup(connection.close)

        def serves():
            try:
                return support.fetch(connection).status == 200
            except ConnectionRefusedError:
                connection.close()
                return False
        support.wait_until(serves, "the exporter to serve")
        return process

    def test_log_does_not_go_into_a_socket(self):
        """Descriptor 2 must not become one of the server's own, into which the log then writes."""
        for redirections in ("2>&-", "<&- >&- 2>&-"):
            with self.subTest(redirections=redirections):
                process = self._start_without(redirections)
                target = os.readlink(f"/proc/{process.pid}/fd/2")
                self.assertNotRegex(target, r"^(socket|anon_inode):")
            self.doCleanups()


class FailingCollectorTest(support.TestCase):
    """Without file descriptors no netlink socket can be had, while the open connection goes on.

    With a limit of 3 the standard streams and what is open stay, and nothing new can be opened.
    """

    def setUp(self):
        super().setUp()
        self.made = sockets.Sockets(self)
        self.made.established(self.made.listener(port=8080), 2)
        self.made.udp(port=5353)
        self.made.settle()
        # Those that do not ask the kernel at each scrape would not fail at each.
        rare = ", ".join(f"{name}: {{enabled: false}}" for name in ("mptcp", "sctp", "vsock"))
        # By TCP: a unix socket takes one request to a connection.
        self.exporter = support.start_exporter(self, listen=["127.0.0.1:0"],
                                               config="services_database: null\n"
                                               "sampling: {interval: 0s}\n"
                                               f"collectors: {{{rare}}}\n")
        self.connection = self.exporter.connect()
        self.addCleanup(self.connection.close)
        self.exporter.wait_for_first_collection(lambda path: support.fetch(self.connection, path))
        self.good = self._scrape()
        self.limits = resource.prlimit(self.exporter.process.pid, resource.RLIMIT_NOFILE)
        self.addCleanup(self._lift_limit)

    def _lift_limit(self):
        """Before the end: a leak check then needs file descriptors of its own."""
        if self.exporter.process.poll() is None:
            self._limit(self.limits)

    def _scrape(self):
        answer = support.fetch(self.connection)
        self.assertEqual(answer.status, 200)
        exposition = exposition_text.parse(answer.text)
        exposition_text.check(self, exposition)
        return exposition

    def _limit(self, limits):
        resource.prlimit(self.exporter.process.pid, resource.RLIMIT_NOFILE, limits)

    def test_failed_dumps_are_told_and_not_shown(self):
        self._limit((3, self.limits[1]))
        for scrape in range(1, 6):
            exposition = self._scrape()
            for protocol in ("tcp", "udp"):
                label = {"protocol": protocol}
                success = exposition.value("sockdiag_collector_success", collector=protocol)
                self.assertEqual(success, 0)
                for metric in ("sockets", "service_sockets", "port_sockets", "listeners",
                               "service_receive_queue_bytes", "dump_sockets",
                               "dump_duration_seconds", "dump_bytes"):
                    self.assertEqual(exposition.select(f"sockdiag_{metric}", **label), [])
                errors = exposition.sum_by("sockdiag_dump_errors_total", "protocol", "reason")
                self.assertEqual(errors, {("tcp", "open"): scrape, ("udp", "open"): scrape})
            self.assertEqual(exposition.select("sockdiag_listen_queue_length"), [])
            self.assertEqual(len(exposition.select("sockdiag_build_info")), 1)
        self._lift_limit()
        self.assertEqual(self.exporter.stop(), 0)
        warnings = self.exporter.logged(level="warn", msg="collector failed")
        self.assertEqual(sorted(line["collector"] for line in warnings),
                         sorted(sample.labels["collector"]
                                for sample in self.good.select("sockdiag_collector_success")))
        for warning in warnings:
            self.assertIn("EMFILE", warning["error"])

    def test_recovery(self):
        self._limit((3, self.limits[1]))
        self._scrape()
        self._limit(self.limits)
        exposition = self._scrape()
        self.assertEqual(sockets.exported_counts(exposition), sockets.kernel_counts())
        for protocol in ("tcp", "udp"):
            success = exposition.value("sockdiag_collector_success", collector=protocol)
            errors = exposition.value("sockdiag_dump_errors_total", protocol=protocol, **OPEN_ERROR)
            self.assertEqual((success, errors), (1, 1))
        for name in ("sockdiag_service_sockets", "sockdiag_port_sockets", "sockdiag_listeners"):
            self.assertEqual(exposition.series(name), self.good.series(name))
        self.assertEqual(self.exporter.stop(), 0)
        again = self.exporter.logged(level="info", msg="collector works again")
        self.assertEqual(sorted(line["collector"] for line in again),
                         sorted(sample.labels["collector"]
                                for sample in self.good.select("sockdiag_collector_success")))

    def test_pages_live_on(self):
        self._limit((3, self.limits[1]))
        page = support.fetch(self.connection, "/")
        self.assertEqual(page.status, 200)
        self.assertIn("EMFILE", page.text)
        for path in ("/-/healthy", "/-/ready"):
            self.assertEqual(support.fetch(self.connection, path).status, 200)
        self._limit(self.limits)
        self.assertEqual(self.exporter.get().status, 200)


if __name__ == "__main__":
    support.main()
