"""Whatever was typed, cut, moved and looked at before: a document holds what a cold look finds."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.known import KnownSecret, KnownSecrets
from codegrex_lsp.privacy.detect.standard import standard_detectors
from tests.support import planted

VALUE = planted.PASSWORD + "!q7"
KNOWN = "q7Rt" + "x9Kd22!a"
DETECTORS = (*standard_detectors(), KnownSecrets([KnownSecret(KNOWN, "env-file")]))

FRAGMENTS = (
    planted.pem(),
    'key = "' + planted.pem("\\n") + '"',
    f"password: |\n  {VALUE}\n  {VALUE[::-1]}\nother: x",
    f'password = """\n{VALUE}\n"""',
    f"password = <<EOF\n{VALUE}\nEOF",
    f"kind: Secret\ndata:\n  a: {planted.KEY_LINES[0]}==\nstringData:\n  b: {VALUE}",
    f"name,password,mail\nbob,{VALUE},{planted.EMAIL}",
    f"| user | password |\n|---|---|\n| bob | {VALUE} |",
    f"machine x.y\nlogin bob\npassword {VALUE}",
    f"diff --git a/c.yaml b/c.yaml\n@@ -1 +1 @@\n-password: |\n-  {VALUE}\n+pass: |\n+  {VALUE}1",
    f"INSERT INTO t (name, password) VALUES\n('bob', '{VALUE}'),\n('al', '{VALUE}1');",
    "# cloudflare\nkey: " + "0a1b2c3d4e" * 4,
    f"x {planted.GITHUB}\n{planted.AWS}",
    f"first_name,ssn\nJohn,{planted.CARD}",
    f"password:\n\n{VALUE}",
    "x" * 2_047 + f' password="{VALUE}"',
    f"known {KNOWN}",
    "def f(x):\n    return x",
    '"""',
    "EOF",
    "---",
    "",
)
SCRAPS = ("", " ", '"', "'", "=", "\r", "+", "- ", "\u0130", "\0", "  ")
FILES = (
    ("python", "a.py"),
    ("yaml", "a.yaml"),
    ("", "a.csv"),
    ("", ".netrc"),
    ("diff", ""),
    ("markdown", "a.md"),
    ("", "package-lock.json"),
)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: what stands between two places goes, and something else comes."""

    at: int
    lines: int
    column: int
    comes: str
    whole: bool

    def made(self, text: str) -> str:
        lines = text.split("\n")
        at = self.at % len(lines)
        if self.whole:
            lines[at : at + self.lines] = [self.comes]
        else:
            column = self.column % (len(lines[at]) + 1)
            lines[at] = lines[at][:column] + self.comes + lines[at][column + self.lines :]
        return "\n".join(lines)


edits = st.builds(
    Edit,
    st.integers(0, 60),
    st.integers(0, 3),
    st.integers(0, 80),
    st.sampled_from(FRAGMENTS + SCRAPS),
    st.booleans(),
)
warm, cold = Engine(DETECTORS, budget_ms=60_000), Engine(DETECTORS, budget_ms=60_000)


def interrupted(text: str, language: str, name: str) -> None:
    """A look that runs out of time somewhere, and one that gets to know a part."""
    warm.fill(text[: len(text) // 2], level="all", language=language, uri="u", milliseconds=0)
    hurried = Engine(DETECTORS, budget_ms=2)
    hurried._documents = warm._documents
    try:
        hurried.spans(text, level="all", language=language, path_name=name, uri="u")
    except DetectorFailed as failure:
        assert failure.code == "detector-too-slow"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(FILES),
    st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=5),
    st.lists(st.tuples(edits, st.booleans(), st.integers(-1, 400)), min_size=1, max_size=8),
    st.sampled_from(("all", "secrets")),
)
def test_edits_leave_nothing_stale(file, fragments, steps, level) -> None:  # type: ignore[no-untyped-def]
    language, name = file
    text = "\n".join(fragments)
    for edit, hurry, cursor in steps:
        text = edit.made(text)
        at = None if cursor < 0 else cursor % (len(text) + 1)
        if hurry:
            interrupted(text, language, name)
        found = [
            engine.spans(text, level=level, language=language, path_name=name, cursor=at, uri=uri)
            for engine, uri in ((warm, "u"), (cold, "once"))
        ]
        cold.forget("once")

        assert found[0] == found[1]


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    for engine in (warm, cold):
        engine.warm_up("all")
        engine.warm_up("secrets")
