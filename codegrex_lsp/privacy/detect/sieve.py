"""Sieve: which lines does which detector want to see? One pass over all new lines at once.

Looking at each line with each detector costs microseconds a line; here most lines cost nothing of
their own, because keywords and triggers are looked for in the joined text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from codegrex_lsp.privacy.detect import automaton
from codegrex_lsp.privacy.detect.detector import (
    Check,
    Checking,
    DocumentDetector,
    Gated,
    LineDetector,
)
from codegrex_lsp.privacy.detect.lines import lower_keeping_length
from codegrex_lsp.privacy.detect.patterns import has_alternatives


@dataclass(slots=True)
class Sifted:
    """One text that somebody wants to see.

    Attributes:
        index: Which of the texts.
        detectors: Who wants to see it, in the order of the detectors.
        lowered: Its lower case, of the same length.
        words: The keywords that stand in it.
        documents: The document detectors that want to see the text it stands in, as bits.
    """

    index: int
    detectors: tuple[LineDetector, ...]
    lowered: str = field(repr=False)
    words: frozenset[str] = field(repr=False)
    documents: int


MOST_CHECKS: Final = 64
"""Checks on one line. Where keywords stand again and again, whoever asks is shown the line."""


@dataclass(slots=True)
class _Word:
    """A keyword: who wants to see its line at once, and who only where a check says so, as bits."""

    text: str = field(repr=False)
    mask: int = 0
    unsure: int = 0
    checks: list[tuple[Check, int]] = field(default_factory=list)

    def asked(self, joined: str, at: int, end: int) -> int:
        """Who wants to see a line with the keyword at this place, of those who are not sure."""
        mask = 0
        for check, bit in self.checks:
            if check(joined, at, end):
                mask |= bit
        return mask


class _Row:
    """What is known of one text: its keywords, by number, and who wants to see it, as bits."""

    __slots__ = ("checks", "mask", "words")

    def __init__(self) -> None:
        self.words: set[int] = set()
        self.mask = 0
        self.checks = 0


class _Rows:
    """Those of the joined texts of which something is known, by the offset of their ends."""

    def __init__(self, joined: str) -> None:
        self.joined = joined
        self.known: dict[int, _Row] = {}

    def at(self, offset: int) -> tuple[int, _Row]:
        """Where the text ends in which the offset lies, and its row."""
        end = self.joined.find("\n", offset)
        if end < 0:
            end = len(self.joined)
        row = self.known.get(end)
        if row is None:
            row = self.known[end] = _Row()
        return end, row

    def start(self, end: int) -> int:
        """Where the text begins that ends there."""
        return self.joined.rfind("\n", 0, end) + 1

    def add_all(self) -> None:
        """Make a row for every text."""
        end = -1
        while end < len(self.joined):
            end, _ = self.at(end + 1)


class Sieve:
    """Built once for a set of detectors; building reads their keywords.

    Args:
        detectors: A detector that is not `Gated` gets to see every line.
        documents: Of these only the `Gated` ones matter here.
    """

    def __init__(
        self, detectors: Sequence[LineDetector], documents: Sequence[DocumentDetector] = ()
    ) -> None:
        self._detectors = tuple(detectors)
        self._always = 0
        words: dict[str, _Word] = {}
        triggers: list[tuple[str, int]] = []
        for at, detector in enumerate((*detectors, *documents)):
            bit = 1 << at
            if not isinstance(detector, Gated):
                self._always |= bit if at < len(detectors) else 0
                continue
            checks = detector.checks if isinstance(detector, Checking) else {}
            for text in detector.keywords:
                word = words.setdefault(text, _Word(text))
                if check := checks.get(text):
                    word.checks.append((check, bit))
                    word.unsure |= bit
                else:
                    word.mask |= bit
            triggers += ((trigger, bit) for trigger in detector.triggers)
        self._words = tuple(words.values())
        self._find = automaton.build(tuple(words))
        self._triggers = tuple(_grouped(triggers))
        self._chosen: dict[int, tuple[LineDetector, ...]] = {}

    def sift(self, texts: Sequence[str], *, checking: bool = True) -> Iterator[Sifted]:
        """The texts that somebody wants to see, in their order.

        Args:
            texts: None may hold a `\\n`.
            checking: Whether the checks of keywords count; they know whole values only.
        """
        joined = "\n".join(texts)
        lowered = lower_keeping_length(joined)
        rows = _Rows(joined)
        self._by_keyword(lowered, rows, checking)
        for trigger in self._triggers:
            trigger.look(rows)
        if self._always:
            rows.add_all()
        index = last = 0
        for end in sorted(rows.known):
            row = rows.known[end]
            if mask := row.mask | self._always:
                index += joined.count("\n", last, end)
                last = end
                yield Sifted(
                    index,
                    self._choice(mask),
                    lowered[rows.start(end) : end],
                    frozenset([self._words[number].text for number in row.words]),
                    mask >> len(self._detectors),
                )

    def _by_keyword(self, lowered: str, rows: _Rows, checking: bool) -> None:
        """Put down each keyword in the row of its text, and who asked for it."""
        words, joined = self._words, rows.joined
        end, row = -1, _Row()
        for number, at in self._find(lowered):
            if at >= end:
                end, row = rows.at(at)
            word = words[number]
            if number not in row.words:
                row.words.add(number)
                row.mask |= word.mask
            if word.unsure & ~row.mask:
                row.checks += 1
                sure = not checking or row.checks > MOST_CHECKS
                row.mask |= word.unsure if sure else word.asked(joined, at, end)

    def _choice(self, mask: int) -> tuple[LineDetector, ...]:
        chosen = self._chosen.get(mask)
        if chosen is None:
            pairs = enumerate(self._detectors)
            chosen = tuple(detector for at, detector in pairs if mask >> at & 1)
            self._chosen[mask] = chosen
        return chosen


# -- triggers -------------------------------------------------------------------------------

_HEAD: Final = re.compile(r"\^|\[[^\]\\]+\]")
"""The beginning of a trigger that many share, and that is dear to look for."""


class _Triggers:
    """Triggers that begin alike, looked for in one pass.

    Args:
        head: How they begin, or empty for one that begins in its own way.
        triggers: Each with the bit of its detector.
    """

    def __init__(self, head: str, triggers: Sequence[tuple[str, int]]) -> None:
        patterns = [pattern for pattern, _ in triggers]
        self._behind_break = head == "^"
        if self._behind_break:  # a search for a character is thrice as fast as one for a place
            rest = "|".join(pattern.removeprefix("^") for pattern in patterns)
            self._any = re.compile(f"\n(?:{rest})", re.MULTILINE)
        else:
            self._any = re.compile("|".join(patterns), re.MULTILINE)
        self._each = [(re.compile(pattern), bit) for pattern, bit in triggers]
        self._only = triggers[0][1] if len({bit for _, bit in triggers}) == 1 else 0

    def look(self, rows: _Rows) -> None:
        """Put down in the rows who asked for them."""
        joined = rows.joined
        if self._behind_break:  # the break before a text is now where the text began
            joined = "\n" + joined
        match = self._any.search(joined)
        while match:
            end, row = rows.at(match.start())
            row.mask |= self._only or self._who(rows.joined[rows.start(end) : end])
            match = self._any.search(joined, end + 1)

    def _who(self, text: str) -> int:
        mask = 0
        for pattern, bit in self._each:
            if not mask & bit and pattern.search(text):
                mask |= bit
        return mask


def _grouped(triggers: Sequence[tuple[str, int]]) -> Iterator[_Triggers]:
    groups: dict[str, list[tuple[str, int]]] = {}
    for pattern, bit in triggers:
        head = None if has_alternatives(pattern) else _HEAD.match(pattern)
        groups.setdefault(head.group() if head else pattern, []).append((pattern, bit))
    return (_Triggers(head, some) for head, some in groups.items())
