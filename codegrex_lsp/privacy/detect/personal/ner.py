"""NER: names of persons and places that only a language model finds, as far as they are known.

The model is slow, so it is asked about new lines in the background, by somebody else. A scan takes
what is known by then and never waits: this is a best effort beside the detectors, which are not.
Lines are kept in memory only, by document, until `forget`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, compress
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.allowed import Scanner
from codegrex_lsp.privacy.detect.detector import Level
from codegrex_lsp.privacy.detect.filekind import FileKind, kind_of
from codegrex_lsp.privacy.detect.line_cache import Documents
from codegrex_lsp.privacy.detect.lines import merged
from codegrex_lsp.privacy.detect.personal.entities import Entity, believed
from codegrex_lsp.privacy.detect.personal.prose import may_name, parts

KEPT_LINES: Final = 20_000
"""Lines of a document whose names are kept."""

MOST_WAITING: Final = 4_000
"""Lines that wait for the model; those asked for longest ago are left out first."""


@dataclass(frozen=True, slots=True)
class Question:
    """One line, and what of it the model is to read.

    Attributes:
        uri: Of the document.
        prose: Whether that is text for people throughout.
        line: The line.
        document: The whole text, for its identifiers.
    """

    uri: str = field(repr=False)
    prose: bool
    line: str = field(repr=False)
    document: str = field(repr=False)

    @property
    def parts(self) -> list[tuple[int, str]]:
        """Offset and text of the comments and strings in the line."""
        return list(parts(self.line, prose=self.prose))


class Names:
    """What is known of names, and what is still to be asked.

    Args:
        wake: Called when lines begin to wait.
    """

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        self._wake = wake
        self._known = Documents(KEPT_LINES)
        self._waiting: dict[tuple[str, bool, str], Question] = {}
        self.found = 0
        """Names learnt so far; it grows when a scan may find more than the one before."""

    @property
    def waiting(self) -> int:
        """Lines that the model has not read yet."""
        return len(self._waiting)

    def spans(
        self, text: str, *, language: str, path_name: str, cursor: int | None, uri: str
    ) -> tuple[Span, ...]:
        """The names that are known in a document; its new lines wait from now on."""
        kind = kind_of(language, path_name)
        if kind is FileKind.FORMS:
            return ()
        chunks = text.split("\n")
        prose = kind is FileKind.PROSE or language == "log"
        cache = self._known.of(uri, prose)
        hits = cache.look_up(chunks)
        if None in hits:
            new = [at for at, known in enumerate(hits) if known is None]
            asked = [at for at in new if may_name(chunks[at])]
            others = [chunks[at] for at in {*new} - {*asked}]
            cache.keep_all(others, [()] * len(others))
            self._ask(text, chunks, asked, cursor, (uri, prose))
        if not any(hits):
            return ()
        starts = list(accumulate((len(chunk) + 1 for chunk in chunks), initial=0))
        return tuple(
            _shifted(one, starts[at])
            for at in compress(range(len(hits)), hits)
            for one in hits[at] or ()
            if isinstance(one, Span)
        )

    def take(self, most: int) -> list[Question]:
        """Up to `most` lines to ask about, those nearest to a cursor first. They wait no longer."""
        return [self._waiting.popitem()[1] for _ in range(min(most, len(self._waiting)))]

    def learn(self, question: Question, heard: Sequence[Sequence[Entity]]) -> None:
        """Keep what the model heard in each part of a line."""
        spans = [
            _shifted(one, start)
            for (start, text), entities in zip(question.parts, heard, strict=True)
            for one in believed(text, entities, question.document)
        ]
        self.found += len(spans)
        self._known.of(question.uri, question.prose).keep(question.line, tuple(spans))

    def forget(self, uri: str) -> None:
        """A document was closed."""
        self._known.forget(uri)
        for key in [key for key in self._waiting if key[0] == uri]:
            del self._waiting[key]

    def _ask(
        self,
        text: str,
        chunks: Sequence[str],
        asked: Sequence[int],
        cursor: int | None,
        whose: tuple[str, bool],
    ) -> None:
        here = text.count("\n", 0, cursor) if cursor is not None else 0
        for at in sorted(asked, key=lambda at: -abs(at - here)):  # the last are taken first
            key = (*whose, chunks[at])
            self._waiting.pop(key, None)
            self._waiting[key] = Question(*whose, chunks[at], text)
        while len(self._waiting) > MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
        if self._waiting:
            self._wake()


class WithNames:
    """A scanner that finds the known names too, where personal data is looked for.

    Args:
        scanner: Whose spans they are added to.
        names: What is known.
    """

    def __init__(self, scanner: Scanner, names: Names) -> None:
        self._scanner = scanner
        self._names = names

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
        """The scanner's spans and, at level `all`, the known names of a document with a URI."""
        found = self._scanner.spans(
            text, level=level, language=language, path_name=path_name, cursor=cursor, uri=uri
        )
        if level != "all" or not uri:
            return found
        names = self._names.spans(
            text, language=language, path_name=path_name, cursor=cursor, uri=uri
        )
        return merged((*found, *names)) if names else found


def _shifted(span: Span, by: int) -> Span:
    return replace(span, start=span.start + by, end=span.end + by)
