"""After very many scrapes and reloads the process is as it was after the first hundred."""

import os
import signal
import threading

import support

# Sanitizers keep freed memory for a while, and take their time.
SANITIZED = support.SANITIZED
SCRAPES = 2_000 if SANITIZED else 20_000
WARM_UP = 100
LEAST_RELOADS = 20
PAUSE_S = 0.05
CLIENTS = 4
# What the allocator may hold on to, whatever was asked for last: the exporter gives free memory back
# from 2 MiB on, and a quarter of a kilobyte that a scrape leaked would be five.
RESIDENT_SLACK_BYTES = 3 << 20
CONFIGS = ["services: [{name: a, ports: [80]}]\n",
           "services: [{name: b, ports: [80]}, {name: c, protocol: udp, ports: [53]}]\n"]


@support.release_only
class SoakTest(support.TestCase):
    """Kept-alive and new connections, packed and plain, with a reload now and then."""

    def setUp(self):
        super().setUp()
        self.path = support.temporary_file(self, CONFIGS[0])
        self.exporter = support.start_exporter(self, f"--config.file={self.path}",
                                               listen=["127.0.0.1:0"])

    def _usage(self):
        """Resident bytes, descriptors and threads, when no connection is open."""
        folder = f"/proc/{self.exporter.process.pid}"
        support.wait_until(lambda: self._connections() == 0, "the connections to end")
        with open(f"{folder}/statm", encoding="ascii") as statm:
            resident = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return resident, len(os.listdir(f"{folder}/fd")), len(os.listdir(f"{folder}/task"))

    def _connections(self):
        """Threads of connections that are left."""
        return sum(name.startswith("MHD-connection") for name, in self.exporter.threads("comm"))

    def _scrape_many(self, count, problems):
        kept = self.exporter.connect()
        for i in range(count):
            headers = {"Accept-Encoding": "gzip"} if i % 2 else {}
            if i % 4 < 2:
                answer = support.fetch(kept, headers=headers)
            else:
                answer = self.exporter.get(headers=headers)
            if answer.status != 200 or "sockdiag_sockets{" not in answer.text:
                problems.append((answer.status, answer.body[:100]))
        kept.close()

    def _reload(self, number):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(CONFIGS[number % len(CONFIGS)])
        before = len(self.exporter.logged(msg="configuration reloaded"))
        self.exporter.process.send_signal(signal.SIGHUP)
        support.wait_until(
            lambda: len(self.exporter.logged(msg="configuration reloaded")) > before, "the reload")

    def _soak(self, scrapes):
        problems = []
        clients = [threading.Thread(target=self._scrape_many, args=(scrapes // CLIENTS, problems))
                   for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        number = 0
        while number < LEAST_RELOADS or any(client.is_alive() for client in clients):
            self._reload(number)
            number += 1
            for client in clients:
                client.join(PAUSE_S)
        self.assertEqual(problems, [])
        return number

    def test_memory_descriptors_and_threads_do_not_grow(self):
        self._soak(WARM_UP)
        resident, descriptors, threads = self._usage()
        reloads = self._soak(SCRAPES)
        resident_after, descriptors_after, threads_after = self._usage()
        print(f"{SCRAPES} scrapes, {reloads} reloads: resident {resident} -> {resident_after} bytes, "
              f"{descriptors} -> {descriptors_after} descriptors, {threads} -> {threads_after} threads")
        self.assertEqual((descriptors_after, threads_after), (descriptors, threads))
        if not SANITIZED:
            self.assertLess(resident_after, resident + RESIDENT_SLACK_BYTES)


if __name__ == "__main__":
    support.main()
