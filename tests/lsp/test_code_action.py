"""What can be done about a masked value: say that it is not secret, or keep the file unread."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.memory_editor import MemoryEditor
from tests.support.planted import AWS, GITHUB, url

CAN: dict[str, Any] = {
    "textDocument": {"diagnostic": {}, "codeAction": {"codeActionLiteralSupport": {}}},
    "workspace": {"workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]}},
    "window": {"showDocument": {"support": True}},
}
TEXT = f'a = "{AWS}"\nb = "{GITHUB}"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ws"


@pytest.fixture
def uri(folder: Path) -> str:
    return (folder / "app.py").as_uri()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The person's settings file."""
    return tmp_path / "home" / "config" / "config.toml"


def on_line(number: int) -> dict[str, Any]:
    place = {"line": number, "character": 7}
    return {"start": place, "end": place}


async def actions(
    editor: MemoryEditor, uri: str, range_: dict[str, Any], **context: Any
) -> list[Any]:
    params = {
        "textDocument": {"uri": uri},
        "range": range_,
        "context": {"diagnostics": [], **context},
    }
    found: list[Any] = await editor.request("textDocument/codeAction", params)
    return found


async def run(editor: MemoryEditor, command: dict[str, Any]) -> Any:
    params = {"command": command["command"], "arguments": command["arguments"]}
    return await editor.request("workspace/executeCommand", params)


async def masked(editor: MemoryEditor, uri: str) -> set[str]:
    report = await editor.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    return {one["code"] for one in report["items"]}


# ---- which actions there are


async def test_a_masked_value_can_be_allowed_and_its_file_ignored(
    real: MemoryEditor, uri: str
) -> None:
    await real.start(CAN)
    real.open(uri, TEXT)
    allow, ignore = await actions(real, uri, on_line(0))
    assert allow["title"] == "Not a secret: AWS access key id"
    assert allow["command"]["command"] == "codegrex.allowValue"
    assert ignore["command"]["command"] == "codegrex.ignoreFile"
    assert {allow["kind"], ignore["kind"]} == {"quickfix"}
    assert [one["code"] for one in allow["diagnostics"]] == ["aws-access-key"]
    assert AWS not in json.dumps([allow, ignore])


async def test_elsewhere_there_is_nothing_to_do(real: MemoryEditor, uri: str) -> None:
    await real.start(CAN)
    real.open(uri, TEXT)
    assert await actions(real, uri, on_line(2)) == []
    assert await actions(real, "file:///not/open.py", on_line(0)) == []


@pytest.mark.parametrize(
    ("only", "offered"),
    [
        ([], False),
        (["quickfix"], True),
        (["refactor"], False),
        (["refactor", ""], True),
        (["quick"], False),
    ],
)
async def test_only_the_kinds_that_are_asked_for_are_given(
    real: MemoryEditor, uri: str, only: list[str], offered: bool
) -> None:
    await real.start(CAN)
    real.open(uri, TEXT)
    assert bool(await actions(real, uri, on_line(0), only=only)) is offered


async def test_an_editor_that_knows_no_code_actions_gets_commands(
    real: MemoryEditor, uri: str
) -> None:
    await real.start()
    real.open(uri, TEXT)
    found = await actions(real, uri, on_line(0))
    assert [one["command"] for one in found] == ["codegrex.allowValue", "codegrex.ignoreFile"]


async def test_a_document_in_no_file_can_not_be_ignored(real: MemoryEditor) -> None:
    await real.start(CAN)
    real.open("untitled:Untitled-1", TEXT)
    (allow,) = await actions(real, "untitled:Untitled-1", on_line(0))
    assert allow["command"]["command"] == "codegrex.allowValue"
    params = {"textDocument": {"uri": "untitled:Untitled-1"}}
    refused = {"command": "codegrex.ignoreFile", "arguments": [params]}
    error = await real.refusal("workspace/executeCommand", refused)
    assert "no file behind" in error["message"]


# ---- not a secret


async def test_an_allowed_value_is_masked_no_more_and_the_others_still_are(
    real: MemoryEditor, uri: str, config: Path
) -> None:
    await real.start(CAN)
    real.open(uri, TEXT)
    assert await masked(real, uri) == {"aws-access-key", "github-token"}
    allow, _ = await actions(real, uri, on_line(0))
    assert await run(real, allow["command"]) is None
    assert await masked(real, uri) == {"github-token"}
    assert AWS not in config.read_text()
    assert "# AWS access key id" in config.read_text()


async def test_the_person_keeps_their_comments(real: MemoryEditor, uri: str, config: Path) -> None:
    config.parent.mkdir(parents=True)
    before = '# mine\n[privacy]\nmode = "offline"  # on trains\n'
    config.write_text(before)
    await real.start(CAN)
    real.open(uri, TEXT)
    allow, _ = await actions(real, uri, on_line(0))
    await run(real, allow["command"])
    assert config.read_text().startswith(before)
    assert await masked(real, uri) == {"github-token"}


async def test_part_of_a_url_can_be_allowed(real: MemoryEditor, uri: str) -> None:
    await real.start(CAN)
    real.open(uri, f'u = "{url()}"\n')
    assert await masked(real, uri)
    place = {"line": 0, "character": f'u = "{url()}"'.index("@")}
    allow, _ = await actions(real, uri, {"start": place, "end": place})
    await run(real, allow["command"])
    assert await masked(real, uri) == set()


async def test_a_settings_file_that_can_not_be_read_stays_as_it_is(
    real: MemoryEditor, uri: str, config: Path
) -> None:
    config.parent.mkdir(parents=True)
    config.write_text("[privacy\n")
    await real.start(CAN)
    real.open(uri, TEXT)
    allow, _ = await actions(real, uri, on_line(0))
    error = await real.refusal("workspace/executeCommand", allow["command"])
    assert error["message"].startswith("Nothing was kept: config.toml is not TOML")
    assert config.read_text() == "[privacy\n"


async def test_a_list_in_the_editor_would_make_ours_useless_and_is_named(
    real: MemoryEditor, uri: str, config: Path
) -> None:
    stated = {"settings": {"privacy": {"allow": ["0" * 64]}}}
    await real.start(CAN, initializationOptions=stated)
    real.open(uri, TEXT)
    allow, _ = await actions(real, uri, on_line(0))
    error = await real.refusal("workspace/executeCommand", allow["command"])
    assert "privacy.allow of the editor counts" in error["message"]
    assert not config.exists()


async def test_a_value_is_not_allowed_in_a_document_that_changed_meanwhile(
    real: MemoryEditor, uri: str, config: Path
) -> None:
    await real.start(CAN)
    real.open(uri, TEXT)
    allow, _ = await actions(real, uri, on_line(0))
    real.change(uri, 2, TEXT.replace(AWS, GITHUB[::-1]))
    error = await real.refusal("workspace/executeCommand", allow["command"])
    assert error["code"] == -32803
    assert not config.exists()


@pytest.mark.parametrize(("line", "open_it"), [(2, True), (0, False)])
async def test_where_nothing_is_masked_nothing_can_be_allowed(
    real: MemoryEditor, uri: str, config: Path, line: int, open_it: bool
) -> None:
    await real.start(CAN)
    if open_it:
        real.open(uri, TEXT)
    place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": 7}}
    command = {"command": "codegrex.allowValue", "arguments": [place]}
    assert (await real.refusal("workspace/executeCommand", command))["code"] == -32803
    assert not config.exists()


# ---- do not read this file


def applies_to_disk(editor: MemoryEditor) -> None:
    """The editor makes the edits that it is asked for, and saves them."""

    def apply(params: dict[str, Any]) -> dict[str, Any]:
        for change in params["edit"].get("documentChanges", []):
            if change.get("kind") == "create":
                path_of(change["uri"]).touch(exist_ok=True)
                continue
            (edit,) = change["edits"]
            file = path_of(change["textDocument"]["uri"])
            assert edit["range"]["start"] == edit["range"]["end"] == end_of(file.read_text())
            file.write_text(file.read_text() + edit["newText"])
        return {"applied": True}

    editor.replies["workspace/applyEdit"] = apply


def path_of(uri: str) -> Path:
    return Path(uri.removeprefix("file://"))


def end_of(text: str) -> dict[str, int]:
    lines = text.split("\n")
    return {"line": len(lines) - 1, "character": len(lines[-1])}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "/app.py\n"),
        ("", "/app.py\n"),
        ("*.csv\n", "*.csv\n/app.py\n"),
        ("# last line", "# last line\n/app.py\n"),
    ],
)
async def test_a_line_for_the_file_is_added_at_the_end(
    real: MemoryEditor, folder: Path, uri: str, before: str | None, after: str
) -> None:
    rules = folder / ".codegrexignore"
    if before is not None:
        rules.write_text(before)
    await real.start(CAN)
    applies_to_disk(real)
    real.open(uri, TEXT)
    _, ignore = await actions(real, uri, on_line(0))
    await run(real, ignore["command"])
    assert rules.read_text() == after
    assert await masked(real, uri) == set()


async def test_an_edit_that_is_not_saved_yet_is_shown_with_what_is_to_be_done(
    real: MemoryEditor, folder: Path, uri: str
) -> None:
    await real.start(CAN)
    real.replies["workspace/applyEdit"] = {"applied": True}
    real.open(uri, TEXT)
    _, ignore = await actions(real, uri, on_line(0))
    await run(real, ignore["command"])
    told = dict(real.told)
    assert told["window/showMessage"]["message"] == (
        "CodeGrex: save .codegrexignore, and this file is read no more."
    )
    shown = told["window/showDocument"]["uri"]
    assert shown == (folder / ".codegrexignore").as_uri()
    assert await masked(real, uri)


async def test_the_edit_is_made_to_the_text_that_the_editor_has_open(
    real: MemoryEditor, folder: Path, uri: str
) -> None:
    rules = folder / ".codegrexignore"
    rules.write_text("on disk\n")
    await real.start(CAN)
    real.open(rules.as_uri(), "one\r\ntwo", version=7, language="ignore")
    real.open(uri, TEXT)
    _, ignore = await actions(real, uri, on_line(0))
    await real.refusal("workspace/executeCommand", ignore["command"])
    (change,) = dict(real.told)["workspace/applyEdit"]["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": rules.as_uri(), "version": 7}
    (edit,) = change["edits"]
    assert edit["newText"] == "\r\n/app.py\r\n"
    assert edit["range"]["start"] == {"line": 1, "character": 3}


@pytest.mark.parametrize("answer", [None, {"applied": False}, "yes"])
async def test_an_editor_that_does_not_make_the_edit_is_believed(
    real: MemoryEditor, folder: Path, uri: str, answer: object
) -> None:
    await real.start(CAN)
    real.replies["workspace/applyEdit"] = answer
    real.open(uri, TEXT)
    _, ignore = await actions(real, uri, on_line(0))
    error = await real.refusal("workspace/executeCommand", ignore["command"])
    assert error["message"] == "The editor did not add to .codegrexignore."


async def test_a_file_that_is_ignored_already_needs_no_line(
    real: MemoryEditor, folder: Path, uri: str
) -> None:
    (folder / ".codegrexignore").write_text("app.py\n")
    await real.start(CAN)
    command = {"command": "codegrex.ignoreFile", "arguments": [{"textDocument": {"uri": uri}}]}
    error = await real.refusal("workspace/executeCommand", command)
    assert error["message"] == "This file is not read already."
    assert "workspace/applyEdit" not in dict(real.told)


async def test_an_editor_without_file_operations_gets_a_plain_edit(
    real: MemoryEditor, folder: Path, uri: str
) -> None:
    await real.start()
    real.open(uri, TEXT)
    command = {"command": "codegrex.ignoreFile", "arguments": [{"textDocument": {"uri": uri}}]}
    await real.refusal("workspace/executeCommand", command)
    edit = dict(real.told)["workspace/applyEdit"]["edit"]
    (change,) = edit["changes"][(folder / ".codegrexignore").as_uri()]
    assert change["newText"] == "/app.py\n"
