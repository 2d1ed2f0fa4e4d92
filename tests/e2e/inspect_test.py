"""--inspect: what a query gets, beside what ss lists."""

import re
import socket
import subprocess

import sockets
import support


class InspectTest(support.TestCase):
    """Without a running exporter."""

    def setUp(self):
        super().setUp()
        self.sockets = sockets.Sockets(self)
        self.sockets.every_kind(support.has_ipv6())
        self.sockets.settle()

    def _inspect(self, query):
        result = support.run_exporter(f"--inspect={query}", "--config.file=/dev/null")
        self.assertEqual((result.returncode, result.stderr), (0, ""), query)
        return result.stdout

    def _count(self, text):
        """Of all sockets; a column is flush right."""
        heading, *lines = text.splitlines()
        end = heading.index("SOCKETS") + len("SOCKETS")
        total, = (line for line in lines if line.startswith("all "))
        return int(total[:end].split()[-1])

    def test_ss_lists_the_same(self):
        for query in ("by=socket", "protocol=tcp by=socket", "protocol=udp by=socket",
                      "state=close_wait,fin_wait2 by=socket", "protocol=tcp state!=listen by=socket",
                      "direction=inbound port=8080 by=socket", "remote=127.0.0.0/8 by=socket",
                      "remote!=127.0.0.0/8 protocol=tcp by=socket", "local=:8080 by=socket"):
            text = self._inspect(query)
            command, = re.findall("^the same on the host: (.*)$", text, re.MULTILINE)
            listed = subprocess.run(command, shell=True, check=True, capture_output=True, text=True)
            self.assertEqual(self._count(text), len(listed.stdout.splitlines()) - 1, (query, command))

    def test_whom_a_program_does_not_close(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        for _ in range(7):
            client = socket.create_connection(server.getsockname())
            self.addCleanup(client.close)
            server.accept()[0].close()
        remote = "127.0.0.1:%d" % server.getsockname()[1]
        text = self._inspect(f"state=close_wait remote={remote} by=remote")
        self.assertRegex(text, rf"(?m)^{remote} .*\b7\b")

    def test_a_wrong_query_is_a_usage_error_in_one_line(self):
        result = support.run_exporter("--inspect=stat=listen")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        line, = result.stderr.splitlines()
        self.assertIn('"stat" is not one of state, service', line)


if __name__ == "__main__":
    support.main()
