"""Slices: which new lines are looked at together where the time is counted in single ms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

LINES: Final = 256
"""New lines that pass the sieve together."""

CHARACTERS: Final = 16_384
"""The same in characters; a longer line passes alone."""


def batches(missing: Sequence[int], chunks: Sequence[str]) -> Iterator[list[int]]:
    """Lines in groups of a bounded size.

    Args:
        missing: Which of `chunks`, as indexes.
        chunks: All lines.
    """
    batch: list[int] = []
    size = 0
    for index in missing:
        if batch and (len(batch) == LINES or size + len(chunks[index]) > CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(index)
        size += len(chunks[index])
    if batch:
        yield batch
