"""The Debian package, made from the build folder: what is in it, and what lintian says."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

BUILD_DIR = pathlib.Path(os.environ["SOCKDIAG_BUILD_DIR"])
SOURCE_DIR = pathlib.Path(os.environ["SOCKDIAG_SOURCE_DIR"])
EPOCH = "1700000000"

EXPECTED = {
    "/etc/default/sockdiag_exporter": "-rw-r--r--",
    "/etc/sockdiag_exporter/sockdiag_exporter.yaml": "-rw-r--r--",
    "/usr/bin/sockdiag_exporter": "-rwxr-xr-x",
    "/usr/lib/systemd/system/sockdiag_exporter.service": "-rw-r--r--",
    "/usr/lib/systemd/system/sockdiag_exporter.socket": "-rw-r--r--",
    "/usr/share/doc/sockdiag-exporter/changelog.Debian.gz": "-rw-r--r--",
    "/usr/share/doc/sockdiag-exporter/changelog.gz": "-rw-r--r--",
    "/usr/share/doc/sockdiag-exporter/copyright": "-rw-r--r--",
    "/usr/share/doc/sockdiag-exporter/examples/namespaces.conf": "-rw-r--r--",
    "/usr/share/man/man1/sockdiag_exporter.1.gz": "-rw-r--r--",
    "/usr/share/man/man5/sockdiag_exporter.5.gz": "-rw-r--r--",
    "/usr/share/man/man7/sockdiag_exporter-netstat.7.gz": "-rw-r--r--",
}


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=250,
                          **options).stdout


def pack(folder):
    """Where a package is that was made in this folder."""
    run("cpack", "-G", "DEB", "--config", BUILD_DIR / "CPackConfig.cmake", "-B", folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH}, umask=0o022)
    package, = pathlib.Path(folder).glob("*.deb")
    return package


class ContentsTest(unittest.TestCase):
    """One package for all."""

    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.mkdtemp(prefix="sockdiag-package-")
        cls.addClassCleanup(shutil.rmtree, cls._folder)
        cls._package = pack(os.path.join(cls._folder, "one"))

    def _field(self, name):
        return run("dpkg-deb", "-f", self._package, name).strip()

    def test_holds_these_files_and_no_other(self):
        files = {}
        for line in run("dpkg-deb", "-c", self._package).splitlines():
            mode, owner, _, _, _, path = line.split()
            self.assertEqual(owner, "root/root", line)
            if mode.startswith("d"):
                self.assertEqual(mode, "drwxr-xr-x", line)
            else:
                files[path.removeprefix(".")] = mode
        self.assertEqual(files, EXPECTED)

    def test_what_is_in_etc_is_configuration(self):
        conffiles = run("dpkg-deb", "-I", self._package, "conffiles").splitlines()
        self.assertEqual(sorted(conffiles), [path for path in EXPECTED if path.startswith("/etc/")])

    def test_says_what_it_is(self):
        self.assertEqual(self._field("Package"), "sockdiag-exporter")
        self.assertEqual(self._field("Section"), "net")
        version = re.search(r"project\(sockdiag_exporter VERSION ([0-9.]+)",
                            (SOURCE_DIR / "CMakeLists.txt").read_text(encoding="utf-8"))[1]
        self.assertEqual(self._field("Version"), f"{version}-1")
        self.assertRegex(self._field("Depends"), r"libmicrohttpd12 \(>= .*libyaml-cpp0\.7")

    def test_the_binary_is_stripped(self):
        tree = os.path.join(self._folder, "tree")
        run("dpkg-deb", "-x", self._package, tree)
        sections = run("readelf", "-SW", os.path.join(tree, "usr/bin/sockdiag_exporter"))
        self.assertIn(".text", sections)
        self.assertNotIn(".debug_info", sections)
        self.assertNotIn(".symtab", sections)

    def test_the_same_again_has_the_same_bytes(self):
        """Later, and in another folder."""
        again = pack(os.path.join(self._folder, "two"))
        self.assertTrue(again.read_bytes() == self._package.read_bytes())

    @unittest.skipUnless(shutil.which("lintian"), "lintian is not installed")
    def test_lintian_finds_no_error(self):
        run("lintian", "--allow-root", "--fail-on", "error", self._package)


if __name__ == "__main__":
    unittest.main(verbosity=2)
