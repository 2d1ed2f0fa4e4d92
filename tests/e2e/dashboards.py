"""The Grafana dashboards as the tests look at them."""

import json
import os
import re
import sys

import support

FOLDER = os.path.join(support.SOURCE_DIR, "deploy/grafana")
NAMES = ("sockdiag_exporter", "sockdiag_fleet")
sys.path.insert(0, FOLDER)
import queries  # noqa: E402,F401


def load(name):
    with open(os.path.join(FOLDER, f"{name}.json"), encoding="utf-8") as file:
        return json.load(file)


def load_all():
    return [load(name) for name in NAMES]


def metric_names(expression):
    """Metrics stand before a selector, as all do here, or in label_values()."""
    return set(re.findall(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{", expression)
               + re.findall(r"label_values\(([\w:]+)", expression))
