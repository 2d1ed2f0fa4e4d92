"""What it costs to see every other network namespace of the host."""

import contextlib
import statistics
import time

import counts
import report
from processes import BenchError

NAMESPACES = 200
# In each busy one.
CONNECTIONS = 5
PROCESSES = 4000
BUDGETS = (0.05, 0.02)
# More would only make the scrapes dearer that the budget is not about.
MOST_BESIDE_BUSY = 100_000
QUIET = "sampling: { interval: 0s }\n"


def _seeing(budget):
    return QUIET + f"namespaces: {{ enabled: true, cpu_budget: {budget} }}\n"


def _check_namespaces(text, wanted):
    """BenchError when there are not that many, or one was refused."""
    results = counts.namespaces(text)
    if sum(results.values()) != wanted or results["refused"] != 0:
        raise BenchError(f"of {wanted} network namespaces are shown: {results}")


def _scrape_until(daemon, condition, what):
    for _ in range(200):
        text = daemon.scrape()
        if condition(counts.namespaces(text)):
            return
        time.sleep(0.1)
    raise BenchError(f"waited in vain for {what}: {counts.namespaces(text)}")


def _cpu_of_scrape(daemon):
    """CPU seconds of the exporter and of its helper, and the exposition."""
    before = daemon.helper_cpu_seconds()
    cpu, text = daemon.cpu_of_scrape()
    return cpu, daemon.helper_cpu_seconds() - before, text


def idle(bench):
    """CPU seconds of each full dump of one of NAMESPACES that are idle, beside many sockets; and of
    looking at all of them at a scrape: the exporter's, more than without them, and its helper's."""
    dumps, more, helper = [], [], []
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(bench.make(bench.sockets))
        namespaces = stack.enter_context(bench.make_namespaces(NAMESPACES))
        without = stack.enter_context(bench.exporter(QUIET))
        seeing = stack.enter_context(bench.exporter(_seeing(1), 10205))
        without.scrape()
        _scrape_until(seeing, lambda results: results["idle"] == NAMESPACES, "idle namespaces")
        for number in range(bench.rounds * 4):
            seconds, text = without.cpu_of_scrape()
            counts.check(text, sockets.made, 2)
            cpu, helper_cpu, text = _cpu_of_scrape(seeing)
            counts.check(text, sockets.made, 2)
            _check_namespaces(text, NAMESPACES)
            if counts.in_namespaces(text) != {"listen": NAMESPACES}:
                raise BenchError(f"in namespaces are shown: {counts.in_namespaces(text)}")
            more.append(cpu - seconds)
            helper.append(helper_cpu)
            holder = namespaces.holders()[number * 7 % NAMESPACES]
            seconds, total = bench.bare_dump(holder)
            if total != 1:
                raise BenchError(f"a bare dump of an idle namespace has {total} sockets")
            dumps.append(seconds)
    return dumps, more, helper


def discovery(bench):
    """What -> the helper's CPU seconds a process, of each find: in our own namespace and in others,
    the first find of it and later ones."""
    few = 20
    figures = {}
    kinds = {"in the exporter's own namespace": (0, {"own_processes": PROCESSES}),
             f"in {few} other namespaces": (few, {"processes": PROCESSES // few - 1})}
    with bench.exporter(_seeing(1)) as daemon:
        for what, (namespaces, options) in kinds.items():
            first = figures.setdefault(f"{what}, its first find", [])
            later = figures.setdefault(f"{what}, later ones", [])
            for _ in range(bench.rounds):
                base = _helper_cpu(daemon, bench, namespaces, {})
                crowded = _helper_cpu(daemon, bench, namespaces, options)
                processes = PROCESSES - namespaces
                first.append((crowded[0] - base[0]) / processes)
                later.append((statistics.median(crowded[1:]) - statistics.median(base[1:]))
                             / processes)
    return figures


def _helper_cpu(daemon, bench, namespaces, options):
    """CPU seconds of the helper at each of some scrapes."""
    with bench.make_namespaces(namespaces, **options):
        cpu = []
        for _ in range(6):
            _, helper, text = _cpu_of_scrape(daemon)
            _check_namespaces(text, namespaces)
            cpu.append(helper)
    daemon.scrape()  # forgets them
    return cpu


def budgets(bench, seconds=20):
    """Budget -> the share of a core that NAMESPACES which are busy take, of the exporter, more than
    without them, and of its helper."""
    beside = min(bench.sockets, MOST_BESIDE_BUSY)
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(bench.make(beside))
        made = stack.enter_context(bench.make_namespaces(NAMESPACES, connections=CONNECTIONS)).made
        without = stack.enter_context(bench.exporter(QUIET))
        seeing = {budget: stack.enter_context(bench.exporter(_seeing(budget), 10205 + place))
                  for place, budget in enumerate(BUDGETS)}
        without.scrape()
        for daemon in seeing.values():
            # What it may spend at the start, so that the first collection shows much. On a busy
            # machine the end of a collection comes before that of the budget.
            _scrape_until(daemon, lambda results: results["dumped"] < NAMESPACES / 20,
                          "a spent budget")
        daemons = [without, *seeing.values()]
        before = [daemon.cpu_seconds() for daemon in daemons]
        helpers = [daemon.helper_cpu_seconds() for daemon in seeing.values()]
        start = time.monotonic()
        for second in range(seconds):
            time.sleep(max(0, start + second + 1 - time.monotonic()))
            counts.check(without.scrape(), sockets.made, len(daemons))
            for daemon in seeing.values():
                text = daemon.scrape()
                counts.check(text, sockets.made, len(daemons))
                _check_busy(text, made)
        wall = time.monotonic() - start
        spent = [daemon.cpu_seconds() - cpu for daemon, cpu in zip(daemons, before)]
        return {budget: ((spent[place + 1] - spent[0]) / wall,
                         (daemon.helper_cpu_seconds() - helpers[place]) / wall)
                for place, (budget, daemon) in enumerate(seeing.items())}


def _check_busy(text, made):
    """Not all have had their turn, but whatever had is shown whole."""
    _check_namespaces(text, made["namespaces"])
    seen = counts.in_namespaces(text)
    shown = seen["listen"]
    if not 0 < shown <= made["namespaces"] or seen != {"listen": shown,
                                                       "established": 2 * CONNECTIONS * shown}:
        raise BenchError(f"in busy namespaces are shown: {seen}")


def run(bench):
    """The tables."""
    return [report.idle_namespaces(bench.sockets, NAMESPACES, *idle(bench)),
            report.discovery(PROCESSES, discovery(bench)),
            report.budgets(NAMESPACES, min(bench.sockets, MOST_BESIDE_BUSY), budgets(bench))]
