"""A real Prometheus with the shipped rules while a pod gets in trouble, in a network namespace of its own:
each alert fires, names the pod, and ends."""

import os
import socket
import subprocess
import sys

import cgroups
import support
import trouble_case
from trouble_case import OF_SCRAPES

CONFIG = """
services:
  - {name: shop, ports: [8080]}
  - {name: search, ports: [8082]}
  - {name: cache, ports: [8085]}
services_database: null
namespaces: {enabled: true, cpu_budget: 1}
sampling: {interval: 500ms, cpu_budget: 1, peak_window: 5s}
stuck_after: {close_wait: 1s, syn_sent: 1s}
"""
UID = "12345678-1234-1234-1234-123456789abc"
POD = {"owner_kind": "pod", "owner": "shop/cart-4"}
# It leaks what comes from its clients, does not accept in time, and has all its ports towards one address;
# the next connect to the full queue waits. Ends with its standard input.
TROUBLED = r"""
import select, socket, sys
held = []
def listener(port, backlog):
    held.append(socket.socket())
    held[-1].bind(("127.0.0.1", port))
    held[-1].listen(backlog)
    return held[-1]
def connect(port):
    held.append(socket.create_connection(("127.0.0.1", port)))
    return held[-1]
with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:
    file.write("40000 40399")
shop, search, cache = listener(8080, 100), listener(8082, 4), listener(8085, 100)
for _ in range(340):
    connect(8085)
    held.append(cache.accept()[0])
for _ in range(5):
    connect(8082)
held.append(socket.socket())
held[-1].setblocking(False)
held[-1].connect_ex(("127.0.0.1", 8082))
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0.7)[0]:
    connect(8080).shutdown(socket.SHUT_WR)
    held.append(shop.accept()[0])
"""
IN_A_POD = '''echo $$ > "$0/cgroup.procs" &&
exec unshare -n sh -c 'ip link set lo up && exec "$0" "$@"' "$@"'''
# An exporter that may look into the network namespaces of its own user namespace alone: its own, and one
# beside it. One that may enter none has a collector that fails.
WITHOUT_PRIVILEGE = ["unshare", "-Urn", "bash", "-c",
                     'unshare -n setpriv --pdeathsig KILL sleep infinity & '
                     'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&"$0"']
REFUSED_PORT = 10205
CONNECTS = {"service_name": "search", "direction": "outbound", "state": "syn_sent",
            "scope": "namespaces"}
STALE = ("SockdiagNamespacesStale", "info")
REFUSED = ("SockdiagNamespacesRefused", "warning")
TROUBLES = {
    ("SockdiagOwnerCloseWaitStuck", "critical"): POD,
    ("SockdiagOwnerCloseWaitStuck", "warning"): POD,
    ("SockdiagOwnerAcceptQueueSaturated", "critical"): POD,
    ("SockdiagOwnerAcceptQueueSaturated", "warning"): POD,
    ("SockdiagOwnerEphemeralPortsExhausting", "critical"): POD,
    ("SockdiagOwnerEphemeralPortsExhausting", "warning"): POD,
    ("SockdiagSynSentStuck", "warning"): CONNECTS,
}


@support.release_only
class OwnerTroubleTest(cgroups.CgroupsTestCase, trouble_case.TroubleCase):
    """One host that is well, and a pod on it that is not."""

    more_targets = (f"localhost:{REFUSED_PORT}",)
    # A collection has two seconds of CPU saved up, so that no budget lets figures get old within a test.
    settings = {"vector(300)": "vector(0)"}

    def setUp(self):
        super().setUp()
        os.mkdir(f"/var/log/pods/shop_cart-4_{UID}")
        support.start_exporter(self, config=CONFIG, listen=[trouble_case.ADDRESS])

    def _start_pod(self):
        cgroup = self.cgroup(f"kubepods/burstable/pod{UID}/{'a' * 64}")
        pod = subprocess.Popen(
            ["sh", "-c", IN_A_POD, cgroup, sys.executable, "-c", TROUBLED],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, pod)
        self.assertEqual(pod.stdout.readline(), "ready\n")
        return pod

    def test_each_trouble_names_the_pod_and_ends_with_it(self):
        self.start_prometheus()
        pod = self._start_pod()
        self.wait_for_firing({*TROUBLES, STALE})
        self.assertEqual(set(self.firing) - OF_SCRAPES, {*TROUBLES, STALE})
        for name, labels in TROUBLES.items():
            self.assert_labels(name, labels)
        self.assert_labels(STALE, {})
        for alert in self.firing["SockdiagSynSentStuck", "warning"]:
            self.assertIn("Stuck by owner, of all services and network namespaces: shop/cart-4 (1)",
                          alert["annotations"]["description"])
        self._refuse()
        self.end(pod)
        self.wait_for_end({*TROUBLES, REFUSED})

    def _refuse(self):
        """Only now, since what it sees is no newer than the other one's."""
        with socket.create_server(("127.0.0.1", REFUSED_PORT)) as listener:
            exporter = support.start_exporter(
                self, config=CONFIG, listen=[], pass_fds=[listener.fileno()],
                prefix=[*WITHOUT_PRIVILEGE, str(listener.fileno())])
        self.wait_for_firing({REFUSED})
        self.assert_labels(REFUSED, {"instance": f"localhost:{REFUSED_PORT}", "result": "refused"})
        self.assertEqual(exporter.stop(), 0)


if __name__ == "__main__":
    cgroups.main()
