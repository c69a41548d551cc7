"""Which other open documents help, and which part of each.

The choice is made to be steady: files are picked by the names they share with the text near the
cursor, then put in the order of their paths, so that typing a word seldom changes the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from codegrex_lsp.values.document import Snapshot

MOST_FILES: Final = 3
LOOKED_AT: Final = 20_000
"""Characters of a neighbour that are compared; a bound on the work for one keystroke."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{3,}")


def names_in(text: str) -> frozenset[str]:
    """Identifiers of four characters and more."""
    return frozenset(_NAME.findall(text))


def choose(near: str, candidates: Sequence[Snapshot]) -> tuple[Snapshot, ...]:
    """The neighbours that share most names with `near`, in the order of their uris.

    Args:
        near: Text around the cursor.
        candidates: Open documents that may be read, most recently used first.
    """
    wanted = names_in(near)
    scored = []
    for recency, candidate in enumerate(candidates):
        shared = len(wanted & names_in(candidate.text.reveal()[:LOOKED_AT]))
        if shared:
            scored.append((-shared, recency, candidate))
    best = sorted(scored, key=lambda row: row[:2])[:MOST_FILES]
    return tuple(sorted((row[2] for row in best), key=lambda snapshot: snapshot.uri))


def head(text: str, size: int) -> int:
    """Where the head of a document ends: at a line end within `size` characters if it can."""
    if len(text) <= size:
        return len(text)
    return text.rfind("\n", 0, size) + 1 or size
