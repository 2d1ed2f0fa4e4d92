"""What the landing page and --once=table say to be wrong, of real sockets."""

import re
import socket

import support

CONFIG = """
services:
  - {name: web, direction: inbound, ports: [8080]}
stuck_after: {close_wait: 1s}
sampling: {interval: 200ms}
"""


class FindingsTest(support.TestCase):
    """From nothing to two causes."""

    def setUp(self):
        super().setUp()
        self.config = support.temporary_file(self, CONFIG)

    def _listen(self, backlog):
        listener = socket.create_server(("127.0.0.1", 0 if backlog > 10 else 8080), backlog=backlog)
        self.addCleanup(listener.close)
        return listener

    def _connect(self, listener):
        client = socket.socket()
        self.addCleanup(client.close)
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
        return client

    def _table(self):
        return support.run_exporter("--once=table", f"--config.file={self.config}").stdout

    def _page(self, exporter):
        text = re.sub(r"<style>.*</style>", "", exporter.get("/").text, flags=re.DOTALL)
        return " ".join(re.sub(r"<[^>]*>", " ", text).split())

    def test_nothing_is_wrong(self):
        self.assertTrue(self._table().startswith("Nothing is wrong that sockets show, looked at once"))
        exporter = support.start_exporter(self, config=CONFIG)
        exporter.scrape()
        self.assertIn("What is wrong Nothing is wrong that sockets show", self._page(exporter))

    def test_without_tcp_nothing_is_known(self):
        result = support.run_exporter("--once=table", "--no-collector.tcp",
                                      f"--config.file={self.config}")
        self.assertTrue(result.stdout.startswith("TCP sockets are not collected, so nothing is known"),
                        result.stdout)

    def test_a_full_accept_queue(self):
        listener = self._listen(1)
        clients = [self._connect(listener) for _ in range(4)]
        self.assertEqual(len(clients), 4)
        support.wait_until(lambda: "2 of 1" in self._table(), "a full queue")
        heading, finding, meaning = self._table().splitlines()[:3]
        self.assertEqual(heading, "WHAT IS WRONG")
        self.assertEqual(finding, "  ! Accept queue of web, port 8080 (full): 2 of 1")
        self.assertIn("new connections are dropped", meaning)
        page = self._page(support.start_exporter(self, config=CONFIG))
        self.assertIn("2 of 1 full Accept queue of web, port 8080", page)
        self.assertIn("Runbook: SockdiagAcceptQueueSaturated", page)

    def test_connections_that_a_program_does_not_close(self):
        exporter = support.start_exporter(self, config=CONFIG)
        listener = self._listen(100)
        for _ in range(30):
            client = socket.create_connection(listener.getsockname())
            self.addCleanup(client.close)
            listener.accept()[0].close()
        port = listener.getsockname()[1]
        support.wait_until(lambda: f"30 stuck leak CLOSE_WAIT towards port {port}" in self._page(exporter),
                           "30 that are stuck")
        self.assertIn("the program that has these sockets has not", self._page(exporter))


if __name__ == "__main__":
    support.main()
