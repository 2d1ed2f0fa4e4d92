#!/usr/bin/env python3
"""Draws the first screens of a dashboard as what scene.py played would be seen there:

    unshare -n tests/deploy/dashboard/picture.py PROMETHEUS FOLDER PICTURE.png
"""

import json
import pathlib
import sys

import drawing
import hosts

ROWS = 33  # of Grafana's grid: the first two groups of panels


def main():
    binary, folder, picture = sys.argv[1:]
    hosts.raise_loopback()
    prometheus = hosts.Prometheus(binary, folder, {})
    try:
        prometheus.wait_until_it_answers()
        span = json.loads((pathlib.Path(folder) / "span.json").read_text(encoding="utf-8"))
        choices = {**drawing.queries.ALL, "__range": f"{span['end'] - span['start']}s"}
        drawing.draw(drawing.load("sockdiag_exporter"), prometheus.url, span["start"], span["end"],
                     choices, rows=ROWS, picture=picture)
    finally:
        prometheus.process.terminate()
        prometheus.process.wait()


if __name__ == "__main__":
    main()
