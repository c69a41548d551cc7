"""Conversations with the real embedded model: the house, the server over pipes, the command.

Never is the text of an answer asserted: it differs between a cold and a cached prompt.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from codegrex_lsp import portable
from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.engine.requests import ChatRequest
from codegrex_lsp.values.conversation import Attachment
from codegrex_lsp.values.sealed import Sealed
from tests.support import planted
from tests.support.houses import snapshot
from tests.support.model import CHECKOUT, home_with_starter
from tests.support.talk import talk

ROUTES = {"completion.routes": ["embedded"], "chat.routes": ["embedded"]}
TEXT = f'KEY = "{planted.AWS}"\n\n\ndef add(first, second):\n    return first + second\n'
QUESTION = "What does add do? Answer in one sentence."


async def test_a_conversation_goes_on_and_its_model_was_loaded_before(
    starter_model: Path, tmp_path: Path
) -> None:
    environ = home_with_starter(tmp_path / "home", starter_model)
    house = House(portable.folders(environ), Wishes(flags=ROUTES))
    try:
        document = snapshot(tmp_path / "sums.py", TEXT)
        house.opened(document)
        async with asyncio.timeout(120):
            while not house._models.alive:
                await asyncio.sleep(0.05)
        assert house._preloader._task is not None
        await house._preloader._task
        running = house._models.pid
        request = ChatRequest(Sealed(QUESTION), "", (Attachment(document),), tmp_path)
        shown: list[str] = []
        first = await house.chat(request, on_text=shown.append)
        assert first.decision.code == "answered", first.decision
        assert first.message.reveal() == "".join(shown) != ""
        assert first.route is not None and first.route.provider.id == "embedded"
        assert sum(one.count for one in first.redactions) == 1
        more = ChatRequest(Sealed("And in French?"), first.conversation, (), tmp_path)
        preview = await house.preview_chat(more)
        assert [kind for _, kind, _ in preview.pieces] == ["document", "chat", "chat", "chat"]
        assert planted.AWS not in preview.body
        second = await house.chat(more)
        assert second.decision.code == "answered"
        assert house._models.pid == running
    finally:
        await house.close()


async def test_an_editor_is_told_parts_and_a_cancel_is_answered(
    starter_model: Path, tmp_path: Path
) -> None:
    environ = home_with_starter(tmp_path / "home", starter_model)
    folder = tmp_path / "w"
    folder.mkdir()
    async with talk(environ) as editor:
        await editor.start(folder, ROUTES)
        await editor.open(folder / "sums.py", TEXT)
        params = {
            "message": QUESTION,
            "attachments": [{"uri": (folder / "sums.py").as_uri()}],
            "partialResultToken": "first",
        }
        told = await editor.request("codegrex/chat", params)
        assert told["decision"]["code"] == "answered"
        assert "".join(deltas(editor.told, "first")) == told["message"]
        long = {**params, "message": "Count from 1 to 500.", "partialResultToken": "second"}
        asking = asyncio.create_task(editor.request("codegrex/chat", long))
        async with asyncio.timeout(60):
            while not deltas(editor.told, "second"):
                await asyncio.sleep(0.01)
        await editor.notify("$/cancelRequest", {"id": editor._ids})
        assert (await asking)["error"]["code"] == -32800
        again = await editor.request("codegrex/chat", params)
        assert again["decision"]["code"] == "answered"
        assert await editor.end() == 0


def deltas(told: list[tuple[str, Any]], token: str) -> list[str]:
    progress = [params for method, params in told if method == "$/progress"]
    return [one["value"]["delta"] for one in progress if one["token"] == token]


def test_the_command_answers(starter_model: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    environ = home_with_starter(home, starter_model)
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text('[chat]\nroutes = ["embedded"]\n')
    (tmp_path / "sums.py").write_text(TEXT)
    done = subprocess.run(
        [sys.executable, "-m", "codegrex_lsp", "chat", "-", "--file", "sums.py:4-5", "--json"],
        cwd=tmp_path,
        env={**environ, "PYTHONPATH": str(CHECKOUT)},
        input=QUESTION,
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["message"]
    assert (told["route"]["provider"], told["decision"]["code"]) == ("embedded", "answered")
    assert told["timings"]["firstTokenMs"] > 0
