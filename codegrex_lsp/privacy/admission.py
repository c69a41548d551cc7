"""Admission: which pieces of an Ask may be read and sent at all, before any text is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from codegrex_lsp.privacy.cleared import Withheld
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.values.ask import Ask, Origin, Piece, PieceKind, Role
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.reply import WithheldPiece

PathLevel = Literal["never", "local", "redact", "normal"]
"""`privacy.pathPolicies`, strictest first."""

LARGEST_TEXT: Final = 2_000_000
"""Characters of a document beyond which it is not looked at, and so not sent."""

LONGEST_LINE: Final = 200_000
"""The same for a line."""

_FILED: Final = frozenset({PieceKind.DOCUMENT, PieceKind.NEIGHBOUR, PieceKind.DEFINITION})
"""Kinds that always come from a document; a piece of these without one has no origin."""

_DROPPABLE: Final = frozenset({Role.CONTEXT, Role.ASSISTANT})
"""Roles without which a request still makes sense."""

_SENTENCES: Final = {
    "no-origin": "text without a known origin is never sent",
    "ungoverned": "this document has no file behind it whose rules could allow it",
    "path-never": "a path policy keeps this file out of every request",
    "path-local": "a path policy keeps this file on this machine",
    "document-too-large": "this document is too large to be searched for secrets",
    "ignore-failed": "the ignore rules could not be read",
}


@dataclass(frozen=True, slots=True)
class Readable:
    """A piece that may be sent, once it is redacted.

    Attributes:
        piece: The piece.
        level: What is to be masked in it.
        home: Whether it is of the document that the answer goes into.
    """

    piece: Piece
    level: Literal["off", "secrets", "all"]
    home: bool


@dataclass(frozen=True, slots=True)
class _No:
    code: str
    rule: str = ""


class Admission:
    """Asks ignore rules and path policies for every origin.

    Args:
        verdict: `privacy.ignore`'s answer for a path in a workspace folder.
        path_level: The strictest path policy that matches, or None where there are none.
    """

    def __init__(
        self,
        verdict: Callable[[Path, Path | None], Verdict],
        path_level: Callable[[Path, Path | None], PathLevel] | None,
    ) -> None:
        self._verdict = verdict
        self._path_level = path_level

    def decide(
        self, ask: Ask, destination: Destination, redact_local: Literal["off", "secrets", "all"]
    ) -> tuple[tuple[Readable, ...], tuple[WithheldPiece, ...]] | Withheld:
        """The pieces that may go and those that may not.

        Withheld instead, where the request can not do without one that may not.
        """
        asked: dict[tuple[Path, Path | None], _No | None] = {}

        def about(origin: Origin) -> _No | None:
            """Each file is asked about once, so that all of its pieces get one answer."""
            if origin.path is None or not origin.governed:
                return self._about(origin, destination)
            file = (origin.path, origin.folder)
            if file not in asked:
                asked[file] = self._about(origin, destination)
            return asked[file]

        if ask.home is not None:
            no = about(ask.home)
            if no is not None:
                return _whole(no, ask.home)
        kept: list[Readable] = []
        dropped: list[WithheldPiece] = []
        for piece in ask.pieces:
            home = ask.home is not None and same_document(piece.origin, ask.home)
            level, no = self._level(piece.origin, destination, redact_local), about(piece.origin)
            for source in piece.draws_on:
                no = no or about(source)
                if self._level(source, destination, redact_local) == "all":
                    level = "all"
            if no is None and level != "off" and too_large(piece.text.reveal()):
                no = _No("document-too-large")
            if no is None:
                if piece.end > piece.start or piece.role not in _DROPPABLE:
                    kept.append(Readable(piece, level, home))
            elif home or piece.role not in _DROPPABLE:
                return _whole(no, piece.origin)
            else:
                dropped.append(WithheldPiece(piece.origin.label, no.code, no.rule))
        return tuple(kept), tuple(dict.fromkeys(dropped))

    def level(
        self,
        origin: Origin,
        destination: Destination,
        redact_local: Literal["off", "secrets", "all"],
    ) -> Literal["off", "secrets", "all"] | None:
        """What is masked in text of this origin on its way there; None where it may not go."""
        if self._about(origin, destination) is not None:
            return None
        return self._level(origin, destination, redact_local)

    def _about(self, origin: Origin, destination: Destination) -> _No | None:
        """Why text of this origin may not go there, or None."""
        if not origin.governed:
            return _No("ungoverned")
        if origin.path is None:
            return _No("no-origin") if origin.kind in _FILED and not origin.uri else None
        try:
            verdict = self._verdict(origin.path, origin.folder)
        except Exception:
            return _No("ignore-failed")
        if verdict.ignored:
            return _No(verdict.code or "ignored", verdict.rule)
        policy = self._policy(origin)
        if policy == "never":
            return _No("path-never", "privacy.pathPolicies")
        if policy == "local" and destination is Destination.CLOUD:
            return _No("path-local", "privacy.pathPolicies")
        return None

    def _level(
        self,
        origin: Origin,
        destination: Destination,
        redact_local: Literal["off", "secrets", "all"],
    ) -> Literal["off", "secrets", "all"]:
        if destination is Destination.CLOUD or self._policy(origin) == "redact":
            return "all"
        return redact_local

    def _policy(self, origin: Origin) -> PathLevel:
        if self._path_level is None or origin.path is None:
            return "normal"
        try:
            return self._path_level(origin.path, origin.folder)
        except Exception:
            return "never"


def same_document(one: Origin, other: Origin) -> bool:
    """Whether two origins are of one document; the kind may differ."""
    return (one.uri, one.path) == (other.uri, other.path)


def too_large(text: str) -> bool:
    """Whether a text is beyond what is looked at."""
    if len(text) > LARGEST_TEXT:
        return True
    return len(text) > LONGEST_LINE and max(map(len, text.split("\n"))) > LONGEST_LINE


def _whole(no: _No, origin: Origin) -> Withheld:
    message = _SENTENCES.get(no.code, "this file is never read")
    return Withheld(no.code, message, no.rule, (WithheldPiece(origin.label, no.code, no.rule),))
