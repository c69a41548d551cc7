"""Conversations of this session: in memory, bounded, and gone when it ends.

The youngest turns that fit are replayed with the next question; older ones are dropped for good,
and how many is said.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from codegrex_lsp.values.conversation import Turn

MOST: Final = 32
"""Conversations; the one that was not used for longest goes first."""

MOST_TURNS: Final = 100
"""Turns of one conversation."""

MOST_SENT: Final = 200_000
"""Characters that a replay may send, about 60,000 tokens of code and prose."""

MOST_HELD: Final = 4_000_000
"""Characters that a conversation may hold: of attachments, whole documents."""


@dataclass(slots=True)
class Conversation:
    """One conversation.

    Attributes:
        id: Random; it says nothing of what is in it.
        folder: The workspace folder it began in, whose settings count for all of it.
        turns: What is still known, oldest first.
        dropped: How many older turns are not.
    """

    id: str
    folder: Path | None
    turns: tuple[Turn, ...] = field(default=(), repr=False)
    dropped: int = 0

    def add(self, turn: Turn) -> None:
        """Remember a turn, and drop older ones where there is no room."""
        turns = (*self.turns, turn)
        self.turns = fitting(turns)
        self.dropped += len(turns) - len(self.turns)

    def drop(self, count: int) -> None:
        """Forget the oldest turns."""
        self.turns = self.turns[count:]
        self.dropped += count


class Conversations:
    """Those that are known."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Conversation] = OrderedDict()

    def find(self, identity: str) -> Conversation | None:
        """A conversation that is still known; it is the last to go then."""
        found = self._known.get(identity)
        if found is not None:
            self._known.move_to_end(identity)
        return found

    def drop(self, identity: str) -> None:
        """Forget one."""
        self._known.pop(identity, None)

    def begin(self, folder: Path | None) -> Conversation:
        """A new one that is not kept yet."""
        return Conversation(secrets.token_hex(8), folder)

    def keep(self, conversation: Conversation) -> tuple[str, ...]:
        """Keep one; the ids of those that had to go for it."""
        self._known[conversation.id] = conversation
        self._known.move_to_end(conversation.id)
        gone = [self._known.popitem(last=False)[0] for _ in range(len(self._known) - MOST)]
        return tuple(gone)


def fitting(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The youngest turns that fit into a replay, oldest first."""
    sent = held = 0
    kept: list[Turn] = []
    for turn in reversed(turns[-MOST_TURNS:]):
        sent, held = sent + turn.sent, held + turn.held
        if sent > MOST_SENT or held > MOST_HELD:
            break
        kept.append(turn)
    return tuple(reversed(kept))
