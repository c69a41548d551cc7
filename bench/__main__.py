"""Runs every benchmark and rewrites the table in bench/README.md between its marks."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import time
from pathlib import Path

from bench import keystroke, redaction, routes, scan, startup, streaming

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- results -->", "<!-- end of results -->"


def machine() -> str:
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("pygls", "httpx", "pathspec")
    )
    return (
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores ({model}), {platform.system()}, "
        f"CPython {platform.python_version()}, {versions}; other work ran on the machine"
        f" (load average of {os.getloadavg()[1]:.1f} in the last five minutes)."
    )


def main() -> int:
    rows = []
    for part in (startup, keystroke, streaming, routes, redaction, scan):
        print(f"{part.__name__} …", file=sys.stderr, flush=True)
        rows += part.measure()
    table = ["| what | measured | target |", "| --- | --- | --- |"]
    table += [f"| {what} | {measured} | {target} |" for what, measured, target in rows]
    text = README.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    results = "\n".join([BEGIN, "", machine(), "", *table, "", END])
    README.write_text(head + results + tail, encoding="utf-8")
    print("\n".join(table))
    return 0


if __name__ == "__main__":
    sys.exit(main())
