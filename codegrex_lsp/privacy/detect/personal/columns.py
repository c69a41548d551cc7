"""Columns: cells of CSV whose head, on the first line, says that they are somebody's.

What a cell may be is decided by its looks, once for each line; whether its head says so is asked
of the document each time, which costs a look-up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.personal.fields import FIELDS
from codegrex_lsp.privacy.detect.personal.keys import phrases, says, spoken
from codegrex_lsp.privacy.detect.personal.numbers import readings

_ROW: Final = r"^[^\s,;\t#/<{][^,;\t\n]{0,80}[,;\t][^\s,;]"
_MOST: Final = 64
"""Columns that are looked at."""

_HEAD: Final = re.compile(r"[\"']?[^\W\d][\w .\-]{0,40}[\"']?")
_PHRASES: Final = tuple((field, phrases("; ".join(field.keys))) for field in FIELDS)


class Columns:
    """Rows of CSV, with commas, semicolons or tabs."""

    name = "columns/1"
    level: Level = "all"
    keywords: frozenset[str] = frozenset()
    triggers = (_ROW,)

    def wants(self, line: Line) -> bool:
        """Whether it may be a row; minified code has many that are none."""
        return line.kind is not FileKind.FORMS and re.match(_ROW, line.text) is not None

    def scan_line(self, line: Line) -> Sequence[Row]:
        """A clue with every cell that could be of somebody."""
        mark = max(",;\t", key=line.text.count)
        cells = tuple(_cells(line.text, mark))
        found = tuple(_candidates(line.text, cells))
        return [Row(mark, len(cells), found)] if found else []

    def warm_up(self) -> None:
        """Nothing to import."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells that count where their column's head says what they look like.

    Attributes:
        mark: Between the cells.
        width: How many cells there are.
        cells: Which column, where it stands, and what its head must say.
    """

    mark: str
    width: int
    cells: tuple[tuple[int, Span, tuple[str, ...]], ...]

    def settle(self, lines: Sequence[str], index: int) -> Iterable[tuple[int, Span]]:
        """The spans of those whose head does."""
        heads = _heads(lines[0], self.mark) if index else ()
        if len(heads) != self.width:
            return []
        return [(index, span) for at, span, wanted in self.cells if says(heads[at], wanted)]

    def shifted(self, by: int) -> Row:
        """The same row, further to the right."""
        cells = tuple(
            (at, replace(span, start=span.start + by, end=span.end + by), wanted)
            for at, span, wanted in self.cells
        )
        return replace(self, cells=cells)


def _candidates(
    text: str, cells: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, Span, tuple[str, ...]]]:
    for at, (start, end) in enumerate(cells[:_MOST]):
        cell = text[start:end]
        for field, said in _PHRASES:
            if field.is_value(cell):
                yield at, Span(start, end, "pii", field.type, "column", 0.7), said
        for type_, said in readings(cell):
            yield at, Span(start, end, "pii", type_, "column", 0.8), said


def _cells(text: str, mark: str) -> Iterator[tuple[int, int]]:
    """Where cells stand, without quotes and blanks; a quoted one may hold the mark."""
    start, quoted = 0, False
    for position, character in enumerate((*text, mark)):
        if character == '"':
            quoted = not quoted
        elif character == mark and (not quoted or position == len(text)):
            yield _bare(text, start, position)
            start = position + 1


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \"'":
        start += 1
    while end > start and text[end - 1] in " \"'\r":
        end -= 1
    return start, end


_KNOWN: Final[dict[tuple[int, str], tuple[str, ...]]] = {}
"""Heads by the hash of their line: a first line may hold values, so its text is not kept."""


def _heads(line: str, mark: str) -> tuple[str, ...]:
    """What the cells of a head say; nothing where the first line is none."""
    key = (hash(line), mark)
    if key not in _KNOWN:
        if len(_KNOWN) > 256:
            _KNOWN.clear()
        names = line[:4_096].strip("\r\ufeff").split(mark)
        is_head = all(_HEAD.fullmatch(name.strip()) for name in names)
        _KNOWN[key] = tuple(map(spoken, names)) if is_head else ()
    return _KNOWN[key]
