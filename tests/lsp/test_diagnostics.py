"""What is masked is shown where it stands: in the editor's columns, and without its value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp.engine import findings
from tests.support.memory_editor import MemoryEditor
from tests.support.planted import AWS, EMAIL, GITHUB, pem

PULLS: dict[str, Any] = {"textDocument": {"diagnostic": {}}}
REFRESHES = {**PULLS, "workspace": {"diagnostics": {"refreshSupport": True}}}
LINE = f'key = "{AWS}"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ws" / "app.py"


async def published(editor: MemoryEditor, uri: str, times: int = 1) -> list[dict[str, Any]]:
    """The diagnostics of a document after so many publications."""

    def told() -> list[Any]:
        all_of_them = [p for m, p in editor.told if m == "textDocument/publishDiagnostics"]
        return [params for params in all_of_them if params["uri"] == uri]

    await editor.until(lambda: len(told()) >= times)
    found: list[dict[str, Any]] = told()[times - 1]["diagnostics"]
    return found


async def pulled(editor: MemoryEditor, uri: str) -> list[dict[str, Any]]:
    report = await editor.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    assert report["kind"] == "full"
    items: list[dict[str, Any]] = report["items"]
    return items


def place(line: int, character: int) -> dict[str, int]:
    return {"line": line, "character": character}


async def test_a_masked_value_is_told_with_what_it_is_and_where(
    real: MemoryEditor, file: Path
) -> None:
    await real.start()
    real.open(file.as_uri(), "import os\n" + LINE)
    (found,) = await published(real, file.as_uri())
    assert found == {
        "range": {"start": place(1, 7), "end": place(1, 7 + len(AWS))},
        "severity": 3,
        "code": "aws-access-key",
        "source": "CodeGrex",
        "message": "masked before it leaves: AWS access key id",
    }


async def test_an_editor_that_asks_is_answered_and_told_nothing_unasked(
    real: MemoryEditor, file: Path
) -> None:
    result = await real.start(PULLS)
    assert result["capabilities"]["diagnosticProvider"] == {
        "identifier": "codegrex",
        "interFileDependencies": False,
        "workspaceDiagnostics": False,
    }
    real.open(file.as_uri(), LINE)
    (found,) = await pulled(real, file.as_uri())
    assert found["code"] == "aws-access-key"
    assert "textDocument/publishDiagnostics" not in dict(real.told)


async def test_an_editor_that_does_not_ask_is_not_told_that_it_could(real: MemoryEditor) -> None:
    assert "diagnosticProvider" not in (await real.start())["capabilities"]


@pytest.mark.parametrize(
    ("encoding", "width"), [("utf-8", 4 + 3 + 2), ("utf-16", 2 + 1 + 1), ("utf-32", 1 + 1 + 1)]
)
async def test_columns_count_as_the_editor_counts(
    real: MemoryEditor, file: Path, encoding: str, width: int
) -> None:
    await real.start({**PULLS, "general": {"positionEncodings": [encoding]}})
    real.open(file.as_uri(), f'\r\nx = "👍汉é"; key = "{AWS}"\r\n')
    found = await pulled(real, file.as_uri())
    start = len('x = ""; key = "') + width
    assert [one["range"]["start"] for one in found] == [place(1, start)]
    assert [one["range"]["end"] for one in found] == [place(1, start + len(AWS))]


async def test_a_value_over_many_lines_is_one_diagnostic(real: MemoryEditor, file: Path) -> None:
    await real.start(PULLS)
    key = pem()
    real.open(file.as_uri(), f'KEY = """{key}"""\n')
    (found,) = await pulled(real, file.as_uri())
    assert found["code"] == "private-key"
    first, last = found["range"]["start"]["line"], found["range"]["end"]["line"]
    assert (first, last) == (0, key.count("\n")) or (first, last) == (1, key.count("\n") - 1)


async def test_no_value_is_in_any_message(real: MemoryEditor, file: Path) -> None:
    await real.start()
    real.open(file.as_uri(), LINE + f'b = "{GITHUB}"\n')
    assert len(await published(real, file.as_uri())) == 2
    everything = b"".join(real.raw).decode()
    assert AWS not in everything and GITHUB not in everything


async def test_a_change_is_told_and_so_is_that_nothing_is_masked_any_more(
    real: MemoryEditor, file: Path
) -> None:
    await real.start()
    real.open(file.as_uri(), LINE)
    assert len(await published(real, file.as_uri())) == 1
    real.change(file.as_uri(), 2, "key = None\n")
    assert await published(real, file.as_uri(), 2) == []


async def test_while_somebody_types_nothing_is_looked_at(real: MemoryEditor, file: Path) -> None:
    await real.start()
    real.open(file.as_uri(), "")
    await published(real, file.as_uri())
    for version, end in enumerate(range(1, len(LINE) + 1), start=2):
        real.change(file.as_uri(), version, LINE[:end])
    assert len(await published(real, file.as_uri(), 2)) == 1


async def test_a_closed_document_has_none(real: MemoryEditor, file: Path) -> None:
    await real.start()
    real.open(file.as_uri(), LINE)
    await published(real, file.as_uri())
    real.notify("textDocument/didClose", {"textDocument": {"uri": file.as_uri()}})
    assert await published(real, file.as_uri(), 2) == []


@pytest.mark.parametrize("name", [".env", "kept/app.py"])
async def test_an_ignored_document_has_none(real: MemoryEditor, file: Path, name: str) -> None:
    (file.parent / ".codegrexignore").write_text("kept/\n")
    await real.start(PULLS)
    uri = (file.parent / name).as_uri()
    real.open(uri, LINE)
    assert await pulled(real, uri) == []


async def test_a_document_that_a_path_policy_keeps_out_has_none(
    real: MemoryEditor, file: Path
) -> None:
    policies = [{"glob": "*.py", "level": "never"}]
    settings = {"settings": {"privacy": {"pathPolicies": policies}}}
    await real.start(PULLS, initializationOptions=settings)
    real.open(file.as_uri(), LINE)
    assert await pulled(real, file.as_uri()) == []


@pytest.mark.parametrize(
    ("privacy", "shown"),
    [
        ({"mode": "normal"}, {"aws-access-key", "email"}),
        ({"mode": "sensitive"}, {"aws-access-key"}),
        ({"mode": "sensitive", "redactLocal": "all"}, {"aws-access-key", "email"}),
        ({"mode": "offline", "redactLocal": "off"}, set()),
    ],
)
async def test_what_is_shown_is_what_is_masked_under_the_settings_in_force(
    real: MemoryEditor, file: Path, privacy: dict[str, str], shown: set[str]
) -> None:
    await real.start(PULLS, initializationOptions={"settings": {"privacy": privacy}})
    real.open(file.as_uri(), LINE + f"# written by {EMAIL}\n")
    assert {one["code"] for one in await pulled(real, file.as_uri())} == shown


async def test_a_change_of_mode_is_shown_at_once(real: MemoryEditor, file: Path) -> None:
    await real.start()
    real.open(file.as_uri(), f"# written by {EMAIL}\n")
    assert await published(real, file.as_uri()) == []
    await real.request("codegrex/setMode", {"mode": "normal"})
    assert [one["code"] for one in await published(real, file.as_uri(), 2)] == ["email"]


async def test_an_editor_that_asks_is_told_to_ask_again(real: MemoryEditor, file: Path) -> None:
    await real.start(REFRESHES)
    real.open(file.as_uri(), LINE)
    await real.request("codegrex/setMode", {"mode": "normal"})
    await real.until(lambda: "workspace/diagnostic/refresh" in dict(real.told))


async def test_a_document_that_is_too_large_has_none_and_is_answered(
    real: MemoryEditor, file: Path
) -> None:
    await real.start(PULLS)
    real.open(file.as_uri(), LINE + "\n" * findings.MOST_LINES)
    assert await pulled(real, file.as_uri()) == []


async def test_a_document_that_is_not_open_has_none(real: MemoryEditor, file: Path) -> None:
    file.write_text(LINE)
    await real.start(PULLS)
    assert await pulled(real, file.as_uri()) == []


async def test_no_more_are_shown_than_somebody_could_read(real: MemoryEditor, file: Path) -> None:
    await real.start(PULLS)
    real.open(file.as_uri(), LINE * (findings.MOST + 10))
    assert len(await pulled(real, file.as_uri())) == findings.MOST
    assert AWS not in json.dumps(real.told)
