"""What a detector is: a line detector sees one line, a document detector sees the whole text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from codegrex_lsp.privacy.detect import Span

Level = Literal["secrets", "all"]
"""`secrets` runs the secret detectors; `all` runs those for personal data as well."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its terminator, at most `lines.WINDOW` characters of it.

    Attributes:
        text: The characters.
        lowered: The same in lower case and of the same length, so that offsets agree.
        unquoted: Whether values need no quotes in this kind of file (`.env`, YAML, INI, shell).
        half_typed: Whether the cursor stands on this line, so that a secret may be unfinished.
        beyond: What follows in a longer line, to look for the end of a value that begins here.
    """

    text: str = field(repr=False)
    lowered: str = field(repr=False)
    unquoted: bool = False
    half_typed: bool = False
    beyond: str = field(default="", repr=False)


@runtime_checkable
class LineDetector(Protocol):
    """Finds spans in one line. Constructed once; every pattern takes linear time."""

    @property
    def name(self) -> str:
        """Part of the cache key: it changes when the rules do."""
        ...

    @property
    def level(self) -> Level:
        """The lowest level at which this detector is asked."""
        ...

    def wants(self, line: Line) -> bool:
        """A cheap test without false negatives; `scan_line` is called only where it is true."""
        ...

    def scan_line(self, line: Line) -> Sequence[Span]:
        """Spans relative to the line's first character."""
        ...

    def warm_up(self) -> None:
        """Import and build what the first scan needs. Called off the request path."""
        ...


class DocumentDetector(Protocol):
    """Finds spans that cross lines. Must be cheap on text that holds none."""

    @property
    def name(self) -> str:
        """Part of the rule set's name."""
        ...

    def scan_document(self, text: str, *, half_typed: bool) -> Sequence[Span]:
        """Spans relative to the text's first character.

        Args:
            text: The whole document.
            half_typed: Whether somebody is typing in it.
        """
        ...


Detector = LineDetector | DocumentDetector
