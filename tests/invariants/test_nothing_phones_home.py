"""Invariant 14: no update check, no telemetry, no download that a person did not command."""

from __future__ import annotations

import ast
import asyncio
import json
import os
from pathlib import Path

import pytest

import codegrex_lsp
from tests.fakes.http import FakeServer
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.talk import SERVER, talk

PACKAGE = Path(codegrex_lsp.__file__).parent

HOSTS_ALLOWED = ("settings/providers.py",)
"""Where public addresses stand: the table of providers that a person may choose."""

NAMES_ONLY = (
    "https://json-schema.org/draft/2020-12/schema",
    "https://json.schemastore.org/sarif-2.1.0.json",
)
"""Addresses that are names of things and are never opened."""


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def strings(path: Path) -> list[str]:
    """Every string that code could use; a string that stands alone is for readers."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
    ]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_names_a_public_address(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix() in HOSTS_ALLOWED:
        return
    for text in strings(path):
        if text in NAMES_ONLY:
            continue
        for scheme in ("http://", "https://"):
            for tail in text.split(scheme)[1:]:
                host = tail.split("/")[0].split(":")[0]
                assert (
                    not host
                    or " " in host
                    or host.startswith(("127.", "[::1", "localhost", "HOST", "{", "proxy.example"))
                ), text


async def test_an_idle_session_makes_no_connection(tmp_path: Path) -> None:
    """Started, opened, left alone, ended: the ledger is empty and no model server was asked."""
    folder = tmp_path / "w"
    folder.mkdir()
    environ = {**os.environ, "CODEGREX_HOME": str(tmp_path / "home")}
    async with FakeServer() as model, talk(environ, SERVER) as editor:
        settings = {
            "providers": {"ollama": {"baseUrl": model.base_url}},
            "completion": {"preload": False},
        }
        await editor.start(folder, settings)
        await editor.open(folder / "main.py", "x = 1\n")
        await editor.request("codegrex/status", {})
        assert await editor.end() == 0
        assert model.connections == 0
    kept = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert not [path for path in kept if "ledger" in str(path) and path.suffix == ".jsonl"]


async def test_an_idle_session_has_a_model_on_this_machine_loaded_and_asks_nothing_else(
    tmp_path: Path,
) -> None:
    """The one thing that happens by itself, and can be switched off: local, and without text."""
    folder = tmp_path / "w"
    folder.mkdir()
    environ = {**os.environ, "CODEGREX_HOME": str(tmp_path / "home")}
    async with FakeOllama({"m": FakeModel()}) as ollama, talk(environ, SERVER) as editor:
        providers = {"ollama": {"baseUrl": ollama.base_url, "model": "m"}}
        await editor.start(folder, {"providers": providers})
        await editor.open(folder / "main.py", "canary = 1\n")
        async with asyncio.timeout(60):
            while not ollama.loads:
                await asyncio.sleep(0.02)
        assert await editor.end() == 0
    asked = [(one.target, json.loads(one.body)) for one in ollama.server.requests]
    assert asked == [
        ("/api/show", {"model": "m"}),
        ("/api/generate", {"model": "m", "stream": False}),
    ]
    ledger = (tmp_path / "home").rglob("ledger/*.jsonl")
    lines = [json.loads(line) for file in ledger for line in file.read_text().splitlines()]
    entries = [line for line in lines if "task" in line]
    assert {(one["task"], one["destination"]) for one in entries} == {("probe", "local")}
