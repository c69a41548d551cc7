"""The person's name in paths: `/home/<name>`, `/Users/<name>`, `C:\\Users\\<name>`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.lines import lower_keeping_length
from codegrex_lsp.privacy.detect.words import words

NEUTRAL: Final = words(
    """
    root user users ubuntu debian runner admin administrator public shared default guest test demo
    you me username name home vagrant node app vscode codespace jovyan ec2-user www-data git
    docker build ci jenkins pi dev developer linuxbrew code workspace src data main
    """
)
"""Names of nobody in particular."""

_HOME: Final = re.compile(
    r"(?:/home/|/Users/|[A-Za-z]:[\\/]{1,4}Users[\\/]{1,4})(?P<name>[^/\\\s\"'`<>:|*?$%{}()\[\],;]{2,64})"
)


class HomePaths:
    """The segment of a path that names a person.

    Args:
        home: This machine's home folder, whose last segment counts wherever it lies; or None.
    """

    level: Level = "all"
    triggers = ()

    def __init__(self, home: Path | None = None) -> None:
        self.name = "home-paths/1"
        self._home = str(home) if home is not None and is_personal(home.name) else ""
        own = {lower_keeping_length(self._home)} if self._home else set()
        self.keywords = frozenset({"/home/", "users"} | own)

    def wants(self, line: Line) -> bool:
        """Whether a home folder is named."""
        lowered = line.lowered
        return (
            "/home/" in lowered
            or "users" in lowered
            or (bool(self._home) and self._home in line.text)
        )

    def scan_line(self, line: Line) -> Sequence[Span]:
        """Spans of the names."""
        spans = [
            _span(*match.span("name"))
            for match in _HOME.finditer(line.text)
            if is_personal(match["name"])
        ]
        if self._home:
            found = line.text.find(self._home)
            while found >= 0:
                end = found + len(self._home)
                name = self._home.replace("\\", "/").rsplit("/", 1)[-1]
                spans.append(_span(end - len(name), end))
                found = line.text.find(self._home, end)
        return spans

    def warm_up(self) -> None:
        """Nothing to import."""


def is_personal(name: str) -> bool:
    """Whether a user's name may be a person's."""
    return len(name) >= 2 and name.lower() not in NEUTRAL and name.strip(".") != ""


def _span(start: int, end: int) -> Span:
    return Span(start, end, "pii", "user-name", "home-path")
