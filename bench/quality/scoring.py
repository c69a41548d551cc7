"""What was found, what was missed, what was masked for nothing.

A label is *found* when a find touches it and *whole* when at least 99 % of its characters are
masked: half a token is a leak. A find that touches no label of its document, and nothing that
may be masked, is a false alarm; a document counts once for each kind of find.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.quality.corpus import Document, Range
from bench.quality.finders import Find

WHOLE: Final = 0.99


@dataclass
class Tally:
    """Counts of labels.

    Attributes:
        labels: That there were.
        found: Touched by a find.
        whole: Masked to at least `WHOLE`.
    """

    labels: int = 0
    found: int = 0
    whole: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.labels if self.labels else 0.0

    @property
    def whole_of_found(self) -> float:
        return self.whole / self.found if self.found else 0.0


@dataclass
class Score:
    """One finder on one split.

    Attributes:
        kinds: Tally by kind of document.
        families: Tally by (kind, family).
        false_alarms: Documents with a false alarm, by kind of find.
        alarms_of: The same among harmless documents, by class.
        harmless: Harmless documents by class.
        missed: Documents with a label that is not whole.
        wrong: (document, find) for each false alarm.
    """

    kinds: dict[str, Tally] = field(default_factory=dict)
    families: dict[tuple[str, str], Tally] = field(default_factory=dict)
    false_alarms: Counter[str] = field(default_factory=Counter)
    alarms_of: Counter[str] = field(default_factory=Counter)
    harmless: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[Document, Range, float]] = field(default_factory=list)
    wrong: list[tuple[Document, Find]] = field(default_factory=list)

    def total(self, kinds: Iterable[str]) -> Tally:
        """The sum over some kinds."""
        tallies = [self.kinds[kind] for kind in kinds if kind in self.kinds]
        return Tally(
            sum(one.labels for one in tallies),
            sum(one.found for one in tallies),
            sum(one.whole for one in tallies),
        )

    def precision(self, tally: Tally, kind: str) -> float:
        """Found labels among everything of this kind that was reported."""
        reported = tally.found + self.false_alarms[kind]
        return tally.found / reported if reported else 0.0


def f1(precision: float, recall: float) -> float:
    """The harmonic mean."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def masked(label: Range, finds: Sequence[Find]) -> float:
    """Share of a label's characters that are masked."""
    start, end = label
    covered: set[int] = set()
    for find in finds:
        covered.update(range(max(start, find.start), min(end, find.end)))
    return len(covered) / max(end - start, 1)


def score(documents: Sequence[Document], found: Sequence[Sequence[Find]]) -> Score:
    """Hold finds against labels."""
    result = Score()
    for document, finds in zip(documents, found, strict=True):
        for label in document.labels:
            share = masked(label, finds)
            for tally in (
                result.kinds.setdefault(document.kind, Tally()),
                result.families.setdefault((document.kind, document.family), Tally()),
            ):
                tally.labels += 1
                tally.found += share > 0
                tally.whole += share >= WHOLE
            if share < WHOLE:
                result.missed.append((document, label, share))
        known = (*document.labels, *document.tolerated)
        strays = [one for one in finds if not any(one.start < e and s < one.end for s, e in known)]
        for kind in {one.kind for one in strays}:
            result.false_alarms[kind] += 1
        if document.kind == "harmless":
            result.harmless[document.family] += 1
            result.alarms_of[document.family] += bool(strays)
        result.wrong += [(document, one) for one in strays]
    return result
