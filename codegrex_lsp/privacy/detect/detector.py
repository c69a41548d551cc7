"""What a detector is: a line detector sees one line, a document detector sees the whole text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.clues import Clue
from codegrex_lsp.privacy.detect.filekind import FileKind

Level = Literal["secrets", "all"]
"""`secrets` runs the secret detectors; `all` runs those for personal data as well."""


@dataclass(slots=True)
class Line:
    """One line without its terminator, at most `lines.WINDOW` characters of it.

    Nobody changes it but for `found`. It is not frozen, because one is made for every line.

    Attributes:
        text: The characters.
        lowered: The same in lower case and of the same length, so that offsets agree.
        kind: Of the file.
        half_typed: Whether the cursor stands on this line, so that a secret may be unfinished.
        words: The keywords of all detectors that stand on it; None where nobody has looked.
        beyond: What follows in a longer line, to look for the end of a value that begins here.
        found: What the detectors before this one have found in it.
    """

    text: str = field(repr=False)
    lowered: str = field(repr=False)
    kind: FileKind = FileKind.CODE
    half_typed: bool = False
    words: Collection[str] | None = field(default=None, repr=False)
    beyond: str = field(default="", repr=False)
    found: list[Span] = field(default_factory=list, repr=False)


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

    def scan_line(self, line: Line) -> Sequence[Span | Clue]:
        """Spans relative to the line's first character, and clues that need other lines."""
        ...

    def warm_up(self) -> None:
        """Import and build what the first scan needs. Called off the request path."""
        ...


@runtime_checkable
class Gated(Protocol):
    """What a detector adds so that the engine passes over most lines without asking it.

    All keywords of all detectors are looked for in one pass over a text's new lines. A line is
    shown to the detector where one of its keywords stands, or where one of its triggers matches.
    A detector of another kind is asked about every line.

    A document detector is asked about a text where one of its lines would be shown to it.
    """

    @property
    def keywords(self) -> Collection[str]:
        """In lower case, of any length; looked for in the line's lower case.

        A keyword costs nothing where it does not stand, and some 3 µs for each line where it does.
        """
        ...

    @property
    def triggers(self) -> Sequence[str]:
        """Linear-time patterns that see the original text, for what no keyword gives away.

        No match crosses a line. Each should begin with `^` or a literal character, which costs 1 ms
        a megabyte; a set of characters costs 6, once for all triggers that begin with the same.
        Alternatives are to be triggers of their own, as a `|` outside of groups costs up to 40.
        """
        ...


Check = Callable[[str, int, int], object]
"""Gets a text, where a keyword begins in it, and where its line ends; something true where the
keyword counts. Before the line there may be others; a pattern's `match` does, if what it looks back
at takes the break of a line for the beginning of a text."""


@runtime_checkable
class Checking(Protocol):
    """What a `Gated` detector adds so that it is not asked about lines that it would turn down."""

    @property
    def checks(self) -> Mapping[str, Check]:
        """Keyword → in linear time, whether it may be of interest where it stands.

        A keyword without a check always counts. On the cursor's line all of them do, as checks may
        ask for a whole value.
        """
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
