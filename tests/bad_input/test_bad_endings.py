"""However the conversation ends or storms, nothing stays behind and nothing is said twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.bad_input.conftest import END, MODEL, TEXT, Place, Serve, answering, settings
from tests.fakes.http import Reply, Stall
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.server_process import framed, hello, notification, request
from tests.support.talk import SERVER, talk

DEVELOPER = (sys.executable, "-X", "dev", "-W", "always", *SERVER[1:])
STATUS = {"jsonrpc": "2.0", "method": "codegrex/status", "params": {}}
NOISE = ("ResourceWarning", "never awaited", "was destroyed", "never retrieved", "Traceback")


async def test_no_noise_in_the_developers_mode_of_python(place: Place, ollama: FakeOllama) -> None:
    """Unclosed transports, forgotten tasks and slow callbacks' errors show there."""
    path = place.work / "a.py"
    async with (
        answering(Reply([Stall])) as stalled,
        talk(place.environ(), DEVELOPER, stderr=place.errors) as editor,
    ):
        await editor.start(place.work, settings(ollama.base_url))
        await editor.open(path, TEXT)
        assert await editor.ghost(path, *END) is not None
        wanted = {"codegrex": settings(stalled.base_url)}
        await editor.notify("workspace/didChangeConfiguration", {"settings": wanted})
        asking = asyncio.create_task(editor.ghost(path, 2, 0))
        while not any(one.target == "/api/generate" for one in stalled.requests):
            await asyncio.sleep(0.02)
        assert await editor.end() == 0  # with a request under way
        asking.cancel()
    said = place.said()
    assert not [word for word in NOISE if word in said], said
    assert place.leaks() == []


async def test_a_storm_of_requests_leaves_nothing_behind(place: Place, serve: Serve) -> None:
    model = FakeModel(insert=True, words=("w ", "* ", "h"))
    path = place.work / "a.py"
    async with FakeOllama({MODEL: model}) as daemon:
        daemon.pause = 0.01
        async with serve(settings(daemon.base_url)) as editor:
            await editor.open(path, TEXT)
            await editor.ghost(path, *END)
            process = psutil.Process(editor.process.pid)

            async def storm() -> tuple[int, int, int]:
                answers = await asyncio.gather(*(_ghost(editor, path) for _ in range(200)))
                kept = [answer for answer in answers if answer]
                assert kept, "the last one is answered"
                assert len(answers) == 200
                await asyncio.sleep(0.5)
                return process.num_fds(), process.num_threads(), process.memory_info().rss

            await storm()
            files, threads, memory = await storm()
            for _ in range(3):
                more_files, more_threads, more_memory = await storm()
            assert more_files <= files + 1
            assert more_threads <= threads
            assert more_memory < memory + 8 * 2**20
            assert (await editor.request("codegrex/status", {}))["busy"] is False


async def _ghost(editor: Any, path: Path) -> Any:
    answer = await editor.ghost(path, *END)
    return answer["items"] if isinstance(answer, dict) else answer


async def test_two_servers_share_one_home(place: Place, ollama: FakeOllama) -> None:
    path = place.work / "a.py"
    async with talk(place.environ(), stderr=place.errors) as one, talk(place.environ()) as two:
        for editor in (one, two):
            await editor.start(place.work, settings(ollama.base_url))
            await editor.open(path, TEXT)
        for turn in range(10):
            text = {"text": f"{TEXT}# {turn}\n"}
            document = {"uri": path.as_uri(), "version": turn + 2}
            for editor in (one, two):
                await editor.notify(
                    "textDocument/didChange",
                    {"textDocument": document, "contentChanges": [text]},
                )
            await asyncio.gather(one.ghost(path, *END), two.ghost(path, *END))
        await one.request("codegrex/setMode", {"mode": "offline"})
        assert (await two.request("codegrex/status", {}))["mode"] == "offline"
        two.process.kill()
        await two.process.wait()
        await one.ghost(path, 0, 0)
        assert await one.end() == 0
    done = place.command("ledger", "verify")
    assert done.returncode == 0, done.stdout
    lines = place.command("ledger", "show", "--json").stdout.splitlines()
    assert len(lines) >= 20
    assert place.leaks() == []


def test_an_editor_that_reads_nothing_and_closes_its_side_leaves_no_server(place: Place) -> None:
    """A full pipe blocks the writer; the end of its input must still end it."""
    server = subprocess.Popen(
        SERVER,
        env=place.environ(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert server.stdin is not None
        # An id comes back with the answer, so few requests make answers that no pipe holds.
        flood = [framed({**STATUS, "id": f"{number}" + "x" * 20_000}) for number in range(20)]
        server.stdin.write(hello() + b"".join(flood))
        server.stdin.close()
        server.wait(timeout=60)
    finally:
        server.kill()
        server.stdout.close()  # type: ignore[union-attr]
        server.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="other platform: signals of POSIX")
@pytest.mark.parametrize("how", ["SIGTERM", "SIGHUP", "SIGINT", "SIGKILL"])
async def test_a_signal_ends_it_without_a_trace_of_text(
    place: Place, ollama: FakeOllama, how: str
) -> None:
    path = place.work / "a.py"
    async with talk(place.environ(), stderr=place.errors) as editor:
        await editor.start(place.work, settings(ollama.base_url))
        await editor.open(path, TEXT)
        await editor.ghost(path, *END)
        os.kill(editor.process.pid, getattr(signal, how))
        async with asyncio.timeout(30):
            assert await editor.process.wait() != 0
    assert "Traceback" not in place.said()
    assert place.leaks() == []
    assert place.command("ledger", "verify").returncode == 0


@pytest.mark.parametrize(
    "params",
    [
        {"processId": 2**70, "capabilities": {}},
        {"processId": -1, "capabilities": {}},
        {"processId": 0, "capabilities": {}},
        {"capabilities": {}, "rootUri": "file:///%00"},
        {"capabilities": {}, "rootUri": "nonsense", "rootPath": "\0"},
        {"capabilities": {}, "workspaceFolders": [{"uri": "file:///nowhere/at/all", "name": "x"}]},
        {"capabilities": {}, "workspaceFolders": [{"uri": "vscode-remote://x/y", "name": "x"}]},
        {"capabilities": [], "initializationOptions": [1]},
        {"capabilities": {"general": 7}, "initializationOptions": {"settings": "x"}},
        {"capabilities": {}, "initializationOptions": {"trusted": "yes", "settings": {"a": {}}}},
    ],
)
def test_any_introduction_is_answered_and_the_exit_is_orderly(
    place: Place, params: dict[str, Any]
) -> None:
    said = request(1, "initialize", {"processId": None, **params})
    said += notification("initialized", {}) + request(2, "codegrex/status", {})
    said += request(3, "shutdown") + notification("exit")
    done = subprocess.run(
        SERVER, env=place.environ(), input=said, capture_output=True, timeout=60, check=False
    )
    assert b"-32603" not in done.stdout, done.stdout
    assert b"Traceback" not in done.stderr
    assert done.returncode == (1 if b"-32602" in done.stdout else 0)
