"""Clues: what one line holds and only its neighbours explain.

A line's result is cached by its text alone, so it can not depend on other lines. Where it must, a
detector returns a clue beside its spans, and the engine settles it against the document each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from codegrex_lsp.privacy.detect import Span


@runtime_checkable
class Clue(Protocol):
    """Something on a line that needs other lines. Holds no text of its own."""

    def settle(self, lines: Sequence[str], index: int) -> Iterable[tuple[int, Span]]:
        """Spans with the index of their line, in time linear in the lines looked at.

        Args:
            lines: The document, split at `\\n`.
            index: The clue's own line.
        """
        ...

    def shifted(self, by: int) -> Clue:
        """The same clue, so many characters further to the right."""
        ...


@dataclass(frozen=True, slots=True)
class Near:
    """A span that counts where one of `words` stands at most `above` lines above it."""

    span: Span
    words: tuple[str, ...]
    above: int

    def settle(self, lines: Sequence[str], index: int) -> Iterable[tuple[int, Span]]:
        """The span, or nothing."""
        for line in lines[max(index - self.above, 0) : index]:
            lowered = line.lower()
            if any(word in lowered for word in self.words):
                return [(index, self.span)]
        return []

    def shifted(self, by: int) -> Near:
        """The same, further to the right."""
        span = replace(self.span, start=self.span.start + by, end=self.span.end + by)
        return replace(self, span=span)


@dataclass(frozen=True, slots=True)
class Mark:
    """That a line holds a keyword of some document detectors, which are asked for no other text.

    Attributes:
        detectors: Which, as bits in their order.
    """

    detectors: int
