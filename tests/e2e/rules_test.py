"""The shipped scrape configuration, rules, runbooks and recipes, as promtool and ss see them."""

import glob
import json
import os
import re
import shutil
import subprocess

import support

RULES = sorted(glob.glob(f"{support.SOURCE_DIR}/deploy/prometheus/rules/*.yaml"))
SCRAPE = f"{support.SOURCE_DIR}/deploy/prometheus/scrape.yaml"

# Not to be seen in a network namespace.
HOST_ONLY = {"ipv4.tcp_mem", "ipv4.tcp_max_orphans", "ipv4.neigh.default.gc_thresh3"}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False,
                          timeout=support.DEADLINE_S)


def read(path):
    with open(os.path.join(support.SOURCE_DIR, path), encoding="utf-8") as file:
        return file.read()


@support.release_only
class PromtoolTest(support.TestCase):
    """tests/deploy/rules has a case of firing and cases of not firing for each alert."""

    def _promtool(self, *arguments):
        result = run(support.peer("promtool"), *arguments)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def test_rules_are_clean(self):
        self.assertGreater(len(RULES), 3)
        self._promtool("check", "rules", "--lint=all", "--lint-fatal", *RULES)

    def test_unit_tests_of_the_rules(self):
        tests = sorted(glob.glob(f"{support.SOURCE_DIR}/tests/deploy/rules/*.yaml"))
        self.assertGreater(len(tests), 3)
        output = self._promtool("test", "rules", *tests)
        self.assertEqual(output.count("SUCCESS"), len(tests), output)

    def test_scrape_configuration_with_and_without_its_commented_part(self):
        plain = read(SCRAPE)
        whole = re.sub(r"^( +)#(?= *[a-z_]+:)", r"\1", plain, flags=re.M)
        for key in ("scheme: https", "  ca_file: ", "basic_auth:", "labels: {env"):
            self.assertRegex(whole, f"\n *{key}")
        for text in (plain, whole):
            config = support.temporary_file(
                self, text + f"rule_files: [{', '.join(RULES)}]\n", "prometheus.yml")
            self._promtool("check", "config", "--syntax-only", config)


@support.release_only
class RunbookTest(support.TestCase):
    """A command that does not work is no help at night."""

    def setUp(self):
        super().setUp()
        self.text = read("docs/runbooks.md")

    def test_ss_takes_each_command(self):
        commands = set(re.findall(r"\bss -[^|`\n]+", self.text))
        self.assertGreater(len(commands), 8)
        for command in commands:
            with self.subTest(command):
                result = run(*command.split())
                self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_the_kernel_has_each_counter_and_setting(self):
        counters = set(re.findall(r"\bTcp(?:Ext)?\w+", self.text))
        known = run("nstat", "-asz").stdout.split()
        self.assertGreater(len(counters), 8)
        self.assertEqual(counters - set(known), set())
        settings = set(re.findall(r"`net\.([a-z0-9_.]+)", self.text)) - HOST_ONLY
        self.assertGreater(len(settings), 5)
        for name in settings:
            self.assertTrue(os.path.exists(f"/proc/sys/net/{name.replace('.', '/')}"), name)


@support.release_only
class RecipesTest(support.TestCase):
    """Of the manual page "From netstat and ss": lines that begin with $ are for a shell, the rest is PromQL."""

    def setUp(self):
        super().setUp()
        text = read("docs/sockdiag_exporter-netstat.7").split(".SH RECIPES")[1].split(".SH ")[0]
        for escape, character in (("\\-", "-"), ("\\(dq", '"'), ("\\(aq", "'"), ("\\e", "\\")):
            text = text.replace(escape, character)
        lines = [line for block in re.findall(r"\.nf\n(.*?)\n\.fi", text, flags=re.S)
                 for line in block.split("\n")]
        self.commands = [line[2:] for line in lines if line.startswith("$ ")]
        self.expressions = [line for line in lines if not line.startswith("$ ")]

    def test_prometheus_takes_each_expression(self):
        self.assertGreater(len(self.expressions), 20)
        rules = [{"record": f"recipe:{number}", "expr": expression}
                 for number, expression in enumerate(self.expressions)]
        file = support.temporary_file(self, json.dumps({"groups": [{"name": "recipes", "rules": rules}]}))
        result = run(support.peer("promtool"), "check", "rules", file)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_a_shell_takes_each_command(self):
        self.assertGreater(len(self.commands), 10)
        programs = support.temporary_folder(self)
        os.symlink(support.EXPORTER, os.path.join(programs, "sockdiag_exporter"))
        environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "LC_ALL": "C"}
        for command in self.commands:
            program = command.split()[0]
            if program == "netstat" and shutil.which(program) is None:
                continue
            with self.subTest(command):
                result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False,
                                        env=environment, timeout=support.DEADLINE_S)
                # grep that finds nothing here ends with 1.
                self.assertIn(result.returncode, (0, 1) if "grep" in command else (0,))
                if program != "sockdiag_exporter":  # which says what configuration it took
                    self.assertEqual(result.stderr, "")


if __name__ == "__main__":
    support.main()
