"""The exporter beside a real Docker: whose the sockets in its containers are, how many, and that neither
figures nor namespaces are left over. scripts/test_docker.sh runs this in namespaces of its own."""

import collections
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time
import unittest

from docker_daemon import DockerDaemon, wait_until

SOURCE_DIR = pathlib.Path(os.environ["SOCKDIAG_SOURCE_DIR"])
sys.path.insert(0, str(SOURCE_DIR / "tests/e2e"))
# pylint: disable=wrong-import-position
import exposition_text
import support

FOLDER = os.environ["SOCKDIAG_DOCKER_FOLDER"]
CONTAINERS = 20
# cpu_budget: so that each namespace has its turn at each scrape.
CONFIG = "namespaces: {enabled: true, cpu_budget: 1}\n"
# As the packaged drop-in gives it: an ordinary user with these two, which the helper keeps.
AS_SERVICE = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
              *(f"--{which}-caps={caps}" for which, caps in (
                  ("inh", "-all,+sys_admin,+sys_ptrace"),
                  ("ambient", "+sys_admin,+sys_ptrace"))),
              "--bounding-set=-all,+sys_admin,+sys_ptrace"]
# Of the exporter and its helper together. Their heaps still grow by 1 MiB after the warm-up; were what is
# known of 48 namespaces kept, it would be 2.3 MiB.
MOST_GROWTH_BYTES = 2 << 20

_SS_STATES = {"LISTEN": "listen", "ESTAB": "established", "CLOSE-WAIT": "close_wait",
              "FIN-WAIT-2": "fin_wait2", "TIME-WAIT": "time_wait", "UNCONN": "unconnected"}


def numbers_of(number):
    """What the container of that number is started with: see holder.py."""
    return 1 + number % 3, number, number % 4, 1 + number % 2, 0


def made_by(listeners, established, close_wait, udp, time_wait):
    """{(protocol, state): sockets} of a holder."""
    return +collections.Counter({
        ("tcp", "listen"): listeners, ("tcp", "established"): 2 * established,
        ("tcp", "close_wait"): close_wait, ("tcp", "fin_wait2"): close_wait,
        ("tcp", "time_wait"): time_wait, ("udp", "unconnected"): udp})


def seen_by_ss(pid):
    """The same, of a process's network namespace."""
    listing = subprocess.run(["nsenter", f"--target={pid}", "--net", "ss", "-tuanH"], text=True,
                             capture_output=True, check=True).stdout
    return collections.Counter((row.split()[0], _SS_STATES[row.split()[1]])
                               for row in listing.splitlines())


def owned(exposition, owner):
    """The same, of a container by its id."""
    return +collections.Counter({
        (sample.labels["protocol"], sample.labels["state"]): int(sample.value)
        for sample in exposition.select("sockdiag_owner_sockets", owner_kind="container",
                                        owner=owner[:12])})


def owners(exposition):
    """(kind, name) of whoever has sockets."""
    return set(exposition.sum_by("sockdiag_owner_sockets", "owner_kind", "owner"))


def in_namespaces(exposition):
    sums = collections.Counter()
    for sample in exposition.select("sockdiag_sockets", scope="namespaces"):
        sums[sample.labels["protocol"], sample.labels["state"]] += int(sample.value)
    return +sums


def status_bytes(pid, field):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split(f"{field}:")[1].split()[0]) * 1024


class Scraper:
    """Scrapes once a second, and keeps everything that it got."""

    def __init__(self, exporter):
        self._exporter = exporter
        self._ended = threading.Event()
        self.expositions = []
        self.error = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        try:
            while not self._ended.wait(1):
                self.expositions.append(self._exporter.scrape())
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    def stop(self):
        self._ended.set()
        self._thread.join()


class DockerTestCase(unittest.TestCase):
    """A Docker daemon for each class, and an exporter for each test."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.enterClassContext(DockerDaemon(FOLDER))
        cls.docker = cls.daemon.docker

    def setUp(self):
        self.addCleanup(self._remove_all)
        folder = support.temporary_folder(self, mode=0o777)
        pathlib.Path(f"{folder}/config.yaml").write_text(CONFIG, encoding="ascii")
        self.exporter = support.start_exporter(
            self, f"--config.file={folder}/config.yaml", listen=[f"unix:{folder}/web.socket"],
            prefix=AS_SERVICE, binary=shutil.copy(support.EXPORTER, folder))

    def _remove_all(self):
        names = self.docker("ps", "--all", "--quiet").split()
        if names:
            self.docker("rm", "--force", *names)

    def processes(self):
        """The exporter, its helper's supervisor and its worker."""
        pids = [self.exporter.process.pid]
        for pid in pids:
            for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                pids += [int(child) for child in path.read_text(encoding="ascii").split()]
        self.assertEqual(len(pids), 3)
        return pids

    def mark(self, name):
        """A device that the kernel removes when it frees the container's network namespace: the other
        end of one in there. Gives its name."""
        self.marks = getattr(self, "marks", 0) + 1
        device = f"mark{self.marks}"
        subprocess.run(["ip", "link", "add", device, "type", "veth", "peer", "name", "mark", "netns",
                        str(self.daemon.pid(name))], check=True)
        self.assertIn(device, [name for _, name in socket.if_nameindex()])
        return device

    def wait_until_freed(self, devices):
        """The kernel frees namespaces one after another, in a thread of its own."""
        start = time.monotonic()
        wait_until(lambda: not any(name in devices for _, name in socket.if_nameindex()),
                   f"the namespaces of {devices} to be freed")
        return time.monotonic() - start

    def scrape(self):
        exposition = self.exporter.scrape()
        exposition_text.check(self, exposition)
        success = exposition.series("sockdiag_collector_success")
        self.assertEqual(set(success.values()), {1}, success)
        return exposition

    def expect(self, ids):
        """{name: id} are all containers that run: each has what it made, what ss sees there and what
        is shown of it, and together they are all there is in other namespaces."""
        exposition = self.scrape()
        total = collections.Counter()
        for name, container in ids.items():
            made = made_by(*numbers_of(int(name.removeprefix("c"))))
            self.assertEqual(seen_by_ss(self.daemon.pid(name)), made, name)
            self.assertEqual(owned(exposition, container), made, name)
            total += made
        self.assertEqual(in_namespaces(exposition), total)
        self.assertEqual(owners(exposition),
                         {("container", container[:12]) for container in ids.values()})
        results = {sample.labels["result"]: sample.value
                   for sample in exposition.select("sockdiag_namespaces")}
        self.assertEqual(results["dumped"] + results["idle"], len(ids), results)
        self.assertEqual(results["stale"] + results["refused"], 0, results)
        return exposition


class ContainersTest(DockerTestCase):
    """Twenty containers on a bridge, which come and go while the exporter is scraped."""

    def start_containers(self):
        ids = {}
        for number in range(CONTAINERS):
            ids[f"c{number}"] = self.daemon.hold(f"c{number}", numbers_of(number))
        for name in ids:
            self.daemon.wait_until_ready(name)
        return ids

    def end_some(self, ids):
        """Stops, kills, restarts and removes containers, each three; the marks of those that have
        gone."""
        gone = [self.mark(f"c{number}") for number in range(12)]
        self.docker("stop", "--time=5", "c0", "c1", "c2")
        self.docker("kill", "c3", "c4", "c5")
        self.daemon.start_again("restart --time=5", "c6", "c7", "c8")
        self.docker("rm", "--force", "c9", "c10", "c11")
        for number in range(12):
            if number not in range(6, 9):
                del ids[f"c{number}"]
        for number in range(6, 9):
            self.daemon.wait_until_ready(f"c{number}")
        return gone

    def assert_no_flicker(self, expositions):
        """What was shown once is shown in all that follow: a container's series stay at 0. A share of
        what is not there any more is not 0, and ends."""
        seen = {}
        for number, exposition in enumerate(expositions):
            present = {(sample.name, frozenset(sample.labels.items()))
                       for sample in exposition.samples
                       if not sample.name.endswith("_saturation_ratio")}
            lost = {key for key in seen if key not in present}
            self.assertEqual(lost, set(), f"scrape {number} of {len(expositions)}")
            seen.update(dict.fromkeys(present, number))

    def test_they_come_and_go(self):
        scraper = Scraper(self.exporter)
        self.addCleanup(scraper.stop)
        ids = self.start_containers()
        self.expect(ids)
        first = len(scraper.expositions)
        untouched = {name: ids[name] for name in ("c17", "c18", "c19")}
        gone = self.end_some(ids)
        seconds = self.wait_until_freed(gone)
        self.expect(ids)
        self.docker("pause", "c12", "c13")
        self.expect(ids)
        self.docker("unpause", "c12", "c13")
        self.daemon.start_again("start", "c0", "c3")
        ids |= {name: self.daemon.inspect(name, "{{.Id}}") for name in ("c0", "c3")}
        for name in ("c0", "c3"):
            self.daemon.wait_until_ready(name)
        self.expect(ids)
        # However quick all that was.
        wait_until(lambda: scraper.error or len(scraper.expositions) > 10, "an eleventh scrape")
        scraper.stop()
        self.assertIsNone(scraper.error)
        print(f"\n{len(scraper.expositions)} scrapes; 12 namespaces were free after {seconds:.1f} s")
        self.assert_no_flicker(scraper.expositions)
        for exposition in scraper.expositions[first:]:
            for name, container in untouched.items():
                self.assertEqual(owned(exposition, container),
                                 made_by(*numbers_of(int(name[1:]))), name)
        self.assertEqual(self.exporter.logged(level="warn"), [])

    def test_nothing_grows(self):
        """While containers come and go for long."""
        ids = {f"c{number}": self.daemon.hold(f"c{number}", numbers_of(number))
               for number in range(4, 12)}
        for name in ids:
            self.daemon.wait_until_ready(name)

        def cycle():
            gone = [self.mark(name) for name in ids]
            self.scrape()
            self.daemon.start_again("restart --time=5", *ids)
            for name in ids:
                self.daemon.wait_until_ready(name)
            # No scrape is between, so nothing of the last one keeps them.
            self.wait_until_freed(gone)
            self.expect(ids)

        def measure():
            return (sum(status_bytes(pid, "VmRSS") for pid in self.processes()),
                    [len(os.listdir(f"/proc/{pid}/fd")) for pid in self.processes()])
        for _ in range(2):
            cycle()
        before, descriptors = measure()
        for _ in range(6):
            cycle()
        after, descriptors_after = measure()
        print(f"\nresident: {before >> 10} KiB, after 48 restarts {after >> 10} KiB; "
              f"descriptors: {descriptors}")
        self.assertEqual(descriptors_after, descriptors)
        self.assertLess(after - before, MOST_GROWTH_BYTES)


class NetworksTest(DockerTestCase):
    """Containers that share a network namespace, or have one of a kind."""

    def test_each_has_its_own_sockets(self):
        """In a namespace that several share, as the containers of a pod do, cgroups tell them apart,
        and in the exporter's own namespace."""
        first, second = (3, 4, 2, 1, 0), (0, 0, 0, 2, 0)
        ids = {name: self.daemon.hold(name, numbers, *flags) for name, numbers, flags in (
            ("first", first, ()),
            ("second", second, ("--network=container:first",)),
            ("alone", first, ("--network=none",)),
            ("host", first, ("--network=host",)))}
        for name in ids:
            self.daemon.wait_until_ready(name)
        exposition = self.scrape()
        for name, container in ids.items():
            made = made_by(*(second if name == "second" else first))
            self.assertEqual(owned(exposition, container), made, name)
        self.assertEqual(in_namespaces(exposition),
                         made_by(*first) + made_by(*first) + made_by(*second))
        own = collections.Counter()
        for sample in exposition.select("sockdiag_sockets"):
            if "scope" not in sample.labels:
                own[sample.labels["protocol"], sample.labels["state"]] += int(sample.value)
        self.assertEqual(+own, made_by(*first))

    def test_time_wait_is_the_containers(self):
        """These sockets have no cgroup, and one owner in the namespace."""
        numbers = (1, 2, 0, 1, 3)
        container = self.daemon.hold("waits", numbers)
        self.daemon.wait_until_ready("waits")
        self.assertEqual(owned(self.scrape(), container), made_by(*numbers))

    def test_connections_over_the_bridge(self):
        """A peer in another container is no matter: each side is its own container's, and when one
        is killed, the other one's sockets wait."""
        server = self.daemon.hold("server", (1, 0, 0, 1, 0))
        self.daemon.wait_until_ready("server")
        address = self.daemon.inspect("server", "{{.NetworkSettings.IPAddress}}")
        serve = ("import socket, sys, time; s = socket.create_server(('', 9000)); k = []\n"
                 "while True: k.append(s.accept())")
        connect = ("import socket, sys, time; k = [socket.create_connection((sys.argv[1], 9000)) "
                   "for _ in range(7)]; print('ready', flush=True); time.sleep(999)")
        self.docker("exec", "--detach", "server", "/usr/bin/python3", "-IBSc", serve)
        wait_until(lambda: seen_by_ss(self.daemon.pid("server"))["tcp", "listen"] == 2, "listener")
        client = self.daemon.run("client", "-c", connect, address)
        self.daemon.wait_until_ready("client")
        exposition = self.scrape()
        self.assertEqual(owned(exposition, client), {("tcp", "established"): 7})
        self.assertEqual(owned(exposition, server), {
            ("tcp", "established"): 7, ("tcp", "listen"): 2, ("udp", "unconnected"): 1})
        ports = exposition.series("sockdiag_port_sockets")
        for direction in ("inbound", "outbound"):
            key = frozenset({"protocol": "tcp", "port": "9000", "direction": direction,
                             "state": "established", "scope": "namespaces"}.items())
            self.assertEqual(ports[key], 7, direction)
        self.docker("kill", "client")
        left = {("tcp", "close_wait"): 7, ("tcp", "listen"): 2, ("udp", "unconnected"): 1}
        wait_until(lambda: seen_by_ss(self.daemon.pid("server")) == left, "the client's end")
        self.assertEqual(owned(self.scrape(), server), left)


if __name__ == "__main__":
    unittest.main(verbosity=2)
