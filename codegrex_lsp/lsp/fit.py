"""A suggestion made for one text, put into another: pure arithmetic on texts and offsets.

Two things move a suggestion. The editor's completion list may have an entry selected, which the
suggestion must extend; and the person may have typed on while the suggestion was on its way.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Replacement:
    """Text for a range of a document, in characters; the end is exclusive."""

    start: int
    end: int
    text: str

    def __repr__(self) -> str:
        return f"Replacement({self.start}, {self.end}, <{len(self.text)} characters>)"


def with_selected(text: str, selected: Replacement) -> tuple[str, int]:
    """The text as if the selected entry had been taken, and the cursor behind it."""
    taken = text[: selected.start] + selected.text + text[selected.end :]
    return taken, selected.start + len(selected.text)


def extend_selected(
    made: Replacement, taken: str, selected: Replacement, cursor: int
) -> Replacement | None:
    """A suggestion for `taken`, as one for the text without the selected entry.

    Args:
        made: The suggestion, in offsets of `taken`.
        taken: The text with the selected entry in it.
        selected: The entry, in offsets of the text without it.
        cursor: Behind the entry, in `taken`.

    Returns:
        None where the result would not begin with the entry and go on.
    """
    if made.start < selected.start or made.start > cursor or made.end < cursor:
        return None
    text = taken[selected.start : made.start] + made.text
    if not text.startswith(selected.text) or len(text) == len(selected.text):
        return None
    return Replacement(selected.start, selected.end + (made.end - cursor), text)


def typed_through(made: Replacement, before: str, cursor: int, now: str) -> Replacement | None:
    """A suggestion for `before`, as one for `now`.

    It holds where nothing but the suggestion's own beginning was typed at the cursor.

    Returns:
        None where the document changed in any other way.
    """
    if now is before or now == before:
        return made
    grown = len(now) - len(before)
    if grown <= 0 or not made.start <= cursor <= made.end:
        return None
    if now[:cursor] != before[:cursor] or now[cursor + grown :] != before[cursor:]:
        return None
    wanted = before[made.start : cursor] + now[cursor : cursor + grown]
    if not made.text.startswith(wanted) or len(made.text) == len(wanted):
        return None
    return Replacement(made.start, made.end + grown, made.text)
