"""Columns: cells of tables whose head says that they are somebody's.

    first_name,dob        | first name | dob |        INSERT INTO people (first_name, dob) VALUES
    …,…                   | ---------- | --- |          ('…', '…'),
                          | …          | …   |

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
from codegrex_lsp.privacy.detect.lines import WINDOW
from codegrex_lsp.privacy.detect.personal.contacts import reached_by
from codegrex_lsp.privacy.detect.personal.fields import FIELDS
from codegrex_lsp.privacy.detect.personal.keys import phrases, says, spoken
from codegrex_lsp.privacy.detect.personal.numbers import readings

_CSV: Final = r"^[^\s,;\t#/<{(|][^,;\t\n]{0,80}[,;\t][^\s,;]"
_MARKDOWN: Final = r"^[ \t]*\|[^|\n]{1,120}\|"
_SQL: Final = r"^[ \t]*\([^\n]{2,400}\)[,;]?[ \t]*$"
_INSERT: Final = re.compile(
    r"\binto\s+[\w.\"`\[\]]{1,120}\s*\((?P<head>[^()]{1,2000})\)(?:\s*values\b)?", re.IGNORECASE
)
_MOST: Final = 64
"""Columns that are looked at."""

_REACH: Final = 200
"""Rows between a row and its head, where the head is not the first line."""

_HEAD: Final = re.compile(r"[\"'`\[*]{0,2}[^\W\d][\w .\-]{0,40}[\"'`\]*]{0,2}")
_UP_TO_ITS_END: Final = re.compile(r"(?:[^()']|'(?:[^'\\]|\\.|'')*+'){0,800}+\)")
_NAMES: Final = phrases("name; customer; client; contact; user; holder; cardholder; member")
_OF_PEOPLE: Final = phrases(
    "email; e mail; mail; phone; mobile; telephone; card; card number; iban; ssn"
)
"""Heads beside which a `name` is a person's."""

_PHRASES: Final = tuple((field, phrases("; ".join(field.keys))) for field in FIELDS)


class Columns:
    """Rows of CSV, of tables in Markdown and of SQL's INSERT."""

    name = "columns/1"
    level: Level = "all"
    keywords = frozenset({"into"})
    triggers = (_CSV, _MARKDOWN, _SQL)

    def wants(self, line: Line) -> bool:
        """Whether it may be a row; minified code has many, and a part of a line is none."""
        if line.kind is FileKind.FORMS:
            return False
        if "into" in line.lowered:
            return True
        return len(line.text) < WINDOW and any(re.match(row, line.text) for row in self.triggers)

    def scan_line(self, line: Line) -> Sequence[Row | Span]:
        """A clue with every cell that could be of somebody, or spans where the head is here."""
        insert = _INSERT.search(line.text) if "into" in line.lowered else None
        if insert:
            return list(_inserted(line.text, insert))
        found = _row(line.text, 0)
        return [found] if found.cells else []

    def warm_up(self) -> None:
        """Nothing to import."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells that count where their column's head says what they look like.

    Attributes:
        mark: Between the cells; `(` for a row of SQL.
        width: How many cells there are.
        cells: Which column, where it stands, and what its head must say.
    """

    mark: str
    width: int
    cells: tuple[tuple[int, Span, tuple[str, ...]], ...]

    def settle(self, lines: Sequence[str], index: int) -> Iterable[tuple[int, Span]]:
        """The spans of those whose head does."""
        return [(index, span) for span in self.under(_head(lines, index, self.mark))]

    def under(self, heads: Sequence[str]) -> list[Span]:
        """The spans of cells below these heads."""
        if len(heads) != self.width:
            return []
        peopled = any(says(head, _OF_PEOPLE) for head in heads)
        return [
            span
            for at, span, wanted in self.cells
            if says(heads[at], wanted)
            or (peopled and span.type == "person" and says(heads[at], _NAMES))
        ]

    def shifted(self, by: int) -> Row:
        """The same row, further to the right."""
        cells = tuple(
            (at, replace(span, start=span.start + by, end=span.end + by), wanted)
            for at, span, wanted in self.cells
        )
        return replace(self, cells=cells)


# -- cells ----------------------------------------------------------------------------------


def _row(text: str, start: int) -> Row:
    """What stands in the row that begins at `start`, by the mark between its cells."""
    begin = len(text) - len(text[start:].lstrip())
    end = len(text.rstrip())
    mark = text[begin : begin + 1]
    if mark == "(":
        close = _close(text, begin + 1)
        cells = tuple(_cells(text, begin + 1, close if close > 0 else end, ","))
    elif mark == "|":
        cells = tuple(_cells(text, begin + 1, end - text.endswith("|", 0, end), "|"))
    else:
        mark = max(",;\t", key=text.count)
        cells = tuple(_cells(text, start, len(text), mark))
    return Row(mark, len(cells), tuple(_candidates(text, cells)))


def _close(text: str, start: int) -> int:
    """Where a row of SQL ends, which is not in one of its strings; -1 where it does not."""
    end = _UP_TO_ITS_END.match(text, start)
    return end.end() - 1 if end else text.find(")", start)


def _cells(text: str, start: int, end: int, mark: str) -> Iterator[tuple[int, int]]:
    """Where cells stand, without quotes and blanks; a quoted one may hold the mark."""
    quote = ""
    for position in range(start, end):
        character = text[position]
        if quote:
            quote = "" if character == quote else quote
        elif character == '"' or (character == "'" and text[start:position].strip(" N") == ""):
            quote = character
        elif character == mark:
            yield _bare(text, start, position)
            start = position + 1
    yield _bare(text, start, end)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \t\"'`*":
        start += 1
    while end > start and text[end - 1] in " \t\"'`*\r":
        end -= 1
    return start, end


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
        for type_, said in reached_by(cell):
            yield at, Span(start, end, "pii", type_, "column", 0.7), said


def _inserted(text: str, insert: re.Match[str]) -> Iterator[Span]:
    """The rows behind an INSERT on its own line."""
    heads = _spoken(insert["head"], ",")
    position = text.find("(", insert.end())
    for _ in range(_MOST):
        if position < 0:
            return
        yield from _row(text, position).under(heads)
        position = text.find("(", _close(text, position + 1) + 1 or len(text))


# -- heads ----------------------------------------------------------------------------------

_KNOWN: Final[dict[tuple[int, str], tuple[str, ...]]] = {}
"""Heads by the hash of their line: a first line may hold values, so its text is not kept."""


def _head(lines: Sequence[str], index: int, mark: str) -> tuple[str, ...]:
    """What the head above a row says, cell by cell; nothing where there is none."""
    if mark not in "(|":
        return _first(lines, index, mark)
    for above in range(index - 1, max(index - _REACH, -1), -1):
        line = lines[above].strip()
        if mark == "|" and re.fullmatch(r"[|:\- \t]{3,}", line) and above:
            return _known(lines[above - 1].strip().strip("|"), mark)
        if mark == "(" and (insert := _INSERT.search(line)):
            return _known(insert["head"], ",")
        if not line.startswith(mark) and not line.lower().startswith("values"):
            return ()
    return ()


def _first(lines: Sequence[str], index: int, mark: str) -> tuple[str, ...]:
    """The first line of a file that is a table, or else of the block that the row is in."""
    count = lines[index].count(mark)
    for first in range(min(3, index)):
        if lines[first].count(mark) == count:
            return _known(lines[first], mark)
    top = index
    while top and index - top < _REACH and lines[top - 1].count(mark) == count:
        top -= 1
    return _known(lines[top], mark) if top < index else ()


def _known(line: str, mark: str) -> tuple[str, ...]:
    key = (hash(line), mark)
    if key not in _KNOWN:
        if len(_KNOWN) > 256:
            _KNOWN.clear()
        _KNOWN[key] = _spoken(line, mark)
    return _KNOWN[key]


def _spoken(line: str, mark: str) -> tuple[str, ...]:
    names = [name.strip() for name in line[:4_096].strip("\r\ufeff").split(mark)]
    return tuple(map(spoken, names)) if all(map(_HEAD.fullmatch, names)) else ()
