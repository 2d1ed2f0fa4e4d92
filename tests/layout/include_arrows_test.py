"""The rooms of src/ may include one another in one direction only; this test keeps it so."""

import os
import pathlib
import re
import sys
import tempfile
import unittest

SOURCE_DIR = pathlib.Path(os.environ.get("SOCKDIAG_SOURCE_DIR", pathlib.Path(__file__).parents[2]))

# What each room may include, beside itself.
ALLOWED = {"base": set()}
ALLOWED["model"] = {"base"}
ALLOWED["netlink"] = {"base"}
ALLOWED["proc"] = {"base"}
ALLOWED["namespaces"] = {"base", "netlink", "proc"}
ALLOWED["metrics"] = {"base"}
ALLOWED["sockets/source"] = {"base", "model", "netlink", "proc"}
ALLOWED["sockets/naming"] = {"base", "model", "proc"}
ALLOWED["sockets/tally"] = {"base", "model", "metrics", "sockets/naming"}
ALLOWED["sockets/watch"] = {"base", "model", "metrics", "sockets/source", "sockets/naming"}
ALLOWED["collectors"] = {"base", "model", "netlink", "proc", "namespaces", "metrics", "sockets/source", "sockets/naming",
                         "sockets/tally", "sockets/watch"}
ALLOWED["yaml"] = {"base"}
ALLOWED["config"] = ALLOWED["collectors"] | {"collectors", "yaml"}
ALLOWED["inspect"] = {"base", "model", "netlink", "metrics", "sockets/source", "sockets/naming", "sockets/watch", "yaml", "config"}
ALLOWED["findings"] = {"base", "model", "metrics", "sockets/naming", "sockets/tally", "sockets/watch", "collectors", "inspect"}
ALLOWED["http/tls"] = {"base"}
ALLOWED["http"] = {"base", "http/tls"}
ALLOWED["http/server"] = {"base", "http", "http/tls"}
ALLOWED["http/client"] = {"base", "http"}
ALLOWED["web"] = {"base", "http", "http/tls", "yaml"}
ALLOWED["app"] = set(ALLOWED)
ALLOWED["main.cc"] = set(ALLOWED)

# System headers with the only rooms that may know them.
FOREIGN = {
    r"prometheus/": ("metrics",),
    r"yaml-cpp/": ("yaml",),
    r"libmnl/": ("netlink",),
    r"linux/[a-z_]+_diag\.h$": ("sockets/source", "collectors"),
    r"microhttpd\.h$": ("http/server",),
    r"gnutls/": ("http/tls", "http/server", "http/client", "web"),
    r"crypt\.h$": ("web",),
    r"cap-ng\.h$": ("app", "namespaces"),
}
_INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


def room_of(name):
    """The innermost room that holds a file, or its first folder when none does."""
    parts = name.split("/")
    rooms = ("/".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((room for room in rooms if room in ALLOWED), parts[0])


def check_include(room, quoted, system, source):
    """What is wrong with an include in that room, or nothing."""
    if system:
        for pattern, owners in FOREIGN.items():
            if re.match(pattern, system) and room not in owners:
                return f"<{system}> belongs to {' and '.join(owners)} alone"
        return None
    target = room_of(quoted)
    if not (source / quoted).is_file() or target not in ALLOWED:
        return f'"{quoted}" is not a file below src/, in the form room/file.h'
    if target != room and target not in ALLOWED[room]:
        return f"{room} must not include {target}: \"{quoted}\""
    return None


def find_violations(source):
    """One line for each include against the arrows, in the files' order."""
    violations = []
    for path in sorted(source.rglob("*")):
        if not re.search(r"\.(h|cc|inc?)$", path.name):
            continue
        room = room_of(str(path.relative_to(source)))
        if room not in ALLOWED:
            violations.append(f"{path}: {room} has no place in the order of rooms")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            match = _INCLUDE.match(line)
            complaint = match and check_include(room, match[1], match[2], source)
            if complaint:
                violations.append(f"{path}:{number}: {complaint}")
    return violations


class IncludeArrowsTest(unittest.TestCase):
    """The tree as it is."""

    def test_every_include_follows_the_arrows(self):
        source = SOURCE_DIR / "src"
        self.assertGreater(len(list(source.rglob("*.h"))), 10)
        self.assertEqual(find_violations(source), [])


class CheckerTest(unittest.TestCase):
    """A checker that finds nothing is only worth something if it would find it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = pathlib.Path(folder.name)
        for room in ALLOWED:
            if room != "main.cc":
                self._write(f"{room}/room.h", "#pragma once\n")

    def _write(self, name, text):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _violations(self, name, include):
        self._write(name, f"#include <vector>\n\n#include {include}\n")
        violations = find_violations(self.source)
        (self.source / name).unlink()
        return violations

    def test_accepts_includes_along_the_arrows(self):
        for name, include in (
                ("model/x.cc", '"base/room.h"'), ("sockets/source/x.cc", '"netlink/room.h"'),
                ("sockets/naming/x.cc", '"proc/room.h"'), ("collectors/x.cc", '"proc/room.h"'),
                ("collectors/x.h", '"sockets/tally/room.h"'), ("app/x.cc", '"config/room.h"'),
                ("sockets/source/deep/x.cc", '"sockets/source/room.h"'),
                ("main.cc", '"app/room.h"'), ("http/server/x.cc", "<microhttpd.h>"),
                ("http/server/x.cc", '"http/room.h"'), ("web/x.cc", '"http/room.h"'),
                ("config/x.cc", '"yaml/room.h"'), ("yaml/x.cc", "<yaml-cpp/parser.h>"),
                ("sockets/source/x.cc", "<linux/inet_diag.h>"),
                ("collectors/families/x.cc", "<linux/unix_diag.h>"),
                ("netlink/x.cc", "<libmnl/libmnl.h>"), ("base/x.cc", "<linux/tcp.h>"),
                ("http/tls/x.cc", "<gnutls/crypto.h>"), ("web/x.cc", "<crypt.h>"),
                ("namespaces/x.cc", '"netlink/room.h"'), ("namespaces/x.cc", "<cap-ng.h>"),
                ("app/x.cc", '"namespaces/room.h"')):
            self.assertEqual(self._violations(name, include), [], (name, include))

    def test_finds_each_planted_violation(self):
        for name, include in (
                ("base/x.h", '"model/room.h"'), ("model/x.cc", '"sockets/naming/room.h"'),
                ("netlink/x.cc", '"model/room.h"'), ("netlink/x.h", '"sockets/source/room.h"'),
                ("proc/x.cc", '"netlink/room.h"'), ("sockets/tally/x.cc", '"proc/room.h"'),
                ("sockets/source/x.cc", '"sockets/naming/room.h"'),
                ("sockets/naming/x.cc", '"sockets/source/room.h"'),
                ("sockets/naming/x.cc", '"sockets/tally/room.h"'),
                ("sockets/tally/x.cc", '"collectors/room.h"'),
                ("sockets/source/x.cc", '"metrics/room.h"'),
                ("metrics/x.cc", '"collectors/room.h"'), ("http/x.cc", '"model/room.h"'),
                ("collectors/x.cc", '"config/room.h"'),
                ("collectors/x.cc", "<prometheus/metric_family.h>"),
                ("http/x.cc", '"app/room.h"'), ("sockets/tally/x.cc", '"sockets/watch/room.h"'),
                ("sockets/watch/x.cc", '"config/room.h"'), ("collectors/x.cc", '"http/room.h"'),
                ("config/x.cc", '"http/room.h"'), ("config/x.cc", '"web/room.h"'),
                ("http/x.cc", '"web/room.h"'), ("http/server/x.cc", '"web/room.h"'),
                ("http/x.cc", '"http/server/room.h"'), ("web/x.cc", '"http/server/room.h"'),
                ("http/x.cc", "<microhttpd.h>"), ("http/server/x.cc", "<crypt.h>"),
                ("app/x.cc", "<gnutls/gnutls.h>"),
                ("yaml/x.cc", '"config/room.h"'), ("config/x.cc", "<yaml-cpp/yaml.h>"),
                ("collectors/x.cc", "<libmnl/libmnl.h>"),
                ("sockets/source/x.cc", "<libmnl/libmnl.h>"),
                ("model/x.h", "<linux/inet_diag.h>"),
                ("app/x.cc", "<linux/vm_sockets_diag.h>"), ("netlink/x.cc", "<linux/sock_diag.h>"),
                ("namespaces/x.cc", '"sockets/naming/room.h"'),
                ("sockets/source/x.cc", '"namespaces/room.h"'), ("collectors/x.cc", "<cap-ng.h>"),
                ("app/x.cc", "<microhttpd.h>"), ("app/x.cc", '"room.h"'),
                ("app/x.cc", '"../base/room.h"'), ("app/x.cc", '"base/missing.h"'),
                ("extra/x.cc", '"base/room.h"'), ("sockets/x.cc", '"base/room.h"')):
            violations = self._violations(name, include)
            self.assertEqual(len(violations), 1, (name, include))
            self.assertIn(name, violations[0])

    def test_names_the_line(self):
        self.assertIn("x.h:3: ", self._violations("base/x.h", '"app/room.h"')[0])


if __name__ == "__main__":
    unittest.main(verbosity=2) if SOURCE_DIR.is_dir() else sys.exit(f"{SOURCE_DIR}: no such folder")
