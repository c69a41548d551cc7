"""What every editor is given: this checkout's server on its path, a model, a sample workspace."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.model import home_with_starter, starter_file
from tools.toolbox import CHECKOUT, Toolbox, toolbox

SAMPLE = '''"""Small sums."""


def add(a, b):
    """Return a plus b."""
    return a + b


def subtract(a, b):
    """Return a minus b."""
    return a - b


def multiply(a, b):
    """Return a times b."""
'''
TYPED = "    return "


@pytest.fixture(scope="session")
def tools() -> Toolbox:
    """The test tools; each test skips by name what it misses."""
    return toolbox()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder with a file that may be read and one that may not."""
    folder = tmp_path / "sums"
    (folder / "secrets").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / "sums.py").write_text(SAMPLE)
    (folder / ".codegrexignore").write_text("# kept from every model\nsecrets/\n")
    (folder / "secrets" / "plan.py").write_text("print('for nobody')\n")
    return folder


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment whose `codegrex-lsp` is this checkout's, with a home of its own."""
    home = tmp_path / "home"
    programs = home / ".local/bin"  # where pipx puts it; VS Code asks a login shell for the path
    programs.mkdir(parents=True)
    (home / ".profile").write_text('PATH="$HOME/.local/bin:$PATH"\n')
    codegrex_home = tmp_path / "codegrex"
    home_with_starter(codegrex_home, starter_file())
    server = programs / "codegrex-lsp"
    server.write_text(
        "#!/bin/sh\n"
        f'export PYTHONPATH="{CHECKOUT}" CODEGREX_HOME="{codegrex_home}"\n'
        f'exec "{sys.executable}" -m codegrex_lsp "$@"\n'
    )
    server.chmod(0o755)
    return {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "SHELL": "/bin/bash",
        "LANG": "C.UTF-8",
    }
