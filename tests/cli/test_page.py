"""The readable view on a real terminal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

import pty

SCRIPT = """
from codegrex_lsp.cli.page import page
view = page()
view.heading("a heading")
view.line("fine", "good")
view.table(("type", "stands as"), [("key", "cg_secret_1")])
view.text("a.py", "KEY = 'cg_secret_1'\\n\\x1b]0;title\\x07", ("cg_secret_1",))
view.beside(("left", "one"), ("right", "two"), ("one",))
with view.busy("loading"):
    view.stream("streamed")
"""


def shown(columns: int, **environ: str) -> str:
    """What a person sees, escape codes included."""
    here, there = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        env={**kept, "TERM": "xterm-256color", "COLUMNS": str(columns), **environ},
        stdin=subprocess.DEVNULL,
        stdout=there,
        stderr=subprocess.DEVNULL,
    )
    os.close(there)
    content = b""
    try:
        while chunk := os.read(here, 65536):
            content += chunk
    except OSError:
        pass  # Linux says so when the other side is gone
    finally:
        os.close(here)
    assert process.wait(timeout=60) == 0
    return content.decode()


def test_a_terminal_gets_colour_and_no_command_from_a_file() -> None:
    text = shown(120)
    assert "\x1b[" in text
    assert "\x1b]0;" not in text
    assert "␛]0;title␇" in text
    for part in ("a heading", "fine", "stands as", "cg_secret_1", "left", "right", "streamed"):
        assert part in text


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_color_and_a_dumb_terminal_get_no_escape_code(environ: dict[str, str]) -> None:
    text = shown(120, **environ)
    assert "\x1b" not in text
    assert "cg_secret_1" in text


def test_two_texts_stand_beside_each_other_where_there_is_room() -> None:
    def same_row(text: str) -> bool:
        return any("one" in line and "two" in line for line in text.splitlines())

    assert same_row(shown(120, NO_COLOR="1"))
    assert not same_row(shown(60, NO_COLOR="1"))
