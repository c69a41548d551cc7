"""Invariant 7: a canary planted everywhere is found in no log, error, status, file or ledger.

The real server runs with logging turned up, meets every failure we know, and everything that it
wrote, apart from answers that are meant to hold text, is searched.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.fakes.http import FakeServer, Reply
from tests.support.talk import SERVER, talk

CANARY = "kanarienvogel" + "4711"
SECRET = "ghp_" + "c4N4rY0000000000" + "00000000000000000000"

FAILURES = {
    "a server error that quotes us": Reply((f'{{"error": "{CANARY}"}}'.encode(),), 500),
    "garbage": Reply((f"%%% {CANARY} %%%".encode(),), 200),
    "half a line": Reply((f'{{"response": "{CANARY}'.encode(),), 200),
    "a redirect": Reply(status=302, headers=(("location", f"http://127.0.0.1:9/{CANARY}"),)),
}


def planted(folder: Path) -> tuple[Path, str]:
    text = f'# {CANARY}\n{CANARY} = "{SECRET}"\nmail = "{CANARY}@corp-mail.io"\nx = \n'
    file = folder / f"{CANARY}.py"
    file.write_text(text)
    return file, text


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
async def test_the_canary_stays_inside(tmp_path: Path, failure: Reply) -> None:
    folder, home, errors = tmp_path / "w", tmp_path / "home", tmp_path / "stderr"
    folder.mkdir()
    file, text = planted(folder)
    environ = {**os.environ, "CODEGREX_HOME": str(home)}
    async with (
        FakeServer(failure) as model,
        talk(environ, (*SERVER, "--verbose"), errors) as editor,
    ):
        settings = {
            "completion": {"routes": ["ollama"]},
            "providers": {"ollama": {"baseUrl": model.base_url, "model": "m"}},
        }
        await editor.start(folder, settings)
        await editor.open(file, text)
        assert not await editor.ghost(file, 3, 4)
        strange = {"textDocument": {"uri": CANARY}, "position": CANARY}
        answers = [
            await editor.request("codegrex/status", {"uri": file.as_uri()}),
            await editor.request("codegrex/setMode", {"mode": CANARY}),
            await editor.request("codegrex/explainIgnore", {"uri": 4711}),
            await editor.request("textDocument/inlineCompletion", strange),
            await editor.request(f"codegrex/{CANARY}", {"text": CANARY}),
            await editor.request("workspace/executeCommand", {"command": CANARY}),
        ]
        assert await editor.end() == 0
    # A path goes back to the editor that named it, nowhere else.
    told = json.dumps([editor.told, answers]).replace(file.as_uri(), "").replace(file.name, "")
    assert CANARY not in told and SECRET not in told
    assert CANARY.encode() not in errors.read_bytes()
    assert SECRET.encode() not in errors.read_bytes()
    for kept in home.rglob("*"):
        if kept.is_file():
            assert CANARY.encode() not in kept.read_bytes(), kept.name
            assert SECRET.encode() not in kept.read_bytes(), kept.name
