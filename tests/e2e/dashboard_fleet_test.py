"""How many series the dashboards' queries give in a fleet: some hundred hosts, each with services and
ports of its own and everything in trouble, with the highest ones others at each scrape."""

import os
import random
import subprocess
import time

import exposition_text
import prometheus_test
import support
from dashboards import load_all, queries

HOSTS = 250
OF_A_QUERY, OF_A_PANEL = 50, 200
TIMES, STEP_S = 4, 15
# What Prometheus says of each target.
OF_TARGETS = [exposition_text.Sample(name, {}, 0) for name in ("up", "scrape_samples_scraped")]
OF_TARGETS.append(exposition_text.Sample("ALERTS", {
    "alertname": "SockdiagCloseWaitStuck", "alertstate": "firing", "severity": "warning"}, 0))
# A container whose name is known, of which something is stuck: the golden text has none.
CONTAINER = {"owner_kind": "container", "owner": "0123456789ab"}
OF_CONTAINER = [
    exposition_text.Sample("sockdiag_owner_stuck_sockets", {**CONTAINER, "state": "close_wait"}, 0),
    exposition_text.Sample("sockdiag_owner_info", {
        **CONTAINER, "pod_namespace": "shop", "pod_name": "cart-4", "container_name": "php",
        "container_id": "0123456789ab" + "0" * 52}, 0)]
# Of a reason that a panel asks for: the golden text has another.
OF_REASONS = [exposition_text.Sample("sockdiag_udp_errors_total",
                                     {"family": "ipv4", "reason": "receive_buffer"}, 0)]
# What there is once more for all other network namespaces together: metrics with one of these labels, and
# some others by name.
SCOPED_LABELS = {"service_name", "port", "family"}
SCOPED_NAMES = {"sockdiag_folded_keys", "sockdiag_untracked_sockets"}


def with_scopes(samples):
    """The samples, and those that an exporter adds which sees other network namespaces, too."""
    for sample in samples:
        yield sample
        if SCOPED_LABELS & sample.labels.keys() or sample.name in SCOPED_NAMES:
            yield sample._replace(labels={**sample.labels, "scope": "namespaces"})


def escaped(label):
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def host_lines(samples, number):
    """Name and labels of each sample, as this host has them; a port is a number there, too."""
    for sample in samples:
        labels = {**sample.labels, "job": f"sockdiag-{number}", "instance": f"host-{number}"}
        for own in {"service_name", "port"} & labels.keys():
            labels[own] += str(number)
        text = ",".join(f'{key}="{escaped(labels[key])}"' for key in labels)
        yield f"{sample.name}{{{text}}} "


def value(line, number, when, dice):
    """Counters grow, and of the rest everything changes. A process was started a moment ago."""
    name = line.split("{")[0]
    if name in ("up", "sockdiag_collector_success"):
        return dice.randrange(2)
    if name == "process_start_time_seconds":
        return when - dice.randrange(100)
    if name.endswith("_info"):
        return 1
    return (1 + dice.random()) * (number + 1) * 10


def write_blocks(folder, end):
    """Prometheus's data of the whole fleet, as if it had scraped it until then."""
    path = os.path.join(support.SOURCE_DIR, "tests/golden/metrics.txt")
    with open(path, encoding="utf-8") as file:
        golden = exposition_text.parse(file.read()).samples
    samples = [*with_scopes(golden), *OF_CONTAINER, *OF_REASONS, *OF_TARGETS]
    lines = [line for number in range(HOSTS) for line in host_lines(samples, number)]
    dice = random.Random(1)
    text = os.path.join(folder, "samples")
    with open(text, "w", encoding="utf-8") as file:
        for number in range(TIMES):
            when = end - (TIMES - 1 - number) * STEP_S
            file.writelines(f"{line}{value(line, number, when, dice)} {when}\n" for line in lines)
        file.write("# EOF\n")
    subprocess.run([support.peer("promtool"), "tsdb", "create-blocks-from", "openmetrics", text,
                    f"{folder}/data"], check=True, capture_output=True,
                   timeout=support.DEADLINE_S)


@support.release_only
class DashboardFleetTest(support.TestCase):
    """The bound, and that there is something to be bounded."""

    def setUp(self):
        super().setUp()
        self.end = int(time.time())
        self.start = self.end - (TIMES - 1) * STEP_S
        folder = support.temporary_folder(self)
        write_blocks(folder, self.end)
        self.prometheus = prometheus_test.Prometheus(self, config="{}", folder=folder)
        self.choices = {**queries.ALL, "job": ".+", "group": "instance", "__rate_interval": "1m",
                        "__range": f"{self.end - self.start}s"}

    def count(self, expression, instant):
        """How many series of it Grafana would be sent."""
        if instant:
            return len(self.prometheus.query(expression, time=self.end))
        return len(self.prometheus.query_range(expression, self.start, self.end, STEP_S))

    def test_every_query_gives_a_bounded_number(self):
        for dashboard in load_all():
            for panel in queries.panels(dashboard):
                with self.subTest(dashboard["uid"], panel=panel["title"]):
                    self.check_panel(panel)
            for annotation in dashboard["annotations"]["list"]:
                with self.subTest(dashboard["uid"], annotation=annotation["name"]):
                    self.check(queries.fill_in(annotation["expr"], self.choices), instant=False)
        # Without a bound there are more, and with topk alone, which chooses anew at each step.
        for expression in ("sockdiag_service_stuck_sockets{}",
                           f"topk({OF_A_QUERY}, sockdiag_service_stuck_sockets{{}})"):
            self.assertGreater(self.count(expression, instant=False), OF_A_QUERY)

    def check_panel(self, panel):
        found = [self.check(expression, target["instant"])
                 for target, expression in queries.of_panel(panel, self.choices)]
        self.assertLessEqual(sum(found), OF_A_PANEL)

    def check(self, expression, instant):
        found = self.count(expression, instant)
        self.assertGreater(found, 0, expression)
        self.assertLessEqual(found, OF_A_QUERY, expression)
        return found


if __name__ == "__main__":
    support.main()
