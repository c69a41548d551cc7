"""The sieve shows each detector the lines it asked for, and passes over no line that it needs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.quality import corpus
from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Check, Checking, Gated, Level, Line, LineDetector
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.patterns import begins_with_one_of, has_alternatives
from codegrex_lsp.privacy.detect.sieve import MOST_CHECKS, Sieve
from codegrex_lsp.privacy.detect.standard import standard_detectors


class Asker:
    """Asks for lines and finds nothing."""

    level: Level = "secrets"

    def __init__(
        self,
        keywords: Sequence[str] = (),
        triggers: Sequence[str] = (),
        checks: Mapping[str, Check] | None = None,
    ) -> None:
        self.name = repr((keywords, triggers, sorted(checks or {})))
        self.keywords = frozenset(keywords)
        self.triggers = triggers
        self.checks = checks or {}

    def asks_for(self, text: str, *, checking: bool) -> bool:
        """By looking at the one line alone."""
        lowered = text.lower()
        for word in self.keywords:
            check = self.checks.get(word) if checking else None
            for at in range(len(lowered)):
                if lowered.startswith(word, at) and (check is None or check(text, at, len(text))):
                    return True
        return any(re.search(trigger, text) for trigger in self.triggers)

    def wants(self, line: Line) -> bool:
        return True

    def scan_line(self, line: Line) -> Sequence[Span]:
        return ()

    def warm_up(self) -> None:
        pass


ASKERS = (
    Asker(["ab", "b1"], ["^[ab]-", "[0-9][0-9]a", "^ +a$"]),
    Asker(["ab"], ["[0-9]-", "^-", "a-1"], {"ab": re.compile("[aA]b[0-9]").match}),
    Asker([], ["[0-9]b$", "^1|^a$|b-b"]),
    Asker(["b1", "1"], [], {"1": re.compile("(?<=-)1").match, "b1": re.compile("b1$").match}),
    Asker(["-a"], ["^a?(?:1|-)b"]),
)


@given(st.lists(st.text("abB1- ", max_size=6), min_size=1, max_size=8), st.booleans())
def test_a_detector_is_shown_a_line_exactly_if_it_asks_for_it(
    texts: list[str], checking: bool
) -> None:
    wanted = {
        (index, asker.name)
        for index, text in enumerate(texts)
        for asker in ASKERS
        if asker.asks_for(text, checking=checking)
    }

    sifted = list(Sieve(ASKERS).sift(texts, checking=checking))

    assert {(one.index, asker.name) for one in sifted for asker in one.detectors} == wanted
    assert [one.index for one in sifted] == sorted({index for index, _ in wanted})
    for one in sifted:
        lowered = texts[one.index].lower()
        assert one.lowered == lowered
        assert one.words == {word for word in ("ab", "b1", "1", "-a") if word in lowered}


def test_a_line_full_of_keywords_is_shown_without_checking_all_of_them() -> None:
    places: list[int] = []
    asker = Asker(["ab"], checks={"ab": lambda text, at, end: places.append(at)})

    few = list(Sieve([asker]).sift(["ab" * MOST_CHECKS]))
    checked = len(places)
    many = list(Sieve([asker]).sift(["x", "ab" * 50 * MOST_CHECKS]))

    assert (few, checked) == ([], MOST_CHECKS)
    assert [one.index for one in many] == [1]
    assert len(places) == 2 * MOST_CHECKS


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """What detectors have something to find in, and what only looks like it."""
    texts = (document.text for document in corpus.documents("dev"))
    ordinary = {"value of a subject", "assertEqual(a, b)", "# note: created with a path", "  pass"}
    return sorted(
        ordinary | {line for text in texts for line in text.split("\n") if len(line) < 400}
    )


CHECKING = [one for one in standard_detectors() if isinstance(one, Checking)]


def test_there_are_detectors_that_check_their_keywords() -> None:
    assert {one.name.split("/")[0] for one in CHECKING} >= {
        "rules",
        "assignments",
        "people",
        "commands",
    }


@pytest.mark.parametrize("detector", CHECKING, ids=lambda one: one.name.split("/")[0])
def test_checks_pass_over_no_line_in_which_something_is_found(
    detector: LineDetector, lines: list[str]
) -> None:
    detector.warm_up()
    shown = {one.index for one in Sieve([detector]).sift(lines)}
    passed = list(Sieve([detector]).sift(lines, checking=False))

    missed = 0
    for one in passed:
        line = Line(lines[one.index], one.lowered, FileKind.VALUES, words=one.words)
        if one.index not in shown and detector.wants(line) and list(detector.scan_line(line)):
            missed += 1

    assert missed == 0
    assert len(shown) < len(passed)


def test_triggers_begin_so_that_a_search_is_fast() -> None:
    slow = [
        trigger
        for detector in standard_detectors()
        if isinstance(detector, Gated)
        for trigger in detector.triggers
        if has_alternatives(trigger) or not re.match(r"\^|\[0-9\]|[\w.:]|\\.", trigger)
    ]

    assert slow == []


@pytest.mark.parametrize(
    ("pattern", "alternatives"),
    [
        ("a|b", True),
        ("(?:a|b)c", False),
        (r"[|]\|(a(b|c)|d)", False),
        (r"[]|]a", False),
        (r"[^]|]a|b", True),
        (r"\(a|b\)", True),
        ("(a", True),
        ("", False),
    ],
)
def test_alternatives_are_told_from_those_in_groups(pattern: str, alternatives: bool) -> None:
    assert has_alternatives(pattern) is alternatives


@pytest.mark.parametrize(
    ("pattern", "words", "certain"),
    [
        ("abc[0-9]{4}", ("abc",), True),
        ("ABc[0-9]{4}", ("abc",), True),
        ("abc+d", ("abc",), True),
        ("abc+d", ("abcd",), False),
        ("abc?d", ("abc",), False),
        ("ab[cd]e", ("abc", "abd"), True),
        ("ab[cde]", ("abc", "abd"), False),
        ("a[b-d]e", ("ab", "ac", "ad"), True),
        ("ab[^c]", ("abc",), False),
        ("abc|d", ("abc",), False),
        ("(?i:ABC)", ("abc",), True),
        ("abc|d", ("abc", "d"), True),
        ("a(?:bc|d[ef])g", ("abc", "ade", "adf"), True),
        ("a(?:bc|d[ef])g", ("abc", "ade"), False),
        ("a(?:bc)?d", ("abc",), False),
        ("(?:abc){2}", ("abc",), False),
        ("(?<!x)a(?!d)bc", ("abc",), True),
        ("ab[cd]{3}", ("abc", "abd"), True),
        ("ab[cd]{0,3}", ("abc", "abd"), False),
        (r"a\.c", ("a.c",), True),
        (r"a\.?c", ("a.c",), False),
        (r"ab\w", ("abw",), False),
        ("ab", ("abc",), False),
        ("abcd", ("bcd",), False),
    ],
)
def test_a_pattern_that_begins_with_its_keywords_is_known(
    pattern: str, words: tuple[str, ...], certain: bool
) -> None:
    assert begins_with_one_of(pattern, words) is certain


pieces = st.sampled_from(
    [
        *("a", "b", "B", "1", "|", "a?", "b+", "a*", "b{0,2}", r"\d", "[ab]", "[a-b]", "[^a]"),
        *("[ab]{2}", "(?:a|b)", "(?:ab)+", "(?:ab|[b1])?", "(?i:aB|1)", "(?:a(?:b|1)|b)"),
        *("(?!a)", "(?<=a)"),
    ]
)


@given(
    st.lists(pieces, min_size=1, max_size=5).map("".join),
    st.lists(st.text("ab1", min_size=1, max_size=3), min_size=1, max_size=4).map(tuple),
    st.text("abB1", max_size=12),
)
def test_what_is_certain_of_a_pattern_holds_for_every_match(
    pattern: str, words: tuple[str, ...], text: str
) -> None:
    if begins_with_one_of(pattern, words):
        for match in re.finditer(pattern, text):
            assert text[match.start() :].lower().startswith(words)
