"""A real Prometheus scrapes an exporter that has a web configuration."""

import prometheus_test
import support
import web_clients

JOB = """
  - job_name: {name}
    scheme: https
    static_configs: [{{targets: ['{address}']}}]
    tls_config: {{{tls}}}
    {rest}
"""


@support.release_only
class WebPrometheusTest(web_clients.WebCase):
    """A job for each way to scrape, all of one Prometheus."""

    def setUp(self):
        super().setUp()
        self.jobs = []

    def _add(self, name, exporter, client=None, user=None, tls=""):
        tls = tls or f"ca_file: {self.authority.certificate}"
        if client:
            tls += f", cert_file: {client.certificate}, key_file: {client.key}"
        rest = f"basic_auth: {{username: {user[0]}, password: {user[1]}}}" if user else ""
        self.jobs.append(JOB.format(name=name, address=exporter.addresses()[0], tls=tls, rest=rest))

    def _scrape(self):
        """{job: (whether it is up, why not)}, once every job was scraped."""
        prometheus = prometheus_test.Prometheus(self, jobs="".join(self.jobs))

        def seen():
            targets = prometheus.targets()
            return all(target["health"] != "unknown" for target in targets) and targets
        support.wait_until(seen, "all jobs to be scraped")
        return prometheus

    def _wait_for(self, prometheus, name, up, error=""):
        """A machine that is busy may break off a scrape or two."""
        def outcome():
            target, = [one for one in prometheus.targets() if one["labels"]["job"] == name]
            return (target["health"] == ("up" if up else "down")) and error in target["lastError"]
        support.wait_until(outcome, f"{name} to be {'up' if up else 'down'}: {error}")
        support.wait_until(lambda: prometheus.query(f'up{{job="{name}"}} == {int(up)}'), name)

    def test_passwords(self):
        users = f"basic_auth_users: {{prometheus: '{web_clients.bcrypt('secret')}'}}\n"
        exporter = self.start(self.tls() + users)
        self._add("right", exporter, user=("prometheus", "secret"))
        self._add("wrong", exporter, user=("prometheus", "guess"))
        self._add("none", exporter)
        self._add("untrusted", exporter, user=("prometheus", "secret"),
                  tls=f"ca_file: {self.authority.certificate}, server_name: other.example.org")
        prometheus = self._scrape()
        self._wait_for(prometheus, "right", True)
        self._wait_for(prometheus, "wrong", False, "401 Unauthorized")
        self._wait_for(prometheus, "none", False, "401 Unauthorized")
        self._wait_for(prometheus, "untrusted", False, "x509")
        sockets = prometheus.query('sockdiag_sockets{job="right",state="listen",family="ipv4"}')
        self.assertEqual([value for _, value in sockets], [2.0], "the exporter's and Prometheus's")
        self.assertEqual(prometheus.query('sockdiag_sockets{job!="right"}'), [])

    def test_client_certificates(self):
        exporter = self.start(self.tls(
            "client_auth_type: RequireAndVerifyClientCert",
            f"client_ca_file: {self.authority.certificate}",
            "client_allowed_sans: [prometheus.example.org]"))
        right = self.authority.issue_client("right", sans=["DNS:prometheus.example.org"])
        other = self.authority.issue_client("other", sans=["DNS:other.example.org"])
        self._add("right", exporter, client=right)
        self._add("other", exporter, client=other)
        self._add("none", exporter)
        prometheus = self._scrape()
        self._wait_for(prometheus, "right", True)
        self._wait_for(prometheus, "other", False, "bad certificate")
        self._wait_for(prometheus, "none", False, "certificate required")

if __name__ == "__main__":
    support.main()
