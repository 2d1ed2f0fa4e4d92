"""Real network namespaces: what they hold is shown exactly, and the helper can fail in every way."""

import errno
import os
import re
import signal
import socket
import subprocess

import cgroups
import seccomp
import support

CONFIG = "namespaces: {enabled: true, cpu_budget: 1}\nservices_database: null\n%s"


class NamespacesTestCase(cgroups.CgroupsTestCase):
    """Holders of sockets, each in a network namespace of its own."""

    PREFIX = ("unshare", "--net")

    def start(self, more=""):
        self.config = support.temporary_file(self, CONFIG % more)
        return support.start_exporter(self, f"--config.file={self.config}")


def in_namespaces(scrape, state, protocol="tcp"):
    return scrape.value("sockdiag_sockets", protocol=protocol, family="ipv4", state=state,
                        scope="namespaces")


def kernel_counts(pid):
    """ListenDrops, RetransSegs and RcvbufErrors of the process's network namespace."""
    def read(file, row, name):
        with open(f"/proc/{pid}/net/{file}", encoding="ascii") as lines:
            names, values = [line.split() for line in lines if line.startswith(f"{row}: ")]
        return int(values[names.index(name)])
    return [read("netstat", "TcpExt", "ListenDrops"), read("snmp", "Tcp", "RetransSegs"),
            read("snmp", "Udp", "RcvbufErrors")]


def owned(scrape, **labels):
    """{owner: sockets} of what is not 0."""
    sums = {}
    for sample in scrape.select("sockdiag_owner_sockets", **labels):
        owner = f'{sample.labels["owner_kind"]} {sample.labels["owner"]}'
        sums[owner] = sums.get(owner, 0) + sample.value
    return {owner: count for owner, count in sums.items() if count}


class NamespaceFiguresTest(NamespacesTestCase):
    """What is in them, by scope and owner."""

    def test_counts_are_what_was_made(self):
        self.holder(3, self.cgroup("system.slice/billing.service"))
        self.holder(5, self.cgroup("kubepods.slice/kubepods-pod12345678_1234_1234_1234_123456789abc"
                                   ".slice/cri-containerd-" + "a" * 64 + ".scope"))
        exporter = self.start()
        scrape = exporter.scrape()
        self.assertEqual(in_namespaces(scrape, "established"), 16)
        self.assertEqual(in_namespaces(scrape, "listen"), 2)
        self.assertEqual(in_namespaces(scrape, "unconnected", "udp"), 2)
        self.assertEqual(owned(scrape, protocol="tcp", state="established"), {
            "unit billing.service": 6,
            "pod 12345678-1234-1234-1234-123456789abc": 10})
        self.assertEqual(scrape.value("sockdiag_collector_success", collector="namespaces"), 1)
        self.assertEqual(scrape.sum("sockdiag_sockets", scope=None), 0, "ours is another one")

    def test_their_owners_are_shown_where_our_own_sockets_come_from_proc(self):
        self.holder(3, self.cgroup("system.slice/billing.service"))
        scrape = self.start("source: proc\n").scrape()
        self.assertEqual(scrape.value("sockdiag_socket_source", protocol="tcp", source="proc"), 1)
        self.assertEqual(owned(scrape, protocol="tcp", state="established"),
                         {"unit billing.service": 6})

    def test_drops_and_retransmits_are_those_of_the_kernel(self):
        holder = self.holder(0, self.cgroup("system.slice/billing.service"))
        self.tell(holder, "small = socket.socket(type=socket.SOCK_DGRAM);"
                          "small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1);"
                          "small.bind(('127.0.0.1', 0))")
        exporter = self.start()
        exporter.wait_for_first_collection()
        before = kernel_counts(holder.pid)
        # A backlog of 0 has room for one; the SYNs of the others come again and again.
        self.tell(holder, "full = socket.create_server(('127.0.0.1', 0), backlog=0);"
                          "crowd = [socket.socket() for _ in range(5)];"
                          "[one.setblocking(False) for one in crowd];"
                          "[one.connect_ex(full.getsockname()) for one in crowd];"
                          "sender = socket.socket(type=socket.SOCK_DGRAM);"
                          "[sender.sendto(bytes(1000), small.getsockname()) for _ in range(20)]")
        def is_exact(scrape):
            counts = [scrape.value(f"sockdiag_owner_{name}_total", owner_kind="unit",
                                   owner="billing.service")
                      for name in ("listen_drops", "tcp_retransmitted_segments",
                                   "udp_receive_drops")]
            now = [count - old for count, old in zip(kernel_counts(holder.pid), before)]
            return counts == now and counts[0] > 4 and counts[1] > 0 and counts[2] > 9
        self.until(exporter, is_exact, "the kernel's counts")

    def test_the_dead_are_freed_at_once(self):
        exporter = self.start("sampling: {interval: 0s}\n")
        exporter.wait_for_first_collection()
        self.assertEqual(exporter.scrape().value("sockdiag_namespaces", result="dumped"), 0)
        before = descriptors_of(exporter)
        holder = self.holder(1)
        # The kernel takes our end away when the other one's namespace ends.
        link = self.link_into(holder)
        self.until(exporter, lambda scrape: in_namespaces(scrape, "established") == 2, "sockets")
        self.assertIn(link, links())
        self.end(holder)
        support.wait_until(lambda: link not in links(), "the namespace to end")
        scrape = self.until(exporter, lambda scrape: in_namespaces(scrape, "established") == 0,
                            "their end")
        self.assertEqual(scrape.value("sockdiag_namespaces", result="dumped"), 0)
        support.wait_until(lambda: descriptors_of(exporter) == before,
                           f"{before}, not {descriptors_of(exporter)}")

    def link_into(self, holder):
        """The name of our end of a pair of links whose other one is in the holder's namespace."""
        name = "freed"
        command = ["ip", "link", "add", name, "type", "veth",
                   "peer", "name", "inside", "netns", str(holder.pid)]
        adding = subprocess.run(command, text=True, capture_output=True, check=False)
        if adding.returncode != 0:
            support.skip_unless_required(f"no pair of links can be made here: {adding.stderr}")
        # In vain when the test is well.
        self.addCleanup(subprocess.run, ["ip", "link", "del", name], capture_output=True,
                        check=False)
        return name

    def test_idle_ones_are_not_walked(self):
        holder = self.holder(0)
        exporter = self.start()
        exporter.scrape()
        scrape = exporter.scrape()
        self.assertEqual(scrape.value("sockdiag_namespaces", result="idle"), 1)
        self.assertEqual(in_namespaces(scrape, "listen"), 1)
        self.assertEqual(in_namespaces(scrape, "unconnected", "udp"), 1)
        self.end(holder)


def links():
    return [name for _, name in socket.if_nameindex()]


def descriptors_of(exporter):
    """What each of its three processes has open, by kind, without connections of HTTP clients."""
    address = exporter.addresses()[0].removeprefix("unix:")
    with open("/proc/net/unix", encoding="utf-8") as file:
        rows = [line.split() for line in file]
    # The listener is marked as accepting connections.
    clients = {f"socket:[{row[6]}]" for row in rows[1:]
               if row[-1] == address and not int(row[3], 16) & 0x10000}

    def kinds_of(process):
        folder = f"/proc/{process}/fd"
        found = []
        for descriptor in os.listdir(folder):
            try:
                link = os.readlink(f"{folder}/{descriptor}")
            except FileNotFoundError:
                continue
            if link not in clients:
                found.append(re.sub(r"\[[0-9]+\]$", "", link))
        return sorted(found)
    processes = [exporter.process.pid, *children_of(exporter.process.pid)]
    return [kinds_of(process) for process in processes]


def children_of(pid):
    """The helper's two processes: the supervisor and its worker."""
    found = []
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        for child in file.read().split():
            found += [int(child), *children_of(int(child))]
    return found


def worker_of(exporter):
    return children_of(exporter.process.pid)[1]


class NamespaceHelperTest(NamespacesTestCase):
    """The process that alone has privileges."""

    def setUp(self):
        super().setUp()
        self.holder(2)
        self.exporter = self.start()
        self.assertEqual(in_namespaces(self.exporter.scrape(), "established"), 4)

    def assert_it_comes_back(self):
        scrape = self.until(
            self.exporter,
            lambda scrape: scrape.value("sockdiag_collector_success", collector="namespaces") == 1,
            "another worker")
        self.assertEqual(in_namespaces(scrape, "established"), 4)

    def test_the_exporter_itself_has_none(self):
        def capabilities(pid):
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                return {line.split()[1] for line in file if re.match("Cap(Eff|Prm|Inh|Amb)", line)}
        self.assertEqual(capabilities(self.exporter.process.pid), {"0000000000000000"})
        for child in children_of(self.exporter.process.pid):
            # CAP_SYS_PTRACE is 19, CAP_SYS_ADMIN 21.
            self.assertIn(f"{1 << 19 | 1 << 21:016x}", capabilities(child))
            self.assertLessEqual(capabilities(child), {f"{1 << 19 | 1 << 21:016x}", "0" * 16})

    def test_a_killed_one_is_replaced(self):
        os.kill(worker_of(self.exporter), signal.SIGKILL)
        self.assert_it_comes_back()
        failures = self.exporter.logged(msg="collector failed", collector="namespaces")
        # None when the next one was there before the scrape.
        self.assertLessEqual(len(failures), 1)
        self.assertLessEqual({failure["error"] for failure in failures},
                             {"the namespace helper was killed by SIGKILL"})

    def test_a_silent_one_is_given_up(self):
        silent = worker_of(self.exporter)
        os.kill(silent, signal.SIGSTOP)
        scrape = self.exporter.scrape()
        self.assertEqual(scrape.value("sockdiag_collector_success", collector="namespaces"), 0)
        self.assertEqual(scrape.value("sockdiag_collector_success", collector="tcp"), 1)
        self.assert_it_comes_back()
        self.assertNotEqual(worker_of(self.exporter), silent)

    def test_it_ends_with_the_exporter(self):
        folder = support.temporary_folder(self)
        exporter = support.Exporter([support.EXPORTER, f"--config.file={self.config}",
                                     f"--web.listen-address=unix:{folder}/web.socket"])
        exporter.wait_until_listening(1)
        children = support.wait_until(lambda: children_of(exporter.process.pid), "the helper")
        exporter.stop(signal.SIGKILL)
        exporter.close()
        support.wait_until(lambda: not any(os.path.exists(f"/proc/{child}/exe") and is_alive(child)
                                           for child in children), "the helper's end")

    def test_a_reload_does_not_turn_it_off(self):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("services_database: null\n")
        self.exporter.process.send_signal(signal.SIGHUP)
        support.wait_until(lambda: self.exporter.logged(msg="configuration reloaded"), "the reload")
        self.assertTrue(self.exporter.logged(
            msg="namespaces.enabled stays as it was at the start: a change needs a restart"))
        self.assertEqual(in_namespaces(self.exporter.scrape(), "established"), 4)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class UnwantedNamespacesTest(support.TestCase):
    """An exporter that has the privileges, and whose configuration does not ask for them."""

    def test_no_helper_is_left(self):
        exporter = support.start_exporter(self, config="services_database: null\n")
        self.assertEqual(children_of(exporter.process.pid), [])


class RefusedNamespacesTest(NamespacesTestCase):
    """An exporter without the privileges."""

    def test_it_says_what_is_missing_and_shows_the_rest(self):
        config = support.temporary_file(self, CONFIG % "")
        os.chmod(os.path.dirname(config), 0o755)
        os.chmod(config, 0o644)
        exporter = support.start_exporter(self, f"--config.file={config}",
                                          listen=["127.0.0.1:0"],
                                          prefix=["setpriv", "--reuid=65534", "--regid=65534",
                                                  "--clear-groups"])
        for _ in range(3):
            scrape = exporter.scrape()
        self.assertEqual(scrape.value("sockdiag_collector_success", collector="namespaces"), 0)
        self.assertEqual(scrape.value("sockdiag_collector_success", collector="tcp"), 1)
        failures = exporter.logged(msg="collector failed", collector="namespaces")
        self.assertEqual(len(failures), 1)
        for directive in ("CapabilityBoundingSet=", "AmbientCapabilities=", "RestrictNamespaces=",
                          "SystemCallFilter=capset"):
            self.assertIn(directive, failures[0]["error"])
        self.assertEqual(children_of(exporter.process.pid), [])


class KeptCapabilitiesTest(support.TestCase):
    """An exporter that cannot give up what it was started with."""

    PREFIX = seccomp.refusing({"x86_64": 126, "aarch64": 91}, errno.EPERM)  # capset(2)

    def test_it_does_not_start_with_those_of_the_helper(self):
        config = support.temporary_file(self, "services_database: null\n")
        for flags in (["--web.listen-address=127.0.0.1:0"], ["--once", f"--config.file={config}"]):
            for dropped, kept in (("", "CAP_SYS_ADMIN"), ("-sys_admin", "CAP_SYS_PTRACE")):
                prefix = ("setpriv", f"--bounding-set={dropped}") if dropped else ()
                result = support.run_exporter(*flags, prefix=(*prefix, *self.PREFIX))
                self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
                self.assertEqual(result.stderr.count("sockdiag_exporter: "), 1, result.stderr)
                self.assertIn(kept, result.stderr)
                self.assertIn("SystemCallFilter=capset", result.stderr)

    def test_others_are_a_warning(self):
        exporter = support.start_exporter(
            self, prefix=("setpriv", "--bounding-set=-sys_admin,-sys_ptrace", *self.PREFIX))
        self.assertEqual(exporter.scrape().value("sockdiag_collector_success", collector="tcp"), 1)
        self.assertTrue(exporter.logged(msg="running with more privileges than needed"))

    def test_a_check_of_the_configuration_needs_to_give_nothing_up(self):
        result = support.run_exporter("--config.check", prefix=self.PREFIX)
        self.assertEqual((result.returncode, result.stdout), (0, "OK\n"), result.stderr)


@support.release_only
class ManyNamespacesTest(NamespacesTestCase):
    """A host full of containers."""

    def test_100_with_100000_sockets(self):
        """Each has a unit of its own, and from 2 to 1,000 sockets more than the one before."""
        sizes = {f"unit app-{i}.service": 2 * (5 + 10 * i) for i in range(100)}
        waiting = [self.start_holder(size // 2,
                                     self.cgroup("system.slice/" + owner.partition(" ")[2]))
                   for owner, size in sizes.items()]
        for holder in waiting:
            self.assertEqual(holder.stdout.readline(), "ready\n")
        exporter = self.start()
        total = sum(sizes.values())
        self.assertEqual(total, 100000)
        scrape = self.until(exporter, lambda scrape: in_namespaces(scrape, "established") == total,
                            "every turn")
        self.assertEqual(owned(scrape, protocol="tcp", state="established"), sizes)
        self.assertEqual(in_namespaces(scrape, "listen"), 100)
        seen = 0
        for holder in waiting[::25]:
            listing = subprocess.run(["nsenter", "-t", str(holder.pid), "-n", "ss", "-tnH", "state",
                                      "established"], capture_output=True, text=True, check=True)
            seen += len(listing.stdout.splitlines())
        self.assertEqual(seen, sum(list(sizes.values())[::25]))

    def test_300_owners_do_not_flicker(self):
        for i in range(300):
            self.cgroup(f"system.slice/app-{i}.service")
        waiting = [self.start_holder(1, self.cgroup(f"system.slice/app-{i}.service"))
                   for i in range(300)]
        for holder in waiting:
            self.assertEqual(holder.stdout.readline(), "ready\n")
        exporter = self.start()
        scrape = self.until(exporter, lambda scrape: in_namespaces(scrape, "established") == 600,
                            "every turn")
        shown = self.shown(scrape)
        self.assertEqual(len(shown), 100 + 1, "100 units and other")
        self.assertEqual(scrape.value("sockdiag_folded_keys", limit="owners", scope=None), 200)
        for holder in waiting[:20]:
            self.end(holder)
        scrape = self.until(exporter, lambda scrape: in_namespaces(scrape, "established") == 560,
                            "their end")
        self.assertEqual(self.shown(scrape), shown)
        for _ in range(3):
            self.assertEqual(self.shown(exporter.scrape()), shown)

    @staticmethod
    def shown(scrape):
        """Those with a series, also at 0."""
        return {(sample.labels["owner_kind"], sample.labels["owner"])
                for sample in scrape.select("sockdiag_owner_sockets", protocol="tcp")}


if __name__ == "__main__":
    cgroups.main()
