"""--web.config.file: which clients may connect by their certificates, as Go's crypto/tls has it."""

import certificates
import support
import web_clients

# Of RFC 8446, section 6.
BAD_CERTIFICATE, CERTIFICATE_EXPIRED, UNKNOWN_CA, CERTIFICATE_REQUIRED = 42, 45, 48, 116

EVERYBODY = {"none", "right", "chain", "stranger", "expired", "server"}
TRUSTED = {"right", "chain"}
# What crypto/tls.ClientAuthType says: who is let in.
CLIENT_AUTH_TYPES = {
    "NoClientCert": EVERYBODY,
    "RequestClientCert": EVERYBODY,
    "RequireAnyClientCert": EVERYBODY - {"none"},
    "RequireClientCert": EVERYBODY - {"none"},  # its name in older files
    "VerifyClientCertIfGiven": TRUSTED | {"none"},
    "RequireAndVerifyClientCert": TRUSTED,
}
ALERTS = {"none": CERTIFICATE_REQUIRED, "stranger": UNKNOWN_CA, "expired": CERTIFICATE_EXPIRED,
          "server": BAD_CERTIFICATE}


class ClientAuthTest(web_clients.WebCase):
    """client_auth_type."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        strangers = certificates.Authority(cls.class_folder, "strangers")
        middle = certificates.Authority(cls.class_folder, "middle", parent=cls.authority)
        cls.clients = {
            "none": None,
            "right": cls.authority.issue_client("right"),
            "chain": middle.issue_client("chain"),
            "stranger": strangers.issue_client("stranger"),
            "expired": cls.authority.issue_client("expired", days=-1),
            "server": cls.server,  # its purpose is another one
        }

    def _start(self, auth, *lines):
        if auth != "NoClientCert":
            lines += (f"client_ca_file: {self.authority.certificate}",)
        return self.start(self.tls(f"client_auth_type: {auth}", *lines))

    def _admitted(self, exporter, *flags):
        """By name, those who get an answer."""
        admitted = set()
        for name, client in self.clients.items():
            certificate = client.curl_flags() if client else ()
            answer = web_clients.curl(exporter, *self.trust(), *certificate, *flags)
            self.assertIn(answer.status, (0, 200), name)
            if answer.status == 200:
                admitted.add(name)
        return admitted

    def test_who_is_let_in(self):
        for auth, admitted in CLIENT_AUTH_TYPES.items():
            exporter = self._start(auth)
            for flags in (("--tls-max", "1.2"), ("--tlsv1.3",)):
                with self.subTest(auth=auth, flags=flags):
                    self.assertEqual(self._admitted(exporter, *flags), admitted)

    def test_everybody_by_default(self):
        self.assertEqual(self._admitted(self.start(self.tls())), EVERYBODY)

    def test_others_are_told_why(self):
        exporter = self._start("RequireAndVerifyClientCert")
        for name, alert in ALERTS.items():
            client = self.clients[name]
            flags = client.s_client_flags() if client else ()
            self.assertEqual(web_clients.refusal_alert(exporter, *flags), alert, name)
        flags = ("-tls1_2",)  # has no alert of its own for this
        self.assertEqual(web_clients.refusal_alert(exporter, *flags), BAD_CERTIFICATE)

    def test_the_operator_is_told_why(self):
        exporter = self._start("RequireAndVerifyClientCert")
        self.assertEqual(self._admitted(exporter), TRUSTED)
        support.wait_until(lambda: len(exporter.logged(level="warn")) >= len(EVERYBODY - TRUSTED),
                           "all refusals")
        refusals = [line["msg"] for line in exporter.logged(level="warn")]
        self.assertEqual(len(refusals), len(EVERYBODY - TRUSTED), refusals)
        for refusal in refusals:
            self.assertRegex(refusal, r"^refused the TLS client 127\.0\.0\.1: ")
        self.assertEqual(len([text for text in refusals if "sent no certificate" in text]), 1)
        self.assertEqual(len([text for text in refusals if "expired" in text]), 1)

    def test_authorities_in_place(self):
        text = certificates.read(self.authority.certificate).strip().replace("\n", "\n    ")
        exporter = self.start(self.tls("client_auth_type: RequireAndVerifyClientCert",
                                       f"client_ca: |\n    {text}"))
        self.assertEqual(self._admitted(exporter), TRUSTED)

    def test_on_a_unix_socket(self):
        config = self.tls("client_auth_type: RequireAndVerifyClientCert",
                          f"client_ca_file: {self.authority.certificate}")
        exporter = self.start(config, listen=[f"unix:{self.folder}/web.socket"])
        self.assertEqual(self._admitted(exporter), TRUSTED)


class AllowedSansTest(web_clients.WebCase):
    """client_allowed_sans: whole names, of the four kinds that Go compares."""

    ALLOWED = ("prometheus.example.org", "192.0.2.7", "2001:db8::7", "ops@example.org",
               "spiffe://example.org/prometheus")
    RIGHT = ("DNS:prometheus.example.org", "IP:192.0.2.7", "IP:2001:db8:0:0::7",
             "email:ops@example.org", "URI:spiffe://example.org/prometheus",
             "DNS:other.example.org,DNS:prometheus.example.org")
    WRONG = ("DNS:prometheus.example.org.evil.org", "DNS:*.example.org", "DNS:example.org",
             "IP:192.0.2.70", "IP:2001:db8::70", "email:eve@example.org",
             "URI:spiffe://example.org/prometheus/eve", "")

    def _statuses(self, exporter, authority, sans):
        """{names: the response's status, 0 without one}"""
        statuses = {}
        for number, names in enumerate(sans):
            client = authority.issue_client(f"client{number}", sans=[names] if names else ())
            answer = web_clients.curl(exporter, *self.trust(), *client.curl_flags())
            statuses[names] = answer.status
        return statuses

    def _start(self, auth):
        return self.start(self.tls(f"client_auth_type: {auth}",
                                   f"client_ca_file: {self.authority.certificate}",
                                   f"client_allowed_sans: {list(self.ALLOWED)}"))

    def test_which_names_are_let_in(self):
        exporter = self._start("RequireAndVerifyClientCert")
        statuses = self._statuses(exporter, self.authority, self.RIGHT + self.WRONG)
        self.assertEqual(statuses, {**dict.fromkeys(self.RIGHT, 200),
                                    **dict.fromkeys(self.WRONG, 0)})

    def test_a_common_name_is_no_alternative_name(self):
        client = self.authority.issue_client("client")
        exporter = self.start(self.tls("client_auth_type: RequireAndVerifyClientCert",
                                       f"client_ca_file: {self.authority.certificate}",
                                       f"client_allowed_sans: [{self.authority.name}-client]"))
        answer = web_clients.curl(exporter, *self.trust(), *client.curl_flags())
        self.assertEqual(answer.status, 0)

    def test_a_right_name_from_a_stranger(self):
        """Verified only where the type says so."""
        strangers = certificates.Authority(self.folder, "strangers")
        for auth, status in (("RequireAndVerifyClientCert", 0), ("RequireAnyClientCert", 200)):
            statuses = self._statuses(self._start(auth), strangers, self.RIGHT[:1])
            self.assertEqual(statuses, {self.RIGHT[0]: status}, auth)

    def test_no_certificate_at_all(self):
        for auth in ("RequireAndVerifyClientCert", "RequireAnyClientCert"):
            answer = web_clients.curl(self._start(auth), *self.trust())
            self.assertEqual(answer.status, 0, auth)


if __name__ == "__main__":
    support.main()
