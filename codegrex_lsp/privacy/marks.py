"""Marks: what in a text looks like our own or like a model's: placeholders and control tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Final

from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.detect import automaton
from codegrex_lsp.privacy.shapes import MARKER
from codegrex_lsp.values.control_tokens import CONTROL_TOKENS

_TOKENS: Final = tuple(sorted(CONTROL_TOKENS))
_OURS: Final = ("cg_", "cG_", "Cg_", "CG_")
_KEPT: Final = 64

MOST: Final = 10_000
"""Marks of one text. What has more is not written for people, and not looked at."""

_PART: Final = 65_536
"""Characters of a text that are read at once."""

_LONGEST: Final = 64
"""Characters that parts share: no mark is longer."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Of one text.

    Attributes:
        control: Where the inside of each control token begins and ends. The brackets stay out, so
            that code keeps its form and a placeholder in them stands alone.
        quoted: Strings of a placeholder's shape, in lower case.
    """

    control: tuple[tuple[int, int], ...]
    quoted: frozenset[str] = field(repr=False)


class MarkReader:
    """Reads texts, and remembers of the last ones what it found, but not the text."""

    def __init__(self) -> None:
        self._known: dict[int, Marks] = {}

    def read(self, text: str) -> Marks:
        """The marks of a text.

        Raises:
            DetectorFailed: There are more than `MOST`.
        """
        key = hash(text)
        marks = self._known.pop(key, None) or _read(text)
        self._known[key] = marks
        if len(self._known) > _KEPT:
            self._known.pop(next(iter(self._known)))
        return marks


@cache
def _finder() -> automaton.Finder:
    return automaton.build((*_TOKENS, *_OURS))


def _read(text: str) -> Marks:
    tokens: list[tuple[int, int]] = []
    quoted: set[str] = set()
    for begin in range(0, len(text), _PART):
        part = text[begin : begin + _PART + _LONGEST]
        hits = [(word, start) for word, start in _finder()(part) if start < _PART]
        tokens += (
            (begin + start, begin + start + len(_TOKENS[word]))
            for word, start in hits
            if word < len(_TOKENS)
        )
        if any(word >= len(_TOKENS) for word, _ in hits):
            quoted.update(match.group().lower() for match in MARKER.finditer(part))
        if len(tokens) + len(quoted) > MOST:
            raise DetectorFailed(
                "there are too many marks in a text to look at all", code="detector-too-slow"
            )
    return Marks(_first_and_longest(tokens), frozenset(quoted))


def _first_and_longest(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    chosen: list[tuple[int, int]] = []
    end = 0
    for start, stop in sorted(ranges, key=lambda found: (found[0], -found[1])):
        if start >= end:
            chosen.append((start + 1, stop - 1))
            end = stop
    return tuple(chosen)
