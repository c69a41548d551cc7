"""Budget: what one decision of the gate may cost behind the detectors.

Two bounds. The number of values that are learned or masked is the one that is met in practice: each
takes some ten microseconds, so it is what keeps the event loop free. The time is for everything
else, and for slow machines. Whoever runs out of either withholds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from codegrex_lsp.errors import DetectorFailed

MOST_VALUES: Final = 5_000
"""Values of one request that are learned or masked, half of them each. A text with more is a list
of values and not code."""

LONGEST_MS: Final = 1_000.0
"""Time of one request behind the detectors."""


class Budget:
    """Counts down while one request is decided. Looked at between steps that are bounded.

    Args:
        values: To learn or to mask at most.
        milliseconds: To take at most, from now on.
        clock: Monotonic, in ms.
    """

    def __init__(
        self,
        *,
        values: float = MOST_VALUES,
        milliseconds: float = LONGEST_MS,
        clock: Callable[[], float] = lambda: time.monotonic() * 1000,
    ) -> None:
        self._left = values
        self._clock = clock
        self._until = clock() + milliseconds

    def spend(self, values: int = 0) -> None:
        """Go on with the next step.

        Args:
            values: How many it learns or masks.

        Raises:
            DetectorFailed: The values or the time are used up (`detector-too-slow`).
        """
        self._left -= values
        if self._left < 0 or self._clock() > self._until:
            raise DetectorFailed(
                "masking what was found took longer than its budget", code="detector-too-slow"
            )


UNBOUNDED: Final = Budget(values=math.inf, milliseconds=math.inf, clock=lambda: 0.0)
"""For those who have all the time, and nothing hostile."""
