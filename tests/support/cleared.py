"""The one place of the tests that makes a Cleared without the gate."""

from __future__ import annotations

from codegrex_lsp.privacy.cleared import _SEAL, Cleared, ClearedPiece
from codegrex_lsp.values.ask import PieceKind, Role
from codegrex_lsp.values.mode import Destination, Mode, Task
from codegrex_lsp.values.reply import Redaction, WithheldPiece
from codegrex_lsp.values.route import ModelFacts, ProviderConfig, Route
from codegrex_lsp.values.sealed import Sealed

_NO_FACTS = ModelFacts()


def cleared(
    *pieces: tuple[Role, str],
    provider: ProviderConfig,
    destination: Destination = Destination.LOCAL,
    mode: Mode = Mode.NORMAL,
    task: Task = Task.COMPLETION,
    folder: str = "",
    model: str = "",
    facts: ModelFacts = _NO_FACTS,
    redactions: tuple[Redaction, ...] = (),
    withheld: tuple[WithheldPiece, ...] = (),
) -> Cleared:
    """A Cleared of these pieces along a route to this provider."""
    return Cleared(
        task=task,
        mode=mode,
        route=Route(provider, model or provider.model, destination, facts),
        folder=folder,
        pieces=tuple(
            ClearedPiece("a.py", PieceKind.DOCUMENT, role, Sealed(text)) for role, text in pieces
        ),
        redactions=redactions,
        withheld=withheld,
        seal=_SEAL,
    )
