"""Time to the first character through our whole path, against the same body sent by httpx."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench.house import build, request, source
from codegrex_lsp.values.mode import Task

PAIRS = 100


async def _measure(port: int, home: Path) -> tuple[list[float], list[float]]:
    folder = home / "project"
    folder.mkdir()
    house = build(home, port)
    await house.warm_up()
    text = source(400)
    straight, ours = [], []
    async with httpx.AsyncClient(trust_env=False) as client:
        for run in range(PAIRS + 10):
            # Another cursor each time, or the cache would answer.
            wish = request(folder, text, len(text) - 1 - run)
            body = (await house.preview(wish, Task.COMPLETION)).body
            url = f"http://127.0.0.1:{port}/api/generate"
            begun = time.perf_counter()
            async with client.stream("POST", url, content=body) as response:
                async for _ in response.aiter_bytes():
                    first = time.perf_counter()
                    break
            straight.append((first - begun) * 1000)
            seen: list[float] = []
            begun = time.perf_counter()
            await house.complete(
                wish, on_text=lambda _, seen=seen: seen.append(time.perf_counter())
            )
            if seen:
                ours.append((seen[0] - begun) * 1000)
    await house.close()
    return straight[10:], ours[10:]


def measure() -> list[tuple[str, str, str]]:
    model = subprocess.Popen(
        [sys.executable, "-m", "bench.fake_model"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert model.stdout is not None and model.stdin is not None
    port = int(model.stdout.readline())
    with tempfile.TemporaryDirectory() as home:
        straight, ours = asyncio.run(_measure(port, Path(home)))
    model.stdin.close()
    model.wait()
    a, b = statistics.median(ours), statistics.median(straight)
    return [
        (
            "first character through the server's whole path / straight through httpx",
            f"{a:.1f} / {b:.1f} ms, {a - b:.1f} ms more",
            "≤ 5 ms more",
        )
    ]
