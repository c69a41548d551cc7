"""Cleared prompts for translators, with neighbours and languages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from codegrex_lsp.privacy.cleared import Cleared, ClearedPiece
from codegrex_lsp.values.ask import PieceKind, Role
from codegrex_lsp.values.mode import Destination, Task
from codegrex_lsp.values.route import LOCAL_KINDS, ModelFacts, ProviderConfig
from codegrex_lsp.values.sealed import Sealed
from tests.support.cleared import _SEAL, cleared

Neighbour = tuple[str, str, str]
"""Path, text and language."""


def completion(
    prefix: str,
    suffix: str = "",
    *neighbours: Neighbour,
    kind: str = "ollama",
    model: str = "m",
    path: str = "a.py",
    language: str = "python",
    can_insert: bool = False,
    family: str = "",
    **provider: Any,
) -> Cleared:
    """A completion at the end of `prefix`. Keyword arguments not named are the provider's."""
    pieces = [
        ClearedPiece(name, PieceKind.NEIGHBOUR, Role.CONTEXT, Sealed(text), own)
        for name, text, own in neighbours
    ]
    for role, text in ((Role.PREFIX, prefix), (Role.SUFFIX, suffix)):
        pieces.append(ClearedPiece(path, PieceKind.DOCUMENT, role, Sealed(text), language))
    config = ProviderConfig(kind, kind, model=model, **provider)
    facts = ModelFacts(can_insert=can_insert, family=family)
    made = cleared(provider=config, destination=_usual(kind), facts=facts)
    return replace(made, pieces=tuple(pieces), seal=_SEAL)


def conversation(*turns: tuple[Role, str], kind: str = "ollama", **provider: Any) -> Cleared:
    """A chat of these turns."""
    config = ProviderConfig(kind, kind, **{"model": "m", **provider})
    return cleared(*turns, provider=config, destination=_usual(kind), task=Task.CHAT)


def _usual(kind: str) -> Destination:
    return Destination.LOCAL if kind in LOCAL_KINDS else Destination.CLOUD
