"""The manual pages: well formed, and complete beside the configuration and the command line."""

import os
import pathlib
import re
import subprocess
import unittest

SOURCE_DIR = pathlib.Path(os.environ["SOCKDIAG_SOURCE_DIR"])
PAGES = {section: SOURCE_DIR / f"docs/sockdiag_exporter.{section}" for section in (1, 5)}


def words(section):
    """A page's words in bold and in headings; a flag is one with its dashes."""
    lines = re.findall(r"(?m)^\.(?:B|BR|BI|SS) (.*)$", PAGES[section].read_text(encoding="utf-8"))
    return set(re.findall(r"[-\w.]*\w", " ".join(lines).replace("\\-", "-")))


def config_keys():
    """Every key of the shipped configuration, also those of its example, which is commented out."""
    text = (SOURCE_DIR / "config/sockdiag_exporter.yaml").read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^#? *(?:- )?([a-z_0-9]+):", text))


def web_keys():
    """Every key that the reader of the web configuration asks for."""
    text = "".join((SOURCE_DIR / "src/web" / name).read_text(encoding="utf-8")
                   for name in ("config_loader.cc", "tls_section.cc"))
    called = r'\b(?:section|Find|Read\w*)\(\s*(?:keys, )?"(\w+)"'
    pairs = re.findall(r'ReadPemSource\(keys, "(\w+)"', text)
    return set(re.findall(called, text)) | {f"{key}_file" for key in pairs}


class ManualTest(unittest.TestCase):
    """What is in docs/."""

    def test_pages_are_well_formed(self):
        for path in PAGES.values():
            result = subprocess.run(
                ["man", "--warnings=w", "--local-file", "-Tutf8", "-Z", str(path)], check=False,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60,
                env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
            self.assertEqual((result.returncode, result.stderr), (0, ""), path)

    def test_every_key_of_the_configuration_is_explained(self):
        keys = config_keys()
        self.assertTrue({"collectors", "kernel_limits", "services", "remote_networks", "fin_wait1",
                         "retention", "max_tracked_sockets"} <= keys, keys)
        self.assertEqual(keys - words(5), set())

    def test_every_key_of_the_web_configuration_is_explained(self):
        keys = web_keys()
        self.assertTrue({"tls_server_config", "cert", "cert_file", "client_ca_file", "max_version",
                         "http2", "burst", "basic_auth_users"} <= keys, keys)
        self.assertEqual(keys - words(5), set())

    def test_every_flag_is_explained(self):
        usage = subprocess.run([os.environ["SOCKDIAG_EXPORTER"], "--help"], check=True, text=True,
                               capture_output=True, timeout=60).stdout
        flags = set(re.findall(r"(?<!\S)--[a-z][-a-z.]*[a-z]", usage))
        self.assertIn("--web.listen-address", flags)
        self.assertEqual(flags - words(1), set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
