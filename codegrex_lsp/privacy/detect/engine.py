"""Engine: whole documents in, spans out, with a cache by line so that a keystroke costs one line.

Invariants: nothing here knows a file, a socket or an editor. A detector that raises, or a scan
that outlives its budget, ends in DetectorFailed without a word of the text; it never ends in
fewer spans. The cache holds lines of text as keys, in memory only, until `forget`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Detector, DocumentDetector, Level, LineDetector
from codegrex_lsp.privacy.detect.lines import (
    holds_unquoted_values,
    merged,
    whole_token,
    windows,
)

_CLOCK_EVERY: Final = 32
"""New lines between two looks at the clock. A single line is bounded by linear patterns."""

Hits = tuple[Span, ...]


class Engine:
    """Scans documents. One for the process; calls are synchronous and from one thread.

    Args:
        detectors: What to run, or None for `standard.detectors()`.
        cache_lines: Lines that stay cached for each kind of file and level.
        budget_ms: Time that one call of `spans` may take, in ms. Lines done in time stay cached,
            so a second attempt starts where the first one ended.
        clock: Monotonic, in ms.
    """

    def __init__(
        self,
        detectors: Sequence[Detector] | None = None,
        *,
        cache_lines: int = 50_000,
        budget_ms: float = 1_500.0,
        clock: Callable[[], float] = lambda: time.monotonic() * 1000,
    ) -> None:
        if detectors is None:
            from codegrex_lsp.privacy.detect.standard import standard_detectors

            detectors = standard_detectors()
        self._line_detectors: list[LineDetector] = []
        self._document_detectors: list[DocumentDetector] = []
        for detector in detectors:
            if isinstance(detector, LineDetector):
                self._line_detectors.append(detector)
            else:
                self._document_detectors.append(detector)
        self._cache_lines = cache_lines
        self._budget = budget_ms
        self._clock = clock
        self._caches: dict[tuple[Level, bool], _LineCache] = {}
        self._started: set[str] = set()

    @property
    def rules(self) -> str:
        """Names of the rule sets in force. Another set of rules needs another Engine."""
        names = [detector.name for detector in self._line_detectors]
        return " ".join(names + [detector.name for detector in self._document_detectors])

    def spans(
        self,
        text: str,
        *,
        level: Level,
        language: str = "",
        path_name: str = "",
        cursor: int | None = None,
    ) -> tuple[Span, ...]:
        """Every sensitive run of `text`, sorted, without overlap.

        Args:
            text: A whole document.
            level: `secrets`, or `all` for personal data as well.
            language: LSP language id, possibly empty.
            path_name: File name, possibly empty; some kinds of file need no quotes.
            cursor: Offset in characters, or None. Its line is scanned for unfinished secrets too.

        Raises:
            DetectorFailed: A detector raised (`detector-failed`) or the budget is spent
                (`detector-too-slow`). There is no partial answer.
        """
        unquoted = holds_unquoted_values(language, path_name)
        try:
            return self._spans(text, level, unquoted, cursor)
        except DetectorFailed:
            raise
        except Exception:
            # Whatever a detector says may quote the text: its words end here.
            raise DetectorFailed("a detector failed, so the text was not looked at") from None

    def warm_up(self, level: Level) -> None:
        """Import and build what `level` needs. May take seconds and run in another thread.

        Raises:
            DetectorFailed: A detector can not be built; scans at this level will fail too.
        """
        for detector in self._asked(level):
            try:
                detector.warm_up()
                self._started.add(detector.name)
            except Exception:
                raise DetectorFailed(
                    f"the detector {detector.name} can not be started",
                    fix="reinstall codegrex-lsp; `codegrex-lsp doctor` names what is missing",
                ) from None

    def forget(self, uri: str = "") -> None:
        """A document was closed: drop all cached text.

        Lines are shared between documents, so every line goes, and the next scan of each open
        document is a cold one.
        """
        del uri
        self._caches.clear()

    def _asked(self, level: Level) -> list[LineDetector]:
        return [d for d in self._line_detectors if level == "all" or d.level == "secrets"]

    def _spans(self, text: str, level: Level, unquoted: bool, cursor: int | None) -> Hits:
        run = _Run(self._asked(level), unquoted, self._clock() + self._budget)
        chunks = text.split("\n")
        cache = self._caches.setdefault((level, unquoted), _LineCache(self._cache_lines))
        hits = cache.look_up(chunks)
        self._fill(chunks, hits, cache, run)
        if cursor is not None and 0 <= cursor <= len(text):
            index = text.count("\n", 0, cursor)
            extra = self._scan(chunks[index], run, half_typed=True)
            hits[index] = merged((*(hits[index] or ()), *extra))
        found: list[Span] = []
        hit = [index for index, spans in enumerate(hits) if spans]
        if hit:
            ends = list(accumulate(map(len, chunks), initial=0))
            for index in hit:
                start = ends[index] + index  # one terminator for each line before
                found += [_shifted(span, start) for span in hits[index] or ()]
        for detector in self._document_detectors:
            found += detector.scan_document(text, half_typed=cursor is not None)
            self._in_time(run)
        return merged(found)

    def _fill(
        self, chunks: list[str], hits: list[Hits | None], cache: _LineCache, run: _Run
    ) -> None:
        """Scan the lines that the cache does not know."""
        missing = [index for index, known in enumerate(hits) if known is None]
        for count, index in enumerate(missing):
            if count % _CLOCK_EVERY == 0:
                self._in_time(run)
            spans = self._scan(chunks[index], run, half_typed=False)
            cache.keep(chunks[index], spans)
            hits[index] = spans
        self._in_time(run)

    def _in_time(self, run: _Run) -> None:
        if self._clock() > run.deadline:
            raise DetectorFailed(
                "looking for secrets took longer than its budget", code="detector-too-slow"
            )

    def _scan(self, chunk: str, run: _Run, *, half_typed: bool) -> Hits:
        found: list[Span] = []
        for offset, line in windows(chunk, unquoted=run.unquoted, half_typed=half_typed):
            if offset:
                self._in_time(run)
            for detector in run.asked:
                if detector.wants(line):
                    self._start(detector, run)
                    found += [
                        whole_token(chunk, _shifted(span, offset), offset)
                        for span in detector.scan_line(line)
                    ]
        return merged(found) if found else ()

    def _start(self, detector: LineDetector, run: _Run) -> None:
        """Load a detector at its first line.

        That takes up to seconds, once in a process, and is no part of a scan's budget.
        """
        if detector.name not in self._started:
            began = self._clock()
            detector.warm_up()
            self._started.add(detector.name)
            run.deadline += self._clock() - began


@dataclass(slots=True)
class _Run:
    """One call of `spans`: who is asked, of what kind of file, and until when (ms)."""

    asked: list[LineDetector]
    unquoted: bool
    deadline: float


def _shifted(span: Span, by: int) -> Span:
    if not by:
        return span
    return Span(span.start + by, span.end + by, span.kind, span.type, span.rule, span.confidence)


class _LineCache:
    """Line → spans, bounded, with the oldest half forgotten at a time.

    Two dictionaries are cheaper than moving each line to the end of one on every keystroke.
    """

    def __init__(self, lines: int) -> None:
        self._half = max(lines // 2, 1)
        self._young: dict[str, Hits] = {}
        self._old: dict[str, Hits] = {}

    def look_up(self, chunks: list[str]) -> list[Hits | None]:
        hits = list(map(self._young.get, chunks))
        if self._old and None in hits:
            for index, known in enumerate(hits):
                if known is None:
                    older = self._old.get(chunks[index])
                    if older is not None:
                        self.keep(chunks[index], older)
                        hits[index] = older
        return hits

    def keep(self, chunk: str, spans: Hits) -> None:
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[chunk] = spans
