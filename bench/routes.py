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
from codegrex_lsp.portable import folders

RUNS = 60
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


async def _completions(home: Path, good: int, dead: int = 0) -> list[float]:
    """Milliseconds of each completion, in order; the first one finds the dead route."""
    house = build(home, good, dead)
    await house.warm_up()
    folder = home / "project"
    folder.mkdir(parents=True)
    text = source(400)
    durations = []
    for run in range(RUNS):
        begun = time.perf_counter()
        outcome = await house.complete(request(folder, text, len(text) - 1 - run))
        durations.append((time.perf_counter() - begun) * 1000)
        assert outcome.route is not None and outcome.route.provider.id == "ollama"
    await house.close()
    return durations


def measure() -> list[tuple[str, str, str]]:
    with (
        tempfile.TemporaryDirectory() as made,
        fake_model.running() as good,
        black_hole() as hole,
        nobody() as closed,
    ):
        home = Path(made)
        asyncio.run(_completions(home / "warm-up", good))
        alone = asyncio.run(_completions(home / "alone", good))
        stalled = asyncio.run(_completions(home / "stalled", good, hole))
        refused = asyncio.run(_completions(home / "refused", good, closed))
    usual = statistics.median(alone[10:])
    return [
        (
            "first route dead and known to be: what passing it over adds to a completion",
            f"{statistics.median(stalled[10:]) - usual:.1f} ms (median; worst "
            f"{max(stalled[10:]) - usual:.1f} ms)",
            "< 50 ms",
        ),
        (
            "first route dead and not yet known: the one request that finds out, beyond the first "
            "request without it",
            f"{refused[0] - alone[0]:.0f} ms where it refuses, {stalled[0] - alone[0]:.0f} ms "
            f"where it drops every packet (connect limit {CONNECT_SECONDS * 1000:.0f} ms)",
            "the connect limit",
        ),
    ]


if __name__ == "__main__":
    for row in measure():
        print(" | ".join(row))
