"""deploy/grafana's dashboards against the types of Grafana's own schema; scripts/check_deploy.sh runs
it. As with the manifests, a dashboard becomes an object literal, in which the compiler accepts no
field that it does not know."""

import copy
import json
import pathlib
import tempfile
import unittest

from manifests_test import BUILD, MODULES, SOURCE, run

# Enumerations are written as their values, and what the schema says must be there, Grafana itself leaves
# out.
_HEAD = """
import * as schema from "@grafana/schema";
type Plain<T> = T extends string ? `${T}` : T extends (infer E)[] ? Plain<E>[]
  : T extends object ? { [K in keyof T]?: Plain<T[K]> } : T;
"""
_OPTIONS = 'import * as {0} from "@grafana/schema/dist/types/raw/composable/{0}/panelcfg/x/types.gen";\n'
# What belongs to the data source, and what the schema has forgotten.
_OF_PROMETHEUS = ("expr", "titleFormat", "textFormat", "tagKeys", "step", "useValueForTime")
_OF_VARIABLES = ("definition", "filters")
_CUSTOM = {"timeseries": "schema.GraphFieldConfig", "table": "schema.TableFieldOptions"}


def panels(dashboard):
    """All that draw something, those of collapsed rows too."""
    for panel in dashboard["panels"]:
        yield from panel.get("panels", [])
        if panel["type"] != "row":
            yield panel


def without(part, names):
    return {key: value for key, value in part.items() if key not in names}


def in_the_schema(dashboard):
    """Without what the schema does not know of annotations and variables."""
    made = copy.deepcopy(dashboard)
    for container, names in (("annotations", _OF_PROMETHEUS), ("templating", _OF_VARIABLES)):
        made[container]["list"] = [without(part, names) for part in made[container]["list"]]
    return made


def type_errors(dashboard):
    """What the compiler says of it, empty when all is well."""
    kinds = sorted({panel["type"] for panel in panels(dashboard)})
    text = _HEAD + "".join(_OPTIONS.format(kind) for kind in kinds)
    text += f"export const all: Plain<schema.Dashboard> = {json.dumps(in_the_schema(dashboard))};\n"
    for panel in panels(dashboard):
        number, kind = panel["id"], panel["type"]
        text += (f"export const options{number}: Plain<{kind}.Options> = "
                 f"{json.dumps(panel['options'])};\n")
        custom = panel["fieldConfig"]["defaults"].get("custom")
        if custom:
            text += (f"export const custom{number}: Plain<{_CUSTOM[kind]}> = "
                     f"{json.dumps(custom)};\n")
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        file = pathlib.Path(folder) / "dashboard.ts"
        file.write_text(text, encoding="utf-8")
        result = run(str(MODULES / ".bin/tsc"), "--noEmit", "--strict", "--skipLibCheck",
                     "--pretty", "false", "--target", "es2020", "--moduleResolution", "node",
                     str(file))
    return result.stdout + result.stderr


class DashboardsTest(unittest.TestCase):
    """Each as a whole, and the options of each panel."""

    def setUp(self):
        self.dashboards = [json.loads(path.read_text(encoding="utf-8"))
                           for path in sorted((SOURCE / "deploy/grafana").glob("*.json"))]
        self.assertEqual(len(self.dashboards), 2)

    def test_they_keep_to_their_types(self):
        for dashboard in self.dashboards:
            with self.subTest(dashboard["title"]):
                self.assertEqual(type_errors(dashboard), "")

    def test_the_types_find_mistakes(self):
        dashboard = copy.deepcopy(self.dashboards[0])
        panel = next(panels(dashboard))
        panel["options"]["colourMode"] = panel["options"].pop("colorMode")
        panel["fieldConfig"]["defaults"]["unitt"] = "s"
        dashboard["refresh"] = 30
        errors = type_errors(dashboard)
        for mistake in ('"colourMode"', '"unitt"', "'number' is not assignable to type 'string'"):
            self.assertIn(mistake, errors)


if __name__ == "__main__":
    unittest.main(verbosity=2)
