"""The dashboard's choices at its top, and the marks in its graphs."""

# What the choices mean in a query: of a panel about hosts, and of one about services.
HOST = 'job=~"$job",instance=~"$instance"'
SERVICE = HOST + ',service_name=~"$service"'

_DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


def variables():
    def label(name, expression, about, **all_values):
        return {"name": name, "label": name.capitalize(), "description": about, "type": "query",
                "datasource": _DATASOURCE,
                "query": {"query": f"label_values({expression}, {name_of(name)})", "refId": name},
                "definition": f"label_values({expression}, {name_of(name)})",
                "refresh": 2, "sort": 5, "multi": True, "includeAll": True, **all_values,
                "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
                "hide": 0, "options": [], "regex": "", "skipUrlSync": False}

    def name_of(variable):
        return "service_name" if variable == "service" else variable

    return [
        {"name": "datasource", "label": "Data source", "description": "A Prometheus.",
         "type": "datasource", "query": "prometheus", "refresh": 1, "regex": "", "options": [],
         "current": {}, "hide": 0, "includeAll": False, "multi": False, "skipUrlSync": False},
        # All jobs are listed one by one: `up` has other exporters' jobs too.
        label("job", "sockdiag_build_info", "The scrape jobs of the exporters."),
        label("instance", 'sockdiag_build_info{job=~"$job"}', "The hosts.", allValue=".+"),
        label("service", f"sockdiag_service_sockets{{{HOST}}}", "The services, as named by the "
              "exporter's configuration. Panels of hosts and ports do not depend on it.",
              allValue=".+"),
        {"name": "runbooks", "label": "Runbooks at", "description": "Where docs/runbooks.md can be "
         "read; panels link to its sections.", "type": "textbox", "query": "docs/runbooks.md",
         "current": {"text": "docs/runbooks.md", "value": "docs/runbooks.md"},
         "options": [{"selected": True, "text": "docs/runbooks.md", "value": "docs/runbooks.md"}],
         "hide": 0, "skipUrlSync": False},
    ]


def annotations():
    return [{"name": "Alerts", "enable": True, "hide": False, "iconColor": "red",
             "datasource": _DATASOURCE,
             "expr": 'ALERTS{alertname=~"Sockdiag.*",alertstate="firing",job=~"$job"}',
             "titleFormat": "{{alertname}}", "textFormat": "{{instance}} {{service_name}}",
             "tagKeys": "severity", "step": "30s", "useValueForTime": False}]
