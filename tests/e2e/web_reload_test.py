"""--web.config.file is read again by itself: new users and certificates need no restart."""

import os
import shutil
import signal
import socket
import ssl
import threading
import time

import certificates
import exposition_text
import support
import web_clients

AGAIN = "read the web configuration again"
KEPT = "kept the last web configuration: "
PREFIX = "sockdiag_web_config_last_reload_"
USERS = "basic_auth_users:\n"


def replace(path, text):
    """At once, by rename."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)


def overwrite(path, text):
    """In place: the same inode."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class ReloadCase(web_clients.WebCase):
    """With ways to see what is in force."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.authority.issue("other")

    def shown_certificate(self, exporter):
        """The certificate that a new connection is shown."""
        host, _, port = exporter.addresses()[0].rpartition(":")
        context = ssl.create_default_context(cafile=self.authority.certificate)
        with socket.create_connection((host, int(port)), support.DEADLINE_S) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as client:
                return client.getpeercert(binary_form=True)

    @staticmethod
    def certificate_of(identity):
        return ssl.PEM_cert_to_DER_cert(certificates.read(identity.certificate))

    def wait_for(self, exporter, identity):
        wanted = self.certificate_of(identity)
        support.wait_until(lambda: self.shown_certificate(exporter) == wanted,
                           "the new certificate")

    @staticmethod
    def complaints(exporter):
        return [line["msg"] for line in exporter.logged(level="warn")
                if line["msg"].startswith(KEPT)]

    @staticmethod
    def figure(exporter, name, **options):
        exposition = exposition_text.parse(exporter.get(**options).text)
        return exposition.value(f"{PREFIX}{name}")


class UsersTest(ReloadCase):
    """The web configuration itself changes."""

    def setUp(self):
        super().setUp()
        self.old = f"{USERS}  old: {web_clients.bcrypt('old')}\n"
        self.new = f"{USERS}  new: {web_clients.bcrypt('new')}\n"
        self.exporter = self.start(self.old, listen=[f"unix:{self.folder}/web.socket"])

    def _status(self, name):
        return self.exporter.get(headers=web_clients.basic(name, name)).status

    def _figure(self, name, user="old"):
        return self.figure(self.exporter, name, headers=web_clients.basic(user, user))

    def test_a_new_user_in_place_of_an_old_one(self):
        for write in (overwrite, replace):
            for text, user, gone in ((self.new, "new", "old"), (self.old, "old", "new")):
                with self.subTest(write=write.__name__, user=user):
                    write(self.path, text)
                    support.wait_until(lambda: self._status(user) == 200, "the new user")
                    self.assertEqual(self._status(gone), 401)
        self.assertEqual(self.complaints(self.exporter), [])

    def test_what_is_broken_changes_nothing(self):
        before = self._figure("success_timestamp_seconds")
        for text, where in (("nonsense: 1\n", ":1:1: "), (f"{USERS}  old: secret\n", ":2:8: "),
                            ("basic_auth_users: [\n", ":")):
            count = len(self.complaints(self.exporter))
            replace(self.path, text)
            support.wait_until(lambda: len(self.complaints(self.exporter)) > count or
                               self._status("nobody") != 401, "the complaint")
            self.assertEqual(self._status("old"), 200)
            self.assertIn(self.path + where, self.complaints(self.exporter)[-1])
            self.assertNotIn("secret", self.complaints(self.exporter)[-1])
            self.assertEqual(self._figure("successful"), 0)
            self.assertEqual(self._figure("success_timestamp_seconds"), before)
        self.assertEqual(len(self.complaints(self.exporter)), 3, "each once")
        replace(self.path, self.new)
        support.wait_until(lambda: self._status("new") == 200, "the recovery")
        self.assertEqual(self._figure("successful", "new"), 1)
        self.assertGreater(self._figure("success_timestamp_seconds", "new"), before)

    def test_a_missing_file_locks_nobody_out_and_lets_nobody_in(self):
        os.remove(self.path)
        support.wait_until(lambda: self._figure("successful") == 0, "it to be missed")
        self.assertEqual((self._status("old"), self._status("nobody")), (200, 401))
        self.assertIn("No such file", self.complaints(self.exporter)[0])
        replace(self.path, self.old)
        support.wait_until(lambda: self._figure("successful") == 1, "the recovery")
        self.assertEqual(len(self.complaints(self.exporter)), 1)

    def test_what_stays_broken_is_logged_once(self):
        """However often it is looked at; only who asks for a reload is told again."""
        replace(self.path, "nonsense: 1\n")
        support.wait_until(lambda: self._figure("successful") == 0, "the complaint")
        replace(self.path, "nonsense: 2\n")
        end = time.monotonic() + 2.5
        support.wait_until(lambda: self._figure("successful") == 1 or time.monotonic() > end,
                           "two looks")
        self.assertEqual(len(self.complaints(self.exporter)), 1)
        self.exporter.process.send_signal(signal.SIGHUP)
        support.wait_until(lambda: len(self.complaints(self.exporter)) == 2, "the answer")

    def test_tls_is_turned_on_by_a_restart_only(self):
        replace(self.path, self.tls() + self.old)
        support.wait_until(lambda: self._figure("successful") == 0, "the complaint")
        self.assertIn("turning TLS on needs a restart", self.complaints(self.exporter)[0])


class LifecycleTest(ReloadCase):
    """A reload that somebody asks for takes the web configuration along, now."""

    def setUp(self):
        super().setUp()
        self.exporter = self.start("rate_limit: {interval: 0}\n", "--web.enable-lifecycle",
                                   listen=[f"unix:{self.folder}/web.socket"])

    def _reload(self):
        return self.exporter.get("/-/reload", method="POST")

    def test_it_counts_at_once(self):
        replace(self.path, "http_server_config: {headers: {X-Frame-Options: deny}}\n")
        self.assertEqual(self._reload().status, 200)
        self.assertEqual(self.exporter.get().headers["X-Frame-Options"], "deny")

    def test_a_broken_one_is_told(self):
        replace(self.path, "nonsense: 1\n")
        answer = self._reload()
        self.assertEqual(answer.status, 500)
        self.assertIn(f"{self.path}:1:1: nonsense", answer.text)
        self.assertEqual(self.figure(self.exporter, "successful"), 0)
        replace(self.path, "rate_limit: {interval: 0}\n")
        self.assertEqual(self._reload().status, 200)
        self.assertEqual(self.figure(self.exporter, "successful"), 1)


class CertificatesTest(ReloadCase):
    """The files that the web configuration names change."""

    def setUp(self):
        super().setUp()
        self.used = certificates.Identity(f"{self.folder}/tls.crt", f"{self.folder}/tls.key")
        self._write(self.server, shutil.copyfile)

    def _write(self, identity, write):
        for source, target in zip(identity, self.used):
            write(source, target)

    def _start(self):
        exporter = self.start(self.tls(server=self.used))
        self.assertEqual(self.shown_certificate(exporter), self.certificate_of(self.server))
        return exporter

    def test_overwritten_and_renamed(self):
        exporter = self._start()
        rename = lambda source, target: replace(target, certificates.read(source))
        for write in (shutil.copyfile, rename):
            for identity in (self.other, self.server):
                self._write(identity, write)
                self.wait_for(exporter, identity)

    def test_swapped_as_kubernetes_does(self):
        """Files are links into ..data, itself a link to a folder, which is replaced."""
        for number, identity in enumerate((self.server, self.other, self.server)):
            os.mkdir(f"{self.folder}/{number}")
            for source, name in zip(identity, ("tls.crt", "tls.key")):
                shutil.copyfile(source, f"{self.folder}/{number}/{name}")
        os.symlink("0", f"{self.folder}/..data")
        for path in self.used:
            os.remove(path)
            os.symlink(f"..data/{os.path.basename(path)}", path)
        exporter = self._start()
        for number, identity in ((1, self.other), (2, self.server)):
            os.symlink(str(number), f"{self.folder}/..data_tmp")
            os.rename(f"{self.folder}/..data_tmp", f"{self.folder}/..data")
            shutil.rmtree(f"{self.folder}/{number - 1}")
            self.wait_for(exporter, identity)
        self.assertEqual(self.complaints(exporter), [])

    def _assert_kept(self, exporter, *pieces):
        support.wait_until(lambda: self.shown_certificate(exporter) and self.complaints(exporter),
                           "the complaint")
        self.assertEqual(self.shown_certificate(exporter), self.certificate_of(self.server))
        complaint, = self.complaints(exporter)
        for piece in pieces:
            self.assertIn(piece, complaint)
        answer = web_clients.curl(exporter, *self.trust())
        self.assertIn(f"\n{PREFIX}successful 0\n", answer.body, answer.error)

    def test_a_key_that_does_not_fit(self):
        exporter = self._start()
        replace(self.used.certificate, certificates.read(self.other.certificate))
        self._assert_kept(exporter, "tls_server_config.key_file", self.used.key,
                          self.used.certificate)
        replace(self.used.key, certificates.read(self.other.key))
        self.wait_for(exporter, self.other)
        self.assertEqual(len(self.complaints(exporter)), 1)

    def test_a_certificate_that_is_gone_or_none(self):
        exporter = self._start()
        os.remove(self.used.certificate)
        self._assert_kept(exporter, "tls_server_config.cert_file", self.used.certificate,
                          "No such file")
        replace(self.used.certificate, certificates.read(self.other.key))
        support.wait_until(lambda: self.shown_certificate(exporter) and
                           len(self.complaints(exporter)) == 2, "the second complaint")
        self.assertNotIn("BEGIN", self.complaints(exporter)[1])
        replace(self.used.certificate, certificates.read(self.server.certificate))
        support.wait_until(lambda: self.shown_certificate(exporter) and exporter.logged(msg=AGAIN),
                           "the recovery")

    def test_tls_is_turned_off_by_a_restart_only(self):
        exporter = self._start()
        replace(self.path, "http_server_config: {http2: true}\n")
        self._assert_kept(exporter, "turning TLS off needs a restart")
        self.assertEqual(web_clients.curl(exporter, scheme="http").status, 400)

    def test_another_authority_for_clients(self):
        strangers = certificates.Authority(self.folder, "strangers")
        trusted = f"{self.folder}/clients.crt"
        shutil.copyfile(self.authority.certificate, trusted)
        exporter = self.start(self.tls("client_auth_type: RequireAndVerifyClientCert",
                                       f"client_ca_file: {trusted}", server=self.used))
        old, new = self.authority.issue_client("old"), strangers.issue_client("new")

        def status(client):
            return web_clients.curl(exporter, *self.trust(), *client.curl_flags()).status

        self.assertEqual((status(old), status(new)), (200, 0))
        replace(trusted, certificates.read(strangers.certificate))
        support.wait_until(lambda: status(new) == 200, "the new authority")
        self.assertEqual(status(old), 0)


class SwapUnderLoadTest(ReloadCase):
    """No client sees anything of a renewal but another certificate."""

    SWAPS, CLIENTS = 50, 3

    def test_certificates_swapped_while_clients_connect(self):
        for number, identity in enumerate((self.server, self.other)):
            os.mkdir(f"{self.folder}/{number}")
            for source, name in zip(identity, ("tls.crt", "tls.key")):
                shutil.copyfile(source, f"{self.folder}/{number}/{name}")
        data = f"{self.folder}/..data"
        os.symlink("0", data)
        used = certificates.Identity(f"{data}/tls.crt", f"{data}/tls.key")
        exporter = self.start(self.tls(server=used))
        self._connect_during(exporter, lambda: self._swap(exporter, data))
        answer = web_clients.curl(exporter, *self.trust())
        self.assertIn(f"\n{PREFIX}successful 1\n", answer.body, answer.error)

    def _swap(self, exporter, data):
        for swap in range(1, self.SWAPS + 1):
            os.symlink(str(swap % 2), f"{data}_tmp")
            os.rename(f"{data}_tmp", data)
            exporter.process.send_signal(signal.SIGHUP)  # a look every second is too few for 50
            self.wait_for(exporter, (self.server, self.other)[swap % 2])

    def _connect_during(self, exporter, action):
        stop, problems, shown = threading.Event(), [], []

        def connect():
            while not stop.is_set():
                try:
                    shown.append(self.shown_certificate(exporter))
                except OSError as error:
                    problems.append(error)

        clients = [threading.Thread(target=connect) for _ in range(self.CLIENTS)]
        for client in clients:
            client.start()
        try:
            action()
        finally:
            stop.set()
            for client in clients:
                client.join()
        self.assertEqual(problems, [])
        self.assertEqual(set(shown),
                         {self.certificate_of(one) for one in (self.server, self.other)})


if __name__ == "__main__":
    support.main()
