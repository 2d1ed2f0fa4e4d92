"""What panels of the dashboards show of hosts whose figures are given, as promtool computes it."""

import json
import subprocess
import unittest

import support
from dashboards import NAMES, load, queries

HOST = '{job="sockdiag",instance="%s"%s}'


def series(name, host, value, labels=""):
    return {"series": f"sockdiag_{name}{HOST % (host, labels)}", "values": f"{value}x5"}


def ports(host, used, sockets, to_one):
    """Of 1,000 for outgoing connections."""
    names = {"ports_limit": 1000, "ports_used": used, "port_sockets": sockets,
             "ports_max_used_per_destination": to_one}
    return [series(f"ephemeral_{name}", host, value) for name, value in names.items()]


def limits(host, time_wait, orphans, memory):
    """Shares of the kernel's limits, in percent."""
    return [
        series("tcp_time_wait_entries", host, time_wait), series("tcp_time_wait_limit", host, 100),
        series("tcp_orphans", host, orphans), series("tcp_orphans_limit", host, 100),
        series("tcp_memory_bytes", host, memory),
        series("tcp_memory_limit_bytes", host, 100, ',level="pressure"')]


def stuck(host, state, count, age, scope=""):
    labels = f',service_name="web",direction="inbound",state="{state}"{scope}'
    return [series("service_stuck_sockets", host, count, labels),
            series("service_oldest_socket_age_seconds", host, age, labels)]


ELSEWHERE = ',scope="namespaces"'


@support.release_only
class DashboardFiguresTest(unittest.TestCase):
    """Prometheus itself computes them; nothing is scraped."""

    def check(self, given, dashboard, title, expected, ref="A", **choices):
        """That query of the panel gives {host: value}, or without labels {"": value}."""
        expression = self.expression(dashboard, title, ref, **choices)
        self.check_expression(given, expression, {
            HOST % (host, "") if host else "{}": value for host, value in expected.items()})

    @staticmethod
    def expression(dashboard, title, ref="A", **choices):
        panel, = (panel for panel in queries.panels(load(dashboard)) if panel["title"] == title)
        found = queries.of_panel(panel, {**queries.ALL, **choices})
        expression, = (expression for target, expression in found if target["refId"] == ref)
        return expression

    def check_expression(self, given, expression, expected):
        """{labels: value}"""
        samples = [{"labels": labels, "value": value} for labels, value in expected.items()]
        tests = {"rule_files": [], "tests": [{
            "interval": "1m", "input_series": given, "promql_expr_test": [
                {"expr": expression, "eval_time": "2m", "exp_samples": samples}]}]}
        result = subprocess.run(
            [support.peer("promtool"), "test", "rules",
             support.temporary_file(self, json.dumps(tests))],
            capture_output=True, text=True, timeout=support.DEADLINE_S, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_each_limit_alone_counts_a_host(self):
        for number in range(3):
            near = [100 if number == limit else 1 for limit in range(3)]
            given = limits("a", *near) + limits("b", 1, 1, 1) + limits("c", 100, 100, 100)
            self.check(given, "sockdiag_fleet", "Hosts near another limit", {"": 2})
        self.check(limits("b", 1, 1, 1), "sockdiag_fleet", "Hosts near another limit", {"": 0})
        in_a_container = limits("d", 1, 1, 1)[:2]
        self.check(in_a_container, "sockdiag_fleet", "Hosts near another limit", {"": 0})

    def test_ports_that_are_bound_count_for_every_destination(self):
        """Nearly all sockets alone on their ports; a proxy's few share theirs."""
        bound = ports("a", used=1000, sockets=1150, to_one=150)
        self.check(bound, "sockdiag_exporter", "Ports left", {"": 0})
        self.check(bound, "sockdiag_fleet", "Hosts short of ports", {"": 1})

    def test_ports_that_are_shared_count_for_their_destination(self):
        shared = ports("a", used=1000, sockets=10000, to_one=250)
        self.check(shared, "sockdiag_exporter", "Ports left", {"": 0.75})
        self.check(shared, "sockdiag_fleet", "Hosts short of ports", {"": 0})

    def test_the_oldest_is_of_the_sockets_that_are_counted(self):
        given = stuck("a", "close_wait", 3, 100) + stuck("a", "fin_wait2", 1, 5000)
        self.check(given, "sockdiag_fleet", "Hosts by trouble", {"a": 3})
        self.check(given, "sockdiag_fleet", "Hosts by trouble", {"a": 100}, ref="B")

    def test_a_service_is_one_in_however_many_namespaces(self):
        given = [*stuck("a", "close_wait", 3, 100), *stuck("a", "close_wait", 4, 200, ELSEWHERE),
                 *stuck("b", "close_wait", 5, 300, ELSEWHERE), *stuck("c", "close_wait", 0, 0)]
        labels = ',service_name="web",direction="inbound",state="close_wait"'
        title = "What is stuck, and since when"
        for ref, expected in (("A", {"a": 7, "b": 5}), ("B", {"a": 200, "b": 300})):
            self.check_expression(given, self.expression("sockdiag_exporter", title, ref), {
                HOST % (host, labels): value for host, value in expected.items()})
        for ref, expected in (("A", 12), ("B", 2)):
            self.check_expression(
                given, self.expression("sockdiag_fleet", "Services by trouble", ref),
                {f"{{{labels[1:]}}}": expected})
        self.check(given, "sockdiag_fleet", "Hosts by trouble", {"a": 7, "b": 5})

    def test_a_listener_is_one_row_in_however_many_namespaces(self):
        labels = ',port="443",service_name="web"'
        listeners = ',protocol="tcp"' + labels
        given = [series("listeners", "a", 1, listeners), series("listeners", "a", 2, listeners + ELSEWHERE)]
        for name, own, others in (("length", 10, 5), ("limit", 100, 10), ("saturation_ratio", 0.1, 0.5)):
            given += [series(f"listen_queue_{name}", "a", own, labels),
                      series(f"listen_queue_{name}", "a", others, labels + ELSEWHERE)]
        for ref, expected in (("A", 3), ("B", 15), ("C", 110), ("D", 0.5)):
            self.check_expression(given, self.expression("sockdiag_exporter", "TCP listeners", ref),
                                  {HOST % ("a", labels): expected})

    def test_a_container_is_called_by_its_pod_where_that_is_known(self):
        known, unknown, unit = (f',owner_kind="{kind}",owner="{owner}"' for kind, owner in (
            ("container", "0123456789ab"), ("container", "ba9876543210"), ("unit", "nginx.service")))
        state = ',state="close_wait"'
        given = [series("owner_stuck_sockets", "a", number, owner + state)
                 for number, owner in enumerate((known, unknown, unit), 1)]
        names = ',pod_namespace="%s",pod_name="%s",container_name="%s",container_id="%s"'
        given += [series("owner_info", "a", 1, known + names % ("shop", "cart-4", "php", "0123456789abcd")),
                  series("owner_info", "a", 1, unknown + names % ("", "", "", "ba9876543210fe"))]
        expression = self.expression("sockdiag_exporter", "Who is stuck, and since when")
        self.check_expression(given, expression, {
            HOST % ("a", known + state + ',name="shop/cart-4/php"'): 1,
            "sockdiag_owner_stuck_sockets" + HOST % ("a", unknown + state): 2,
            "sockdiag_owner_stuck_sockets" + HOST % ("a", unit + state): 3})

    def test_what_owners_lose_is_told_apart(self):
        """Also where one owner has lost several kinds, and of one kind nobody has lost any."""
        cart, nginx = (f',owner_kind="{kind}",owner="{owner}"' for kind, owner in (
            ("pod", "shop/cart-4"), ("unit", "nginx.service")))
        given = [series("owner_listen_drops_total", "a", "0+60", cart),
                 series("owner_listen_drops_total", "a", 7, nginx),
                 series("owner_tcp_retransmitted_segments_total", "a", "0+30", cart)]
        expression = self.expression("sockdiag_exporter", "Dropped and sent again by owner", __rate_interval="5m")
        self.check_expression(given, expression, {
            HOST % ("a", cart + ',loss="connections"'): 0.4, HOST % ("a", nginx + ',loss="connections"'): 0,
            HOST % ("a", cart + ',loss="sent again"'): 0.2})

    def test_dumps_say_where_their_sockets_come_from(self):
        given = [series("dump_duration_seconds", "a", 0.5, ',protocol="tcp"'),
                 series("dump_duration_seconds", "a", 0.1, ',protocol="udp"'),
                 series("socket_source", "a", 1, ',protocol="tcp",source="proc"'),
                 series("socket_source", "a", 1, ',protocol="udp",source="netlink"')]
        self.check_expression(given, self.expression("sockdiag_exporter", "Dumps"), {
            HOST % ("a", ',protocol="tcp",source="proc"'): 0.5, HOST % ("a", ',protocol="udp",source="netlink"'): 0.1})

    def test_what_is_down_belongs_to_the_chosen_jobs(self):
        """A job that is down for good is among all of them, though none of its series is there."""
        given = [{"series": f'up{{job="{job}",instance="a"}}', "values": f"{value}x5"}
                 for job, value in {"sockdiag-db": 0, "sockdiag": 1, "node": 0}.items()]
        for name in NAMES:
            job, = (variable for variable in load(name)["templating"]["list"]
                    if variable["name"] == "job")
            self.check(given, name, "Exporters down", {"": 0}, job="sockdiag")
            self.check(given, name, "Exporters down", {"": 1}, job=job["allValue"])

    def test_marks_of_alerts_say_whose_they_are(self):
        """In labels that every alert has: Grafana writes the names of others."""
        firing = ',alertname="SockdiagX",alertstate="firing"'
        owner = ',owner_kind="pod",owner="shop/cart-4"'
        given = [{"series": f'ALERTS{HOST % ("a", firing + labels)}', "values": "1x5"}
                 for labels in (',service_name="web"', owner)]
        marks, _ = load("sockdiag_exporter")["annotations"]["list"]
        self.assertEqual(marks["textFormat"], "{{whose}}")
        self.check_expression(given, queries.fill_in(marks["expr"], {**queries.ALL, "__range": "1m"}), {
            "ALERTS" + HOST % ("a", firing + ',service_name="web",whose="a web "'): 1,
            "ALERTS" + HOST % ("a", firing + owner + ',whose="a  shop/cart-4"'): 1})

    def test_alerts_of_no_single_host_are_marked_for_the_fleet(self):
        alert = 'alertname="SockdiagDependencyUnanswered",alertstate="firing",severity="critical"'
        marks, _ = load("sockdiag_fleet")["annotations"]["list"]
        self.check_expression(
            [{"series": f'ALERTS{{{alert},service_name="web"}}', "values": "1x5"}],
            queries.fill_in(marks["expr"], queries.ALL),
            {'{alertname="SockdiagDependencyUnanswered",severity="critical"}': 1})


if __name__ == "__main__":
    support.main()
