"""An ignore file that can not be understood hides what it governs, and says so."""

from __future__ import annotations

import json
import os
import sys

import pytest

from tests.bad_input.conftest import CANARY, END, TEXT, Place, Serve, decision, settings
from tests.fakes.ollama import FakeOllama

BAD_FILES = {
    "binary": b"\x00\x01\x02" + CANARY.encode() + bytes(range(256)),
    "10 MB": b"some/pattern/*\n" * 700_000,
    "not UTF-8": b"caf\xe9/\n" * 3,
}


@pytest.mark.parametrize("name", [".codegrexignore", ".gitignore"])
@pytest.mark.parametrize(
    "content", [BAD_FILES["binary"], BAD_FILES["10 MB"]], ids=["binary", "10 MB"]
)
async def test_nothing_below_it_is_read_and_the_status_names_it(
    place: Place, serve: Serve, ollama: FakeOllama, name: str, content: bytes
) -> None:
    (place.work / name).write_bytes(content)
    path = place.work / "a.py"
    async with serve(settings(ollama.base_url)) as editor:
        await editor.open(path, TEXT)
        assert await editor.ghost(path, *END) is None
        status = await editor.request("codegrex/status", {"textDocument": {"uri": path.as_uri()}})
        told = await decision(editor)
        (entry,) = [await editor.request("codegrex/explainIgnore", {"uri": path.as_uri()})]
    assert status["file"]["ignored"] is True
    assert name in status["message"]
    assert told["code"] == "unreadable-rules" or "ignore" in told["code"], told
    assert CANARY not in json.dumps([status, told, entry])
    assert ollama.prompts == []


async def test_a_name_in_another_encoding_is_no_reason_to_stop(
    place: Place, serve: Serve, ollama: FakeOllama
) -> None:
    (place.work / ".codegrexignore").write_bytes(BAD_FILES["not UTF-8"] + b"hidden.py\n")
    async with serve(settings(ollama.base_url)) as editor:
        await editor.open(place.work / "hidden.py", TEXT)
        assert await editor.ghost(place.work / "hidden.py", *END) is None
    assert ollama.prompts == []


@pytest.mark.parametrize("kind", ["folder", "loop", "pipe", "unreadable"])
async def test_one_that_can_not_be_opened(
    place: Place, serve: Serve, ollama: FakeOllama, kind: str
) -> None:
    file = place.work / ".codegrexignore"
    if kind == "folder":
        file.mkdir()
    elif kind == "loop":
        file.symlink_to(file)
    elif kind == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("other platform: no named pipes")
        os.mkfifo(file)
    elif sys.platform != "win32" and os.geteuid() != 0:
        file.write_text("x\n")
        file.chmod(0)
    elif sys.platform == "linux":
        file.symlink_to("/proc/self/mem")  # opens for everybody, and can not be read
    else:
        pytest.skip("other platform: this user may read every file")
    path = place.work / "a.py"
    async with serve(settings(ollama.base_url)) as editor:
        await editor.open(path, TEXT)
        assert await editor.ghost(path, *END) is None
        status = await editor.request("codegrex/status", {"textDocument": {"uri": path.as_uri()}})
    assert status["file"]["ignored"] is True
    assert ".codegrexignore" in status["message"]
    assert ollama.prompts == []


@pytest.mark.parametrize(
    "content", [BAD_FILES["binary"], BAD_FILES["10 MB"]], ids=["binary", "10 MB"]
)
def test_doctor_and_check_ignore_name_it(place: Place, content: bytes) -> None:
    (place.work / ".codegrexignore").write_bytes(content)
    checks = json.loads(place.command("doctor", "--json").stdout)["checks"]
    (named,) = [check for check in checks if check["id"] == "ignore"]
    assert named["status"] == "warn"
    assert ".codegrexignore" in named["message"]
    done = place.command("check-ignore", "a.py")
    assert done.returncode == 0
    assert ".codegrexignore" in done.stdout
    assert CANARY not in done.stdout + done.stderr
