"""The first route fails in every way; the next one answers, and soon the first is left alone.

Real sockets and the real door, on a local wire and on a cloud's. What is held is the order of
events and never a duration: what took a limit has passed that limit and no other.
"""

# ruff: noqa: E501 - one failure a line is a table that can be read

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme

from codegrex_lsp import portable
from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.engine.requests import CompletionOutcome
from tests.fakes.http import FakeServer, HangUp, Reply, Request, Stall
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.houses import MODEL, wish

WORDS = "the servers own " + "words 5150"
"""What a failing server says of itself; it must reach nobody."""

LIMITS = {"connect": 10, "firstToken": 20, "idle": 20, "total": 60}
"""Far away, save in the failures that are to pass one of them."""

SECONDS = 90
"""Far beyond all limits of one request; whoever gets here hangs."""


# -- two wires -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wire:
    """How a first route is spoken to.

    Attributes:
        kind: Provider kind; its destination follows.
        mode: A mode that allows it.
        model: A model that fills in.
        token: A frame with text.
        end: The end of the stream.
    """

    kind: str
    mode: str
    model: str
    token: Callable[[str], bytes]
    end: bytes

    def facts(self, request: Request) -> Reply | None:
        if request.target != "/api/show":
            return None
        shown = {"capabilities": ["completion", "insert"], "details": {"family": "qwen2"}}
        return Reply([json.dumps(shown).encode()], framing="length")


def ndjson(text: str, *, done: bool = False) -> bytes:
    return json.dumps({"model": "m", "response": text, "done": done}).encode() + b"\n"


def sse(text: str) -> bytes:
    return (
        b"data: "
        + json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}).encode()
        + b"\n\n"
    )


LOCAL = Wire("ollama", "sensitive", MODEL, ndjson, ndjson("", done=True))
CLOUD = Wire(
    "mistral",
    "normal",
    "codestral-latest",
    sse,
    b'data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
)
WIRES = [pytest.param(LOCAL, id="local"), pytest.param(CLOUD, id="cloud")]


# -- the failures ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """A failure of a model server.

    Attributes:
        reply: Its answer on a wire.
        code: The reason that the person is given, on the local wire and on the cloud's.
        rests: After how many failures it is left alone, likewise; 0 for never.
        limits: Beside `LIMITS`.
    """

    reply: Callable[[Wire], Reply]
    code: tuple[str, str] = ("", "")
    rests: tuple[int, int] = (3, 3)
    limits: dict[str, float] = field(default_factory=dict)


def status(code: int, *headers: tuple[str, str]) -> Callable[[Wire], Reply]:
    return lambda wire: Reply([WORDS.encode()], code, headers)


def same(code: str) -> tuple[str, str]:
    return code, code


DATE = ("date", "Wed, 21 Oct 2026 07:28:00 GMT")
BACK = ("retry-after", "Wed, 21 Oct 2026 07:38:00 GMT")

FAULTS: dict[str, Fault] = {
    "401": Fault(status(401), same("key-refused"), (1, 1)),
    "403": Fault(status(403), same("key-refused"), (1, 1)),
    "404": Fault(status(404), ("model-missing", "endpoint-missing"), (1, 1)),
    "429": Fault(status(429), same("rate-limited")),
    "429 for ten minutes": Fault(status(429, ("retry-after", "600")), same("rate-limited"), (1, 1)),
    "500": Fault(status(500), same("bad-answer")),
    "500 without end": Fault(lambda _: Reply([b"x", Stall], 500), same("bad-answer"), (3, 3), {"idle": 0.3}),
    "503": Fault(status(503), same("provider-busy"), (0, 3)),
    "503 for ten minutes": Fault(status(503, ("retry-after", "600")), same("provider-busy"), (1, 1)),
    "503 until a date": Fault(status(503, DATE, BACK), same("provider-busy"), (1, 1)),
    "a redirect": Fault(status(307, ("location", "http://127.0.0.1:9/")), same("redirect-refused"), (1, 1)),
    "silence": Fault(lambda _: Reply(stall_first=True), same("timeout-first-token"), (0, 3), {"firstToken": 1}),
    "a stall before the first token": Fault(lambda _: Reply([Stall]), same("timeout-first-token"), (0, 3), {"firstToken": 1}),
    "a stall after it": Fault(lambda wire: Reply([wire.token("w "), Stall]), same("timeout-idle"), (3, 3), {"idle": 0.3}),
    "half an event": Fault(lambda wire: Reply([wire.token("w "), wire.token("* h")[:-9]]), same("garbage")),
    "garbage": Fault(lambda _: Reply([b"<html>" + WORDS.encode() + b"</html>\n\n"]), ("garbage", "stream-cut")),
    "garbage in frames": Fault(lambda _: Reply([b"data: {" + WORDS.encode() + b"\n\n"]), same("garbage")),
    "no HTTP at all": Fault(lambda _: Reply([b"SSH-2.0-" + WORDS.encode() + b"\r\n\r\n"], framing="raw"), same("cut-short")),
    "an early end": Fault(lambda wire: Reply([wire.token("w ")]), same("stream-cut")),
    "an early end over HTTP/1.0": Fault(lambda wire: Reply([wire.token("w ")], framing="close"), same("stream-cut")),
    "a hang-up": Fault(lambda wire: Reply([wire.token("w "), HangUp]), same("cut-short")),
    "a hang-up at once": Fault(lambda _: Reply([HangUp], framing="raw"), same("cut-short")),
    "a slow drip": Fault(lambda wire: Reply([wire.token(""), *[0.1, wire.token("")] * 100]), same("timeout-total"), (3, 3), {"total": 1}),
    "100 MB": Fault(lambda wire: Reply([wire.token("").rstrip() + b" " * 60_000 + b"\n\n"] * 1_700), same("answer-too-large")),
    "one endless line": Fault(lambda _: Reply([b"x" * 65_536] * 40), same("frame-too-long")),
    "a gzip bomb": Fault(lambda _: Reply([gzip.compress(b"\0" * 10_000_000)], 200, [("content-encoding", "gzip")]), same("encoded-answer")),
    "a gzip bomb unannounced": Fault(lambda _: Reply([gzip.compress(b"\0" * 10_000_000) + b"\n\n"]), ("garbage", "stream-cut")),
}  # fmt: skip


# -- the house -----------------------------------------------------------------------------------


@dataclass
class Scene:
    """A house whose first route fails and whose second answers."""

    house: House
    folder: Path
    flags: dict[str, object]
    good: FakeOllama
    count: int = 0

    def list(self, *routes: str) -> None:
        self.house.wish(Wishes(flags={**self.flags, "completion.routes": list(routes)}))

    async def type(self, *, by_hand: bool = False) -> CompletionOutcome:
        """One completion in a text that nobody has seen."""
        self.count += 1
        request = wish(self.folder / "m.py", f"n{self.count} = |", invoked=by_hand)
        async with asyncio.timeout(SECONDS):
            return await self.house.complete(request)


@asynccontextmanager
async def scene(
    folder: Path, wire: Wire, base_url: str, limits: dict[str, float] | None = None
) -> AsyncIterator[Scene]:
    """Both routes, and nothing left behind when it is over."""
    async with FakeOllama({MODEL: FakeModel(insert=True, words=("a", " + ", "b"))}) as good:
        flags: dict[str, object] = {
            "privacy.mode": wire.mode,
            "privacy.names": False,
            "completion.debounceMs": 0,
            "providers.first.kind": wire.kind,
            "providers.first.baseUrl": base_url,
            "providers.first.model": wire.model,
            "providers.first.timeouts": LIMITS | (limits or {}),
            "providers.second.kind": "ollama",
            "providers.second.baseUrl": good.base_url,
            "providers.second.model": MODEL,
        }
        before = ours()
        house = House(
            portable.folders({"CODEGREX_HOME": str(folder / "home")}), Wishes(flags=flags)
        )
        made = Scene(house, folder, flags, good)
        made.list("first", "second")
        try:
            yield made
        finally:
            await house.close()
        for _ in range(3):
            await asyncio.sleep(0)
        assert ours() <= before, "a task of the house outlives it"


def ours() -> set[str]:
    """Tasks under way whose code is the package's."""
    return {
        code.co_qualname if hasattr(code, "co_qualname") else code.co_name
        for task in asyncio.all_tasks()
        if "/codegrex_lsp/" in (code := task.get_coro().cr_code).co_filename  # type: ignore[union-attr]
    }


def used(outcome: CompletionOutcome) -> str:
    return outcome.route.provider.id if outcome.suggestion and outcome.route else ""


def check_reason(outcome: CompletionOutcome, code: str) -> None:
    """The person is told who failed and how, in our words."""
    first = outcome.detours[0]
    assert (first.provider, first.code) == ("first", code), first
    assert first.message
    assert "words 5150" not in repr(outcome.detours) + outcome.decision.message


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("name", FAULTS)
async def test_the_next_route_answers_and_soon_the_first_is_not_even_asked(
    tmp_path: Path, wire: Wire, name: str
) -> None:
    fault = FAULTS[name]
    code, rests = (pair[wire is CLOUD] for pair in (fault.code, fault.rests))

    def script(request: Request) -> Reply:
        return wire.facts(request) or fault.reply(wire)

    def asked(server: FakeServer) -> int:
        return len([one for one in server.requests if one.target != "/api/show"])

    async with (
        FakeServer(script) as server,
        scene(tmp_path, wire, server.base_url, fault.limits) as s,
    ):
        s.house._health.clock = lambda: 0.0  # no pause ends by itself
        s.list("first")
        alone = await s.type()
        check_reason(alone, code)
        assert alone.decision.code == code
        assert asked(server) <= 2
        s.list("first", "second")
        # New settings may hold what a refused key wanted, so it is tried once more.
        forgiven = code == "key-refused"
        for _ in range(rests - 1 + forgiven if rests else 4):
            outcome = await s.type()
            check_reason(outcome, code)
            if code == "timeout-total":
                assert outcome.detours[1].code == "timeout-total", "one deadline for all"
            else:
                assert used(outcome) == "second", outcome
        before = asked(server)
        outcome = await s.type()
        assert used(outcome) == "second"
        assert asked(server) == before + (0 if rests else 1)
        assert outcome.detours[0].code == ("resting" if rests else code)
        status = s.house.status(s.folder)
        assert status.kind == "warning"
        assert "second is used" in status.message
        (first, second) = status.routes
        assert (first.state, second.state) == ("open" if rests else "closed", "closed")
        assert bool(first.retry_s) == bool(rests)


async def _reached(s: Scene) -> str:
    return used(await s.type())


# -- nobody answers ------------------------------------------------------------------------------


@contextmanager
def nobody() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"


@contextmanager
def black_hole() -> Iterator[str]:
    """An address that drops every SYN: its queue is full, so that the system answers nobody."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = []
        for _ in range(3):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
            waiting.append(sock)
        yield f"http://127.0.0.1:{full.getsockname()[1]}"
        for sock in waiting:
            sock.close()


@pytest.mark.parametrize("wire", WIRES)
async def test_a_refused_connection(tmp_path: Path, wire: Wire) -> None:
    with nobody() as base_url:
        async with scene(tmp_path, wire, base_url) as s:
            outcome = await s.type()
            check_reason(outcome, "provider-unreachable")
            assert used(outcome) == "second"


@pytest.mark.parametrize("wire", WIRES)
async def test_a_black_hole_stalls_one_request_and_no_other(tmp_path: Path, wire: Wire) -> None:
    with black_hole() as base_url:
        async with scene(tmp_path, wire, base_url, {"connect": 0.4}) as s:
            s.house._health.clock = lambda: 0.0
            check_reason(await s.type(), "timeout-connect")
            for _ in range(5):
                outcome = await s.type()
                assert (used(outcome), outcome.detours[0].code) == ("second", "resting")
            tasks = [line["provider"] for line in s.house.ledger.lines()]
            assert tasks.count("first") == 1


@pytest.mark.parametrize("wire", WIRES)
async def test_a_server_with_somebody_elses_certificate(tmp_path: Path, wire: Wire) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with FakeServer(tls=context) as server:
        await _never_trusted(tmp_path, wire, server.port)
    assert server.requests == []


@pytest.mark.parametrize("wire", WIRES)
async def test_a_server_that_speaks_no_tls_where_it_should(tmp_path: Path, wire: Wire) -> None:
    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        await _never_trusted(tmp_path, wire, server.sockets[0].getsockname()[1])


async def _never_trusted(folder: Path, wire: Wire, port: int) -> None:
    async with scene(folder, wire, f"https://127.0.0.1:{port}") as s:
        outcome = await s.type()
        check_reason(outcome, "tls-failed")
        assert used(outcome) == "second"


# -- coming back ---------------------------------------------------------------------------------


@pytest.mark.parametrize("wire", WIRES)
async def test_a_whole_answer_over_http_1_0_is_one(tmp_path: Path, wire: Wire) -> None:
    def script(request: Request) -> Reply:
        return wire.facts(request) or Reply([wire.token("w * h"), wire.end], framing="close")

    async with FakeServer(script) as server, scene(tmp_path, wire, server.base_url) as s:
        outcome = await s.type()
    assert (used(outcome), outcome.detours) == ("first", ())


@pytest.mark.parametrize("wire", WIRES)
async def test_a_kept_connection_closed_unanswered_is_replaced_without_a_detour(
    tmp_path: Path, wire: Wire
) -> None:
    """As a server does that restarts, or a proxy that drops idle connections."""
    good = Reply([wire.token("w * h"), wire.end])
    replies = [good, Reply([HangUp], framing="raw"), good]

    def script(request: Request) -> Reply:
        return wire.facts(request) or replies.pop(0)

    async with FakeServer(script) as server, scene(tmp_path, wire, server.base_url) as s:
        for _ in range(2):
            outcome = await s.type()
            assert (used(outcome), outcome.detours) == ("first", ())
    assert replies == []


async def test_a_server_that_mends_is_found_again_and_the_status_is_calm(tmp_path: Path) -> None:
    broken = True

    def script(request: Request) -> Reply:
        good = Reply([CLOUD.token("w * h"), CLOUD.end])
        return Reply([b"x"], 500) if broken else good

    async with FakeServer(script) as server, scene(tmp_path, CLOUD, server.base_url) as s:
        for _ in range(4):
            assert await _reached(s) == "second"
        broken = False
        assert await _reached(s) == "second", "its pause is not over"
        s.house._health.clock = _later(s.house._health.clock, 60_000)
        assert await _reached(s) == "first"
        status = s.house.status(s.folder)
        assert (status.kind, status.routes[0].state) == ("normal", "closed")


def _later(clock: Callable[[], float], ms: float) -> Callable[[], float]:
    return lambda: clock() + ms


async def test_a_person_who_asks_by_hand_waits_out_a_short_pause(tmp_path: Path) -> None:
    replies = [
        Reply([b"x"], 429, [("retry-after", "0.2")]),
        Reply([CLOUD.token("w * h"), CLOUD.end]),
    ]
    async with (
        FakeServer(lambda _: replies.pop(0)) as server,
        scene(tmp_path, CLOUD, server.base_url) as s,
    ):
        s.list("first")
        assert used(await s.type(by_hand=True)) == "first"
    assert replies == []


async def test_masked_text_for_a_local_model_is_masked_anew_for_the_cloud(tmp_path: Path) -> None:
    """Locally only secrets are masked; on the way to the cloud the e-mail address goes too."""
    address = "jane.miller" + "@" + "miller-verlag.de"
    bodies: list[Any] = []

    def script(request: Request) -> Reply:
        bodies.append(request.body.decode())
        return Reply([CLOUD.token("w"), CLOUD.end])

    async with FakeServer(script) as server, scene(tmp_path, CLOUD, server.base_url) as s:
        s.good.models[MODEL] = FakeModel(insert=True, words=(), context=1)
        s.list("second", "first")
        request = wish(tmp_path / "m.py", f'mail = "{address}"\nsend(|)')
        outcome = await s.house.complete(request)
        sent = [one.body.decode() for one in s.good.server.requests if b"prompt" in one.body]
    assert outcome.route is not None and outcome.route.provider.id == "first"
    assert address in sent[0]
    assert bodies and all(address not in body for body in bodies)
