"""Builds the Ask for a turn of a conversation: what was said before, attachments, the question.

Older turns stand first and as they were, so that a model server goes on from its prompt cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from codegrex_lsp.context.ask import origin_of
from codegrex_lsp.values.ask import Ask, Origin, Piece, PieceKind, Role
from codegrex_lsp.values.conversation import Attachment, Turn
from codegrex_lsp.values.mode import Mode, Task
from codegrex_lsp.values.sealed import EMPTY, Sealed

SCHEME: Final = "codegrex-chat"
"""Conversations are told apart by uris of this scheme, as documents are by theirs."""


def uri_of(conversation: str) -> str:
    """What stands for a conversation where a document's uri would stand."""
    return f"{SCHEME}:{conversation}"


def for_chat(
    conversation: str,
    folder: Path | None,
    older: Sequence[Turn],
    message: Sealed,
    attachments: Sequence[Attachment],
    *,
    mode: Mode,
    may_read: Callable[[Origin], bool],
) -> Ask:
    """The Ask for a question.

    An attachment that may not be read is still named, with no text, so that the gate can say that
    it was withheld and by which rule; its text is not touched. One that was attached before, and
    has not changed, is not sent twice. An answer goes only where all that it may quote may go.

    Args:
        conversation: Its id. What is said in it belongs to it, and is restored only there.
        folder: The workspace folder whose settings count.
        older: Turns to replay, oldest first.
        message: The question.
        attachments: What comes with it.
        mode: Effective mode when the snapshot was taken.
        may_read: Whether text of this origin may be touched.
    """
    said = Origin(PieceKind.CHAT, uri_of(conversation), None, folder)
    seen: set[tuple[str, Sealed, int, int]] = set()

    def attached(ones: Sequence[Attachment]) -> Iterator[Piece]:
        for one in ones:
            piece = _attached(one, may_read)
            key = (one.snapshot.uri, piece.text, piece.start, piece.end)
            if key not in seen:
                seen.add(key)
                yield piece

    pieces: list[Piece] = []
    for turn in older:
        pieces += attached(turn.attachments)
        pieces.append(Piece(said, Role.USER, turn.message, 0, len(turn.message)))
        answer = turn.answer if all(map(may_read, turn.draws_on)) else EMPTY
        pieces.append(Piece(said, Role.ASSISTANT, answer, 0, len(answer), draws_on=turn.draws_on))
    pieces += attached(attachments)
    pieces.append(Piece(said, Role.USER, message, 0, len(message)))
    return Ask(Task.CHAT, mode, tuple(pieces))


def _attached(one: Attachment, may_read: Callable[[Origin], bool]) -> Piece:
    snapshot = one.snapshot
    origin = origin_of(snapshot, PieceKind.DOCUMENT)
    if not may_read(origin):
        return Piece(origin, Role.CONTEXT, EMPTY, 0, 0, snapshot.language)
    start, end = one.span
    if (start, end) != (0, len(snapshot.text)):
        origin = origin_of(snapshot, PieceKind.SELECTION)
    return Piece(origin, Role.CONTEXT, snapshot.text, start, end, snapshot.language)
