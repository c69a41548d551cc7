"""National numbers in a line: shapes in one pattern, then a check, then perhaps a key."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from string import ascii_uppercase
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.clues import Clue
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.personal.above import Above, is_plain_value
from codegrex_lsp.privacy.detect.personal.keys import phrases, says, spoken
from codegrex_lsp.privacy.detect.personal.national import GENERIC, National, load

NEAR: Final = 160
"""Characters before and after a number in which its key may stand."""

_TRIGGER: Final = r"[0-9](?:[A-Z .\-/(]{0,3}[0-9]){3}"
_SEPARATORS: Final = str.maketrans("", "", " .-/()+")
_TENS: Final = {"K": "K", "X": "K", "k": "k", "x": "k"}
_SYMBOLS: Final = {"9": "[0-9]", "A": "[A-Z]", "Z": "[0-9A-Z]", "K": "[0-9KkXx]"}


BEGIN: Final = r"(?:(?<!\w)|(?<=\\[nrt])|(?<=%[0-9A-F]{2}))"
"""Where a number may begin: also behind an escape of a string or a URL, which ends in a letter."""


class NationalNumbers:
    """Every row of `national.toml`."""

    name = "national/1"
    level: Level = "all"
    keywords = frozenset({"ausweis", "reisepass"})
    """Beside these, numbers may have few digits."""

    triggers = (_TRIGGER,)

    def wants(self, line: Line) -> bool:
        """Whether there are digits enough, close together."""
        return re.search(_TRIGGER, line.text) is not None or any(
            word in line.lowered for word in self.keywords
        )

    def scan_line(self, line: Line) -> Sequence[Span | Clue]:
        """Spans of numbers whose check is right and that have a key, if they need one."""
        spans: list[Span | Clue] = []
        for start, end, rows in _written(line.text):
            row = _row_of(rows, line.text, start, end)
            if row is None:
                spans += _below_its_key(rows, line, start, end)
            else:
                spans.append(Span(start, end, "pii", row.type, f"national/{row.type}", 0.85))
        return spans

    def warm_up(self) -> None:
        """Build the pattern."""
        _tables()


def readings(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What all of `text` may be by its shape and check: the type, and what a key must say."""
    compact = text.translate(_SEPARATORS).upper()
    for start, end, rows in _written(text):
        if (start, end) == (0, len(text)):
            yield from ((row.type, row.keys) for row in rows if row.keys and row.check(compact))


class _Row:
    """A row for one shape."""

    def __init__(self, row: National, *, needs_key: bool) -> None:
        self.type = row.type
        self.check = row.check
        self.keys = phrases(";".join((*row.keys, GENERIC))) if needs_key else ()


def _row_of(rows: Iterable[_Row], text: str, start: int, end: int) -> _Row | None:
    """The first row whose check the number passes and whose key, if any, stands near."""
    compact = text[start:end].translate(_SEPARATORS).upper()
    said = ""
    for row in rows:
        if row.check(compact):
            if not row.keys:
                return row
            said = said or spoken(text[max(start - NEAR, 0) : start] + " " + text[end : end + NEAR])
            if says(said, row.keys):
                return row
    return None


def _below_its_key(rows: Iterable[_Row], line: Line, start: int, end: int) -> list[Above]:
    """A clue for each row that the line above may name."""
    if not is_plain_value(line):
        return []
    compact = line.text[start:end].translate(_SEPARATORS).upper()
    return [
        Above(Span(start, end, "pii", row.type, f"national/{row.type}", 0.8), row.keys)
        for row in rows
        if row.check(compact)
    ]


@cache
def _tables() -> tuple[re.Pattern[str], dict[str, tuple[_Row, ...]]]:
    """The pattern of all shapes, and the rows of each."""
    rows: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in load():
        for shape in (*row.keyed, *row.alone):
            rows[shape].append(_Row(row, needs_key=True))
    for row in load():
        for shape in row.alone:
            rows[shape].append(_Row(row, needs_key=False))
    tree = _tree_pattern(tuple(rows))
    pattern = re.compile(rf"{BEGIN}(?<![+$])(?<![0-9][.\-/]){tree}(?!\w)(?![.\-/][0-9])")
    return pattern, {shape: tuple(known) for shape, known in rows.items()}


def _written(text: str) -> Iterable[tuple[int, int, tuple[_Row, ...]]]:
    """Where something of a known shape stands, and the rows that it may be."""
    pattern, _ = _tables()
    for match in pattern.finditer(text):
        yield match.start(), match.end(), _readings(_skeleton(match.group()))


@lru_cache(4_096)
def _readings(skeleton: str) -> tuple[_Row, ...]:
    """The rows with a shape that this skeleton has: those that want a key first.

    Beside its key a number is what the key says, whatever else its digits would allow.
    """
    _, shapes = _tables()
    rows = [one for shape, known in shapes.items() if _has_shape(skeleton, shape) for one in known]
    return tuple(sorted(rows, key=lambda row: not row.keys))


def _skeleton(text: str) -> str:
    """Digits as 9, letters as A, those that may stand for ten as K or, if small, k."""
    return text.translate(_SKELETON)


_SKELETON: Final = str.maketrans(
    {**dict.fromkeys("0123456789", "9"), **dict.fromkeys(ascii_uppercase, "A"), **_TENS}
)
_MEANS: Final = {"9": "9", "A": "AK", "Z": "9AK", "K": "9Kk"}


def _has_shape(skeleton: str, shape: str) -> bool:
    return len(skeleton) == len(shape) and all(
        have in _MEANS.get(want, want) for have, want in zip(skeleton, shape, strict=True)
    )


def _tree_pattern(shapes: Iterable[str]) -> str:
    """One pattern for all shapes, forked where they differ, the longest first."""
    below: defaultdict[str, list[str]] = defaultdict(list)
    ends = False
    for shape in shapes:
        if shape:
            below[shape[0]].append(shape[1:])
        else:
            ends = True
    if not below:
        return ""
    branches = [_SYMBOLS.get(c, re.escape(c)) + _tree_pattern(rest) for c, rest in below.items()]
    return f"(?:{'|'.join(branches)})" + ("?" if ends else "")
