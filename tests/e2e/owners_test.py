"""Whose sockets are: cgroups and folders of logs as systemd, the kubelet and runtimes lay them, and hosts
that lack some of it."""

import collections
import os
import subprocess

import cgroups
import support

PODS, CONTAINERS = "/var/log/pods", "/var/log/containers"
OWNERS_ALONE = "services_database: null\n"
NAMESPACES_TOO = OWNERS_ALONE + "namespaces: {enabled: true, cpu_budget: 1}\n"
NOBODY = ("none", "none")
AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")

_SS_STATES = {"LISTEN": "listen", "ESTAB": "established", "UNCONN": "unconnected"}


def container_id(number):
    return f"{number:064x}"


def pod_uid(number):
    return f"{number:08x}-1111-4222-8333-{number:012x}"


def slice_uid(number):
    """As the kubelet writes it with its systemd driver, where `-` means a slice above."""
    return pod_uid(number).replace("-", "_")


STATIC_UID = "0123456789abcdef" * 2

# Who lays it: the cgroup, and whose its sockets are.
LAID = {
    "systemd, a unit": ("system.slice/nginx.service", ("unit", "nginx.service")),
    "systemd, a session": ("user.slice/user-1000.slice/session-3.scope",
                           ("session", "session-3.scope")),
    "kubelet and containerd by systemd": (
        "kubepods.slice/kubepods-burstable.slice/"
        f"kubepods-burstable-pod{slice_uid(1)}.slice/cri-containerd-{container_id(1)}.scope",
        ("pod", "shop/cart-0")),
    "its next container": (
        "kubepods.slice/kubepods-burstable.slice/"
        f"kubepods-burstable-pod{slice_uid(1)}.slice/cri-containerd-{container_id(2)}.scope",
        ("pod", "shop/cart-0")),
    "kubelet and containerd by cgroupfs": (
        f"kubepods/besteffort/pod{pod_uid(2)}/{container_id(3)}", ("pod", "shop/cart-1")),
    "kubelet and cri-o by systemd": (
        f"kubepods.slice/kubepods-pod{slice_uid(3)}.slice/crio-{container_id(4)}.scope/container",
        ("pod", "kube-system/dns-7d4-x2")),
    "kubelet and cri-o by cgroupfs": (
        f"kubepods/burstable/pod{pod_uid(4)}/crio-{container_id(5)}", ("pod", "shop/db.v2")),
    "kubelet, a static pod": (
        "kubepods.slice/kubepods-burstable.slice/"
        f"kubepods-burstable-pod{STATIC_UID}.slice/cri-containerd-{container_id(6)}.scope",
        ("pod", "kube-system/etcd-node")),
    "containerd without the pod": (f"system.slice/cri-containerd-{container_id(0xabc << 244)}.scope",
                                   ("container", "abc000000000")),
    "docker by systemd": (f"system.slice/docker-{container_id(0xd1 << 248)}.scope",
                          ("container", "d10000000000")),
    "docker by cgroupfs": (f"docker/{container_id(0xd2 << 248)}", ("container", "d20000000000")),
    "podman by systemd": (f"machine.slice/libpod-{container_id(0xe1 << 248)}.scope/container",
                          ("container", "e10000000000")),
    "podman by cgroupfs": (f"libpod_parent/libpod-{container_id(0xe2 << 248)}",
                           ("container", "e20000000000")),
}

# The folders of logs: (namespace, pod, uid, {container: id}).
LOGGED = (
    ("shop", "cart-0", pod_uid(1), {"web": container_id(1), "proxy": container_id(2)}),
    ("shop", "cart-1", pod_uid(2), {"web": container_id(3)}),
    ("kube-system", "dns-7d4-x2", pod_uid(3), {"dns": container_id(4)}),
    ("shop", "db.v2", pod_uid(4), {"db": container_id(5)}),
    ("kube-system", "etcd-node", STATIC_UID, {"etcd": container_id(6)}),
    ("batch", "job-1", pod_uid(5), {"main": container_id(0xabc << 244)}),
)

# sockdiag_owner_info: of whom, the pod's namespace and name, the container's name and id.
INFO = {
    ("pod", "shop/cart-0", "shop", "cart-0", "", ""),
    ("pod", "shop/cart-1", "shop", "cart-1", "", ""),
    ("pod", "kube-system/dns-7d4-x2", "kube-system", "dns-7d4-x2", "", ""),
    ("pod", "shop/db.v2", "shop", "db.v2", "", ""),
    ("pod", "kube-system/etcd-node", "kube-system", "etcd-node", "", ""),
    ("container", "abc000000000", "batch", "job-1", "main", container_id(0xabc << 244)),
    ("container", "d10000000000", "", "", "", container_id(0xd1 << 248)),
    ("container", "d20000000000", "", "", "", container_id(0xd2 << 248)),
    ("container", "e10000000000", "", "", "", container_id(0xe1 << 248)),
    ("container", "e20000000000", "", "", "", container_id(0xe2 << 248)),
}


def made(owner, connections):
    """{(owner, protocol, state): sockets} of a holder."""
    return +collections.Counter({(owner, "tcp", "listen"): 1,
                                 (owner, "tcp", "established"): 2 * connections,
                                 (owner, "udp", "unconnected"): 1})


def owned(scrape):
    """The same, of all owners that have sockets; those in TIME_WAIT have no cgroup, and what was
    closed leaves them."""
    return +collections.Counter({
        ((sample.labels["owner_kind"], sample.labels["owner"]), sample.labels["protocol"],
         sample.labels["state"]): int(sample.value)
        for sample in scrape.select("sockdiag_owner_sockets")
        if sample.labels["state"] != "time_wait"})


def info(scrape):
    labels = ("owner_kind", "owner", "pod_namespace", "pod_name", "container_name", "container_id")
    return {tuple(sample.labels[label] for label in labels)
            for sample in scrape.select("sockdiag_owner_info")}


class OwnersTestCase(cgroups.CgroupsTestCase):
    """Folders of logs that are empty at first, and an exporter that logs nothing but what a test
    expects."""

    def setUp(self):
        super().setUp()
        # In the mount namespace of this test.
        subprocess.run(["mount", "-t", "tmpfs", "none", "/var/log"], check=True)
        self.addCleanup(subprocess.run, ["umount", "/var/log"], check=True)
        os.mkdir(PODS)
        os.mkdir(CONTAINERS)

    def log(self, namespace, pod, uid, containers):
        """What the kubelet lays for a pod."""
        folder = f"{PODS}/{namespace}_{pod}_{uid}"
        for container, number in containers.items():
            os.makedirs(f"{folder}/{container}", exist_ok=True)
            with open(f"{folder}/{container}/0.log", "w", encoding="ascii"):
                pass
            os.symlink(f"{folder}/{container}/0.log",
                       f"{CONTAINERS}/{pod}_{namespace}_{container}-{number}.log")

    def lay(self):
        """All of it, with a holder in each cgroup; what they hold."""
        for pod in LOGGED:
            self.log(*pod)
        self.owner_by_path = {}
        self.holders = []
        total = collections.Counter()
        for connections, (path, owner) in enumerate(LAID.values(), 1):
            folder = self.cgroup(path)
            self.owner_by_path[folder.removeprefix(self.cgroups)] = owner
            self.holders.append(self.holder(connections, folder))
            total += made(owner, connections)
        return total

    def seen_by_ss(self, *prefix):
        """As owned(), by the cgroups that `ss` tells."""
        listing = subprocess.run([*prefix, "ss", "-tuanH", "--cgroup"], text=True,
                                 capture_output=True, check=True).stdout
        sums = collections.Counter()
        for row in listing.splitlines():
            protocol, state, *_, cgroup = row.split()
            path = cgroup.removeprefix("cgroup:")
            [owner] = [owner for end, owner in self.owner_by_path.items() if path.endswith(end)]
            sums[owner, protocol, _SS_STATES[state]] += 1
        return sums

    def start(self, config=OWNERS_ALONE, prefix=()):
        path = support.temporary_file(self, config)
        os.chmod(os.path.dirname(path), 0o755)
        socket = support.temporary_folder(self, mode=0o777) + "/web.socket"
        return support.start_exporter(self, f"--config.file={path}", listen=[f"unix:{socket}"],
                                      prefix=prefix)

    def expect_successes(self, scrape, but=()):
        failed = {sample.labels["collector"]
                  for sample in scrape.select("sockdiag_collector_success") if sample.value != 1}
        self.assertEqual(failed, set(but))

    def expect_line(self, exporter, *parts):
        """The only warning is one with these parts in its error; or there is none."""
        warnings = [*exporter.logged(level="warn"), *exporter.logged(level="error")]
        self.assertEqual(len(warnings), 1 if parts else 0, warnings)
        for part in parts:
            self.assertIn(part, warnings[0]["error"])


class OwnersTest(OwnersTestCase):
    """In the exporter's own network namespace, with no privilege."""

    def test_sums_are_those_that_were_made_and_that_ss_sees(self):
        total = self.lay()
        exporter = self.start(prefix=AS_NOBODY)
        scrape = exporter.scrape()
        self.assertEqual(self.seen_by_ss(), total)
        self.assertEqual(owned(scrape), total)
        self.assertEqual(info(scrape), INFO)
        self.expect_successes(scrape)
        self.expect_line(exporter)

    def test_names_change_while_scraping(self):
        """A pod's folder comes after its sockets; then its container is started again, with another
        id in another cgroup."""
        pod = f"kubepods/burstable/pod{pod_uid(7)}"
        first = self.holder(3, self.cgroup(f"{pod}/{container_id(7)}"))
        exporter = self.start()
        by_uid, by_name = ("pod", pod_uid(7)), ("pod", "shop/cart-7")
        scrape = exporter.scrape()
        self.assertEqual(owned(scrape), made(by_uid, 3))
        self.assertEqual(info(scrape), {(*by_uid, "", "", "", "")})

        self.log("shop", "cart-7", pod_uid(7), {"web": container_id(7)})
        scrape = self.until(exporter, lambda scrape: owned(scrape) == made(by_name, 3), "its name")
        self.assertIn((*by_name, "shop", "cart-7", "", ""), info(scrape))
        self.assertEqual(scrape.select("sockdiag_owner_sockets", owner=pod_uid(7)), [],
                         "it is the same pod")

        self.end(first)
        self.until(exporter, lambda scrape: not owned(scrape), "its end")
        self.holder(5, self.cgroup(f"{pod}/{container_id(8)}"))
        self.log("shop", "cart-7", pod_uid(7), {"worker": container_id(8)})

        def is_whole(scrape):
            owners = {owner for owner, _, _ in owned(scrape)}
            self.assertLessEqual(owners, {by_name, NOBODY})
            self.assertEqual(sum(owned(scrape).values()), 2 * 5 + 2, "none is lost meanwhile")
            return owned(scrape) == made(by_name, 5)
        self.until(exporter, is_whole, "the new cgroup")
        self.expect_line(exporter)


class NamespacesOwnersTest(OwnersTestCase):
    """Each in a network namespace of its own."""

    PREFIX = ("unshare", "--net")

    def test_sums_are_those_that_were_made_and_that_ss_sees(self):
        total = self.lay()
        exporter = self.start(NAMESPACES_TOO)
        scrape = exporter.scrape()
        seen = collections.Counter()
        for holder in self.holders:
            seen += self.seen_by_ss("nsenter", f"--target={holder.pid}", "--net")
        self.assertEqual(seen, total)
        self.assertEqual(owned(scrape), total)
        self.assertEqual(info(scrape), INFO)
        self.assertEqual(scrape.value("sockdiag_namespaces", result="dumped"), len(LAID))
        self.expect_successes(scrape)
        self.expect_line(exporter)


# What a command finds instead of the host's hierarchies, in a mount namespace of its own.
_WITHOUT_CGROUP2 = "umount -l -a -t cgroup2"
_HYBRID = (f"{_WITHOUT_CGROUP2}; mount -t tmpfs none /sys/fs/cgroup && mkdir /sys/fs/cgroup/unified"
           " && mount -t cgroup2 none /sys/fs/cgroup/unified")


def with_mounts(commands):
    return ("unshare", "--mount", "sh", "-ec", f'{commands}; exec "$0" "$@"')


class DegradedHostsTest(OwnersTestCase):
    """One line says what is missing, and all else is served."""

    def scrape_thrice(self, exporter):
        for _ in range(3):
            scrape = exporter.scrape()
        return scrape

    def test_without_privilege(self):
        """The namespaces are missing."""
        total = self.lay()
        exporter = self.start(NAMESPACES_TOO, prefix=AS_NOBODY)
        scrape = self.scrape_thrice(exporter)
        self.assertEqual(owned(scrape), total)
        self.assertEqual(info(scrape), INFO)
        self.expect_successes(scrape, but=["namespaces"])
        self.expect_line(exporter, "CapabilityBoundingSet=")

    def test_without_cgroup2(self):
        """Nobody is an owner."""
        total = self.lay()
        exporter = self.start(prefix=with_mounts(_WITHOUT_CGROUP2))
        scrape = self.scrape_thrice(exporter)
        sums = collections.Counter()
        for (_, protocol, state), sockets in total.items():
            sums[NOBODY, protocol, state] += sockets
        self.assertEqual(owned(scrape), sums)
        self.expect_successes(scrape)
        self.expect_line(exporter, "no cgroup2 hierarchy is mounted")

    def test_hybrid(self):
        """cgroup2 lies beside the hierarchies of v1: nothing is missing."""
        total = self.lay()
        exporter = self.start(prefix=with_mounts(_HYBRID))
        scrape = self.scrape_thrice(exporter)
        self.assertEqual(owned(scrape), total)
        self.assertEqual(info(scrape), INFO)
        self.expect_successes(scrape)
        self.expect_line(exporter)

    def test_without_folder_of_pods(self):
        """They go by uid; the containers' folder still names containers that are in none."""
        total = self.lay()
        subprocess.run(["rm", "-r", PODS], check=True)
        exporter = self.start()
        scrape = self.scrape_thrice(exporter)
        uids = {("pod", f"{namespace}/{pod}"): ("pod", uid) for namespace, pod, uid, _ in LOGGED}
        by_uid = +collections.Counter({(uids.get(owner, owner), *key): sockets
                                       for (owner, *key), sockets in total.items()})
        self.assertEqual(owned(scrape), by_uid)
        self.assertEqual(info(scrape), {
            row if row[0] == "container" else (*uids[row[:2]], "", "", "", "") for row in INFO})
        self.expect_successes(scrape)
        self.expect_line(exporter, "pods are shown by uid: ", f"{PODS}: No such file or directory")


class HybridNamespacesTest(OwnersTestCase):
    """Processes in a pod of cgroup v1, and in nobody's cgroup2."""

    PREFIX = ("unshare", "--net")

    def test_their_namespace_tells_the_pod(self):
        self.log("shop", "cart-9", pod_uid(9), {"web": container_id(9)})
        named = self.mount("-t", "cgroup", "-o", f"none,name={self.cgroup_name()}", "none")
        path = f"kubepods/besteffort/pod{pod_uid(9)}/{container_id(9)}"
        self.holder(4, self.cgroup("nobody"), self.cgroup(path, named))
        exporter = self.start(NAMESPACES_TOO)
        scrape = exporter.scrape()
        self.assertEqual(owned(scrape), made(("pod", "shop/cart-9"), 4))
        self.assertEqual(info(scrape), {("pod", "shop/cart-9", "shop", "cart-9", "", "")})
        self.expect_line(exporter)


if __name__ == "__main__":
    cgroups.main()
