"""curl and openssl s_client as clients of an exporter that has a web configuration."""

import base64
import email.parser
import os
import re
import subprocess
import tempfile
import typing
import warnings

import certificates
import support

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    try:
        import crypt
    except ImportError:
        crypt = None

# Whoever asks for an old version of TLS has to allow its hashes, too.
WITH_OLD_HASHES = ("-cipher", "DEFAULT@SECLEVEL=0")
# The cheapest that bcrypt has: these tests are not about its cost.
_COST_AND_SALT = "04$abcdefghijklmnopqrstuu"


def bcrypt(password, prefix="2y"):
    """As `htpasswd -nbB` makes it with 2y; other programs write 2a and 2b."""
    if crypt is None:
        support.skip_unless_required("Python has no module crypt")
    return crypt.crypt(password, f"${prefix}${_COST_AND_SALT}")


def basic(user, password):
    """The request header."""
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


class CurlAnswer(typing.NamedTuple):
    """Status 0: no response, and `error` says why."""

    status: int
    headers: typing.Any
    body: str
    error: str


def curl(exporter, *flags, path="/metrics", scheme="https", number=0):
    """Asks one of the exporter's addresses."""
    host = exporter.addresses()[number]
    command = ["curl", "-q", "--silent", "--show-error", "--include", "--noproxy", "*",
               "--max-time", str(support.DEADLINE_S)]
    if host.startswith("unix:"):
        command += ["--unix-socket", host.removeprefix("unix:")]
        host = "localhost"
    result = subprocess.run([*command, *flags, f"{scheme}://{host}{path}"], text=True,
                            stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if result.returncode != 0:
        return CurlAnswer(0, None, "", f"{result.returncode} {result.stderr.strip()}")
    head, _, body = result.stdout.partition("\n\n")
    status_line, _, fields = head.partition("\n")
    headers = email.parser.HeaderParser().parsestr(fields)
    return CurlAnswer(int(status_line.split()[1]), headers, body, "")


class Handshake(typing.NamedTuple):
    """What s_client says of one; without `version` it failed, and `text` says why."""

    version: str
    cipher: str
    group: str
    signature: str
    verification: str
    text: str


def handshake(exporter, *flags):
    """Does one, and leaves."""
    command = ["openssl", "s_client", "-brief", "-connect", exporter.addresses()[0], *flags]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=support.DEADLINE_S, check=False)
    fields = dict(re.findall(r"^([A-Z][\w ]+): (.*)$", result.stderr, re.M))
    group = re.search(r"X25519|P-\d+|secp\d+r1", fields.get("Server Temp Key", ""))
    return Handshake(fields.get("Protocol version", ""), fields.get("Ciphersuite", ""),
                     group[0] if group else "", fields.get("Signature type", ""),
                     fields.get("Verification", ""), result.stderr + result.stdout)


def refusal_alert(exporter, *flags):
    """The number of the alert that ends a connection on which nothing but a handshake is sent: with
    a request on its way, the end of the connection can overtake the alert."""
    with subprocess.Popen(["openssl", "s_client", "-connect", exporter.addresses()[0], *flags],
                          stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
                          stderr=subprocess.PIPE) as client:
        text = client.stderr.read()
        client.stdin.close()
    alert = re.search(r"SSL alert number (\d+)", text)
    return int(alert[1]) if alert else text


class WebCase(support.TestCase):
    """With a folder for web configurations, and an authority that the tests of a class share."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory(prefix="sockdiag-e2e-")
        cls.addClassCleanup(folder.cleanup)
        cls.class_folder = folder.name
        cls.authority = certificates.Authority(cls.class_folder)
        cls.server = cls.authority.issue("server")

    def setUp(self):
        super().setUp()
        self.folder = support.temporary_folder(self)
        self.path = os.path.join(self.folder, "web.yaml")

    def trust(self):
        return "--cacert", self.authority.certificate

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)
        return self.path

    def tls(self, *lines, server=None):
        """The section, with a server's certificate and further lines."""
        server = server or self.server
        settings = [f"cert_file: {server.certificate}", f"key_file: {server.key}", *lines]
        return "tls_server_config:\n" + "".join(f"  {line}\n" for line in settings)

    def start(self, config, *flags, listen=("127.0.0.1:0",)):
        """The exporter with this web configuration."""
        return support.start_exporter(self, f"--web.config.file={self.write(config)}", *flags,
                                      listen=list(listen))
