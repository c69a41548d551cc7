"""What a conversation is made of: turns, and the documents that were attached to them."""

from __future__ import annotations

from dataclasses import dataclass

from codegrex_lsp.values.ask import Origin
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document that a person attached to a question, as it was then.

    Attributes:
        snapshot: The whole document, whatever part of it is sent.
        start: First character of the part, 0-based; None for the whole document.
        end: One past the last character; None for the whole document.
    """

    snapshot: Snapshot
    start: int | None = None
    end: int | None = None

    @property
    def span(self) -> tuple[int, int]:
        """The part as characters of the document."""
        whole = len(self.snapshot.text)
        if self.start is None or self.end is None:
            return 0, whole
        start = min(max(self.start, 0), whole)
        return start, min(max(self.end, start), whole)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer.

    Attributes:
        message: What the person said.
        answer: What the model said, with the person's own values put back.
        attachments: What the person attached.
        draws_on: Every document that the answer may quote, of this turn and of those before.
    """

    message: Sealed
    answer: Sealed
    attachments: tuple[Attachment, ...] = ()
    draws_on: tuple[Origin, ...] = ()

    @property
    def sent(self) -> int:
        """Characters that a replay sends, before they are masked."""
        parts = (end - start for start, end in (one.span for one in self.attachments))
        return len(self.message) + len(self.answer) + sum(parts)

    @property
    def held(self) -> int:
        """Characters that it keeps in memory."""
        documents = sum(len(one.snapshot.text) for one in self.attachments)
        return len(self.message) + len(self.answer) + documents
