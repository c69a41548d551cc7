"""Processes that look at files beside this one, so that a tree is scanned by all cores.

They are given paths and give back where something stands, never a value. Threads would take
turns: looking for secrets is work for the interpreter.
"""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from codegrex_lsp import log, portable
from codegrex_lsp.engine.search import Looked, Plan, Searcher
from codegrex_lsp.engine.tree import Skipped, Target
from codegrex_lsp.errors import DetectorFailed

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

MOST_AHEAD: Final = 2000
"""Batches handed out whose answer was not taken yet; it bounds what is kept of a huge tree."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Files for one process to look at in one go, and what was skipped on the way to them."""

    targets: Sequence[Target]
    skipped: Sequence[Skipped] = ()


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def look(searcher: Searcher, batches: Iterator[Batch], processes: int) -> Iterator[Looked]:
    """Look at batches in several processes; answers come in the order of the batches.

    Args:
        searcher: This process's own, warmed up: a forked process goes on with it.
        batches: What to look at; taken as they come.
        processes: How many.

    Raises:
        DetectorFailed: A process ended early, so not all files were looked at.
    """
    pool = _pool(searcher, processes)
    if pool is None:
        for batch in batches:
            yield searcher.files(batch.targets, batch.skipped)
        return
    from concurrent.futures import BrokenExecutor

    pending: deque[Future[Looked]] = deque()
    try:
        for batch in batches:
            with _uninterrupted():  # the first batch starts the processes
                pending.append(pool.submit(_look, batch))
            while pending and (pending[0].done() or len(pending) > MOST_AHEAD):
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    except BrokenExecutor:
        raise DetectorFailed(
            "a process that looked at files ended early, so not all were looked at",
            fix="scan a part of the tree at a time; memory may have run out",
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


_searcher: Searcher | None = None
"""This process's searcher: inherited where processes fork, and built where they do not."""


def _pool(searcher: Searcher, processes: int) -> ProcessPoolExecutor | None:
    """The processes, or None where this system grants none."""
    global _searcher
    if processes < 2:
        return None
    from concurrent.futures.process import ProcessPoolExecutor

    _searcher = searcher
    try:
        return ProcessPoolExecutor(processes, initializer=_begin, initargs=(searcher.plan,))
    except (OSError, NotImplementedError):  # no semaphores, e.g. in a sandbox
        return None


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits: a process that is just being forked would answer it with a traceback."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(plan: Plan) -> None:
    global _searcher
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once, without a traceback
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # held back by _uninterrupted
    portable.end_with_parent()
    portable.no_core_dumps()
    if _searcher is None:
        log.set_up()
        _searcher = Searcher(plan)
    gc.freeze()  # what all files need is neither looked through again, nor copied for it
    gc.disable()


def _look(batch: Batch) -> Looked:
    assert _searcher is not None
    try:
        return _searcher.files(batch.targets, batch.skipped)
    finally:
        gc.collect()
