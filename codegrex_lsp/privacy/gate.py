"""The gate: `clear(ask, route)` → a Cleared and its restorer, or Withheld with the reason.

The only maker of a Cleared. In order: may this mode send this there; may the home document be
read; which other pieces may be read; what in the whole documents is sensitive; is the cursor in
it; then the ranges are cut out of text that is redacted already, so that no window splits a
secret. Whatever fails on the way withholds: nothing is sent unlooked at, save locally where the
person switched redaction off. Synchronous, and without a connection, a log or a file of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.admission import Admission, PathLevel, Readable
from codegrex_lsp.privacy.budget import Budget
from codegrex_lsp.privacy.cleared import _SEAL, Cleared, ClearedPiece, Withheld
from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.allowed import Scanner
from codegrex_lsp.privacy.detect.home_paths import is_personal
from codegrex_lsp.privacy.document import Document, RedactLocal, owner_of
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.privacy.placeholders import Known, Vault
from codegrex_lsp.privacy.redacted import Redacted
from codegrex_lsp.privacy.restorer import Restorer
from codegrex_lsp.privacy.restoring import restorer
from codegrex_lsp.privacy.taken import Taken
from codegrex_lsp.values.ask import Ask, Origin, Piece, PieceKind, Role
from codegrex_lsp.values.mode import Destination, Mode, Task, allowed
from codegrex_lsp.values.reply import Redaction, WithheldPiece
from codegrex_lsp.values.route import Route
from codegrex_lsp.values.sealed import Sealed

_LANGUAGE_OF_KIND: Final = {PieceKind.TERMINAL: "log", PieceKind.CHAT: "log"}
"""What people paste into a chat is of any kind, so bare values count there as in a log."""
_LANGUAGE: Final = re.compile(r"[a-z][a-z0-9+#._\-]{0,30}")
"""What a language id looks like. An editor may say anything, and it ends up in prompts; what is
longer or otherwise written does not leave."""

_SENTENCES: Final = {
    "detector-failed": "a detector failed, so nothing was sent unlooked at",
    "detector-too-slow": "looking for secrets took too long, so nothing was sent unlooked at",
    "cursor-in-secret": "the cursor is in a value that is masked, so there is nothing to complete",
    "nothing-left": "every part of the request was withheld",
}


@dataclass(frozen=True, slots=True)
class Clearance:
    """What may be sent, and how to read the answer.

    Attributes:
        cleared: For a provider and the door.
        restorer: Makes a fresh restorer for one answer. It stays in this process.
    """

    cleared: Cleared
    restorer: Callable[[], Restorer] = field(repr=False)


class Gate:
    """Cheap to build, and keeps nothing from one request to the next.

    Args:
        verdict: `privacy.ignore`'s answer for a path in a workspace folder.
        engine: Detection.
        vaults: The vault of a workspace folder.
        path_level: The strictest path policy that matches a path, or None where there are none.
        names: Names of the person, neutralised in labels and paths; None for this machine's user.
        budget: Made for each request once the detectors are done; what outlives it is withheld.
    """

    def __init__(
        self,
        *,
        verdict: Callable[[Path, Path | None], Verdict],
        engine: Scanner,
        vaults: Callable[[Path | None], Vault],
        path_level: Callable[[Path, Path | None], PathLevel] | None = None,
        names: Sequence[str] | None = None,
        budget: Callable[[], Budget] = Budget,
    ) -> None:
        self._admission = Admission(verdict, path_level)
        self._engine = engine
        self._vaults = vaults
        self._budget = budget
        names = (Path.home().name,) if names is None else names
        known = [re.escape(name) for name in names if is_personal(name)]
        self._names = (
            re.compile(rf"(?<![A-Za-z0-9_])(?:{'|'.join(known)})(?![A-Za-z0-9_])")
            if known
            else None
        )

    def clear(self, ask: Ask, route: Route, *, redact_local: RedactLocal) -> Clearance | Withheld:
        """Decide about one request along one route. Never raises.

        Args:
            ask: What the feature wishes to send.
            route: Where to. To the cloud, secrets and personal data are always masked.
            redact_local: `privacy.redactLocal`: what is masked for a local model.
        """
        if not allowed(ask.mode, ask.task, route.destination):
            return Withheld(
                "refused-by-mode", f"{ask.mode} mode sends no {ask.task} to the {route.destination}"
            )
        admitted = self._admission.decide(ask, route.destination, redact_local)
        if isinstance(admitted, Withheld):
            return admitted
        kept, dropped = admitted
        if not kept:
            return withheld("nothing-left", dropped)
        try:
            return self._redacted(ask, route, kept, dropped)
        except DetectorFailed as failure:
            return withheld(failure.code, dropped)
        except Exception:
            # The words of whatever went wrong may quote the text, so they are not passed on.
            return withheld("detector-failed", dropped)

    def levels(
        self, origin: Origin, mode: Mode, redact_local: RedactLocal
    ) -> dict[Destination, RedactLocal]:
        """Where text of an origin may go in this mode, and what is masked on its way there."""
        found: dict[Destination, RedactLocal] = {}
        for destination in Destination:
            if allowed(mode, Task.COMPLETION, destination):
                level = self._admission.level(origin, destination, redact_local)
                if level is not None:
                    found[destination] = level
        return found

    def documents(
        self, ask: Ask, destination: Destination, redact_local: RedactLocal
    ) -> tuple[Document, ...]:
        """What `clear` would scan, for who wants to have it scanned before.

        Args:
            ask: What the feature wishes to send.
            destination: Where to.
            redact_local: As for `clear`.
        """
        admitted = self._admission.decide(ask, destination, redact_local)
        if isinstance(admitted, Withheld):
            return ()
        return tuple(dict.fromkeys(_document(item, ask) for item in admitted[0]))

    def masked(
        self, origin: Origin, text: Sealed, language: str, level: RedactLocal, *, most: int
    ) -> Redacted:
        """One whole document as `clear` would mask it by itself, for telling the person.

        Nothing is learned of it: the person may be typing half a value.

        Args:
            origin: The document.
            text: Of it.
            language: LSP language id, possibly empty.
            level: One of `levels`.
            most: How many sensitive runs are looked at; those after them are left out.

        Raises:
            DetectorFailed: It could not be looked at.
        """
        document = Document(origin, text.reveal(), language, level, None)
        vault = self._vaults(origin.folder).fresh()
        spans = self._spans(document)[:most]
        taken = vault.taken([document.text, origin.label])
        return self._look_at(vault, {document: spans}, taken, self._budget())[document]

    # -- inside -----------------------------------------------------------------------------

    def _redacted(
        self,
        ask: Ask,
        route: Route,
        kept: Sequence[Readable],
        dropped: tuple[WithheldPiece, ...],
    ) -> Clearance | Withheld:
        folder = _folder(ask, kept)
        vault = self._vaults(folder)
        documents = [_document(item, ask) for item in kept]
        names = [item.piece.origin.label for item in kept]
        # Before anything is learned: half a value is none, and would be masked everywhere.
        found = {document: self._spans(document) for document in dict.fromkeys(documents)}
        if any(_is_typing(document, spans) for document, spans in found.items()):
            return withheld("cursor-in-secret", dropped)
        budget = self._budget()
        taken = vault.taken(
            [*(one.text for one in found if not one.is_talk), *names],
            talk=[one.text for one in found if one.is_talk],
        )
        results = self._look_at(vault, found, taken, budget)
        for document in documents:
            if document.cursor is not None and _inside(results[document], document.cursor):
                return withheld("cursor-in-secret", dropped)
        pieces: list[ClearedPiece] = []
        redactions: list[Redaction] = []
        labels: list[Redacted] = []
        for item, document in zip(kept, documents, strict=True):
            label = self._label(vault, item, taken, budget)
            labels.append(label)
            pieces.append(_cut(item.piece, results[document], label))
            redactions += _report(item.piece, results[document], label.text.reveal())
        cleared = Cleared(
            ask.task,
            ask.mode,
            route,
            str(folder) if folder is not None else "",
            tuple(pieces),
            tuple(redactions),
            dropped,
            _SEAL,
        )
        return Clearance(cleared, restorer(ask, results, labels, vault))

    def _look_at(
        self,
        vault: Vault,
        found: dict[Document, tuple[Span, ...]],
        taken: Taken,
        budget: Budget,
    ) -> dict[Document, Redacted]:
        """Redact every document.

        The values of all are learned before the first is redacted, so that a value which only one
        of them gives away is masked in the others too.
        """
        for document, spans in found.items():
            vault.learn(document.text, spans, origin=owner_of(document.origin), budget=budget)
        return {
            document: vault.redact(
                document.text,
                spans,
                origin=owner_of(document.origin),
                taken=taken,
                known=_known(document.level),
                budget=budget,
            )
            for document, spans in found.items()
        }

    def _spans(self, document: Document) -> tuple[Span, ...]:
        if document.level == "off":
            return ()
        return self._engine.spans(
            document.text,
            level=document.level,
            language=document.language,
            path_name=document.path_name,
            cursor=document.cursor,
            uri=document.origin.uri,
        )

    def _label(self, vault: Vault, item: Readable, taken: Taken, budget: Budget) -> Redacted:
        """The origin's name, redacted like any other text that leaves."""
        label = item.piece.origin.label
        spans: list[Span] = []
        if item.level != "off":
            spans += self._engine.spans(
                label, level=item.level, language="", path_name="", cursor=None
            )
        if item.level == "all" and self._names:
            spans += (
                Span(*match.span(), "pii", "user-name", "own-name")
                for match in self._names.finditer(label)
            )
        return vault.redact(
            label,
            spans,
            origin=owner_of(item.piece.origin),
            taken=taken,
            known=_known(item.level),
            budget=budget,
        )


def _document(item: Readable, ask: Ask) -> Document:
    origin, text = item.piece.origin, item.piece.text.reveal()
    language = item.piece.language or _LANGUAGE_OF_KIND.get(origin.kind, "")
    if origin.kind is PieceKind.DIFF:
        language = "diff"  # whatever the files are that it is about
    cursor = ask.cursor if item.home else None
    return Document(origin, text, language, item.level, cursor)


def _folder(ask: Ask, kept: Sequence[Readable]) -> Path | None:
    """Whose mode and whose placeholders count: the home document's, else the person's question's.

    What is attached to a question may be of another folder.
    """
    if ask.home is not None:
        return ask.home.folder
    pieces = [item.piece for item in kept]
    asked = next((piece for piece in pieces if piece.role is Role.USER), pieces[0])
    return asked.origin.folder


def _known(level: RedactLocal) -> Known:
    return "none" if level == "off" else level


def _is_typing(document: Document, spans: Sequence[Span]) -> bool:
    """Whether the cursor is in a sensitive run, or right behind one that may still be growing."""
    cursor = document.cursor
    return cursor is not None and any(span.start < cursor <= span.end for span in spans)


def _inside(redacted: Redacted, cursor: int) -> bool:
    """The same for what is masked, which may be more: whole words, and values known before."""
    return any(
        run.start < cursor and (cursor < run.end or (cursor == run.end and run.kind != "control"))
        for run in redacted.replacements
    )


def _cut(piece: Piece, redacted: Redacted, label: Redacted) -> ClearedPiece:
    return ClearedPiece(
        label.text.reveal(),
        piece.origin.kind,
        piece.role,
        Sealed(redacted.cut(piece.start, piece.end)),
        piece.language if _LANGUAGE.fullmatch(piece.language) else "",
    )


def _report(piece: Piece, redacted: Redacted, label: str) -> list[Redaction]:
    """What is masked in the range that is sent, counted by placeholder."""
    counts: dict[tuple[str, str, str], int] = {}
    for run in redacted.within(piece.start, piece.end):
        if run.kind != "control" and run.first:
            key = (run.kind, run.type, run.placeholder)
            counts[key] = counts.get(key, 0) + 1
    return [Redaction(label, *key, count) for key, count in counts.items()]


def withheld(code: str, dropped: tuple[WithheldPiece, ...] = ()) -> Withheld:
    """A whole request that stays here, with the sentence for its reason code."""
    return Withheld(code, _SENTENCES.get(code, _SENTENCES["detector-failed"]), pieces=dropped)
