"""Rules, runbooks, dashboards and documents name metrics and alerts that exist, and use each metric
as its type allows: what promtool cannot know, since it does not know the exporter."""

import os
import pathlib
import re
import sys
import unittest

import yaml

SOURCE_DIR = pathlib.Path(os.environ.get("SOCKDIAG_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
SEVERITIES = {"critical", "warning", "info"}
ANNOTATIONS = {"summary", "description", "runbook_url"}
RUNBOOKS = "docs/runbooks.md"
ALERTMANAGER = "deploy/prometheus/alertmanager.yaml"
# Where a rule's link gets the address of the runbooks from.
ADDRESS = '{{ range query "setting:sockdiag_runbooks:url" }}{{ .Labels.url }}{{ end }}'
# The helper's processes, as `ps` shows them.
PROCESSES = {"sockdiag_keeper", "sockdiag_netns"}
# Of no single host.
FLEET = {"SockdiagNoTargets", "SockdiagDependencyUnanswered"}
# Where metrics and recorded series are named, in files of any kind but pictures.
NAMING = ("README.md", "CHANGELOG.md", "docs", "deploy", "config")
SUFFIXES = {".md", ".1", ".5", ".7", ".yaml", ".json", ".py"}

_METRIC = re.compile(r'"((?:sockdiag|process)_[a-z0-9_]+)",\s*k(Gauge|Counter),')
_NAME = re.compile(r"\b(?:[a-z_0-9]+:)?(?:sockdiag|process)_[a-z0-9_]+(?::[a-z0-9_]+)?")
_FOR_COUNTERS = re.compile(r"\b(rate|irate|increase|resets)\s*\(")
_FOR_GAUGES = re.compile(r"\b(deriv|delta|idelta|predict_linear|min_over_time|avg_over_time"
                         r"|max_over_time)\s*\(")
_RECORDED = re.compile(r"[a-z_]+:sockdiag_[a-z0-9_]+:[a-z0-9_]+")


def metric_types():
    """{name: "gauge" or "counter"}, from where the code declares them."""
    return {name: kind.lower() for path in (SOURCE_DIR / "src").rglob("*.[hc]*")
            for name, kind in _METRIC.findall(path.read_text(encoding="utf-8"))}


def load_rules():
    rules = []
    for path in sorted((SOURCE_DIR / "deploy/prometheus/rules").glob("*.yaml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            rules += group["rules"]
    return rules


def alerts():
    """{alert: its rules}; several are tiers."""
    found = {}
    for rule in load_rules():
        if "alert" in rule:
            found.setdefault(rule["alert"], []).append(rule)
    return found


def recorded():
    return {rule["record"] for rule in load_rules() if "record" in rule}


def alert_cases():
    """{alert: [the alerts expected, for each case]} of all promtool tests."""
    cases = {}
    for path in sorted((SOURCE_DIR / "tests/deploy/rules").glob("*.yaml")):
        for test in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]:
            for case in test.get("alert_rule_test", []):
                cases.setdefault(case["alertname"], []).append(case.get("exp_alerts") or [])
    return cases


def unknown_names(text, known, files):
    """What looks like a metric of ours in a text and is none. Names of our files are no metrics, nor
    is the program's own name, nor the beginning of a name that is put together."""
    names = {name for name in _NAME.findall(text)
             if not name.startswith("sockdiag_exporter") and not name.endswith("_")}
    return sorted(names - known - files)


def wrong_uses(expression, types):
    """Functions of counters over gauges, and the other way round."""
    complaints = []
    for pattern, wanted in ((_FOR_COUNTERS, "counter"), (_FOR_GAUGES, "gauge")):
        for call in pattern.finditer(expression):
            name = re.search(r"[a-zA-Z_:][\w:]*", expression[call.end():])[0]
            found = types.get(name)
            if found is not None and found != wanted:
                complaints.append(f"{call[1]}() of the {found} {name}")
    return complaints


def naming_files():
    for name in NAMING:
        path = SOURCE_DIR / name
        found = path.rglob("*") if path.is_dir() else [path]
        yield from sorted(file for file in found
                          if file.is_file() and file.suffix in SUFFIXES
                          and "node_modules" not in file.parts)


def expressions_of_dashboards(node):
    """Every value of a key `expr`, however deep."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "expr" and isinstance(value, str):
                yield value
            yield from expressions_of_dashboards(value)
    elif isinstance(node, list):
        for value in node:
            yield from expressions_of_dashboards(value)


def sections(text):
    """{alert: its text} of the runbooks."""
    parts = re.split(r"^### (\w+)$", re.sub(r"^## .*$", "", text, flags=re.M), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


class AlertsTest(unittest.TestCase):
    """Each alert says how bad it is, what to do, and has been seen to fire and not to."""

    def setUp(self):
        self.alerts = alerts()
        self.assertGreater(len(self.alerts), 10)

    def _rules(self):
        return [(name, rule) for name, rules in self.alerts.items() for rule in rules]

    def test_tiers_of_one_alert_differ_in_severity(self):
        for name, rules in self.alerts.items():
            severities = [rule["labels"]["severity"] for rule in rules]
            self.assertEqual(len(set(severities)), len(severities), name)

    def test_each_has_severity_texts_and_a_duration(self):
        for name, rule in self._rules():
            with self.subTest(name):
                self.assertEqual(set(rule["labels"]), {"severity"})
                self.assertIn(rule["labels"]["severity"], SEVERITIES)
                self.assertEqual(set(rule["annotations"]), ANNOTATIONS)
                if name not in FLEET:
                    self.assertIn('{{ $labels.instance | reReplaceAll ":[0-9]+$" "" }}',
                                  rule["annotations"]["summary"], "the host, without the port")
                self.assertRegex(rule["for"], r"^\d+m$")
                self.assertRegex(rule["expr"], r"(_over_time|predict_linear|rate|increase)\(",
                                 "it must ask for what lasts")

    def test_each_has_a_runbook_and_each_runbook_an_alert(self):
        runbooks = sections((SOURCE_DIR / RUNBOOKS).read_text(encoding="utf-8"))
        self.assertEqual(set(runbooks), set(self.alerts))
        for name, rule in self._rules():
            with self.subTest(name):
                self.assertEqual(rule["annotations"]["runbook_url"], f"{ADDRESS}#{name.lower()}")
                for part in ("What it means.", "What users feel.", "Confirm.", "What to do.",
                             "Silence"):
                    self.assertIn(f"**{part}", runbooks[name])

    def test_each_has_tests_of_firing_and_of_not_firing(self):
        cases = alert_cases()
        self.assertEqual(set(cases), set(self.alerts), "alerts with tests")
        for name, expected in cases.items():
            with self.subTest(name):
                firing = [alert for alerts_then in expected for alert in alerts_then]
                self.assertEqual({alert["exp_labels"]["severity"] for alert in firing},
                                 {rule["labels"]["severity"] for rule in self.alerts[name]},
                                 "tiers that fire")
                self.assertGreaterEqual(expected.count([]), 3, "too few cases in which it does not")
                for alert in firing:
                    self.assertEqual(set(alert["exp_annotations"]), ANNOTATIONS)
                    self.assertEqual("instance" in alert["exp_labels"], name not in FLEET)


class AlertmanagerTest(unittest.TestCase):
    """A rule that names no alert of ours silences nothing."""

    def setUp(self):
        text = (SOURCE_DIR / ALERTMANAGER).read_text(encoding="utf-8")
        self.rules = yaml.safe_load(text)["inhibit_rules"]
        self.assertGreater(len(self.rules), 5)

    def _named(self, matchers):
        patterns = [re.fullmatch(r'alertname=~?"(.*)"', matcher) for matcher in matchers]
        return re.compile(next(match[1] for match in patterns if match))

    def test_each_alternative_of_a_name_is_an_alert(self):
        for rule in self.rules:
            for side in ("source_matchers", "target_matchers"):
                pattern = self._named(rule[side])
                found = {name for name in alerts() if pattern.fullmatch(name)}
                alternatives = pattern.pattern.count("|") + 1
                with self.subTest(pattern.pattern):
                    self.assertGreaterEqual(len(found), alternatives)

    def test_it_takes_labels_of_alerts(self):
        for rule in self.rules:
            self.assertLessEqual(set(rule["equal"]), {"alertname", "job", "instance", "port",
                                                      "service_name", "direction", "scope",
                                                      "owner_kind", "owner"})


class NamesTest(unittest.TestCase):
    """A metric that is renamed must not leave a rule behind that never fires again."""

    def setUp(self):
        self.types = metric_types()
        self.assertGreater(len(self.types), 40)

    def test_every_metric_named_anywhere_exists(self):
        known = set(self.types) | recorded() | PROCESSES
        files = {path.stem for name in ("deploy", "config", "docs")
                 for path in (SOURCE_DIR / name).rglob("*")}
        for path in naming_files():
            with self.subTest(path.relative_to(SOURCE_DIR)):
                text = path.read_text(encoding="utf-8")
                self.assertEqual(unknown_names(text, known, files), [])

    def test_each_kind_of_file_is_there(self):
        self.assertEqual({path.suffix for path in naming_files()}, SUFFIXES)

    def test_rates_are_of_counters_and_slopes_of_gauges(self):
        expressions = [rule["expr"] for rule in load_rules()]
        for path in naming_files():
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".json":
                expressions += expressions_of_dashboards(yaml.safe_load(text))
            elif path.suffix == ".md":
                expressions += re.findall(r"`([^`\n]+)`", text)
        for expression in expressions:
            self.assertEqual(wrong_uses(expression, self.types), [], expression)

    def test_recorded_series_are_named_by_the_convention_and_of_ours(self):
        for name in recorded():
            self.assertRegex(name, f"^{_RECORDED.pattern}$")

    def test_each_setting_is_asked_for_and_each_that_is_asked_for_exists(self):
        text = "".join(path.read_text(encoding="utf-8")
                       for path in (SOURCE_DIR / "deploy/prometheus/rules").glob("*.yaml")
                       if path.stem != "sockdiag_settings")
        self.assertEqual(set(re.findall(r"setting:\w+:\w+", text)),
                         {name for name in recorded() if name.startswith("setting:")})

    def test_each_number_that_is_set_is_the_default_without_it(self):
        rules = load_rules()
        settings = {rule["record"]: rule["expr"] for rule in rules if "record" in rule}
        asked = [match for rule in rules
                 for match in re.findall(r"(setting:\w+:\w+)( or vector\(\d+\))?",
                                         rule["expr"] + rule.get("annotations", {}).get("description", ""))]
        self.assertGreater(len(asked), 3)
        for name, default in asked:
            self.assertEqual(default, f" or {settings[name]}", name)


class CheckerTest(unittest.TestCase):
    """A checker that finds nothing is only worth something if it would find it."""

    TYPES = {"sockdiag_sockets": "gauge", "process_cpu_seconds_total": "counter"}

    def test_finds_names_that_do_not_exist(self):
        for text in ("sockdiag_socket > 1", '"expr": "sum(sockdiag_sockets_total)"',
                     "`instance:sockdiag_sockets:ratio`", "1/sockdiag_socket*2",
                     "process_cpu_seconds{job='x'}"):
            found = unknown_names(text, set(self.TYPES), {"sockdiag_exporter"})
            self.assertEqual(len(found), 1, text)

    def test_accepts_names_that_exist_and_files(self):
        known = set(self.TYPES) | {"instance:sockdiag_sockets:ratio"}
        for text in ("sum(sockdiag_sockets) / 2", "instance:sockdiag_sockets:ratio > 1",
                     "sockdiag_exporter.yaml", "/etc/sockdiag_exporter/x", "rules/sockdiag_*.yaml",
                     "rate(process_cpu_seconds_total[5m])"):
            self.assertEqual(unknown_names(text, known, {"sockdiag_exporter"}), [], text)

    def test_finds_each_wrong_use(self):
        for expression in ("rate(sockdiag_sockets[5m])", "sum(increase( sockdiag_sockets[5m]))",
                           "deriv(process_cpu_seconds_total[5m])",
                           "min_over_time(process_cpu_seconds_total[5m])"):
            self.assertEqual(len(wrong_uses(expression, self.TYPES)), 1, expression)

    def test_accepts_right_uses(self):
        for expression in ("rate(process_cpu_seconds_total[5m])", "deriv(sockdiag_sockets[5m])",
                           "sockdiag_sockets > 1", "avg_over_time(up[5m])"):
            self.assertEqual(wrong_uses(expression, self.TYPES), [], expression)


if __name__ == "__main__":
    unittest.main(verbosity=2) if SOURCE_DIR.is_dir() else sys.exit(f"{SOURCE_DIR}: no such folder")
