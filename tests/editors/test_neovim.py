"""A real Neovim with the configuration we ship and the lines our documentation gives."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.editors.conftest import SAMPLE, TYPED
from tools.toolbox import CHECKOUT, Toolbox

COLD_MODEL_SECONDS = 120


class Neovim:
    """A headless Neovim that is typed into from outside."""

    def __init__(self, program: Path, socket: Path, environ: dict[str, str]) -> None:
        self._remote = [str(program), "--server", str(socket)]
        self._environ = environ

    def type(self, keys: str) -> None:
        self._ask("--remote-send", keys)

    def lua(self, expression: str) -> Any:
        """Value of a Lua expression."""
        quoted = f"vim.json.encode({{ {expression} }})".replace("'", "''")
        answer = json.loads(self._ask("--remote-expr", f"luaeval('{quoted}')"))
        return answer[0] if answer else None

    def wait(self, expression: str, until: Callable[[Any], bool] = bool) -> Any:
        """Value of a Lua expression once `until` holds for it."""
        for _ in range(COLD_MODEL_SECONDS * 5):
            if until(value := self.lua(expression)):
                return value
            time.sleep(0.2)
        messages = self._ask("--remote-expr", "execute('messages')")
        raise AssertionError(f"never so: {expression}, last {value!r}; {messages}")

    def _ask(self, *words: str) -> str:
        done = subprocess.run(
            [*self._remote, *words], env=self._environ, capture_output=True, text=True, timeout=150
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def neovim(
    tools: Toolbox, tmp_path: Path, workspace: Path, environ: dict[str, str]
) -> Iterator[Neovim]:
    """Neovim with the sample open, set up as docs/editors/neovim.md says."""
    if not tools.nvim.exists():
        pytest.skip("Neovim is missing: make tools")
    setup = tmp_path / "init.lua"
    enable = f"vim.opt.runtimepath:prepend([[{CHECKOUT}]])\nvim.lsp.enable('codegrex')\n"
    setup.write_text(enable + ghost_text_lines())
    socket = tmp_path / "nvim"
    command = [tools.nvim, "--headless", "-u", setup, "-i", "NONE", "-n", "--listen", socket]
    process = subprocess.Popen(
        [str(part) for part in [*command, "sums.py"]],
        cwd=workspace,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not socket.exists():
            assert process.poll() is None, "Neovim ended"
            time.sleep(0.05)
        nvim = Neovim(tools.nvim, socket, environ)
        nvim.wait("#vim.lsp.get_clients({ name = 'codegrex' })")
        yield nvim
    finally:
        process.terminate()
        process.wait(20)


def ghost_text_lines() -> str:
    """The Lua that the documentation gives for Neovim 0.11."""
    page = (CHECKOUT / "docs/editors/neovim.md").read_text()
    found = re.search(r"```lua\n(-- ghost text\n.*?)```", page, re.DOTALL)
    assert found
    return found[1]


STATUS = "vim.g.codegrex_status or ''"
CLIENT = "vim.lsp.get_clients({ name = 'codegrex' })[1]"
EXTMARKS = (
    "vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace('codegrex'), 0, -1, "
    "{ details = true })"
)


def test_it_answers_the_standard_request(neovim: Neovim) -> None:
    neovim.type(f"Go{TYPED.strip()} <Esc>A")
    parameters = (
        "vim.tbl_extend('force', vim.lsp.util.make_position_params(0, 'utf-8'), "
        "{ context = { triggerKind = 1 } })"
    )
    request = f"{CLIENT}:request_sync('textDocument/inlineCompletion', {parameters}, 120000)"
    answer = neovim.lua(request)
    items = answer["result"] if isinstance(answer["result"], list) else answer["result"]["items"]
    assert items
    for item in items:
        assert item["insertText"]
        assert set(item["range"]) == {"start", "end"}
        assert item["command"]["command"] == "codegrex.accept"
    assert neovim.lua(f"{CLIENT}.offset_encoding") == "utf-8"


def test_ghost_text_shows_and_tab_takes_it(neovim: Neovim) -> None:
    neovim.type(f"Go{TYPED.strip()} ")
    marks = neovim.wait(EXTMARKS)
    ghost = marks[0][3]["virt_text"][0][0]
    assert ghost
    neovim.type("<Tab>")
    text = neovim.wait(
        "table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')",
        lambda value: value.startswith(SAMPLE) and ghost in value[len(SAMPLE) :],
    )
    assert "\t" not in text[len(SAMPLE) :]
    assert neovim.lua(EXTMARKS) == []


def test_the_status_line_follows_from_mode_to_destination_to_a_file_that_is_not_read(
    neovim: Neovim,
) -> None:
    assert neovim.wait(STATUS) == "sensitive"
    neovim.type(f"Go{TYPED.strip()} ")
    neovim.wait(STATUS, lambda value: value == "sensitive · local")
    neovim.type("<Esc>:edit! secrets/plan.py<CR>Goprint(")
    neovim.wait(STATUS, lambda value: value == "sensitive · file not read")
    assert neovim.lua(EXTMARKS) == []
