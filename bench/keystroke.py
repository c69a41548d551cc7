"""Steps 1 to 7 of a completion, warm, with one changed line in a file of 2,000."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bench import fake_model
from bench.house import build, request, source
from codegrex_lsp.egress.door import RecordingDoor
from codegrex_lsp.engine.completion import Stopwatch

RUNS = 300
LINES = 2_000


async def _measure(port: int, home: Path) -> list[float]:
    folder = home / "project"
    folder.mkdir()
    (folder / ".codegrexignore").write_text("secrets/\n*.pem\n")
    (folder / "main.py").write_text(source(LINES))
    house = build(home, port)
    await house.warm_up()
    lines = source(LINES).split("\n")
    durations = []
    for run in range(RUNS + 20):
        changed = list(lines)
        changed[1_000] = "    total = compute(" + "x" * (run % 40)
        text = "\n".join(changed)
        cursor = len("\n".join(changed[:1_001]))
        ask = request(folder, text, cursor)
        completer = house._completer
        begun = time.perf_counter()
        settings = house.resolved(folder).settings
        assert completer.refuse_early(ask, settings) is None
        prepared = completer.prepare(ask, settings, Stopwatch(house._clock))
        door = RecordingDoor(mode=house._mode_of, private_hosts=house._private_hosts)
        await completer.rehearse(ask, prepared, settings, door)
        durations.append((time.perf_counter() - begun) * 1000)
        assert door.recorded
    await house.close()
    return durations[20:]


def measure() -> list[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as home, fake_model.running() as port:
        durations = sorted(asyncio.run(_measure(port, Path(home))))
    median, late = statistics.median(durations), durations[int(len(durations) * 0.99)]
    return [
        (
            "steps 1 to 7, warm, 2,000 lines, one changed",
            f"median {median:.2f} ms, 99th percentile {late:.2f} ms",
            "median ≤ 2 ms",
        )
    ]
