"""Occurrences: where values that are known already stand in a text, whatever form they have there.

A value counts as it is, URL-encoded, JSON-escaped and in base64 (`detect.known` has the forms).
What is too short or a plain word is left alone: it would be found in the code's own words.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from codegrex_lsp.privacy.budget import UNBOUNDED, Budget
from codegrex_lsp.privacy.detect import automaton
from codegrex_lsp.privacy.detect.known import base64_forms, forms

SHORTEST: Final = 6
"""Characters from which a value is looked for elsewhere."""

LONGEST_WORD: Final = 11
"""A value of ASCII letters only and up to so many is a word of some language, and is masked only
where a detector found it."""

WHOLE_WORD_BELOW: Final = 16
"""A value shorter than this is replaced elsewhere only where it stands as a whole word."""

SHORTEST_BASE64: Final = 10
"""Characters of base64 that can not stand somewhere by chance."""

MOST_ENCODED: Final = 1_000
"""Values whose encoded forms are looked for too: a list with more is data, not credentials."""

LONGEST_ENCODED: Final = 4_096
"""Characters of a value that is looked for in other encodings too; none that is typed or pasted
as a credential is longer."""

_PLAIN_WORD: Final = re.compile(rf"[A-Za-z]{{1,{LONGEST_WORD}}}")
_WORD: Final = frozenset(string.ascii_letters + string.digits + "_")
_BASE64: Final = _WORD | frozenset("+/=-")
_YOUNG: Final = 256
"""Heads that are built anew for each further one; more of them join the large automaton."""

_HEAD: Final = 32
"""Characters of a form that the automaton knows. Values made of one another can then overlap no
more than so often at one place, whoever wrote them."""

_PART: Final = 8_192
"""Characters of a text that are searched at once."""


class Occurrences:
    """The values of one vault. Not safe for two threads at once."""

    def __init__(self) -> None:
        self._values: dict[str, frozenset[str]] = {}
        self._owners: dict[str, tuple[str, bool]] = {}
        self._heads: dict[str, _Lengths] = {}
        self._late: list[str] = []
        self._old = _Automaton(())
        self._young = _Automaton(())

    def __repr__(self) -> str:
        return f"<occurrences of {len(self._values)} values>"

    def add(self, value: str, *, always: bool = False) -> None:
        """Look for `value` from now on, if it is one that can be looked for.

        Args:
            value: The original.
            always: Also where it is short or a word, and then as a whole word.
        """
        if value in self._values or not (always or is_distinctive(value)):
            return
        encoded = len(self._values) < MOST_ENCODED and len(value) <= LONGEST_ENCODED
        written = dict.fromkeys(_forms(value, encoded), False)
        written |= dict.fromkeys(_base64(value, encoded), True)
        new = [form for form in written if form not in self._owners]
        for form in new:
            self._owners[form] = value, written[form]
            head = form[:_HEAD]
            if head not in self._heads:
                self._heads[head] = _Lengths()
                self._late.append(head)
            self._heads[head].add(len(form))
        self._values[value] = frozenset(new)

    def discard(self, value: str) -> None:
        """Look for `value` no more."""
        for form in self._values.pop(value, ()):
            del self._owners[form]
            lengths = self._heads[form[:_HEAD]]
            lengths.remove(len(form))
            if not lengths:
                del self._heads[form[:_HEAD]]

    def find(self, text: str, budget: Budget = UNBOUNDED) -> Iterator[tuple[int, int, str]]:
        """Where one begins, ends, and which: each once, in no order, and they may overlap.

        Args:
            text: Any.
            budget: Looked at before each place and each part of the text.

        Raises:
            DetectorFailed: It is used up.
        """
        if self._late:
            self._build()
        yield from dict.fromkeys(self._places(text, budget))

    # -- inside -----------------------------------------------------------------------------

    def _places(self, text: str, budget: Budget) -> Iterator[tuple[int, int, str]]:
        """The same, several times where a run holds a value several times."""
        words, base64 = whole_words(text), _base64_runs(text)
        for head, start in self._hits(text, budget):
            for length in self._heads.get(head, ()):
                budget.spend()
                form = text[start : start + length]
                value, in_base64 = self._owners.get(form, ("", False))
                at = start, start + len(form)
                if value and in_base64:
                    yield *words.grown(*base64.grown(*at)), value
                    break
                if value and (len(form) >= WHOLE_WORD_BELOW or words.grown(*at) == at):
                    yield *words.grown(*at), value
                    break

    def _hits(self, text: str, budget: Budget) -> Iterator[tuple[str, int]]:
        """Where each head stands: part by part, so that no text makes many hits at once."""
        for begin in range(0, len(text), _PART):
            budget.spend()
            part = text[begin : begin + _PART + _HEAD - 1]
            for one in (self._old, self._young):
                for head, start in one.find(part):
                    if start < _PART:
                        yield head, begin + start

    def _build(self) -> None:
        """Put what is new into an automaton, which can not be added to."""
        young = [*self._young.words, *self._late]
        self._late = []
        if len(young) > max(_YOUNG, len(self._old.words) // 4):
            self._old = _Automaton(self._heads)
            young = []
        self._young = _Automaton(word for word in young if word in self._heads)


class _Lengths:
    """How long the forms are that begin with one head, the longest first."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._sorted: tuple[int, ...] | None = None

    def __bool__(self) -> bool:
        return bool(self._counts)

    def __iter__(self) -> Iterator[int]:
        if self._sorted is None:
            self._sorted = tuple(sorted(self._counts, reverse=True))
        return iter(self._sorted)

    def add(self, length: int) -> None:
        self._counts[length] = self._counts.get(length, 0) + 1
        self._sorted = None

    def remove(self, length: int) -> None:
        self._counts[length] -= 1
        if not self._counts[length]:
            del self._counts[length]
        self._sorted = None


class _Automaton:
    """Some words, and where they stand. Half surrogate pairs do not fit in: they are looked for."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(dict.fromkeys(words))
        self._whole = tuple(word for word in self.words if _is_encodable(word))
        self._find = automaton.build(self._whole, lasting=False) if self._whole else None
        halves = sorted((word for word in self.words if not _is_encodable(word)), reverse=True)
        self._halves = re.compile(f"(?=({'|'.join(map(re.escape, halves))}))") if halves else None

    def find(self, text: str) -> Iterator[tuple[str, int]]:
        """Each word and where it begins."""
        if self._find:
            for index, start in self._find(text):
                yield self._whole[index], start
        if self._halves and not _is_encodable(text):
            yield from ((match[1], match.start()) for match in self._halves.finditer(text))


def is_distinctive(value: str) -> bool:
    """Whether a value can be told from ordinary words, so that it is looked for elsewhere."""
    return len(value) >= SHORTEST and not _PLAIN_WORD.fullmatch(value)


class Growing:
    """Grows ranges of one text over the characters beside them.

    Ranges in the same run share the walk to its edges, so that a run full of them costs linear
    time if they come in about their order.

    Args:
        before: Whether the character before a place belongs to what begins there.
        after: Whether the character at a place belongs to what ends there.
    """

    def __init__(self, before: Callable[[int], bool], after: Callable[[int], bool]) -> None:
        self._before = before
        self._after = after
        self._left = (1, 0)  # every place from the one to the other reaches back to the first
        self._right = (1, 0)  # and here on to the last

    def grown(self, start: int, end: int) -> tuple[int, int]:
        """The range with everything beside it that belongs to it."""
        return self._back(start), self._on(end)

    def _back(self, start: int) -> int:
        first, last = self._left
        at = start
        while not first <= at <= last:
            if not self._before(at):
                first, last = at, start
                break
            at -= 1
        self._left = first, max(last, start)
        return first

    def _on(self, end: int) -> int:
        first, last = self._right
        at = end
        while not first <= at <= last:
            if not self._after(at):
                first, last = end, at
                break
            at += 1
        self._right = min(first, end), last
        return last


def whole_words(text: str) -> Growing:
    """Grows ranges of a text to whole words: a placeholder must stand alone to be found again.

    The letter of an escape such as `\\n` is no part of the word after it.
    """
    return Growing(
        lambda at: at > 0 and text[at - 1] in _WORD and not _escape_before(text, at),
        lambda at: at < len(text) and text[at] in _WORD,
    )


def _base64_runs(text: str) -> Growing:
    """Grows ranges of a text to whole runs of base64: neighbours carry some of its bits."""
    return Growing(
        lambda at: at > 0 and text[at - 1] in _BASE64,
        lambda at: at < len(text) and text[at] in _BASE64,
    )


def _escape_before(text: str, start: int) -> bool:
    return start >= 2 and text[start - 2] == "\\" and text[start - 1] in "abfnrtv0"


def _forms(value: str, encoded: bool) -> frozenset[str]:
    if not encoded or not _is_encodable(value):
        return frozenset((value,))
    return forms(value) | {value}


def _base64(value: str, encoded: bool) -> frozenset[str]:
    if not encoded or not _is_encodable(value):
        return frozenset()
    return frozenset(form for form in base64_forms(value) if len(form) >= SHORTEST_BASE64)


def _is_encodable(text: str) -> bool:
    """Whether it holds no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
