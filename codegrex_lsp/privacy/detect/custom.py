"""The person's own patterns (`privacy.customPatterns`). Settings admit linear-time ones only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.settings.model import CustomPattern


class CustomPatterns:
    """One line detector for all of them.

    Args:
        patterns: As resolved; each has been checked when the settings were read.
    """

    level: Level = "secrets"  # a pattern of one's own is masked for local models too

    def __init__(self, patterns: Sequence[CustomPattern]) -> None:
        self._patterns = [(rule, re.compile(rule.pattern)) for rule in patterns]
        self.name = f"custom-{hash(tuple(patterns)):x}"

    def wants(self, line: Line) -> bool:
        """Every line: nothing is known of the patterns."""
        return True

    def scan_line(self, line: Line) -> Sequence[Span]:
        """Whole matches; an empty match masks nothing."""
        return [
            Span(found.start(), found.end(), rule.kind, rule.name, f"custom/{rule.name}")
            for rule, pattern in self._patterns
            for found in pattern.finditer(line.text)
            if found.end() > found.start()
        ]

    def warm_up(self) -> None:
        """Nothing to import."""
