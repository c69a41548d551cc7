"""Settings that can not be read are named, the rest holds, and the server always starts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bad_input.conftest import CANARY, END, TEXT, Place, Serve, settings
from tests.fakes.ollama import FakeOllama

BAD_FILES = {
    "not TOML": f'privacy.mode = "{CANARY}\n'.encode(),
    "binary": bytes(range(256)) * 40,
    "not UTF-8": f"# {CANARY} \xe9\n".encode("latin-1"),
    "too large": b"# padding\n" * 40_000,
    "wrong type": f'[privacy]\nmode = ["{CANARY}"]\n'.encode(),
    "wrong value": f'[privacy]\nmode = "{CANARY}"\n'.encode(),
    "a table in place of a value": f"[privacy.mode]\n{CANARY} = 1\n".encode(),
    "a value in place of a table": b"privacy = 3\n",
    "unknown key": b"[completion]\nmaxTokenz = 12\n",
    "deeply nested": b"a = " + b"[" * 5_000 + b"]" * 5_000,
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES)
async def test_the_server_says_what_is_wrong_and_goes_on(
    place: Place, serve: Serve, ollama: FakeOllama, content: bytes
) -> None:
    file = place.config(content)
    async with serve(settings(ollama.base_url)) as editor:
        await editor.open(place.work / "a.py", TEXT)
        (item,) = await editor.ghost(place.work / "a.py", *END)
        assert item["insertText"] == "w * h"
        status = await editor.request("codegrex/status", {})
        file.unlink()  # it holds the canary itself
    assert status["mode"] == "sensitive"
    assert status["kind"] == "warning"
    assert status["message"].startswith("user file")
    assert CANARY not in json.dumps(status) + json.dumps(editor.told)


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES)
def test_the_doctor_names_it(place: Place, content: bytes) -> None:
    place.config(content)
    done = place.command("doctor", "--json")
    checks = json.loads(done.stdout)["checks"]
    (named, *_) = [check for check in checks if check["id"].startswith("settings")]
    assert named["status"] in ("warn", "fail")
    assert named["message"].startswith("user file")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert CANARY not in done.stdout + done.stderr


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES)
async def test_a_spoiled_file_of_the_repository_loosens_nothing(
    place: Place, serve: Serve, ollama: FakeOllama, content: bytes
) -> None:
    (place.work / ".codegrex.toml").write_bytes(content)
    place.config('privacy.mode = "normal"\n')
    async with serve(settings(ollama.base_url)) as editor:
        status = await editor.request("codegrex/status", {})
    assert status["mode"] in ("sensitive", "normal")
    if content not in (BAD_FILES["unknown key"], BAD_FILES["a value in place of a table"]):
        assert status["mode"] == "sensitive"
    assert "repository file" in status["message"]


@pytest.mark.parametrize("make", ["folder", "loop", "pipe"])
async def test_something_else_in_the_place_of_the_file(
    place: Place, serve: Serve, ollama: FakeOllama, make: str
) -> None:
    import os

    file = place.config("")
    file.unlink()
    if make == "folder":
        file.mkdir()
    elif make == "loop":
        file.symlink_to(file)
    elif hasattr(os, "mkfifo"):
        os.mkfifo(file)
    else:
        pytest.skip("other platform: no named pipes")
    async with serve(settings(ollama.base_url)) as editor:
        status = await editor.request("codegrex/status", {})
    assert status["message"].startswith("user file: config.toml")
    assert status["kind"] == "warning"


@pytest.mark.parametrize(
    "wanted",
    [
        {"privacy.mode": 7},
        {"privacy": {"mode": [CANARY]}},
        {"completion.routes": CANARY},
        {"completion.routes": [{"a": 1}]},
        {"providers": [1, 2]},
        {"providers": {CANARY: 1}},
        {"providers.ollama.headers": {CANARY + " x": "y"}},
        {"network.timeouts": {"connect": "soon"}},
        {"network.timeouts": {"connect": -1}},
        {"completion.maxTokens": 10**30},
        {"completion.contextTokens": 1.5},
        {"privacy.customPatterns": [{"name": "x", "pattern": "(a+)+$", "kind": "secret"}]},
        {"privacy.pathPolicies": [{"glob": "!x", "level": "never"}]},
    ],
    ids=lambda wanted: next(iter(wanted)),
)
async def test_settings_from_the_editor_of_any_shape(
    place: Place, serve: Serve, ollama: FakeOllama, wanted: dict[str, Any]
) -> None:
    async with serve({**settings(ollama.base_url), **wanted}) as editor:
        await editor.open(place.work / "a.py", TEXT)
        answer = await editor.ghost(place.work / "a.py", *END)
        status = await editor.request("codegrex/status", {})
    assert answer is None or isinstance(answer, list)
    assert status["mode"] == "sensitive"
    assert status["kind"] in ("warning", "error")
    assert status["message"]


def test_the_folder_of_settings_is_a_file(place: Place, tmp_path: Path) -> None:
    place.home.mkdir()
    (place.home / "config").write_text("")
    done = place.command("config", "show", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["settings"]["privacy.mode"]["value"] == "sensitive"
