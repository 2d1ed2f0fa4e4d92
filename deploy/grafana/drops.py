"""What the kernel drops and sends again: what no table of sockets shows."""

from panels import query, row, time_series
from promql import HOST, SERVICE, highest, highest_rates
from trouble import RATIO

_PORT = "{{instance}} {{service_name}}:{{port}} {{scope}}"


def drops():
    def rates(title, about, selector, legend, runbooks=""):
        return time_series(title, about, "cps", 8, 8, [query(highest_rates(selector), legend)],
                           runbooks=runbooks)

    sent = f'sockdiag_tcp_segments_total{{{HOST},direction="sent"}}'
    # A host that sends nothing has a share, too: 0.
    again = (f"({highest_rates(f'sockdiag_tcp_retransmitted_segments_total{{{HOST}}}')})"
             f" / ignoring (direction) clamp_min(rate({sent}[$__rate_interval]), 1)")
    entries, most = (f"sockdiag_conntrack_{name}{{{HOST}}}" for name in ("entries", "limit"))
    return [
        row("What is dropped and sent again"),
        rates("Connections dropped", "By the listeners of each port: the accept queue is full, or the "
              "queue of handshakes.", f"sockdiag_listen_drops_total{{{SERVICE}}}", _PORT, "ListenDrops"),
        rates("Datagrams dropped", "By the unconnected UDP sockets of each port, as a rule for a full "
              "receive buffer.", f"sockdiag_udp_receive_drops_total{{{HOST}}}", _PORT,
              "UdpReceiveDrops"),
        time_series("Segments sent again", "Of the TCP segments that each host sends. A steady 1 % and "
                    "more is a network that loses, or a peer that is gone.", "percentunit", 8, 8, [
                        query(again, "{{instance}}")], runbooks="TcpRetransmits"),
        rates("TIME_WAIT sockets ended early", "Beyond tcp_max_tw_buckets.",
              f"sockdiag_tcp_time_wait_overflows_total{{{HOST}}}", "{{instance}}", "TimeWaitOverflow"),
        time_series("Tracked connections", "Of as many as the kernel tracks at most.", "percentunit", 8, 8,
                    [query(f"({highest(entries)}) / ({most} > 0)", "{{instance}}")],
                    levels=RATIO, runbooks="ConntrackNearLimit"),
        rates("Not tracked, and so dropped", "drop: packets, as a rule for want of room. early_drop: entries "
              "without an answer that made room.",
              f"sockdiag_conntrack_drops_total{{{HOST}}}", "{{instance}} {{reason}}", "ConntrackDrops"),
    ]
