"""Invariant 10: providers do no I/O, so a new provider can not be a new leak."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import codegrex_lsp.providers

ROOM = Path(codegrex_lsp.providers.__file__).parent
FILES = sorted(ROOM.glob("**/*.py"))

MAY_IMPORT = {
    "__future__",
    "collections.abc",
    "dataclasses",
    "enum",
    "json",
    "re",
    "types",
    "typing",
    "urllib.parse",
}
"""Standard modules that can neither read nor write; `urllib.parse` only takes an address apart."""

TABLE = {"importlib", "codegrex_lsp.settings.providers"}
"""What finds a translator by its row, in the package's own file and in no translator."""

OWN_ROOMS = ("errors", "privacy.cleared", "providers", "values")

MAY_NOT_CALL = {"open", "print", "exec", "eval", "compile", "input", "__import__", "breakpoint"}


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or ".")
    return names


def allowed(name: str) -> bool:
    own = name.removeprefix("codegrex_lsp.")
    return name in MAY_IMPORT or (
        name != own and any(own == room or own.startswith(f"{room}.") for room in OWN_ROOMS)
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_provider_imports_nothing_that_can_reach_out(file: Path) -> None:
    names = imported(ast.parse(file.read_text("utf-8")))
    table = TABLE if file.name == "__init__.py" else set()
    assert [name for name in names - table if not allowed(name)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_provider_calls_nothing_that_reads_or_writes(file: Path) -> None:
    called = {
        node.func.id
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called & MAY_NOT_CALL == set()


@pytest.mark.parametrize("line", ["import socket", "import os", "from codegrex_lsp import egress"])
def test_the_walk_would_notice(line: str) -> None:
    assert not all(allowed(name) for name in imported(ast.parse(line)))


def test_there_is_a_room_to_walk() -> None:
    assert {"ollama.py", "llamacpp.py", "framing.py"} <= {file.name for file in FILES}
