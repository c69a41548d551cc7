"""Sieve: which lines does which detector want to see? One pass over all new lines at once.

Looking at each line with each detector costs microseconds a line; here most lines cost nothing of
their own, because keywords and triggers are looked for in the joined text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, count
from operator import add

from codegrex_lsp.privacy.detect import automaton
from codegrex_lsp.privacy.detect.detector import DocumentDetector, Gated, LineDetector
from codegrex_lsp.privacy.detect.lines import lower_keeping_length


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
        self._triggers: list[tuple[re.Pattern[str], int]] = []
        masks: dict[str, int] = {}
        for at, detector in enumerate((*detectors, *documents)):
            if not isinstance(detector, Gated):
                self._always |= 1 << at if at < len(detectors) else 0
                continue
            for word in detector.keywords:
                masks[word] = masks.get(word, 0) | 1 << at
            for trigger in detector.triggers:
                self._triggers.append((re.compile(trigger, re.MULTILINE), 1 << at))
        self._words = tuple(masks)
        self._masks = tuple(masks.values())
        self._find = automaton.build(self._words)
        self._chosen: dict[int, tuple[LineDetector, ...]] = {}

    def sift(self, texts: Sequence[str]) -> Iterator[Sifted]:
        """The texts that somebody wants to see, in their order. None may hold a `\\n`."""
        joined = "\n".join(texts)
        lowered = lower_keeping_length(joined)
        starts = list(map(add, accumulate(map(len, texts), initial=0), count()))
        words = self._keywords(lowered, starts)
        masks = self._asked(joined, starts, words)
        for index in range(len(texts)) if self._always else sorted(masks):
            mask = masks.get(index, 0) | self._always
            yield Sifted(
                index,
                self._choice(mask),
                lowered[starts[index] : starts[index + 1] - 1],
                frozenset(self._words[word] for word in words.get(index, ())),
                mask >> len(self._detectors),
            )

    def _keywords(self, lowered: str, starts: Sequence[int]) -> dict[int, set[int]]:
        """Line → the indices of the keywords on it."""
        found: dict[int, set[int]] = {}
        end = -1
        here: set[int] = set()
        for word, at in self._find(lowered):
            if at >= end:
                line = bisect_right(starts, at) - 1
                end = starts[line + 1]
                here = found.setdefault(line, set())
            here.add(word)
        return found

    def _asked(
        self, joined: str, starts: Sequence[int], words: dict[int, set[int]]
    ) -> dict[int, int]:
        """Line → who wants to see it, as bits."""
        masks: dict[int, int] = {}
        for line, here in words.items():
            mask = 0
            for word in here:
                mask |= self._masks[word]
            masks[line] = mask
        for trigger, bit in self._triggers:
            match = trigger.search(joined)
            while match:
                line = bisect_right(starts, match.start()) - 1
                masks[line] = masks.get(line, 0) | bit
                match = trigger.search(joined, starts[line + 1])
        return masks

    def _choice(self, mask: int) -> tuple[LineDetector, ...]:
        chosen = self._chosen.get(mask)
        if chosen is None:
            pairs = enumerate(self._detectors)
            chosen = tuple(detector for at, detector in pairs if mask >> at & 1)
            self._chosen[mask] = chosen
        return chosen
