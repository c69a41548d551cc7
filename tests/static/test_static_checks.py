"""Each checker of the project as one test, with the checker's own words when it fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.toolbox import CHECKOUT, toolbox

PYTHON = sys.executable
CHECKED = ("codegrex_lsp", "tests", "tools", "bench")


def assert_passes(*command: str | Path, cwd: Path = CHECKOUT) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=toolbox().environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}", pytrace=False)


def test_ruff_finds_nothing() -> None:
    assert_passes(PYTHON, "-m", "ruff", "check", *CHECKED)


def test_every_file_is_formatted() -> None:
    assert_passes(PYTHON, "-m", "ruff", "format", "--check", *CHECKED)


def test_the_package_is_strictly_typed() -> None:
    assert_passes(PYTHON, "-m", "mypy")


def test_the_tools_are_strictly_typed() -> None:
    assert_passes(PYTHON, "-m", "mypy", "-p", "tools")


def test_imports_go_one_way() -> None:
    assert_passes(Path(PYTHON).with_name("lint-imports"), "--no-cache")


def test_generated_files_are_fresh() -> None:
    assert_passes(PYTHON, "-m", "codegrex_lsp.settings.generate", "--check")


def test_the_client_is_strictly_typed_and_formatted() -> None:
    tools = toolbox()
    if not tools.client.exists():
        pytest.skip("the client's packages are missing: make tools")
    assert_passes(tools.shims / "npm", "run", "check", cwd=CHECKOUT / "vscode-client")
