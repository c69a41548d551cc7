"""A provider's key stands in the header of its own provider's requests, and nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import codegrex_lsp

ROOT = Path(codegrex_lsp.__file__).parent

DISCLOSE = {
    "settings/keys.py": "for the header, and to be kept in the keychain",
    "settings/keysources.py": "to be kept in the person's file",
    "values/apikey.py": "to compare two",
}
STARTERS = {"create_subprocess_exec", "Popen"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        owner = function.value
        prefix = f"{owner.id}." if isinstance(owner, ast.Name) else ""
        return prefix + function.attr
    return function.id if isinstance(function, ast.Name) else ""


def test_only_these_modules_see_the_characters_of_a_key() -> None:
    seen = {
        file
        for file, tree in modules()
        for call in calls(tree)
        if name_of(call).endswith("disclose")
    }
    assert seen == set(DISCLOSE)


def test_every_child_process_gets_an_environment_of_ours() -> None:
    starting = [
        (file, call)
        for file, tree in modules()
        for call in calls(tree)
        if name_of(call).rpartition(".")[2] in STARTERS
        or (
            name_of(call) in ("subprocess.run", "run")
            and any(word.arg == "cwd" for word in call.keywords)
        )
    ]
    assert len(starting) >= 6
    for file, call in starting:
        assert any(word.arg == "env" for word in call.keywords), f"{file}:{call.lineno}"
        assert "without_keys" in (ROOT / file).read_text(), file
