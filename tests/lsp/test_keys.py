"""Keys that the editor keeps: asked for by provider and origin, and never told back."""

from __future__ import annotations

import json
from typing import Any

from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.values.route import ProviderConfig
from tests.support.memory_editor import MemoryEditor

KEY = "-".join(("sk", "not", "a", "real", "one", "4711"))
OPENAI = ProviderConfig("openai", "openai", "https://api.openai.com/v1")


async def sent(editor: MemoryEditor) -> str:
    try:
        header = await editor.built.session.house.keys.header(OPENAI)
    except ConfigurationError as error:
        assert error.code == "no-key"
        return ""
    return header[1] if header else ""


async def start(editor: MemoryEditor, **options: Any) -> None:
    await editor.start(initializationOptions=options)
    await editor.until(lambda: editor.built.session.client is not None)


def asked(editor: MemoryEditor) -> list[Any]:
    return [params for method, params in editor.told if method == "codegrex/key"]


async def test_an_editor_that_keeps_keys_is_asked_once_and_told_the_origin(
    real: MemoryEditor,
) -> None:
    real.replies["codegrex/key"] = {"key": KEY}
    await start(real, clientKeys=True)
    assert await sent(real) == await sent(real) == f"Bearer {KEY}"
    assert asked(real) == [{"provider": "openai", "origin": "https://api.openai.com"}]


async def test_an_editor_that_keeps_none_is_not_asked(real: MemoryEditor) -> None:
    real.replies["codegrex/key"] = {"key": KEY}
    await start(real)
    assert await sent(real) == ""
    assert asked(real) == []


async def test_an_answer_that_is_none_leaves_it_to_the_other_sources(real: MemoryEditor) -> None:
    for reply in (None, {"key": None}, {}, [KEY], {"key": 5}, KEY):
        real.replies["codegrex/key"] = reply
        await start(real, clientKeys=True) if not real.told else None
        real.built.session.house.keys.forget()
        assert await sent(real) == ""


async def test_after_a_change_of_settings_the_editor_is_asked_anew(real: MemoryEditor) -> None:
    await start(real, clientKeys=True)
    assert await sent(real) == ""
    real.replies["codegrex/key"] = {"key": KEY}
    real.notify("workspace/didChangeConfiguration", {"settings": {}})
    assert await sent(real) == f"Bearer {KEY}"


async def test_the_list_of_keys_names_places_and_no_key(real: MemoryEditor) -> None:
    real.replies["codegrex/key"] = lambda params: (
        {"key": KEY} if params["provider"] == "openai" else None
    )
    await start(real, clientKeys=True)
    listed = await real.request("codegrex/keys", {})
    told = {state["provider"]: state for state in listed}
    assert told["openai"] == {
        "provider": "openai",
        "origin": "https://api.openai.com",
        "needed": True,
        "source": "client",
        "troubles": [],
        "elsewhere": [],
    }
    assert told["anthropic"]["source"] is None
    assert "embedded" not in told
    assert KEY not in json.dumps(real.answers)
    assert all(KEY.encode() not in message for message in real.raw)
