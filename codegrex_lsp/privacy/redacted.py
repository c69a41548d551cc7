"""Redacted: a text after redaction, and where each of its characters was before."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from codegrex_lsp.values.sealed import Sealed

Kind = Literal["secret", "pii", "control"]


@dataclass(frozen=True, slots=True)
class Replacement:
    """One run of characters and what stands in for it. The value itself is not here.

    Attributes:
        start: First replaced character of the original.
        end: One past the last.
        new_start: Where the placeholder begins in the redacted text.
        placeholder: What stands there.
        kind: `secret`, `pii`, or `control` for a model's control token, which is not reported.
        type: As in `Span`.
        rule: As in `Span`.
        first: False for the second and later lines of a value that crosses lines.
    """

    start: int
    end: int
    new_start: int
    placeholder: str
    kind: Kind
    type: str
    rule: str
    first: bool = True

    @property
    def new_end(self) -> int:
        """One past the placeholder in the redacted text."""
        return self.new_start + len(self.placeholder)


@dataclass(frozen=True, slots=True)
class Redacted:
    """A whole text after redaction.

    Attributes:
        text: The redacted text.
        replacements: In order.
        issued: Placeholder → value for this text. It goes to a Restorer and nowhere else.
        quoted: Placeholder-like strings that stood in the original.
    """

    text: Sealed
    replacements: tuple[Replacement, ...]
    issued: Mapping[str, str] = field(repr=False)
    quoted: frozenset[str] = frozenset()

    def to_redacted(self, offset: int, *, after: bool = False) -> int:
        """Where an offset of the original is now, in characters.

        Args:
            offset: In the original; inside a replaced run it moves to one of its edges.
            after: To the placeholder's end instead of its start.
        """
        index = bisect_right(self.replacements, offset, key=lambda r: r.start) - 1
        if index < 0:
            return offset
        last = self.replacements[index]
        if offset >= last.end:
            return last.new_end + offset - last.end
        return last.new_end if after and offset > last.start else last.new_start

    def to_original(self, offset: int, *, after: bool = False) -> int:
        """Where an offset of the redacted text was, in characters.

        Args:
            offset: In the redacted text; inside a placeholder it moves to an edge of its value.
            after: To the value's end instead of its start.
        """
        index = bisect_right(self.replacements, offset, key=lambda r: r.new_start) - 1
        if index < 0:
            return offset
        last = self.replacements[index]
        if offset >= last.new_end:
            return last.end + offset - last.new_end
        return last.end if after and offset > last.new_start else last.start

    def range_in_original(self, start: int, end: int) -> tuple[int, int]:
        """A range of the redacted text, such as an edit's; a value at its edge goes whole."""
        return self.to_original(start), self.to_original(end, after=True)

    def cut(self, start: int, end: int) -> str:
        """The redacted form of a range of the original; a placeholder at its edge stays whole."""
        return self.text.reveal()[self.to_redacted(start) : self.to_redacted(end, after=True)]

    def within(self, start: int, end: int) -> tuple[Replacement, ...]:
        """Replacements that touch a range of the original."""
        return tuple(r for r in self.replacements if r.start < end and r.end > start)
