"""What a dashboard asks Prometheus for, with Grafana's variables filled in."""

import re

ALL = {"job": "sockdiag", "instance": ".+", "service": ".+", "group": "job",
       "__rate_interval": "5s", "__range": "1h"}


def fill_in(text, choices):
    """As Grafana does for a choice of several or all values."""
    filled = re.sub(r"\$(\w+)", lambda name: choices[name[1]], text)
    if "$" in filled:
        raise ValueError(f"a variable is left in {filled}")
    return filled


def panels(dashboard):
    """All that draw something, those of collapsed rows too."""
    for panel in dashboard["panels"]:
        if panel["type"] != "row":
            yield panel
        yield from panel.get("panels", [])


def of_panel(panel, choices):
    """[(target, PromQL)], of a row none."""
    return [(target, fill_in(target["expr"], choices)) for target in panel.get("targets", [])]


def of_variables(dashboard, choices):
    """[(variable, series selector, label)] of the variables that list label values."""
    found = []
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            match = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"])
            found.append((variable, fill_in(match[1], choices), match[2]))
    return found
