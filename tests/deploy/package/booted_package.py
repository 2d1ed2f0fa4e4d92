"""What systemd and dpkg make of the Debian package in a booted Debian: scripts/test_package.sh.

Each check says what it proves in one line. They run in this order, each from the state of an
ordinary installation, to which it returns.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import owners_in_units
from machine import ADDRESS, Machine, expect, run, wait_until

UNIT = "sockdiag_exporter.service"
SOCKET = "sockdiag_exporter.socket"
CONFIG = "/etc/sockdiag_exporter/sockdiag_exporter.yaml"
DEFAULTS = "/etc/default/sockdiag_exporter"
DROP_IN = f"/etc/systemd/system/{UNIT}.d/test.conf"
EXAMPLE = "/usr/share/doc/sockdiag-exporter/examples/namespaces.conf"
URL = f"http://{ADDRESS}:10204/metrics"
PACKAGE = "sockdiag-exporter"

# Where the packages are inside, and their names there.
PACKAGES = "/packages"
THIS, HIGHER = "this.deb", "higher.deb"

RULE = "services: [{name: %s, direction: inbound, ports: [10204]}]\n"


class Checks:
    """Methods named check_* are run in the order in which they are written."""

    def __init__(self, machine, package, faults):
        self.machine, self._faults = machine, faults
        self._config = self._defaults = None
        self._before = self._files()
        self._packages = os.path.join(machine.root, PACKAGES.lstrip("/"))
        os.mkdir(self._packages)
        shutil.copy(package, os.path.join(self._packages, THIS))
        self._make_higher_version()

    # What the checks do.

    def install(self, name, *flags):
        self.machine.run("dpkg", *flags, "-i", f"{PACKAGES}/{name}")

    def systemctl(self, *arguments, check=True):
        return self.machine.run("systemctl", *arguments, check=check).stdout.strip()

    def show(self, name, unit=UNIT):
        return self.systemctl("show", "--value", "-p", name, unit)

    def is_active(self, unit=UNIT):
        return self.systemctl("is-active", unit, check=False) == "active"

    def scrape(self, url=URL, *flags):
        return self.machine.curl(url, *flags).stdout

    def try_scrape(self):
        return self.machine.curl(URL, check=False).stdout

    def journal(self, *flags):
        return self.machine.run("journalctl", "--quiet", "--no-pager", "-o", "cat", "-u", UNIT,
                                *flags).stdout

    def expect_no_warning(self):
        """Of the exporter that runs now."""
        log = self.journal(f"_SYSTEMD_INVOCATION_ID={self.show('InvocationID')}")
        records = [line for line in log.splitlines() if line.startswith("ts=")]
        expect(any("msg=listening" in record for record in records), log)
        expect(all(" level=info " in record for record in records), log)

    def configure(self, drop_in=None, arguments=""):
        """Options and a drop-in, by none of both as installed; restarts."""
        self.machine.write(DEFAULTS, f'ARGS="{arguments}"\n' if arguments else self._defaults)
        self.machine.run("rm", "-rf", os.path.dirname(DROP_IN))
        if drop_in:
            self.machine.write(DROP_IN, "[Service]\n" + drop_in)
        self.systemctl("daemon-reload")
        self.systemctl("restart", UNIT)

    def packaged_drop_in(self):
        """For other network namespaces."""
        return self.machine.read(EXAMPLE).split("[Service]\n")[1]

    def _files(self):
        """Every file, except those that dpkg and a running system write by themselves."""
        skipped = [f"-path {path} -prune -o" for path in (
            "/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp", "/var/log", "/var/lib/dpkg",
            "/var/cache", "/var/lib/systemd/timers", PACKAGES)]
        return set(self.machine.run("sh", "-c", f"find / {' '.join(skipped)} -print")
                   .stdout.splitlines())

    def _make_higher_version(self):
        """The package once more, with a higher version and other configuration files."""
        with tempfile.TemporaryDirectory() as folder:
            tree = os.path.join(folder, "tree")
            run("dpkg-deb", "-R", os.path.join(self._packages, THIS), tree)
            control = os.path.join(tree, "DEBIAN/control")
            with open(control, encoding="utf-8") as file:
                text = re.sub(r"(?m)^Version: .*$", "Version: 99.0-1", file.read())
            with open(control, "w", encoding="utf-8") as file:
                file.write(text)
            for path in (CONFIG, DEFAULTS):
                with open(tree + path, "a", encoding="utf-8") as file:
                    file.write("# of version 99\n")
            run("dpkg-deb", "--root-owner-group", "-b", tree, os.path.join(self._packages, HIGHER))

    # The checks.

    def check_installation(self):
        """installed, the service is enabled and active"""
        self.install(THIS)
        self._config, self._defaults = self.machine.read(CONFIG), self.machine.read(DEFAULTS)
        expect(self.is_active(), self.journal())
        expect(self.systemctl("is-enabled", UNIT) == "enabled")
        expect(self.systemctl("is-enabled", SOCKET, check=False) == "disabled")

    def check_privileges(self, bounding="0" * 16):
        """it runs as a user of its own, without any capability"""
        status = self.machine.read(f"/proc/{self.show('MainPID')}/status")
        expect(re.search(r"^Uid:\t(\d{5})\t\1\t\1\t\1$", status, re.M), status)
        expect(len(re.findall(r"^Cap(Inh|Prm|Eff|Amb):\t0{16}$", status, re.M)) == 4, status)
        expect(f"\nCapBnd:\t{bounding}\n" in status, status)

    def check_scrape(self):
        """scraped from outside, every collector gives figures"""
        text = self.scrape()
        for collector in ("tcp", "udp", "kernel_limits", "protocols", "conntrack", "routes", "unix",
                          "packet", "netlink", "raw", "mptcp", "sctp", "vsock", "other", "process"):
            expect(f'sockdiag_collector_success{{collector="{collector}"}} 1\n' in text, text)

    def check_log(self):
        """nothing in the log is a warning, neither the exporter's nor systemd's"""
        self.expect_no_warning()
        expect(self.journal("-p", "warning") == "", self.journal("-p", "warning"))

    def check_owners(self):
        """sums by owner are those of ss, with a socket-activated and a restarted unit"""
        owners_in_units.check_units(self)

    def check_owners_in_namespaces(self):
        """of other namespaces they are refused in one line, and whole with the packaged drop-in"""
        owners_in_units.check_namespaces(self, CONFIG)

    def check_reload(self):
        """systemctl reload puts a new configuration into force, and a wrong one not"""
        pid = self.show("MainPID")
        self.machine.write(CONFIG, RULE % "renamed")
        self.systemctl("reload", UNIT)
        wait_until(lambda: 'service_name="renamed"' in self.scrape(), "the new configuration")
        self.machine.write(CONFIG, RULE % "wrong" + "sevrices: []\n")
        self.systemctl("reload", UNIT)
        wait_until(lambda: "sockdiag_config_last_reload_successful 0\n" in self.scrape(),
                   "the wrong configuration to be noticed")
        text = self.scrape()
        expect('service_name="renamed"' in text and 'service_name="wrong"' not in text, text)
        expect(self.is_active() and self.show("MainPID") == pid)
        self.machine.write(CONFIG, self._config)
        self.systemctl("reload", UNIT)
        wait_until(lambda: "sockdiag_config_last_reload_successful 1\n" in self.scrape(), "it")

    def check_wrong_start(self):
        """a wrong configuration is no reason to start over and over"""
        self.machine.write(CONFIG, "sevrices: []\n")
        self.systemctl("restart", UNIT, check=False)
        expect(self.systemctl("is-active", UNIT, check=False) == "failed", self.journal())
        expect(self.show("ExecMainStatus") == "2")
        self.machine.write(CONFIG, self._config)
        self.systemctl("restart", UNIT)

    def check_upgrade(self):
        """an upgrade restarts it, keeps the edited file and replaces the other one"""
        pid = self.show("MainPID")
        edited = self._config.replace("retention: 15m", "retention: 16m")
        expect(edited != self._config)
        self.machine.write(CONFIG, edited)
        self.install(HIGHER, "--force-confdef")
        expect(self.machine.read(CONFIG) == edited)
        expect("# of version 99" in self.machine.read(CONFIG + ".dpkg-dist"))
        expect("# of version 99" in self.machine.read(DEFAULTS))
        version = self.machine.run("dpkg-query", "-W", "-f", "${Version}", PACKAGE).stdout
        expect(version == "99.0-1", version)
        expect(self.is_active() and self.show("MainPID") != pid, self.journal())
        self.machine.run("rm", CONFIG + ".dpkg-dist")
        self.machine.write(CONFIG, self._config + "# of version 99\n")

    def check_disabled(self):
        """an upgrade does not start again what was disabled"""
        self.systemctl("disable", "--now", UNIT)
        self.install(HIGHER)
        expect(self.systemctl("is-enabled", UNIT, check=False) == "disabled")
        expect(not self.is_active())
        self.systemctl("enable", "--now", UNIT)

    def check_socket_activation(self):
        """the socket unit, once enabled, starts it at the first connection"""
        self.systemctl("disable", "--now", UNIT)
        self.systemctl("enable", "--now", SOCKET)
        expect(self.is_active(SOCKET) and not self.is_active())
        expect("sockdiag_build_info{" in self.scrape())
        expect(self.is_active())
        self.expect_no_warning()
        pid = self.show("MainPID")
        self.install(HIGHER)
        expect(self.is_active() and self.show("MainPID") != pid, "not restarted by an upgrade")
        expect("sockdiag_build_info{" in self.scrape())
        self.systemctl("disable", "--now", SOCKET, UNIT)
        self.systemctl("enable", "--now", UNIT)

    def check_credentials(self):
        """with LoadCredential it serves TLS with a key that only root can read"""
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = f"{folder}/exporter.crt", f"{folder}/exporter.key"
            run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=exporter",
                "-addext", f"subjectAltName=IP:{ADDRESS}", "-keyout", key, "-out", certificate)
            texts = {"web.yaml": "tls_server_config: {cert_file: exporter.crt, "
                                 "key_file: exporter.key}\n"}
            for path in (certificate, key):
                with open(path, encoding="ascii") as file:
                    texts[os.path.basename(path)] = file.read()
            for name, text in texts.items():
                self.machine.write(f"/etc/test-keys/{name}", text, 0o600)
            self.configure("".join(f"LoadCredential={name}:/etc/test-keys/{name}\n"
                                   for name in texts),
                           f"--web.config.file=/run/credentials/{UNIT}/web.yaml")
            text = self.scrape(URL.replace("http:", "https:"), "--cacert", certificate)
        expect("sockdiag_build_info{" in text, text)
        self.expect_no_warning()
        self.machine.run("rm", "-r", "/etc/test-keys")
        self.configure()

    def check_namespaces(self):
        """with it two processes alone have capabilities, after a kill too, and end with the unit"""
        self.machine.run("systemd-run", "--quiet", "--unit=other", "-p", "PrivateNetwork=yes", "sleep",
                         "infinity")
        self.machine.write(CONFIG, self._config.replace("namespaces:\n  enabled: false",
                                                        "namespaces:\n  enabled: true"))
        self.configure(self.packaged_drop_in())
        wait_until(self._sees_namespace, "the sockets of the other namespace")
        self.expect_no_warning()
        self._check_helper()
        self.machine.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", UNIT)
        wait_until(lambda: self.show("NRestarts") == "1" and self.is_active(), "a restart")
        wait_until(self._sees_namespace, "them again")
        self._check_helper()
        self.systemctl("stop", UNIT)
        expect(not self._helpers(), "the helper is left")
        self.systemctl("stop", "other")
        self.machine.write(CONFIG, self._config)
        self.configure()

    def _sees_namespace(self):
        return re.search(r'sockdiag_namespaces\{result="(dumped|idle)"\} [1-9]', self.try_scrape())

    def _helpers(self):
        """The processes of that name."""
        found = self.machine.run("sh", "-c", "grep -lE '^sockdiag_(keeper|netns)$' /proc/[0-9]*/comm",
                                 check=False).stdout.split()
        return [os.path.dirname(path) for path in found]

    def _check_helper(self):
        """It alone has capabilities, and is in the unit's cgroup."""
        self.check_privileges(bounding="0000000000280000")
        helpers = self._helpers()
        expect(len(helpers) == 2, helpers)
        for folder in helpers:
            status = self.machine.read(f"{folder}/status")
            expect("\nCapEff:\t0000000000280000\n" in status, status)
            cgroup = self.machine.read(f"{folder}/cgroup")
            expect(f"/{UNIT}\n" in cgroup, cgroup)

    def check_watchdog(self):
        """systemd restarts it when collection hangs"""
        shutil.copy(self._faults, f"{self.machine.root}/usr/lib/faults.so")
        self.configure("Environment=LD_PRELOAD=/usr/lib/faults.so "
                       "SOCKDIAG_TEST_HANG=/run/netlink-hang\n")
        wait_until(self.try_scrape, "it to serve")
        self.machine.write("/run/netlink-hang", "")
        wait_until(lambda: self.show("NRestarts") != "0", "the watchdog", deadline_s=240)
        expect("Watchdog timeout (limit 30s)" in self.journal(), self.journal())
        self.machine.run("rm", "/run/netlink-hang", "/usr/lib/faults.so")
        self.configure()
        expect("sockdiag_build_info{" in self.scrape())

    def check_removal(self):
        """a removal stops it and keeps the configuration"""
        self.machine.write(CONFIG, RULE % "mine")
        self.systemctl("enable", SOCKET)
        self.machine.run("dpkg", "-r", PACKAGE)
        expect(not self.is_active() and not self.is_active(SOCKET))
        expect(self.machine.run("pidof", "sockdiag_exporter", check=False).returncode == 1)
        expect(self.machine.read(CONFIG) == RULE % "mine")

    def check_purge(self):
        """a purge leaves no file, no user and no unit"""
        self.machine.run("rm", "-f", *(DEFAULTS + suffix for suffix in (".dpkg-dist", ".dpkg-old")))
        self.machine.run("dpkg", "-P", PACKAGE)
        left = {path for path in self._files() - self._before}
        expect(not left, sorted(left))
        expect(not self._before - self._files(), self._before - self._files())
        for command in (("getent", "passwd"), ("systemctl", "list-unit-files", "--no-legend")):
            expect("sockdiag" not in self.machine.run(*command).stdout, command)
        # systemd forgets a unit that nothing needs any more when it has nothing else to do.
        wait_until(lambda: "sockdiag" not in self.systemctl("list-units", "--all", "--no-legend"),
                   "no unit")


def run_checks(checks, wanted):
    names = [name for name in vars(Checks) if name.startswith("check_")]
    unknown = set(wanted) - {name.removeprefix("check_") for name in names}
    if unknown:
        sys.exit(f"no such check: {', '.join(unknown)}")
    for name in names:
        if wanted and name != "check_installation" and name.removeprefix("check_") not in wanted:
            continue
        check, start = getattr(checks, name), time.monotonic()
        try:
            check()
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            print(f"FAILED {check.__doc__}: {error}\n{checks.journal()}", flush=True)
            return 1
        print(f"ok     {check.__doc__} ({time.monotonic() - start:.0f} s)", flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for flag in ("--tree", "--package", "--faults"):
        parser.add_argument(flag, required=True)
    parser.add_argument("check", nargs="*", help="run these alone, after the installation")
    arguments = parser.parse_args()
    with Machine(arguments.tree) as machine:
        checks = Checks(machine, arguments.package, arguments.faults)
        return run_checks(checks, arguments.check)


if __name__ == "__main__":
    sys.exit(main())
