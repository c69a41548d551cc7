"""Views: what detectors see of a text. A text is its own view; a diff has three for each file.

The mark before each line of a diff breaks every rule that goes over lines, and an old line between
two new ones parts what belongs together. So each file in a diff is seen without its marks: all
lines as they stand, then, where lines were taken away and others added, as it was and as it became.

Invariants: every character of a text but the marks is in one of its views; no span that comes back
holds a mark.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import PurePath
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.filekind import FileKind, kind_of

_SUFFIXES: Final = (".diff", ".patch")
_FILE: Final = "diff --"
"""Begins the part of a file. No line of a file can: it would have a mark before it."""

_HUNK: Final = re.compile(r"@@+")
"""One `@` more than there are marks on a line: the diff of a merge has two or more."""

_HUNK_INSIDE: Final = "\n@@ -"
_HEADER: Final = ("--- ", "+++ ")
_DRESS: Final = " \t\r\"'`#>*,;\\"
"""What stands round the lines of one value and is none of it."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a diff.

    Attributes:
        mark: The characters before the line itself; none on lines that are about the diff.
        start: Offset of the line itself in the diff.
        text: The line itself.
    """

    mark: str
    start: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class View:
    """A text for detectors, and the way back to the text that it was made of.

    Attributes:
        text: What is scanned.
        kind: Of the file that it shows.
        rows: Its lines in the diff; none where it is the original text itself.
    """

    text: str = field(repr=False)
    kind: FileKind
    rows: Sequence[_Row] = field(default=(), repr=False)

    def cursor(self, at: int | None) -> int | None:
        """Where a cursor of the original stands here, or None where it stands elsewhere."""
        if at is None or not self.rows:
            return at
        index = bisect_right(self.rows, at, key=lambda row: row.start - len(row.mark)) - 1
        row = self.rows[max(index, 0)]
        column = at - row.start
        if not -len(row.mark) <= column <= len(row.text):
            return None
        return sum(len(row.text) + 1 for row in self.rows[:index]) + max(column, 0)

    def back(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Spans of this view in the original; one that crosses marked lines comes in parts."""
        if not self.rows:
            yield from spans
            return
        starts = list(accumulate((len(row.text) + 1 for row in self.rows), initial=0))
        for span in spans:
            first = bisect_right(starts, span.start) - 1
            last = bisect_right(starts, span.end - 1) - 1
            for at in range(first, last + 1):
                row = self.rows[at]
                begin = max(span.start - starts[at], 0)
                end = min(span.end - starts[at], len(row.text))
                if first != last:
                    begin, end = _undressed(row.text, begin, end)
                if begin < end:
                    yield replace(span, start=row.start + begin, end=row.start + end)


def views(text: str, language: str, path_name: str) -> Iterator[View]:
    """Everything that is to be scanned for one text.

    Args:
        text: A whole document. Where it holds a diff among other things, as a terminal's does, it
            is seen as it stands and as a diff.
        language: LSP language id, possibly empty. What has the id `diff` is read as one.
        path_name: File name, possibly empty; of a diff without file names, the file it is about.
    """
    patch = path_name.lower().endswith(_SUFFIXES)
    if language != "diff" and not patch:
        kind = kind_of(language, path_name)
        yield View(text, kind)
        if _HUNK_INSIDE not in text:
            return
    else:
        kind = kind_of("", path_name) if path_name and not patch else FileKind.VALUES
    for rows in filter(None, _files(text)):
        if rows[0].text.startswith(_FILE):
            kind = kind_of("", PurePath(rows[0].text.rstrip('"\r').rpartition(" ")[2]).name)
        for some in _sides(rows):
            yield View("\n".join(row.text for row in some), kind, some)


def _files(text: str) -> Iterator[list[_Row]]:
    """The lines of a diff: what is said of each file, and then what stands in it."""
    rows: list[_Row] = []
    start, marks, header, body = 0, 1, False, False
    for line in text.split("\n"):
        hunk = _HUNK.match(line)
        if line.startswith(_FILE):
            yield rows
            rows, marks, header, body = [], 1, True, False
        elif hunk:
            marks, header = len(hunk.group()) - 1, False
        mark = "" if header and line.startswith(_HEADER) else _mark(line, marks)
        rows.append(_Row(mark, start + len(mark), line[len(mark) :]))
        start += len(line) + 1
        if hunk and not body:  # the first line of a file may be the head of a table
            yield rows
            rows, body = [], True
    yield rows


def _mark(line: str, longest: int) -> str:
    head = line[:longest]
    return head[: len(head) - len(head.lstrip("+- "))]


def _sides(rows: list[_Row]) -> Iterator[list[_Row]]:
    """A file's lines as they stand, and if both kinds are there, without the new and the old."""
    yield rows
    old = [row for row in rows if "+" not in row.mark]
    new = [row for row in rows if "-" not in row.mark]
    if len(old) < len(rows) and len(new) < len(rows):
        yield old
        yield new


def _undressed(text: str, begin: int, end: int) -> tuple[int, int]:
    """A part of a value on one of several lines, without indentation, quotes and commas."""
    part = text[begin:end]
    begin += len(part) - len(part.lstrip(_DRESS))
    return begin, max(begin + len(part.strip(_DRESS)), begin)
