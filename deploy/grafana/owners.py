"""Who holds the sockets: which unit, pod or container is stuck, and how well other network namespaces
are seen. The exporter's own namespace and all others together."""

import promql
from panels import Table, query, row, table, time_series
from promql import HOST, highest, highest_rates, last, most, most_sums, of_rows
from trouble import BAD, NOTHING_STUCK, RATIO
from variables import HOSTS, choice_link

_OWNER = "job, instance, owner_kind, owner"
_WHOSE = "{{instance}} {{owner_kind}} {{owner}}"
_LOSSES = 15  # lines, of each of three kinds
_STUCK = f"sockdiag_owner_stuck_sockets{{{HOST}}}"


def _named(expression, labels):
    """With a label `name` where more is known of a container than its id. Whoever has no name, or
    whose name was lost with a failed collection, has a row all the same."""
    info = f'sockdiag_owner_info{{{HOST},owner_kind="container",container_name!=""}}'
    names = f'label_join({info}, "name", "/", "pod_namespace", "pod_name", "container_name")'
    return (f"{expression} * on ({_OWNER}) group_left (name) {names}"
            f" or on ({labels}) {expression}")


def _who_is_stuck():
    chosen = f"topk({promql.ROWS}, {last(_STUCK)} > 0)"
    labels = f"{_OWNER}, state"
    age = last(f"sockdiag_owner_oldest_socket_age_seconds{{{HOST}}}")
    return table(
        "Who is stuck, and since when", "The units, pods, containers and machines with the most sockets "
        "that are longer in a state than stuck_after allows, of all services. A container is called "
        "by the first 12 digits of its id, and by its pod and name where the exporter can read them. "
        "none: nobody known, as of most sockets in SYN_RECV.", 14, 9, Table(
            queries=[query(_named(chosen, labels)), query(of_rows(age, chosen, labels))],
            columns={"instance": "Instance", "owner_kind": "Kind", "owner": "Owner",
                     "name": "Container", "state": "State", "Value #A": "Stuck",
                     "Value #B": "Age of the oldest"},
            units={"Age of the oldest": "s"}, bars={"Stuck": BAD}, sort="Stuck",
            widths={"Kind": 85, "State": 100, "Age of the oldest": 140}, when_empty=NOTHING_STUCK,
            links={"Instance": choice_link("Only this host", HOSTS, "instance")}),
        runbooks="OwnerCloseWaitStuck CloseWaitStuck SynSentStuck")


def _losses():
    """One query, since what nobody has lost has no series."""
    return " or ".join(
        f'label_replace({highest_rates(f"sockdiag_owner_{name}_total{{{HOST}}}", _LOSSES)}, '
        f'"loss", "{loss}", "", "")' for name, loss in (
            ("listen_drops", "connections"), ("udp_receive_drops", "datagrams"),
            ("tcp_retransmitted_segments", "sent again")))


def owners():
    def ratio(title, about, name, runbook):
        return time_series(title, about, "percentunit", 8, 9, [
            query(highest(f"sockdiag_owner_{name}_saturation_ratio{{{HOST}}}"), _WHOSE)],
                           levels=RATIO, runbooks=runbook)

    leaks = f'sockdiag_owner_stuck_sockets{{{HOST},state=~"close_wait|syn_sent"}}'
    return [
        row("Owners: which unit, pod or container, in all network namespaces"),
        _who_is_stuck(),
        time_series("Stuck in CLOSE_WAIT or SYN_SENT by owner", "CLOSE_WAIT: this pod or unit does not "
                    "close, accept or read. SYN_SENT: it gets no answer; if all do, it is the service "
                    "that they call.", "short", 10, 9, [query(most(leaks), _WHOSE + " {{state}}")],
                    runbooks="OwnerCloseWaitStuck"),
        time_series("Sockets by owner", "TCP and UDP sockets in any state, of those that hold the most.",
                    "short", 8, 9, [
                        query(most_sums(_OWNER, f"sockdiag_owner_sockets{{{HOST}}}"), _WHOSE)],
                    stacked=True),
        ratio("Accept queues by owner", "The fullest listener of each: connections that wait for "
              "accept(), of the backlog.", "listen_queue", "OwnerAcceptQueueSaturated"),
        ratio("Ports taken by owner", "Local ports in use towards the destination that uses the most, "
              "of those that the owner's network namespace has.", "ephemeral_ports",
              "OwnerEphemeralPortsExhausting"),
        time_series("Dropped and sent again by owner", "With namespaces.enabled. connections, datagrams: "
                    "dropped by its listeners and its UDP sockets. sent again: TCP segments of its network "
                    "namespaces, other than the exporter's own.", "cps", 8, 7, [
                        query(_losses(), _WHOSE + " {{loss}}")],
                    runbooks="ListenDrops UdpReceiveDrops TcpRetransmits"),
        time_series("Other network namespaces", "With namespaces.enabled. idle: nothing has happened in "
                    "them since they were last dumped. stale: their turn has not come. refused: they "
                    "cannot be entered, and their sockets are in no figure.", "short", 8, 7, [
                        query(f"sum by (result) (sockdiag_namespaces{{{HOST}}})", "{{result}}")],
                    stacked=True, runbooks="NamespacesRefused"),
        time_series("Age of their figures", "Of the namespace that was not looked at for longest. It "
                    "grows where namespaces.cpu_budget does not suffice for all of them, or where reading one "
                    "fails.", "s", 8, 7, [
                        query(highest(f"sockdiag_namespaces_oldest_age_seconds{{{HOST}}}"),
                              "{{instance}}")], runbooks="NamespacesStale"),
    ]
