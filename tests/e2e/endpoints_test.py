"""The web side: pages, methods, headers and the ways to listen."""

import concurrent.futures
import http.server
import os
import re
import threading
import urllib.parse

import exposition_text
import sockets
import support

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class PagesTest(support.TestCase):
    """What each path answers."""

    def setUp(self):
        super().setUp()
        self.exporter = support.start_exporter(self)

    def test_metrics_are_plain_text(self):
        answer = self.exporter.get()
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Content-Type"], CONTENT_TYPE)
        self.assertIsNone(answer.headers["Content-Encoding"])
        self.assertEqual(int(answer.headers["Content-Length"]), len(answer.body))
        exposition_text.check(self, exposition_text.parse(answer.text))

    def test_metrics_are_gzipped_for_who_accepts_it(self):
        answer = self.exporter.get(headers={"Accept-Encoding": "gzip, deflate"})
        self.assertEqual(answer.headers["Content-Type"], CONTENT_TYPE)
        self.assertEqual(answer.headers["Content-Encoding"], "gzip")
        self.assertIn("Accept-Encoding", answer.headers["Vary"])
        self.assertLess(len(answer.body), len(answer.text))
        exposition_text.check(self, exposition_text.parse(answer.text))
        refused = self.exporter.get(headers={"Accept-Encoding": "gzip;q=0, identity"})
        self.assertIsNone(refused.headers["Content-Encoding"])

    def test_head_is_get_without_body(self):
        for path in ("/metrics", "/", "/-/healthy", "/-/ready"):
            answer = self.exporter.get(path, method="HEAD")
            self.assertEqual((answer.status, answer.body), (200, b""), path)
            same = self.exporter.get(path)
            self.assertEqual(answer.headers["Content-Type"], same.headers["Content-Type"])
            self.assertGreater(int(answer.headers["Content-Length"]), 0)

    def test_other_methods_are_refused_and_told_what_is_allowed(self):
        for path in ("/metrics", "/", "/-/healthy", "/-/ready"):
            for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
                answer = self.exporter.get(path, method=method)
                self.assertEqual(answer.status, 405, (path, method))
                allowed = {word.strip() for word in answer.headers["Allow"].split(",")}
                self.assertEqual(allowed, {"GET", "HEAD"})

    def test_other_paths_are_not_found(self):
        for path in ("/metric", "/metrics//", "/metrics/x", "//metrics", "/-/", "/favicon.ico"):
            self.assertEqual(self.exporter.get(path).status, 404, path)

    def test_slash_at_the_end_does_not_change_the_page(self):
        for path in ("/metrics", "/-/healthy", "/-/ready", "/-/reload"):
            bare, slashed = self.exporter.get(path), self.exporter.get(path + "/")
            self.assertEqual((slashed.status, slashed.headers["Content-Type"]),
                             (bare.status, bare.headers["Content-Type"]), path)

    def test_query_does_not_change_the_page(self):
        self.assertEqual(self.exporter.get("/metrics?collect[]=tcp").status, 200)

    def test_landing_page_names_program_version_and_links(self):
        exposition = self.exporter.scrape()
        answer = self.exporter.get("/")
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/html"))
        version, = exposition.select("sockdiag_build_info")
        self.assertIn("sockdiag_exporter", answer.text)
        self.assertIn(version.labels["version"], answer.text)
        for link in ("/metrics", "/-/healthy", "/-/ready"):
            self.assertIn(f'href=".{link}"', answer.text)
            self.assertEqual(self.exporter.get(link).status, 200)

    def test_landing_page_has_current_totals(self):
        made = sockets.Sockets(self)
        made.established(made.listener(), 321)
        made.settle()
        self.assertIn("642", self.exporter.get("/").text)

    def test_healthy_and_ready(self):
        self.assertEqual(self.exporter.get("/-/healthy").status, 200)
        support.wait_until(lambda: self.exporter.get("/-/ready").status == 200,
                           "readiness without any scrape")


class ListenTest(support.TestCase):
    """Where it can listen, and where the metrics can be."""

    def test_ipv4_ipv6_and_unix_socket_together(self):
        path = f"{support.temporary_folder(self)}/web.socket"
        listen = ["127.0.0.1:0", "127.0.0.2:0", f"unix:{path}"]
        listen += ["[::1]:0"] if support.has_ipv6() else []
        exporter = support.start_exporter(self, listen=listen)
        self.assertEqual(len(exporter.addresses()), len(listen))
        for number, address in enumerate(exporter.addresses()):
            answer = exporter.get(number=number)
            self.assertEqual((answer.status, answer.headers["Content-Type"]),
                             (200, CONTENT_TYPE), address)
        self.assertEqual(exporter.stop(), 0)
        self.assertFalse(os.path.exists(path), "the unix socket's file stays behind")

    def test_only_a_port_means_both_families(self):
        exporter = support.start_exporter(self, listen=[":0"])
        port = exporter.addresses()[0].rpartition(":")[2]
        hosts = ["127.0.0.1", "[::1]"] if support.has_ipv6() else ["127.0.0.1"]
        for host in hosts:
            connection = support.connection_to(f"{host}:{port}")
            self.assertEqual(support.fetch(connection).status, 200, host)
            connection.close()

    def test_log_says_which_families_are_bound(self):
        listen = {":0": "ipv4,ipv6", "[::]:0": "ipv6", "[::1]:0": "ipv6"} \
            if support.has_ipv6() else {":0": "ipv4"}
        path = f"unix:{support.temporary_folder(self)}/web.socket"
        exporter = support.start_exporter(
            self, listen=[*listen, "0.0.0.0:0", "127.0.0.1:0", path])
        families = [line.get("families") for line in exporter.logged(msg="listening")]
        self.assertEqual(families, [*listen.values(), "ipv4", "ipv4", None])

    def test_default_address(self):
        exporter = support.start_exporter(self, listen=[])
        ports = [address.rpartition(":")[2] for address in exporter.addresses()]
        self.assertEqual(ports, ["10204"])
        connection = support.connection_to("127.0.0.1:10204")
        self.assertEqual(support.fetch(connection).status, 200)
        connection.close()

    def test_telemetry_path(self):
        exporter = support.start_exporter(self, "--web.telemetry-path=/probe/sockets")
        answer = exporter.get("/probe/sockets")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, CONTENT_TYPE))
        self.assertEqual(exporter.get("/metrics").status, 404)
        self.assertEqual(exporter.get("/probe/sockets/").status, 200)
        self.assertIn('href="./probe/sockets"', exporter.get("/").text)

    def test_telemetry_path_with_a_slash_at_its_end(self):
        exporter = support.start_exporter(self, "--web.telemetry-path=/probe/")
        for path in ("/probe/", "/probe"):
            self.assertEqual(exporter.get(path).headers["Content-Type"], CONTENT_TYPE)


class ProxyTest(support.TestCase):
    """Behind a reverse proxy that serves the exporter under a path of its own."""

    PREFIX = "/sockdiag"

    def _start_proxy(self, exporter):
        prefix = self.PREFIX

        class Proxy(http.server.BaseHTTPRequestHandler):
            """Hands on what is below the prefix, without it."""

            def do_GET(self):
                if not self.path.startswith(prefix + "/"):
                    return self.send_error(404)
                answer = exporter.get(self.path.removeprefix(prefix))
                self.send_response(answer.status)
                self.end_headers()
                return self.wfile.write(answer.body)

            def log_message(self, format, *args):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        for clean_up in (server.server_close, thread.join, server.shutdown):
            self.addCleanup(clean_up)
        return f"127.0.0.1:{server.server_port}"

    def test_every_link_of_the_landing_page_leads_somewhere(self):
        for telemetry_path in ("/metrics", "/probe/sockets", "/probe/", "/a:b"):
            exporter = support.start_exporter(self, f"--web.telemetry-path={telemetry_path}")
            exporter.wait_for_first_collection()
            address = self._start_proxy(exporter)
            base = f"http://{address}{self.PREFIX}/"
            page = support.fetch(support.connection_to(address), f"{self.PREFIX}/")
            links = re.findall(r'href="([^"]*)"', page.text)
            self.assertGreaterEqual(len(links), 3)
            for link in links:
                path = urllib.parse.urljoin(base, link).removeprefix(f"http://{address}")
                answer = support.fetch(support.connection_to(address), path)
                self.assertEqual(answer.status, 200, link)


class ConcurrencyTest(support.TestCase):
    """Many at once: several Prometheus servers, people, and whoever else finds the port."""

    THREADS = 50

    def test_concurrent_scrapes_are_all_complete(self):
        made = sockets.Sockets(self)
        listener = made.listener(port=8080)
        made.established(listener, 200)
        made.settle()
        exporter = support.start_exporter(self, f"--web.max-requests={self.THREADS}")
        together = threading.Barrier(self.THREADS)

        def scrape(_):
            connection = exporter.connect()
            connection.connect()
            together.wait(support.DEADLINE_S)
            answers = [support.fetch(connection) for _ in range(4)]
            connection.close()
            return answers

        with concurrent.futures.ThreadPoolExecutor(self.THREADS) as pool:
            answers = [answer for some in pool.map(scrape, range(self.THREADS)) for answer in some]
        self.assertEqual({answer.status for answer in answers}, {200})
        for answer in answers:
            exposition = exposition_text.parse(answer.text)
            exposition_text.check(self, exposition)
            self.assertEqual(sockets.exported_counts(exposition), made.expected)

    def test_above_the_limit_it_answers_503_and_nothing_else(self):
        exporter = support.start_exporter(self, "--web.max-requests=1")

        def scrape(_):
            return exporter.get()

        with concurrent.futures.ThreadPoolExecutor(self.THREADS) as pool:
            answers = list(pool.map(scrape, range(self.THREADS * 4)))
        self.assertLessEqual({answer.status for answer in answers}, {200, 503})
        for answer in answers:
            if answer.status == 200:
                exposition_text.check(self, exposition_text.parse(answer.text))
        support.wait_until(lambda: exporter.get().status == 200, "the limit to be free again")


if __name__ == "__main__":
    support.main()
