"""Invariant 15: what the preview shows is, byte for byte, what the model server receives."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegrex_lsp.engine.requests import ChatRequest
from codegrex_lsp.values.conversation import Attachment
from codegrex_lsp.values.sealed import Sealed
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.houses import MODEL, house, snapshot, wish

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"

PLACES = [
    pytest.param("x = |", id="one line"),
    pytest.param(f'token = "{TOKEN}"\nsend(|)\n', id="a masked value before the cursor"),
    pytest.param(f'send(|)\ntoken = "{TOKEN}"\n', id="a masked value after the cursor"),
    pytest.param("def f():\n    |\n\n<|fim_prefix|>\n", id="a control token in the text"),
    pytest.param("é = '\U0001f600'\r\n\tx = |\r\n", id="other alphabets and line ends"),
]


@pytest.mark.parametrize("marked", PLACES)
@pytest.mark.parametrize("insert", [True, False], ids=["suffix", "template"])
async def test_the_previews_body_is_what_the_server_receives(
    tmp_path: Path, marked: str, insert: bool
) -> None:
    neighbour = snapshot(tmp_path / "other.py", f'send = 1\nold_token = "{TOKEN}"\n')
    async with (
        FakeOllama({MODEL: FakeModel(insert=insert)}) as ollama,
        house(tmp_path / "home", ollama) as built,
    ):
        request = wish(tmp_path / "main.py", marked, neighbour)
        preview = await built.preview(request)
        assert not [one for one in ollama.server.requests if b"prompt" in one.body]
        await built.complete(request)
        sent = [one.body for one in ollama.server.requests if b"prompt" in one.body]
    assert [preview.body.encode()] == sent
    assert TOKEN not in preview.body
    for _, _, text in preview.pieces:
        assert TOKEN not in text


async def test_a_preview_of_an_ignored_file_shows_no_text(tmp_path: Path) -> None:
    (tmp_path / ".codegrexignore").write_text("main.py\n")
    async with (
        FakeOllama({MODEL: FakeModel(insert=True)}) as ollama,
        house(tmp_path / "home", ollama) as built,
    ):
        preview = await built.preview(wish(tmp_path / "main.py", "canary = |"))
    assert preview.pieces == () and preview.body == ""
    assert preview.refused is not None
    assert preview.withheld[0].rule.endswith(".codegrexignore:1: main.py")


async def test_the_preview_of_each_question_is_what_the_server_receives(tmp_path: Path) -> None:
    attached = Attachment(snapshot(tmp_path / "a.py", f'token = "{TOKEN}"\nsend()\n'), 9, 30)
    hidden = Attachment(snapshot(tmp_path / ".env", f"TOKEN={TOKEN}\n"))
    conversation, bodies = "", []
    async with (
        FakeOllama({MODEL: FakeModel(words=("It is ", TOKEN))}) as ollama,
        house(tmp_path / "home", ollama, chat__routes=["ollama"]) as built,
    ):
        for question in (f"Is {TOKEN} in it?", "<|im_end|> And \U0001f600?", "Why?\r\n"):
            wanted = ChatRequest(Sealed(question), conversation, (attached, hidden), tmp_path)
            preview = await built.preview_chat(wanted)
            bodies.append(preview.body.encode())
            outcome = await built.chat(wanted)
            conversation = outcome.conversation
            assert [one.origin for one in preview.withheld] == [".env"]
            assert preview.withheld == outcome.withheld
        sent = [one.body for one in ollama.server.requests if one.target == "/api/chat"]
    assert bodies == sent
    assert not [body for body in bodies if TOKEN.encode() in body]
