"""Vault: value ↔ placeholder for one workspace folder, and the redaction of a text.

Originals live here, in memory, and in the Restorer of a request; never in a Cleared, a repr, a
log or a file. Every value remembers which documents it came from and goes when they are closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.budget import UNBOUNDED, Budget
from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.marks import MarkReader
from codegrex_lsp.privacy.occurrences import Occurrences, whole_words
from codegrex_lsp.privacy.redacted import Kind, Redacted, Replacement
from codegrex_lsp.privacy.shapes import candidate
from codegrex_lsp.privacy.taken import Taken
from codegrex_lsp.values.sealed import Sealed

MOST_VALUES: Final = 10_000
"""Values that a vault remembers; those that were not seen for longest go first, and only lose being
known elsewhere."""

MOST_CHARACTERS: Final = 16_000_000
"""The same for all values together."""

SHORTEST_RETURNED: Final = 4
"""Characters from which a value is looked for once it was put back into an answer."""

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


@dataclass(slots=True)
class _Run:
    """Characters of a text that one placeholder stands in for."""

    start: int
    end: int
    entry: _Entry
    first: bool = True


Known = Literal["none", "secrets", "all"]
"""Which values that are known from elsewhere are looked for too."""


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
        self._characters = 0
        self._occurrences = Occurrences()
        self._marks = MarkReader()

    def __repr__(self) -> str:
        return f"<vault, {len(self._entries)} values>"

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        raise TypeError("a Vault is not serialised")

    def fresh(self) -> Vault:
        """An empty one that gives the same placeholders."""
        return Vault(self._key)

    def taken(self, files: Sequence[str], *, talk: Sequence[str] = ()) -> Taken:
        """What no placeholder of one request may equal. The arguments are those of `Taken`."""
        return Taken(files, talk=talk, marks=self._marks)

    def placeholder(self, value: str, span: Span, *, taken: Taken | None = None) -> str:
        """What stands in for `value`: always the same, and never what is already in a text.

        Args:
            value: The original, on one line.
            span: What found it.
            taken: Of the same request.
        """
        return self._name(self._entry(value, span, ""), taken or Taken(()), UNBOUNDED)

    def learn(
        self, text: str, spans: Iterable[Span], *, origin: str = "", budget: Budget = UNBOUNDED
    ) -> None:
        """Remember the values of `spans`, so that they are replaced in other texts as well.

        Raises:
            DetectorFailed: The budget is used up.
        """
        spans = tuple(spans)
        budget.spend(len(spans))
        words = whole_words(text)
        for span in spans:
            for number, (start, end) in enumerate(_lines_of(text, span)):
                budget.spend(min(number, 1))
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
        taken: Taken | None = None,
        known: Known = "all",
        budget: Budget = UNBOUNDED,
    ) -> Redacted:
        """`text` with placeholders for `spans`, known values and control tokens.

        Args:
            text: A whole document.
            spans: From the engine; sorted or not, they may overlap.
            origin: Document or source that the values belong to, for `forget`.
            taken: Of the same request, this text included; None where it is the only one.
            known: Which values that are known from elsewhere are looked for too.
            budget: For all texts of the request.

        Raises:
            DetectorFailed: The budget is used up, or there are more values than a vault remembers
                and two have one placeholder.
        """
        taken = taken or self.taken((text,))
        issued: dict[str, str] = {}
        replacements: list[Replacement] = []
        parts: list[str] = []
        position = length = 0
        for run in self._runs(text, spans, known, budget):
            entry, start = run.entry, run.start
            entry.origins.add(origin)
            name = self._name(entry, taken, budget)
            if issued.setdefault(name, entry.value) != entry.value:
                raise DetectorFailed("there are too many values to tell them apart again")
            parts += (text[position:start], name)
            length += start - position
            replacements.append(
                Replacement(
                    start, run.end, length, name, entry.kind, entry.type, entry.rule, run.first
                )
            )
            length += len(name)
            position = run.end
        parts.append(text[position:])
        return Redacted(
            Sealed("".join(parts)), tuple(replacements), issued, self._marks.read(text).quoted
        )

    def returned(self, placeholder: str, origin: str) -> None:
        """A value was put back into an answer.

        It now stands where maybe no detector sees it. So it is looked for from here on, though it
        be a word, and lives as long as what it was put into.

        Args:
            placeholder: As it was issued.
            origin: What the answer became part of, for `forget`.
        """
        entry = self._entries.get(self._owners.get(placeholder.lower(), ""))
        if entry is not None and entry.kind != "control":
            entry.origins.add(origin)
            if len(entry.value) >= SHORTEST_RETURNED:
                self._occurrences.add(entry.value, always=True)

    def forget(self, origin: str) -> None:
        """A document was closed: drop every value that came from nowhere else."""
        for key, entry in list(self._entries.items()):
            entry.origins.discard(origin)
            if not entry.origins:
                self._drop(key)

    # -- inside -----------------------------------------------------------------------------

    def _runs(self, text: str, spans: Iterable[Span], known: Known, budget: Budget) -> list[_Run]:
        """What to replace: sorted, on one line each, without overlap."""
        found: list[_Run] = []
        words = whole_words(text)
        for span in spans:
            for number, (start, end) in enumerate(_lines_of(text, span)):
                budget.spend()
                start, end = words.grown(start, end)
                value = text[start:end]
                if value.lower() not in self._owners:  # our own placeholder stays
                    found.append(_Run(start, end, self._entry(value, span, ""), number == 0))
        found += self._known(text, known, budget)
        found += (
            _Run(start, end, self._control(text[start:end]))
            for start, end in self._marks.read(text).control
        )
        runs = _apart(found)
        budget.spend(len(runs))
        for run in runs:
            value = text[run.start : run.end]
            if value != run.entry.value:  # it is more than what was found there
                run.entry = self._entry(value, _as_span(run.entry), "")
        return runs

    def _known(self, text: str, known: Known, budget: Budget) -> list[_Run]:
        if known == "none":
            return []
        found = []
        for start, end, value in self._occurrences.find(text, budget):
            entry = self._entries[value]
            mine = text[start:end].lower() not in self._owners
            if mine and (known == "all" or entry.kind == "secret"):
                found.append(_Run(start, end, entry))
        return found

    def _entry(self, value: str, span: Span, origin: str) -> _Entry:
        entry = self._entries.pop(value, None)
        if entry is None:
            entry = _Entry(value, span.kind, span.type, span.rule)
            self._keep(entry)
        else:
            self._entries[value] = entry  # the youngest again
        if origin:
            entry.origins.add(origin)
        return entry

    def _control(self, inside: str) -> _Entry:
        entry = _Entry(inside, "control", "control-token", "control-token")
        if entry.key not in self._entries:
            self._keep(entry)
        return self._entries[entry.key]

    def _keep(self, entry: _Entry) -> None:
        self._characters += len(entry.value)
        while self._entries and (
            len(self._entries) >= MOST_VALUES or self._characters > MOST_CHARACTERS
        ):
            self._drop(next(iter(self._entries)))
        self._entries[entry.key] = entry
        if entry.kind != "control":
            self._occurrences.add(entry.value)

    def _drop(self, key: str) -> None:
        """Forget an entry and its placeholders, so that they are free again."""
        self._occurrences.discard(key)
        entry = self._entries.pop(key)
        self._characters -= len(entry.value)
        for name in entry.placeholders:
            del self._owners[name.lower()]
        entry.placeholders.clear()

    def _name(self, entry: _Entry, taken: Taken, budget: Budget) -> str:
        """The entry's placeholder: the first that no other value has and no text contains.

        That holds for one issued earlier too: whoever learned it and wrote it into another text
        would get the value for it.
        """
        for name in entry.placeholders:
            if name not in taken:
                return name
        if self._entries.get(entry.key) is not entry:  # there are more than a vault remembers
            self._keep(entry)
        attempt = 0
        while True:
            budget.spend()
            name = candidate(self._key, entry.value, entry.kind, entry.type, attempt)
            if name.lower() not in self._owners and name not in taken:
                entry.placeholders.append(name)
                self._owners[name.lower()] = entry.key
                return name
            attempt += 1


def _apart(found: Iterable[_Run]) -> list[_Run]:
    """Join runs that overlap or touch.

    Two placeholders without anything between them could not be told apart again.
    """
    joined: list[_Run] = []
    for run in sorted(found, key=lambda run: (run.start, -run.end)):
        last = joined[-1] if joined else None
        if last is None or run.start > last.end:
            joined.append(run)
            continue
        last.end = max(last.end, run.end)
        if last.entry.kind == "control":
            last.entry = run.entry
    return joined


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
