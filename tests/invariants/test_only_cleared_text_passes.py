"""Invariant 2: only cleared text passes, and nothing on the way prints, packs or copies it out."""

from __future__ import annotations

import ast
import copy
import dataclasses
import json
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import codegrex_lsp
from codegrex_lsp.privacy.cleared import Cleared, ClearedPiece
from codegrex_lsp.values.ask import Ask, Origin, Piece, PieceKind, Role
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.mode import Destination, Mode, Task
from codegrex_lsp.values.reply import Suggestion
from codegrex_lsp.values.route import ProviderConfig, Route
from codegrex_lsp.values.sealed import Sealed
from tests.support.cleared import cleared

ROOT = Path(codegrex_lsp.__file__).parent
CANARY = "canary-in-the-text"

SEALERS = {"privacy/cleared.py", "privacy/gate.py"}
"""May name the seal."""

REVEALERS = {"privacy", "context", "providers", "engine", "lsp", "cli", "values"}
"""Rooms that may look at text. Not egress: the door sends bytes that it was given by a translator.
Not state, settings or routing: what they keep and decide has no text in it."""


def holders() -> Iterator[object]:
    text = Sealed(CANARY)
    origin = Origin(PieceKind.DOCUMENT, "file:///a.py")
    piece = Piece(origin, Role.PREFIX, text, 0, 5)
    yield text
    yield Snapshot("file:///a.py", None, None, text)
    yield piece
    yield Ask(Task.COMPLETION, Mode.NORMAL, (piece,))
    yield ClearedPiece("a.py", PieceKind.DOCUMENT, Role.PREFIX, text)
    yield cleared((Role.PREFIX, CANARY), provider=ProviderConfig("p", "ollama"))
    yield Suggestion(text, 0, 0)


EVERY_HOLDER = pytest.mark.parametrize("holder", list(holders()), ids=lambda h: type(h).__name__)


def _json(value: object) -> str:
    return json.dumps(value, default=vars)


def _asdict(value: object) -> str:
    return repr(dataclasses.asdict(value))  # type: ignore[call-overload]


def _pickle(value: object) -> str:
    return repr(pickle.dumps(value))


def _reduced(value: object) -> str:
    return repr(value.__reduce_ex__(4))


def _formatted(value: object) -> str:
    return f"{value} {value!r} {value!s}" + "%s %r" % (value, value)  # noqa: UP031


def _members(value: object) -> str:
    return repr([getattr(value, name, None) for name in dir(value) if name != "_sealed_text"])


@EVERY_HOLDER
@pytest.mark.parametrize(
    "way", [repr, str, ascii, _formatted, _json, _asdict, _pickle, _reduced, _members]
)
def test_no_way_of_printing_or_packing_gives_the_text(
    holder: object, way: Callable[[object], str]
) -> None:
    try:
        said = way(holder)
    except (TypeError, AttributeError) as error:
        said = str(error)
    assert CANARY not in said


@EVERY_HOLDER
@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy])
def test_a_copy_is_as_closed_as_its_original(
    holder: object, way: Callable[[object], object]
) -> None:
    try:
        said = repr(way(holder))
    except TypeError as error:
        said = str(error)
    assert CANARY not in said


def test_an_error_that_meets_sealed_text_does_not_quote_it() -> None:
    sealed: object = Sealed(CANARY)
    with pytest.raises(TypeError) as caught:
        sealed + "x"  # type: ignore[operator]
    assert CANARY not in str(caught.value)


def test_a_cleared_is_made_with_the_seal_or_not_at_all() -> None:
    def forge(seal: object) -> Cleared:
        route = Route(ProviderConfig("p", "ollama"), "m", Destination.LOCAL)
        return Cleared(Task.CHAT, Mode.NORMAL, route, "", (), (), (), seal=seal)

    for seal in (None, object(), True, "seal"):
        with pytest.raises(TypeError):
            forge(seal)
    made = cleared(provider=ProviderConfig("p", "ollama"))
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(made, folder="elsewhere")
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.folder = "elsewhere"  # type: ignore[misc]


def test_only_the_gate_names_the_seal() -> None:
    naming = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if "_SEAL" in _names(ast.parse(path.read_text()))
    }
    assert naming <= SEALERS
    assert "privacy/cleared.py" in naming


def test_only_the_rooms_that_work_on_text_reveal_it() -> None:
    revealing = {
        path.relative_to(ROOT).parts[0]
        for path in ROOT.rglob("*.py")
        if "reveal" in _names(ast.parse(path.read_text()))
    }
    assert revealing <= REVEALERS
    assert "privacy" in revealing


def test_nobody_reaches_round_reveal() -> None:
    reaching = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if "_sealed_text" in _strings(ast.parse(path.read_text()))
    }
    assert reaching == {"values/sealed.py"}


def test_the_door_takes_a_cleared_and_what_can_hold_no_text_and_nothing_else() -> None:
    import inspect

    from codegrex_lsp.egress.door import Door

    public = {
        name: list(inspect.signature(member).parameters)[1:]
        for name, member in inspect.getmembers(Door, inspect.isfunction)
        if not name.startswith("_")
    }
    assert public == {
        "stream": ["cleared", "translator", "sampling"],
        "probe": ["probe", "translator"],
        "report": ["batch", "translator"],
        "account": ["call"],
        "mode_changed": [],
        "warm_up": [],
        "close": [],
    }


def _names(tree: ast.Module) -> set[str]:
    """Every name a module says, in whatever way, strings for getattr included."""
    names = _strings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.ImportFrom):
            names.update(name.name for name in node.names)
    return names


def _strings(tree: ast.Module) -> set[str]:
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
