"""PromQL that gives so many series and no more, and that does not take a failed collection for health.

How many: `topk` alone chooses anew at each step of a graph, so that a graph has the sum of all
choices. Here the choice is made once, over all of the time shown (`@ end()`: Prometheus 2.33).

What failed: the scrape after a failed collection ends the collector's series, and a selector finds
nothing from then on. So what is asked for "now" is the last that was known within five minutes, and
figures are NaN, which is shown as "No data", when nothing was.
"""

# What the choices at the dashboard's top mean in a query: of a panel about hosts, and about services.
HOST = 'job=~"$job",instance=~"$instance"'
SERVICE = HOST + ',service_name=~"$service"'

LINES = 20  # of a graph
ROWS = 50  # of a table
WORST_HOSTS = 5  # of a graph with several lines for each host


def last(selector):
    """The last that was known."""
    return f"last_over_time({selector}[5m])"


def anywhere(operation, selector):
    """The last that was known, of all network namespaces of a host together."""
    return f"{operation} without (scope) ({last(selector)})"


def figure(expression):
    """An aggregation without labels that is NaN when there is nothing to aggregate."""
    return f"{expression} or vector(NaN)"


def most(selector, count=LINES):
    """The series of a gauge that were highest in the time shown, where they are above 0."""
    return f"{selector} > 0 and topk({count}, max_over_time({selector}[$__range] @ end()) > 0)"


def highest(selector, count=LINES):
    """The same, where they are 0 too."""
    return f"{selector} and topk({count}, max_over_time({selector}[$__range] @ end()))"


def most_changed(selector, count=LINES):
    """The series of a gauge that changed the most in the time shown, and where few did others, too."""
    return (f"{selector} and topk({count}, max_over_time({selector}[$__range] @ end())"
            f" - min_over_time({selector}[$__range] @ end()))")


def most_rates(selector, count=LINES):
    """Rates of the counters that counted the most in the time shown."""
    return (f"rate({selector}[$__rate_interval])"
            f" and topk({count}, increase({selector}[$__range] @ end()) > 0)")


def highest_rates(selector, count=LINES):
    """The same, also of those that counted nothing."""
    return (f"rate({selector}[$__rate_interval])"
            f" and topk({count}, increase({selector}[$__range] @ end()))")


def most_sums(labels, selector, count=LINES):
    """Sums of a gauge by labels, the highest ones of the time shown."""
    return (f"sum by ({labels}) ({selector}) > 0 and "
            f"topk({count}, sum by ({labels}) (max_over_time({selector}[$__range] @ end())) > 0)")


def of_worst_hosts(selector, used, limit, count=WORST_HOSTS):
    """The series of the hosts that came nearest to a limit in the time shown."""
    return (f"{selector} and on (job, instance) topk({count}, "
            f"max_over_time({used}[$__range] @ end())"
            f" / on (job, instance) last_over_time({limit}[$__range] @ end()))")


def of_rows(expression, chosen, labels):
    """A further column of a table: what belongs to the rows of another one."""
    return f"{expression} and on ({labels}) ({chosen})"


PORTS_TAKEN = ("With fewer than 1.5 sockets to a port in use, programs seem to bind before they "
               "connect, for which a port has to be free of all others: each port in use counts. With "
               "more, connections share ports: only those to the destination that uses the most count.")


def ports_taken():
    """The share of its ports that a host cannot use for one more connection: PORTS_TAKEN."""
    used = last(f"sockdiag_ephemeral_ports_used{{{HOST}}}")
    sockets = last(f"sockdiag_ephemeral_port_sockets{{{HOST}}}")
    to_one = last(f"sockdiag_ephemeral_ports_max_used_per_destination{{{HOST}}}")
    limit = last(f"sockdiag_ephemeral_ports_limit{{{HOST}}}")
    return f"(({used} and {sockets} < 1.5 * {used}) or {to_one}) / {limit}"


def time_wait():
    return (last(f"sockdiag_tcp_time_wait_entries{{{HOST}}}") + " / "
            + last(f"sockdiag_tcp_time_wait_limit{{{HOST}}}"))


def orphans():
    return (last(f"sockdiag_tcp_orphans{{{HOST}}}") + " / "
            + last(f"sockdiag_tcp_orphans_limit{{{HOST}}}"))


def memory():
    return (last(f"sockdiag_tcp_memory_bytes{{{HOST}}}") + " / ignoring (level) "
            + last(f'sockdiag_tcp_memory_limit_bytes{{{HOST},level="pressure"}}'))
