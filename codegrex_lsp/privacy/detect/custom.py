"""The person's own patterns (`privacy.customPatterns`). Settings admit linear-time ones only."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import Final

from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.settings.model import CustomPattern

LINE_S: Final = 0.5
"""Seconds for all patterns on one line; a repository may state any number of them."""


class CustomPatterns:
    """One line detector for all of them.

    Args:
        patterns: As resolved; each has been checked when the settings were read.
        clock: Monotonic, in seconds.
    """

    level: Level = "secrets"  # a pattern of one's own is masked for local models too

    def __init__(
        self, patterns: Sequence[CustomPattern], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._patterns = [(rule, re.compile(rule.pattern)) for rule in patterns]
        self.name = f"custom-{hash(tuple(patterns)):x}"

    def wants(self, line: Line) -> bool:
        """Every line: nothing is known of the patterns."""
        return True

    def scan_line(self, line: Line) -> Sequence[Span]:
        """Whole matches; an empty match masks nothing.

        Raises:
            DetectorFailed: There are so many patterns that one line takes too long.
        """
        until = self._clock() + LINE_S
        spans = []
        for rule, pattern in self._patterns:
            if self._clock() > until:
                raise DetectorFailed("privacy.customPatterns are slow", code="detector-too-slow")
            spans += [
                Span(found.start(), found.end(), rule.kind, rule.name, f"custom/{rule.name}")
                for found in pattern.finditer(line.text)
                if found.end() > found.start()
            ]
        return spans

    def warm_up(self) -> None:
        """Nothing to import."""
