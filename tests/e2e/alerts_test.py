"""The README's alert expressions, evaluated by a real Prometheus for two hosts at once."""

import os
import re

import prometheus_test
import support

# Sysctls of the whole host, not to be seen in a network namespace, and so without a series there.
HOST_ONLY = {"sockdiag_tcp_memory_limit_bytes": "tcp_mem",
             "sockdiag_tcp_orphans_limit": "tcp_max_orphans"}


def readme_expressions():
    """What stands in backquotes in the second column of the alerts' table."""
    with open(os.path.join(support.SOURCE_DIR, "README.md"), encoding="utf-8") as readme:
        section = readme.read().split("## What to alert on", 1)[1].split("\n## ", 1)[0]
    rows = [re.split(r"(?<!\\)\|", line) for line in section.splitlines() if line.startswith("| ")]
    cells = [row[2].replace("\\|", "|") for row in rows[2:]]
    return [expression for cell in cells for expression in re.findall("`([^`]+)`", cell)]


@support.release_only
class ReadmeAlertsTest(support.TestCase):
    """With the comparison taken off, each must give a value for each host: one that matches nothing
    would never fire, and one that matches twice is an error only with a second host."""

    def test_every_expression_has_a_value_for_each_of_two_hosts(self):
        exporters = [support.start_exporter(self, listen=["127.0.0.1:0"],
                                            config="services_fallback: other\n") for _ in range(2)]
        addresses = [exporter.addresses()[0] for exporter in exporters]
        prometheus = prometheus_test.Prometheus(self, "', '".join(addresses))
        self.assertGreater(len(readme_expressions()), 10)
        for expression in readme_expressions():
            value = re.sub(r" (>|==) [0-9.]+$", "", expression)
            # Where sock_diag works, that source has no series.
            value = value.replace('source="proc"', 'source="netlink"')
            if any(name in value and not os.path.exists(f"/proc/sys/net/ipv4/{sysctl}")
                   for name, sysctl in HOST_ONLY.items()):
                prometheus.query(value)
                continue
            # Made from the README: a selector's state may have no socket, but has a series.
            with self.subTest(expression):
                support.wait_until(
                    lambda query=value: {labels["instance"] for labels, _ in
                                         prometheus.query(query)} == set(addresses),
                    f"a value of {value} for both hosts")


if __name__ == "__main__":
    support.main()
