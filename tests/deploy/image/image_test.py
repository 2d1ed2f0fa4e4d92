"""The container image: what it holds, and that it runs as a container runtime would run it, as
process 1 of a network namespace of its own. scripts/test_image.sh builds it and runs this."""

import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(os.environ["SOCKDIAG_IMAGE_ROOT"])
INSPECT = pathlib.Path(os.environ["SOCKDIAG_IMAGE_INSPECT"])
REVISION = os.environ["SOCKDIAG_IMAGE_REVISION"]
RUN_IN_ROOT = str(pathlib.Path(__file__).with_name("run_in_root.py"))

DEADLINE_S = 60.0
MOST_BYTES = 32 << 20


def load_image():
    return json.loads(INSPECT.read_text(encoding="utf-8"))[0]


def in_root(config, command):
    """The command line that runs a command in the image as its user."""
    return [sys.executable, "-B", RUN_IN_ROOT, str(ROOT), *config["User"].split(":"), *command]


def in_new_namespaces(command):
    return ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", *command]


def run(command):
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


def files_in_image():
    """Without what a runtime mounts."""
    return [path for path in ROOT.rglob("*") if path.is_file() and not path.is_symlink()]


class ContentTest(unittest.TestCase):
    """What is in it, and what it says of itself."""

    def test_its_configuration(self):
        config = load_image()["Config"]
        self.assertRegex(config["User"], r"^[1-9][0-9]*:[1-9][0-9]*$")
        self.assertEqual(config["Entrypoint"], ["/usr/bin/sockdiag_exporter"])
        self.assertEqual(list(config["ExposedPorts"]), ["10204/tcp"])
        self.assertEqual(config["StopSignal"], "SIGTERM")
        self.assertEqual(config["Labels"]["org.opencontainers.image.revision"], REVISION)

    def test_nothing_runs_but_the_exporter(self):
        programs = [str(path.relative_to(ROOT)) for path in files_in_image()
                    if path.stat().st_mode & 0o111 and not re.search(r"\.so(\.|$)", path.name)]
        self.assertEqual(programs, ["usr/bin/sockdiag_exporter"])

    def test_no_file_gives_privileges_or_is_open_to_all(self):
        for path in files_in_image():
            mode = path.stat().st_mode
            self.assertFalse(mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IWOTH), path)
            self.assertTrue(mode & stat.S_IROTH, path)

    def test_each_package_is_recorded_with_its_copyright(self):
        packages = {path.name for path in (ROOT / "var/lib/dpkg/status.d").iterdir()}
        self.assertLessEqual({"libc6", "libmicrohttpd12", "libgnutls30", "netbase"}, packages)
        for package in packages:
            self.assertTrue((ROOT / f"usr/share/doc/{package}/copyright").is_file(), package)

    def test_it_is_small(self):
        size = load_image()["Size"]
        print(f"\nimage: {size / 1e6:.1f} MB")
        self.assertLess(size, MOST_BYTES)


class RunTest(unittest.TestCase):
    """The image's own entry point, arguments, user and health check."""

    def setUp(self):
        self.config = load_image()["Config"]
        self.check = load_image()["Healthcheck"]
        command = self.config["Entrypoint"] + self.config["Cmd"]
        self.process = subprocess.Popen(in_new_namespaces(in_root(self.config, command)),
                                        stderr=subprocess.PIPE, text=True)
        self.addCleanup(self._end)
        self._wait_until_healthy()

    def _end(self):
        if self.process.poll() is None:
            self.process.kill()  # --kill-child takes the exporter along.
            self.process.communicate(timeout=DEADLINE_S)

    def _exporter(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        child, = children.read_text(encoding="ascii").split()
        return child

    def _enter(self, command, *namespaces):
        return run(["nsenter", "--target", self._exporter(), *namespaces, *command])

    def _check_health(self):
        self.assertEqual(self.check["Test"][0], "CMD")
        return self._enter(in_root(self.config, self.check["Test"][1:]),
                           "--net", "--mount", "--pid")

    def _wait_until_healthy(self):
        end = time.monotonic() + DEADLINE_S
        while True:
            self.assertIsNone(self.process.poll(), "it ended")
            try:
                result = self._check_health()
            except ValueError:  # Not forked yet.
                result = None
            if result and result.returncode == 0:
                self.assertEqual((result.stdout, result.stderr), ("healthy\n", ""))
                return
            self.assertLess(time.monotonic(), end, result)
            time.sleep(0.1)

    def _scrape(self):
        result = self._enter(["curl", "-sSf", "http://127.0.0.1:10204/metrics"], "--net")
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_it_serves_the_sockets_of_its_namespace(self):
        text = self._scrape()
        self.assertIn(f'revision="{REVISION}"', text)
        successes = re.findall(r"^sockdiag_collector_success\{.*\} (.*)$", text, re.MULTILINE)
        self.assertEqual(successes, ["1"] * 3)
        self.assertIn('sockdiag_sockets{protocol="tcp",family="ipv6",state="listen"} 1\n', text)

    def test_it_has_no_privileges(self):
        status = pathlib.Path(f"/proc/{self._exporter()}/status").read_text(encoding="ascii")
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        user, group = self.config["User"].split(":")
        self.assertEqual(fields["Uid"].split(), [user] * 4)
        self.assertEqual(fields["Gid"].split(), [group] * 4)
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(fields[name], 16), 0, name)

    def test_it_ends_when_told_to_and_complains_of_nothing(self):
        self._scrape()
        os.kill(int(self._exporter()), signal.Signals[self.config["StopSignal"]])
        _, log = self.process.communicate(timeout=DEADLINE_S)
        self.assertEqual(self.process.returncode, 0, log)
        levels = set(re.findall(r" level=([a-z]+) ", log))
        self.assertEqual(levels, {"info"}, log)

    def test_the_health_check_fails_where_nobody_serves(self):
        result = run(in_new_namespaces(in_root(self.config, self.check["Test"][1:])))
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("not healthy: ", result.stderr)

    def test_a_wrong_flag_is_refused(self):
        result = run(in_new_namespaces(in_root(self.config, self.config["Entrypoint"] + ["--no"])))
        self.assertEqual(result.returncode, 2, result.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
