"""What the dashboards say when a collection fails: what was known for five minutes, and then that
nothing is known. Never that all is well."""

import errno
import math
import time

import fault_case
import faults
import prometheus_test
import support
from dashboards import load_all, queries

CONFIG = """
services_database: null
services:
  - {name: web, ports: [8080]}
sampling: {interval: 100ms}
stuck_after: {close_wait: 1ms}
"""
STUCK = 3
# Beyond what last_over_time and a selector look back.
LATER_S = 11 * 60


def color(panel, value):
    """That a figure has by its mappings and thresholds."""
    defaults = panel["fieldConfig"]["defaults"]
    for mapping in defaults["mappings"]:
        if mapping["options"]["match"] == "null+nan" and math.isnan(value):
            return mapping["options"]["result"]["color"]
    reached = [step["color"] for step in defaults["thresholds"]["steps"]
               if step["value"] is None or value >= step["value"]]
    return reached[-1]


@support.release_only
class DashboardFailureTest(fault_case.FaultCase):
    """A real exporter whose TCP dumps fail, and a real Prometheus that scrapes it."""

    config = CONFIG

    def setUp(self):
        super().setUp()
        self.start(listen=["127.0.0.1:0"])
        self.prometheus = prometheus_test.Prometheus(self, self.exporter.addresses()[0])
        self.made.close_wait(self.made.listener(port=8080), STUCK)
        stuck = f'sockdiag_service_stuck_sockets{{state="close_wait"}} == {STUCK}'
        support.wait_until(lambda: self.prometheus.query(stuck), "stuck sockets")
        tcp = faults.protocol_number("tcp")
        self.faults.set(faults.fail("receive", errno.ENOMEM, protocol=tcp))
        failing = 'sockdiag_collector_success{collector="tcp"} == 0'
        support.wait_until(lambda: self.prometheus.query(failing), "a failed collection")
        self.assertEqual(self.prometheus.query("sockdiag_service_stuck_sockets"), [])

    def answers(self, panel, when=None):
        """[[(labels, value)]] of the panel's queries, at that time as if it were now."""
        time_of = {} if when is None else {"time": when}
        return [self.prometheus.query(expression, **time_of)
                for _, expression in queries.of_panel(panel, queries.ALL)]

    def panels(self, *kinds):
        return [panel for dashboard in load_all() for panel in queries.panels(dashboard)
                if panel["type"] in kinds]

    def test_what_was_known_stays(self):
        (figure,), = ([panel for panel in self.panels("stat")
                       if panel["title"] == "Stuck in CLOSE_WAIT"],)
        ((_, value),), = self.answers(figure)
        self.assertEqual(value, STUCK)
        for title in ("What is stuck, and since when", "Hosts by trouble", "Services by trouble"):
            with self.subTest(title):
                table, = [panel for panel in self.panels("table") if panel["title"] == title]
                (_, value), = self.answers(table)[0]
                self.assertEqual(value, STUCK)

    def test_collectors_failing_is_red(self):
        for figure in self.panels("stat"):
            if figure["title"] == "Collectors failing":
                ((_, value),), = self.answers(figure)
                self.assertEqual((value, color(figure, value)), (1, "red"))

    def test_no_figure_is_green_when_nothing_is_known(self):
        later = time.time() + LATER_S
        for panel in self.panels("stat", "bargauge"):
            with self.subTest(panel["title"]):
                shown = [value for answer in self.answers(panel, later) for _, value in answer]
                self.assertNotIn("green", [color(panel, value) for value in shown])
                if panel["type"] == "stat":
                    self.assertEqual(panel["options"]["reduceOptions"]["calcs"], ["last"])
                    self.assertEqual([math.isnan(value) for value in shown], [True])

    def test_no_empty_table_claims_health(self):
        later = time.time() + LATER_S
        for panel in self.panels("table"):
            with self.subTest(panel["title"]):
                self.assertEqual([answer for answer in self.answers(panel, later) if answer], [])
                text = panel["fieldConfig"]["defaults"]["noValue"]
                self.assertRegex(text, r"^No data$|is reported\. Do all report\?")


if __name__ == "__main__":
    support.main()
