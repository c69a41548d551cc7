"""A scan: from the paths that a person named to what would be masked in the files below them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from codegrex_lsp.engine import workers
from codegrex_lsp.engine.search import Looked, Searcher
from codegrex_lsp.engine.tree import Skipped, Target, walk
from codegrex_lsp.engine.workers import Batch

BATCH_BYTES: Final = 512 * 1024
BATCH_FILES: Final = 64
"""A batch is what one process does in one go: well below a second."""

WORTH_PROCESSES: Final = 3 * 1024 * 1024
"""Bytes. Below that, starting processes takes longer than they save."""


class FileScan:
    """Looks at files and trees while it is iterated over; answers come in the order of a walk.

    Args:
        searcher: This process's own.
        roots: Files and folders.
        processes: How many at most; None for as many as there are cores.

    Attributes:
        met: Bytes of the files that were met so far.
        walked: Whether that is all of them.
    """

    def __init__(
        self, searcher: Searcher, roots: Sequence[Target], *, processes: int | None = None
    ) -> None:
        self._searcher = searcher
        self._roots = roots
        self._processes = workers.cores() if processes is None else processes
        self.met = 0
        self.walked = False

    def __iter__(self) -> Iterator[Looked]:
        """What came of each batch of files.

        Raises:
            DetectorFailed: Detectors can not be loaded, or a process ended early. What a single
                file did to them is told by its reason among the skipped.
        """
        batches = self._batches()
        first: list[Batch] = []
        for batch in batches:
            first.append(batch)
            if self.met >= WORTH_PROCESSES:
                break
        if self.walked:
            for batch in first:
                yield self._searcher.files(batch.targets, batch.skipped)
            return
        for folder in dict.fromkeys(root.folder for root in self._roots):
            self._searcher.warm_up(folder)
        yield from workers.look(self._searcher, chain(first, batches), self._processes)

    def _batches(self) -> Iterator[Batch]:
        targets: list[Target] = []
        skipped: list[Skipped] = []
        size = 0
        for met in self._walk():
            if isinstance(met, Skipped):
                skipped.append(met)
            else:
                targets.append(met)
                size += met.size
                self.met += met.size
            if size >= BATCH_BYTES or len(targets) + len(skipped) >= BATCH_FILES:
                yield Batch(tuple(targets), tuple(skipped))
                targets, skipped, size = [], [], 0
        self.walked = True
        yield Batch(tuple(targets), tuple(skipped))

    def _walk(self) -> Iterator[Target | Skipped]:
        for root in self._roots:
            if os.path.isdir(root.path):  # noqa: PTH112
                yield from walk(root, self._searcher.kept_out)
            else:
                yield root
