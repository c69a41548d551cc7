"""Offsets in characters ↔ LSP positions, in utf-8, utf-16 and utf-32. Pure arithmetic.

Sources: LSP 3.17, "Text Documents" and "Position". A line ends at LF, CRLF or a lone CR, and at
nothing else: form feed, vertical tab, NEL and the Unicode separators are ordinary characters
(`str.splitlines` thinks otherwise, so it is not used). A column beyond the end of a line means the
end of the line, before its ending; a line beyond the text means the end of the text; a column
inside a character means the start of that character.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from enum import StrEnum
from typing import Final, NamedTuple


class Encoding(StrEnum):
    """The unit in which an editor counts columns, by its LSP name."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


class Place(NamedTuple):
    """A position as LSP counts it: 0-based line, and column in units of the encoding."""

    line: int
    column: int


_LINE_END: Final = re.compile(r"\r\n|\n|\r")


class LineIndex:
    """Where the lines of one text begin. Frozen; an edit makes another one."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str, starts: list[int] | None = None) -> None:
        self._text = text
        self._starts = [0, *_starts_within(text, 0, len(text))] if starts is None else starts

    @property
    def text(self) -> str:
        """The text that this index describes."""
        return self._text

    @property
    def lines(self) -> int:
        """Number of lines; a text that ends in a line ending has an empty last line."""
        return len(self._starts)

    def offset(self, line: int, column: int, encoding: Encoding) -> int:
        """Characters before a position. Positions outside the text are clamped to it.

        Args:
            line: 0-based; below 0 counts as the start of the text.
            column: In units of `encoding`; below 0 counts as 0.
            encoding: The unit agreed with the editor.
        """
        if line < 0:
            return 0
        if line >= len(self._starts):
            return len(self._text)
        start = self._starts[line]
        end = self._content_end(line)
        return start + _characters(self._text, start, end, max(column, 0), encoding)

    def place(self, offset: int, encoding: Encoding) -> Place:
        """The position of a character offset, which is clamped to the text."""
        offset = min(max(offset, 0), len(self._text))
        line = bisect_right(self._starts, offset) - 1
        return Place(line, _units(self._text[self._starts[line] : offset], encoding))

    def edited(self, start: int, end: int, inserted: str) -> LineIndex:
        """The index after the characters from `start` up to `end` became `inserted`.

        Looks again only at the lines touched and the one before, whose `\\r` a new `\\n` may join.
        """
        text = self._text[:start] + inserted + self._text[end:]
        first = max(bisect_right(self._starts, start) - 2, 0)
        behind = bisect_right(self._starts, end)
        grown = len(inserted) - (end - start)
        if behind < len(self._starts):
            scan_end = self._starts[behind] + grown
            rest = [at + grown for at in self._starts[behind + 1 :]] if grown else None
            tail = self._starts[behind + 1 :] if rest is None else rest
        else:
            scan_end, tail = len(text), []
        fresh = _starts_within(text, self._starts[first], scan_end)
        return LineIndex(text, [*self._starts[: first + 1], *fresh, *tail])

    def _content_end(self, line: int) -> int:
        """End of a line's content, before its ending."""
        if line + 1 >= len(self._starts):
            return len(self._text)
        end = self._starts[line + 1] - 1
        if self._text[end] == "\n" and end > self._starts[line] and self._text[end - 1] == "\r":
            end -= 1
        return end


def _starts_within(text: str, start: int, end: int) -> list[int]:
    """Offsets just behind each line ending between `start` and `end`."""
    return [match.end() for match in _LINE_END.finditer(text, start, end)]


def _characters(text: str, start: int, end: int, column: int, encoding: Encoding) -> int:
    """Whole characters within `column` units of text[start:end].

    A character takes at least one unit, so no more than `column` characters matter.
    """
    run = text[start : min(end, start + column)]
    if encoding is Encoding.UTF32 or run.isascii():
        return len(run)
    if encoding is Encoding.UTF8:
        return len(run.encode("utf-8")[:column].decode("utf-8", "ignore"))
    return len(run.encode("utf-16-le")[: 2 * column].decode("utf-16-le", "ignore"))


def _units(run: str, encoding: Encoding) -> int:
    """Length of a run of one line in units of `encoding`."""
    if encoding is Encoding.UTF32 or run.isascii():
        return len(run)
    if encoding is Encoding.UTF8:
        return len(run.encode("utf-8"))
    return len(run.encode("utf-16-le")) // 2
