"""Gates with stand-ins for what is not under test, and Asks to put to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from codegrex_lsp.privacy.detect.allowed import Scanner
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.gate import Gate
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.privacy.placeholders import Vault
from codegrex_lsp.values.ask import Ask, Origin, Piece, PieceKind, Role
from codegrex_lsp.values.mode import Destination, Mode, Task
from codegrex_lsp.values.route import ProviderConfig, Route
from codegrex_lsp.values.sealed import Sealed

FOLDER = Path("/projects/shop")
LOCAL = Route(ProviderConfig("ollama", "ollama"), "m", Destination.LOCAL)
CLOUD = Route(ProviderConfig("openai", "openai"), "m", Destination.CLOUD)
HOME_URI = "file:///projects/shop/a.py"


def gate(
    *,
    ignored: Callable[[Path], bool] = lambda path: False,
    engine: Scanner | None = None,
    vault: Vault | None = None,
    **more: Any,
) -> Gate:
    """A gate whose ignore rules are one function."""

    def verdict(path: Path, folder: Path | None) -> Verdict:
        if ignored(path):
            return Verdict(True, ".codegrexignore", 3, path.name, "ignored-by-file")
        return Verdict(False)

    store = vault or Vault(b"k" * 32)
    return Gate(
        verdict=verdict,
        engine=engine if engine is not None else Engine(),
        vaults=lambda folder: store,
        **more,
    )


def origin(name: str, kind: PieceKind = PieceKind.NEIGHBOUR) -> Origin:
    """A file of the project."""
    return Origin(kind, f"file://{FOLDER}/{name}", FOLDER / name, FOLDER)


HOME = origin("a.py", PieceKind.DOCUMENT)


def completion(
    marked: str,
    *others: tuple[str, str],
    mode: Mode = Mode.NORMAL,
    task: Task = Task.COMPLETION,
    home: Origin = HOME,
) -> Ask:
    """A completion at the `|` of `marked`, with (name, text) neighbours."""
    before, _, after = marked.partition("|")
    text = Sealed(before + after)
    pieces = [
        Piece(origin(name), Role.CONTEXT, Sealed(other), 0, len(other)) for name, other in others
    ]
    pieces.append(Piece(home, Role.PREFIX, text, 0, len(before), "python"))
    pieces.append(Piece(home, Role.SUFFIX, text, len(before), len(text), "python"))
    return Ask(task, mode, tuple(pieces), home, len(before))


def chat(message: str, *attachments: tuple[str, str], mode: Mode = Mode.NORMAL) -> Ask:
    """A chat turn."""
    pieces = [
        Piece(origin(name), Role.CONTEXT, Sealed(text), 0, len(text)) for name, text in attachments
    ]
    turn = Piece(Origin(PieceKind.CHAT), Role.USER, Sealed(message), 0, len(message))
    return Ask(Task.CHAT, mode, (*pieces, turn))
