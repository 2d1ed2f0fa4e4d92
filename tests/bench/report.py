"""The figures as Markdown tables."""

import os
import pathlib
import re
import statistics

BARE = "bare dump, records thrown away"
NODE = "node_exporter tcpstat, a later scrape"
NODE_FIRST = "node_exporter tcpstat, its first scrape"
UNWATCHED = "nothing watched"


def machine():
    """Kernel and cores."""
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return f"Linux {os.uname().release}, {os.cpu_count()} x {cpu[1] if cpu else os.uname().machine}"


def _table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _seconds(value):
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.{1 if value >= 0.01 else 2}f} ms"


def _ratio(figures, reference):
    """Of the medians, and of the minima."""
    return (f"{statistics.median(figures) / statistics.median(reference):.2f} "
            f"({min(figures) / min(reference):.2f})")


def scrapes(sockets, cpu, targets):
    """`cpu`: what -> CPU seconds of each run. `targets`: what -> text."""
    rows = [[name, _seconds(min(figures)), _seconds(statistics.median(figures)),
             *(_ratio(figures, cpu[reference]) for reference in (BARE, NODE, NODE_FIRST)),
             targets.get(name, "")]
            for name, figures in cpu.items()]
    header = [f"{sockets:,} TCP sockets: CPU, user and system", "least", "median", "x bare dump",
              "x node_exporter", "x its first scrape", "target"]
    runs = ", ".join(str(count) for count in sorted({len(figures) for figures in cpu.values()}))
    note = (f"{runs} runs of each, interleaved; ratios of medians (of minima). A "
            "first scrape includes growing the heap, to 0.5 GB for a million sockets.\n")
    return _table(header, rows) + "\n" + note


def sample(sockets, watched_share, pairs):
    """`pairs`: CPU seconds of a sample and of a full dump, of each run."""
    figures = {"full dump, classified and counted": [full for _, full in pairs],
               "one sample of the watched states": [sample for sample, _ in pairs]}
    full, sample = figures.values()
    ratios = ["1.00", _ratio(sample, full)]
    header = [f"{sockets:,} TCP sockets, {watched_share:.1%} of them in watched states: CPU",
              "least", "median", "x full dump", "target"]
    return _table(header, [[what, _seconds(min(times)), _seconds(statistics.median(times)), ratio,
                            target]
                           for (what, times), ratio, target
                           in zip(figures.items(), ratios, ["", "at most 0.25"])])


def tracking(connections, cpu):
    """`cpu`: what is watched -> CPU seconds of each scrape; nothing, first."""
    header = [f"one scrape of {connections:,} sockets in CLOSE_WAIT and as many in FIN_WAIT2: CPU",
              "least", "median", "x nothing watched", "target"]
    return _table(header, [[what, _seconds(min(figures)), _seconds(statistics.median(figures)),
                            _ratio(figures, cpu[UNWATCHED]),
                            "" if what == UNWATCHED else "at most 1.20"]
                           for what, figures in cpu.items()])


def memory(rows):
    """`rows`: (what, [VmRSS, VmHWM] in MiB, target)."""
    header = ["resident memory of sockdiag_exporter, default configuration, sampler on", "now",
              "highest", "target"]
    return _table(header,
                  [[what, f"{rss:.1f} MiB", f"{highest:.1f} MiB", target]
                   for what, (rss, highest), target in rows])


def serving(samples, figures):
    """`figures`: CPU seconds of each scrape of that many samples."""
    def ten_thousand(value):
        return _seconds(value * 10_000 / samples)
    return _table(["serving, collection and gzip included", "least", "median", "target"],
                  [[f"{samples:,} samples", _seconds(min(figures)),
                    _seconds(statistics.median(figures)), ""],
                   ["for each 10,000 samples", ten_thousand(min(figures)),
                    ten_thousand(statistics.median(figures)), "at most 25 ms"]])


def owners(sockets, cgroups, pairs):
    """`pairs`: CPU seconds of a scrape without owners and with them."""
    without, owned = zip(*pairs)
    ratio = statistics.median(on / off for off, on in pairs)
    header = [f"one scrape of {sockets:,} TCP sockets, half of them in {cgroups} cgroups: CPU",
              "least", "median", "median of the pairs' ratios", "of the least ones", "target"]
    rows = [["`owners.enabled: false`", _seconds(min(without)),
             _seconds(statistics.median(without)), "1.00", "1.00", ""],
            ["with owners", _seconds(min(owned)), _seconds(statistics.median(owned)),
             f"{ratio:.3f}", f"{min(owned) / min(without):.3f}", "at most 1.03"]]
    return _table(header, rows) + f"\n{len(pairs)} pairs.\n"


def unix_sockets(sockets, named, bare, without, paths):
    """CPU seconds of a bare walk and of the collector `unix`, without paths and with some that name
    so many listeners, of each round."""
    rows = [[what, _seconds(min(figures)), _seconds(statistics.median(figures)),
             _ratio(figures, bare), target]
            for what, figures, target in (
                ("bare walk, records thrown away", bare, ""),
                ("the collector `unix`", without, ""),
                (f"with `paths` that name {named} listeners", paths, "at most 20 ms"))]
    return _table([f"{sockets:,} unix sockets: CPU, user and system", "least", "median",
                   "x bare walk", "target"], rows)


def idle_namespaces(sockets, namespaces, dumps, more, helper):
    """CPU seconds: of each full dump of one namespace, and at each scrape what the exporter spends
    more than without namespaces, and its helper."""
    together = [ours + its for ours, its in zip(more, helper)]
    full = namespaces * statistics.median(dumps)
    header = [f"{namespaces} idle namespaces beside {sockets:,} TCP sockets: CPU", "median",
              "x full dumps", "target"]
    rows = [[f"full dumps, records thrown away ({namespaces} x one's median)", _seconds(full),
             "1", ""]]
    for what, figures, target in (("a scrape: the exporter, more than without them", more, ""),
                                  ("its helper", helper, ""),
                                  ("together", together, "at most 0.01")):
        median = statistics.median(figures)
        rows.append([what, _seconds(median), f"{median / full:.4f}", target])
    return _table(header, rows)


def discovery(processes, figures):
    """`figures`: what -> CPU seconds a process, of each find."""
    header = [f"finding namespaces: the helper's CPU a process, {processes:,} processes", "least",
              "median", "target"]
    return _table(header, [[what, f"{min(times) * 1e6:.1f} us",
                            f"{statistics.median(times) * 1e6:.1f} us", "at most 8 us"]
                           for what, times in figures.items()])


def budgets(namespaces, sockets, figures):
    """`figures`: budget -> shares of a core, of the exporter more than without namespaces and of
    its helper."""
    header = [f"{namespaces} busy namespaces beside {sockets:,} TCP sockets, a scrape a second: "
              "share of a core", "the exporter, more than without them", "its helper", "together",
              "target"]
    return _table(header, [[f"`namespaces.cpu_budget: {budget}`", f"{ours:.4f}", f"{its:.4f}",
                            f"{ours + its:.4f}", f"at most {budget}"]
                           for budget, (ours, its) in figures.items()])
