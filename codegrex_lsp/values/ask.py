"""Ask: what a feature wishes to send, as pieces that each know where they come from.

An Ask holds whole documents and ranges in them, so that detection sees a secret that a window
would have cut in half. It can not be sent: only `privacy.gate` turns it into a Cleared.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from codegrex_lsp.values.mode import Mode, Task
from codegrex_lsp.values.sealed import Sealed


class PieceKind(StrEnum):
    """What sort of source a piece was taken from."""

    DOCUMENT = "document"
    NEIGHBOUR = "neighbour"
    SELECTION = "selection"
    TERMINAL = "terminal"
    DIFF = "diff"
    CHAT = "chat"
    DEFINITION = "definition"


class Role(StrEnum):
    """What a provider does with a piece."""

    PREFIX = "prefix"
    SUFFIX = "suffix"
    CONTEXT = "context"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where text came from. A piece without one is never sent.

    Attributes:
        kind: Sort of source.
        uri: The document's uri, or empty for text that is in no document (a chat turn).
        path: The file that ignore rules are asked about, or None (untitled, chat, terminal).
        folder: Root of its workspace folder, or None.
        governed: False where there is no policy for this scheme; such a piece is withheld.
    """

    kind: PieceKind
    uri: str = ""
    path: Path | None = None
    folder: Path | None = None
    governed: bool = True

    @property
    def label(self) -> str:
        """Name for people: the path relative to its folder, else the file's name, else the kind."""
        if self.path is None:
            return self.uri if self.uri.startswith("untitled:") else self.kind.value
        if self.folder is not None and self.path.is_relative_to(self.folder):
            return self.path.relative_to(self.folder).as_posix()
        return self.path.name


@dataclass(frozen=True, slots=True)
class Piece:
    """A range of a whole text.

    Attributes:
        origin: Where the text came from.
        role: What the provider does with it.
        text: The whole document, not only the range.
        start: First character of the range, 0-based.
        end: One past the last character.
        language: LSP language id of the document, possibly empty.
        draws_on: What it may quote, as an answer does: it goes only where all of these may go.
    """

    origin: Origin
    role: Role
    text: Sealed
    start: int
    end: int
    language: str = ""
    draws_on: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """Everything one request wishes to send.

    Attributes:
        task: Completion, chat, edit or commit message.
        mode: The effective mode when the snapshot was taken; the door reads it again.
        pieces: In the order in which they are to be sent, steadiest first.
        home: The document the answer will be written into, or None for chat. Originals of masked
            values return only into this document's own family.
        cursor: Offset in the home document, in characters, or None.
    """

    task: Task
    mode: Mode
    pieces: tuple[Piece, ...]
    home: Origin | None = None
    cursor: int | None = None
