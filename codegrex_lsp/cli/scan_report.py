"""What a person sees of a scan: how far it is, and where something stands. Never a value."""

from __future__ import annotations

import sys
import time
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final

from codegrex_lsp.cli.page import page
from codegrex_lsp.cli.speech import data, on_terminal, talk, visible
from codegrex_lsp.privacy.detect.titles import title

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from codegrex_lsp.cli.scan import Result
    from codegrex_lsp.engine.scan import FileScan
    from codegrex_lsp.engine.search import Finding, Looked

PATIENCE: Final = 1.0
"""Seconds before a bar appears."""

MOST_NAMED: Final = 20
"""Paths that could not be looked at and are named."""

TOLD_EACH: Final = 0.1
"""Seconds between two pictures of the bar."""


def show(result: Result, *, every_skip: bool) -> None:
    """Findings on standard output, the sum of it all on standard error.

    Args:
        result: What came of the scan.
        every_skip: Name each file that was left out, and not only those that could not be read.
    """
    if on_terminal():
        _by_file(result.findings)
    else:
        for one in result.findings:
            what = f"{title(one.type)} {one.shape}"
            line = f"{one.path}:{one.line}:{one.column}: {one.kind}: {what}"
            data(visible(line).replace("\n", "\u240a"))
    for line in _skips(result, every_skip):
        talk(line)
    talk(_sum(result))


def _by_file(findings: list[Finding]) -> None:
    view = page()
    for path, group in groupby(findings, key=lambda one: one.path):
        view.heading("standard input" if path == "-" else path)
        rows = [(f"{one.line}:{one.column}", title(one.type), one.shape, one.rule) for one in group]
        view.table(("where", "what", "value", "found by"), rows)


def _skips(result: Result, every: bool) -> list[str]:
    """What was left out: by name where nobody asked for that, else counted by reason."""
    named = result.skipped if every else result.unseen
    lines = [f"not looked at: {one.path} ({one.reason})" for one in named]
    if every:
        return lines
    if len(lines) > MOST_NAMED:
        lines[MOST_NAMED:] = [f"not looked at: {len(lines) - MOST_NAMED:,} more (--json names all)"]
    if reasons := Counter(one.reason for one in result.left_out).most_common():
        counts = ", ".join(f"{count:,} {reason}" for reason, count in reasons)
        lines.append(f"left out by rule: {counts}")
    return lines


def _sum(result: Result) -> str:
    found = len(result.findings)
    where = len({one.path for one in result.findings})
    what = (
        "nothing found" if not found else f"{_count(found, 'finding')} in {_count(where, 'file')}"
    )
    looked = f"{_count(result.files, 'file')} looked at, {result.bytes / 1e6:.1f} MB"
    parts = [what, f"{looked}, {result.seconds:.1f} s"]
    if unseen := len(result.unseen):
        parts.append(f"{_count(unseen, 'path')} could not be looked at and may hold anything")
    return "; ".join(parts)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


class Progress:
    """A bar on standard error, where that is a terminal and the scan takes a while.

    It draws when it is told something and has no thread of its own: processes are forked below it.
    """

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()
        self._scan: FileScan | None = None
        self._passed = 0
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def watch(self, scan: FileScan) -> None:
        """Whose progress to show."""
        self._scan = scan

    def passed(self, looked: Looked, findings: int) -> None:
        """Some more files are done."""
        self._passed += looked.passed
        now = time.monotonic()
        wait = now - self._began < PATIENCE or now - self._told < TOLD_EACH
        if wait or self._scan is None or not sys.stderr.isatty():
            return
        self._told = now
        self._draw(self._scan, findings)

    def _draw(self, scan: FileScan, findings: int) -> None:
        if self._bar is None:
            self._begin()
        assert self._bar is not None
        assert self._task is not None
        total = scan.met if scan.walked else None
        words = _count(findings, "finding")
        self._bar.update(self._task, completed=self._passed, total=total, description=words)
        self._bar.refresh()

    def _begin(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (BarColumn(), DownloadColumn(), TextColumn("{task.description}"))
        console = Console(stderr=True)
        self._bar = Bar(*columns, console=console, auto_refresh=False, transient=True)
        self._task = self._bar.add_task("", total=None)
        self._bar.start()


def progress() -> Progress:
    """For one scan."""
    return Progress()
