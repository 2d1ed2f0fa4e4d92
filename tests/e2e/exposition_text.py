"""A strict parser of Prometheus's text format 0.0.4 that keeps duplicates, unlike others."""

import collections
import re

Sample = collections.namedtuple("Sample", "name labels value")

_COMMENT = re.compile(r"# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)")
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


class Exposition:
    """The samples and families of one text, in its order."""

    def __init__(self):
        self.samples = []
        self.helps = []  # (family, text), once for each line
        self.types = []
        self.sample_families = []  # the family under whose TYPE line each sample stands

    @property
    def families(self):
        return {name for name, _ in self.types}

    def select(self, name, **labels):
        """Those that have these labels; None for one that they must not have."""
        present = {(label, value) for label, value in labels.items() if value is not None}
        absent = {label for label, value in labels.items() if value is None}
        return [sample for sample in self.samples
                if sample.name == name and present <= sample.labels.items()
                and not absent & sample.labels.keys()]

    def value(self, name, **labels):
        """The value of the only sample that has these labels."""
        found = self.select(name, **labels)
        if len(found) != 1:
            raise AssertionError(f"{len(found)} samples of {name} have {labels}")
        return found[0].value

    def sum(self, name, **labels):
        return sum(sample.value for sample in self.select(name, **labels))

    def sum_by(self, name, *keys):
        """As PromQL's `sum by (keys) (name)`; without sums that are 0."""
        sums = collections.Counter()
        for sample in self.select(name):
            sums[tuple(sample.labels[key] for key in keys)] += sample.value
        return {key: value for key, value in sums.items() if value != 0}

    def series(self, name):
        """Labels to value, for comparisons; the caller has to look for duplicates."""
        return {frozenset(sample.labels.items()): sample.value for sample in self.select(name)}


def _parse_labels(text, line):
    labels, position = {}, 0
    while position < len(text):
        match = _LABEL.match(text, position)
        if match is None or match[1] in labels:
            raise AssertionError(f"bad labels: {line!r}")
        labels[match[1]] = re.sub(r"\\.", lambda escape: _ESCAPES[escape[0]], match[2])
        position = match.end()
    return labels


def parse(text):
    """Raises AssertionError at the first line that is not of the format."""
    if not text.endswith("\n"):
        raise AssertionError("the text does not end with a line feed")
    exposition = Exposition()
    for line in text.removesuffix("\n").split("\n"):
        comment = _COMMENT.fullmatch(line)
        if comment is not None:
            kind = exposition.helps if comment[1] == "HELP" else exposition.types
            kind.append((comment[2], comment[3]))
            continue
        match = _SAMPLE.fullmatch(line)
        if match is None or not exposition.types:
            raise AssertionError(f"not a sample below a TYPE line: {line!r}")
        labels = _parse_labels(match[2] or "", line)
        exposition.samples.append(Sample(match[1], labels, float(match[3])))
        exposition.sample_families.append(exposition.types[-1][0])
    return exposition


def _repeated(items):
    return [item for item, count in collections.Counter(items).items() if count > 1]


def check(test, exposition):
    """What must hold for every exposition, whatever is in it."""
    series = [(sample.name, frozenset(sample.labels.items())) for sample in exposition.samples]
    test.assertEqual(_repeated(series), [], "series that appear twice")
    helps, types = ([name for name, _ in kind] for kind in (exposition.helps, exposition.types))
    test.assertEqual(_repeated(types), [], "families that appear twice")
    test.assertEqual(helps, types, "each family has one HELP and one TYPE line")
    test.assertEqual([sample.name for sample in exposition.samples], exposition.sample_families,
                     "samples stand below their own family's TYPE line")
    test.assertEqual(exposition.families, set(exposition.sample_families),
                     "families without sample")
    for name, text in exposition.helps:
        test.assertNotEqual(text.strip(), "", f"help of {name}")


def check_sums(test, exposition):
    """Each socket is in each view once, so the views have equal sums by protocol and state."""
    keys = ("protocol", "state")
    sockets = exposition.sum_by("sockdiag_sockets", *keys)
    test.assertEqual(exposition.sum_by("sockdiag_service_sockets", *keys), sockets)
    test.assertEqual(exposition.sum_by("sockdiag_port_sockets", *keys), sockets)
    for (protocol,), total in exposition.sum_by("sockdiag_sockets", "protocol").items():
        test.assertEqual(exposition.value("sockdiag_dump_sockets", protocol=protocol), total)
