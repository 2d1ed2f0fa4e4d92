"""Draws a dashboard with Grafana's own components in a headless Chromium: what each panel says, and
a picture. Needs build/dashboard/page.js, which scripts/build_dashboard_page.sh makes."""

import json
import html
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[3]
BUILD = SOURCE / "build/dashboard"
GRAFANA = SOURCE / "deploy/grafana"
sys.path.insert(0, str(GRAFANA))
import queries  # noqa: E402

WIDTH = 1600
_HEADER, _ROW = 46, 38  # pixels, as page.tsx has them
_DEADLINE_S = 120
_PAGE = """<!doctype html>
<meta charset="utf-8">
<link rel="stylesheet" href="{folder}/page.css">
<style>body {{ margin: 0; background: #111217 }}</style>
<div id="root"></div>
<script type="application/json" id="said"></script>
<script>window.DRAWING = {drawing};</script>
<script src="{folder}/page.js"></script>
"""


def load(name):
    return json.loads((GRAFANA / f"{name}.json").read_text(encoding="utf-8"))


def _filled_in(panel, choices):
    """The panel with its variables filled in."""
    title = queries.fill_in(panel["title"], choices)
    targets = [{**target, "expr": expression,
                "legendFormat": queries.fill_in(target["legendFormat"], choices)}
               for target, expression in queries.of_panel(panel, choices)]
    return {**panel, "title": title, "targets": targets}


def _labels(dashboard):
    """The choices at the top, as they are when it is opened."""
    return [f"{variable['label']}: {', '.join(variable['current']['text'])}"
            for variable in dashboard["templating"]["list"]
            if isinstance(variable.get("current", {}).get("text"), list)]


def draw(dashboard, prometheus, start, end, choices, rows=1000, picture=None):
    """{title: text} of the panels within the first rows of Grafana's grid; the picture is a PNG.
    `prometheus` is its URL, and times are seconds since 1970."""
    panels = [_filled_in(panel, choices) for panel in dashboard["panels"]
              if panel["gridPos"]["y"] + panel["gridPos"]["h"] <= rows]
    height = _HEADER + _ROW * max(panel["gridPos"]["y"] + panel["gridPos"]["h"]
                                  for panel in panels)
    drawing = {"title": dashboard["title"], "panels": panels, "choices": _labels(dashboard),
               "prometheus": prometheus, "start": start, "end": end, "width": WIDTH}
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder) / "page.html"
        page.write_text(_PAGE.format(
            folder=BUILD.as_uri(), drawing=json.dumps(drawing).replace("<", "\\u003c")),
            encoding="utf-8")
        command = [
            "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--user-data-dir={folder}/profile", "--allow-file-access-from-files",
            f"--window-size={WIDTH},{height}", "--virtual-time-budget=20000",
            "--run-all-compositor-stages-before-draw", "--dump-dom",
            *([f"--screenshot={picture}"] if picture else []), page.as_uri()]
        result = subprocess.run(command, capture_output=True, text=True, timeout=_DEADLINE_S,
                                check=False)
    said = re.search(r'<script[^>]*id="said">(.*?)</script>', result.stdout, re.DOTALL)
    if result.returncode != 0 or not said or not said[1]:
        raise RuntimeError(f"Chromium drew nothing: {result.stderr[-3000:]}")
    return json.loads(html.unescape(said[1]))
