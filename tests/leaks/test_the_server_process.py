"""From outside: the real server as an editor has it, talkative, with a cloud that says it again."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.leaks.canaries import Canaries, Search, everything
from tests.leaks.echo import SAY_AGAIN, Echo
from tests.leaks.surfaces import IGNORED, workspace
from tests.leaks.world import KNOWN
from tests.support.talk import SERVER, talk

KEY = "-".join(("key", "of", "mine", "4711"))


async def test_a_session_with_the_cloud_leaks_nothing(tmp_path: Path) -> None:
    said, filed, hidden = (Canaries(number, KNOWN) for number in range(3))
    folder, home, errors = tmp_path / "w", tmp_path / "home", tmp_path / "stderr"
    workspace(folder, KNOWN)
    environ = {**os.environ, "CODEGREX_HOME": str(home), "CODEGREX_KEY_MINE": KEY}
    async with Echo() as cloud, talk(environ, (*SERVER, "--verbose"), errors) as editor:
        mine = {"kind": "groq", "baseUrl": cloud.server.base_url, "model": "m"}
        settings = {
            "privacy": {"mode": "normal", "names": False},
            "completion": {"routes": ["mine"]},
            "chat": {"routes": ["mine"]},
            "providers": {"mine": mine},
        }
        await editor.start(folder, settings)
        await editor.open(folder / "a.py", f"{filed.text}x = ")
        await editor.open(folder / IGNORED, hidden.text)
        assert await editor.ghost(folder / "a.py", len(filed.text.splitlines()), 4)
        attached = [{"uri": (folder / name).as_uri()} for name in ("a.py", IGNORED)]
        wanted = {"message": f"{SAY_AGAIN}: {said.text}", "attachments": attached}
        answer = await editor.request("codegrex/chat", wanted)
        assert set(said.secrets) <= Search(said.secrets).found(answer["message"])
        again = {"message": "Go on.", "conversationId": answer["conversationId"]}
        await editor.request("codegrex/chat", again)
        status = await editor.request("codegrex/status", {})
        assert await editor.end() == 0
        received = "\n".join(map(everything, cloud.requests))
        assert received.count(KEY) == len(cloud.requests) >= 3
    assert said.marker in received and filed.marker in received
    masked = (*said.secrets, *said.people, *filed.secrets, *filed.people)
    assert not Search((*masked, *hidden.all)).found(received)
    kept = {path.name: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    kept |= {"stderr": errors.read_bytes(), "told": json.dumps([editor.told, status]).encode()}
    search = Search((*said.all, *filed.all, *hidden.all, KEY))
    assert [name for name, text in kept.items() if search.found(text.decode("latin-1"))] == []
