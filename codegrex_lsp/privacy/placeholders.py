"""Vault: value ↔ placeholder for one workspace folder, and the redaction of a text.

Originals live here, in memory, and in the Restorer of a request; never in a Cleared, a repr, a
log or a file. Every value remembers which documents it came from and goes when they are closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.marks import MarkReader
from codegrex_lsp.privacy.occurrences import Occurrences, whole_words
from codegrex_lsp.privacy.redacted import Kind, Redacted, Replacement
from codegrex_lsp.privacy.shapes import candidate, guessable
from codegrex_lsp.values.sealed import Sealed

MOST_VALUES: Final = 10_000
"""Values that a vault remembers; the oldest go first and only lose being known elsewhere."""

_FEW: Final = 64
"""Placeholders that are looked for in the texts one by one."""

_WORD: Final = re.compile(r"\w+", re.ASCII)
_LINE: Final = re.compile(r"[^\r\n]+")
_DRESS: Final = re.compile(r"[\s\"'`#>*,;]*")


@dataclass(slots=True)
class _Entry:
    value: str = field(repr=False)
    kind: Kind
    type: str
    rule: str
    placeholders: list[str] = field(default_factory=list)
    origins: set[str] = field(default_factory=set)

    @property
    def key(self) -> str:
        """A control token's inside may equal somebody's password; they are different entries."""
        return f"\0{self.value}" if self.kind == "control" else self.value


class Vault:
    """Placeholders of one workspace folder. Not safe for two threads at once.

    Args:
        key: Secret of this workspace on this machine. Another key gives other placeholders, so
            the prompts of two workspaces can not be matched.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._entries: dict[str, _Entry] = {}
        self._owners: dict[str, str] = {}
        self._occurrences = Occurrences()
        self._marks = MarkReader()

    def __repr__(self) -> str:
        return f"<vault, {len(self._entries)} values>"

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        raise TypeError("a Vault is not serialised")

    def fresh(self) -> Vault:
        """An empty one that gives the same placeholders."""
        return Vault(self._key)

    def placeholder(self, value: str, span: Span, *, beside: Sequence[str] = ()) -> str:
        """What stands in for `value`: always the same, and never what is already in a text.

        Args:
            value: The original, on one line.
            span: What found it.
            beside: Texts of the same request.
        """
        return self._name(self._entry(value, span, ""), _Texts(beside, self._marks))

    def learn(self, text: str, spans: Iterable[Span], *, origin: str = "") -> None:
        """Remember the values of `spans`, so that they are replaced in other texts as well."""
        words = whole_words(text)
        for span in spans:
            for start, end in _lines_of(text, span):
                start, end = words.grown(start, end)
                value = text[start:end]
                if value.lower() not in self._owners:
                    self._entry(value, span, origin)

    def redact(
        self,
        text: str,
        spans: Iterable[Span],
        *,
        origin: str = "",
        beside: Sequence[str] = (),
        known: Literal["none", "secrets", "all"] = "all",
    ) -> Redacted:
        """`text` with placeholders for `spans`, known values and control tokens.

        Args:
            text: A whole document.
            spans: From the engine; sorted or not, they may overlap.
            origin: Document or source that the values belong to, for `forget`.
            beside: Other texts of the same request, whose strings no placeholder may equal.
            known: Which values that are known from elsewhere are looked for too.
        """
        spans = list(spans)
        self.learn(text, spans, origin=origin)
        texts = _Texts((text, *beside), self._marks)
        issued: dict[str, str] = {}
        replacements: list[Replacement] = []
        parts: list[str] = []
        position = length = 0
        for start, end, entry, first in self._runs(text, spans, known):
            entry.origins.add(origin)
            name = self._name(entry, texts)
            issued[name] = entry.value
            parts += (text[position:start], name)
            length += start - position
            replacements.append(
                Replacement(start, end, length, name, entry.kind, entry.type, entry.rule, first)
            )
            length += len(name)
            position = end
        parts.append(text[position:])
        return Redacted(
            Sealed("".join(parts)), tuple(replacements), issued, self._marks.read(text).quoted
        )

    def forget(self, origin: str) -> None:
        """A document was closed: drop every value that came from nowhere else."""
        for key, entry in list(self._entries.items()):
            entry.origins.discard(origin)
            if not entry.origins:
                self._drop(key)

    # -- inside -----------------------------------------------------------------------------

    def _runs(
        self, text: str, spans: list[Span], known: Literal["none", "secrets", "all"]
    ) -> list[tuple[int, int, _Entry, bool]]:
        """What to replace: sorted, on one line each, without overlap."""
        found: list[tuple[int, int, _Entry, bool]] = []
        words = whole_words(text)
        for span in spans:
            for number, (start, end) in enumerate(_lines_of(text, span)):
                start, end = words.grown(start, end)
                value = text[start:end]
                if value.lower() not in self._owners:  # our own placeholder stays
                    found.append((start, end, self._entry(value, span, ""), number == 0))
        found += self._known(text, known)
        found += (
            (start, end, self._control(text[start:end]), True)
            for start, end in self._marks.read(text).control
        )
        return self._apart(text, found)

    def _known(
        self, text: str, known: Literal["none", "secrets", "all"]
    ) -> list[tuple[int, int, _Entry, bool]]:
        if known == "none":
            return []
        found = []
        for start, end, value in self._occurrences.find(text):
            entry = self._entries[value]
            mine = text[start:end].lower() not in self._owners
            if mine and (known == "all" or entry.kind == "secret"):
                found.append((start, end, entry, True))
        return found

    def _apart(
        self, text: str, found: list[tuple[int, int, _Entry, bool]]
    ) -> list[tuple[int, int, _Entry, bool]]:
        """Join runs that overlap or touch; a joined or grown run is a value of its own.

        Two placeholders without anything between them could not be told apart again.
        """
        joined: list[tuple[int, int, _Entry, bool]] = []
        for start, end, entry, first in sorted(found, key=lambda run: (run[0], -run[1])):
            if joined and start <= joined[-1][1]:
                last = joined.pop()
                if last[2].kind != "control":
                    entry = last[2]
                start, end, first = last[0], max(end, last[1]), last[3]
            joined.append((start, end, entry, first))
        return [
            (start, end, self._named_by(text[start:end], entry), first)
            for start, end, entry, first in joined
        ]

    def _named_by(self, value: str, entry: _Entry) -> _Entry:
        """The entry of a run that began as another one's value."""
        return entry if value == entry.value else self._entry(value, _as_span(entry), "")

    def _entry(self, value: str, span: Span, origin: str) -> _Entry:
        entry = self._entries.get(value)
        if entry is None:
            entry = _Entry(value, span.kind, span.type, span.rule)
            self._keep(entry)
        if origin:
            entry.origins.add(origin)
        return entry

    def _control(self, inside: str) -> _Entry:
        entry = _Entry(inside, "control", "control-token", "control-token")
        if entry.key not in self._entries:
            self._keep(entry)
        return self._entries[entry.key]

    def _keep(self, entry: _Entry) -> None:
        if len(self._entries) >= MOST_VALUES:
            self._drop(next(iter(self._entries)))
        self._entries[entry.key] = entry
        if entry.kind != "control":
            self._occurrences.add(entry.value)

    def _drop(self, key: str) -> None:
        self._occurrences.discard(key)
        for name in self._entries.pop(key).placeholders:
            self._owners.pop(name.lower(), None)

    def _name(self, entry: _Entry, texts: _Texts) -> str:
        """The entry's placeholder: the first that no other value has and no text contains.

        That holds for one issued earlier too: whoever learned it and wrote it into another text
        would get the value for it.
        """
        for name in entry.placeholders:
            if name not in texts:
                return name
        attempt = 0
        while True:
            name = candidate(self._key, entry.value, entry.kind, entry.type, attempt)
            if name.lower() not in self._owners and name not in texts:
                entry.placeholders.append(name)
                self._owners[name.lower()] = entry.value
                return name
            attempt += 1


class _Texts:
    """The texts of one request, and whether a placeholder stands in them already.

    The first few are looked for in the texts themselves; for more, the words of the texts tell
    which can not stand there.
    """

    def __init__(self, texts: Sequence[str], marks: MarkReader) -> None:
        self._texts = texts
        self._lowered: list[str] | None = None
        self._asked = 0
        self._quoted = frozenset().union(*(marks.read(text).quoted for text in texts))

    def __contains__(self, placeholder: str) -> bool:
        name = placeholder.lower()
        if not guessable(name):
            return name.partition("@")[0] in self._quoted
        if self._lowered is None:
            self._lowered = [text.lower() for text in self._texts]
        self._asked += 1
        if self._asked > _FEW and not self._words.issuperset(_WORD.findall(name)):
            return False
        return any(name in text for text in self._lowered)

    @cached_property
    def _words(self) -> frozenset[str]:
        """Every word, and without its first letter where that may be the letter of an escape."""
        words = frozenset().union(*(_WORD.findall(text) for text in self._lowered or ()))
        return words | {word[1:] for word in words if word[0] in "abfnrtv0"}


def _as_span(entry: _Entry) -> Span:
    kind: Literal["secret", "pii"] = "pii" if entry.kind == "pii" else "secret"
    return Span(0, len(entry.value), kind, entry.type, entry.rule)


def _lines_of(text: str, span: Span) -> list[tuple[int, int]]:
    """The span's parts on each line, without indentation and quotes.

    A value that crosses lines keeps their number: each line gets a placeholder of its own.
    """
    if "\n" not in text[span.start : span.end] and "\r" not in text[span.start : span.end]:
        return [(span.start, span.end)]
    parts = []
    for line in _LINE.finditer(text, span.start, span.end):
        lead = _DRESS.match(text, line.start(), line.end())
        start = lead.end() if lead else line.start()
        end = start + len(text[start : line.end()].rstrip(" \t\"'`,;\\"))
        if end > start:
            parts.append((start, end))
    return parts
