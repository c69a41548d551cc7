"""A full disk, a read-only home, and files of ours that are not what they should be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bad_input.conftest import CANARY, END, MODEL, TEXT, Place, Serve, decision, settings
from tests.fakes.ollama import FakeModel, FakeOllama


@pytest.fixture(params=["full", "read-only"])
def disk(request: Any, place: Place) -> Iterator[str]:
    """The home lies on a disk of its own, which takes nothing."""
    if sys.platform != "linux":
        pytest.skip("other platform: no tmpfs")
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    place.home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place.home)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine does not let root mount a disk")
    try:
        with (place.home / "filler").open("wb", buffering=0) as file:
            while _write(file):
                pass
        if request.param == "read-only":
            subprocess.run(["mount", "-o", "remount,ro", str(place.home)], check=True)
        yield request.param
    finally:
        subprocess.run(["umount", str(place.home)], check=True)


def _write(file: Any) -> bool:
    try:
        return bool(file.write(b"x" * 4096))
    except OSError:
        return False


WORDS = {"full": "the disk is full", "read-only": "read-only disk"}


async def test_local_suggestions_go_on_and_the_status_says_that_they_are_not_recorded(
    place: Place, serve: Serve, ollama: FakeOllama, disk: str
) -> None:
    path = place.work / "a.py"
    async with serve(settings(ollama.base_url)) as editor:
        await editor.open(path, TEXT)
        (item,) = await editor.ghost(path, *END)
        assert item["insertText"] == "w * h"
        status = await editor.request("codegrex/status", {})
        assert status["kind"] == "warning"
        assert "not being recorded" in status["message"]
        assert WORDS[disk] in status["message"]
        answer = await editor.request("codegrex/setMode", {"mode": "offline"})
        assert answer["error"]["message"].startswith("The choice can not be stored")
        assert (await editor.request("codegrex/status", {}))["mode"] == "sensitive"


async def test_nothing_goes_to_the_cloud_unrecorded(place: Place, serve: Serve, disk: str) -> None:
    far = FakeModel(insert=True, remote_host="https://models.example")
    path = place.work / "a.py"
    async with FakeOllama({MODEL: far}) as daemon:
        wanted = settings(daemon.base_url, **{"privacy.mode": "normal"})
        async with serve(wanted) as editor:
            await editor.open(path, TEXT)
            assert await editor.ghost(path, *END) is None
            told = await decision(editor)
        assert told["code"] == "ledger-unwritable"
        assert WORDS[disk] in told["message"]
        assert daemon.prompts == []


def test_doctor_and_the_verbs_say_so(place: Place, disk: str) -> None:
    (place.work / "a.py").write_text(TEXT)
    done = place.command("doctor", "--json")
    checks = {check["id"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 1
    assert checks["ledger"]["status"] == "fail"
    assert WORDS[disk] in checks["ledger"]["message"]
    for arguments in ("config show", "mode", "ledger", "ledger verify", "check-ignore a.py"):
        done = place.command(*arguments.split())
        assert done.returncode in (0, 1), (arguments, done.stderr)
        assert "Traceback" not in done.stderr
    done = place.command("mode", "set", "offline")
    assert done.returncode == 3
    assert "can not be stored" in done.stderr


@pytest.fixture
def past(place: Place) -> str:
    """The home of somebody who used CodeGrex before: one line in the ledger."""
    from codegrex_lsp.egress.ledger import Entry, Ledger
    from codegrex_lsp.state import secret
    from codegrex_lsp.values.mode import Destination, Mode, Task

    state = place.home / "state"
    ledger = Ledger(state / "ledger", secret.load(state).derive("ledger"), lambda: 1.0)
    where = (Task.COMPLETION, Mode.NORMAL, Destination.LOCAL)
    ledger.record(Entry(*where, "ollama", "127.0.0.1:1", "m", b"{}"))
    assert ledger.verify().ok
    return ledger.verify().last


def test_a_key_that_can_not_be_read_does_not_cost_the_ledger(place: Place, past: str) -> None:
    """Without the key the end of the chain can not be sealed, so nothing is appended to it."""
    key = place.home / "state" / "machine.key"
    content = key.read_bytes()
    key.unlink()
    key.mkdir()
    (place.work / "a.py").write_text(TEXT)
    for _ in range(10):
        done = place.command("doctor", "--json")
    checks = {check["id"]: check for check in json.loads(done.stdout)["checks"]}
    assert checks["ledger"]["status"] == "fail"
    assert "machine.key" in checks["ledger"]["message"]
    key.rmdir()
    key.write_bytes(content)
    done = place.command("ledger", "verify", "--json")
    told = json.loads(done.stdout)
    assert (told["ok"], told["requests"], told["last"]) == (True, 1, past)


@pytest.mark.parametrize("spoil", ["head.json", "000001.jsonl"])
async def test_a_ledger_that_was_tampered_with_is_told_and_goes_on(
    place: Place, serve: Serve, ollama: FakeOllama, past: str, spoil: str
) -> None:
    file = place.home / "state" / "ledger" / spoil
    file.write_bytes(file.read_bytes().replace(b"1", b"2"))
    path = place.work / "a.py"
    async with serve(settings(ollama.base_url)) as editor:
        await editor.open(path, TEXT)
        assert await editor.ghost(path, *END) is not None
    done = place.command("ledger", "verify")
    assert done.returncode == 1
    assert "broken at" in done.stdout
    assert place.command("doctor").returncode == 1


@pytest.mark.parametrize("where", ["state/ledger", "state"])
async def test_a_folder_that_is_a_link_to_elsewhere_is_used_as_the_person_laid_it(
    place: Place, serve: Serve, ollama: FakeOllama, tmp_path: Path, where: str
) -> None:
    (tmp_path / "disk2").mkdir()
    (place.home / where).parent.mkdir(parents=True, exist_ok=True)
    (place.home / where).symlink_to(tmp_path / "disk2")
    path = place.work / "a.py"
    async with serve(settings(ollama.base_url)) as editor:
        await editor.open(path, TEXT)
        assert await editor.ghost(path, *END) is not None
    lines = place.command("ledger", "show", "--json").stdout.splitlines()
    assert [json.loads(line)["task"] for line in lines] == ["probe", "completion"]
    assert list(tmp_path.joinpath("disk2").rglob("*.jsonl"))


@pytest.mark.parametrize("choices", [b"\xff\x00", b"[]", b'{"machine": "normal"', b"{}" * 10**6])
async def test_stored_choices_that_can_not_be_read_loosen_nothing(
    place: Place, serve: Serve, ollama: FakeOllama, choices: bytes
) -> None:
    place.config('[privacy]\nmode = "normal"\n')
    (place.home / "state").mkdir()
    (place.home / "state" / "choices.json").write_bytes(choices)
    async with serve(settings(ollama.base_url)) as editor:
        status = await editor.request("codegrex/status", {})
    assert status["mode"] == "sensitive"
    assert "choices.json" in status["message"]


@pytest.mark.parametrize(
    "span", ["99999999999d", "9" * 400 + "m", "0001-01-01", "9999-12-31T23:59"]
)
def test_any_time_may_be_asked_of_the_ledger(place: Place, past: str, span: str) -> None:
    done = place.command("ledger", "show", "--json", "--since", span)
    assert done.returncode in (0, 2), done.stderr
    assert "Traceback" not in done.stderr
    assert CANARY not in done.stderr


@pytest.mark.parametrize("lock", ["state/choices.lock", "state/machine.lock"])
def test_a_lock_that_a_suspended_server_holds_is_not_waited_for_for_ever(
    place: Place, lock: str
) -> None:
    from codegrex_lsp import portable

    (place.home / lock).parent.mkdir(parents=True)
    with portable.locked(place.home / lock):
        done = place.command("mode", "set", "offline")
    assert done.returncode == (3 if "choices" in lock else 0), done.stderr
    assert "Traceback" not in done.stderr
