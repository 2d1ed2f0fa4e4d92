"""The Grafana dashboards: their files, and each of their queries asked of a real Prometheus."""

import itertools
import json
import os
import re
import subprocess
import sys
import unittest

import dashboards
import exposition_text
import prometheus_test
import sockets
import support
from dashboards import load_all, metric_names, queries

RUNBOOKS = os.path.join(support.SOURCE_DIR, "docs/runbooks.md")
SETTINGS = os.path.join(support.SOURCE_DIR, "deploy/prometheus/rules/sockdiag_settings.yaml")
# What Prometheus says of each target by itself, and of its alerts, and what the rules record.
OF_PROMETHEUS = {"up", "scrape_samples_scraped", "ALERTS", "setting:sockdiag_runbooks:url"}
PROMETHEUS_CONFIG = f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: ['{SETTINGS}']
scrape_configs:
"""
# Sysctls of the whole host, not to be seen in a network namespace, and so without a series there.
HOST_ONLY = {"sockdiag_tcp_memory_limit_bytes": "tcp_mem",
             "sockdiag_tcp_orphans_limit": "tcp_max_orphans"}
# Everything that is watched is stuck at once, and a service that is known from the start has
# counters that begin at 0, so that they are seen to grow.
EXPORTER_CONFIG = """
services:
  - {name: web, ports: [8080, 8081, 8082]}
namespaces: {enabled: true}
sampling: {interval: 100ms}
stuck_after: {syn_sent: 1ms, syn_recv: 1ms, fin_wait1: 1ms, fin_wait2: 1ms, close_wait: 1ms,
              last_ack: 1ms, closing: 1ms}
"""


def expressions(dashboard):
    """All PromQL of it, variables not filled in."""
    return ([target["expr"] for panel in queries.panels(dashboard) for target in panel["targets"]]
            + [annotation["expr"] for annotation in dashboard["annotations"]["list"]]
            + [variable["query"]["query"] for variable in dashboard["templating"]["list"]
               if variable["type"] == "query"])


def all_expressions():
    return [expression for dashboard in load_all() for expression in expressions(dashboard)]


def without_threshold(expression):
    """Of a table's column that shows hosts in trouble only."""
    return re.sub(r" > [0-9.]+\)$", ")", expression)


def cells(panel):
    place = panel["gridPos"]
    return set(itertools.product(range(place["x"], place["x"] + place["w"]),
                                 range(place["y"], place["y"] + place["h"])))


@support.release_only
class DashboardFileTest(unittest.TestCase):
    """What can be said without a Prometheus."""

    def setUp(self):
        self.dashboards = load_all()
        self.panels = [panel for dashboard in self.dashboards
                       for panel in queries.panels(dashboard)]
        golden = os.path.join(support.SOURCE_DIR, "tests/golden/metrics.txt")
        with open(golden, encoding="utf-8") as file:
            self.types = dict(exposition_text.parse(file.read()).types)

    def test_is_what_its_source_writes(self):
        for name in dashboards.NAMES:
            written = subprocess.run(
                [sys.executable, "-B", os.path.join(dashboards.FOLDER, "dashboard.py"), "--print",
                 name], capture_output=True, timeout=support.DEADLINE_S, check=True).stdout
            with open(os.path.join(dashboards.FOLDER, f"{name}.json"), "rb") as file:
                self.assertEqual(file.read(), written, "deploy/grafana/dashboard.py writes it anew")

    def test_has_only_metrics_that_the_exporter_has(self):
        for expression in all_expressions():
            names = metric_names(expression)
            self.assertTrue(names, expression)
            self.assertLessEqual(names, set(self.types) | OF_PROMETHEUS, expression)
            # No name escapes for want of a selector.
            self.assertEqual(set(re.findall(r"(?<![\w:])(?:sockdiag|process)_\w+", expression)),
                             names - OF_PROMETHEUS)

    def test_takes_rates_of_counters_and_of_nothing_else(self):
        for expression in all_expressions():
            windows = re.findall(r"(\w+)\((\w+)\{[^}]*\}\[", expression)
            self.assertEqual(expression.count("["), len(windows), expression)
            counters = {name for name in metric_names(expression)
                        if self.types.get(name) == "counter"}
            self.assertEqual({name for function, name in windows
                              if function in ("rate", "increase")}, counters, expression)

    def test_every_panel_says_what_it_shows(self):
        for panel in self.panels:
            with self.subTest(panel["title"]):
                self.assertGreater(len(panel["description"]), 20)
                self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                self.assertTrue(panel["targets"])
                for part in (panel, *panel["targets"]):
                    self.assertEqual(part["datasource"]["uid"], "${datasource}")
                for target in panel["targets"]:
                    self.assertIn('job=~"$job",instance=~"$instance"', target["expr"])

    def test_panels_have_numbers_and_places_of_their_own(self):
        for dashboard in self.dashboards:
            everything = [*dashboard["panels"], *queries.panels(dashboard)]
            numbers = {panel["id"] for panel in everything}
            self.assertEqual(len(numbers), len({id(panel) for panel in everything}))
            taken = set()
            for panel in dashboard["panels"]:
                place = panel["gridPos"]
                self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
                self.assertFalse(taken & cells(panel), panel["title"])
                taken |= cells(panel)

    def test_trouble_comes_first(self):
        """Stuck sockets, the fullest queue and the ports left are seen without scrolling."""
        for dashboard in self.dashboards:
            shown = set().union(*(metric_names(target["expr"])
                                  for panel in queries.panels(dashboard)
                                  if panel["gridPos"]["y"] < 14 for target in panel["targets"]))
            for name in ("service_stuck_sockets", "service_oldest_socket_age_seconds",
                         "listen_queue_saturation_ratio",
                         "ephemeral_ports_max_used_per_destination"):
                self.assertIn(f"sockdiag_{name}", shown)

    def test_links_lead_from_each_dashboard_to_the_other(self):
        uids = {dashboard["uid"] for dashboard in self.dashboards}
        for dashboard in self.dashboards:
            link, = dashboard["links"]
            self.assertEqual({link["url"]}, {f"/d/{uid}" for uid in uids - {dashboard["uid"]}})
            self.assertTrue(link["includeVars"] and link["keepTime"])

    def test_cells_lead_to_choices_that_there_are(self):
        """From the fleet to a host, from a host to a service, and the rest stays as it is."""
        chosen = {dashboard["uid"]: set() for dashboard in self.dashboards}
        there = {dashboard["uid"]: {variable["name"] for variable in
                                    dashboard["templating"]["list"]}
                 for dashboard in self.dashboards}
        for dashboard in self.dashboards:
            for url in re.findall(r'"(/d/[^"]+)"', json.dumps(list(queries.panels(dashboard)))):
                uid, question = re.fullmatch(r"/d/([\w-]+)\?(.+)", url).groups()
                kept = set(re.findall(r"\$\{(\w+):queryparam\}", question))
                variable, = re.findall(r"var-(\w+)=", question)
                # A filter comes beside the others, another choice in the place of the old one.
                self.assertEqual(variable in kept, variable == "filters")
                self.assertLessEqual(kept | {variable}, there[uid])
                self.assertLessEqual(kept, there[dashboard["uid"]])
                self.assertEqual({"datasource", "job", "instance", "service", "filters"},
                                 kept | {variable})
                chosen[dashboard["uid"]].add(variable)
        self.assertEqual(chosen["sockdiag-fleet"], {"instance", "service", "filters"})
        self.assertEqual(chosen["sockdiag-exporter"], {"instance", "service"})

    @unittest.skipUnless(os.path.exists(RUNBOOKS), "there are no runbooks")
    def test_links_lead_to_every_runbook(self):
        with open(RUNBOOKS, encoding="utf-8") as file:
            sections = set(re.findall(r"^#+ (Sockdiag\w+)$", file.read(), re.MULTILINE))
        linked = set()
        for link in (link for panel in self.panels for link in panel["links"]):
            name = link["title"].removeprefix("Runbook: ")
            self.assertEqual(link["url"], f"${{runbooks}}#{name.lower()}")
            linked.add(name)
        self.assertEqual(linked, sections)


@support.release_only
class DashboardQueriesTest(support.TestCase):
    """Each query gives something when there are sockets in every state: one that never does would
    leave its panel empty for ever. For two hosts: some errors are seen with a second one only."""

    def setUp(self):
        super().setUp()
        exporters = [support.start_exporter(self, listen=["127.0.0.1:0"], config=EXPORTER_CONFIG)
                     for _ in range(2)]
        self.addresses = [exporter.addresses()[0] for exporter in exporters]
        job = prometheus_test.JOB.format(address="', '".join(self.addresses))
        self.prometheus = prometheus_test.Prometheus(self, config=PROMETHEUS_CONFIG + job)
        support.wait_until(lambda: len(self.prometheus.query("up == 1")) == len(exporters),
                           "a scrape of both exporters")
        self.make_sockets()
        # Long enough for a rate to see what came before, however slow the machine is.
        self.all = {**queries.ALL, "__rate_interval": "5m"}
        self.web = {**self.all, "service": "web"}

    def make_sockets(self):
        made = sockets.Sockets(self)
        made.expected = sockets.kernel_counts()
        listener = made.listener(port=8080)
        made.established(listener, 3)
        made.unread(listener, 1000)
        made.close_wait(listener, 2)
        made.close_wait(listener, unread=10)
        made.fin_wait1(listener)
        made.last_ack(listener)
        made.closing(listener)
        made.syn_sent(made.listener(port=8081, backlog=0), 2)
        made.syn_recv(made.listener(port=8082, defer_accept=True))
        made.udp(port=5353)
        made.udp_connected(("127.0.0.1", 53), 2)
        made.time_wait(listener, 2)

    def wait_for_answers(self, expression):
        if any(name in expression and not os.path.exists(f"/proc/sys/net/ipv4/{sysctl}")
               for name, sysctl in HOST_ONLY.items()):
            return self.prometheus.query(expression)
        return support.wait_until(lambda: self.prometheus.query(expression),
                                  f"an answer to {expression}")

    def test_every_query_of_every_panel_has_an_answer(self):
        for dashboard in load_all():
            for panel in queries.panels(dashboard):
                for choices in (self.all, self.web):
                    for _, expression in queries.of_panel(panel, choices):
                        with self.subTest(panel["title"], query=expression):
                            self.wait_for_answers(without_threshold(expression))

    def test_a_host_can_be_chosen(self):
        choices = {**self.all, "instance": self.addresses[0]}
        for dashboard in load_all():
            for panel in queries.panels(dashboard):
                for _, expression in queries.of_panel(panel, choices):
                    with self.subTest(panel["title"], query=expression):
                        for labels, _ in self.wait_for_answers(without_threshold(expression)):
                            self.assertIn(labels.get("instance"), (None, self.addresses[0]))

    def test_every_variable_has_choices(self):
        for dashboard in load_all():
            found = {}
            for variable, selector, label in queries.of_variables(dashboard, self.all):
                series = support.wait_until(
                    lambda asked=selector: self.prometheus.series_ever(asked),
                    f"series of {selector}")
                found[variable["name"]] = {dict(labels)[label] for labels in series}
            self.assertEqual(found["job"], {"sockdiag"})
            self.assertEqual(found["instance"], set(self.addresses))
            self.assertIn("web", found["service"])
            with open(SETTINGS, encoding="utf-8") as file:
                self.assertEqual(found["runbooks"], set(re.findall("url: (.+)", file.read())))

    def test_annotations_can_be_asked(self):
        """No rule here alerts, so there is no alert; but the question is a right one. The
        exporters were started a moment ago, and their mark is at that time, in milliseconds."""
        for dashboard in load_all():
            alerts, starts = (queries.fill_in(annotation["expr"], self.all)
                              for annotation in dashboard["annotations"]["list"])
            self.assertEqual(self.prometheus.query(alerts), [])
            marks = {value for _, value in self.prometheus.query(starts)}
            started = {value * 1000 for _, value in
                       self.prometheus.query("process_start_time_seconds")}
            self.assertTrue(marks)
            self.assertLessEqual(marks, started)


if __name__ == "__main__":
    support.hide_other_processes()
    support.main()
