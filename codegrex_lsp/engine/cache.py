"""Suggestions already paid for: when the person types what was suggested, nothing is asked again.

Everything here is in memory, bounded, and dropped when its document closes.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Final

from codegrex_lsp.settings.model import Privacy
from codegrex_lsp.values.sealed import Sealed

BEFORE: Final = 2_000
AFTER: Final = 500
"""Characters on each side of the cursor that must be the same for an entry to hold."""

MOST_PER_DOCUMENT: Final = 16
MOST_DOCUMENTS: Final = 32


@dataclass(frozen=True, slots=True)
class _Entry:
    cursor: int
    rest: int
    before: Sealed
    after: Sealed
    suggestion: Sealed
    privacy: Privacy


class SuggestionCache:
    """The last suggestions of each document."""

    def __init__(self) -> None:
        self._documents: OrderedDict[str, deque[_Entry]] = OrderedDict()

    def keep(self, uri: str, text: str, cursor: int, suggestion: str, privacy: Privacy) -> None:
        """Remember `suggestion`, shown at `cursor` of `text` under these settings."""
        entries = self._documents.setdefault(uri, deque(maxlen=MOST_PER_DOCUMENT))
        entries.append(
            _Entry(
                cursor,
                len(text) - cursor,
                Sealed(text[max(cursor - BEFORE, 0) : cursor]),
                Sealed(text[cursor : cursor + AFTER]),
                Sealed(suggestion),
                privacy,
            )
        )
        self._documents.move_to_end(uri)
        while len(self._documents) > MOST_DOCUMENTS:
            self._documents.popitem(last=False)

    def find(self, uri: str, text: str, cursor: int, privacy: Privacy) -> str | None:
        """What is left of a suggestion that the person is typing through, or None.

        One made under other settings is none: they might not have let it be asked for.
        """
        for entry in reversed(self._documents.get(uri, ())):
            typed = cursor - entry.cursor
            suggestion = entry.suggestion.reveal()
            if not 0 <= typed < len(suggestion) or len(text) - cursor != entry.rest:
                continue
            if entry.privacy != privacy:
                continue
            before = entry.before.reveal()
            same = (
                text.startswith(suggestion[:typed], entry.cursor)
                and text.startswith(before, entry.cursor - len(before))
                and text.startswith(entry.after.reveal(), cursor)
            )
            if same:
                return suggestion[typed:]
        return None

    def forget(self, uri: str) -> None:
        """The document was closed."""
        self._documents.pop(uri, None)
