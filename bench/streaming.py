"""What our whole path costs over the same bytes sent straight through httpx, on both wires.

Three things of each: the time to the first character, the time of each token after it, and the
processor time of a stream of 200 chunks in a second.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench import fake_model
from bench.fake_model import LONG, MODELS, QUICK, STEADY
from bench.house import build, request, source
from codegrex_lsp.engine.house import House
from codegrex_lsp.engine.requests import CompletionRequest
from codegrex_lsp.values.mode import Task

FIRST_PAIRS, LONG_PAIRS, STEADY_PAIRS, WARM_UP = 100, 20, 3, 10

WIRES = {
    "NDJSON": ("ollama", "/api/generate"),
    "SSE": ("openai-compatible", "/v1/completions"),
}
"""Wire → kind of provider, and the path that it completes at."""


@dataclass
class Times:
    """Of pairs: milliseconds, or shares of a core."""

    ours: list[float] = field(default_factory=list)
    straight: list[float] = field(default_factory=list)

    @property
    def medians(self) -> tuple[float, float]:
        return statistics.median(self.ours), statistics.median(self.straight)


async def straight(client: httpx.AsyncClient, url: str, body: str) -> tuple[float, float]:
    """Milliseconds to the first bytes and to the last."""
    begun = time.perf_counter()
    first = 0.0
    async with client.stream("POST", url, content=body) as response:
        async for _ in response.aiter_bytes():
            first = first or time.perf_counter()
    return (first - begun) * 1000, (time.perf_counter() - begun) * 1000


async def ours(house: House, wish: CompletionRequest) -> tuple[float, float]:
    """The same, for characters."""
    seen: list[float] = []
    begun = time.perf_counter()
    outcome = await house.complete(wish, on_text=lambda _: seen.append(time.perf_counter()))
    assert outcome.suggestion is not None, outcome.decision
    return (seen[0] - begun) * 1000, (seen[-1] - begun) * 1000


async def pairs(home: Path, port: int, wire: str, model: str, runs: int) -> tuple[Times, Times]:
    """Times to the first and to the last, in turn; each run has another cursor, for the cache."""
    kind, path = WIRES[wire]
    folder = home / "project"
    folder.mkdir(parents=True)
    house = build(home, port, kind, model)
    await house.warm_up()
    text = source(400)
    first, last = Times(), Times()
    async with httpx.AsyncClient(trust_env=False) as client:
        for run in range(runs + WARM_UP):
            wish = request(folder, text, len(text) - 1 - run)
            body = (await house.preview(wish, Task.COMPLETION)).body
            pair = await straight(client, f"http://127.0.0.1:{port}{path}", body)
            own = await ours(house, wish)
            if run >= WARM_UP:
                for times, at in ((first, 0), (last, 1)):
                    times.straight.append(pair[at])
                    times.ours.append(own[at])
    await house.close()
    return first, last


async def steady(home: Path, port: int, wire: str) -> Times:
    """Shares of one core, in %, that a stream of 200 chunks in a second takes, in turn."""
    kind, path = WIRES[wire]
    folder = home / "project"
    folder.mkdir(parents=True)
    house = build(home, port, kind, STEADY)
    await house.warm_up()
    text = source(400)
    shares = Times()
    async with httpx.AsyncClient(trust_env=False) as client:
        for run in range(STEADY_PAIRS):
            wish = request(folder, text, len(text) - 1 - run)
            body = (await house.preview(wish, Task.COMPLETION)).body
            url = f"http://127.0.0.1:{port}{path}"
            shares.straight.append(await _share(straight(client, url, body)))
            shares.ours.append(await _share(ours(house, wish)))
    await house.close()
    return shares


async def _share(work: Coroutine[object, object, object]) -> float:
    begun, used = time.perf_counter(), time.process_time()
    await work
    return 100 * (time.process_time() - used) / (time.perf_counter() - begun)


def measure() -> list[tuple[str, str, str]]:
    rows = []
    with tempfile.TemporaryDirectory() as made, fake_model.running() as port:
        for wire in WIRES:
            home = Path(made) / wire
            first, _ = asyncio.run(pairs(home / QUICK, port, wire, QUICK, FIRST_PAIRS))
            _, last = asyncio.run(pairs(home / LONG, port, wire, LONG, LONG_PAIRS))
            shares = asyncio.run(steady(home / STEADY, port, wire))
            rows += _rows(wire, first, last, shares)
    return rows


def _rows(wire: str, first: Times, last: Times, shares: Times) -> list[tuple[str, str, str]]:
    own, plain = first.medians
    own_share, plain_share = shares.medians
    own_token, plain_token = (ms / MODELS[LONG][0] * 1000 for ms in last.medians)
    return [
        (
            f"first character through the server's whole path / straight through httpx, {wire}",
            f"{own:.1f} / {plain:.1f} ms, {own - plain:.1f} ms more",
            "≤ 5 ms more",
        ),
        (
            f"each token of 2,000 that come at once, likewise, {wire}",
            f"{own_token:.0f} / {plain_token:.0f} µs, {own_token - plain_token:.0f} µs more",
            "",
        ),
        (
            f"processor time of 200 chunks a second, likewise, {wire}",
            f"{own_share:.1f} / {plain_share:.1f} % of a core",
            "< 3 %",
        ),
    ]


if __name__ == "__main__":
    for row in measure():
        print(" | ".join(row))
