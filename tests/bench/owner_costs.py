"""What it costs to tell who holds the sockets."""

import contextlib

import cgroups
import counts
import report
from processes import BenchError

CGROUPS = 50
MANY_CGROUPS = 5000
ON = "sampling: { interval: 0s }\n"
OFF = ON + "owners: { enabled: false }\n"


def scrapes(bench):
    """Pairs of CPU seconds of one scrape, without owners and with them, of the same sockets; the
    order within a pair takes turns."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(cgroups.made(CGROUPS))
        sockets = stack.enter_context(bench.make(bench.sockets, cgroups=folder))
        daemons = {OFF: stack.enter_context(bench.exporter(OFF)),
                   ON: stack.enter_context(bench.exporter(ON, 10205))}
        for daemon in daemons.values():
            daemon.scrape()
        pairs = []
        for number in range(bench.rounds * (4 if bench.sockets >= 500_000 else 12)):
            cpu = {}
            for config in (OFF, ON) if number % 2 == 0 else (ON, OFF):
                cpu[config], text = daemons[config].cpu_of_scrape()
                counts.check(text, sockets.made, len(daemons))
                wanted = 0 if config == OFF else CGROUPS
                if counts.owners(text) != wanted:
                    raise BenchError(f"{counts.owners(text)} owners are shown, not {wanted}")
            pairs.append((cpu[OFF], cpu[ON]))
        return pairs


def memory(bench):
    """Of an exporter of as many sockets: beside few cgroups and beside MANY_CGROUPS, all in one of
    them, and in each of those."""
    sockets = 2 * MANY_CGROUPS
    what = f"{sockets:,} TCP sockets, "
    rows = [(what + "all in one cgroup", bench.memory(sockets), "")]
    with cgroups.made(MANY_CGROUPS) as folder:
        # New to the exporter, so that it reads them all.
        with cgroups.made(1) as one:
            rows.append((what + f"half of them in one of {MANY_CGROUPS + 1:,} cgroups",
                         bench.memory(sockets, cgroups=one), "at most 1 MiB more"))
        rows.append((what + f"one in each of {MANY_CGROUPS:,} cgroups, the rest in another",
                     bench.memory(sockets, cgroups=folder), ""))
    return rows


def run(bench):
    """The tables."""
    resident = memory(bench)
    return [report.owners(bench.sockets, CGROUPS, scrapes(bench)), report.memory(resident)]
