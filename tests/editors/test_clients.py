"""The real server with the real model, driven by the client library of pytest-lsp.

It plays VS Code and Neovim by their capability files, and warns, which fails the test here,
where an answer goes beyond what those editors announced.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

from tests.editors.conftest import SAMPLE, TYPED
from tests.support.model import home_with_starter, starter_file

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMAND = [sys.executable, "-m", "codegrex_lsp", "--stdio"]
PATIENCE = 120  # seconds a cold model may take on a busy machine

INLINE = types.TEXT_DOCUMENT_INLINE_COMPLETION
ROUTES = {"codegrex": {"completion": {"routes": ["embedded"]}}}

CASES = {
    "sums.py": SAMPLE + TYPED,
    "secrets/plan.py": "print('for nobody')\n",
    "emoji.py": 'face = "👍👩‍💻"; greet = "hello "\n',
}


class Editor:
    """One editor with one workspace, and what it was told."""

    def __init__(self, client: LanguageClient, workspace: Path, encoding: str) -> None:
        self.client = client
        self.workspace = workspace
        self.encoding = encoding
        self.statuses: list[Any] = []

        @client.feature("codegrex/didChangeStatus")
        def take(status: Any) -> None:
            self.statuses.append(status)

    def uri(self, name: str) -> str:
        return (self.workspace / name).as_uri()

    async def ask(self, method: str, params: object = None) -> Any:
        async with asyncio.timeout(PATIENCE):
            return await self.client.protocol.send_request_async(method, params)

    def at(self, name: str, line: int, before: str) -> dict[str, Any]:
        """The place behind `before` on a line, in the units agreed."""
        size = len(before.encode(self.encoding + ("-le" if self.encoding != "utf-8" else "")))
        column = size // {"utf-8": 1, "utf-16": 2}[self.encoding]
        position = {"line": line, "character": column}
        return {"textDocument": {"uri": self.uri(name)}, "position": position}

    def inline(self, name: str, line: int, before: str, kind: int) -> types.InlineCompletionParams:
        place = self.at(name, line, before)["position"]
        return types.InlineCompletionParams(
            types.InlineCompletionContext(types.InlineCompletionTriggerKind(kind)),
            types.TextDocumentIdentifier(self.uri(name)),
            types.Position(place["line"], place["character"]),
        )

    async def ghost(self, name: str, line: int, before: str, kind: int = 1) -> Any:
        return await self.ask(INLINE, self.inline(name, line, before, kind))

    async def status(self, name: str) -> Any:
        return await self.ask("codegrex/status", {"textDocument": {"uri": self.uri(name)}})

    async def told(self, condition: Callable[[Any], bool]) -> None:
        """Wait for a status that fulfils a condition."""
        async with asyncio.timeout(PATIENCE):
            while not any(condition(status) for status in self.statuses):
                await asyncio.sleep(0.02)


def make_workspace(folder: Path) -> Path:
    (folder / "secrets").mkdir(parents=True)
    (folder / ".codegrexignore").write_text("# kept from every model\nsecrets/\n")
    for name, text in CASES.items():
        (folder / name).write_text(text)
    return folder


async def start(environ: dict[str, str], configuration: dict[str, Any]) -> LanguageClient:
    client = make_test_lsp_client()
    client.set_configuration(configuration)
    await client.start_io(*COMMAND, env=environ)
    return client


@pytest.fixture(scope="module")
def model() -> Path:
    """The real starter model."""
    return starter_file()


@pytest_asyncio.fixture(
    scope="module",
    loop_scope="module",
    params=["visual-studio-code", "neovim@v0.11.0"],
)
async def editor(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    model: Path,
) -> AsyncIterator[Editor]:
    """An editor with the sample open. Leaves in order, and the server's exit code is 0."""
    workspace = make_workspace(tmp_path_factory.mktemp("workspace"))
    environ = home_with_starter(tmp_path_factory.mktemp("home"), model)
    client = await start(environ, ROUTES)
    result = await client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities(request.param),
            workspace_folders=[types.WorkspaceFolder(workspace.as_uri(), "workspace")],
        )
    )
    encoding = types.PositionEncodingKind(result.capabilities.position_encoding)
    editor = Editor(client, workspace, encoding.value)
    for name, text in CASES.items():
        document = types.TextDocumentItem(editor.uri(name), "python", 1, text)
        client.text_document_did_open(types.DidOpenTextDocumentParams(document))
    yield editor
    await client.shutdown_session()
    assert client._server is not None
    assert client._server.returncode == 0
    await client.stop()


LAST = SAMPLE.count("\n")
"""Line on which TYPED stands."""


async def test_ghost_text_arrives_with_range_and_command(editor: Editor) -> None:
    result = await editor.ghost("sums.py", LAST, TYPED)
    (item,) = result.items
    place = types.Position(LAST, len(TYPED))
    assert item.insert_text.strip()
    assert item.range.start == place
    assert item.command.command == "codegrex.accept"
    status = await editor.status("sums.py")
    assert status.mode == "sensitive"
    assert (status.route.provider, status.route.destination) == ("embedded", "local")
    accepted = types.ExecuteCommandParams(item.command.command, item.command.arguments)
    assert await editor.client.workspace_execute_command_async(accepted) is None


async def test_a_superseded_request_gets_null_and_the_newer_one_its_answer(
    editor: Editor,
) -> None:
    older = asyncio.ensure_future(editor.ghost("sums.py", LAST, TYPED[:-1], kind=2))
    newer = asyncio.ensure_future(editor.ghost("sums.py", LAST, TYPED))
    assert await older is None
    await newer
    assert (await editor.status("sums.py")).lastDecision.code != "superseded"


async def test_a_cancelled_request_says_so(editor: Editor) -> None:
    params = editor.inline("emoji.py", 1, "", kind=1)
    asked = editor.client.protocol.send_request(INLINE, params, msg_id="to-cancel")
    await asyncio.sleep(0.01)
    editor.client.cancel_request(types.CancelParams("to-cancel"))
    with pytest.raises(JsonRpcException) as caught:
        await asyncio.wait_for(asyncio.wrap_future(asked), PATIENCE)
    assert caught.value.code == -32800


async def test_an_ignored_file_gets_null_and_the_status_names_the_line(editor: Editor) -> None:
    assert await editor.ghost("secrets/plan.py", 0, "print(") is None
    status = await editor.status("secrets/plan.py")
    assert status.file.ignored
    assert ".codegrexignore:2" in status.file.rule
    assert status.lastDecision.code.startswith("ignored")
    (entry,) = await editor.ask("codegrex/explainIgnore", {"uri": editor.uri("secrets/plan.py")})
    read = entry if isinstance(entry, dict) else entry._asdict()
    assert (read["ignored"], read["line"], read["pattern"]) == (True, 2, "secrets/")


async def test_an_ignore_file_edited_later_is_obeyed_at_the_next_request(editor: Editor) -> None:
    rules = editor.workspace / ".codegrexignore"
    before = rules.read_text()
    rules.write_text(before + "/sums.py\n")
    assert await editor.ghost("sums.py", LAST, TYPED) is None
    assert ".codegrexignore:3" in (await editor.status("sums.py")).file.rule
    rules.write_text(before)
    assert not (await editor.status("sums.py")).file.ignored


async def test_columns_behind_emoji_are_right(editor: Editor) -> None:
    before = 'face = "👍👩‍💻"; greet = "he'
    preview = await editor.ask("codegrex/preview", editor.at("emoji.py", 0, before))
    assert any(piece.text.endswith(before) for piece in map(as_object, preview.pieces))
    result = await editor.ghost("emoji.py", 0, before)
    for item in result.items if result else []:
        place = editor.at("emoji.py", 0, before)["position"]
        assert item.range.start.character <= place["character"] <= item.range.end.character


def as_object(piece: Any) -> Any:
    return piece if hasattr(piece, "text") else type("Piece", (), piece)


async def test_a_preview_shows_what_would_be_sent_and_sends_nothing(editor: Editor) -> None:
    preview = await editor.ask("codegrex/preview", editor.at("sums.py", LAST, TYPED))
    assert preview.mode == "sensitive"
    assert preview.route.destination == "local"
    assert "multiply" in preview.body
    assert "for nobody" not in preview.body
    wanted = types.TextDocumentContentParams(preview.uri)
    content = await editor.ask(types.WORKSPACE_TEXT_DOCUMENT_CONTENT, wanted)
    assert "multiply" in content.text


async def test_a_mode_that_is_set_is_in_force_and_told(editor: Editor) -> None:
    for mode in ("offline", "sensitive"):
        editor.statuses.clear()
        status = await editor.ask("codegrex/setMode", {"mode": mode})
        assert status.mode == mode
        await editor.told(lambda status, mode=mode: status.mode == mode)


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for the editor and waits to be killed."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


async def test_the_model_server_ends_with_an_editor_that_is_killed(
    tmp_path: Path, model: Path, parent: subprocess.Popen[bytes]
) -> None:
    workspace = make_workspace(tmp_path / "workspace")
    client = await start(home_with_starter(tmp_path / "home", model), ROUTES)
    params = types.InitializeParams(
        process_id=parent.pid,
        capabilities=client_capabilities("visual-studio-code"),
        workspace_folders=[types.WorkspaceFolder(workspace.as_uri(), "workspace")],
    )
    await client.initialize_session(params)
    editor = Editor(client, workspace, "utf-16")
    document = types.TextDocumentItem(editor.uri("sums.py"), "python", 1, SAMPLE + TYPED)
    client.text_document_did_open(types.DidOpenTextDocumentParams(document))
    await editor.ghost("sums.py", LAST, TYPED)
    assert client._server is not None
    children = psutil.Process(client._server.pid).children(recursive=True)
    assert children, "no model server was started"
    parent.kill()
    await asyncio.to_thread(parent.wait)
    assert await asyncio.wait_for(client._server.wait(), PATIENCE) == 1
    _, alive = await asyncio.to_thread(psutil.wait_procs, children, PATIENCE)
    assert alive == []
    await client.stop()


async def test_leaving_without_shutdown_is_exit_code_one(tmp_path: Path) -> None:
    client = await start({**os.environ, "CODEGREX_HOME": str(tmp_path)}, {})
    await client.initialize_session(
        types.InitializeParams(capabilities=client_capabilities("neovim"))
    )
    client.exit(None)
    assert client._server is not None
    assert await asyncio.wait_for(client._server.wait(), PATIENCE) == 1
    await client.stop()
