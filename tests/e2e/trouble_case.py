"""A real Prometheus with the shipped scrape configuration and rules, while a host gets in trouble.

The rules are as shipped but for time: in a copy, each minute of a window, offset or `for` is a second,
and scrapes and evaluations are a second apart."""

import glob
import os
import re

import prometheus_test
import support

ADDRESS = "127.0.0.1:10204"
INSTANCE = "localhost:10204"  # as deploy/prometheus/scrape.yaml calls it
DOWN = ("SockdiagExporterDown", "warning")
FAILING = ("SockdiagCollectorFailing", "warning")
# On a machine that is too busy a scrape may fail, and these may say so.
OF_SCRAPES = {DOWN, FAILING}


def read(path):
    with open(os.path.join(support.SOURCE_DIR, path), encoding="utf-8") as file:
        return file.read()


def minutes_to_seconds(rules):
    quick = re.sub(r"((?:for: |offset |\[)\d+)m\b", r"\1s", rules)
    quick = re.sub(r"(\[\d+s:\d+)m\b", r"\1s", quick)
    if re.search(r"\b\d+m\b", re.sub(r"^\s*#.*$", "", quick, flags=re.M)):
        raise AssertionError("a duration is not in whole minutes")
    return quick


class TroubleCase(support.TestCase):
    """One host. Alerts are known by name and severity, since a trouble that is critical is also above
    the tier below it."""

    more_targets = ()
    settings = {}  # of sockdiag_settings.yaml: what stands there, and what here

    def setUp(self):
        super().setUp()
        self.prometheus = None
        self.firing = {}  # all that have ever fired: name and severity to the alerts, for each look

    def start_prometheus(self):
        """Until a dozen scrapes have found a host that is well."""
        self.prometheus = prometheus_test.Prometheus(self, config=self._prometheus_config())
        support.wait_until(lambda: self.prometheus.query(
            'count_over_time(up{job="sockdiag"}[1m]) >= 12'), "a dozen scrapes")
        self.assertEqual(self.look() - OF_SCRAPES, set(), "a host that is well")

    def _prometheus_config(self):
        folder = support.temporary_folder(self)
        for path in glob.glob(f"{support.SOURCE_DIR}/deploy/prometheus/rules/*.yaml"):
            text = minutes_to_seconds(read(path))
            if path.endswith("_settings.yaml"):
                for shipped, here in self.settings.items():
                    text = self._replaced(re.escape(shipped), here, text)
            with open(os.path.join(folder, os.path.basename(path)), "w", encoding="utf-8") as copy:
                copy.write(text)
        scrape = read("deploy/prometheus/scrape.yaml")
        for key in ("scrape_interval: ", "scrape_timeout: "):
            scrape = self._replaced(f"{key}.*", f"{key}1s", scrape)
        targets = ", ".join(f'"{target}"' for target in (INSTANCE, *self.more_targets))
        scrape = self._replaced("targets: .*", f"targets: [{targets}]", scrape)
        return f"global: {{evaluation_interval: 1s}}\nrule_files: ['{folder}/*.yaml']\n{scrape}"

    def _replaced(self, pattern, new, text):
        replaced, count = re.subn(pattern, new, text)
        self.assertEqual(count, 1, pattern)
        return replaced

    def look(self):
        """The names of the alerts that are firing now."""
        now = set()
        for alert in self.prometheus.alerts():
            if alert["state"] == "firing":
                name = alert["labels"]["alertname"], alert["labels"]["severity"]
                now.add(name)
                self.firing.setdefault(name, []).append(alert)
        return now

    def wait_for_firing(self, names, meanwhile=lambda: None):
        def all_have_fired():
            meanwhile()
            self.look()
            return names <= self.firing.keys()
        try:
            support.wait_until(all_have_fired, "the alerts", deadline_s=240)
        except AssertionError as error:
            raise AssertionError(f"{error}: {names - self.firing.keys()} of them; now "
                                 f"{self.prometheus.alerts()}") from None

    def wait_for_end(self, names):
        support.wait_until(lambda: not self.look() & names, "the alerts to end", deadline_s=180)

    def assert_labels(self, name, labels):
        expected = {"alertname": name[0], "severity": name[1], "job": "sockdiag",
                    "instance": INSTANCE, **labels}
        for found in self.firing[name]:
            self.assertEqual(found["labels"], expected)
