"""Below the first screen: the sockets by state, service and port, what bounds them, and what the
exporter itself costs. Counts of sockets are summed over the hosts, each graph's highest are shown."""

import promql
from panels import Table, query, row, table, time_series
from promql import (HOST, SERVICE, anywhere, highest, last, most, most_rates, most_sums, of_rows,
                    of_worst_hosts)
from trouble import LISTENER, WHOSE

TROUBLED = 'state=~"syn_sent|syn_recv|fin_wait1|fin_wait2|close_wait|last_ack|closing"'
CONNECTED = 'state!~"listen|unconnected"'


def states():
    by_state = "sum by (state) (sockdiag_sockets{%s,protocol=\"%s\"}) > 0"
    return [
        row("Sockets by state"),
        time_series("TCP sockets by state", "All hosts together. Many in TIME_WAIT are normal on "
                    "a busy host.", "short", 10, 9,
                    [query(by_state % (HOST, "tcp"), "{{state}}")], stacked=True),
        time_series("UDP sockets by state", "Unconnected sockets are UDP's listeners.", "short",
                    6, 9, [query(by_state % (HOST, "udp"), "{{state}}")], stacked=True),
        time_series("TCP sockets by host", "Which host has how many, in any state and in all of its "
                    "network namespaces that the exporter sees.", "short", 8, 9, [
                        query(most_sums("job, instance", f'sockdiag_sockets{{{HOST},protocol="tcp"}}'),
                              "{{instance}}")], stacked=True),
    ]


def services():
    return [
        row("Services"),
        time_series("Connections by service", "Inbound: clients of our service. Outbound: our use "
                    "of somebody else's. All hosts together, without listeners.", "short", 12, 9, [
                        query(most_sums("service_name, direction", "sockdiag_service_sockets"
                                        f"{{{SERVICE},{CONNECTED}}}"),
                              "{{service_name}} {{direction}}")], stacked=True),
        time_series("Troubled states by service", "Sockets that are about to open or to close, "
                    "stuck or not.", "short", 12, 9, [
                        query(most(f"sockdiag_service_sockets{{{SERVICE},{TROUBLED}}}"), WHOSE)],
                    runbooks="SynSentPileup SynRecvFlood"),
        time_series("Oldest socket", "How long the oldest one has been in its state: what grows "
                    "as fast as the clock is never answered or never closed.", "s", 8, 9, [
                        query(most(f"sockdiag_service_oldest_socket_age_seconds{{{SERVICE}}}"),
                              WHOSE)], runbooks="SynSentStuck"),
        time_series("Peaks between scrapes", "The most at once within peak_window. Shows bursts "
                    "that are over before Prometheus looks.", "short", 8, 9, [
                        query(most(f"sockdiag_service_sockets_peak{{{SERVICE}}}"), WHOSE)],
                    runbooks="SynSentPileup"),
        time_series("Entries into troubled states", "Sockets seen to come to a state, per second; "
                    "a lower bound.", "cps", 8, 9, [
                        query(most_rates(f"sockdiag_service_state_entries_total{{{SERVICE}}}"),
                              WHOSE)]),
        row("States of each service", collapsed=[
            time_series("$service", "The states of this service's sockets, both directions and "
                        "all hosts together.", "short", 8, 9, [
                            query("sum by (state) (sockdiag_service_sockets"
                                  f"{{{SERVICE}}}) > 0", "{{state}}")],
                        stacked=True, repeat="service")]),
    ]


def ports():
    about = ("The local port of inbound sockets, the remote one of outbound ones. All services: "
             "a port has no service label.")

    def connections(protocol, width):
        return time_series(f"{protocol.upper()} connections by port", about, "short", width, 9, [
            query(most_sums("port, direction", f'sockdiag_port_sockets{{{HOST},'
                            f'protocol="{protocol}",{CONNECTED}}}'), "{{port}} {{direction}}")],
                           stacked=True)

    queue = f"sockdiag_listen_queue_%s{{{SERVICE}}}"
    chosen = f"topk({promql.ROWS}, {anywhere('max', queue % 'saturation_ratio')})"
    labels = "job, instance, port, service_name"
    listeners = last(f'sockdiag_listeners{{{SERVICE},protocol="tcp"}}')
    return [
        row("Ports"),
        connections("tcp", 8),
        connections("udp", 6),
        table("TCP listeners", "Those whose queues are fullest. Several listeners share a port with "
              "SO_REUSEPORT, or one in each network namespace; length and limit of their queues are "
              "sums, the fill is the fullest one's.", 10, 9, Table(
                  queries=[query(of_rows(f"sum without (protocol, scope) ({listeners})", chosen,
                                         labels)),
                           query(of_rows(anywhere("sum", queue % "length"), chosen, labels)),
                           query(of_rows(anywhere("sum", queue % "limit"), chosen, labels)),
                           query(chosen)],
                  columns={"instance": "Instance", "port": "Port", "service_name": "Service",
                           "Value #D": "Fill", "Value #B": "Waiting", "Value #C": "Backlog",
                           "Value #A": "Listeners"},
                  units={"Fill": "percentunit"}, sort="Fill",
                  widths={"Port": 70, "Listeners": 80, "Waiting": 75, "Backlog": 80, "Fill": 75}),
              runbooks="AcceptQueueSaturated"),
    ]


def queues():
    def queue(side, about):
        return time_series(f"{side.capitalize()} queues", about, "bytes", 8, 9, [query(
            most(f"sockdiag_service_{side}_queue_bytes{{{SERVICE}}}"),
            "{{instance}} {{service_name}} {{direction}} {{protocol}} {{scope}}")])

    return [
        row("Queues"),
        queue("receive", "Recv-Q: data that the kernel has and the program has not read. What "
              "stays high belongs to a program that is too slow or hangs."),
        queue("send", "Send-Q: data that the peer has not acknowledged. What stays high belongs "
              "to a slow peer or a bad network."),
        time_series("Connections that wait for accept()", "Over the listeners of a port; the "
                    "saturation says how near that is to their backlog.", "short", 8, 9, [
                        query(most(f"sockdiag_listen_queue_length{{{SERVICE}}}"), LISTENER)],
                    runbooks="AcceptQueueSaturated"),
    ]


def _host_limit(title, about, unit, used, limit, lines, runbooks, dashed="limit"):
    """Lines of the hosts that are nearest to a limit: {selector: what it is called}."""
    return time_series(title, about, unit, 6, 9, [
        query(of_worst_hosts(selector, used, limit), "{{instance}} " + name)
        for selector, name in lines.items()], runbooks=runbooks, dashed=dashed)


def limits():
    def simple(title, about, used, limit, runbooks):
        used, limit = f"{used}{{{HOST}}}", f"{limit}{{{HOST}}}"
        return _host_limit(title, about, "short", used, limit, {used: "used", limit: "limit"},
                           runbooks)

    used, limit = (f"sockdiag_ephemeral_ports_{what}{{{HOST}}}" for what in ("used", "limit"))
    to_one = f"sockdiag_ephemeral_ports_max_used_per_destination{{{HOST}}}"
    memory = f"sockdiag_tcp_memory_bytes{{{HOST}}}"
    pressure, most_memory = (f'sockdiag_tcp_memory_limit_bytes{{{HOST},level="{level}"}}'
                             for level in ("pressure", "max"))
    backlogs = (f"sockdiag_somaxconn{{{HOST}}}", f"sockdiag_tcp_max_syn_backlog{{{HOST}}}")
    lowest = f"bottomk({promql.ROWS}, {last(backlogs[0])})"
    return [
        row("Limits: the hosts that are nearest to them"),
        _host_limit("Ports for outgoing connections", "A port can be used towards several "
                    "destinations at once, so the one destination that uses the most runs out "
                    "first. Where there are hardly more sockets than ports in use, programs bind "
                    "before they connect, and none is left for them when all are in use.",
                    "short", used, limit, {
                        used: "used", to_one: "used to one destination",
                        f"sockdiag_ephemeral_port_sockets{{{HOST}}}": "sockets on them",
                        limit: "limit"}, "EphemeralPortsExhausting BoundPortsExhausting"),
        simple("TIME_WAIT", "What the kernel holds against tcp_max_tw_buckets, orphans in "
               "FIN_WAIT2 among them. Beyond it they are destroyed early.",
               "sockdiag_tcp_time_wait_entries", "sockdiag_tcp_time_wait_limit",
               "TimeWaitNearLimit"),
        simple("Orphans", "Sockets that no process holds any more, on the whole host. Beyond "
               "tcp_max_orphans they are reset; one in trouble counts twice or four times.",
               "sockdiag_tcp_orphans", "sockdiag_tcp_orphans_limit", "OrphansNearLimit"),
        _host_limit("TCP memory", "Buffers of all TCP sockets of the whole host. From pressure on "
                    "the kernel holds back, above max it drops.", "bytes", memory, pressure,
                    {memory: "used", pressure: "pressure", most_memory: "max"},
                    "TcpMemoryPressure", "pressure|max"),
        table("Backlogs that the kernel allows", "net.core.somaxconn bounds every listener's "
              "backlog, tcp_max_syn_backlog the handshakes under way. The hosts that allow the "
              "least.", 24, 5, Table(
                  queries=[query(lowest),
                           query(of_rows(last(backlogs[1]), lowest, "job, instance"))],
                  columns={"instance": "Instance", "Value #A": "somaxconn",
                           "Value #B": "tcp_max_syn_backlog"}, sort="somaxconn",
                  units={"somaxconn": "none", "tcp_max_syn_backlog": "none"})),
    ]


def own_cost():
    def figure(title, about, unit, expression, legend="{{instance}}", runbooks=""):
        return time_series(title, about, unit, 6, 7, [query(expression, legend)], runbooks=runbooks)

    def gauge(title, about, unit, metric, *labels, runbooks=""):
        return figure(title, about, unit, highest(f"{metric}{{{HOST}}}"),
                      " ".join(f"{{{{{label}}}}}" for label in ("instance", *labels)), runbooks)

    dumps = (f'({highest(f"sockdiag_dump_duration_seconds{{{HOST}}}")}) * on (job, instance, protocol) '
             f"group_left (source) sockdiag_socket_source{{{HOST}}}")
    youngest = f"topk({promql.ROWS}, {last(f'process_start_time_seconds{{{HOST}}}')})"
    return [
        row("The exporter's own cost: the highest"),
        figure("CPU", "Share of one core, scrapes and samples together.", "percentunit",
               most_rates(f"process_cpu_seconds_total{{{HOST}}}")),
        gauge("Memory", "Resident memory; it does not grow with the number of sockets.", "bytes",
              "process_resident_memory_bytes"),
        gauge("Collections", "How long the last collection of each collector took.", "s",
              "sockdiag_collector_duration_seconds", "collector", runbooks="CollectorFailing"),
        figure("Dumps", "How long the last dump took, by protocol and by where the sockets come from: "
               "netlink is sock_diag, and proc lacks some figures.", "s", dumps,
               "{{instance}} {{protocol}} {{source}}", runbooks="ReadFromProc"),
        gauge("Sockets in a dump", "What there is to go through at a scrape.", "short",
              "sockdiag_dump_sockets", "protocol"),
        gauge("Bytes in a dump", "What the kernel sends for it: netlink messages, or lines of /proc.", "bytes",
              "sockdiag_dump_bytes", "protocol"),
        figure("Failed dumps", "Per second and reason. A dump that failed gives no figures at "
               "all.", "cps", most_rates(f"sockdiag_dump_errors_total{{{HOST}}}"),
               "{{instance}} {{protocol}} {{reason}}", runbooks="CollectorFailing"),
        gauge("Samples per scrape", "What Prometheus stores of each exporter.", "short",
              "scrape_samples_scraped"),
        gauge("Time between samples", "Longer than configured when cpu_budget asks for it.", "s",
              "sockdiag_sampling_interval_seconds", runbooks="SamplingStretched"),
        gauge("Names that did not fit", "Services, ports and owners beyond the limits, which are "
              "counted under other.", "short", "sockdiag_folded_keys", "limit", "scope",
              runbooks="NamesFolded"),
        gauge("Sockets without an age", "Beyond max_tracked_sockets an age is not known; they "
              "are counted everywhere else.", "short", "sockdiag_untracked_sockets", "scope",
              runbooks="UntrackedSockets"),
        gauge("Open file descriptors", "Of the exporter itself.", "short", "process_open_fds"),
        table("Versions and configurations", "Which build runs where, whether the last attempt to "
              "load its configuration succeeded, and how long it has been running; those that were "
              "started last.", 24, 6, Table(
                  queries=[query(of_rows(last(f"sockdiag_build_info{{{HOST}}}"), youngest,
                                         "job, instance")),
                           query(of_rows(last(f"sockdiag_config_last_reload_successful{{{HOST}}}"),
                                         youngest, "job, instance")),
                           query(f"time() - {youngest}")],
                  columns={"instance": "Instance", "version": "Version", "revision": "Revision",
                           "compiler": "Compiler", "Value #B": "Configuration good",
                           "Value #C": "Running for"},
                  units={"Running for": "s", "Configuration good": "bool_yes_no"},
                  sort="Instance"),
              runbooks="ConfigReloadFailed WebConfigReloadFailed"),
    ]
