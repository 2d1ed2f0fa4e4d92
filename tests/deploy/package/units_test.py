"""The systemd units: systemd understands every line, and the service is well locked up."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

SOURCE_DIR = pathlib.Path(os.environ["SOCKDIAG_SOURCE_DIR"])
UNITS = sorted(path for path in (SOURCE_DIR / "deploy/systemd").glob("*.s[eo]*") if path.is_file())
DROP_IN = SOURCE_DIR / "deploy/systemd/sockdiag_exporter.service.d/namespaces.conf"
MOST_EXPOSURE = 2.0


class UnitsTest(unittest.TestCase):
    """Copies of the units that name the exporter as it was built."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sockdiag-units-")
        self.addCleanup(folder.cleanup)
        self._folder = pathlib.Path(folder.name)
        manual = self._folder / "man"
        for page in (SOURCE_DIR / "docs").glob("*.[1-8]"):
            folder = manual / f"man{page.suffix[1:]}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / page.name).symlink_to(page)
        self._environment = {**os.environ, "MANPATH": str(manual), "SYSTEMD_COLORS": "0"}

    def _copy(self, **changes):
        """Where the copies are, each with `pattern=replacement` applied."""
        copies = []
        for unit in UNITS:
            text = unit.read_text(encoding="utf-8").replace("/usr/bin/sockdiag_exporter",
                                                            os.environ["SOCKDIAG_EXPORTER"])
            for old, new in changes.items():
                text = re.sub(rf"(?m)^{old}=.*$", f"{new}", text)
            copies.append(self._folder / unit.name)
            copies[-1].write_text(text, encoding="utf-8")
        return [str(copy) for copy in copies]

    def _analyze(self, *arguments):
        result = subprocess.run(["systemd-analyze", *arguments], check=False, text=True,
                                timeout=120, capture_output=True, env=self._environment)
        # Complaints about units of the machine that the test runs on are none of ours.
        text = result.stdout + result.stderr
        return result.returncode, [line for line in text.splitlines() if "sockdiag" in line]

    def test_there_are_a_service_and_a_socket(self):
        self.assertEqual([unit.suffix for unit in UNITS], [".service", ".socket"])

    def test_systemd_has_nothing_to_complain_about(self):
        self.assertEqual(self._analyze("verify", *self._copy()), (0, []))

    def test_the_drop_in_for_namespaces_opens_little_more(self):
        copies = self._copy()
        folder = pathlib.Path(copies[0] + ".d")
        folder.mkdir()
        (folder / DROP_IN.name).write_text(DROP_IN.read_text(encoding="utf-8"), encoding="utf-8")
        self.assertEqual(self._analyze("verify", *copies), (0, []))
        text = pathlib.Path(copies[0]).read_text(encoding="utf-8")
        pathlib.Path(copies[0]).write_text(text + DROP_IN.read_text(encoding="utf-8"),
                                           encoding="utf-8")
        status, lines = self._analyze("security", "--offline=yes", "--no-pager", "--threshold=25",
                                      copies[0])
        self.assertEqual(status, 0, lines)

    def test_a_mistake_would_be_found(self):
        for mistake in ({"WatchdogSec": "WatchdogSecs=1"}, {"ListenStream": ""}):
            self.assertNotEqual(self._analyze("verify", *self._copy(**mistake))[1], [], mistake)

    def test_the_service_is_locked_up(self):
        service, _ = self._copy()
        status, lines = self._analyze("security", "--offline=yes", "--no-pager",
                                      f"--threshold={MOST_EXPOSURE * 10:.0f}", service)
        self.assertEqual(status, 0, lines)
        exposure = re.search(r"exposure level for .*: ([0-9.]+)", lines[-1])
        self.assertLessEqual(float(exposure[1]), MOST_EXPOSURE)

    def test_without_the_locks_it_would_be_exposed(self):
        """The threshold is one that can be passed."""
        service, _ = self._copy(CapabilityBoundingSet="", SystemCallFilter="", ProtectSystem="")
        status, _ = self._analyze("security", "--offline=yes", "--no-pager",
                                  f"--threshold={MOST_EXPOSURE * 10:.0f}", service)
        self.assertNotEqual(status, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
