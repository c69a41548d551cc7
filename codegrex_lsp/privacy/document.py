"""Document: one whole text of a request, looked at once however many pieces are cut from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from codegrex_lsp.values.ask import Origin, PieceKind

RedactLocal = Literal["off", "secrets", "all"]
"""`privacy.redactLocal`, and what is masked in a document on its way."""


@dataclass(frozen=True, slots=True)
class Document:
    """One text.

    Attributes:
        origin: Where it is from.
        text: All of it.
        language: LSP language id, possibly empty.
        level: What is to be masked in it.
        cursor: Offset in characters where somebody is typing, or None.
    """

    origin: Origin
    text: str = field(repr=False)
    language: str
    level: RedactLocal
    cursor: int | None

    @property
    def path_name(self) -> str:
        """Name of its file, possibly empty."""
        return self.origin.path.name if self.origin.path else ""

    @property
    def is_talk(self) -> bool:
        """Whether it was said in a conversation, by the person or by a model."""
        return self.origin.kind is PieceKind.CHAT


def owner_of(origin: Origin) -> str:
    """Under what a vault files the values of an origin, so that `forget(uri)` finds them."""
    return origin.uri or origin.kind.value
