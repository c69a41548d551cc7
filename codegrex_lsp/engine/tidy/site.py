"""Site: the place in the document that a suggestion is written into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

LOOK: Final = 4_000
"""Characters kept on each side of the cursor."""


@dataclass(frozen=True, slots=True)
class Site:
    """Text around the cursor, as the filters need it.

    Attributes:
        before: Text left of the cursor on its line.
        after: Text right of the cursor on its line.
        above: Text above the cursor's line.
        below: Text below the cursor's line.
        multiline: Whether a suggestion may run over the end of the line.
    """

    before: str = field(repr=False)
    after: str = field(repr=False)
    above: str = field(repr=False)
    below: str = field(repr=False)
    multiline: bool


def at(text: str, cursor: int, *, wish: Literal["auto", "always", "never"], invoked: bool) -> Site:
    """The site at `cursor`.

    With `auto`, several lines are offered where a block begins or the line is blank, and where
    the person asked by hand; never where text stands right of the cursor.
    """
    line_start = text.rfind("\n", 0, cursor) + 1
    line_end = text.find("\n", cursor)
    line_end = len(text) if line_end < 0 else line_end
    before, after = text[line_start:cursor], text[cursor:line_end].rstrip("\r")
    opens = before.strip() == "" or before.rstrip().endswith((":", "{", "(", "[", "=>", "->", ","))
    multiline = not after.strip() and (invoked or opens)
    if wish != "auto":
        multiline = wish == "always"
    return Site(
        before,
        after,
        text[max(line_start - LOOK, 0) : line_start],
        text[line_end : line_end + LOOK],
        multiline,
    )


def indent(line: str) -> int:
    """Width of the blank start of a line; a tab counts as four."""
    width = 0
    for character in line:
        if character == " ":
            width += 1
        elif character == "\t":
            width += 4
        else:
            break
    return width
