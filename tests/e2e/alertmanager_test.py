"""What the shipped configuration of Alertmanager silences, as a real one does it."""

import json
import os
import subprocess

import support

CONFIG = os.path.join(support.SOURCE_DIR, "deploy/prometheus/alertmanager.yaml")
URL = "http://127.0.0.1:9093"
HOST = {"job": "sockdiag", "instance": "a:10204"}
WEB = {**HOST, "service_name": "web", "direction": "inbound"}
REDIS = {**HOST, "service_name": "redis", "direction": "outbound"}
ELSEWHERE = {"scope": "namespaces"}
CART, SHOP = ({**HOST, "owner_kind": "pod", "owner": owner} for owner in ("shop/cart-4", "shop/web-1"))


def amtool(*arguments):
    result = subprocess.run([support.peer("amtool"), *arguments], capture_output=True, text=True,
                            check=False, timeout=support.DEADLINE_S)
    if result.returncode:
        raise AssertionError(f"amtool {arguments}: {result.stdout}{result.stderr}")
    return result.stdout


@support.release_only
class AlertmanagerTest(support.TestCase):
    """One cause is told once, and nothing else is kept from anybody."""

    def setUp(self):
        super().setUp()
        storage = support.temporary_folder(self)
        program = support.peer("prometheus-alertmanager")
        # Debian's reads its templates from /usr/share, which is the package's own for it alone.
        share = os.path.join(os.path.dirname(program), "../share")
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "sh", "-c",
             'mount --bind "$0" /usr/share && exec "$@"', share, program,
             f"--config.file={CONFIG}", f"--storage.path={storage}", "--cluster.listen-address=",
             "--web.listen-address=127.0.0.1:9093", "--log.level=error"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.addCleanup(self._stop)
        support.wait_until(self._is_ready, "Alertmanager to be ready")

    def _stop(self):
        self._process.terminate()
        self._process.wait(support.DEADLINE_S)

    def _is_ready(self):
        self.assertIsNone(self._process.poll(), "Alertmanager ended")
        try:
            amtool("alert", "query", f"--alertmanager.url={URL}")
            return True
        except AssertionError:
            return False

    @staticmethod
    def _raise(name, severity, labels):
        words = [f"{key}={value}" for key, value in labels.items()]
        amtool("alert", "add", f"alertname=Sockdiag{name}", f"severity={severity}", *words,
               f"--alertmanager.url={URL}")

    def _silenced(self, *alerts):
        """Which of them the others keep quiet."""
        for alert in alerts:
            self._raise(*alert)

        def ask():
            shown = json.loads(amtool("alert", "query", "-o", "json", "--inhibited", "--active",
                                      f"--alertmanager.url={URL}"))
            return shown if len(shown) == len(alerts) else None
        shown = support.wait_until(ask, "the alerts")
        return {(alert["labels"]["alertname"].removeprefix("Sockdiag"), alert["labels"]["severity"])
                for alert in shown if alert["status"]["inhibitedBy"]}

    def test_amtool_takes_it(self):
        self.assertIn("SUCCESS", amtool("check-config", CONFIG))

    def test_a_higher_tier_silences_the_lower_one_of_the_same_port_alone(self):
        port = {**HOST, "service_name": "web"}
        self.assertEqual(self._silenced(
            ("AcceptQueueSaturated", "critical", {**port, "port": "80"}),
            ("AcceptQueueSaturated", "warning", {**port, "port": "80"}),
            ("EphemeralPortsExhausting", "warning", HOST)), {("AcceptQueueSaturated", "warning")})

    def test_another_port_keeps_its_tier(self):
        port = {**HOST, "service_name": "web"}
        self.assertEqual(self._silenced(
            ("AcceptQueueSaturated", "critical", {**port, "port": "80"}),
            ("AcceptQueueSaturated", "warning", {**port, "port": "81"})), set())

    def test_a_leak_silences_what_it_is_made_of(self):
        self.assertEqual(self._silenced(
            ("CloseWaitLeakFast", "critical", WEB), ("CloseWaitLeak", "critical", WEB),
            ("CloseWaitStuck", "warning", WEB), ("CloseWaitUnread", "warning", WEB)),
            {("CloseWaitLeak", "critical"), ("CloseWaitStuck", "warning")})

    def test_a_full_queue_silences_its_consequences_and_no_leak(self):
        queue = {**HOST, "service_name": "web", "port": "80"}
        self.assertEqual(self._silenced(
            ("AcceptQueueSaturated", "critical", queue), ("SynRecvFlood", "warning", queue),
            ("CloseWaitStuck", "warning", WEB), ("CloseWaitUnread", "warning", WEB),
            ("CloseWaitLeak", "critical", WEB)),
            {("SynRecvFlood", "warning"), ("CloseWaitStuck", "warning"),
             ("CloseWaitUnread", "warning")})

    def test_a_full_queue_silences_neither_other_ports_nor_outbound_connections(self):
        queue = {**HOST, "service_name": "web", "port": "80"}
        outbound = {**WEB, "direction": "outbound"}
        self.assertEqual(self._silenced(
            ("AcceptQueueSaturated", "critical", queue),
            ("SynRecvFlood", "warning", {**queue, "port": "8080"}),
            ("CloseWaitStuck", "warning", outbound), ("CloseWaitUnread", "warning", outbound)), set())

    def test_a_full_queue_of_another_host_silences_nothing(self):
        queue = {**HOST, "instance": "b:10204", "service_name": "web", "port": "80"}
        self.assertEqual(self._silenced(
            ("AcceptQueueSaturated", "critical", queue), ("CloseWaitStuck", "warning", WEB)), set())

    def test_a_full_queue_of_an_owner_silences_its_own_consequences_and_no_leak(self):
        self.assertEqual(self._silenced(
            ("OwnerAcceptQueueSaturated", "critical", CART),
            ("OwnerAcceptQueueSaturated", "warning", CART),
            ("OwnerCloseWaitStuck", "warning", CART), ("CloseWaitStuck", "warning", WEB)),
            {("OwnerAcceptQueueSaturated", "warning"), ("OwnerCloseWaitStuck", "warning")})
        self.assertEqual(self._silenced(
            ("OwnerAcceptQueueSaturated", "critical", CART),
            ("OwnerAcceptQueueSaturated", "warning", CART),
            ("OwnerCloseWaitStuck", "warning", CART), ("CloseWaitStuck", "warning", WEB),
            ("OwnerCloseWaitStuck", "critical", SHOP), ("OwnerCloseWaitStuck", "warning", SHOP)),
            {("OwnerAcceptQueueSaturated", "warning"), ("OwnerCloseWaitStuck", "warning")})

    def test_an_owner_silences_no_other_one(self):
        self.assertEqual(self._silenced(
            ("OwnerAcceptQueueSaturated", "critical", CART),
            ("OwnerAcceptQueueSaturated", "warning", SHOP),
            ("OwnerCloseWaitStuck", "warning", SHOP),
            ("OwnerEphemeralPortsExhausting", "critical", CART)), set())

    def test_the_own_namespace_silences_nothing_of_others(self):
        queue = {**HOST, "service_name": "web", "port": "80"}
        self.assertEqual(self._silenced(
            ("AcceptQueueSaturated", "critical", queue),
            ("SynRecvFlood", "warning", {**queue, **ELSEWHERE}),
            ("SynSentStuck", "warning", {**REDIS, **ELSEWHERE}),
            ("SynSentPileup", "warning", REDIS),
            ("PeersRetransmitting", "warning", {**REDIS, **ELSEWHERE}),
            ("CloseUnanswered", "warning", REDIS)), set())

    def test_a_full_queue_says_why_its_port_drops_and_nothing_of_other_ports(self):
        one, two = ({**HOST, "service_name": "web", "port": port} for port in ("80", "81"))
        self.assertEqual(self._silenced(
            ("AcceptQueueSaturated", "critical", one), ("ListenDrops", "warning", two),
            ("UdpReceiveDrops", "warning", one),
            ("ListenDrops", "warning", {**one, **ELSEWHERE})), set())
        self.assertEqual(self._silenced(
            ("AcceptQueueSaturated", "critical", one), ("ListenDrops", "warning", two),
            ("UdpReceiveDrops", "warning", one),
            ("ListenDrops", "warning", {**one, **ELSEWHERE}),
            ("ListenDrops", "warning", one)), {("ListenDrops", "warning")})

    def test_a_queue_of_handshakes_that_is_full_says_why_its_port_drops(self):
        port = {**HOST, "service_name": "web", "port": "80", **ELSEWHERE}
        self.assertEqual(self._silenced(
            ("SynRecvFlood", "warning", port), ("ListenDrops", "warning", port)),
            {("ListenDrops", "warning")})

    def test_a_limit_that_is_passed_was_near(self):
        self.assertEqual(self._silenced(
            ("ConntrackDrops", "critical", HOST), ("ConntrackNearLimit", "warning", HOST),
            ("TimeWaitOverflow", "warning", HOST), ("TimeWaitNearLimit", "warning", HOST),
            ("TcpMemoryPressure", "warning", HOST), ("TcpReceiveDrops", "warning", HOST)),
            {("ConntrackNearLimit", "warning"), ("TimeWaitNearLimit", "warning"),
             ("TcpReceiveDrops", "warning")})

    def test_syns_sent_again_have_a_reason_in_the_own_namespace(self):
        again = ("SynRetransmits", "warning", HOST)
        self.assertEqual(self._silenced(
            again, ("SynSentStuck", "warning", {**REDIS, **ELSEWHERE}),
            ("SynRetransmits", "warning", {**HOST, "instance": "b:10204"})), set())
        self.assertEqual(self._silenced(
            again, ("SynSentStuck", "warning", {**REDIS, **ELSEWHERE}),
            ("SynRetransmits", "warning", {**HOST, "instance": "b:10204"}),
            ("SynSentStuck", "warning", REDIS)), {("SynRetransmits", "warning")})

    def test_without_a_default_route_nothing_is_answered(self):
        gone = {**HOST, "family": "ipv4"}
        consequences = [(name, "warning", labels) for name, labels in (
            ("SynSentStuck", REDIS), ("PeersRetransmitting", REDIS), ("CloseUnanswered", WEB),
            ("TcpRetransmits", HOST))]
        others = [("CloseWaitStuck", "warning", WEB),
                  ("SynSentPileup", "warning", {**REDIS, "instance": "b:10204"})]
        self.assertEqual(self._silenced(
            ("DefaultRouteGone", "critical", gone), ("DefaultRouteGone", "warning", gone),
            *consequences, *others),
            {("DefaultRouteGone", "warning"), *(alert[:2] for alert in consequences)})

    def test_ipv6_alone_silences_nothing(self):
        self.assertEqual(self._silenced(
            ("DefaultRouteGone", "warning", {**HOST, "family": "ipv6"}),
            ("SynSentStuck", "warning", REDIS)), set())

    def test_a_dependency_silences_each_host(self):
        dependency = ("DependencyUnanswered", "critical", {"service_name": "redis"})
        self.assertEqual(self._silenced(
            dependency, ("SynSentStuck", "warning", REDIS), ("SynSentPileup", "warning", REDIS),
            ("SynSentStuck", "warning", {**REDIS, **ELSEWHERE}),
            ("PeersRetransmitting", "warning", REDIS), ("CloseUnanswered", "warning", REDIS)),
            {("SynSentStuck", "warning"), ("SynSentPileup", "warning"),
             ("CloseUnanswered", "warning")})

    def test_an_exporter_that_is_down_silences_what_it_says_of_itself(self):
        self.assertEqual(self._silenced(
            ("ExporterDown", "warning", HOST), ("ConfigReloadFailed", "warning", HOST),
            ("NamesFolded", "info", {**HOST, "limit": "ports"}),
            ("NamespacesStale", "info", HOST),
            ("ReadFromProc", "warning", {**HOST, "protocol": "tcp", "source": "proc"}),
            ("NamespacesRefused", "warning", {**HOST, "result": "refused"}),
            ("SynSentStuck", "warning", REDIS)),
            {("ConfigReloadFailed", "warning"), ("NamesFolded", "info"), ("NamespacesStale", "info"),
             ("NamespacesRefused", "warning"), ("ReadFromProc", "warning")})


if __name__ == "__main__":
    support.main()
