"""What Grafana's own components make of the dashboards, in a headless Chromium; each panel asks a real
Prometheus. scripts/test_dashboards.sh runs it in a network namespace."""

import math
import pathlib
import sys
import time
import unittest

import drawing
import hosts

sys.path.insert(0, str(drawing.SOURCE / "tests/e2e"))
import support  # noqa: E402
from dashboard_fleet_test import STEP_S, TIMES, write_blocks  # noqa: E402
from dashboards import NAMES, queries  # noqa: E402

LONG_S = 3600
# What Grafana and page.tsx say of a panel that they cannot draw.
ERRORS = ("unexpected error", "cannot be drawn")
NO_DATA = "No data"
NOT_A_CELL = "Do all report?"


def shown(dashboard, *kinds):
    """The panels of these kinds that are seen when it is opened."""
    return [panel for panel in dashboard["panels"] if panel["type"] in kinds]


class DrawingTest(unittest.TestCase):
    """A fleet in trouble, and the same two hours after its last figures."""

    @classmethod
    def setUpClass(cls):
        hosts.raise_loopback()

    def setUp(self):
        folder = pathlib.Path(support.temporary_folder(self))
        self.end = int(time.time())
        write_blocks(folder, self.end)
        self.prometheus = hosts.Prometheus(support.peer("prometheus"), folder, {})
        self.addCleanup(self.prometheus.process.wait)
        self.addCleanup(self.prometheus.process.terminate)
        self.prometheus.wait_until_it_answers()
        self.choices = {**queries.ALL, "job": ".+", "__rate_interval": "1m"}

    def draw(self, dashboard, start, end):
        """{title: what the panel says}, with no panel left out and none that failed."""
        said = drawing.draw(dashboard, self.prometheus.url, start, end,
                            {**self.choices, "__range": f"{end - start}s"})
        self.assertEqual(set(said), {queries.fill_in(panel["title"], self.choices)
                                     for panel in dashboard["panels"]})
        for title, text in said.items():
            for error in ERRORS:
                self.assertNotIn(error, text, title)
        return said

    def test_trouble_is_shown(self):
        for dashboard in map(drawing.load, NAMES):
            said = self.draw(dashboard, self.end - (TIMES - 1) * STEP_S, self.end)
            for panel in shown(dashboard, "stat", "bargauge", "table", "timeseries"):
                text = said[panel["title"]]
                with self.subTest(dashboard["title"], panel=panel["title"]):
                    # A table's text for no rows must not stand in its empty cells.
                    self.assertNotIn(NOT_A_CELL, text)
                    lines = text.removeprefix(panel["title"]).strip().split("\n")
                    self.assertTrue(lines[0])
                    if panel["type"] == "stat":
                        self.check_figure(panel, lines)
                    else:
                        self.assertNotIn(NO_DATA, text)
                    if panel["type"] == "table":
                        self.check_table(panel, lines)

    def answers(self, panel):
        """What Prometheus says to the panel's first question: [{"metric": labels, "value": ...}]."""
        expression = queries.of_panel(panel, self.choices)[0][1]
        return self.prometheus.ask("/api/v1/query", query=expression, time=self.end)

    def check_figure(self, panel, lines):
        """Of whole numbers below a thousand it is known what they look like."""
        value = float(self.answers(panel)[0]["value"][1])
        self.assertEqual(lines == [NO_DATA], math.isnan(value))
        if panel["fieldConfig"]["defaults"]["unit"] == "short" and value in range(1000):
            self.assertEqual(lines, [str(int(value))])

    def check_table(self, panel, lines):
        """All headings, and the labels of at least one row."""
        headings = panel["transformations"][-1]["options"]["renameByName"]
        self.assertEqual(set(headings.values()) - set(lines), set())
        rows = [{labels["metric"][name] for name in headings if name in labels["metric"]}
                for labels in self.answers(panel)]
        self.assertTrue(any(row and row <= set(lines) for row in rows), lines)

    def test_nothing_is_well_when_nothing_is_known(self):
        later = self.end + 2 * LONG_S
        for dashboard in map(drawing.load, NAMES):
            said = self.draw(dashboard, later - LONG_S, later)
            for panel in shown(dashboard, "stat", "table", "timeseries"):
                with self.subTest(dashboard["title"], panel=panel["title"]):
                    text = said[panel["title"]].removeprefix(panel["title"]).strip()
                    self.assertEqual(
                        text, panel["fieldConfig"]["defaults"].get("noValue", NO_DATA))
            for panel in shown(dashboard, "bargauge"):
                self.assertNotIn("%", said[panel["title"]])


if __name__ == "__main__":
    unittest.main(verbosity=2)
