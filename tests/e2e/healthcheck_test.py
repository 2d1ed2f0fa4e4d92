"""--healthcheck: the exporter as the health check of its own container, without shell or curl."""

import signal
import socket
import subprocess

import support

# bcrypt of "secret" at the least cost.
_HASH = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"


def check(address, *flags):
    return support.run_exporter("--healthcheck", f"--web.listen-address={address}", *flags)


def make_certificate(test):
    """A web configuration that asks for TLS and for a client's certificate."""
    folder = support.temporary_folder(test)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=test", "-days", "2",
                    "-keyout", f"{folder}/key.pem", "-out", f"{folder}/certificate.pem"],
                   check=True, capture_output=True, timeout=support.DEADLINE_S)
    return (f"tls_server_config:\n  cert_file: {folder}/certificate.pem\n"
            f"  key_file: {folder}/key.pem\n")


class HealthcheckTest(support.TestCase):
    """What it says of an exporter that lives, and of none."""

    def assert_healthy(self, result):
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "healthy\n", ""))

    def assert_not_healthy(self, result, *pieces):
        self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        for piece in ("not healthy: ", *pieces):
            self.assertIn(piece, result.stderr)

    def start_with_web_config(self, text):
        """The exporter, and the flags that its check gets."""
        path = support.temporary_file(self, text, "web.yaml")
        flag = f"--web.config.file={path}"
        return support.start_exporter(self, flag), flag, path

    def test_an_exporter_on_any_kind_of_address(self):
        folder = support.temporary_folder(self)
        for address in ("127.0.0.1:10301", ":10302", "0.0.0.0:10303", f"unix:{folder}/socket"):
            with self.subTest(address=address):
                support.start_exporter(self, listen=[address])
                self.assert_healthy(check(address))

    def test_the_default_address(self):
        self.assert_not_healthy(support.run_exporter("--healthcheck"), ":10204", "refused")
        support.start_exporter(self, listen=[":10204"])
        self.assert_healthy(support.run_exporter("--healthcheck"))

    def test_flags_of_the_exporter_do_not_disturb(self):
        """A container's check may repeat them all; the configuration need not be good by then."""
        address = "127.0.0.1:10301"
        support.start_exporter(self, listen=[address])
        self.assert_healthy(check(address, "--config.file=/nowhere/config.yaml",
                                  "--web.listen-address=127.0.0.1:1", "--log.level=debug"))

    def test_nobody_listens(self):
        folder = support.temporary_folder(self)
        self.assert_not_healthy(check("127.0.0.1:10301"), "127.0.0.1:10301", "refused")
        self.assert_not_healthy(check(f"unix:{folder}/none"), f"unix:{folder}/none", "No such file")

    def test_an_exporter_that_hangs(self):
        """The kernel still takes connections for it."""
        exporter = support.start_exporter(self)
        exporter.process.send_signal(signal.SIGSTOP)
        try:
            for flags in ((), ("--web.config.file=/nowhere",)):
                self.assert_not_healthy(check(exporter.addresses()[0], *flags), "no answer within")
        finally:
            exporter.process.send_signal(signal.SIGCONT)

    def test_somebody_else_on_the_port(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            other.settimeout(support.DEADLINE_S)
            port = other.getsockname()[1]
            process = subprocess.Popen(
                [support.EXPORTER, "--healthcheck", f"--web.listen-address=127.0.0.1:{port}"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            connection, _ = other.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")
            _, errors = process.communicate(timeout=support.DEADLINE_S)
        self.assertEqual(process.returncode, 1)
        self.assertIn("/-/healthy was answered with 404", errors)

    def test_an_exporter_that_asks_for_a_password(self):
        exporter, flag, _ = self.start_with_web_config(
            f"basic_auth_users:\n  prometheus: {_HASH}\n")
        self.assertEqual(exporter.get("/-/healthy").status, 401)
        self.assert_healthy(check(exporter.addresses()[0], flag))
        self.assert_healthy(check(exporter.addresses()[0]))

    def test_an_exporter_that_speaks_tls(self):
        """Also when its web configuration is broken by now: the last good one is in force."""
        exporter, flag, path = self.start_with_web_config(make_certificate(self))
        self.assert_healthy(check(exporter.addresses()[0], flag))
        with open(path, "w", encoding="utf-8") as file:
            file.write("broken: [")
        self.assert_healthy(check(exporter.addresses()[0], flag))
        self.assert_not_healthy(check(exporter.addresses()[0]), "400", "--web.config.file")

    def test_an_exporter_that_asks_for_a_certificate(self):
        config = make_certificate(self)
        authority = config.splitlines()[1].replace("cert_file", "client_ca_file")
        for version in ("TLS13", "TLS12"):
            with self.subTest(version=version):
                exporter, flag, _ = self.start_with_web_config(
                    f"{config}{authority}\n  client_auth_type: RequireAndVerifyClientCert\n"
                    f"  max_version: {version}\n")
                self.assert_healthy(check(exporter.addresses()[0], flag))

    def test_it_goes_with_no_other_action(self):
        for other in ("--once", "--config.check", "--web.systemd-socket"):
            result = support.run_exporter("--healthcheck", other)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn(other, result.stderr)


if __name__ == "__main__":
    support.main()
