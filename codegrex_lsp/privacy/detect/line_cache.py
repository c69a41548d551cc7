"""Line caches: what is known of the lines of each document, until it is closed.

They hold lines of text as keys, in memory only.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress, repeat
from operator import is_
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.clues import Clue, Mark

Hits = tuple[Span | Clue | Mark, ...]
"""What one line holds; nothing for most."""

CHARACTERS: Final = 8_000_000
"""Characters of keys that one document may keep: each keystroke in a long line makes a new key."""


class LineCache:
    """Line → hits for one document, bounded, with the oldest half forgotten at a time.

    Two dictionaries are cheaper than moving each line to the end of one on every keystroke. The
    younger takes all lines of a document, so that one look later all of them are known.

    Args:
        lines: How many different ones a document may have that stays known; twice as many are
            kept at most.
    """

    def __init__(self, lines: int) -> None:
        self._most = max(lines, 1)
        self._room = CHARACTERS // 2
        self._young: dict[str, Hits] = {}
        self._old: dict[str, Hits] = {}

    def look_up(self, chunks: Sequence[str]) -> list[Hits | None]:
        """The hits of each line, or None where it is not known."""
        hits = list(map(self._young.get, chunks))
        if self._old and None in hits:
            old = self._old
            moved = {
                chunk: old[chunk]
                for chunk in compress(chunks, map(is_, hits, repeat(None)))
                if chunk in old
            }
            if moved:
                self.keep_all(tuple(moved), tuple(moved.values()))
                hits = [
                    moved.get(chunks[at]) if hit is None else hit for at, hit in enumerate(hits)
                ]
        return hits

    def keep(self, chunk: str, hits: Hits) -> None:
        """Remember one line."""
        self.keep_all((chunk,), (hits,))

    def keep_all(self, chunks: Sequence[str], hits: Sequence[Hits]) -> None:
        """Remember some lines. Together they may exceed the bound once."""
        self._room -= sum(map(len, chunks))
        if len(self._young) + len(chunks) > self._most or self._room < 0:
            self._old, self._young = self._young, {}
            self._room = CHARACTERS // 2
        self._young.update(zip(chunks, hits, strict=True))


class Documents:
    """The caches of every document, by URI; text without one shares the cache of `""`.

    Args:
        lines: How many lines of a document to keep at most.
        documents: How many documents. Those used longest ago go first.
    """

    def __init__(self, lines: int, documents: int = 128) -> None:
        self._lines = lines
        self._most = documents
        self._caches: dict[str, dict[object, LineCache]] = {}

    def of(self, uri: str, kind: object) -> LineCache:
        """The cache of one document for one kind of scan."""
        kinds = self._caches.pop(uri, None) or {}
        self._caches[uri] = kinds  # now the youngest
        while len(self._caches) > self._most:
            self._caches.pop(next(iter(self._caches)))
        cache = kinds.get(kind)
        if cache is None:
            cache = kinds[kind] = LineCache(self._lines)
        return cache

    def forget(self, uri: str) -> None:
        """Drop a document's lines, and those of which nobody said whose they are."""
        self._caches.pop(uri, None)
        self._caches.pop("", None)
