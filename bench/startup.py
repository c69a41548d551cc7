"""Process start → answer of `initialize`, against a pygls server that does nothing; and memory."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.client import Client

HERE = Path(__file__).parent
PAIRS = 15


def once(command: list[str], home: str) -> float:
    client = Client(command, {"CODEGREX_HOME": home})
    seconds = client.initialize()
    client.close()
    return seconds


def measure() -> list[tuple[str, str, str]]:
    bare = [sys.executable, str(HERE / "bare_server.py")]
    ours = [sys.executable, "-m", "codegrex_lsp", "--stdio"]
    with tempfile.TemporaryDirectory() as home:
        for command in (bare, ours):  # bytecode and disk caches
            once(command, home)
        pairs = [(once(ours, home), once(bare, home)) for _ in range(PAIRS)]
        ratio = statistics.median(a / b for a, b in pairs)
        client = Client(ours, {"CODEGREX_HOME": home})
        client.initialize(HERE.parent)
        time.sleep(4)  # past the warm-up
        resident = client.resident_mb()
        client.close()
    ours_ms = statistics.median(a for a, _ in pairs) * 1000
    bare_ms = statistics.median(b for _, b in pairs) * 1000
    return [
        (
            "process start → `initialize` answer, ours / a pygls server that does nothing",
            f"{ratio:.2f} ({ours_ms:.0f} / {bare_ms:.0f} ms)",
            "≤ 1.15",
        ),
        ("resident memory after start and warm-up, local only", f"{resident:.0f} MB", "≤ 80 MB"),
    ]
