"""A House on a folder of its own, and a Python file of 2,000 lines that we write ourselves."""

from __future__ import annotations

import random
from pathlib import Path

from bench.fake_model import QUICK
from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.engine.requests import CompletionRequest, Trigger
from codegrex_lsp.portable import folders
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.sealed import Sealed


def build(home: Path, port: int, kind: str = "ollama", model: str = "") -> House:
    """A House whose only route is a model server of this kind on `port`."""
    settings = {
        "completion.routes": ["mine"],
        "completion.debounceMs": 0,
        "providers.mine.kind": kind,
        "providers.mine.baseUrl": f"http://127.0.0.1:{port}",
        "providers.mine.model": model or QUICK,
    }
    if kind != "ollama":
        settings["providers.mine.fim"] = "starcoder"
    return House(folders({"CODEGREX_HOME": str(home)}), Wishes(flags=settings))


def source(lines: int) -> str:
    """Ordinary code: the same on each run."""
    chance = random.Random(7)
    nouns = ["invoice", "customer", "order", "ledger", "parcel", "route", "window", "token_count"]
    verbs = ["load", "store", "merge", "split", "verify", "render", "count", "select"]
    out: list[str] = []
    while len(out) < lines:
        noun, verb = chance.choice(nouns), chance.choice(verbs)
        out += [
            f"def {verb}_{noun}({noun}: dict[str, int], limit: int = {chance.randrange(99)}):",
            f'    """Return the {noun} after {verb}."""',
            f"    total = sum({noun}.values()) + {chance.randrange(1000)}",
            f'    if total > limit and "{chance.choice(nouns)}" in {noun}:',
            f"        return {verb}(total, key={chance.choice(nouns)!r})",
            f"    url = 'https://api.example.com/{noun}/{chance.randrange(100)}'",
            "    return total, url",
            "",
        ]
    return "\n".join(out[:lines]) + "\n"


def request(folder: Path, text: str, cursor: int, name: str = "main.py") -> CompletionRequest:
    path = folder / name
    snapshot = Snapshot(path.as_uri(), path, folder, Sealed(text), 1, "python")
    return CompletionRequest(snapshot, cursor, Trigger.INVOKED)
