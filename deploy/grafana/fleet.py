"""The fleet's dashboard: from the hosts by trouble to one host, from a service to all its hosts. What is
asked of all hosts' services is asked for now only; over time, only what has a series for each host."""

import promql
import trouble as host
from panels import Table, query, row, stat, table, time_series
from promql import HOST, ROWS, SERVICE, figure, last, most_sums
from trouble import ANY_IS_BAD, BAD, CLOSING, GOOD, WARNING
from variables import HOSTS, choice_link, group_link

_HOST = "job, instance"
_STUCK = last(f"sockdiag_service_stuck_sockets{{{SERVICE}}}")
_NOT_CLOSING = f'{SERVICE},{CLOSING.replace("=~", "!~")}'
_ROWS = ROWS // 2  # of a table that several questions fill
# What is shown at all is trouble; an empty cell is neither good nor bad.
_ALWAYS = [(None, "text"), (0.6, WARNING), (0.8, BAD)]


def _hosts(title, description, condition, runbooks):
    """On how many hosts something is wrong: a figure of 0 or 1 for each of them."""
    return stat(title, description, "short", ANY_IS_BAD, 3, course=False,
                runbooks=runbooks, queries=[query(figure(f"sum({condition})"), "hosts")])


def _stuck_hosts(state, above):
    found = last(f'sockdiag_service_stuck_sockets{{{SERVICE},state="{state}"}}')
    return f"sum by ({_HOST}) ({found}) > bool {above}"


def _near_a_limit():
    """`or` keeps one series of a host: those above the limit, so that no other one hides them."""
    shares = (promql.time_wait(), promql.orphans(), promql.memory())
    above, known = (" or ".join(f"({share}{condition})" for share in shares)
                    for condition in (" > 0.8", ""))
    return stat("Hosts near another limit", "More than 80 % of the TIME_WAIT sockets, orphans or "
                "TCP memory that the kernel allows.", "short", [(None, GOOD), (1, WARNING)], 3,
                course=False, runbooks="TimeWaitNearLimit OrphansNearLimit TcpMemoryPressure",
                queries=[query(figure(f"count({above}) or 0 * count({known})"), "hosts")])


def figures():
    return [
        stat("Hosts that answer", "Exporters that Prometheus can scrape.", "short",
             [(None, "blue")], 3, course=False,
             queries=[query(figure(f"sum(up{{{HOST}}})"), "hosts")]),
        host.down(course=False),
        _hosts("Collectors failing", "Hosts on which a collector fails: what it would show is missing.",
               f"max by ({_HOST}) ({host.FAILING})", "CollectorFailing"),
        _hosts("Hosts that leak or hang", "More than 10 sockets are stuck in CLOSE_WAIT: the "
               "programs there do not close.", _stuck_hosts("close_wait", 10), "CloseWaitStuck"),
        _hosts("Hosts without an answer", "Connects are stuck in SYN_SENT. One service on many "
               "hosts: the service is down; many services on one host: that host's network.",
               _stuck_hosts("syn_sent", 0), "SynSentStuck"),
        _hosts("Hosts with full queues", "A listener's queue is filled to more than 80 %.",
               f"max by ({_HOST}) ({last(host.QUEUE)}) > bool 0.8", "AcceptQueueSaturated"),
        _hosts("Hosts short of ports", "More than 80 % of the ports for outgoing connections are "
               f"taken. {promql.PORTS_TAKEN}", f"({promql.ports_taken()}) > bool 0.8",
               "EphemeralPortsExhausting BoundPortsExhausting"),
        _near_a_limit(),
    ]


def hosts_by_trouble():
    found, age = (last(f"sockdiag_service_{name}{{{_NOT_CLOSING}}}")
                  for name in ("stuck_sockets", "oldest_socket_age_seconds"))
    stuck = f"topk({_ROWS}, sum by ({_HOST}) ({found}) > 0)"
    return table(
        "Hosts by trouble", "Those with the most stuck sockets, the fullest queues, the fewest ports "
        "left, and those of which nothing is known. Sockets that are stuck while closing are not "
        "counted: every public server has some. A click on a host shows it alone.", 14, 13, Table(
            queries=[
                query(stuck),
                query(promql.of_rows(f"max by ({_HOST}) ({age})", stuck, _HOST)),
                query(f"topk({_ROWS}, max by ({_HOST}) ({last(host.QUEUE)}) > 0.6)"),
                query(f"topk({_ROWS}, {promql.ports_taken()} > 0.6)"),
                query(f"topk({_ROWS}, sum by ({_HOST}) ({host.FAILING}) > 0)"),
                query(f"topk({_ROWS}, ({host.DOWN}) > 0)")],
            columns={"instance": "Instance", "Value #A": "Stuck", "Value #B": "Oldest",
                     "Value #C": "Accept queue", "Value #D": "Ports taken",
                     "Value #E": "Collectors failing", "Value #F": "Down"},
            units={"Oldest": "s", "Accept queue": "percentunit", "Ports taken": "percentunit",
                   "Down": "bool_yes_no"},
            levels={"Accept queue": _ALWAYS, "Ports taken": _ALWAYS,
                    "Collectors failing": _ALWAYS, "Down": _ALWAYS},
            bars={"Stuck": BAD}, sort="Stuck", widths={
                "Oldest": 110, "Accept queue": 110, "Ports taken": 100, "Collectors failing": 140,
                "Down": 70},
            when_empty="No trouble is reported. Do all report? See Exporters down, Collectors "
                       "failing",
            links={"Instance": choice_link("This host in detail", HOSTS, "instance")}),
        runbooks="CloseWaitLeak ExporterDown")


def services_by_trouble():
    labels = "service_name, direction, state"
    stuck = f"topk({ROWS}, sum by ({labels}) ({_STUCK}) > 0)"
    # A host is one, in however many of its network namespaces something is stuck.
    hosts = f"count by ({_HOST}, {labels}) ({_STUCK} > 0)"
    return table(
        "Services by trouble", "What is stuck, over all hosts, and on how many. An outbound service "
        "that does not answer many hosts is down itself. A click on a service shows its hosts.",
        10, 13, Table(
            queries=[query(stuck),
                     query(promql.of_rows(f"count by ({labels}) ({hosts})", stuck, labels))],
            columns={"service_name": "Service", "direction": "Direction", "state": "State",
                     "Value #B": "Hosts", "Value #A": "Stuck"},
            bars={"Stuck": BAD}, sort="Stuck", when_empty=host.NOTHING_STUCK,
            widths={"Direction": 90, "State": 100, "Hosts": 70},
            links={"Service": choice_link("This service on its hosts", HOSTS, "service")}),
        runbooks="DependencyUnanswered SynSentStuck CloseWaitStuck")


def groups():
    tcp = last(f'sockdiag_sockets{{{HOST},protocol="tcp"}}')
    own_tcp = f'sockdiag_dump_sockets{{{HOST},protocol="tcp"}}'

    def grouped(expression):
        """With the group's label always under the same name, which the column is called by."""
        return f'label_join({expression}, "group", "", "$group")'

    chosen = f"topk({ROWS}, count by ($group) (up{{{HOST}}}))"
    return [
        row("By $group"),
        table("Groups", "The hosts of each group that can be scraped or not, their TCP sockets, and "
              "how many of these are stuck.", 10, 10, Table(
                  queries=[query(grouped(chosen)),
                           query(grouped(promql.of_rows(f"sum by ($group) ({tcp})", chosen,
                                                        "$group"))),
                           query(grouped(promql.of_rows(f"sum by ($group) ({_STUCK})", chosen,
                                                        "$group")))],
                  columns={"group": "Group", "Value #A": "Hosts", "Value #B": "TCP sockets",
                           "Value #C": "Stuck"},
                  bars={"Stuck": BAD}, sort="Stuck",
                  links={"Group": group_link("This group in detail", HOSTS)})),
        time_series("TCP sockets, own namespaces", "Of each group, in any state, in the exporters' own network "
                    "namespaces.", "short", 7, 10,
                    [query(most_sums("$group", own_tcp), "{{$group}}")], stacked=True),
        time_series("Samples per scrape", "What Prometheus stores of each group at once.", "short",
                    7, 10, [query(most_sums("$group", f"scrape_samples_scraped{{{HOST}}}"),
                                  "{{$group}}")], stacked=True),
        row("Over time, from all series of all hosts", collapsed=[
            time_series("Stuck sockets by state", "Over all hosts. Prometheus reads a series for "
                        "each service and state of each host, so it takes its time.", "short", 24, 9,
                        [query(f"sum by (state) ({host.STUCK}) > 0", "{{state}}")])]),
        row("Versions"),
        table("Versions", "How many exporters run which build.", 24, 5, Table(
            queries=[query(f"topk({ROWS}, count by (version, revision, compiler) "
                           f"({last(f'sockdiag_build_info{{{HOST}}}')}))")],
            columns={"version": "Version", "revision": "Revision", "compiler": "Compiler",
                     "Value #A": "Exporters"}, sort="Exporters")),
    ]


def fleet():
    return [row("Which hosts are in trouble"), *figures(), hosts_by_trouble(), services_by_trouble(),
            *groups()]
