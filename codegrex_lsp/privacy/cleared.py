"""Cleared: text that the gate let through, and Withheld: the reason why it did not.

Both are data. A Cleared holds nothing but redacted text; the map back to the originals lives in
the Restorer that the gate hands out beside it and never travels with it.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import Final

from codegrex_lsp.values.ask import PieceKind, Role
from codegrex_lsp.values.mode import Mode, Task
from codegrex_lsp.values.reply import Redaction, WithheldPiece
from codegrex_lsp.values.route import Route
from codegrex_lsp.values.sealed import Sealed

_SEAL: Final = object()
"""Only `privacy.gate` imports this; a test reads the syntax trees to hold it to that."""


@dataclass(frozen=True, slots=True)
class ClearedPiece:
    """A piece as it would leave.

    Attributes:
        origin: `Origin.label`, itself redacted.
        kind: Sort of source.
        role: What the provider does with it.
        text: Redacted text with model control tokens neutralised.
        language: LSP language id; empty where the editor's is not of the usual form.
    """

    origin: str
    kind: PieceKind
    role: Role
    text: Sealed
    language: str = ""


@dataclass(frozen=True, slots=True)
class Cleared:
    """What may be sent along one route, and nowhere else.

    Attributes:
        task: Why it is sent.
        mode: The mode it was cleared under; the door refuses it under a stricter one.
        route: Where it may go. The door sends it nowhere else.
        folder: Workspace folder of the home document as a string, for the door's mode look-up.
        pieces: Redacted pieces, steadiest first.
        redactions: What was masked, without the values.
        withheld: What was left out, and why.
    """

    task: Task
    mode: Mode
    route: Route
    folder: str
    pieces: tuple[ClearedPiece, ...]
    redactions: tuple[Redaction, ...]
    withheld: tuple[WithheldPiece, ...]
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("a Cleared is made by privacy.gate and nowhere else")

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        raise TypeError("a Cleared is not serialised")

    def text_of(self, role: Role) -> str:
        """All text of one role, joined, for a provider to encode."""
        return "".join(piece.text.reveal() for piece in self.pieces if piece.role is role)


@dataclass(frozen=True, slots=True)
class Withheld:
    """The whole request stays here.

    Attributes:
        code: Stable reason code, e.g. `ignored`, `cursor-in-secret`, `detector-failed`.
        message: One calm sentence without user text.
        rule: Which rule decided, or empty.
        pieces: Every piece that was looked at and withheld.
    """

    code: str
    message: str
    rule: str = ""
    pieces: tuple[WithheldPiece, ...] = ()
