"""The embedded server as it really is: llama.cpp in a child process with the starter model.

Never is the text of an answer asserted: it differs between a cold and a cached prompt.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from codegrex_lsp import portable
from codegrex_lsp.egress.modelserver import Address, ModelServer
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers.llamacpp import LlamaCpp
from codegrex_lsp.providers.wire import Call, Event, Finished, Probe, Purpose, Sampling
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.route import ProviderConfig
from tests.support.cuts import text_of
from tests.support.gguf import with_marks
from tests.support.model import CHECKOUT
from tests.support.prompts import completion, conversation

WIRE = LlamaCpp()
PREFIX = "def add(first, second):\n    return "


@pytest.fixture(scope="session")
def marked_model(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter model with fill-in-the-middle marks in place of three unused tokens."""
    return with_marks(starter_model, tmp_path_factory.mktemp("models") / "marked.gguf")


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[ModelServer]:
    made = ModelServer(portable.folders({"CODEGREX_HOME": str(tmp_path)}))
    yield made
    await made.close()


def config(model: Path) -> ProviderConfig:
    return ProviderConfig("embedded", "embedded", model=str(model))


async def send(address: Address, call: Call, key: str | None = None) -> tuple[int, bytes]:
    import httpx

    headers = [*call.headers, ("authorization", f"Bearer {address.key if key is None else key}")]
    async with httpx.AsyncClient(trust_env=False, timeout=120) as http:
        url = address.base_url + call.path
        answer = await http.request(call.method, url, content=call.body, headers=headers)
        return answer.status_code, answer.content


async def ask(address: Address, cleared: Cleared, **sampling: int | bool) -> list[Event]:
    call = WIRE.encode(cleared, Sampling(**{"max_tokens": 12, **sampling}))
    status, body = await send(address, call)
    if status != 200:
        raise WIRE.explain(cleared.route.provider, status, body)
    decoder = WIRE.decoder(cleared)
    return [*decoder.feed(body), *decoder.close()]


async def facts(address: Address, provider: ProviderConfig) -> object:
    probe = Probe(provider, Purpose.FACTS)
    status, body = await send(address, WIRE.encode_probe(probe))
    assert status == 200
    return WIRE.facts(probe, body)


async def test_it_completes_chats_and_says_what_it_is(
    server: ModelServer, starter_model: Path
) -> None:
    address = await server.ensure(config(starter_model))
    assert address.base_url.startswith("http://127.0.0.1:")
    known = await facts(address, config(starter_model))
    assert (known.present, known.can_insert, known.verified) == (True, False, True)

    events = await ask(address, completion(PREFIX, "\n", kind="embedded"))
    assert text_of(events)
    assert isinstance(events[-1], Finished)
    assert events[-1].usage.completion_tokens > 0
    one = await ask(address, completion(PREFIX, "\n", kind="embedded"), multiline=False)
    assert "\n" not in text_of(one)

    talk = await ask(address, conversation((Role.USER, "Say hi."), kind="embedded"))
    assert text_of(talk)
    assert isinstance(talk[-1], Finished)
    assert talk[-1].usage.prompt_tokens > 0
    filled = await ask(address, completion(PREFIX, "\n", kind="embedded", fim="off"))
    assert isinstance(filled[-1], Finished)

    status, _ = await send(address, WIRE.encode_probe(Probe(config(starter_model), Purpose.HEALTH)))
    assert status == 200
    listing = WIRE.encode_probe(Probe(config(starter_model), Purpose.MODELS))
    assert len(WIRE.models((await send(address, listing))[1])) == 1


async def test_a_model_with_marks_fills_in(server: ModelServer, marked_model: Path) -> None:
    address = await server.ensure(config(marked_model))
    assert (await facts(address, config(marked_model))).can_insert
    other = ("b.py", "B = 1", "python")
    cleared = completion(PREFIX, "\n", other, kind="embedded", can_insert=True)
    assert WIRE.encode(cleared, Sampling()).path == "/infill"
    events = await ask(address, cleared)
    assert isinstance(events[-1], Finished)
    assert events[-1].usage.prompt_tokens > 10


async def test_without_the_key_nothing_is_answered(
    server: ModelServer, starter_model: Path
) -> None:
    address = await server.ensure(config(starter_model))
    call = WIRE.encode(completion(PREFIX, kind="embedded"), Sampling())
    for key in ("none", "another"):
        status, body = await send(address, call, key)
        assert WIRE.explain(config(starter_model), status, body).code == "key-refused"


async def test_a_prompt_too_long_is_named_as_such(server: ModelServer, starter_model: Path) -> None:
    address = await server.ensure(config(starter_model))
    call = WIRE.encode(completion("word " * 6000, kind="embedded"), Sampling())
    status, body = await send(address, call)
    assert WIRE.explain(config(starter_model), status, body).code == "prompt-too-long"


async def test_the_key_is_in_no_argument_and_no_variable(
    server: ModelServer, starter_model: Path
) -> None:
    address = await server.ensure(config(starter_model))
    child = psutil.Process(server.pid)
    assert address.key not in " ".join(child.cmdline())
    assert address.key not in child.environ().values()


async def test_it_listens_on_loopback_only(server: ModelServer, starter_model: Path) -> None:
    await server.ensure(config(starter_model))
    sockets = psutil.Process(server.pid).net_connections()
    hosts = {socket.laddr.ip for socket in sockets if socket.status == psutil.CONN_LISTEN}
    assert hosts == {"127.0.0.1"}


async def test_a_killed_server_is_started_again(server: ModelServer, starter_model: Path) -> None:
    first = await server.ensure(config(starter_model))
    os.kill(server.pid, signal.SIGKILL)
    while server.alive:
        await asyncio.sleep(0.02)
    second = await server.ensure(config(starter_model))
    assert second != first
    assert text_of(await ask(second, completion(PREFIX, kind="embedded")))


async def test_a_file_that_only_begins_like_a_model_is_refused(
    server: ModelServer, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(1000))
    with pytest.raises(Exception) as caught:
        await server.ensure(config(broken))
    assert caught.value.code in ("model-not-loaded", "model-server-died")


PARENT = """
import asyncio, sys
from codegrex_lsp import portable
from codegrex_lsp.egress.modelserver import ModelServer
from codegrex_lsp.values.route import ProviderConfig

async def main():
    server = ModelServer(portable.folders())
    await server.ensure(ProviderConfig("embedded", "embedded", model=sys.argv[1]))
    print(server.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
def parent(starter_model: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process of its own that runs a server, in a project that poses as our packages."""
    for name in ("xllamacpp", "codegrex_lsp"):
        (tmp_path / f"{name}.py").write_text("open('taken over', 'w')\nraise SystemExit(9)\n")
    script = tmp_path / "scripts" / "parent.py"
    script.parent.mkdir()
    script.write_text(PARENT)
    process = subprocess.Popen(
        [sys.executable, str(script), str(starter_model)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "CODEGREX_HOME": str(tmp_path / "home")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    yield process, child
    process.kill()
    process.communicate()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_server_ends_with_its_parent_however_that_ends(
    parent: tuple[subprocess.Popen[str], int], how: signal.Signals
) -> None:
    process, child = parent
    assert running(child)
    process.send_signal(how)
    process.wait(30)
    until(lambda: not running(child))


def test_nothing_in_a_project_poses_as_our_packages(
    parent: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    assert running(parent[1])
    assert not (tmp_path / "taken over").exists()


def test_an_interrupt_from_the_terminal_is_for_the_parent(
    parent: tuple[subprocess.Popen[str], int],
) -> None:
    _, child = parent
    os.kill(child, signal.SIGINT)
    time.sleep(0.3)
    assert running(child)


def running(pid: int) -> bool:
    """Whether a process runs; one that waits for its parent to notice its end does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is bound to happen; the run's own limit is the deadline."""
    while not condition():
        time.sleep(0.02)
