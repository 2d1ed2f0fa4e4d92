"""Grafana's panels as JSON: the schema of the dashboards of Grafana 9 to 12.

What is green when all is well must not be green when nothing is known: a figure that is no number is
grey and says so, and an empty table says what it cannot tell.
"""

import dataclasses

_DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
_COLUMNS = 24  # of Grafana's grid

# A state has the same colour wherever it is drawn.
_STATE_COLORS = {
    "established": "green", "listen": "blue", "unconnected": "blue", "time_wait": "#6b7f99",
    "close": "#4d5666", "syn_sent": "orange", "syn_recv": "yellow", "close_wait": "red",
    "fin_wait1": "purple", "fin_wait2": "#8f6bd1", "last_ack": "dark-red",
    "closing": "dark-purple", "unknown": "#d8d9da"}


@dataclasses.dataclass
class Table:
    """A table that joins instant queries on their labels: Value #A is the first one's column."""

    queries: list
    columns: dict  # label or value -> heading, in the order of the columns
    sort: str  # heading
    when_empty: str = "No data"
    units: dict = dataclasses.field(default_factory=dict)  # heading -> unit
    bars: dict = dataclasses.field(default_factory=dict)  # heading -> colour of bars in the cells
    levels: dict = dataclasses.field(default_factory=dict)  # heading -> levels that colour its text
    widths: dict = dataclasses.field(default_factory=dict)  # heading -> pixels
    links: dict = dataclasses.field(default_factory=dict)  # heading -> a link for its cells


def query(expression, legend=""):
    return {"expr": expression, "legendFormat": legend}


def row(title, collapsed=None):
    """A heading; the panels of a collapsed one are asked for only when it is opened."""
    return {"type": "row", "title": title, "collapsed": collapsed is not None,
            "panels": collapsed or [], "gridPos": {"w": _COLUMNS, "h": 1}}


def stat(title, description, unit, levels, width, queries, runbooks="", *, course=True):
    """One figure now, with its course behind it, for which Prometheus has much more to read."""
    panel = _panel("stat", title, description, unit, width, 4, queries if course else
                   _instant(queries), runbooks, levels=levels, options={
                       "colorMode": "background", "graphMode": "area" if course else "none",
                       "justifyMode": "center", "textMode": "value", "orientation": "auto",
                       "reduceOptions": _LAST})
    panel["fieldConfig"]["defaults"].update({"noValue": "No data", "mappings": [
        {"type": "special", "options": {
            "match": "null+nan", "result": {"text": "No data", "color": _UNKNOWN, "index": 0}}}]})
    return panel


def bar_gauge(title, description, unit, levels, width, height, queries, runbooks=""):
    """A bar for each query, from 0 to 1."""
    panel = _panel("bargauge", title, description, unit, width, height, _instant(queries),
                   runbooks, levels=levels, options={
                       "displayMode": "basic", "orientation": "horizontal", "showUnfilled": True,
                       "valueMode": "color", "namePlacement": "top", "minVizWidth": 0,
                       "minVizHeight": 16, "maxVizHeight": 48, "text": {"titleSize": 14, "valueSize": 16},
                       "reduceOptions": _LAST})
    panel["fieldConfig"]["defaults"].update({"min": 0, "max": 1})
    return panel


def time_series(title, description, unit, width, height, queries, *, stacked=False, levels=None,
                runbooks="", dashed=None, repeat=None):
    """Lines, or areas upon each other. `dashed` is a pattern of the names that are limits."""
    panel = _panel("timeseries", title, description, unit, width, height, queries, runbooks,
                   levels=levels, options={
                       "legend": {"displayMode": "table", "placement": "bottom",
                                  "showLegend": True, "calcs": ["lastNotNull", "max"],
                                  "sortBy": "Last *", "sortDesc": True},
                       "tooltip": {"mode": "multi", "sort": "desc"}})
    defaults = panel["fieldConfig"]["defaults"]
    defaults["min"] = 0
    defaults["custom"] = {
        "drawStyle": "line", "lineInterpolation": "linear", "lineWidth": 1,
        "fillOpacity": 60 if stacked else 8, "showPoints": "auto", "pointSize": 4,
        "spanNulls": False, "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        "axisPlacement": "auto", "axisLabel": "", "scaleDistribution": {"type": "linear"},
        "thresholdsStyle": {"mode": "dashed" if levels else "off"}}
    defaults["color"] = {"mode": "palette-classic"}
    overrides = panel["fieldConfig"]["overrides"]
    if queries[0]["legendFormat"] == "{{state}}":
        overrides += [_override("byName", state, color={"mode": "fixed", "fixedColor": color})
                      for state, color in _STATE_COLORS.items()]
    if dashed:
        overrides.append(_override("byRegexp", f".*({dashed})", **{
            "custom.lineStyle": {"fill": "dash", "dash": [8, 8]}, "custom.fillOpacity": 0}))
    if repeat:
        panel.update({"repeat": repeat, "repeatDirection": "h", "maxPerRow": _COLUMNS // width})
    return panel


def table(title, description, width, height, content, runbooks=""):
    """Rows are label sets; see Table."""
    panel = _panel("table", title, description, "short", width, height,
                   _instant(content.queries, "table"), runbooks, options={
                       "showHeader": True, "cellHeight": "sm", "frameIndex": 0,
                       "sortBy": [{"displayName": content.sort, "desc": True}]})
    # Rows are merged where all labels are the same, and the metrics' names are not.
    panel["transformations"] = [
        {"id": "filterFieldsByName", "options": {"include": {"names": ["job", *content.columns]}}},
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {
            "excludeByName": {"job": True}, "renameByName": content.columns,
            "indexByName": {name: i for i, name in enumerate(content.columns)}}}]
    defaults = panel["fieldConfig"]["defaults"]
    defaults.update({"noValue": content.when_empty,
                     "custom": {"align": "auto", "cellOptions": {"type": "auto"}, "minWidth": 80}})
    overrides = panel["fieldConfig"]["overrides"]
    # A port is no number of something: else Grafana writes 8.08 K.
    overrides += [_override("byName", heading, unit="string")
                  for name, heading in content.columns.items() if not name.startswith("Value")]
    # A cell that is empty beside others is not an empty table.
    overrides += [_override("byName", heading, noValue="-")
                  for heading in content.columns.values()]
    overrides += [_override("byName", heading, unit=unit)
                  for heading, unit in content.units.items()]
    overrides += [_override("byName", heading, **{
        "custom.cellOptions": {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"},
        "color": {"mode": "fixed", "fixedColor": color}, "min": 0, "fieldMinMax": True})
        for heading, color in content.bars.items()]
    overrides += [_override("byName", heading, **{
        "custom.cellOptions": {"type": "color-text"},
        "thresholds": {"mode": "absolute", "steps": _steps(levels)}})
        for heading, levels in content.levels.items()]
    overrides += [_override("byName", heading, **{"custom.width": width})
                  for heading, width in content.widths.items()]
    overrides += [_override("byName", heading, links=[link])
                  for heading, link in content.links.items()]
    return panel


def lay_out(panels):
    """Numbers the panels and puts them from left to right, each row's below it."""
    x = y = height = number = 0
    for panel in panels:
        if panel["type"] == "row" or x + panel["gridPos"]["w"] > _COLUMNS:
            x, y, height = 0, y + height, 0
        size = panel["gridPos"]
        panel["gridPos"] = {"x": x, "y": y, **size}
        x, height = x + size["w"], max(height, size["h"])
        number += 1
        panel["id"] = number
        for hidden in panel.get("panels", []):  # of a collapsed row
            number += 1
            hidden["id"] = number
            hidden["gridPos"] = {"x": 0, "y": y + 1, **hidden["gridPos"]}
    return panels


# Not "Last *", which would look for a number further back.
_LAST = {"calcs": ["last"], "fields": "", "values": False}
_UNKNOWN = "#6b7280"


def _steps(levels):
    return [{"value": value, "color": color} for value, color in levels]


def _panel(kind, title, description, unit, width, height, queries, runbooks, *, options,
           levels=None):
    targets = [{"refId": chr(ord("A") + i), "datasource": _DATASOURCE, "editorMode": "code",
                "instant": False, "range": True, **target} for i, target in enumerate(queries)]
    return {
        "type": kind, "title": title, "description": description, "datasource": _DATASOURCE,
        "gridPos": {"w": width, "h": height}, "targets": targets, "options": options,
        "links": [_runbook(name) for name in runbooks.split()],
        "fieldConfig": {"overrides": [], "defaults": {
            "unit": unit, "mappings": [], "color": {"mode": "thresholds"},
            "thresholds": {"mode": "absolute", "steps": _steps(levels or [(None, "green")])}}}}


def _runbook(name):
    """An alert's section in the runbooks; its heading is the alert's name."""
    return {"title": f"Runbook: Sockdiag{name}", "targetBlank": True,
            "url": f"${{runbooks}}#sockdiag{name.lower()}"}


def _instant(queries, form="time_series"):
    return [{**target, "instant": True, "range": False, "format": form} for target in queries]


def _override(matcher, what, **properties):
    return {"matcher": {"id": matcher, "options": what},
            "properties": [{"id": key, "value": value} for key, value in properties.items()]}
