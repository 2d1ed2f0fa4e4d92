"""A real Prometheus scrapes the exporter: its answers have to be the sockets that are there."""

import functools
import http.client
import json
import subprocess
import threading
import time
import urllib.parse

import exposition_text
import sockets
import support

# The target label `service` is what service discovery likes to attach.
GLOBAL_CONFIG = """
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
"""
JOB = """
  - job_name: sockdiag
    static_configs:
      - targets: ['{address}']
        labels: {{service: shop}}
"""
EXPORTER_CONFIG = """
services:
  - {name: web, direction: inbound, ports: [8080]}
"""
TARGET_LABELS = {"instance", "job", "service"}


class Prometheus:
    """Debian's Prometheus as a process. All questions use one connection, so that their sockets
    can be counted: two in ESTABLISHED, beside its listener."""

    def __init__(self, test, address="", jobs="", config="", folder=""):
        """Scrapes an address, or as other jobs or a whole configuration say. What is in `data` of
        the folder, it has already."""
        folder = folder or support.temporary_folder(test)
        config = config or GLOBAL_CONFIG + (jobs or JOB.format(address=address))
        config = support.temporary_file(test, config)
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", support.peer("prometheus"),
             f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
             "--web.listen-address=127.0.0.1:9090", "--log.level=warn"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self._log = []
        self._reader = threading.Thread(target=lambda: self._log.extend(self._process.stderr))
        self._reader.start()
        test.addCleanup(self._stop)
        self._connection = http.client.HTTPConnection("127.0.0.1", 9090, timeout=support.DEADLINE_S)
        test.addCleanup(self._connection.close)
        support.wait_until(self._is_ready, "Prometheus to be ready")

    def _stop(self):
        self._process.terminate()
        self._process.wait(support.DEADLINE_S)
        self._reader.join()
        self._process.stderr.close()

    def _is_ready(self):
        if self._process.poll() is not None:
            raise AssertionError(f"Prometheus ended: {self._log}")
        try:
            return support.fetch(self._connection, "/-/ready").status == 200
        except ConnectionRefusedError:
            self._connection.close()
            return False

    def _ask(self, path, **parameters):
        answer = support.fetch(self._connection, f"{path}?{urllib.parse.urlencode(parameters)}")
        document = json.loads(answer.text)
        if document["status"] != "success":
            raise AssertionError(f"{path} {parameters}: {document}")
        return document["data"]

    def query(self, expression, **when):
        """[(labels, value)] now, or at another `time`."""
        result = self._ask("/api/v1/query", query=expression, **when)["result"]
        return [(entry["metric"], float(entry["value"][1])) for entry in result]

    def query_range(self, expression, start, end, step):
        """[{labels}] of all that there is at some step."""
        result = self._ask("/api/v1/query_range", query=expression, start=start, end=end,
                           step=step)["result"]
        return [entry["metric"] for entry in result]

    def by(self, expression, *keys):
        """{label values: value}, without zeros."""
        return {tuple(labels[key] for key in keys): value
                for labels, value in self.query(expression) if value != 0}

    def number(self, expression):
        (_, value), = self.query(expression)
        return value

    def alerts(self):
        """Pending and firing ones, as /api/v1/alerts gives them."""
        return self._ask("/api/v1/alerts")["alerts"]

    def series_ever(self, selector):
        return {frozenset(labels.items()) for labels in
                self._ask("/api/v1/series", **{"match[]": selector})}

    def targets(self):
        """With their health and last error."""
        return self._ask("/api/v1/targets")["activeTargets"]

    def wait_for_next_scrape(self, job="sockdiag"):
        """Until there is a scrape that began after now; what is there now is then what it saw."""
        start = time.time() + 0.01  # Prometheus rounds timestamps by up to 2 ms
        support.wait_until(
            lambda: self.query(f'timestamp(up{{job="{job}"}}) > {start}'), "a new scrape")


def repeated_when_too_slow(test):
    """Begins anew, at most twice, when Prometheus gave up a scrape after its second: it then leaves
    a TIME_WAIT socket and a gap, on a machine that is merely busy."""
    @functools.wraps(test)
    def wrapper(self):
        for _ in range(2):
            try:
                self.start()
                return test(self)
            except AssertionError:
                if not self.prometheus or not self.prometheus.query(
                        'min_over_time(up{job="sockdiag"}[10m]) == 0'):
                    raise
            self.doCleanups()
            self.setUp()
        self.start()
        return test(self)
    return wrapper


@support.release_only
class PrometheusTest(support.TestCase):
    """Exporter on TCP for Prometheus, and on a unix socket for the test's own looks."""

    def start(self):
        self.prometheus = None
        web = f"unix:{support.temporary_folder(self)}/web.socket"
        self.exporter = support.start_exporter(self, listen=[web, "127.0.0.1:0"],
                                               config=EXPORTER_CONFIG)
        self.prometheus = Prometheus(self, self.exporter.addresses()[1])
        self.sockets = sockets.Sockets(self)
        # The listeners of the exporter and of Prometheus, and both ends of the scrapes' connection
        # and of the questions' one.
        self.sockets.expected["tcp", "ipv4", "listen"] += 2
        self.sockets.expected["tcp", "ipv4", "established"] += 4
        self.sockets.settle()

    def make_sockets(self):
        listener = self.sockets.listener(port=8080)
        self.sockets.established(listener, 7)
        self.sockets.close_wait(listener, 3)
        self.sockets.udp(port=5353)
        self.sockets.settle()

    @repeated_when_too_slow
    def test_counts_are_those_of_the_sockets(self):
        self.make_sockets()
        self.prometheus.wait_for_next_scrape()
        prometheus = self.prometheus
        self.assertEqual(prometheus.by('up{job="sockdiag"}', "service"), {("shop",): 1})
        keys = ("protocol", "family", "state")
        self.assertEqual(prometheus.by("sockdiag_sockets", *keys), self.sockets.expected)
        self.assertEqual(prometheus.by("sum by (state) (sockdiag_sockets)", "state"),
                         {("established",): 18, ("fin_wait2",): 3, ("close_wait",): 3,
                          ("listen",): 3, ("unconnected",): 1})
        web = prometheus.by('sockdiag_service_sockets{service_name="web"}', "direction", "state")
        self.assertEqual(web, {("inbound", "established"): 7, ("inbound", "close_wait"): 3,
                               ("inbound", "listen"): 1})
        for other in ("sockdiag_service_sockets", "sockdiag_port_sockets"):
            self.assertEqual(prometheus.by(f"sum by (protocol, state) ({other})", *keys[::2]),
                             prometheus.by("sum by (protocol, state) (sockdiag_sockets)",
                                           *keys[::2]))

    @repeated_when_too_slow
    def test_labels_are_not_renamed_and_no_sample_is_lost(self):
        self.make_sockets()
        self.prometheus.wait_for_next_scrape()
        exposition = self.exporter.scrape()
        ours = {(sample.name, *sorted(sample.labels.items())) for sample in exposition.samples}
        stored = set()
        selector = '{job="sockdiag",__name__=~"(sockdiag|process)_.+"}'
        for labels, _ in self.prometheus.query(selector):
            self.assertEqual(labels["service"], "shop")
            self.assertEqual([key for key in labels if key.startswith("exported_")], [])
            own = {key: value for key, value in labels.items() if key not in TARGET_LABELS}
            stored.add((own.pop("__name__"), *sorted(own.items())))
        self.assertEqual(stored, ours)
        for figure in ("scrape_samples_scraped", "scrape_samples_post_metric_relabeling"):
            self.assertEqual(self.prometheus.number(figure), len(exposition.samples))

    @repeated_when_too_slow
    def test_series_stay_after_their_sockets(self):
        """A series that ends breaks alerts and rates, so it falls to 0 and stays."""
        self.make_sockets()
        self.prometheus.wait_for_next_scrape()
        self.sockets.close()
        support.wait_until(lambda: sockets.kernel_counts()["tcp", "ipv4", "close_wait"] == 0,
                           "the sockets to close")
        self.prometheus.wait_for_next_scrape()
        selector = '{job="sockdiag"}'
        now = {frozenset(labels.items()) for labels, _ in self.prometheus.query(selector)}
        self.assertEqual(self.prometheus.series_ever(selector), now)
        port = self.prometheus.number('sockdiag_port_sockets{port="8080",state="close_wait"}')
        self.assertEqual(port, 0)

    @repeated_when_too_slow
    def test_scrapes_leave_no_time_wait(self):
        """Connections made anew for each scrape would show up in what is measured."""
        own_series = 'sockdiag_build_info{job="sockdiag"}'
        ten_scrapes = f"count_over_time({own_series}[5m]) >= 10"
        support.wait_until(lambda: self.prometheus.query(ten_scrapes), "ten scrapes")
        self.assertEqual(sockets.kernel_counts(), self.sockets.expected)
        highest = self.prometheus.query('max_over_time(sockdiag_sockets{state="time_wait"}[5m])')
        self.assertEqual([value for _, value in highest], [0, 0])
        self.assertEqual(self.prometheus.number('min_over_time(up{job="sockdiag"}[5m])'), 1)
        exposition_text.check_sums(self, self.exporter.scrape())


if __name__ == "__main__":
    support.main()
