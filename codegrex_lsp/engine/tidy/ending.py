"""Where a suggestion is complete, so that the stream can be ended at once."""

from __future__ import annotations

from typing import Final

from codegrex_lsp.engine.tidy.site import Site, indent

MOST_LINES: Final = 16

_GOES_ON: Final = ("}", ")", "]", "end", "else", "elif", "except", "finally", "catch", "case")
"""A line that begins so belongs to the block above it."""


def end_of(text: str, site: Site) -> int | None:
    """Where to cut `text`, or None while the suggestion may still grow.

    Only whole lines are judged: the last line, still growing, is never grounds to stop.
    """
    lines = text.split("\n")
    if not site.multiline:
        return len(lines[0]) if len(lines) > 1 else None
    base = indent(site.before)
    offset = len(lines[0]) + 1
    inside = blank = False
    for number, line in enumerate(lines[1:-1], start=1):
        if number >= MOST_LINES or (blank and not line.strip()):
            return _back(text, offset)
        blank = not line.strip()
        if not blank:
            depth = indent(line)
            back = depth < base or (depth == base and inside)
            if back and not (depth >= base and line.lstrip().startswith(_GOES_ON)):
                return _back(text, offset)
            inside = inside or depth > base
        offset += len(line) + 1
    return None


def trim(text: str, site: Site) -> str:
    """`text` up to its end, for an answer that ended by itself."""
    end = end_of(text + "\n\n\n", site)
    return text if end is None else text[:end]


def _back(text: str, offset: int) -> int:
    """The end of the last non-blank line before `offset`."""
    return len(text[:offset].rstrip())
