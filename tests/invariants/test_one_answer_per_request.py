"""Invariant 9: every request is answered exactly once, and a cancel ends the work behind it.

Random conversations: requests, edits, cancels, closes and a house that answers, fails, waits or
is superseded, in any order.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from codegrex_lsp.engine.requests import CompletionOutcome, CompletionRequest
from codegrex_lsp.errors import LedgerError
from codegrex_lsp.portable import Folders
from codegrex_lsp.values.reply import Decision
from tests.support.memory_editor import MemoryEditor
from tests.support.scripted_house import insert

URIS = ["file:///ws/a.py", "file:///ws/b.py"]


def superseded(request: CompletionRequest) -> CompletionOutcome:
    raise asyncio.CancelledError


def broken(request: CompletionRequest) -> CompletionOutcome:
    raise RuntimeError("no")


def no_ledger(request: CompletionRequest) -> CompletionOutcome:
    raise LedgerError("The ledger can not be written.")


def nothing(request: CompletionRequest) -> CompletionOutcome:
    return CompletionOutcome(None, Decision("nothing", "The model had nothing to say."))


SCRIPTS = {
    "suggest": insert("suggested"),
    "superseded": superseded,
    "broken": broken,
    "no ledger": no_ledger,
    "nothing": nothing,
}

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.sampled_from(URIS)),
        st.tuples(st.just("change"), st.sampled_from(URIS)),
        st.tuples(st.just("close"), st.sampled_from(URIS)),
        st.tuples(st.just("want"), st.sampled_from(URIS)),
        st.tuples(st.just("want version"), st.sampled_from(URIS)),
        st.tuples(st.just("preview"), st.sampled_from(URIS)),
        st.tuples(st.just("chat"), st.sampled_from(URIS)),
        st.tuples(st.just("wrong"), st.sampled_from(["codegrex/setMode", "no/such"])),
        st.tuples(st.just("cancel"), st.integers(1, 20)),
        st.tuples(st.just("script"), st.sampled_from(sorted(SCRIPTS))),
        st.tuples(st.just("gate"), st.sampled_from(["open", "shut"])),
        st.tuples(st.just("turn"), st.integers(1, 3)),
    ),
    max_size=25,
)


async def take(editor: MemoryEditor, step: tuple[str, str | int], version: int) -> None:
    match step:
        case ("open", str(uri)):
            editor.open(uri, "text", version)
        case ("change", str(uri)):
            editor.change(uri, version, "s", (0, 4), (0, 4))
        case ("close", str(uri)):
            editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        case ("want", str(uri)):
            editor.want(uri, 0, 4)
        case ("want version", str(uri)):
            editor.want(uri, 0, 4, textDocument={"uri": uri, "version": version})
        case ("preview", str(uri)):
            position = {"line": 0, "character": 1}
            editor.ask("codegrex/preview", {"textDocument": {"uri": uri}, "position": position})
        case ("chat", str(uri)):
            params = {"message": "why?", "attachments": [{"uri": uri}], "partialResultToken": 1}
            editor.ask("codegrex/chat", params)
        case ("wrong", str(method)):
            editor.ask(method, {"mode": 5})
        case ("cancel", int(identity)):
            editor.notify("$/cancelRequest", {"id": identity})
        case ("script", str(name)):
            editor.house.script = SCRIPTS[name]
        case ("gate", "open"):
            editor.house.gate.set()
        case ("gate", "shut"):
            editor.house.gate.clear()
        case ("turn", int(times)):
            for _ in range(times):
                await asyncio.sleep(0)


async def converse(steps: list[tuple[str, str | int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        editor = MemoryEditor(Folders(*(Path(folder) / name for name in "cskdm")))
        await editor.start()
        for version, step in enumerate(steps, start=2):
            await take(editor, step, version)
        editor.notify("no/such/notification")
        last = editor.ask("shutdown")
        assert "result" in await editor.answer(last)
        for _ in range(5):
            await asyncio.sleep(0)
        await editor.leave()


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_every_request_of_any_conversation_is_answered_once(
    steps: list[tuple[str, str | int]],
) -> None:
    asyncio.run(converse(steps))


async def test_a_cancel_reaches_the_work_before_its_first_token(tmp_path: Path) -> None:
    editor = MemoryEditor(Folders(*(tmp_path / name for name in "cskdm")))
    await editor.start()
    editor.open(URIS[0], "text")
    editor.house.gate.clear()
    asked = editor.want(URIS[0], 0, 4)
    await editor.until(lambda: bool(editor.house.asked))
    editor.notify("$/cancelRequest", {"id": asked})
    answer = await editor.answer(asked)
    assert answer["error"]["code"] == -32800
    assert editor.house.cancelled == 1
    await editor.leave()
