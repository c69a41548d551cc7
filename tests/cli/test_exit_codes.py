"""Every code that an error can carry ends the command as the error itself would."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from codegrex_lsp import errors
from codegrex_lsp.cli.exits import of_decision

PACKAGE = Path(errors.__file__).parent


def family() -> dict[str, type[errors.CodegrexError]]:
    return {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.CodegrexError)
    }


def raised() -> Iterator[tuple[str, str]]:
    """(class, code) of every error that is made in the package with a code written out."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                for word in node.keywords:
                    known = node.func.id in family() and word.arg == "code"
                    if known and isinstance(word.value, ast.Constant):
                        yield node.func.id, str(word.value.value)


CODES = sorted({*raised(), *((name, kind.default_code) for name, kind in family().items())})


def test_the_codes_are_found_at_all() -> None:
    assert ("BadAnswer", "stream-cut") in CODES
    assert len(CODES) > 30


@pytest.mark.parametrize(("name", "code"), [one for one in CODES if one[1] != "internal"])
def test_a_code_ends_the_command_as_its_error_would(name: str, code: str) -> None:
    assert of_decision(code) == family()[name].exit_code
