"""--web.config.file: what TLS clients get, as curl and openssl s_client see it."""

import socket
import time

import certificates
import support
import web_clients

TLS11 = ("-tls1_1", *web_clients.WITH_OLD_HASHES)
AES128, AES256, CHACHA20 = ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")


class VersionsTest(web_clients.WebCase):
    """Which versions of TLS are spoken."""

    def _versions(self, *lines):
        exporter = self.start(self.tls(*lines))
        asked = {"TLSv1.1": TLS11, "TLSv1.2": ("-tls1_2",), "TLSv1.3": ("-tls1_3",)}
        agreed = set()
        for version, flags in asked.items():
            outcome = web_clients.handshake(exporter, *flags)
            if outcome.version:
                self.assertEqual(outcome.version, version, outcome.text)
                agreed.add(version)
            else:
                # A server of TLS 1.2 looks at what a client of TLS 1.3 offers, and finds no cipher.
                self.assertRegex(outcome.text, "alert (protocol version|handshake failure)")
        return agreed

    def test_1_2_and_1_3_by_default(self):
        self.assertEqual(self._versions(), {"TLSv1.2", "TLSv1.3"})

    def test_min_version_leaves_out_older_ones(self):
        self.assertEqual(self._versions("min_version: TLS13"), {"TLSv1.3"})

    def test_min_version_allows_older_ones(self):
        self.assertEqual(self._versions("min_version: TLS11"), {"TLSv1.1", "TLSv1.2", "TLSv1.3"})

    def test_max_version_leaves_out_newer_ones(self):
        self.assertEqual(self._versions("max_version: TLS12"), {"TLSv1.2"})

    def test_the_newest_is_agreed_on(self):
        self.assertEqual(web_clients.handshake(self.start(self.tls())).version, "TLSv1.3")


class KeysTest(web_clients.WebCase):
    """Certificates of every kind."""

    def test_kinds_of_keys(self):
        for key, signature in (("ecdsa", "ECDSA"), ("rsa", "RSA-PSS"), ("ed25519", "ed25519")):
            exporter = self.start(self.tls(server=self.authority.issue(key, key=key)))
            for version in ("-tls1_2", "-tls1_3"):
                with self.subTest(key=key, version=version):
                    outcome = web_clients.handshake(exporter, "-CAfile",
                                                    self.authority.certificate, version)
                    self.assertEqual((outcome.verification, outcome.signature),
                                     ("OK", signature), outcome.text)
            answer = web_clients.curl(exporter, *self.trust())
            self.assertEqual(answer.status, 200, answer.error)
            self.assertIn("sockdiag_sockets{", answer.body)

    def test_an_intermediate_is_sent_along(self):
        middle = certificates.Authority(self.folder, "middle", parent=self.authority)
        exporter = self.start(self.tls(server=middle.issue("server")))
        answer = web_clients.curl(exporter, *self.trust())
        self.assertEqual(answer.status, 200, answer.error)

    def test_certificate_and_key_in_place(self):
        texts = (("cert", self.server.certificate), ("key", self.server.key))
        lines = [f"  {key}: |\n    " + certificates.read(path).strip().replace("\n", "\n    ")
                 for key, path in texts]
        exporter = self.start("\n".join(["tls_server_config:", *lines, ""]))
        self.assertEqual(web_clients.curl(exporter, *self.trust()).status, 200)

    def test_clients_that_do_not_trust_it_go_away(self):
        answer = web_clients.curl(self.start(self.tls()))
        self.assertEqual(answer.status, 0)
        self.assertIn("certificate", answer.error)


class CryptographyTest(web_clients.WebCase):
    """Cipher suites and curves are those that are configured, in their order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rsa = cls.authority.issue("rsa", key="rsa")

    def _start(self, *lines):
        return self.start(self.tls(*lines, server=self.rsa))

    def _cipher(self, exporter, offer):
        return web_clients.handshake(exporter, "-tls1_2", "-cipher", offer).cipher

    def test_only_the_cipher_suites_of_the_list(self):
        exporter = self._start(f"cipher_suites: [{AES256}]")
        aes256 = "ECDHE-RSA-AES256-GCM-SHA384"
        self.assertEqual(self._cipher(exporter, "ALL"), aes256)
        self.assertEqual(self._cipher(exporter, aes256), aes256)
        for other in ("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-CHACHA20-POLY1305"):
            self.assertEqual(self._cipher(exporter, other), "")
        self.assertEqual(web_clients.handshake(exporter, "-tls1_3").version, "TLSv1.3",
                         "the list is for TLS 1.2 and before")

    def test_whose_preference_counts(self):
        offer = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305"
        suites = f"cipher_suites: [{CHACHA20}, {AES128}]"
        for line, chosen in (("prefer_server_cipher_suites: true", "ECDHE-RSA-CHACHA20-POLY1305"),
                             ("prefer_server_cipher_suites: false", "ECDHE-RSA-AES128-GCM-SHA256")):
            self.assertEqual(self._cipher(self._start(suites, line), offer), chosen, line)

    def test_no_key_exchange_without_forward_secrecy(self):
        exporter = self._start()
        self.assertEqual(self._cipher(exporter, "AES128-GCM-SHA256:AES256-GCM-SHA384"), "")

    def test_only_the_curves_of_the_list(self):
        exporter = self._start("curve_preferences: [CurveP384, CurveP521]")
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version=version):
                agreed = web_clients.handshake(exporter, version, "-groups", "X25519:P-384")
                self.assertEqual(agreed.group, "secp384r1", agreed.text)
                refused = web_clients.handshake(exporter, version, "-groups", "X25519:P-256")
                self.assertEqual(refused.version, "", refused.text)

    def test_one_round_trip(self):
        """A client of TLS 1.3 guesses a curve; to guess anew would take another one."""
        outcome = web_clients.handshake(self._start(), "-tls1_3", "-msg")
        self.assertEqual(outcome.group, "X25519", outcome.text)
        self.assertEqual(outcome.text.count("ClientHello"), 1)

    def test_the_first_curve_of_the_list_is_preferred(self):
        exporter = self._start("curve_preferences: [CurveP521, X25519]")
        outcome = web_clients.handshake(exporter, "-tls1_2", "-groups", "X25519:P-521")
        self.assertEqual(outcome.group, "secp521r1", outcome.text)


class OtherClientsTest(web_clients.WebCase):
    """Clients that speak no TLS, or nothing at all, are nobody's trouble but their own."""

    def setUp(self):
        super().setUp()
        self.exporter = self.start(self.tls())
        host, _, port = self.exporter.addresses()[0].rpartition(":")
        self.address = (host, int(port))

    def _send(self, payload):
        """The seconds until the other side has ended the connection."""
        with socket.create_connection(self.address, support.DEADLINE_S) as client:
            start = time.monotonic()
            client.sendall(payload)
            try:
                while client.recv(4096):
                    pass
            except ConnectionResetError:
                pass
            return time.monotonic() - start

    def _assert_serves(self):
        answer = web_clients.curl(self.exporter, *self.trust(), path="/-/healthy")
        self.assertEqual(answer.status, 200, answer.error)

    def test_plain_http_is_refused_at_once(self):
        """Not by the deadline of 5 s for a request; a busy machine may hold up one of them."""
        answer = web_clients.curl(self.exporter, scheme="http")
        self.assertEqual((answer.status, answer.body),
                         (400, "Client sent an HTTP request to an HTTPS server.\n"))
        request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
        self.assertLess(support.quickest(lambda: self._send(request), 2), 2)
        self._assert_serves()

    def test_noise_is_refused(self):
        for payload in (b"\x16\x03\x01\xff\xff" + b"x" * 2000, b"\0" * 4096, b"\x80\x01\x01"):
            self._send(payload)
            self._assert_serves()

    def test_silent_connections_hold_up_nobody(self):
        silent = [socket.create_connection(self.address) for _ in range(50)]
        self._assert_serves()
        for client in silent:
            client.close()

    def test_strangers_do_not_fill_the_log(self):
        for _ in range(30):
            self._send(b"GET / HTTP/1.1\r\n\r\n")
            self._send(b"\0" * 64)
        self._assert_serves()
        self.assertEqual([line["msg"] for line in self.exporter.logged(level="warn")],
                         ["refused the client 127.0.0.1: it sent plain HTTP, and here is TLS"])
        self.assertEqual(self.exporter.logged(level="error"), [])


if __name__ == "__main__":
    support.main()
