"""Whose sockets are under a real systemd, in a booted Debian: what the exporter shows by owner is what
`ss --cgroup` sees, with units, a socket-activated one and one that is restarted while its peer holds on;
and the sockets of units with a network namespace of their own, without and with the packaged drop-in."""

import collections
import os
import pathlib
import sys

from machine import expect, wait_until

_TESTS = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(_TESTS / "e2e"))
import exposition_text  # pylint: disable=wrong-import-position

EXPORTER = "sockdiag_exporter.service"
# All of it is gone after the check.
UNITS, HOLDER = "/run/systemd/system", "/run/holder.pl"

# What a unit runs: perl-base is in every Debian. Each word does something.
_HOLDER = r"""
use strict; use Socket; use Fcntl;
my (@held, $listener);
sub address { sockaddr_in($_[0], INADDR_LOOPBACK) }
sub tcp { socket(my $made, PF_INET, SOCK_STREAM, 0) or die "socket: $!"; push @held, $made; $made }
sub notify {
  socket(my $manager, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
  connect($manager, pack_sockaddr_un($ENV{NOTIFY_SOCKET})) or die "notify: $!";
  send($manager, $_[0], 0) or die "notify: $!" }
sub take { accept(my $taken, $listener) or die "accept: $!"; push @held, $taken; $taken }
my %words = (
  activated => sub { open($listener, "+<&=", 3) or die "descriptor 3: $!" },
  listen => sub {
    setsockopt($listener = tcp(), SOL_SOCKET, SO_REUSEADDR, 1);
    bind($listener, address(shift @ARGV)) or die "bind: $!";
    listen($listener, 64) or die "listen: $!" },
  connect => sub {
    my ($port, $times) = splice @ARGV, 0, 2;
    for (1..$times) { connect(tcp(), address($port)) or die "connect: $!" } },
  accept => sub { take() for 1..shift @ARGV },
  udp => sub {
    for (1..shift @ARGV) {
      socket(my $made, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
      bind($made, address(0)) or die "bind: $!";
      push @held, $made } },
  # What its peers do not read stays in the send queues.
  fill => sub {
    for (1..shift @ARGV) {
      my $taken = take();
      fcntl($taken, F_SETFL, O_NONBLOCK);
      1 while defined syswrite($taken, "x" x 65536) } },
  ready => sub { notify("READY=1") },
  full => sub { notify("STATUS=full") });
$words{shift @ARGV}->() while @ARGV;
sleep;
"""

_SS_STATES = {"LISTEN": "listen", "ESTAB": "established", "FIN-WAIT-1": "fin_wait1",
              "CLOSE-WAIT": "close_wait", "UNCONN": "unconnected"}

_FIRST, _SECOND, _SERVER, _CLIENT, _ACTIVATED = (
    f"owners-{name}.service" for name in ("first", "second", "server", "client", "activated"))
_PRIVATE = [f"owners-private-{name}.service" for name in "ab"]
_SOCKET = "owners-activated.socket"
_ALL = (_FIRST, _SECOND, _CLIENT, _SERVER, _SOCKET, _ACTIVATED, *_PRIVATE)


def made(owner, **sockets):
    """{(owner, protocol, state): sockets}."""
    return collections.Counter({(owner, "udp" if state == "unconnected" else "tcp", state): count
                                for state, count in sockets.items()})


# Of a connection to itself each unit has both ends.
STEADY = (made(_FIRST, listen=1, established=2 * 3, unconnected=2)
          + made(_SECOND, listen=1, established=2 * 5 + 2, unconnected=1)
          # systemd made the listener, and what is accepted from one is as it is.
          + made("init.scope", listen=1, established=2)
          + made(EXPORTER, listen=1))
BEFORE = made(_SERVER, listen=1, established=4) + made(_CLIENT, established=4)
# The server that was ended has not been rid of what it had sent.
AFTER = made(_SERVER, listen=1, fin_wait1=4) + made(_CLIENT, established=4)
PRIVATE = {_PRIVATE[0]: made(_PRIVATE[0], listen=1, established=2 * 7),
           _PRIVATE[1]: made(_PRIVATE[1], listen=1, established=2 * 9, unconnected=3)}


class OwnersInUnits:
    """A context in which the units are there, but not started."""

    def __init__(self, checks):
        self._checks, self._machine = checks, checks.machine

    def __enter__(self):
        self._machine.write(HOLDER, _HOLDER)
        for name, words in (
                (_FIRST, "listen 7001 connect 7001 3 accept 3 udp 2 ready"),
                (_SECOND, "listen 7002 connect 7002 5 accept 5 udp 1 connect 7003 2 ready"),
                (_SERVER, "listen 7004 ready fill 4 full"),
                (_CLIENT, "connect 7004 4 ready"),
                (_ACTIVATED, "activated accept 2 ready")):
            self._write_unit(name, words)
        self._machine.write(f"{UNITS}/{_SOCKET}", "[Socket]\nListenStream=127.0.0.1:7003\n")
        for name, words in ((_PRIVATE[0], "listen 7001 connect 7001 7 accept 7 ready"),
                            (_PRIVATE[1], "listen 7001 connect 7001 9 accept 9 udp 3 ready")):
            self._write_unit(name, words, "PrivateNetwork=yes\n")
        self._checks.systemctl("daemon-reload")
        return self

    def __exit__(self, *_):
        self._checks.systemctl("stop", *_ALL, check=False)
        self._machine.run("rm", "-f", HOLDER, *(f"{UNITS}/{name}" for name in _ALL), check=False)
        self._checks.systemctl("daemon-reload", check=False)

    def _write_unit(self, name, words, more=""):
        self._machine.write(f"{UNITS}/{name}", "[Service]\nType=notify\n"
                            f"ExecStart=/usr/bin/perl {HOLDER} {words}\n{more}")

    def start(self, *units):
        """One after another, each when the one before is ready."""
        try:
            for unit in units:
                self._checks.systemctl("start", unit)
            wait_until(lambda: self._checks.is_active(_ACTIVATED), "the socket-activated unit")
        except AssertionError as error:
            raise AssertionError(error, self._machine.run(
                "journalctl", "--quiet", "--no-pager", "--unit=owners-*").stdout) from error

    def cgroup_id(self, unit):
        """The inode number of its folder, wherever cgroup2 is."""
        mounts = [line.split() for line in self._machine.read("/proc/mounts").splitlines()]
        folder = next(mount[1] for mount in mounts if mount[2] == "cgroup2")
        path = self._checks.show("ControlGroup", unit)
        return int(self._machine.run("stat", "--format=%i", f"{folder}{path}").stdout)

    def seen_by_ss(self, unit=None, removed=None):
        """Of sockets that have a cgroup, in the network namespace of a unit or the machine's;
        `removed` names the cgroups that are gone."""
        pid = self._checks.show("MainPID", unit) if unit else 1
        sums = collections.Counter()
        for row in self._machine.ss(pid, "-tuanH", "--cgroup").splitlines():
            protocol, state, *_, last = row.split()
            if not last.startswith("cgroup:"):
                continue
            cgroup = last.removeprefix("cgroup:")
            owner = (removed or {}).get(cgroup, os.path.basename(cgroup))
            sums[owner, protocol, _SS_STATES.get(state, state)] += 1
        return without_scrapes(sums)

    def shown(self):
        """The same, as the exporter has it; all owners are units."""
        scrape = exposition_text.parse(self._checks.scrape())
        return without_scrapes(collections.Counter({
            (sample.labels["owner"], sample.labels["protocol"], sample.labels["state"]):
                int(sample.value)
            for sample in scrape.select("sockdiag_owner_sockets")}))

    def expect_all(self, expected, seen):
        """ss has seen what was made, and the exporter comes to show it: it reads the cgroups' names at
        most every 10 s."""
        expect(seen == expected, seen, expected)
        last = []

        def is_shown():
            last[:] = [self.shown()]
            return last[0] == expected
        try:
            wait_until(is_shown, "the sums by owner")
        except AssertionError as error:
            raise AssertionError(error, last[0] - expected, expected - last[0]) from error


def without_scrapes(sums):
    """Of the exporter its listener alone, and nothing of what was closed in time."""
    return +collections.Counter({
        key: count for key, count in sums.items()
        if key[2] != "time_wait" and (key[0] != EXPORTER or key[2] == "listen")})


def check_units(checks):
    """With the package as it was installed."""
    with OwnersInUnits(checks) as units:
        units.start(_FIRST, _SOCKET, _SERVER, _CLIENT, _SECOND)
        wait_until(lambda: checks.show("StatusText", _SERVER) == "full", "full send queues")
        units.expect_all(STEADY + BEFORE, units.seen_by_ss())
        old = units.cgroup_id(_SERVER)
        checks.systemctl("restart", _SERVER)
        expect(units.cgroup_id(_SERVER) != old, "it has the same cgroup")
        units.expect_all(STEADY + AFTER,
                         units.seen_by_ss(removed={f"unreachable:{old:x}": _SERVER}))


def check_namespaces(checks, config):
    """With namespaces.enabled; `config` is the path of the configuration."""
    ordinary = checks.machine.read(config)
    enabled = ordinary.replace("namespaces:\n  enabled: false", "namespaces:\n  enabled: true")
    expect(enabled != ordinary)
    with OwnersInUnits(checks) as units:
        units.start(_FIRST, _SOCKET, _SECOND, *_PRIVATE)
        checks.machine.write(config, enabled)
        checks.configure()
        units.expect_all(STEADY, units.seen_by_ss())
        expect_one_refusal(checks)
        checks.check_privileges()
        checks.configure(checks.packaged_drop_in())
        private = sum((units.seen_by_ss(unit) for unit in _PRIVATE), collections.Counter())
        units.expect_all(STEADY + sum(PRIVATE.values(), collections.Counter()),
                         units.seen_by_ss() + private)
        checks.expect_no_warning()
        scrape = exposition_text.parse(checks.scrape())
        results = {sample.labels["result"]: sample.value
                   for sample in scrape.select("sockdiag_namespaces")}
        expect(sum(results.values()) == len(_PRIVATE) and results["refused"] == 0, results)
    checks.machine.write(config, ordinary)
    checks.configure()


def expect_one_refusal(checks):
    """Of the exporter that runs now."""
    scrape = exposition_text.parse(checks.scrape())
    success = {sample.labels["collector"]: sample.value
               for sample in scrape.select("sockdiag_collector_success")}
    expect(success.pop("namespaces") == 0 and set(success.values()) == {1}, success)
    log = checks.journal(f"_SYSTEMD_INVOCATION_ID={checks.show('InvocationID')}")
    complaints = [line for line in log.splitlines()
                  if line.startswith("ts=") and " level=info " not in line]
    expect(len(complaints) == 1 and "RestrictNamespaces= must be net" in complaints[0], log)
