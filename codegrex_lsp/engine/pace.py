"""When to ask: wait out the typing rhythm, so that fewer requests are made than keys are typed.

A request that the next keystroke makes stale costs a local model its prompt cache and its owner
their battery, since an evaluation once begun runs on.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

SHORTEST: Final = 30
LONGEST: Final = 400
"""Milliseconds. Others wait 75 to 1000; below 100 feels instant, above 200 annoys (gopls)."""

PAUSE: Final = 1_000
"""An interval longer than this many ms is a pause and says nothing of the rhythm."""

MOST_DOCUMENTS: Final = 64


@dataclass(slots=True)
class _Rhythm:
    last: float
    interval: float = 200.0


class Pace:
    """Learns the interval between requests of each document, in ms."""

    def __init__(self) -> None:
        self._rhythms: OrderedDict[str, _Rhythm] = OrderedDict()

    def delay(self, uri: str, now: float, before: str, *, fixed_ms: int | None) -> float:
        """How long to wait, in ms, before an automatic request is worth making.

        Args:
            uri: The document.
            now: Monotonic clock, in ms.
            before: The last character left of the cursor, or empty.
            fixed_ms: The person's own value, or None for the learnt one.
        """
        interval = self._learn(uri, now)
        if fixed_ms is not None:
            return float(fixed_ms)
        # In the middle of a word the next key is likely; after a blank or a bracket, less so.
        factor = 1.2 if before.isalnum() or before == "_" else 0.7
        return min(max(interval * factor, SHORTEST), LONGEST)

    def forget(self, uri: str) -> None:
        """The document was closed."""
        self._rhythms.pop(uri, None)

    def _learn(self, uri: str, now: float) -> float:
        rhythm = self._rhythms.get(uri)
        if rhythm is None:
            self._rhythms[uri] = rhythm = _Rhythm(now)
            while len(self._rhythms) > MOST_DOCUMENTS:
                self._rhythms.popitem(last=False)
            return rhythm.interval
        gap = now - rhythm.last
        rhythm.last = now
        if 0 < gap < PAUSE:
            rhythm.interval += (gap - rhythm.interval) * 0.2
        self._rhythms.move_to_end(uri)
        return rhythm.interval
