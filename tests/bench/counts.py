"""Checks that an exporter counts what was made."""

import re

from processes import BenchError

_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


def samples(text):
    """Name, labels and value of each sample of an exposition."""
    return [(name, dict(_LABEL.findall(labels)), float(value))
            for name, labels, value in _SAMPLE.findall(text)]


def expected(made, daemons):
    """(protocol, state) -> sockets, from what make_sockets made and the number of daemons that
    each listen and have one connection open, whose other end is here too."""
    counts = {("tcp", state): count for state, count in made.items() if "udp_" not in state}
    counts["tcp", "established"] += 2 * daemons
    counts["tcp", "listen"] += daemons
    counts["udp", "unconnected"] = made["udp_unconnected"]
    counts["udp", "established"] = made["udp_established"]
    return counts


def of_tcp(made, daemons):
    """All TCP sockets of expected()."""
    return sum(count for (protocol, _), count in expected(made, daemons).items()
               if protocol == "tcp")


def check(text, made, daemons):
    """BenchError when sockdiag_sockets is not exactly what there is."""
    wanted = expected(made, daemons)
    seen = {}
    for name, labels, value in samples(text):
        if name == "sockdiag_collector_success" and value != 1:
            raise BenchError(f"collector {labels['collector']} failed")
        if name != "sockdiag_sockets" or "scope" in labels:
            continue
        key = labels["protocol"], labels["state"]
        seen[key] = seen.get(key, 0) + value
    wrong = [f"{protocol} {state}: {seen.get((protocol, state))} instead of "
             f"{wanted.get((protocol, state), 0)}"
             for protocol, state in sorted(set(wanted) | set(seen))
             if seen.get((protocol, state), 0) != wanted.get((protocol, state), 0)]
    if wrong:
        raise BenchError("the exporter miscounts: " + "; ".join(wrong))


def in_namespaces(text):
    """State -> TCP sockets of all other network namespaces, as far as there are any."""
    seen = {}
    for name, labels, value in samples(text):
        is_theirs = name == "sockdiag_sockets" and "scope" in labels and labels["protocol"] == "tcp"
        if is_theirs and value != 0:
            seen[labels["state"]] = seen.get(labels["state"], 0) + value
    return seen


def namespaces(text):
    """Result -> network namespaces."""
    return {labels["result"]: value for name, labels, value in samples(text)
            if name == "sockdiag_namespaces"}


def owners(text):
    """How many owners have sockets of TCP, beside `none` and `other`."""
    return len({labels["owner"] for name, labels, value in samples(text)
                if name == "sockdiag_owner_sockets" and value} - {"none", "other"})


def check_node_exporter(text, made, daemons):
    """The same for the state that nearly all sockets are in."""
    wanted = expected(made, daemons)["tcp", "established"]
    for name, labels, value in samples(text):
        if name == "node_tcp_connection_states" and labels["state"] == "established":
            if value != wanted:
                raise BenchError(f"node_exporter counts {value:.0f} established, not {wanted}")
            return
    raise BenchError("node_exporter shows no node_tcp_connection_states")
