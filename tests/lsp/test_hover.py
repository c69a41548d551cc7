"""Hovering over a masked value: what it is, by which rule, and who sees what instead."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp import __version__
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.houses import MODEL
from tests.support.memory_editor import MemoryEditor
from tests.support.planted import AWS, EMAIL

MARKDOWN = {"textDocument": {"hover": {"contentFormat": ["markdown", "plaintext"]}}}
LINE = f'key = "{AWS}"  # {EMAIL}\n'


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return (tmp_path / "ws" / "app.py").as_uri()


async def hover(editor: MemoryEditor, uri: str, line: int, character: int) -> Any:
    position = {"line": line, "character": character}
    return await editor.request(
        "textDocument/hover", {"textDocument": {"uri": uri}, "position": position}
    )


async def test_a_hover_tells_type_rule_placeholder_and_who_sees_it(
    real: MemoryEditor, uri: str
) -> None:
    await real.start(MARKDOWN)
    real.open(uri, LINE)
    shown = await hover(real, uri, 0, 12)
    start, end = LINE.index(AWS), LINE.index(AWS) + len(AWS)
    assert shown["range"] == {
        "start": {"line": 0, "character": start},
        "end": {"line": 0, "character": end},
    }
    text = shown["contents"]["value"]
    assert shown["contents"]["kind"] == "markdown"
    assert "**AWS access key id** is masked as a secret." in text
    assert "Rule: `rules/aws-access-key`" in text
    assert "Local models get the placeholder." in text
    assert "The cloud gets nothing of this file." in text
    assert AWS not in text


async def test_the_placeholder_is_the_one_that_would_be_sent(real: MemoryEditor, uri: str) -> None:
    async with FakeOllama({MODEL: FakeModel(insert=True)}) as ollama:
        settings = {
            "privacy": {"redactLocal": "all"},
            "completion": {"routes": ["ollama"]},
            "providers": {"ollama": {"baseUrl": ollama.base_url, "model": MODEL}},
        }
        await real.start(initializationOptions={"settings": settings})
        real.open(uri, LINE + "x = \n")
        place = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 4}}
        preview = await real.request("codegrex/preview", place)
        for value in (AWS, EMAIL):
            text = (await hover(real, uri, 0, LINE.index(value) + 1))["contents"]["value"]
            (placeholder,) = re.findall("Placeholder: (.+)", text)
            assert placeholder in preview["body"]


async def test_a_local_model_that_sees_the_value_is_named(real: MemoryEditor, uri: str) -> None:
    await real.start(initializationOptions={"settings": {"privacy": {"mode": "normal"}}})
    real.open(uri, LINE)
    text = (await hover(real, uri, 0, LINE.index(EMAIL) + 1))["contents"]["value"]
    assert "is masked as personal data." in text
    assert "Local models get the value." in text
    assert "The cloud gets the placeholder." in text


async def test_beside_a_masked_value_there_is_no_hover(real: MemoryEditor, uri: str) -> None:
    await real.start()
    real.open(uri, LINE)
    assert await hover(real, uri, 0, 2) is None
    assert await hover(real, "file:///ws/not-open.py", 0, 12) is None


async def test_an_editor_without_markdown_gets_plain_text(real: MemoryEditor, uri: str) -> None:
    result = await real.start()
    assert result["capabilities"]["hoverProvider"] is True
    assert result["serverInfo"]["version"] == __version__
    real.open(uri, LINE)
    contents = (await hover(real, uri, 0, 12))["contents"]
    assert contents["kind"] == "plaintext"
    assert not any(sign in contents["value"] for sign in "*`")
