"""The window around the cursor: how much before it and after it a model gets to see.

The start of the window moves in coarse steps, so that a keystroke changes only the end of the
prefix and a model server can go on from its prompt cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CHARACTERS_PER_TOKEN: Final = 3
"""A low estimate for code, so that a budget in tokens is kept; measured tokenisers give 3 to 4."""

PREFIX_SHARE: Final = 0.6
SUFFIX_SHARE: Final = 0.2
STEPS: Final = 4
"""The window's start jumps by this fraction of the prefix budget."""


@dataclass(frozen=True, slots=True)
class Window:
    """Offsets in characters: prefix is [start, cursor), suffix is [cursor, end)."""

    start: int
    cursor: int
    end: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Characters for each part of a prompt."""

    prefix: int
    suffix: int
    neighbours: int

    @classmethod
    def of_tokens(cls, tokens: int, *, neighbours: bool) -> Budget:
        """Share out `tokens`; without neighbours the prefix takes their part."""
        total = max(tokens, 64) * CHARACTERS_PER_TOKEN
        prefix, suffix = int(total * PREFIX_SHARE), int(total * SUFFIX_SHARE)
        rest = total - prefix - suffix
        return cls(prefix, suffix, rest) if neighbours else cls(prefix + rest, suffix, 0)


def around(text: str, cursor: int, budget: Budget) -> Window:
    """The window of `text` around `cursor`, cut at line ends where lines are not too long.

    Args:
        text: The whole document.
        cursor: Offset in characters, 0 to len(text).
        budget: Upper bounds in characters.
    """
    return Window(_start(text, cursor, budget.prefix), cursor, _end(text, cursor, budget.suffix))


def _start(text: str, cursor: int, size: int) -> int:
    if cursor <= size:
        return 0
    step = max(size // STEPS, 1)
    # The first multiple of the step that leaves at most `size` characters before the cursor.
    start = -(-(cursor - size) // step) * step
    line_start = text.find("\n", start - 1, cursor) + 1
    return line_start if start <= line_start <= start + step else start


def _end(text: str, cursor: int, size: int) -> int:
    if len(text) - cursor <= size:
        return len(text)
    line_end = text.rfind("\n", cursor, cursor + size) + 1
    return line_end if line_end > cursor else cursor + size
