"""The manual pages: well formed, and complete beside the configuration, the command line, and the options of
netstat and ss."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

import yaml

SOURCE_DIR = pathlib.Path(os.environ["SOCKDIAG_SOURCE_DIR"])
PAGES = {1: SOURCE_DIR / "docs/sockdiag_exporter.1", 5: SOURCE_DIR / "docs/sockdiag_exporter.5",
         7: SOURCE_DIR / "docs/sockdiag_exporter-netstat.7"}

# What net-tools 2.10 and iproute2 6.1 say that they take, and of later ones what is known: a machine may
# have neither.
NETSTAT_OPTIONS = """-2 -4 -6 -A -C -F -M -N -S -U -V -W -Z -a -c -e -f -g -h -i -l -n -o -p -r -s -t -u -v -w -x
--all --appletalk --ash --ax25 --bluetooth --cache --context --continuous --ddp --ec --econet --extend --fib
--groups --help --inet --inet6 --interfaces --ip --ipx --l2cap --listening --masquerade --netrom --numeric
--numeric-hosts --numeric-ports --numeric-users --program --programs --protocol --raw --rfcomm --rose --route
--sctp --statistics --symbolic --tcp --tcpip --timers --udp --udplite --unix --verbose --version --wide --x25"""
SS_OPTIONS = """-0 -4 -6 -A -B -D -E -F -H -K -M -N -O -Q -S -T -V -Z -a -b -d -e -f -h -i -l -m -n -o -p -r -s -t
-u -w -x -z --all --bound-inactive --bpf --bpf-map-id --bpf-maps --cgroup --context --contexts --dccp --diag
--events --extended --family --filter --help --inet-sockopt --info --ipv4 --ipv6 --kill --listening --memory
--mptcp --net --no-header --no-queues --numeric --oneline --options --packet --processes --query --raw
--resolve --sctp --socket --summary --tcp --threads --tipc --tipcinfo --tos --udp --unix --version --vsock
--xdp"""
SS_FILTERS = {"state", "exclude", "src", "dst", "sport", "dport", "dev", "fwmark", "cgroup", "autobound", "and", "or",
              "not"}
SS_WORDS = """all connected synchronized bucket big established syn-sent syn-recv fin-wait-1 fin-wait-2 time-wait
closed close-wait last-ack listening closing inet inet6 link unix netlink vsock tipc xdp tcp mptcp udp raw
unix_dgram unix_stream unix_seqpacket packet packet_raw packet_dgram dccp sctp vsock_stream vsock_dgram"""
ANSWERS = {"Here", "Partly", "Elsewhere", "Not", "Not yet"}


def words(section):
    """A page's words in bold and in headings; a flag is one with its dashes."""
    lines = re.findall(r"(?m)^\.(?:B|BR|BI|SS) (.*)$", PAGES[section].read_text(encoding="utf-8"))
    return set(re.findall(r"[-\w.]*\w", " ".join(lines).replace("\\-", "-")))


def sections(section):
    """{heading: lines} of a page, without the escapes of troff."""
    text = PAGES[section].read_text(encoding="utf-8")
    for escape, character in (("\\-", "-"), ("\\(dq", '"'), ("\\(aq", "'"), ("\\e", "\\")):
        text = text.replace(escape, character)
    parts = re.split(r"(?m)^\.SH (.*)$", text)
    return {heading: body.strip().split("\n") for heading, body in zip(parts[1::2], parts[2::2])}


def rows(lines):
    """{option or word: the answer's first word or two} of a section's list."""
    found = {}
    for tag, answer in re.findall(r"(?m)^\.TP\n\.BR? (.*)\n\.BR? (.*)$", "\n".join(lines)):
        for name in re.split(r"[\s\",]+", tag):
            if name:
                found[name] = answer.strip('".')
    return found


def unexplained(lines, takes):
    """Rows of a section's list that name a metric here, and not in brackets a collector that has it. `takes`:
    {metric: its collectors}."""
    found = []
    for entry in re.split(r"(?m)^\.(?:TP|SS|PP).*$", "\n".join(lines)):
        tag, _, text = entry.strip().partition("\n")
        answer, _, text = text.partition("\n")
        brackets = re.match(r"\((.*)\)", text)
        named = set(re.findall(r"\w+", brackets[1])) if brackets else set()
        metrics = set(re.findall(r"sockdiag_\w+", text)) - {"sockdiag_exporter"}
        if "Elsewhere" not in answer and not all(named & takes.get(metric, set()) for metric in metrics):
            found.append(tag)
    return found


def options(text):
    """All that a usage names: -a, --all, and the letters of -abc."""
    found = set()
    for option in re.findall(r"(?<![-\w])--?[A-Za-z0-9][-\w]*", text):
        found |= {option} if option.startswith("--") else {f"-{letter}" for letter in option[1:]}
    return found


def usage_of(program):
    """What the installed program says of itself, nothing where there is none."""
    if shutil.which(program) is None:
        return ""
    result = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=60, check=False)
    return result.stdout + result.stderr


def ss_words(usage):
    """The names of states, families and tables in `ss --help`."""
    found = set()
    for names in re.findall(r":= \{(.*?)\}(?:\[|\n)", usage.replace("fin-wait-{1,2}", "fin-wait-1|fin-wait-2")):
        found |= set(names.split("|"))
    return found - {"help", "TCP-STATES"}


def collectors():
    """{name: its keys} of the shipped configuration."""
    text = (SOURCE_DIR / "config/sockdiag_exporter.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["collectors"]


def collectors_of(path, known):
    """Whose metrics a file of the code declares: it is called after its collector, or is part of the only one
    that includes it."""
    folders = path.relative_to(SOURCE_DIR / "src").parts[:-1]
    if folders[0] == "sockets" or path.stem == "sockets":
        return {"tcp", "udp"}
    if path.stem == "owners_by_name":
        return {"owners"}
    if path.stem in known:
        return {path.stem}
    if len(folders) < 2:
        return {"always"}
    line = f'#include "{"/".join(folders)}/{path.stem}.h"'
    return {other.stem for other in path.parent.glob("*.h") if line in other.read_text(encoding="utf-8")} & known


def metric_collectors():
    """{metric: the collectors of which one has to be on}, from where the code declares it."""
    known = set(collectors()) | {"namespaces"}
    found = {}
    for path in (SOURCE_DIR / "src").rglob("*.[hc]*"):
        for name in re.findall(r'"((?:sockdiag|process)_[a-z0-9_]+)",\s*k(?:Gauge|Counter),',
                               path.read_text(encoding="utf-8")):
            is_of_udp = name.startswith("sockdiag_udp_") and path.stem not in known
            found[name] = {"udp"} if is_of_udp else collectors_of(path, known)
    return found


def config_keys():
    """Every key of the shipped configuration, also those of its example, which is commented out."""
    text = (SOURCE_DIR / "config/sockdiag_exporter.yaml").read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^#? *(?:- )?([a-z_0-9]+):", text))


def web_keys():
    """Every key that the reader of the web configuration asks for."""
    text = "".join((SOURCE_DIR / "src/web" / name).read_text(encoding="utf-8")
                   for name in ("config_loader.cc", "tls_section.cc"))
    called = r'\b(?:section|Find|Read\w*)\(\s*(?:keys, )?"(\w+)"'
    pairs = re.findall(r'ReadPemSource\(keys, "(\w+)"', text)
    return set(re.findall(called, text)) | {f"{key}_file" for key in pairs}


class ManualTest(unittest.TestCase):
    """What is in docs/."""

    def test_pages_are_well_formed(self):
        for path in PAGES.values():
            result = subprocess.run(
                ["man", "--warnings=w", "--local-file", "-Tutf8", "-Z", str(path)], check=False,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60,
                env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
            self.assertEqual((result.returncode, result.stderr), (0, ""), path)

    def test_every_key_of_the_configuration_is_explained(self):
        keys = config_keys()
        self.assertTrue({"collectors", "kernel_limits", "services", "remote_networks", "fin_wait1",
                         "retention", "max_tracked_sockets"} <= keys, keys)
        self.assertEqual(keys - words(5), set())

    def test_every_key_of_the_web_configuration_is_explained(self):
        keys = web_keys()
        self.assertTrue({"tls_server_config", "cert", "cert_file", "client_ca_file", "max_version",
                         "http2", "burst", "basic_auth_users"} <= keys, keys)
        self.assertEqual(keys - words(5), set())

    def test_every_flag_is_explained(self):
        usage = subprocess.run([os.environ["SOCKDIAG_EXPORTER"], "--help"], check=True, text=True,
                               capture_output=True, timeout=60).stdout
        flags = set(re.findall(r"(?<!\S)--[a-z][-a-z.]*[a-z]", usage))
        self.assertIn("--web.listen-address", flags)
        self.assertEqual(flags - words(1), set())


class FromNetstatTest(unittest.TestCase):
    """The page "From netstat and ss". That the metrics which it names exist, tests/deploy/rules says."""

    def setUp(self):
        self.sections = sections(7)

    def test_every_option_of_netstat_has_an_answer(self):
        found = rows(self.sections["NETSTAT"])
        self.assertEqual(set(NETSTAT_OPTIONS.split()) - set(found), set())
        self.assertEqual(options(usage_of("netstat")) - set(found), set())
        self.assertLessEqual(set(found.values()), ANSWERS)

    def test_every_option_of_ss_has_an_answer(self):
        found = rows(self.sections["SS"])
        self.assertEqual(set(SS_OPTIONS.split()) - set(found), set())
        self.assertEqual(options(usage_of("ss")) - set(found), set())
        self.assertLessEqual(set(found.values()), ANSWERS)

    def test_every_filter_of_ss_has_an_answer(self):
        found = rows(self.sections["FILTERS OF SS"])
        self.assertEqual(set(found), SS_FILTERS)
        self.assertLessEqual(set(found.values()), ANSWERS)

    def test_every_state_family_and_table_of_ss_is_named(self):
        text = " ".join(self.sections["SS"] + self.sections["FILTERS OF SS"])
        named = set(re.findall(r"[\w-]+", text))
        self.assertEqual(set(SS_WORDS.split()) - named, set())
        self.assertEqual(ss_words(usage_of("ss")) - named, set())

    def test_no_option_is_made_up(self):
        for heading, known in (("NETSTAT", NETSTAT_OPTIONS), ("SS", SS_OPTIONS)):
            self.assertEqual(set(rows(self.sections[heading])) - set(known.split()), set())

    def test_each_answer_that_is_a_metric_says_which_collectors_it_takes(self):
        takes = metric_collectors()
        for name, expected in (("listeners", {"tcp", "udp"}), ("udp_receive_drops_total", {"udp"}),
                               ("udp_errors_total", {"protocols"}), ("routes", {"routes"}),
                               ("neighbours", {"routes"}), ("unix_sockets", {"unix"}), ("owner_sockets", {"owners"}),
                               ("namespaces", {"namespaces"}), ("build_info", {"always"})):
            self.assertEqual(takes[f"sockdiag_{name}"], expected)
        self.assertEqual({name for name, found in takes.items() if not found}, set())
        for heading in ("NETSTAT", "SS", "FILTERS OF SS"):
            self.assertEqual(unexplained(self.sections[heading], takes), [])

    def test_every_metric_of_what_netstat_shows_is_named_and_each_that_is_named_exists(self):
        takes = metric_collectors()
        shown = {"protocols", "conntrack", "interfaces", "routes", "multicast_groups", "unix", "packet", "netlink",
                 "raw", "mptcp", "sctp", "vsock", "other"}
        text = " ".join(line for lines in self.sections.values() for line in lines)
        named = set(re.findall(r"sockdiag_[a-z0-9_]+", text))
        self.assertEqual({name for name, found in takes.items() if found & shown} - named, set())
        self.assertEqual({name for name in named if name.endswith("_total")} - set(takes), set())
        self.assertIn("sockdiag_socket_source", named)

    def test_every_collector_is_named(self):
        keys = set(collectors())
        self.assertTrue({"tcp", "routes", "vsock", "process"} <= keys, keys)
        self.assertEqual(keys - set(re.findall(r"\w+", " ".join(self.sections["COLLECTORS"]))), set())

    def test_it_says_of_each_collector_that_is_off_that_it_is(self):
        off = {name for name, keys in collectors().items() if not keys["enabled"]}
        said = re.findall(r"\.TP\n\.B (\w+)\nOff\.", "\n".join(self.sections["COLLECTORS"]))
        self.assertEqual(set(said), off)

    def test_the_checks_find_what_is_missing(self):
        self.assertEqual(options("usage: x [-ab] [--long]  -4|-6 fin-wait-1"),
                         {"-a", "-b", "--long", "-4", "-6"})
        self.assertEqual(rows([".TP", '.BR -a ", " --all', ".B Here.", "Text.", ".TP", ".B -b", '.B "Not yet"']),
                         {"-a": "Here", "--all": "Here", "-b": "Not yet"})
        self.assertEqual(unexplained([".TP", ".B -a", ".B Here", "(tcp).", ".B sockdiag_sockets", ".TP", ".B -b",
                                      ".B Here.", ".B sockdiag_sockets", ".TP", ".B -c", ".B Not.", "It is not.",
                                      ".TP", ".B -d", ".B Here", "(nobody).", ".B sockdiag_sockets", ".TP",
                                      ".B -e", ".B Here", "(tcp).", ".B sockdiag_sockets", ".B sockdiag_routes"],
                                     {"sockdiag_sockets": {"tcp", "udp"}, "sockdiag_routes": {"routes"}}),
                         [".B -b", ".B -d", ".B -e"])
        self.assertEqual(ss_words("  A := {one|fin-wait-{1,2}|help}\n  B := {two}[,B]\n"),
                         {"one", "fin-wait-1", "fin-wait-2", "two"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
