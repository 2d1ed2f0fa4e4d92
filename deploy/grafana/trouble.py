"""The first screen: what is wrong with my connections, of which service, since when, whose fault?"""

import promql
from panels import Table, bar_gauge, query, row, stat, table, time_series
from promql import HOST, SERVICE, anywhere, figure, last, most
from variables import HOSTS, choice_link

CLOSING = 'state=~"fin_wait1|fin_wait2|last_ack|closing"'
# Series of the exporter's own network namespace have no scope, and are called by nothing more.
WHOSE = "{{instance}} {{service_name}} {{direction}} {{state}} {{scope}}"
LISTENER = "{{instance}} {{service_name}}:{{port}} {{scope}}"
QUEUE = f"sockdiag_listen_queue_saturation_ratio{{{SERVICE}}}"
STUCK = f"sockdiag_service_stuck_sockets{{{SERVICE}}}"
NOTHING_STUCK = "No stuck socket is reported. Do all report? See Exporters down, Collectors failing"

# From where on a figure is coloured: as deploy/prometheus/rules alerts, in spirit.
GOOD, WARNING, BAD = "green", "orange", "red"
ANY_IS_BAD = [(None, GOOD), (1, BAD)]
RATIO = [(None, GOOD), (0.6, WARNING), (0.8, BAD)]
RATIO_LEFT = [(None, BAD), (0.2, WARNING), (0.4, GOOD)]

DOWN = f"up{{{HOST}}} == bool 0"
FAILING = f"{last(f'sockdiag_collector_success{{{HOST}}}')} == bool 0"


def down(course=True):
    return stat("Exporters down", "Targets of the selected jobs that Prometheus cannot scrape. All "
                "other panels know nothing of them.", "short", ANY_IS_BAD, 3,
                runbooks="ExporterDown NoTargets", queries=[query(figure(f"sum({DOWN})"), "down")],
                course=course)


def failing():
    return stat("Collectors failing", "Collectors whose last collection failed; what they would "
                "show is missing.", "short", ANY_IS_BAD, 3, runbooks="CollectorFailing",
                queries=[query(figure(f"sum({FAILING})"), "failing")])


def stuck(title, states, description, runbooks, *levels):
    """The number of sockets that are stuck in some states, on all hosts together."""
    found = last(f"sockdiag_service_stuck_sockets{{{SERVICE},{states}}}")
    return stat(title, description, "short", [(None, GOOD), *levels], 3, runbooks=runbooks,
                queries=[query(figure(f"sum({found})"), "stuck")])


def figures():
    """Green when all is well, grey when nothing is known."""
    return [
        down(), failing(),
        stuck("Stuck in CLOSE_WAIT", 'state="close_wait"', "The peer has closed, the program here "
              "has not: it leaks connections, hangs, or does not accept them. Pools keep a few of "
              "them until they try to use them.", "CloseWaitStuck", (1, WARNING), (11, BAD)),
        stuck("Stuck in SYN_SENT", 'state="syn_sent"', "Connections that get no answer: a service "
              "that we use is down, or a firewall drops what we send.", "SynSentStuck", (1, BAD)),
        stuck("Stuck in SYN_RECV", 'state="syn_recv"', "Handshakes that clients do not finish: a "
              "SYN flood, or answers that do not reach them.", "SynRecvFlood", (10, WARNING)),
        stuck("Stuck while closing", CLOSING, "FIN_WAIT1, FIN_WAIT2, LAST_ACK and CLOSING: peers "
              "that vanished, or do not close their end. A public server always has some.",
              "CloseUnanswered", (100, WARNING)),
        stat("Fullest accept queue", "Connections that wait for accept(), of the backlog, for the "
             "fullest listener of all. A full one drops new connections.", "percentunit",
             RATIO, 3, runbooks="AcceptQueueSaturated",
             queries=[query(figure(f"max({last(QUEUE)})"), "fullest")]),
        stat("Ports left", "Of the local ports for outgoing connections, on the host that has the "
             f"fewest left. {promql.PORTS_TAKEN}", "percentunit", RATIO_LEFT, 3,
             runbooks="EphemeralPortsExhausting BoundPortsExhausting",
             queries=[query(figure(f"min(1 - {promql.ports_taken()})"), "left")]),
    ]


def what_is_stuck():
    chosen = f"topk({promql.ROWS}, {anywhere('sum', STUCK)} > 0)"
    labels = "job, instance, service_name, direction, state"

    def column(expression):
        return query(promql.of_rows(expression, chosen, labels))

    age = anywhere("max", f"sockdiag_service_oldest_socket_age_seconds{{{SERVICE}}}")
    unaccepted = anywhere("sum", f"sockdiag_service_unaccepted_sockets{{{SERVICE}}}")
    unread = anywhere("sum", f"sockdiag_service_close_wait_unread_sockets{{{SERVICE}}}")
    return table(
        "What is stuck, and since when", "Sockets that are longer in a state than stuck_after "
        "allows, by service and in all network namespaces, the most at the top. Age: since the exporter "
        "first saw the oldest one in this state or, of CLOSE_WAIT, FIN_WAIT2 and CLOSING, since the peer "
        "last said something; never too high. Of all in the state, not accepted: they wait in the accept "
        "queue, and no program has seen them. Unread: the program has not read what came before the end. "
        "A click on a name selects it.", 15, 9, Table(
            queries=[query(chosen),
                     column(age),
                     column(f'label_replace({unaccepted}, "direction", "inbound", "", "")'),
                     column(f'label_replace({unread}, "state", "close_wait", "", "")')],
            columns={"instance": "Instance", "service_name": "Service", "direction": "Direction",
                     "state": "State", "Value #A": "Stuck", "Value #B": "Age of the oldest",
                     "Value #C": "Not accepted", "Value #D": "Unread"},
            units={"Age of the oldest": "s"}, bars={"Stuck": BAD}, sort="Stuck",
            widths={"Direction": 90, "State": 100, "Age of the oldest": 140, "Not accepted": 105,
                    "Unread": 80},
            when_empty=NOTHING_STUCK, links={
                "Instance": choice_link("Only this host", HOSTS, "instance"),
                "Service": choice_link("Only this service", HOSTS, "service")}),
        runbooks="CloseWaitStuck CloseWaitLeak CloseWaitLeakFast SynSentStuck")


def limits_reached():
    return bar_gauge(
        "How near to a limit", "For each limit the host that is nearest to it. Orphans and TCP "
        "memory are the whole host's, so they are missing from an exporter in a container with a "
        "network namespace of its own.", "percentunit", RATIO, 9, 9, [
            query(f"topk(1, {last(QUEUE)})",
                  "accept queue, {{service_name}}:{{port}} on {{instance}} {{scope}}"),
            query(f"topk(1, {promql.ports_taken()})", "ports for connections, {{instance}}"),
            query(f"topk(1, {promql.time_wait()})", "TIME_WAIT, {{instance}}"),
            query(f"topk(1, {promql.orphans()})", "orphans, {{instance}}"),
            query(f"topk(1, {promql.memory()})", "TCP memory to pressure, {{instance}}")],
        runbooks="EphemeralPortsExhausting BoundPortsExhausting TimeWaitNearLimit OrphansNearLimit "
                 "TcpMemoryPressure")


def trouble():
    return [
        row("Trouble first"),
        *figures(),
        what_is_stuck(),
        limits_reached(),
        time_series("Stuck sockets", "The same over time: steady growth is a leak, a step is an "
                    "event. Nothing is drawn where nothing is stuck, or not known.", "short", 12, 9,
                    [query(most(STUCK), WHOSE)], runbooks="CloseWaitLeak CloseWaitLeakFast SynSentStuck"),
        time_series("Accept queues", "The fullest listener of each port: connections that wait "
                    "for accept(), of the backlog. A queue that stays full means that the program "
                    "does not accept fast enough.", "percentunit", 12, 9, [
                        query(promql.highest(QUEUE), LISTENER)],
                    levels=RATIO, runbooks="AcceptQueueSaturated"),
    ]


def whose_fault():
    def figure_of(title, description, metric, legend, runbooks="", selector=SERVICE):
        return time_series(title, description, "short", 6, 9, [
            query(most(f"{metric}{{{selector}}}"), legend)], runbooks=runbooks)

    return [
        row("Whose fault: this program, the peer, or the network"),
        figure_of("Not accepted yet", "Connections that the kernel has opened and that no accept() "
                  "has taken: the program does not come to its listener. In CLOSE_WAIT the client "
                  "has given up already; this is no leak.", "sockdiag_service_unaccepted_sockets",
                  "{{instance}} {{service_name}} {{state}} {{scope}}", "AcceptQueueSaturated"),
        figure_of("CLOSE_WAIT with data unread", "The program has not read what the peer sent "
                  "before it closed: it hangs, rather than that it forgets to close.",
                  "sockdiag_service_close_wait_unread_sockets",
                  "{{instance}} {{service_name}} {{direction}} {{scope}}", "CloseWaitUnread"),
        figure_of("Stalled connections", "retransmitting: the peer does not acknowledge, so it or "
                  "the way to it is lost. zero_window: the peer is there and does not read. "
                  "keepalive_unanswered: an idle connection whose peer is gone.",
                  "sockdiag_service_stalled_sockets",
                  "{{instance}} {{service_name}} {{direction}} {{reason}} {{scope}}",
                  "PeersRetransmitting"),
        figure_of("Stuck by port", "Stuck sockets by service port, for services that share a name, "
                  "such as other. All services: a port has no service label.",
                  "sockdiag_port_stuck_sockets",
                  "{{instance}} {{direction}} {{port}} {{state}} {{scope}}", selector=HOST),
    ]
