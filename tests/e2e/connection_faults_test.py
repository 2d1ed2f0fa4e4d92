"""Connections that cannot be taken: no descriptors, no memory, no thread for them."""

import errno
import http.client
import resource
import shutil
import signal
import ssl

import certificates
import fault_case
import faults
import sockets
import support
import web_clients

# That often the acceptor tries again, at least.
ATTEMPTS = 5


def threads(exporter):
    """{name: how often it has waited} of the threads."""
    found = {}
    for status, in exporter.threads("status"):
        fields = dict(line.split(":", 1) for line in status.splitlines())
        found[fields["Name"].strip()] = int(fields["voluntary_ctxt_switches"])
    return found


class ConnectionCase(fault_case.FaultCase):
    """An exporter on TCP, and one connection to it that stays open."""

    def setUp(self):
        super().setUp()
        self.made.established(self.made.listener(port=8080), 2)
        self.made.udp(port=5353)
        self.connection = None

    def start(self, *flags, **options):
        super().start(*flags, listen=["127.0.0.1:0"], **options)
        self.scrape()
        return self.exporter

    def ask(self, path="/metrics"):
        """On that connection."""
        if self.connection is None:
            self.connection = self.exporter.connect()
            self.addCleanup(self.connection.close)
        return support.fetch(self.connection, path)

    def let_long_time_pass(self):
        """Also for the connection, which is opened anew: it was idle for too long."""
        super().let_long_time_pass()
        self.connection.close()
        self.scrape()

    def knock(self):
        """A connection whose request has been sent."""
        connection = self.exporter.connect()
        self.addCleanup(connection.close)
        connection.request("GET", "/-/healthy")
        return connection

    def assert_exact(self):
        """Connections that end take a moment for it, so it looks until nothing changes."""
        def look():
            self.made.expected = sockets.kernel_counts()
            exposition = self.scrape()
            return exposition if sockets.kernel_counts() == self.made.expected else None
        self.assert_whole(support.wait_until(look, "the kernel's tables to rest"))

    def wait_for_attempts(self):
        before = threads(self.exporter)["http-acceptor"]
        support.wait_until(
            lambda: threads(self.exporter)["http-acceptor"] >= before + ATTEMPTS, "attempts")

    def accept_troubles(self):
        return [line for line in self.troubles() if "cannot accept" in line["msg"]]

    def recoveries(self):
        return [line for line in self.exporter.logged(level="info")
                if line["msg"].startswith("connections are taken again")]


class AcceptFaultsTest(ConnectionCase):
    """accept() fails."""

    def test_what_the_host_is_short_of(self):
        self.start()
        for code in (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS):
            with self.subTest(code=errno.errorcode[code]):
                told, recovered = len(self.troubles()), len(self.recoveries())
                self.set_faults(faults.fail("accept", code))
                waiting = [self.knock() for _ in range(3)]
                self.wait_for_attempts()
                self.assert_exact()
                line, = self.troubles()[told:]
                self.assertIn(errno.errorcode[code], line["msg"])
                self.assertIn(self.exporter.addresses()[0], line["msg"])
                self.set_faults()
                for connection in waiting:  # none of them is lost
                    self.assertEqual(connection.getresponse().status, 200)
                self.assertEqual(len(self.recoveries()), recovered + 1)
                self._told += 1
                self.let_long_time_pass()
        self.end()

    def test_trouble_of_one_connection_is_no_news(self):
        self.start()
        self.set_faults(faults.fail("accept", errno.ECONNABORTED))
        waiting = self.knock()
        self.assert_exact()
        self.set_faults()
        self.assertEqual(waiting.getresponse().status, 200)
        self.end()

    def test_no_thread_for_a_connection(self):
        self.start()
        for _ in range(2):
            told = len(self.troubles())
            self.set_faults(faults.fail("thread", errno.EAGAIN))
            for _ in range(4):
                with self.assertRaises(OSError):
                    self.knock().getresponse()
            self.wait_for_troubles(told + 1)
            self.assertEqual(len(self.troubles()), told + 1, self.troubles())
            self.assertIn("limit on the number of threads", self.troubles()[-1]["msg"])
            self.set_faults()
            self.assertEqual(self.exporter.get("/-/healthy").status, 200)
            self.assert_exact()
            self._told += 1
            self.let_long_time_pass()
        self.end()


class ThreadFaultsTest(ConnectionCase):
    """No thread for anything: a connection that is open goes on, collectors and reloads fail."""

    def test_collectors(self):
        self.start()
        self.made.expected = sockets.kernel_counts()
        symptoms = fault_case.Symptoms(fault_case.COLLECTORS, ("cannot start a thread",))
        # Another connection needs a thread, too.
        self.exporter.get = self.ask
        with self.enduring(symptoms):
            self.set_faults(faults.fail("thread", errno.EAGAIN))
        self.end()

    def test_reload(self):
        self.start()
        self.set_faults(faults.fail("thread", errno.EAGAIN))
        self.exporter.process.send_signal(signal.SIGHUP)
        self.wait_for_troubles(1)
        line, = self.exporter.logged(level="error")
        self.assertIn("cannot start a thread", line["msg"])
        self.set_faults()
        self.exporter.process.send_signal(signal.SIGHUP)
        support.wait_until(lambda: self.exporter.logged(msg="configuration reloaded"), "the reload")
        self.assert_exact()
        self._told = 1
        self.end()


class DescriptorFaultsTest(ConnectionCase):
    """The process has really no descriptor left, while clients knock and files change."""

    def limit(self, soft=None):
        """Without one: as many as at the start."""
        self.limits = getattr(self, "limits", None) or resource.prlimit(
            self.exporter.process.pid, resource.RLIMIT_NOFILE)
        if self.exporter.process.poll() is None:
            resource.prlimit(self.exporter.process.pid, resource.RLIMIT_NOFILE,
                             (soft or self.limits[0], self.limits[1]))

    def exhaust(self):
        self.limit(3)
        self.addCleanup(self.limit)

    def test_one_line_each_and_all_is_well_after(self):
        self.start()
        self.exhaust()
        waiting = [self.knock() for _ in range(5)]
        for _ in range(fault_case.SCRAPES):
            exposition = self.scrape()
            for collector in fault_case.COLLECTORS:
                self.assertEqual(
                    exposition.value("sockdiag_collector_success", collector=collector), 0)
        self.exporter.process.send_signal(signal.SIGHUP)
        support.wait_until(lambda: self.exporter.logged(level="error"), "the reload to fail")
        self.wait_for_attempts()
        self.assertEqual(self.ask("/-/healthy").status, 200)
        self.assertEqual(self.scrape().value("sockdiag_config_last_reload_successful"), 0)
        lines = self.troubles()
        told = [line.get("collector") or line.get("file") or line["msg"].split(" on ")[0]
                for line in lines]
        self.assertEqual(len(told), len(set(told)), lines)
        self.assertLessEqual({"cannot accept a connection", *fault_case.COLLECTORS,
                              "configuration not reloaded: the old one stays in force"}, set(told))
        for line in lines:
            self.assertIn("EMFILE", str(line))
        self.limit()
        for connection in waiting:
            self.assertEqual(connection.getresponse().status, 200)
        self.assert_exact()
        self.assertEqual(len(self.recoveries()), 1)
        self.exporter.process.send_signal(signal.SIGHUP)
        support.wait_until(lambda: self.exporter.logged(msg="configuration reloaded"), "the reload")
        self._told = len(lines)
        self.end()


class CertificateFaultsTest(web_clients.WebCase):
    """A certificate is renewed while there is no descriptor to read it with."""

    def setUp(self):
        super().setUp()
        self.used = certificates.Identity(f"{self.folder}/tls.crt", f"{self.folder}/tls.key")
        self._write(self.server)
        # Without samples, which would miss descriptors, too.
        config = support.temporary_file(self, "sampling: {interval: 0s}\n")
        self.exporter = self.start(self.tls(server=self.used), f"--config.file={config}")

    def _write(self, identity):
        for source, target in zip(identity, self.used):
            shutil.copyfile(source, target)

    def _connect(self):
        host, _, port = self.exporter.addresses()[0].rpartition(":")
        context = ssl.create_default_context(cafile=self.authority.certificate)
        connection = http.client.HTTPSConnection(host, int(port), context=context,
                                                 timeout=support.DEADLINE_S)
        self.addCleanup(connection.close)
        connection.connect()
        return connection

    def _shown_certificate(self):
        connection = self._connect()
        try:
            return connection.sock.getpeercert(binary_form=True)
        finally:
            connection.close()

    def _limit(self, limits):
        if self.exporter.process.poll() is None:
            resource.prlimit(self.exporter.process.pid, resource.RLIMIT_NOFILE, limits)

    def test_it_counts_as_soon_as_it_can_be_read(self):
        renewed = self.authority.issue("renewed")
        connection = self._connect()
        limits = resource.prlimit(self.exporter.process.pid, resource.RLIMIT_NOFILE)
        self.addCleanup(self._limit, limits)
        self._limit((3, limits[1]))
        self._write(renewed)
        kept = lambda: self.exporter.logged(level="warn")
        answers = lambda: support.fetch(connection, "/-/healthy").status == 200
        support.wait_until(lambda: answers() and kept(), "the complaint")
        for _ in range(fault_case.SCRAPES):
            self.assertTrue(answers())
        line, = kept()
        self.assertIn("kept the last web configuration", line["msg"])
        self.assertIn("EMFILE", line["msg"])
        self._limit(limits)
        wanted = ssl.PEM_cert_to_DER_cert(certificates.read(renewed.certificate))
        support.wait_until(lambda: self._shown_certificate() == wanted, "the renewal")
        support.wait_until(lambda: self.exporter.logged(msg="read the web configuration again"),
                           "the line that it was read again")
        self.assertEqual(len(self.exporter.logged(msg="read the web configuration again")), 1)
        self.assertEqual(len(kept()), 1, kept())


if __name__ == "__main__":
    support.main()
