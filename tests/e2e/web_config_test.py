"""--web.config.file as text: each key of the exporter-toolkit's format is known, and what is wrong
stops the start."""

import os
import re
import shutil

import certificates
import command_line_test
import support
import web_clients

HASH = "$2y$04$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e"
SUITE = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"

# docs/web-configuration.md of prometheus/exporter-toolkit: key, a right value, a wrong one. Of the
# certificates and keys in place, what is no PEM text.
TLS_KEYS = (
    ("cert", None, "x"), ("key", None, "x"), ("client_ca", None, "x"),
    ("cert_file", "server.crt", "[]"), ("key_file", "server.key", "{}"),
    ("client_ca_file", "client_ca.crt", '""'),
    ("client_auth_type", "RequireAndVerifyClientCert", "Perhaps"),
    ("client_allowed_sans", "[a.example.org]", "a.example.org"),
    ("min_version", "TLS12", "SSL30"), ("max_version", "TLS13", "TLS14"),
    ("cipher_suites", f"[{SUITE}]", SUITE),
    ("prefer_server_cipher_suites", "false", "perhaps"),
    ("curve_preferences", "[CurveP256, X25519]", "CurveP256"),
)
HEADER_KEYS = (
    ("Content-Security-Policy", "default-src 'none'", "[]"),
    ("X-Frame-Options", "sameorigin", "all"),
    ("X-Content-Type-Options", "nosniff", "sniff"), ("X-XSS-Protection", "1; mode=block", "{}"),
    ("Strict-Transport-Security", "max-age=1", "[]"),
)
OTHER_KEYS = (
    ("http_server_config", "http2", "true", "perhaps"),
    ("rate_limit", "interval", "1s", "1 second"), ("rate_limit", "burst", "20", "-1"),
    ("basic_auth_users", "alice", HASH, "secret"),
)
# What makes no sense without the other one.
NEEDED = {"interval": "  burst: 1\n", "burst": "  interval: 1s\n"}
# Drafts of the format and its neighbours have these; to ignore them would leave doors open.
UNKNOWN = (
    "basic_auth_excluded_paths: [/-/healthy]\n", "auth_excluded_paths: [/-/healthy]\n",
    "tls_config: {cert_file: server.crt, key_file: server.key}\n",
    "tls_server_config: {cert_file: server.crt, key_file: server.key, ca_file: x}\n",
    "tls_server_config: {cert_file: server.crt, key_file: server.key, insecure: true}\n",
    "http_server_config: {http3: true}\n", "http_server_config: {headers: {Server: x}}\n",
    "rate_limit: {interval: 1s, burst: 1, per_client: true}\n", "basic_auth_user: {a: b}\n",
)


class ConfigCase(web_clients.WebCase, command_line_test.ErrorCase):
    """With server.crt, server.key and client_ca.crt beside the web configuration."""

    def setUp(self):
        super().setUp()
        for source, name in ((self.server.certificate, "server.crt"),
                             (self.server.key, "server.key"),
                             (self.authority.certificate, "client_ca.crt")):
            shutil.copyfile(source, os.path.join(self.folder, name))

    def check(self, text, *flags):
        return support.run_exporter(f"--web.config.file={self.write(text)}", "--config.check",
                                    *flags)

    def assert_accepted(self, text):
        result = self.check(text)
        self.assertEqual((result.returncode, result.stdout, result.stderr),
                         (0, "OK\n", support.DEFAULTS_LINE), text)

    def assert_stops(self, text, *pieces):
        """With one line, also where nobody asked for a check only."""
        self.write(text)
        for action in ("--config.check", "--once", "--web.listen-address=127.0.0.1:0"):
            result = support.run_exporter(f"--web.config.file={self.path}", action)
            with self.subTest(text=text, action=action):
                self.assert_refused(result, 2, self.path, *pieces)


class KeysTest(ConfigCase):
    """Every key is honoured, as other tests here show, or refused by name."""

    FILES = {"cert_file": "server.crt", "key_file": "server.key"}

    def _tls(self, **settings):
        return "tls_server_config:\n" + "".join(f"  {key}: {value}\n"
                                                for key, value in settings.items())

    def _pem(self, name):
        with open(os.path.join(self.folder, name), encoding="ascii") as file:
            return "|\n    " + file.read().strip().replace("\n", "\n    ")

    def _assert_refused_at(self, text, key):
        """Where the key's value or the key itself begins."""
        lines = text.splitlines()
        row, = [number for number, line in enumerate(lines, 1)
                if line.strip().startswith(f"{key}:")]
        line = lines[row - 1]
        columns = {line.index(key) + 1, line.index(": ", line.index(key)) + 3}
        result = self.check(text)
        self.assert_refused(result, 2, key)
        found = re.match(rf"{re.escape(self.path)}:(\d+):(\d+): ", result.stderr)
        self.assertTrue(found, result.stderr)
        self.assertEqual(int(found[1]), row, result.stderr)
        self.assertIn(int(found[2]), columns, result.stderr)

    def test_all_keys_together(self):
        tls = self._tls(**{key: right for key, right, _ in TLS_KEYS if right})
        headers = "".join(f"    {key}: {right}\n" for key, right, _ in HEADER_KEYS)
        self.assert_accepted(f"{tls}http_server_config:\n  http2: true\n  headers:\n{headers}"
                             f"basic_auth_users:\n  alice: {HASH}\n"
                             "rate_limit:\n  interval: 1s\n  burst: 20\n")

    def test_keys_in_place_of_files(self):
        self.assert_accepted(self._tls(cert=self._pem("server.crt"), key=self._pem("server.key"),
                                       client_ca=self._pem("client_ca.crt"),
                                       client_auth_type="RequireAndVerifyClientCert"))

    def test_wrong_values_are_refused_by_name_and_place(self):
        for key, _, wrong in TLS_KEYS:
            settings = {**self.FILES, key: wrong}
            settings.pop(f"{key}_file", None)
            with self.subTest(key=key):
                self._assert_refused_at(self._tls(**settings), key)
        for section, key, right, wrong in OTHER_KEYS:
            with self.subTest(key=key):
                more = NEEDED.get(key, "")
                self.assert_accepted(f"{section}:\n  {key}: {right}\n{more}")
                self._assert_refused_at(f"{section}:\n  {key}: {wrong}\n{more}", key)
        for key, right, wrong in HEADER_KEYS:
            with self.subTest(key=key):
                section = "http_server_config:\n  headers:\n    "
                self.assert_accepted(f"{section}{key}: {right}\n")
                self._assert_refused_at(f"{section}{key}: {wrong}\n", key)

    def test_unknown_keys_are_refused(self):
        for text in UNKNOWN:
            self.assert_stops(text, "unknown key", self.path + ":1:")


class RefusalsTest(ConfigCase):
    """What is wrong is said once, with the file, before anything listens."""

    TLS = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n"

    def test_texts(self):
        cases = {
            "tls_server_config: [\n": ":1:21: ",
            "basic_auth_users:\n  alice: secret\n": ":2:10: basic_auth_users",
            "rate_limit: {}\nrate_limit: {}\n": ":2:1: ",
            "tls_server_config:\n  cert_file: server.crt\n": ":2:3: tls_server_config: key_file",
            f"{self.TLS}  client_ca_file: client_ca.crt\n": ":4:19: ",
            f"{self.TLS}  client_allowed_sans: [a]\n": ":4:24: ",
            f"{self.TLS}  min_version: TLS13\n  max_version: TLS12\n": ":5:16: ",
        }
        for text, place in cases.items():
            self.assert_stops(text, self.path + place)

    def test_files_that_are_named(self):
        other = self.authority.issue("other")
        cases = {
            "tls_server_config: {cert_file: gone.crt, key_file: server.key}\n":
                ("tls_server_config.cert_file", "gone.crt", "No such file"),
            "tls_server_config: {cert_file: server.crt, key_file: gone.key}\n":
                ("tls_server_config.key_file", "gone.key", "No such file"),
            "tls_server_config: {cert_file: server.key, key_file: server.key}\n":
                ("tls_server_config.cert_file", f"{self.folder}/server.key"),
            "tls_server_config: {cert_file: server.crt, key_file: server.crt}\n":
                ("tls_server_config.key_file", f"{self.folder}/server.crt"),
            f"tls_server_config: {{cert_file: server.crt, key_file: {other.key}}}\n":
                ("tls_server_config.key_file", other.key, "not the key"),
            f"{self.TLS}  client_auth_type: RequestClientCert\n  client_ca_file: server.key\n":
                ("tls_server_config.client_ca_file", f"{self.folder}/server.key"),
            f"{self.TLS}  cipher_suites: [TLS_NULL]\n":
                ("tls_server_config.cipher_suites", "TLS_NULL"),
            f"{self.TLS}  curve_preferences: [P1]\n":
                ("tls_server_config.curve_preferences", "P1"),
        }
        for text, pieces in cases.items():
            self.assert_stops(text, *pieces)

    def test_missing_file(self):
        for action in ("--config.check", "--web.listen-address=127.0.0.1:0"):
            result = support.run_exporter("--web.config.file=/nowhere/web.yaml", action)
            self.assert_refused(result, 2, "/nowhere/web.yaml", "No such file")

    def test_no_secret_is_repeated(self):
        key = certificates.read(self.server.key).splitlines()[1]
        tls = "tls_server_config:\n  cert_file: server.crt\n"
        for text in ("basic_auth_users:\n  alice: hunter2\n", "basic_auth_users: hunter2\n",
                     "basic_auth_users: [alice, hunter2]\n",
                     "basic_auth_users:\n  alice:hunter2: x\n",
                     f"{tls}  key: {key}hunter2\n", f"{tls}  key_file: [{key}, hunter2]\n"):
            result = self.check(text)
            self.assertEqual(result.returncode, 2, text)
            self.assertNotIn("hunter2", result.stderr)
            self.assertNotIn(key, result.stderr)


class EmptyTest(ConfigCase):
    """No settings are no protection, as in the toolkit."""

    def test_nothing_is_plain_http_for_everybody(self):
        for text in ("", "# nothing\n", "tls_server_config:\n", "tls_server_config: {}\n"):
            with self.subTest(text=text):
                self.assert_accepted(text)
                exporter = self.start(text)
                self.assertEqual(web_clients.curl(exporter, scheme="http").status, 200)


@support.release_only
class ReadmeTest(ConfigCase):
    """The README's example does what it promises."""

    def test_the_example(self):
        with open(os.path.join(support.SOURCE_DIR, "README.md"), encoding="utf-8") as file:
            example, = re.findall(r"```yaml\n(tls_server_config:.*?)```", file.read(), re.S)
        example = example.replace("$2y$10$...", web_clients.bcrypt("secret"))
        for source, name in ((self.server.certificate, "exporter.crt"),
                             (self.server.key, "exporter.key"),
                             (self.authority.certificate, "monitoring-ca.crt")):
            shutil.copyfile(source, os.path.join(self.folder, name))
        self.assert_accepted(example)
        exporter = self.start(example)
        client = self.authority.issue_client("client", sans=["DNS:prometheus.example.org"])
        user = ("--user", "prometheus:secret")
        for flags, status in (((*client.curl_flags(), *user), 200), (client.curl_flags(), 401),
                              (user, 0)):
            answer = web_clients.curl(exporter, *self.trust(), *flags)
            self.assertEqual(answer.status, status, flags)


if __name__ == "__main__":
    support.main()
