"""What the kernel drops and sends again, and where it finds no way: what no table of sockets shows."""

from panels import query, row, time_series
from promql import HOST, SERVICE, highest, highest_rates, most_changed
from trouble import RATIO

_PORT = "{{instance}} {{service_name}}:{{port}} {{scope}}"


def drops():
    def rates(title, about, selector, legend, runbooks=""):
        return time_series(title, about, "cps", 8, 8, [query(highest_rates(selector), legend)],
                           runbooks=runbooks)

    sent = f'sockdiag_tcp_segments_total{{{HOST},direction="sent"}}'
    again = f"sockdiag_tcp_retransmitted_segments_total{{{HOST}}}"
    syns_again = f"sockdiag_tcp_syn_retransmits_total{{{HOST}}}"
    opens = f"sum without (direction) (rate(sockdiag_tcp_opens_total{{{HOST}}}[$__rate_interval]))"
    entries, most = (f"sockdiag_conntrack_{name}{{{HOST}}}" for name in ("entries", "limit"))
    return [
        row("What is dropped, sent again or finds no way"),
        rates("Connections dropped", "By the listeners of each port: the accept queue is full, or the "
              "queue of handshakes.", f"sockdiag_listen_drops_total{{{SERVICE}}}", _PORT, "ListenDrops"),
        time_series("Why connections are dropped", "Of each host, all ports together. all: whatever the "
                    "reason. accept queue full: of these, those that a program accepts too slowly. What is "
                    "left found the queue of handshakes full, or no memory.", "cps", 8, 8, [
                        query(highest_rates(f"sockdiag_tcp_listen_{name}_total{{{HOST}}}"),
                              f"{{{{instance}}}} {legend}")
                        for name, legend in (("drops", "all"), ("overflows", "accept queue full"))],
                    runbooks="ListenDrops AcceptQueueSaturated"),
        time_series("Queues of handshakes full", "SYNs that found one full, by what came of them, and SYN "
                    "cookies. Few received for many sent: forged addresses.", "cps", 8, 8, [
                        query(highest_rates(f"sockdiag_tcp_request_queue_full_total{{{HOST}}}"),
                              "{{instance}} full, {{action}}"),
                        query(highest_rates(f"sockdiag_tcp_syncookies_total{{{HOST}}}"),
                              "{{instance}} cookies {{kind}}")],
                    runbooks="SynRecvFlood"),
        time_series("Datagrams dropped", "By the unconnected UDP sockets of each port, as a rule for a full "
                    "receive buffer. all: of each host, connected sockets too.", "cps", 8, 8, [
                        query(highest_rates(f"sockdiag_udp_receive_drops_total{{{HOST}}}"), _PORT),
                        query(highest_rates(f'sockdiag_udp_errors_total{{{HOST},reason="receive_buffer"}}'),
                              "{{instance}} all, {{family}}")],
                    runbooks="UdpReceiveDrops"),
        # A host that sends nothing has a share, too: 0.
        time_series("Segments sent again", "Of the TCP segments that each host sends. A steady 1 % and "
                    "more is a network that loses, or a peer that is gone.", "percentunit", 8, 8, [
                        query(f"({highest_rates(again)}) / ignoring (direction) "
                              f"clamp_min(rate({sent}[$__rate_interval]), 1)", "{{instance}}")],
                    runbooks="TcpRetransmits"),
        time_series("SYNs sent again", "For each connection that is begun, and answers to a SYN, too: 0.1 is "
                    "one second try for ten connections. Far above 1, hardly anybody answers.", "short", 8, 8,
                    [query(f"({highest_rates(syns_again)}) / clamp_min({opens}, 0.1)", "{{instance}}")],
                    runbooks="SynRetransmits SynSentStuck"),
        rates("Segments without room", "Segments received and dropped, by what was full; zero_window: the "
              "peer sent more than it was told to.", f"sockdiag_tcp_dropped_segments_total{{{HOST}}}",
              "{{instance}} {{reason}}", "TcpReceiveDrops"),
        time_series("Short of memory", "pressure: spells of memory pressure that began, of all TCP sockets "
                    "together. squeezed: receive queues that were compressed to make room for a segment.",
                    "cps", 8, 8, [
                        query(highest_rates(f"sockdiag_tcp_{name}_total{{{HOST}}}"),
                              f"{{{{instance}}}} {legend}")
                        for name, legend in (("memory_pressures", "pressure"), ("prunes", "squeezed"))],
                    runbooks="TcpMemoryPressure TcpReceiveDrops"),
        rates("TIME_WAIT sockets ended early", "Beyond tcp_max_tw_buckets.",
              f"sockdiag_tcp_time_wait_overflows_total{{{HOST}}}", "{{instance}}", "TimeWaitOverflow"),
        time_series("Tracked connections", "Of as many as the kernel tracks at most.", "percentunit", 8, 8,
                    [query(f"({highest(entries)}) / ({most} > 0)", "{{instance}}")],
                    levels=RATIO, runbooks="ConntrackNearLimit"),
        rates("Not tracked, and so dropped", "drop: packets, as a rule for want of room. early_drop: entries "
              "without an answer that made room.",
              f"sockdiag_conntrack_drops_total{{{HOST}}}", "{{instance}} {{reason}}", "ConntrackDrops"),
        rates("No room for a neighbour", "The table of ARP and NDP is full, and somebody of the local network "
              "could not be entered. It is one for the host and its containers.",
              f"sockdiag_neighbour_table_overflows_total{{{HOST}}}", "{{instance}} {{family}}",
              "NeighbourTableOverflow"),
        time_series("Default routes", "1: the main table has one over a device that is up. A host that never "
                    "had one of a family is at 0 all the time.", "short", 8, 8,
                    [query(most_changed(f"sockdiag_default_route{{{HOST}}}"), "{{instance}} {{family}}")],
                    runbooks="DefaultRouteGone"),
    ]
