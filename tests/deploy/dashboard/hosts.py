"""Two hosts on one machine: network namespaces, each with an exporter, and a Prometheus outside."""

import ctypes
import fcntl
import http.client
import json
import os
import socket
import struct
import subprocess
import threading
import time
import urllib.parse

_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)

EXPORTER_CONFIG = """
services:
  - {name: web, direction: inbound, ports: [443]}
  - {name: checkout, direction: inbound, ports: [8080]}
  - {name: postgres, direction: outbound, ports: [5432]}
  - {name: redis, direction: outbound, ports: [6379]}
  - {name: payments, direction: outbound, ports: [8443]}
sampling: {interval: 1s}
"""
PROMETHEUS_CONFIG = """
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: sockdiag
    static_configs:
"""


def _checked(outcome, what):
    if outcome != 0:
        raise OSError(ctypes.get_errno(), what)


class Host:
    """A namespace that is linked with the one outside, which is its gateway."""

    def __init__(self, name, number):
        self.name = name
        self.address, self.gateway = f"10.0.{number}.2", f"10.0.{number}.1"
        with open("/proc/thread-self/ns/net", "rb") as outside:
            _checked(_LIBC.unshare(_CLONE_NEWNET), "unshare")
            self._namespace = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
            _checked(_LIBC.setns(outside.fileno(), _CLONE_NEWNET), "setns")
        self._path = f"/proc/{os.getpid()}/fd/{self._namespace}"
        run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", self._path)
        run("ip", "address", "add", f"{self.gateway}/24", "dev", name)
        run("ip", "link", "set", name, "up")
        for command in (f"ip address add {self.address}/24 dev eth0", "ip link set lo up",
                        "ip link set eth0 up", f"ip route add default via {self.gateway}"):
            self.run(*command.split())

    def run(self, *command):
        run("nsenter", f"--net={self._path}", *command)

    def socket(self, kind=socket.SOCK_STREAM):
        """A socket of this host: it stays there, whoever uses it."""
        made = []

        def make():
            _checked(_LIBC.setns(self._namespace, _CLONE_NEWNET), "setns")
            made.append(new_socket(kind))
        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        return made[0]

    def start_exporter(self, binary, config):
        """It listens outside, so that being scraped is not among what it sees; gives its port."""
        with new_socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            script = f'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&{listener.fileno()}'
            process = start("bash", "-c", script, "bash", "nsenter", f"--net={self._path}", binary,
                            "--web.systemd-socket", f"--config.file={config}", "--log.level=warn",
                            pass_fds=[listener.fileno()])
            return process, listener.getsockname()[1]


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def start(*command, **options):
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **options)


def new_socket(kind=socket.SOCK_STREAM):
    made = socket.socket(socket.AF_INET, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


def make_deaf(vanished):
    """The kernel drops what arrives for it: a filter of one BPF instruction, which returns 0."""
    so_attach_filter = 26
    instruction = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    program = struct.pack("HP", 1, ctypes.addressof(instruction))
    vanished.setsockopt(socket.SOL_SOCKET, so_attach_filter, program)


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        siocsifflags, iff_up = 0x8914, 0x1
        fcntl.ioctl(probe, siocsifflags, struct.pack("16sh14x", b"lo", iff_up))


class Prometheus:
    """Scrapes the exporters each second, or only answers from what is in the folder."""

    url = "http://127.0.0.1:9090"

    def __init__(self, binary, folder, ports):
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(PROMETHEUS_CONFIG)
            for name, port in ports.items():
                file.write(f"      - targets: ['127.0.0.1:{port}']\n"
                           f"        labels: {{instance: {name}}}\n")
        self.process = start(binary, f"--config.file={config}", "--log.level=error",
                             f"--storage.tsdb.path={folder}/data",
                             "--storage.tsdb.retention.time=10y",
                             "--web.listen-address=127.0.0.1:9090")

    def ask(self, path, **parameters):
        connection = http.client.HTTPConnection("127.0.0.1", 9090, timeout=60)
        connection.request("GET", f"{path}?{urllib.parse.urlencode(parameters)}")
        document = json.loads(connection.getresponse().read())
        connection.close()
        if document["status"] != "success":
            raise RuntimeError(f"{parameters}: {document}")
        return document["data"]["result"]

    def wait_until_it_answers(self, query="vector(1)", count=1):
        """Until there are so many series."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if len(self.ask("/api/v1/query", query=query)) == count:
                    return
            except (ConnectionRefusedError, json.JSONDecodeError):  # it only starts
                pass
            time.sleep(0.1)
        raise TimeoutError(f"Prometheus does not answer {query}")
