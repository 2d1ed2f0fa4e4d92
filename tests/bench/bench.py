"""Measures what a scrape costs, side by side with a bare dump, ss and node_exporter.

To be run by scripts/bench.sh, in a network namespace of its own; it makes one for its processes by
itself. It ends with 1 when a count is not what was made, and with 0 whatever the times are.
"""

import argparse
import contextlib
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import counts
import isolation
import namespace_costs
import owner_costs
import report
from processes import (BenchError, Daemon, Made, bare_dump, cpu_of_run, sample_costs,
                       unix_costs)

# Only what a scrape costs: nothing is to happen between scrapes. The watch lives from scrapes then.
QUIET = "sampling: { interval: 0s }\n"
UNWATCHED = "sampling: { interval: 0s, watched_states: [] }\n"
CLOSE_WAIT_WATCHED = "sampling: { interval: 0s, watched_states: [close_wait] }\n"
# Of the sockets of the main table, what share is in watched states.
TROUBLED = 0.001
TRACKED = 100_000
UNIX_SOCKETS = 50_000
BARE = report.BARE
OURS = "sockdiag_exporter, one scrape: default configuration, sampler off"
RULES = "sockdiag_exporter, one scrape: 500 rules, sampler off"
NODE = report.NODE
NODE_FIRST = report.NODE_FIRST
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TARGETS = {OURS: "at most 1.10 x bare dump and 0.33 x node_exporter"}


def log(text):
    print(text, file=sys.stderr, flush=True)


def rules_config():
    """500 rules: ports only, one port towards many networks, any port between two networks."""
    lines = ["services:"]
    for n in range(500):
        network = f"127.64.{n // 16 % 16}.{n % 16 * 16}/28"
        lines.append(f"  - name: service-{n}")
        if n < 200:
            lines.append(f"    ports: [{20000 + n}]")
        elif n < 400:
            lines.append(f"    ports: [443]\n    remote_networks: [{network}]")
        else:
            lines.append(f"    local_networks: [127.1.0.0/16]\n    remote_networks: [{network}]")
    return "\n".join(lines) + "\n"


class Bench:
    """The programs, and the scenarios that they are measured in."""

    def __init__(self, arguments, directory):
        self.sockets = arguments.sockets
        self.rounds = arguments.rounds
        self._first_network = arguments.first_network
        self._programs = arguments.bin_dir
        self._node_exporter = arguments.node_exporter
        self._directory = directory

    def make(self, count, **options):
        """So many TCP sockets; the options are those of make_sockets."""
        return Made(self._programs / "make_sockets", count, pass_fds=(self._first_network,),
                    first_network=self._first_network, **options)

    def make_namespaces(self, count, **options):
        """So many network namespaces; the options are those of make_namespaces."""
        return Made(self._programs / "make_namespaces", count, **options)

    def bare_dump(self, network_of=None):
        """As processes.bare_dump()."""
        return bare_dump(self._programs / "bare_dump", network_of)

    def exporter(self, config, port=10204):
        """A daemon with that configuration, on that port."""
        path = self._directory / f"{port}.yaml"
        path.write_text(config)
        program = self._programs / "sockdiag_exporter"
        return Daemon([program, f"--config.file={path}", f"--web.listen-address=127.0.0.1:{port}",
                       "--log.level=warn"], port)

    def _tcpstat(self, port):
        return Daemon([self._node_exporter, "--collector.disable-defaults", "--collector.tcpstat",
                       "--web.disable-exporter-metrics", f"--web.listen-address=127.0.0.1:{port}",
                       "--log.level=warn"], port)

    def memory(self, count, scrapes=20, **options):
        """VmRSS and VmHWM of an exporter with the built-in configuration, sampler on."""
        with self.make(count, **options) as sockets, self.exporter("") as exporter:
            exporter.scrape()  # may share the collection of the start, older than its connection
            for _ in range(scrapes):
                counts.check(exporter.scrape(), sockets.made, daemons=1)
            return exporter.memory()

    def serving(self):
        """How many samples about 10,000 are, and the CPU seconds of each scrape of them."""
        config = QUIET + "limits: { services: 10000, ports: 65535 }\n"
        figures = []
        with self.make(0, listeners=1900) as sockets, self.exporter(config) as exporter:
            exporter.scrape()
            for _ in range(40):
                cpu, text = exporter.cpu_of_scrape()
                figures.append(cpu)
            counts.check(text, sockets.made, daemons=1)
        return len(counts.samples(text)), figures

    def scrapes(self):
        """What -> CPU seconds of each run, all in one table of sockets; the same of a sample and a
        full dump."""
        with contextlib.ExitStack() as stack:
            log(f"making {self.sockets:,} sockets")
            sockets = stack.enter_context(self.make(self.sockets, close_wait=TROUBLED))
            daemons = {OURS: stack.enter_context(self.exporter(QUIET)),
                       RULES: stack.enter_context(self.exporter(QUIET + rules_config(), 10205)),
                       NODE: stack.enter_context(self._tcpstat(9100))}
            for daemon in daemons.values():
                daemon.scrape()
            self._check_ss(sockets.made, len(daemons))
            cpu = {}
            pairs = []
            for round_number in range(self.rounds):
                log(f"round {round_number + 1} of {self.rounds}")
                self._round(daemons, sockets.made, cpu)
                pairs += self._sample(sockets.made, len(daemons))
            return cpu, pairs

    def _sample(self, made, daemons):
        pairs, watched, sockets = sample_costs(self._programs / "sample_cost", repeat=3)
        wanted = counts.of_tcp(made, daemons)
        if sockets != wanted or watched != made["close_wait"] + made["fin_wait2"]:
            raise BenchError(f"sample_cost saw {watched} of {sockets} sockets, not {wanted}")
        return pairs

    def tracking(self):
        """How watched -> CPU seconds of each scrape of TRACKED connections that are half closed."""
        configs = {report.UNWATCHED: UNWATCHED,
                   f"CLOSE_WAIT watched: {TRACKED:,} sockets tracked": CLOSE_WAIT_WATCHED,
                   f"default watched_states: {2 * TRACKED:,} sockets tracked": QUIET}
        with contextlib.ExitStack() as stack:
            sockets = stack.enter_context(self.make(2 * TRACKED, close_wait=1))
            daemons = {what: stack.enter_context(self.exporter(config, 10204 + place))
                       for place, (what, config) in enumerate(configs.items())}
            for daemon in daemons.values():
                daemon.scrape()
            cpu = {what: [] for what in daemons}
            for _ in range(4 * self.rounds):
                for what, daemon in daemons.items():
                    seconds, text = daemon.cpu_of_scrape()
                    counts.check(text, sockets.made, len(daemons))
                    cpu[what].append(seconds)
            return cpu

    def unix_sockets(self):
        """As processes.unix_costs(), of UNIX_SOCKETS."""
        program = self._programs / "unix_cost"
        sockets, named, *seconds = unix_costs(program, UNIX_SOCKETS, 6 * self.rounds)
        if sockets != UNIX_SOCKETS or named == 0:
            raise BenchError(f"unix_cost saw {sockets} sockets and named {named} listeners")
        return sockets, named, *seconds

    def _check_ss(self, made, daemons):
        output = subprocess.run(["ss", "-Htan", "state", "established"], check=True,
                                stdout=subprocess.PIPE).stdout
        lines = output.count(b"\n")
        wanted = counts.expected(made, daemons)["tcp", "established"]
        if lines != wanted:
            raise BenchError(f"ss shows {lines} established, not {wanted}")

    def _round(self, daemons, made, cpu):
        def note(what, seconds):
            cpu.setdefault(what, []).append(seconds)
        few = self.sockets >= 500_000
        for _ in range(3 if few else 10):
            seconds, total = self.bare_dump()
            note(BARE, seconds)
            wanted = counts.of_tcp(made, len(daemons))
            if total != wanted:
                raise BenchError(f"the bare dump has {total} sockets, not {wanted}")
            for what in (OURS, RULES):
                seconds, text = daemons[what].cpu_of_scrape()
                counts.check(text, made, len(daemons))
                note(what, seconds)
        for _ in range(1 if few else 5):
            seconds, text = daemons[NODE].cpu_of_scrape()
            counts.check_node_exporter(text, made, len(daemons))
            note(NODE, seconds)
            with self._tcpstat(9101) as fresh:
                note(NODE_FIRST, fresh.cpu_of_scrape()[0])
            note("ss -Htan", cpu_of_run(["ss", "-Htan"]))
            if shutil.which("netstat"):
                note("netstat -tan", cpu_of_run(["netstat", "-tan"]))


def scrape_costs(bench):
    """The tables of what a scrape and a sample cost, side by side with others."""
    cpu, pairs = bench.scrapes()
    return [report.scrapes(bench.sockets, cpu, TARGETS),
            report.sample(bench.sockets, TROUBLED, pairs)]


def tracking_costs(bench):
    """The table of what tracking costs."""
    return [report.tracking(TRACKED, bench.tracking())]


def memory_costs(bench):
    """The table of what memory holds."""
    target = "at most 16 MiB, the same at any number"
    rows = [(f"{count:,} TCP sockets, 100 UDP", bench.memory(count, udp=100), target)
            for count in (1000, bench.sockets)]
    rows.append(("15,000 TCP listeners and 50,000 UDP sockets, each on a port of its own",
                 bench.memory(0, udp=50_000, listeners=15_000), ""))
    for tracked in (TRACKED, 2 * TRACKED):
        rows.append((f"{tracked:,} TCP sockets in watched states, all tracked",
                     bench.memory(tracked, close_wait=1), ""))
    return [report.memory(rows)]


def serving_costs(bench):
    """The table of what 10,000 samples cost."""
    return [report.serving(*bench.serving())]


def unix_socket_costs(bench):
    """The table of what unix sockets cost."""
    return [report.unix_sockets(*bench.unix_sockets())]


SECTIONS = {"serving": serving_costs,
            "namespaces": namespace_costs.run,
            "tracking": tracking_costs,
            "unix": unix_socket_costs,
            "scrapes": scrape_costs,
            "owners": owner_costs.run,
            "memory": memory_costs}


def run(bench, sections):
    """Each section's tables are shown when it ends."""
    print(f"{report.machine()}.\n", flush=True)
    for name in sections:
        log(name)
        for table in SECTIONS[name](bench):
            print(table, flush=True)


def stop(*_):
    # A terminal signals us, and those that hand its signals on do, too.
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    sys.exit("stopped")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sockets", type=int)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", choices=SECTIONS)
    parser.add_argument("--first-network", type=int, required=True,
                        help="a descriptor of the kernel's first network namespace")
    parser.add_argument("--bin-dir", type=pathlib.Path, required=True)
    parser.add_argument("--node-exporter", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    isolation.enter()
    for number in ENDING:
        signal.signal(number, stop)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    try:
        with tempfile.TemporaryDirectory(prefix="sockdiag-bench-") as directory:
            run(Bench(arguments, pathlib.Path(directory)), arguments.only or SECTIONS)
    except BenchError as error:
        sys.exit(f"bench: {error}")


if __name__ == "__main__":
    main()
