"""Engine: whole documents in, spans out, with a cache by line so that a keystroke costs one line.

Invariants: nothing here knows a file, a socket or an editor. A detector that raises, or a scan
that outlives its budget, ends in DetectorFailed without a word of the text; it never ends in
fewer spans. Lines of text are cached in memory only, by document, until `forget`; an Engine is one
set of rules, so another set never sees them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, compress

from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.clues import Mark
from codegrex_lsp.privacy.detect.detector import (
    Detector,
    DocumentDetector,
    Gated,
    Level,
    Line,
    LineDetector,
)
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.line_cache import Documents, Hits, LineCache
from codegrex_lsp.privacy.detect.lines import (
    WINDOW,
    Tokens,
    beyond,
    merged,
    parts_of,
    shifted,
)
from codegrex_lsp.privacy.detect.sieve import Sieve, Sifted
from codegrex_lsp.privacy.detect.slices import batches
from codegrex_lsp.privacy.detect.views import View, views


class Engine:
    """Scans documents. One for the process; calls are synchronous and from one thread.

    Args:
        detectors: What to run, or None for `standard.detectors()`.
        cache_lines: Lines of a document that stay cached for each level; 0 where no text is looked
            at twice, which is faster for a single look.
        budget_ms: Time that one call of `spans` may take, in ms. Lines done in time stay cached,
            so a second attempt starts where the first one ended.
        most_spans: In a text where somebody waits for it; one with more counts as too slow.
        clock: Monotonic, in ms.
    """

    def __init__(
        self,
        detectors: Sequence[Detector] | None = None,
        *,
        cache_lines: int = 100_000,
        budget_ms: float = 1_500.0,
        most_spans: float = math.inf,
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
        self._always = sum(
            1 << at
            for at, detector in enumerate(self._document_detectors)
            if not isinstance(detector, Gated)
        )
        self._documents = Documents(cache_lines) if cache_lines else None
        self._budget = budget_ms
        self._most = most_spans
        self._clock = clock
        self._started: set[str] = set()
        self._sieves: dict[Level, Sieve] = {}

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
        uri: str = "",
    ) -> tuple[Span, ...]:
        """Every sensitive run of `text`, sorted, without overlap.

        Args:
            text: A whole document.
            level: `secrets`, or `all` for personal data as well.
            language: LSP language id, possibly empty.
            path_name: File name, possibly empty; some kinds of file need no quotes.
            cursor: Offset in characters, or None. Its line is scanned for unfinished secrets too.
            uri: Whose lines these are, for `forget`; possibly empty.

        Raises:
            DetectorFailed: A detector raised (`detector-failed`) or the budget is spent
                (`detector-too-slow`). There is no partial answer.
        """
        until = self._clock() + self._budget
        found: list[Span] = []
        with _silenced():
            for view in views(text, language, path_name):
                run = _Run(level, view.kind, until)
                found += view.back(self._seen(view, run, cursor, uri))
                until = run.deadline
            return merged(found)

    def fill(
        self,
        text: str,
        *,
        level: Level,
        language: str = "",
        path_name: str = "",
        uri: str = "",
        milliseconds: float,
    ) -> bool:
        """Get to know some new lines of a document, before somebody has to wait for them.

        Args:
            text: As for `spans`, and so are the others.
            level: As for `spans`.
            language: As for `spans`.
            path_name: As for `spans`.
            uri: As for `spans`.
            milliseconds: Time to take. It is exceeded for one new line, however long that is, so
                that every call gets on.

        Returns:
            Whether every line is known now.

        Raises:
            DetectorFailed: A detector raised.
        """
        until = self._clock() + milliseconds
        with _silenced():
            try:
                for view in views(text, language, path_name):
                    run = _Run(level, view.kind, until, in_slices=True)
                    self._look_at(view.text.split("\n"), run, uri)
                    until = run.deadline
            except _OutOfTime:
                return False
            return True

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
        with _silenced():
            self._sieves.setdefault(level, Sieve(self._asked(level), self._document_detectors))

    def forget(self, uri: str = "") -> None:
        """A document was closed: drop its lines, and the lines of no known document.

        Other documents stay warm.
        """
        if self._documents is not None:
            self._documents.forget(uri)

    # -- inside -----------------------------------------------------------------------------

    def _asked(self, level: Level) -> list[LineDetector]:
        return [d for d in self._line_detectors if level == "all" or d.level == "secrets"]

    def _seen(self, view: View, run: _Run, cursor: int | None, uri: str) -> tuple[Span, ...]:
        """The spans of one view."""
        text = view.text
        chunks = text.split("\n")
        hits = self._look_at(chunks, run, uri)
        at = view.cursor(cursor)
        if at is not None and 0 <= at <= len(text):
            self._look_at_cursor(text, chunks, hits, at, run)
        return self._collect(text, chunks, hits, run, half_typed=cursor is not None)

    def _look_at(self, chunks: list[str], run: _Run, uri: str) -> list[Hits | None]:
        """What each line holds; those that the cache does not know are scanned."""
        if self._documents is None:
            return list(self._scan(chunks, run))
        cache = self._documents.of(uri, (run.level, run.kind))
        hits = cache.look_up(chunks)
        missing = [index for index, known in enumerate(hits) if known is None]
        for some in batches(missing, chunks) if run.in_slices else filter(None, [missing]):
            found = self._scan([chunks[index] for index in some], run, cache)
            for index, one in zip(some, found, strict=True):
                hits[index] = one
        self._in_time(run)
        return hits

    def _scan(self, chunks: list[str], run: _Run, cache: LineCache | None = None) -> list[Hits]:
        """Scan new lines. Those that were done in time are remembered."""
        owners, offsets, texts = parts_of(chunks)
        found: list[Hits] = [()] * len(chunks)
        done = -1
        try:
            self._in_time(run)
            for sifted in self._sieve(run).sift(texts):
                if owners[sifted.index] != done:
                    run.got_on |= done >= 0
                    done = owners[sifted.index]
                    tokens = Tokens(chunks[done])
                self._in_time(run)
                offset = offsets[sifted.index]
                line = _line(sifted, texts[sifted.index], chunks[done], offset, run)
                found[done] += self._ask(sifted.detectors, line, tokens, offset, run)
                if sifted.documents:
                    found[done] += (Mark(sifted.documents),)
            done = len(chunks)
            run.got_on |= done > 0
        finally:
            if cache is not None:
                cache.keep_all(chunks[: max(done, 0)], found[: max(done, 0)])
        return found

    def _ask(
        self,
        detectors: Sequence[LineDetector],
        line: Line,
        tokens: Tokens,
        offset: int,
        run: _Run,
    ) -> Hits:
        """What detectors see in one part of a line, of which these are the tokens."""
        clues: Hits = ()
        for detector in detectors:
            if detector.wants(line):
                if detector.name not in self._started:
                    self._start(detector, run)
                for one in detector.scan_line(line):
                    if isinstance(one, Span):
                        line.found.append(one)
                    else:
                        clues += (one.shifted(offset),)
        spans = [tokens.whole(shifted(one, offset), offset) for one in line.found]
        return merged(spans) + clues if spans else clues

    def _look_at_cursor(
        self, text: str, chunks: list[str], hits: list[Hits | None], cursor: int, run: _Run
    ) -> None:
        """Scan the cursor's line once more, for what is being typed there."""
        index = text.count("\n", 0, cursor)
        column = cursor - (text.rfind("\n", 0, cursor) + 1)
        _, offsets, texts = parts_of([chunks[index]])
        near = [at for at, offset in enumerate(offsets) if 0 <= column - offset <= WINDOW]
        found: Hits = hits[index] or ()
        tokens = Tokens(chunks[index])
        for sifted in self._sieve(run).sift([texts[at] for at in near], checking=False):
            at = near[sifted.index]
            line = _line(sifted, texts[at], chunks[index], offsets[at], run, half_typed=True)
            found += self._ask(sifted.detectors, line, tokens, offsets[at], run)
        hits[index] = found

    def _collect(
        self,
        text: str,
        chunks: list[str],
        hits: list[Hits | None],
        run: _Run,
        *,
        half_typed: bool,
    ) -> tuple[Span, ...]:
        """The spans of all lines in the coordinates of the text, and those that cross lines."""
        found: list[Span] = []
        marks = self._always
        hit = list(compress(range(len(hits)), hits))
        ends = list(accumulate(map(len, chunks), initial=0)) if hit else []
        for index in hit:
            for one in hits[index] or ():
                if isinstance(one, Span):
                    found.append(shifted(one, ends[index] + index))
                elif isinstance(one, Mark):
                    marks |= one.detectors
                else:
                    for where, span in one.settle(chunks, index):
                        found.append(shifted(span, ends[where] + where))
                    self._in_time(run)
            if len(found) > self._most:
                raise _OutOfTime("there is too much in a text to look at all of it")
        for at, detector in enumerate(self._document_detectors):
            if marks >> at & 1:
                found += detector.scan_document(text, half_typed=half_typed)
                self._in_time(run)
        return merged(found)

    def _in_time(self, run: _Run) -> None:
        if self._clock() > run.deadline and (run.got_on or not run.in_slices):
            raise _OutOfTime("looking for secrets took longer than its budget")

    def _sieve(self, run: _Run) -> Sieve:
        sieve = self._sieves.get(run.level)
        if sieve is None:
            began = self._clock()
            sieve = self._sieves.setdefault(
                run.level, Sieve(self._asked(run.level), self._document_detectors)
            )
            run.deadline += self._clock() - began
        return sieve

    def _start(self, detector: LineDetector, run: _Run) -> None:
        """Load a detector at its first line.

        That takes up to seconds, once in a process, and is no part of a scan's budget.
        """
        began = self._clock()
        detector.warm_up()
        self._started.add(detector.name)
        run.deadline += self._clock() - began


class _OutOfTime(DetectorFailed):
    default_code = "detector-too-slow"


@dataclass(slots=True)
class _Run:
    """One call: how much is looked for, in what kind of file, and until when (ms).

    One in slices does not end before it has got on by a line.
    """

    level: Level
    kind: FileKind
    deadline: float
    in_slices: bool = False
    got_on: bool = False


@contextmanager
def _silenced() -> Iterator[None]:
    """Whatever a detector says may quote the text: its words end here."""
    try:
        yield
    except DetectorFailed:
        raise
    except Exception:
        raise DetectorFailed("a detector failed, so the text was not looked at") from None


def _line(
    sifted: Sifted, text: str, chunk: str, offset: int, run: _Run, *, half_typed: bool = False
) -> Line:
    rest = beyond(chunk, offset, text)
    return Line(text, sifted.lowered, run.kind, half_typed, sifted.words, rest)
