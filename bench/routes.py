"""What a dead first route costs: once, when it is found out, and afterwards."""

from __future__ import annotations

import asyncio
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import fake_model
from bench.house import request, source
from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.engine.requests import CompletionRequest
from codegrex_lsp.portable import folders

RUNS, SESSIONS = 30, 5
CONNECT_SECONDS = 0.5


@contextmanager
def black_hole() -> Iterator[int]:
    """A port that drops every SYN: its queue is full."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = []
        for _ in range(3):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
            waiting.append(sock)
        yield full.getsockname()[1]
        for sock in waiting:
            sock.close()


@contextmanager
def nobody() -> Iterator[int]:
    """A port that refuses."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def build(home: Path, good: int, dead: int) -> House:
    settings = {
        "completion.routes": ["dead", "ollama"] if dead else ["ollama"],
        "completion.debounceMs": 0,
        "providers.ollama.baseUrl": f"http://127.0.0.1:{good}",
        "providers.dead.kind": "llamacpp",
        "providers.dead.baseUrl": f"http://127.0.0.1:{dead or 9}",
        "providers.dead.timeouts": {"connect": CONNECT_SECONDS},
    }
    return House(folders({"CODEGREX_HOME": str(home)}), Wishes(flags=settings))


async def _in_turn(home: Path, good: int, dead: int) -> list[tuple[float, float]]:
    """Milliseconds of completions without and with a dead first route, in turn.

    The first pair is the one in which the outage is found.
    """
    houses = [build(home / str(port), good, port) for port in (0, dead)]
    folder = home / "project"
    folder.mkdir(parents=True)
    text = source(400)
    pairs = []
    for house in houses:
        await house.warm_up()
    for run in range(RUNS):
        wish = request(folder, text, len(text) - 1 - run)
        pairs.append((await _timed(houses[0], wish), await _timed(houses[1], wish)))
    for house in houses:
        await house.close()
    return pairs


async def _timed(house: House, wish: CompletionRequest) -> float:
    begun = time.perf_counter()
    outcome = await house.complete(wish)
    duration = (time.perf_counter() - begun) * 1000
    assert outcome.route is not None and outcome.route.provider.id == "ollama"
    return duration


def _more(home: Path, good: int, dead: int) -> tuple[float, list[float]]:
    """What a dead route adds, in ms: when it is found (median of some sessions), and afterwards."""
    sessions = [asyncio.run(_in_turn(home / str(n), good, dead)) for n in range(SESSIONS + 1)][1:]
    found = statistics.median(b - a for a, b in (pairs[0] for pairs in sessions))
    return found, [b - a for pairs in sessions for a, b in pairs[5:]]


def measure() -> list[tuple[str, str, str]]:
    with (
        tempfile.TemporaryDirectory() as made,
        fake_model.running() as good,
        black_hole() as hole,
        nobody() as closed,
    ):
        stalled, afterwards = _more(Path(made) / "stalled", good, hole)
        refused, _ = _more(Path(made) / "refused", good, closed)
    return [
        (
            "first route dead and known to be: what passing it over adds to a completion",
            f"median {statistics.median(afterwards):.1f} ms, 99th percentile "
            f"{sorted(afterwards)[int(len(afterwards) * 0.99)]:.1f} ms",
            "< 50 ms",
        ),
        (
            "first route dead and not yet known: what it adds to the one request that finds out",
            f"{refused:.0f} ms where it refuses, {stalled:.0f} ms where it drops every packet "
            f"(connect limit {CONNECT_SECONDS * 1000:.0f} ms)",
            "the connect limit",
        ),
    ]


if __name__ == "__main__":
    for row in measure():
        print(" | ".join(row))
