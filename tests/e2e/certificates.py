"""Certificate authorities, and what they issue, made with the openssl command while a test runs: a
key that lies in the repository is one that somebody uses one day, and a certificate there expires.
"""

import os
import secrets
import subprocess
import typing

import support

# Nothing of the machine's own configuration, which adds extensions.
_OPENSSL_CONFIG = "[req]\ndistinguished_name = name\n[name]\n"
_KEYS = {
    "ecdsa": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa": ["-newkey", "rsa:2048"],
    "ed25519": ["-newkey", "ed25519"],
}
SERVER_NAMES = ("DNS:localhost", "IP:127.0.0.1")


class Identity(typing.NamedTuple):
    """The paths of a certificate, in front of those that lead to its authority, and of its key."""

    certificate: str
    key: str

    def curl_flags(self):
        return "--cert", self.certificate, "--key", self.key

    def s_client_flags(self):
        return ("-cert", self.certificate, "-cert_chain", self.certificate, "-key", self.key)


def _openssl(*arguments, **options):
    result = subprocess.run(["openssl", *arguments], capture_output=True, check=False,
                            timeout=support.DEADLINE_S, **options)
    if result.returncode != 0:
        raise AssertionError(f"openssl {arguments}: {result.stderr.decode()}")
    return result.stdout


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


class Authority:
    """One that signs itself, or that another one has signed."""

    def __init__(self, folder, name="authority", parent=None):
        self._folder, self.name = folder, name
        self._config = os.path.join(folder, "openssl.cnf")
        with open(self._config, "w", encoding="ascii") as file:
            file.write(_OPENSSL_CONFIG)
        self._identity = self._make(name, "ecdsa", parent, 1, [
            "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"])
        self._chain = read(self.certificate) + parent._chain if parent else ""

    @property
    def certificate(self):
        """Its own."""
        return self._identity.certificate

    def issue(self, name, sans=SERVER_NAMES, key="ecdsa", purpose="serverAuth", days=1):
        """Its common name begins with the authority's. With -1 days it has expired. Without `sans`
        it has no subject alternative name."""
        extensions = ["basicConstraints=critical,CA:FALSE", f"extendedKeyUsage={purpose}"]
        if sans:
            extensions.append(f"subjectAltName={','.join(sans)}")
        issued = self._make(f"{self.name}-{name}", key, self, days, extensions)
        with open(issued.certificate, "a", encoding="ascii") as file:
            file.write(self._chain)
        return issued

    def issue_client(self, name, sans=(), **options):
        return self.issue(name, sans, purpose="clientAuth", **options)

    def _make(self, name, key, issuer, days, extensions):
        made = Identity(*(os.path.join(self._folder, f"{name}.{kind}") for kind in ("crt", "key")))
        request = ["req", "-new", "-config", self._config, *_KEYS[key], "-noenc",
                   "-subj", f"/CN={name}", "-keyout", made.key]
        for extension in extensions:
            request += ["-addext", extension]
        if issuer:
            sign = ["x509", "-req", "-copy_extensions", "copyall", "-days", str(days),
                    "-CA", issuer.certificate, "-CAkey", issuer._identity.key,
                    "-set_serial", str(secrets.randbits(64) + 1), "-out", made.certificate]
            _openssl(*sign, input=_openssl(*request))
        else:
            _openssl(*request, "-x509", "-days", str(days), "-out", made.certificate)
        return made
