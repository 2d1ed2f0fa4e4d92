#!/usr/bin/env python3
"""Writes the Grafana dashboard, sockdiag_exporter.json beside this file:

    deploy/grafana/dashboard.py            # writes the file
    deploy/grafana/dashboard.py --print    # to standard output

The functions below say what is on it, a row each; panels.py and variables.py know how Grafana wants
it written. For Grafana 9 to 12.

Counts of sockets are summed over the instances, which is right for "how many". Trouble and limits
are not: there each instance stands for itself, or the worst one is shown with its name.
"""

import argparse
import json
import pathlib

from panels import Table, bar_gauge, lay_out, query, row, stat, table, time_series
from variables import HOST, SERVICE, annotations, variables

TARGET = pathlib.Path(__file__).with_name("sockdiag_exporter.json")

TROUBLED = 'state=~"syn_sent|syn_recv|fin_wait1|fin_wait2|close_wait|last_ack|closing"'
CLOSING = 'state=~"fin_wait1|fin_wait2|last_ack|closing"'
WHOSE = "{{instance}} {{service_name}} {{direction}} {{state}}"

# From where on a figure is coloured: as deploy/prometheus/rules alerts, in spirit.
GOOD, WARNING, BAD = "green", "orange", "red"
ANY_IS_BAD = [(None, GOOD), (1, BAD)]
RATIO = [(None, GOOD), (0.6, WARNING), (0.8, BAD)]
RATIO_LEFT = [(None, BAD), (0.2, WARNING), (0.4, GOOD)]

PORTS_USED = (f"sockdiag_ephemeral_ports_max_used_per_destination{{{HOST}}}"
              f" / sockdiag_ephemeral_ports_limit{{{HOST}}}")
TIME_WAIT = ("sum without (protocol, family, state) (sockdiag_sockets"
             f'{{{HOST},state="time_wait"}})')


def stuck(title, states, description, runbooks, *levels):
    """The number of sockets that are stuck in some states, on all hosts together."""
    expression = f"sum(sockdiag_service_stuck_sockets{{{SERVICE},{states}}})"
    return stat(title, description, "short", [(None, GOOD), *levels], 3, runbooks=runbooks,
                queries=[query(expression, "stuck")])


def figures():
    """Green when all is well."""
    return [
        stat("Exporters down", "Targets of the selected jobs that Prometheus cannot scrape. All "
             "other panels know nothing of them.", "short", ANY_IS_BAD, 3, runbooks="ExporterDown",
             queries=[query('sum(up{job=~"sockdiag.*|$job",instance=~"$instance"} == bool 0)', "down")]),
        stat("Collectors failing", "Collectors whose last collection failed; what they would show "
             "is missing.", "short", ANY_IS_BAD, 3, runbooks="CollectorFailing",
             queries=[query(f"sum(sockdiag_collector_success{{{HOST}}} == bool 0)", "failing")]),
        stuck("Stuck in CLOSE_WAIT", 'state="close_wait"', "The peer has closed, the program here "
              "has not: it leaks connections. Pools keep a few of them until they try to use them.",
              "CloseWaitStuck", (1, WARNING), (11, BAD)),
        stuck("Stuck in SYN_SENT", 'state="syn_sent"', "Connections that get no answer: a service "
              "that we use is down, or a firewall drops what we send.", "SynSentStuck", (1, BAD)),
        stuck("Stuck in SYN_RECV", 'state="syn_recv"', "Handshakes that clients do not finish: a "
              "SYN flood, or answers that do not reach them.", "SynRecvFlood", (10, WARNING)),
        stuck("Stuck while closing", CLOSING, "FIN_WAIT1, FIN_WAIT2, LAST_ACK and CLOSING: peers "
              "that vanished, or do not close their end. A public server always has some.",
              "CloseUnanswered", (100, WARNING)),
        stat("Fullest accept queue", "Connections that wait for accept(), of the backlog, for the "
             "fullest listener of all. Above 100 % new connections are dropped.", "percentunit",
             RATIO, 3, runbooks="AcceptQueueSaturated", queries=[
                 query(f"max(sockdiag_listen_queue_saturation_ratio{{{SERVICE}}})", "fullest")]),
        stat("Ports left", "Local ports that are free for one more connection to the destination "
             "that uses the most, on the host that has the fewest left.", "percentunit",
             RATIO_LEFT, 3, runbooks="EphemeralPortsExhausting",
             queries=[query(f"min(1 - {PORTS_USED})", "left")]),
    ]


def trouble():
    """The first screen: what is wrong with my connections, of which service, since when?"""
    return [
        row("Trouble first"),
        *figures(),
        table("What is stuck, and since when", "Sockets that are longer in a state than "
              "stuck_after allows, by service, the most at the top. Age: since the exporter first "
              "saw the oldest one in this state, so never too high. A click on a service selects "
              "it.", 14, 9, Table(
                  queries=[query(f"sockdiag_service_stuck_sockets{{{SERVICE}}} > 0"),
                           query(f"sockdiag_service_oldest_socket_age_seconds{{{SERVICE}}} and "
                                 f"sockdiag_service_stuck_sockets{{{SERVICE}}} > 0")],
                  columns={"instance": "Instance", "service_name": "Service",
                           "direction": "Direction", "state": "State", "Value #A": "Stuck",
                           "Value #B": "Age of the oldest"},
                  units={"Age of the oldest": "s"}, bars={"Stuck": BAD}, sort="Stuck",
                  when_empty="Nothing is stuck", selects="Service")),
        limits_reached(),
        time_series("Stuck sockets", "The same over time: steady growth is a leak, a step is an "
                    "event. Nothing is drawn while nothing is stuck.", "short", 12, 8, [
                        query(f"sockdiag_service_stuck_sockets{{{SERVICE}}} > 0", WHOSE)],
                    runbooks="CloseWaitLeak SynSentStuck"),
        time_series("Accept queues", "The fullest listener of each port: connections that wait "
                    "for accept(), of the backlog. A queue that stays full means that the program "
                    "does not accept fast enough.", "percentunit", 12, 8, [
                        query(f"sockdiag_listen_queue_saturation_ratio{{{SERVICE}}}",
                              "{{instance}} {{service_name}}:{{port}}")],
                    levels=RATIO, runbooks="AcceptQueueSaturated"),
    ]


def limits_reached():
    memory = (f"sockdiag_tcp_memory_bytes{{{HOST}}} / ignoring (level) "
              f'sockdiag_tcp_memory_limit_bytes{{{HOST},level="pressure"}}')
    orphans = f"sockdiag_tcp_orphans{{{HOST}}} / sockdiag_tcp_orphans_limit{{{HOST}}}"
    queue = f"sockdiag_listen_queue_saturation_ratio{{{SERVICE}}}"
    return bar_gauge(
        "How near to a limit", "For each limit the host that is nearest to it. Orphans and TCP "
        "memory are the whole host's, so they are missing from an exporter in a container with a "
        "network namespace of its own.", "percentunit", RATIO, 10, 9, [
            query(f"topk(1, {queue})", "accept queue, {{service_name}}:{{port}} on {{instance}}"),
            query(f"topk(1, {PORTS_USED})", "ports to one destination, {{instance}}"),
            query(f"topk(1, {TIME_WAIT} / sockdiag_tcp_time_wait_limit{{{HOST}}})",
                  "TIME_WAIT, {{instance}}"),
            query(f"topk(1, {orphans})", "orphans, {{instance}}"),
            query(f"topk(1, {memory})", "TCP memory to pressure, {{instance}}")],
        runbooks="EphemeralPortsExhausting TimeWaitNearLimit OrphansNearLimit TcpMemoryPressure")


def states():
    by_state = "sum by (state) (sockdiag_sockets{%s,protocol=\"%s\"}) > 0"
    return [
        row("Sockets by state"),
        time_series("TCP sockets by state", "All hosts together. Many in TIME_WAIT are normal on "
                    "a busy host.", "short", 10, 8,
                    [query(by_state % (HOST, "tcp"), "{{state}}")], stacked=True),
        time_series("UDP sockets by state", "Unconnected sockets are UDP's listeners.", "short",
                    6, 8, [query(by_state % (HOST, "udp"), "{{state}}")], stacked=True),
        time_series("TCP sockets by host", "Which host has how many, in any state.", "short", 8, 8,
                    [query(f'sum by (job, instance) (sockdiag_sockets{{{HOST},protocol="tcp"}})',
                           "{{instance}}")], stacked=True),
    ]


def services():
    return [
        row("Services"),
        time_series("Connections by service", "Inbound: clients of our service. Outbound: our use "
                    "of somebody else's. All hosts together, without listeners.", "short", 12, 9, [
                        query("sum by (service_name, direction) (sockdiag_service_sockets"
                              f'{{{SERVICE},state!~"listen|unconnected"}}) > 0',
                              "{{service_name}} {{direction}}")], stacked=True),
        time_series("Troubled states by service", "Sockets that are about to open or to close, "
                    "stuck or not.", "short", 12, 9, [
                        query(f"sockdiag_service_sockets{{{SERVICE},{TROUBLED}}} > 0", WHOSE)],
                    runbooks="SynSentPileup SynRecvFlood"),
        time_series("Oldest socket", "How long the oldest one has been in its state: what grows "
                    "as fast as the clock is never answered or never closed.", "s", 8, 8, [
                        query(f"sockdiag_service_oldest_socket_age_seconds{{{SERVICE}}} > 0",
                              WHOSE)], runbooks="SynSentStuck"),
        time_series("Peaks between scrapes", "The most at once within peak_window. Shows bursts "
                    "that are over before Prometheus looks.", "short", 8, 8, [
                        query(f"sockdiag_service_sockets_peak{{{SERVICE}}} > 0", WHOSE)],
                    runbooks="SynSentPileup"),
        time_series("Entries into troubled states", "Sockets seen to come to a state, per second; "
                    "a lower bound.", "cps", 8, 8, [
                        query("sum by (job, instance, service_name, direction, state) (rate("
                              "sockdiag_service_state_entries_total"
                              f"{{{SERVICE}}}[$__rate_interval])) > 0", WHOSE)]),
        row("States of each service", collapsed=[
            time_series("$service", "The states of this service's sockets, both directions and "
                        "all hosts together.", "short", 8, 8, [
                            query("sum by (state) (sockdiag_service_sockets"
                                  f"{{{SERVICE}}}) > 0", "{{state}}")],
                        stacked=True, repeat="service")]),
    ]


def ports():
    by_port = ("sum by (port, direction) (sockdiag_port_sockets{%s,protocol=\"%s\","
               "state!~\"listen|unconnected\"}) > 0")
    about = ("The local port of inbound sockets, the remote one of outbound ones. All services: "
             "a port has no service label.")
    listeners = f'sum without (protocol) (sockdiag_listeners{{{SERVICE},protocol="tcp"}})'
    return [
        row("Ports"),
        time_series("TCP connections by port", about, "short", 8, 9,
                    [query(by_port % (HOST, "tcp"), "{{port}} {{direction}}")], stacked=True),
        time_series("UDP connections by port", about, "short", 6, 9,
                    [query(by_port % (HOST, "udp"), "{{port}} {{direction}}")], stacked=True),
        table("TCP listeners", "Several listeners share a port with SO_REUSEPORT; length and "
              "limit of their queues are sums, the fill is the fullest one's.", 10, 9, Table(
                  queries=[query(listeners),
                           query(f"sockdiag_listen_queue_length{{{SERVICE}}}"),
                           query(f"sockdiag_listen_queue_limit{{{SERVICE}}}"),
                           query(f"sockdiag_listen_queue_saturation_ratio{{{SERVICE}}}")],
                  columns={"instance": "Instance", "port": "Port", "service_name": "Service",
                           "Value #A": "Listeners", "Value #B": "Waiting", "Value #C": "Backlog",
                           "Value #D": "Fill"},
                  units={"Fill": "percentunit"}, sort="Fill", when_empty="No TCP listener"),
              runbooks="AcceptQueueSaturated"),
    ]


def queues():
    def queue(side, about):
        return time_series(f"{side.capitalize()} queues", about, "bytes", 8, 8, [query(
            f"sockdiag_service_{side}_queue_bytes{{{SERVICE}}} > 0",
            "{{instance}} {{service_name}} {{direction}} {{protocol}}")])

    return [
        row("Queues"),
        queue("receive", "Recv-Q: data that the kernel has and the program has not read. What "
              "stays high belongs to a program that is too slow or hangs."),
        queue("send", "Send-Q: data that the peer has not acknowledged. What stays high belongs "
              "to a slow peer or a bad network."),
        time_series("Connections that wait for accept()", "Over the listeners of a port; the "
                    "saturation says how near that is to their backlog.", "short", 8, 8, [
                        query(f"sockdiag_listen_queue_length{{{SERVICE}}} > 0",
                              "{{instance}} {{service_name}}:{{port}}")],
                    runbooks="AcceptQueueSaturated"),
    ]


def limits():
    def used_and_limit(title, about, unit, used, limit, runbooks):
        return time_series(title, about, unit, 6, 8, [
            query(used, "{{instance}} used"), query(limit, "{{instance}} limit")],
            runbooks=runbooks, dashed="limit|pressure|max")

    return [
        row("Limits"),
        time_series("Ports for outgoing connections", "A port can be used towards several "
                    "destinations at once, so the one destination that uses the most is what runs "
                    "out.", "short", 6, 8, [
                        query(f"sockdiag_ephemeral_ports_used{{{HOST}}}", "{{instance}} used"),
                        query(f"sockdiag_ephemeral_ports_max_used_per_destination{{{HOST}}}",
                              "{{instance}} used to one destination"),
                        query(f"sockdiag_ephemeral_ports_limit{{{HOST}}}", "{{instance}} limit")],
                    runbooks="EphemeralPortsExhausting", dashed="limit"),
        used_and_limit("TIME_WAIT", "Beyond tcp_max_tw_buckets the kernel destroys them early.",
                       "short", TIME_WAIT, f"sockdiag_tcp_time_wait_limit{{{HOST}}}",
                       "TimeWaitNearLimit"),
        used_and_limit("Orphans", "Sockets that no process holds any more, on the whole host. "
                       "Beyond tcp_max_orphans they are reset.", "short",
                       f"sockdiag_tcp_orphans{{{HOST}}}", f"sockdiag_tcp_orphans_limit{{{HOST}}}",
                       "OrphansNearLimit"),
        time_series("TCP memory", "Buffers of all TCP sockets of the whole host. From pressure on "
                    "the kernel holds back, above max it drops.", "bytes", 6, 8, [
                        query(f"sockdiag_tcp_memory_bytes{{{HOST}}}", "{{instance}} used"),
                        query(f'sockdiag_tcp_memory_limit_bytes{{{HOST},level!="min"}}',
                              "{{instance}} {{level}}")],
                    runbooks="TcpMemoryPressure", dashed="pressure|max"),
        table("Backlogs that the kernel allows", "net.core.somaxconn bounds every listener's "
              "backlog, tcp_max_syn_backlog the handshakes under way.", 24, 5, Table(
                  queries=[query(f"sockdiag_somaxconn{{{HOST}}}"),
                           query(f"sockdiag_tcp_max_syn_backlog{{{HOST}}}")],
                  columns={"instance": "Instance", "Value #A": "somaxconn",
                           "Value #B": "tcp_max_syn_backlog"},
                  sort="somaxconn", when_empty="Not to be seen from here")),
    ]


def own_cost():
    def figure(title, about, unit, expression, legend="{{instance}}", runbooks=""):
        return time_series(title, about, unit, 6, 7, [query(expression, legend)], runbooks=runbooks)

    return [
        row("The exporter's own cost"),
        figure("CPU", "Share of one core, scrapes and samples together.", "percentunit",
               f"rate(process_cpu_seconds_total{{{HOST}}}[$__rate_interval])"),
        figure("Memory", "Resident memory; it does not grow with the number of sockets.", "bytes",
               f"process_resident_memory_bytes{{{HOST}}}"),
        figure("Collections", "How long the last collection of each collector took.", "s",
               f"sockdiag_collector_duration_seconds{{{HOST}}}", "{{instance}} {{collector}}",
               runbooks="CollectorFailing"),
        figure("Dumps", "How long the kernel's last dump took, by protocol.", "s",
               f"sockdiag_dump_duration_seconds{{{HOST}}}", "{{instance}} {{protocol}}"),
        figure("Sockets in a dump", "What there is to go through at a scrape.", "short",
               f"sockdiag_dump_sockets{{{HOST}}}", "{{instance}} {{protocol}}"),
        figure("Bytes in a dump", "What the kernel sends for it through netlink.", "bytes",
               f"sockdiag_dump_bytes{{{HOST}}}", "{{instance}} {{protocol}}"),
        figure("Failed dumps", "Per second and reason. A dump that failed gives no figures at "
               "all.", "cps", "sum by (job, instance, protocol, reason) (rate("
               f"sockdiag_dump_errors_total{{{HOST}}}[$__rate_interval]))",
               "{{instance}} {{protocol}} {{reason}}", runbooks="CollectorFailing"),
        figure("Samples per scrape", "What Prometheus stores of each exporter.", "short",
               f"scrape_samples_scraped{{{HOST}}}"),
        figure("Time between samples", "Longer than configured when cpu_budget asks for it.", "s",
               f"sockdiag_sampling_interval_seconds{{{HOST}}}"),
        figure("Names that did not fit", "Services and ports beyond the limits, which are counted "
               "under other.", "short", f"sockdiag_folded_keys{{{HOST}}}",
               "{{instance}} {{limit}}", runbooks="NamesFolded"),
        figure("Sockets without an age", "Beyond max_tracked_sockets an age is not known; they "
               "are counted everywhere else.", "short", f"sockdiag_untracked_sockets{{{HOST}}}"),
        figure("Open file descriptors", "Of the exporter itself.", "short",
               f"process_open_fds{{{HOST}}}"),
        table("Versions and configurations", "Which build runs where, whether the last attempt to "
              "load its configuration succeeded, and how long it has been running.", 24, 6, Table(
                  queries=[query(f"sockdiag_build_info{{{HOST}}}"),
                           query(f"sockdiag_config_last_reload_successful{{{HOST}}}"),
                           query(f"time() - process_start_time_seconds{{{HOST}}}")],
                  columns={"instance": "Instance", "version": "Version", "revision": "Revision",
                           "compiler": "Compiler", "Value #B": "Configuration good",
                           "Value #C": "Running for"},
                  units={"Running for": "s", "Configuration good": "bool_yes_no"},
                  sort="Instance", when_empty="No exporter"),
              runbooks="ConfigReloadFailed WebConfigReloadFailed"),
    ]


def dashboard():
    panels = [*trouble(), *states(), *services(), *ports(), *queues(), *limits(), *own_cost()]
    return {
        "uid": "sockdiag-exporter", "id": None, "title": "Sockets (sockdiag_exporter)",
        "description": "TCP and UDP sockets by state, service and port. Generated by "
                       "deploy/grafana/dashboard.py.",
        "tags": ["sockdiag", "network"], "schemaVersion": 38, "version": 1, "editable": True,
        "style": "dark", "timezone": "browser", "weekStart": "", "fiscalYearStartMonth": 0,
        "graphTooltip": 1, "refresh": "30s", "time": {"from": "now-1h", "to": "now"},
        "timepicker": {}, "liveNow": False, "links": [],
        "annotations": {"list": annotations()}, "templating": {"list": variables()},
        "panels": lay_out(panels),
    }


def main():
    parser = argparse.ArgumentParser(description="Writes the Grafana dashboard.")
    parser.add_argument("--print", action="store_true", help="to standard output")
    text = json.dumps(dashboard(), indent=1, ensure_ascii=True) + "\n"
    if parser.parse_args().print:
        print(text, end="")
    else:
        TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
