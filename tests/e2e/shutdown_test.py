"""SIGTERM and SIGINT end it with 0, soon, and without cutting off an answer."""

import http.client
import signal
import socket
import subprocess
import time

import exposition_text
import sockets
import support

# How long the server goes on answering.
GRACE_S = 1.5
PORTS = range(10000, 14000)
CONFIG = "limits: {ports: 65535}\nservices_database: null\n"


class ShutdownTest(support.TestCase):
    """With clients in every stage of a request."""

    def _make_many_ports(self):
        made = sockets.Sockets(self)
        for port in PORTS:
            made.udp(port=port)

    def _assert_ends_soon(self, exporter, number):
        start = time.monotonic()
        self.assertEqual(exporter.stop(number), 0)
        self.assertLess(time.monotonic() - start, support.SOON_S)

    def test_both_signals_while_idle(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            exporter = support.start_exporter(self)
            self._assert_ends_soon(exporter, number)
            self.assertEqual(len(exporter.logged(msg="stopping")), 1)

    def test_signal_right_after_listening(self):
        """The first collection may still be under way; a short one is worth waiting for."""
        command = [support.EXPORTER, "--web.listen-address=127.0.0.1:0"]
        for _ in range(20):
            with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
                while "listening" not in process.stderr.readline():
                    self.assertIsNone(process.poll())
                process.send_signal(signal.SIGTERM)
                rest = process.stderr.read()
            self.assertEqual(process.returncode, 0, rest)
            self.assertNotIn("level=warn", rest)

    def test_idle_connections_do_not_hold_it_up(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            exporter = support.start_exporter(self, listen=["127.0.0.1:0"])
            used, unused = exporter.connect(), exporter.connect()
            unused.connect()  # first: it is accepted before the other one is
            self.assertEqual(support.fetch(used).status, 200)
            self._assert_ends_soon(exporter, number)
            for connection in (used, unused):
                self.assertEqual(connection.sock.recv(1), b"")
                connection.close()

    def test_half_a_request_does_not_hold_it_up(self):
        exporter = support.start_exporter(self, listen=["127.0.0.1:0"])
        connection = exporter.connect()
        connection.connect()
        connection.sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
        self._assert_ends_soon(exporter, signal.SIGTERM)
        connection.close()

    def _begin_long_answer(self):
        """An exporter in the middle of an answer too long for the socket's buffers."""
        exporter = support.start_exporter(self, config=CONFIG)
        connection = exporter.connect()
        connection.connect()
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        with open("/proc/sys/net/core/wmem_default", encoding="ascii") as buffer:
            self.assertGreater(response.length, int(buffer.read()))
        return exporter, connection, response

    def _read_after(self, signals):
        """Reads the rest of an answer after these signals; nothing if the client was too late."""
        exporter, connection, response = self._begin_long_answer()
        start = time.monotonic()
        for number in signals:
            exporter.process.send_signal(number)
            support.wait_until(lambda: exporter.logged(msg="stopping"), "the signal to be noticed")
        try:
            text = response.read().decode()
        except http.client.IncompleteRead:
            if time.monotonic() - start < GRACE_S:
                raise
            text = None
        connection.close()
        self.assertEqual(exporter.process.wait(support.SOON_S), 0)
        return text

    def test_answer_in_flight_is_completed(self):
        """Also when a second signal comes."""
        self._make_many_ports()
        for signals in ((signal.SIGTERM,), (signal.SIGINT, signal.SIGTERM)):
            # On a busy machine the test itself may be too slow, but hardly ten times.
            text = next(filter(None, (self._read_after(signals) for _ in range(10))))
            exposition = exposition_text.parse(text)
            exposition_text.check(self, exposition)
            self.assertEqual(exposition.sum("sockdiag_sockets", protocol="udp"), len(PORTS))

    def test_client_that_does_not_read_does_not_hold_it_up(self):
        self._make_many_ports()
        exporter, connection, _ = self._begin_long_answer()
        self._assert_ends_soon(exporter, signal.SIGTERM)
        connection.close()

    def test_hangup_does_not_end_it(self):
        exporter = support.start_exporter(self)
        exporter.process.send_signal(signal.SIGHUP)
        support.wait_until(lambda: len(exporter.logged(level="info")) >= 3, "an answer to SIGHUP")
        self.assertEqual(exporter.get().status, 200)


if __name__ == "__main__":
    support.main()
