"""The engine: merging, caching, windows, budgets, and failing closed."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.detect import Span, line_cache
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.lines import (
    OVERLAP,
    WINDOW,
    Tokens,
    lower_keeping_length,
    merged,
)
from tests.support import planted


class Looker:
    """Finds a needle, and remembers what it was shown."""

    name = "looker"

    def __init__(self, needle: str = "needle", level: Level = "secrets") -> None:
        self.needle = needle
        self.level: Level = level
        self.seen: list[str] = []

    def wants(self, line: Line) -> bool:
        self.seen.append(line.text)
        return self.needle in line.text

    def scan_line(self, line: Line) -> Sequence[Span]:
        at = line.text.index(self.needle)
        return [Span(at, at + len(self.needle), "secret", "needle", "looker")]

    def warm_up(self) -> None:
        pass


class Thrower(Looker):
    def scan_line(self, line: Line) -> Sequence[Span]:
        raise ValueError(line.text)

    def warm_up(self) -> None:
        raise ImportError("missing")


def spans_of(limit: int = 60) -> st.SearchStrategy[list[Span]]:
    pairs = st.tuples(st.integers(0, limit), st.integers(1, 12), st.sampled_from(["secret", "pii"]))
    return st.lists(pairs.map(lambda p: Span(p[0], p[0] + p[1], p[2], "t", "r")), max_size=12)


@given(spans_of())
def test_merged_spans_cover_the_same_characters_and_never_touch_twice(spans: list[Span]) -> None:
    result = merged(spans)

    assert {c for s in spans for c in range(s.start, s.end)} == {
        c for s in result for c in range(s.start, s.end)
    }
    assert all(a.end <= b.start for a, b in pairwise(result))
    assert merged(result) == result


@given(spans_of())
def test_a_secret_wins_over_personal_data(spans: list[Span]) -> None:
    for span in merged(spans):
        inside = [s for s in spans if s.start < span.end and s.end > span.start]
        assert (span.kind == "secret") == any(s.kind == "secret" for s in inside)


@given(st.text(max_size=80))
def test_lowering_keeps_offsets(text: str) -> None:
    assert len(lower_keeping_length(text)) == len(text)


def test_only_changed_lines_are_looked_at_again() -> None:
    looker = Looker()
    engine = Engine([looker])
    engine.spans("one\ntwo\nthree", level="secrets")
    looker.seen.clear()

    engine.spans("one\n2\nthree", level="secrets")

    assert looker.seen == ["2"]


def test_forgetting_drops_every_cached_line() -> None:
    looker = Looker()
    engine = Engine([looker])
    engine.spans("one\ntwo", level="secrets")
    looker.seen.clear()

    engine.forget("file:///a.py")
    engine.spans("one\ntwo", level="secrets")

    assert looker.seen == ["one", "two"]


class Gated(Looker):
    """A looker that is shown only the lines its keyword or its trigger names."""

    keywords = frozenset({"needle", "eedl"})
    triggers = ("#[0-9]{3}",)

    def wants(self, line: Line) -> bool:
        self.seen.append(f"{line.text[:8]} {sorted(line.words or ())}")
        return False


def test_a_gated_detector_is_shown_only_lines_with_its_keyword_or_trigger() -> None:
    looker = Gated()
    text = "one\nA NEEDLE\r\n#12\nx #123\n" + "y" * 3_000 + " needle\nneed\nle"

    Engine([looker]).spans(text, level="secrets")

    assert looker.seen == [
        "A NEEDLE ['eedl', 'needle']",
        "x #123 []",
        "yyyyyyyy ['eedl', 'needle']",
    ]


def test_closing_a_document_leaves_the_others_warm() -> None:
    looker = Looker()
    engine = Engine([looker])
    engine.spans("one\nshared", level="secrets", uri="file:///a.py")
    engine.spans("two\nshared", level="secrets", uri="file:///b.py")
    looker.seen.clear()

    engine.forget("file:///a.py")
    engine.spans("two\nshared", level="secrets", uri="file:///b.py")
    assert looker.seen == []

    engine.spans("one\nshared", level="secrets", uri="file:///a.py")
    assert looker.seen == ["one", "shared"]


class Text(str):
    """A line that can be watched."""


def test_closing_a_document_frees_its_lines() -> None:
    documents = line_cache.Documents(100)
    lines = [Text("of a"), Text("of nobody"), Text("of b")]
    watched = [weakref.ref(line) for line in lines]
    for uri, line in zip(("file:///a.py", "", "file:///b.py"), lines, strict=True):
        documents.of(uri, "kind").keep(line, ())
    del lines, line

    documents.forget("file:///a.py")
    gc.collect()

    assert [watch() is None for watch in watched] == [True, True, False]


def test_filling_gets_on_in_slices_and_then_nothing_is_left_to_do() -> None:
    now = [0.0]

    class Slow(Looker):
        def wants(self, line: Line) -> bool:
            now[0] += 1.0
            return super().wants(line)

    slow = Slow()
    engine = Engine([slow], budget_ms=10, clock=lambda: now[0])
    text = "\n".join(f"line {n}" for n in range(250))

    slices = 1
    while not engine.fill(text, level="secrets", milliseconds=50):
        slices += 1

    assert 3 <= slices <= 5
    assert len(slow.seen) == 250
    assert engine.spans(text, level="secrets") == ()
    assert len(slow.seen) == 250


def test_filling_fails_as_scanning_does() -> None:
    with pytest.raises(DetectorFailed):
        Engine([Thrower()]).fill("a needle", level="secrets", milliseconds=50)


def test_only_the_part_of_a_long_line_round_the_cursor_is_half_typed() -> None:
    class Cursor(Looker):
        def scan_line(self, line: Line) -> Sequence[Span]:
            return super().scan_line(line) if line.half_typed else []

    text = "needle " + "b " * 4 * WINDOW + "needle"

    (span,) = Engine([Cursor()]).spans(text, level="secrets", cursor=len(text))

    assert span.end == len(text)


def test_many_editions_of_a_long_line_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_cache, "CHARACTERS", 10_000)
    cache = line_cache.LineCache(50_000)

    for edition in range(100):
        cache.keep(f"{edition}" + "x" * 1_000, ())

    known = cache.look_up([f"{n}" + "x" * 1_000 for n in range(100)])
    assert known[-1] == ()
    assert sum(hit is not None for hit in known) <= 12


def test_the_documents_used_longest_ago_go_first() -> None:
    documents = line_cache.Documents(100, documents=2)
    documents.of("a", "kind").keep("line", ())
    documents.of("b", "kind").keep("line", ())
    documents.of("a", "kind")
    documents.of("c", "kind")

    assert documents.of("a", "kind").look_up(["line"]) == [()]
    assert documents.of("b", "kind").look_up(["line"]) == [None]


def test_the_cache_is_bounded_and_forgets_the_oldest() -> None:
    looker = Looker()
    engine = Engine([looker], cache_lines=20)
    for start in range(0, 200, 10):
        engine.spans("\n".join(map(str, range(start, start + 10))), level="secrets")
    looker.seen.clear()

    engine.spans("0", level="secrets")
    engine.spans("199", level="secrets")

    assert looker.seen == ["0"]


@given(st.integers(1, 60), st.lists(st.integers(0, 59), max_size=40), st.integers(0, 100))
def test_a_document_of_as_many_lines_as_fit_is_known_from_its_second_look_on(
    lines: int, edits: list[int], others: int
) -> None:
    looker = Looker()
    engine = Engine([looker], cache_lines=60)
    engine.spans("\n".join(f"other {n}" for n in range(others)), level="secrets")
    text = [f"line {n}" for n in range(lines)]
    for number, at in enumerate((0, *edits)):
        text[at % lines] = f"edit {number}"
        looker.seen.clear()

        engine.spans("\n".join(text), level="secrets")

        assert number == 0 or looker.seen == [f"edit {number}"]


def test_an_engine_without_a_cache_finds_the_same_and_keeps_nothing() -> None:
    lines = [
        *(f"line {n}" for n in range(300)),
        "needle",
        "x" * (WINDOW + 9) + " needle",
        "a\rneedle",
    ]
    text = "\n".join(lines)
    looker = Looker()
    engine = Engine([looker], cache_lines=0)

    first = engine.spans(text, level="secrets", uri="file:///a")
    seen = len(looker.seen)

    assert first == Engine([Looker()]).spans(text, level="secrets")
    assert len(first) == 3
    assert engine.spans(text, level="secrets", uri="file:///a") == first
    assert len(looker.seen) == 2 * seen
    engine.forget("file:///a")


def test_a_kind_of_file_and_a_level_have_caches_of_their_own() -> None:
    text = f"password: {planted.PASSWORD}"
    engine = Engine()

    assert not engine.spans(text, level="secrets", language="python")
    assert engine.spans(text, level="secrets", language="yaml")
    assert not engine.spans(text, level="secrets", language="python")


def test_a_detector_of_personal_data_is_not_asked_for_secrets() -> None:
    looker = Looker(level="all")
    engine = Engine([looker])

    assert engine.spans("a needle", level="secrets") == ()
    assert len(engine.spans("a needle", level="all")) == 1


@pytest.mark.parametrize("before", [0, 1, OVERLAP, WINDOW - 3, WINDOW, WINDOW + 1, 3 * WINDOW])
def test_a_window_never_hides_what_it_cuts(before: int) -> None:
    engine = Engine([Looker()])
    text = "a" * before + " needle" + " b" * WINDOW

    (span,) = engine.spans(text, level="secrets")

    assert text[span.start : span.end] == "needle"


def test_a_token_longer_than_a_window_goes_whole() -> None:
    token = planted.GITHUB + "Q" * 3 * WINDOW
    text = f"x = '{token}' + 1"

    (span,) = Engine().spans(text, level="secrets")

    assert text[span.start : span.end] == token


runs = st.tuples(st.sampled_from(["a", "b/-", " ", '"', "a b"]), st.integers(1, 3 * WINDOW))


@given(st.lists(runs, min_size=1, max_size=8), st.lists(st.integers(0), min_size=1, max_size=4))
def test_a_token_that_a_window_cut_is_all_that_stands_round_the_cut(
    pieces: list[tuple[str, int]], places: list[int]
) -> None:
    text = "".join(piece * times for piece, times in pieces).ljust(WINDOW, "a")
    tokens = Tokens(text)
    for place in places:
        start = place % (len(text) - WINDOW + 1)
        end = start + WINDOW

        grown = tokens.whole(Span(start, end, "secret", "t", "r"), start)

        inside = text[grown.start : start] + text[end : grown.end]
        assert not set(inside) & set(' "')
        assert start == 0 or text[grown.start - 1 : grown.start] in ("", " ", '"')
        assert text[grown.end : grown.end + 1] in ("", " ", '"')
        inner = Span(start + 1, end - 1, "secret", "t", "r")
        assert tokens.whole(inner, start) == inner


def test_a_detector_that_raises_ends_in_a_failure_without_its_words() -> None:
    engine = Engine([Looker(), Thrower()])

    with pytest.raises(DetectorFailed) as caught:
        engine.spans("a needle in the hay", level="secrets")

    assert caught.value.code == "detector-failed"
    assert "needle" not in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_a_detector_that_can_not_start_is_named() -> None:
    with pytest.raises(DetectorFailed, match="looker"):
        Engine([Thrower()]).warm_up("all")


def test_a_spent_budget_is_a_failure_and_the_next_attempt_gets_further() -> None:
    now = [0.0]

    class Slow(Looker):
        def wants(self, line: Line) -> bool:
            now[0] += 1.0
            return super().wants(line)

    slow = Slow()
    engine = Engine([slow], budget_ms=100, clock=lambda: now[0])
    text = "\n".join(f"line {n}" for n in range(250))

    attempts = 0
    while True:
        attempts += 1
        try:
            engine.spans(text, level="secrets")
            break
        except DetectorFailed as failure:
            assert failure.code == "detector-too-slow"

    assert 2 <= attempts <= 4
    assert len(slow.seen) == 250


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "\r", "\0", "\ud800", "a" * 100_000, "a." * 25_000, "=" * 50_000),
        *("-" * 50_000, "'" * 50_000, "token=" * 10_000, "://" * 10_000, "a@" * 20_000),
        *("1." * 20_000, "{" * 50_000),
    ],
    ids=lambda text: repr(text[:6]),
)
@pytest.mark.parametrize("level", ["secrets", "all"])
def test_hostile_text_is_looked_at_within_the_budget(text: str, level: Level) -> None:
    engine = Engine(budget_ms=30_000)
    engine.warm_up(level)

    for span in engine.spans(text, level=level, cursor=len(text)):
        assert 0 <= span.start < span.end <= len(text)


@given(st.text(alphabet=st.characters(codec="utf-16"), max_size=200))
def test_spans_lie_inside_any_text(text: str) -> None:
    for span in Engine().spans(text, level="secrets", language="yaml", cursor=0):
        assert 0 <= span.start < span.end <= len(text)


def test_loading_a_detector_is_no_part_of_the_budget() -> None:
    now = [0.0]

    class Heavy(Looker):
        def warm_up(self) -> None:
            now[0] += 5_000

    engine = Engine([Heavy()], budget_ms=100, clock=lambda: now[0])

    assert len(engine.spans("a needle", level="secrets")) == 1
    assert now == [5_000]


class Reader:
    """A document detector that counts how often it is asked."""

    name = "reader"

    def __init__(self) -> None:
        self.asked = 0

    def scan_document(self, text: str, *, half_typed: bool) -> Sequence[Span]:
        self.asked += 1
        return []


class GatedReader(Reader):
    keywords = frozenset({"chapter"})
    triggers = ()


def test_a_document_detector_is_asked_where_a_line_of_the_text_holds_its_keyword() -> None:
    reader, always = GatedReader(), Reader()
    engine = Engine([reader, Looker(), always])

    engine.spans("one\ntwo", level="secrets")
    assert (reader.asked, always.asked) == (0, 1)

    for _ in range(2):  # the second time from the cache
        engine.spans("one\nChapter two", level="secrets")
    assert (reader.asked, always.asked) == (2, 3)

    engine.spans("one\ntwo", level="secrets")
    assert (reader.asked, always.asked) == (2, 4)


class Finder(Looker):
    """A looker that finds the first three characters."""

    def scan_line(self, line: Line) -> Sequence[Span]:
        return [Span(0, 3, "secret", "first", "first")]


class Second(Looker):
    """A looker that notes what is known already."""

    name = "second"

    def wants(self, line: Line) -> bool:
        return True

    def scan_line(self, line: Line) -> Sequence[Span]:
        self.seen += [f"{line.text} {span.type} {span.start}-{span.end}" for span in line.found]
        return []


def test_a_detector_is_told_what_those_before_it_have_found_on_the_line() -> None:
    second = Second()

    Engine([Finder(""), second, Finder("")]).spans("abcd\r\nefgh", level="secrets")

    assert second.seen == ["abcd first 0-3", "efgh first 0-3"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_the_same_whatever_ends_them(end: str) -> None:
    looker = Looker()

    Engine([looker]).spans(end.join(["one", "", "two", "x" * 3_000]), level="secrets")

    assert [text[:3] for text in looker.seen if text] == ["one", "two", "xxx", "xxx"]


@pytest.mark.parametrize("lines", [1, 40], ids=["one long line", "many lines"])
def test_filling_gets_on_by_a_line_however_little_time_it_has(lines: int) -> None:
    now = [0.0]

    class Slow(Looker):
        def wants(self, line: Line) -> bool:
            now[0] += 1.0
            return super().wants(line)

    engine = Engine([Slow()], clock=lambda: now[0])
    text = "\n".join(f"{n} needle " * 900 for n in range(lines))

    for _ in range(lines + 1):
        known = engine.fill(text, level="secrets", milliseconds=0.5)

    assert known
