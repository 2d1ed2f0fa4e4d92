#!/usr/bin/env python3
"""Plays five minutes of trouble between sockets, which a Prometheus sees:

    unshare -n tests/deploy/dashboard/scene.py EXPORTER PROMETHEUS FOLDER [SECONDS]

Its data is then in FOLDER/data, and FOLDER/span.json says from when to when the trouble was.

Two hosts serve `web` and `checkout` and use `postgres`, `redis` and `payments`; all clients and
peers are outside. It warms up first. Then, as parts of the whole time:
    0    some clients of web on shop-1 vanish: CLOSING
    1/5  shop-1 does not close connections that postgres has closed: a CLOSE_WAIT leak
    1/2  a firewall drops what goes to payments: SYN_SENT on both
    3/5  checkout on shop-2 accepts no more: its accept queue fills
    2/3  shop-2 connects to redis anew for each request: TIME_WAIT, and its few ports go
"""

import collections
import json
import pathlib
import random
import socket
import sys
import time

import hosts

TICK_S = 0.25
WARM_UP_S = 80  # longer than TIME_WAIT, so that its number is steady
PEERS = "10.0.0.1"  # and .2: the addresses of postgres, redis and payments
BACKLOG = 96


class Service:
    """Something that listens. Connections to it live for some time; who closes first is said."""

    def __init__(self, listener, address, connector, backlog=BACKLOG):
        listener.bind(address)
        listener.listen(backlog)
        listener.setblocking(False)
        self._listener = listener
        self._address, self._connector = address, connector
        self._clients = {}  # by address, as the server sees it
        self._ends = collections.deque()  # (when, client, server, server closes first)
        self._half_closed = []
        self.accepting, self.leaks, self._accepted = True, False, 0
        self.vanish_every = None
        self._kept = []

    def connect(self, lifetime_s, server_closes=False, data=b""):
        client = self._connector()
        client.setblocking(False)
        client.connect_ex(self._address)
        self._clients[client] = (time.monotonic() + lifetime_s, server_closes, data)

    def tick(self):
        self._accept()
        now = time.monotonic()
        for first, second in self._half_closed:
            first.close()
            second.close()
        self._half_closed.clear()
        later = collections.deque()
        for end, client, server, server_closes in self._ends:
            if end > now:
                later.append((end, client, server, server_closes))
            elif self.leaks:
                server.shutdown(socket.SHUT_WR)
                self._kept.append((client, server))
            else:
                first, second = (server, client) if server_closes else (client, server)
                first.shutdown(socket.SHUT_WR)
                self._half_closed.append((second, first))
        self._ends = later

    def _accept(self):
        by_name = {client.getsockname(): client for client in self._clients}
        while self.accepting:
            try:
                server, name = self._listener.accept()
            except BlockingIOError:
                return
            client = by_name[name]
            end, server_closes, data = self._clients.pop(client)
            client.send(data)
            self._ends.append((end, client, server, server_closes))
            self._accepted += 1
            if self.vanish_every and self._accepted % self.vanish_every == 0:
                hosts.make_deaf(client)

    def give_up(self, after_s):
        """Clients whose connection nobody accepts close it after a time."""
        limit = time.monotonic() - after_s
        for client in [client for client, (end, *_) in self._clients.items() if end < limit]:
            del self._clients[client]
            client.close()


class Scene:
    """The sockets of the two hosts, and of all others."""

    def __init__(self, shops, seconds):
        self._shops, self._seconds = shops, seconds
        self._random = random.Random(7)
        self._resolvers = [shop.socket(socket.SOCK_DGRAM) for shop in shops for _ in range(6)]
        for number, resolver in enumerate(self._resolvers):
            if number % 6 == 0:  # what others ask, one for each host
                resolver.bind(("0.0.0.0", 53))
            else:
                resolver.connect((PEERS, 53))
        self.services = {}
        for shop in shops:
            for name, port in (("web", 443), ("checkout", 8080)):
                self.services[shop.name, name] = Service(
                    shop.socket(), (shop.address, port), hosts.new_socket)
            number = shops.index(shop) + 1
            for name, port in (("postgres", 5432), ("redis", 6379), ("payments", 8443)):
                # An address for each host, so that each has accepted what it connected.
                self.services[shop.name, name] = Service(
                    hosts.new_socket(), (f"10.0.0.{number}", port), shop.socket, 512)

    def play(self):
        start, blocked = time.monotonic(), False
        for number in range(int((WARM_UP_S + self._seconds) / TICK_S)):
            share = (number * TICK_S - WARM_UP_S) / self._seconds
            if share >= 0.5 and not blocked:
                blocked = True
                hosts.run("nft", "add rule inet scene input tcp dport 8443 drop")
            for shop in self._shops:
                self._connect(shop.name, share)
            for (_, name), service in self.services.items():
                service.tick()
                if name == "payments":
                    service.give_up(9)
            time.sleep(max(0, start + (number + 1) * TICK_S - time.monotonic()))

    def _connect(self, shop, share):
        """New connections of one host within one tick, at rates per second."""
        seconds = self._random.expovariate
        wave = 1 + 0.35 * (1 if shop == "shop-1" else -1) * (2 * abs((share * 2.5) % 1 - 0.5) - 0.5)
        self._some(shop, "web", 5 * wave, lambda: 4 + seconds(1 / 8), server_closes=True)
        self._some(shop, "checkout", 1.5, lambda: 5 + seconds(1 / 4), data=bytes(700))
        self._some(shop, "payments", 1, lambda: 1 + seconds(1 / 3), server_closes=True)
        self._some(shop, "postgres", 0.9, lambda: 20 + seconds(1 / 15), server_closes=True)
        busy = shop == "shop-2" and share > 2 / 3
        self._some(shop, "redis", 5.5 if busy else 1, lambda: 0.5 if busy else 15 + seconds(1 / 10))
        self.services["shop-1", "web"].vanish_every = 25 if share > 0 else None
        self.services["shop-1", "postgres"].leaks = share > 0.2
        self.services["shop-2", "checkout"].accepting = share < 0.6

    def _some(self, shop, name, per_second, lifetime_s, **how):
        count = int(per_second * TICK_S + self._random.random())
        for _ in range(count):
            self.services[shop, name].connect(lifetime_s(), **how)


def prepare():
    hosts.raise_loopback()
    for number in (1, 2):
        hosts.run("ip", "address", "add", f"10.0.0.{number}/32", "dev", "lo")
    hosts.run("nft", "add table inet scene; "
              "add chain inet scene input { type filter hook input priority 0; }")
    shops = [hosts.Host("shop-1", 1), hosts.Host("shop-2", 2)]
    shops[1].run("sysctl", "-qw", "net.ipv4.ip_local_port_range=32768 33279")
    return shops


def main():
    exporter, prometheus_binary, folder = sys.argv[1:4]
    seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 300
    shops, processes, ports = prepare(), [], {}
    folder = pathlib.Path(folder)
    config = folder / "exporter.yaml"
    config.write_text(hosts.EXPORTER_CONFIG, encoding="utf-8")
    try:
        for shop in shops:
            process, ports[shop.name] = shop.start_exporter(exporter, config)
            processes.append(process)
        prometheus = hosts.Prometheus(prometheus_binary, folder, ports)
        processes.append(prometheus.process)
        prometheus.wait_until_it_answers("up == 1", len(shops))
        Scene(shops, seconds).play()
    finally:
        for process in processes:
            process.terminate()
            process.wait()
    end = int(time.time()) - 1
    span = {"start": end - int(seconds), "end": end}
    (folder / "span.json").write_text(json.dumps(span), encoding="utf-8")


if __name__ == "__main__":
    main()
