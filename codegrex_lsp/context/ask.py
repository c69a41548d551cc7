"""Builds the Ask for a completion: neighbours first (they change least), then prefix and suffix."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from codegrex_lsp.context import neighbours, window
from codegrex_lsp.values.ask import Ask, Origin, Piece, PieceKind, Role
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.mode import Mode, Task
from codegrex_lsp.values.sealed import EMPTY

NEAR = 2_000
"""Characters on each side of the cursor whose names choose the neighbours."""


def origin_of(snapshot: Snapshot, kind: PieceKind) -> Origin:
    """Where text of `snapshot` comes from."""
    return Origin(kind, snapshot.uri, snapshot.path, snapshot.folder, snapshot.governed)


def for_completion(
    snapshot: Snapshot,
    cursor: int,
    candidates: Sequence[Snapshot],
    *,
    mode: Mode,
    tokens: int,
    may_read: Callable[[Origin], bool],
) -> Ask:
    """The Ask for ghost text at `cursor`.

    A neighbour that may not be read is still named, with no text, so that the gate can say that
    it was withheld and by which rule; its text is not touched.

    Args:
        snapshot: The document the answer goes into; the caller has asked whether it may be read.
        cursor: Offset in characters.
        candidates: Other open documents, most recently used first; empty where the person
            switched neighbours off.
        mode: Effective mode when the snapshot was taken.
        tokens: Budget of the whole prompt.
        may_read: Whether text of this origin may be touched.
    """
    text = snapshot.text.reveal()
    budget = window.Budget.of_tokens(tokens, neighbours=bool(candidates))
    frame = window.around(text, cursor, budget)
    home = origin_of(snapshot, PieceKind.DOCUMENT)

    readable: list[Snapshot] = []
    pieces: list[Piece] = []
    for candidate in candidates:
        origin = origin_of(candidate, PieceKind.NEIGHBOUR)
        if may_read(origin):
            readable.append(candidate)
        else:
            pieces.append(Piece(origin, Role.CONTEXT, EMPTY, 0, 0, candidate.language))
    near = text[max(cursor - NEAR, 0) : cursor + NEAR]
    chosen = neighbours.choose(near, readable)
    for neighbour in chosen:
        end = neighbours.head(neighbour.text.reveal(), budget.neighbours // len(chosen))
        origin = origin_of(neighbour, PieceKind.NEIGHBOUR)
        pieces.append(Piece(origin, Role.CONTEXT, neighbour.text, 0, end, neighbour.language))

    language = snapshot.language
    pieces.append(Piece(home, Role.PREFIX, snapshot.text, frame.start, cursor, language))
    pieces.append(Piece(home, Role.SUFFIX, snapshot.text, cursor, frame.end, language))
    return Ask(Task.COMPLETION, mode, tuple(pieces), home, cursor)
