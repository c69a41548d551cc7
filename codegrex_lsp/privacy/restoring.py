"""Restoring: which values of a request may come back in its answer.

A value goes back into the document it stands in, or into the chat that it was told to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.admission import same_document
from codegrex_lsp.privacy.document import Document, owner_of
from codegrex_lsp.privacy.placeholders import Vault
from codegrex_lsp.privacy.redacted import Redacted
from codegrex_lsp.privacy.restorer import Restorer
from codegrex_lsp.privacy.sites import Places, survey
from codegrex_lsp.values.ask import Ask, PieceKind
from codegrex_lsp.values.mode import Task


def restorer(
    ask: Ask, results: Mapping[Document, Redacted], labels: Sequence[Redacted], vault: Vault
) -> Callable[[], Restorer]:
    """What makes a restorer for one answer to a request.

    Args:
        ask: The request.
        results: Its documents after redaction.
        labels: Their names after redaction.
        vault: Of its values; told which of them come back.

    Raises:
        DetectorFailed: There are more values than placeholders can tell apart.
    """
    everything = [*results.values(), *labels]
    issued = _issued(everything)
    plain = frozenset(name for one in everything for name in one.quoted)
    if ask.task is Task.CHAT:
        said = (piece.origin for piece in ask.pieces if piece.origin.kind is PieceKind.CHAT)
        talk = next(map(owner_of, said), PieceKind.CHAT.value)
        return lambda: Restorer(
            issued, plain=plain, mode="show", returned=lambda name: vault.returned(name, talk)
        )
    home = {
        document: redacted
        for document, redacted in results.items()
        if ask.home is not None and same_document(document.origin, ask.home)
    }
    here = {name for redacted in home.values() for name in redacted.issued}
    harmless = {
        run.placeholder for one in everything for run in one.replacements if run.kind == "control"
    }
    owner = owner_of(ask.home) if ask.home is not None else ""
    return lambda: Restorer(
        issued,
        foreign=frozenset(issued) - here - harmless,
        plain=plain,
        places=lambda: _places(home),
        returned=lambda name: vault.returned(name, owner),
    )


def _issued(everything: Sequence[Redacted]) -> dict[str, str]:
    """Placeholder → value for the whole request.

    Raises:
        DetectorFailed: One stands for two values, as there are more than a vault remembers.
    """
    issued: dict[str, str] = {}
    for redacted in everything:
        for name, value in redacted.issued.items():
            if issued.setdefault(name, value) != value:
                raise DetectorFailed("there are too many values to tell them apart again")
    return issued


def _places(home: Mapping[Document, Redacted]) -> Places:
    """Where values stand in the home document, and what the answer goes on from."""
    seen = [
        (
            document.cursor is not None,
            survey(
                document.text,
                redacted.replacements,
                language=document.language,
                cursor=document.cursor or 0,
            ),
        )
        for document, redacted in home.items()
    ]
    _, places = max(seen, key=lambda one: one[0])
    for _, other in seen:
        for name, sites in other.sources.items():
            places.sources.setdefault(name, set()).update(sites)
    return places
