"""Lines, windows of long lines, and merging: the arithmetic of offsets.

Offsets are positions in a `str`. Terminators are `\\n`, `\\r\\n` and `\\r`, as LSP has it, and no
other: `str.splitlines` also splits at form feeds and would shift every column after one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from codegrex_lsp.privacy.detect import Span

WINDOW: Final = 2_048
"""Characters of a line that detectors see at once."""

OVERLAP: Final = 512
"""Characters that neighbouring windows share: longer than any token whose form is fixed."""

_TOKEN: Final = re.compile(r"[\w\-./+=~]*")


def lower_keeping_length(text: str) -> str:
    """Lower case, character for character.

    `İ` is the one character whose lower case is two; here it is `i`.
    """
    return text.replace("\u0130", "i").lower()


def pieces(chunk: str) -> Iterator[tuple[int, str]]:
    """What detectors see of the text between two `\\n`, with the offset of each part.

    A lone `\\r` ends a line too; a line longer than `WINDOW` comes in overlapping parts.
    """
    if len(chunk) <= WINDOW and chunk.find("\r") in (-1, len(chunk) - 1):
        yield 0, chunk.removesuffix("\r")
        return
    offset = 0
    for text in chunk.split("\r"):
        for start in range(0, max(len(text) - OVERLAP, 1), WINDOW - OVERLAP):
            if text:
                yield offset + start, text[start : start + WINDOW]
        offset += len(text) + 1


def parts_of(chunks: Sequence[str]) -> tuple[Sequence[int], Sequence[int], Sequence[str]]:
    """Whose part it is, where it begins there, and its text, for all parts of all lines."""
    if max(map(len, chunks)) <= WINDOW:
        plain = chunks
        if "\r" in "".join(chunks):
            plain = [chunk.removesuffix("\r") for chunk in chunks]
        if plain is chunks or "\r" not in "".join(plain):
            return range(len(chunks)), [0] * len(chunks), plain
    owners: list[int] = []
    offsets: list[int] = []
    texts: list[str] = []
    for owner, chunk in enumerate(chunks):
        for offset, text in pieces(chunk):
            owners.append(owner)
            offsets.append(offset)
            texts.append(text)
    return owners, offsets, texts


def shifted(span: Span, by: int) -> Span:
    """The same span, so many characters further to the right."""
    if not by:
        return span
    return Span(span.start + by, span.end + by, span.kind, span.type, span.rule, span.confidence)


LONGEST_VALUE: Final = 262_144
"""Characters in which the end of a value is looked for. Bounds the time of a very long line."""


def beyond(chunk: str, offset: int, part: str) -> str:
    """What follows a part of a long line in that line; empty behind the last."""
    if len(part) < WINDOW:
        return ""
    end = offset + len(part)
    return chunk[end : end + LONGEST_VALUE].partition("\r")[0]


class Tokens:
    """The tokens of one chunk that windows may have cut.

    Args:
        chunk: The text that the windows were taken from.
    """

    def __init__(self, chunk: str) -> None:
        self._chunk = chunk
        self._start = self._end = 0

    def whole(self, span: Span, window_start: int) -> Span:
        """`span`, grown over the token that a window cut at one of its edges.

        Args:
            span: Relative to the chunk.
            window_start: Offset in the chunk of the window in which it was found.
        """
        start, end = span.start, span.end
        if start == window_start and start > 0:
            start = self._around(start)[0]
        if end == window_start + WINDOW:
            end = self._around(end)[1]
        return (
            span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end)
        )

    def _around(self, at: int) -> tuple[int, int]:
        """The token on both sides of a place. It is kept: many windows may cut the same one."""
        if not self._start < at <= self._end:
            self._start = self._end = at
            while self._start > 0:
                before = self._chunk[max(self._start - WINDOW, 0) : self._start][::-1]
                found = _TOKEN.match(before)
                self._start -= found.end() if found else 0
                if not found or found.end() < len(before):
                    break
            after = _TOKEN.match(self._chunk, at)
            self._end = after.end() if after else at
        return self._start, self._end


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sorted, and without overlap: spans that share a character become one.

    The union keeps the type of a secret before that of personal data, then of the surer, then of
    the longer span.
    """
    result: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.end <= span.start:
            continue
        if result and span.start < result[-1].end:
            last = result.pop()
            won = max(last, span, key=_weight)
            end = max(last.end, span.end)
            span = Span(last.start, end, won.kind, won.type, won.rule, won.confidence)
        result.append(span)
    return tuple(result)


def _weight(span: Span) -> tuple[bool, float, int]:
    return span.kind == "secret", span.confidence, span.end - span.start
