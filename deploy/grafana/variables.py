"""The dashboards' choices at their top, the links between them, and the marks in their graphs."""

from promql import HOST

HOSTS, FLEET = "sockdiag-exporter", "sockdiag-fleet"  # the dashboards' uids

_DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
_HIDDEN = 2
_MARKS = 50  # of a kind, in the time shown
# Of the others the kernel knows how long the peer has said nothing.
_AT_A_START = "Ages of SYN_SENT, SYN_RECV, FIN_WAIT1 and LAST_ACK begin anew"
# By what hosts are taken together: the exporters' own labels, and some that many give their targets.
_GROUPS = ["job", "instance", "cluster", "datacenter", "region", "zone", "environment", "env", "team",
           "namespace", "node"]


def variables():
    """For both dashboards, so that a link from one to the other keeps them."""
    return [
        {"name": "datasource", "label": "Data source", "description": "A Prometheus.",
         "type": "datasource", "query": "prometheus", "refresh": 1, "regex": "", "options": [],
         "current": {}, "hide": 0, "includeAll": False, "multi": False, "skipUrlSync": False},
        # All are found by name: `up` has other exporters' jobs too, and the exporters of a job can be
        # down for good.
        _label_values("job", "sockdiag_build_info", "job", "The scrape jobs of the exporters. All: "
                      "those whose name begins with sockdiag, as the alerts want it.",
                      allValue="sockdiag.*"),
        _label_values("instance", 'sockdiag_build_info{job=~"$job"}', "instance", "The hosts.",
                      allValue=".+"),
        _label_values("service", f"sockdiag_service_sockets{{{HOST}}}", "service_name",
                      "The services, as named by the exporter's configuration. Panels of hosts and "
                      "ports do not depend on it.", allValue=".+"),
        {"name": "filters", "label": "Only", "description": "Further labels that hosts must have.",
         "type": "adhoc", "datasource": _DATASOURCE, "filters": [], "hide": 0,
         "skipUrlSync": False},
        {**_label_values("runbooks", "setting:sockdiag_runbooks:url", "url", "Where docs/runbooks.md "
                         "can be read, by the rules' settings; panels link to its sections."),
         "refresh": 1, "multi": False, "includeAll": False, "current": {}, "hide": _HIDDEN},
    ]


def _label_values(name, selector, label, about, **all_values):
    query = f"label_values({selector}, {label})"
    return {"name": name, "label": name.capitalize(), "description": about, "type": "query",
            "datasource": _DATASOURCE, "query": {"query": query, "refId": name},
            "definition": query, "refresh": 2, "sort": 5, "multi": True, "includeAll": True,
            **all_values, "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
            "hide": 0, "options": [], "regex": "", "skipUrlSync": False}


def grouping():
    """The label by which the fleet is taken apart."""
    return {"name": "group", "label": "Group by", "description": "A label of the targets; another "
            "one can be typed in.", "type": "custom", "query": ",".join(_GROUPS), "multi": False,
            "includeAll": False, "allowCustomValue": True, "hide": 0, "skipUrlSync": False,
            "current": {"selected": True, "text": _GROUPS[0], "value": _GROUPS[0]},
            "options": [{"selected": name == _GROUPS[0], "text": name, "value": name}
                        for name in _GROUPS]}


def link(title, uid):
    """At the top of a dashboard, to the other one with the same choices."""
    return {"title": title, "type": "link", "url": f"/d/{uid}", "icon": "dashboard", "tooltip": "",
            "tags": [], "asDropdown": False, "includeVars": True, "keepTime": True,
            "targetBlank": False}


def choice_link(title, uid, variable):
    """In a cell, to a dashboard with the cell's value chosen and all other choices kept."""
    return _cell_link(title, uid, f"var-{variable}=${{__value.raw}}",
                      *(name for name in ("job", "instance", "service", "filters")
                        if name != variable))


def group_link(title, uid):
    """The same for a label that is no choice of its own: a filter beside those that there are."""
    return _cell_link(title, uid, "var-filters=${group}|=|${__value.raw}", "job", "instance",
                      "service", "filters")


def _cell_link(title, uid, choice, *kept):
    parts = [f"${{{name}:queryparam}}" for name in ("datasource", *kept)]
    return {"title": title, "url": "&".join([f"/d/{uid}?{parts[0]}", *parts[1:], choice,
                                             "${__url_time_range}"])}


def annotations(together=False):
    """Marks of alerts and of exporters that were started: one by one, or counted."""
    # Alerts of the whole fleet have no host, and maybe no job.
    hosts = 'job=~"$job|",instance=~"$instance|"' if together else HOST
    alerts = f'ALERTS{{alertname=~"Sockdiag.*",alertstate="firing",{hosts}}}'
    starts = f"process_start_time_seconds{{{HOST}}} > time() - 300"
    if together:
        alerts = f"count by (alertname, severity) ({alerts})"
        starts = f"1000 * max({starts})"
        return [_marks("Alerts", alerts, "red", "{{alertname}}", "firing somewhere", "severity"),
                _marks("Exporter starts", starts, "blue", "Exporters were started",
                       _AT_A_START, "", useValueForTime=True)]
    alerts += f" and topk({_MARKS}, max_over_time({alerts}[$__range] @ end()))"
    # Grafana writes the name of a label that an alert does not have in a mark's text.
    alerts = f'label_join({alerts}, "whose", " ", "instance", "service_name", "owner")'
    newest = f"topk({_MARKS}, last_over_time(process_start_time_seconds{{{HOST}}}[$__range] @ end()))"
    return [_marks("Alerts", alerts, "red", "{{alertname}}", "{{whose}}", "severity"),
            _marks("Exporter starts", f"1000 * ({starts} and {newest})", "blue",
                   "Exporter started", f"{{{{instance}}}}. {_AT_A_START}", "",
                   useValueForTime=True)]


def _marks(name, expression, color, title, text, tags, **how):
    return {"name": name, "enable": True, "hide": False, "iconColor": color,
            "datasource": _DATASOURCE, "expr": expression, "titleFormat": title, "textFormat": text,
            "tagKeys": tags, "step": "30s", "useValueForTime": False, **how}
