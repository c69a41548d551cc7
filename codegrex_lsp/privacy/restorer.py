"""Restorer: puts originals back into an answer while it streams, however its chunks are cut.

It knows the placeholders of one request and nothing else. Text that can not be part of one is
never held back; of what can, at most one placeholder's length is. A placeholder that was never
issued, one that is cut off or grown into a longer word, one whose value belongs to another file,
and one whose value would mean something else where it stands (`sites`) end a suggestion before
them: none of these may reach a document. In a chat (`show`) they are shown as they are, and so is
one in a link: whoever shows the chat may follow it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from heapq import merge
from typing import Final, Literal

from codegrex_lsp.privacy.shapes import HOST, MARKER, WORDS, guessable
from codegrex_lsp.privacy.sites import Places

Mode = Literal["stop", "show"]
Stopped = Literal["", "unknown-placeholder", "foreign-value", "cut-placeholder", "unsafe-restore"]

_STANDS_ALONE: Final = r"(?:(?<![A-Za-z0-9_])|(?<=\\[abfnrtv0]))"
_ENDS: Final = r"(?![A-Za-z0-9_])"
_WORDS: Final = "|".join(sorted(WORDS))
_INVENTED: Final = rf"cg_(?:{_WORDS})_(?:[0-9a-f]{{8}}|(?=[a-f]*[0-9])[0-9a-f]{{4,16}})"
_GROWN: Final = rf"cg_(?:{_WORDS})_[0-9a-f]{{8}}"
"""One with letters glued to it. A placeholder always stands alone in what was sent."""

_MAIL: Final = rf"cg_user_[0-9a-f]{{8}}{re.escape(HOST)}"
_OURS: Final = re.compile(
    rf"(?P<alone>{_STANDS_ALONE}(?:{_MAIL}|{_INVENTED}){_ENDS})|{_GROWN}", re.IGNORECASE | re.ASCII
)
_SHAPED: Final = re.compile(rf"{_STANDS_ALONE}[0-9A-Fa-f]", re.ASCII)
"""Where a placeholder of digits or an address may begin."""

_LONGEST_INVENTED: Final = len("cg__") + max(map(len, WORDS)) + 16
_BEGUN: Final = re.compile(rf"cg_(?:{_WORDS})_[0-9a-f]{{0,16}}", re.IGNORECASE | re.ASCII)
_BOUNDARY: Final = re.compile(_STANDS_ALONE)
_WORD: Final = re.compile("[A-Za-z0-9_]")
_STEMS: Final = frozenset(
    stem[:length] for stem in (f"cg_{word}_" for word in WORDS) for length in range(1, len(stem))
)
_HEAD: Final = 4
"""Characters that every placeholder has."""

_CUT: Final = 3
"""Characters from which an unfinished placeholder at the end of an answer is taken for one. Two
or one (`c`, `cg`) are far more often the end of a word of the language."""

_CUT_GUESSABLE: Final = 6
"""The same for placeholders of digits or addresses."""

_FETCHED: Final = r"(?:src|srcset|href|poster|background)"
_LINK: Final = re.compile(
    r"(?<!\S)(?=\S*$)\S*?(?:(?:https?|ftps?|wss?):|(?<![\w+.\-]:)//)"
    rf"|(?<!\S)(?=\S*$)(?>\S*?(?:\][(:]|\b{_FETCHED}=))\S*?[&\\]"
    rf"|(?:\][(:]|\b{_FETCHED}\s*=)[^\S\r\n]+(?=\S*$)\S*?[&\\]"
    rf"|\][(:][^\S\r\n]*<[^>\r\n]*$|\b{_FETCHED}\s*=\s*(?:\"[^\"]*|'[^']*)$",
    re.IGNORECASE,
)
"""Where a browser or an editor could be made to fetch: `https:host` and `https:/host` too, a
character reference for a colon, a line end in an attribute."""

_LONGEST_LINK: Final = 4_096
_STEP: Final = _LONGEST_LINK // 2


class Restorer:
    """One answer's restoration. Use `feed` for each chunk, then `close` once.

    Args:
        issued: Placeholder → original, for this request.
        foreign: Those of `issued` whose value does not occur in the document being written.
        plain: Placeholder-like strings that stood in the text as it was sent.
        mode: `stop` ends the answer at a doubtful placeholder, `show` lets it stand.
        places: Looks, once, where values stand in the document being written; None where they may
            be restored anywhere. It may raise, and nothing is restored then.
        returned: Told the placeholder of each value that is put back.
    """

    def __init__(
        self,
        issued: Mapping[str, str],
        *,
        foreign: Collection[str] = (),
        plain: Collection[str] = (),
        mode: Mode = "stop",
        places: Callable[[], Places] | None = None,
        returned: Callable[[str], object] = lambda name: None,
    ) -> None:
        self._issued = {name.lower(): value for name, value in issued.items()}
        self._foreign = frozenset(name.lower() for name in foreign)
        self._plain = frozenset(name.lower() for name in plain)
        self._mode: Mode = mode
        self._before = ""
        self._held = ""
        self._stopped: Stopped = ""
        self._survey = places
        self._places: Places | None = None
        self._unseen: list[str] = []
        self._written = ""
        self._endless = False  # a link began before `_written`, and had not ended by then
        self._returned = returned
        # Of other forms than our own words: these are only known by their whole length.
        self._shaped = sorted(name for name in self._issued if not MARKER.fullmatch(name))
        self._lengths = _lengths(name for name in self._shaped if guessable(name))
        self._alphabet = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_").union(*self._shaped)
        self._longest = max((_LONGEST_INVENTED, *map(len, self._shaped)))

    def __repr__(self) -> str:
        return f"<restorer, {len(self._issued)} placeholders>"

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        raise TypeError("a Restorer is not serialised")

    @property
    def stopped(self) -> Stopped:
        """Why the answer ended early, or an empty string. What came before it is good."""
        return self._stopped

    def feed(self, chunk: str) -> str:
        """Restored text as far as it is certain. Empty for good once `stopped` is set."""
        if self._stopped:
            return ""
        self._held += chunk
        return self._take(self._certain())

    def close(self) -> str:
        """The rest. A cut-off placeholder at the end is dropped and sets `stopped`."""
        if self._stopped:
            return ""
        text = self._before + self._held
        start = self._tail(text)
        if start < len(text) and self._is_cut(text, start):
            restored = self._take(start - len(self._before))
            self._held = ""
            self._stopped = self._stopped or "cut-placeholder"
            return restored
        return self._take(len(self._held))

    def _certain(self) -> int:
        """How many of the held characters no later chunk can change."""
        text = self._before + self._held
        return self._tail(text) - len(self._before)

    def _tail(self, text: str) -> int:
        """Where the part begins that may be an unfinished placeholder."""
        if not text or text[-1].lower() not in self._alphabet:
            return len(text)
        for start in range(max(len(self._before), len(text) - self._longest), len(text)):
            tail = text[start : start + self._longest].lower()
            if tail in _STEMS or _BEGUN.fullmatch(tail):
                return start
            if self._begins(tail) and _BOUNDARY.match(text, start):
                return start
        return len(text)

    def _begins(self, tail: str) -> bool:
        """Whether some placeholder of another form begins so."""
        at = bisect_left(self._shaped, tail)
        return at < len(self._shaped) and self._shaped[at].startswith(tail)

    def _is_cut(self, text: str, start: int) -> bool:
        tail = text[start:].lower()
        whole = tail in self._issued or MARKER.fullmatch(tail)
        if self._mode == "show" or whole or tail in self._plain:
            return False
        if not _BOUNDARY.match(text, start):
            return _BEGUN.fullmatch(tail) is not None
        return len(tail) >= (_CUT if tail.startswith("cg_") else _CUT_GUESSABLE)

    def _take(self, count: int) -> str:
        """Restore the first `count` held characters, and let go of them."""
        text = self._before + self._held
        position, end = len(self._before), len(self._before) + count
        parts: list[str] = []
        # Searched past the end: a word is only known to end there by the character that follows.
        for start, found, alone in merge(
            _ours(text, position, end), self._others(text, position, end)
        ):
            if start < position:
                continue
            if found.lower() not in self._issued:  # the rest of an address is plain text
                found = found.partition("@")[0]
            parts.append(text[position:start])
            self._write(parts[-1])
            value = self._value(found, alone=alone)
            if value is None:
                self._held = ""
                return "".join(parts)
            parts.append(value)
            self._write(value)
            position = start + len(found)
        end = max(end, position)
        parts.append(text[position:end])
        self._write(parts[-1])
        self._before = text[max(end - 2, 0) : end]
        self._held = text[end:]
        return "".join(parts)

    def _others(self, text: str, position: int, end: int) -> Iterator[tuple[int, str, bool]]:
        """Issued placeholders of digits and addresses."""
        if not self._lengths:
            return
        for place in _SHAPED.finditer(text, position, end):
            start = place.start()
            for length in self._lengths.get(text[start : start + _HEAD].lower(), ()):
                found = text[start : start + length]
                if found.lower() in self._issued and not _WORD.match(text, start + length):
                    yield start, found, True
                    break

    def _write(self, text: str) -> None:
        """Remember what decides where a value may stand."""
        if self._mode == "show":
            for start in range(0, len(text), _STEP):
                self._written += text[start : start + _STEP]
                if len(self._written) > _LONGEST_LINK:
                    self._endless = self._endless or _LINK.search(self._written) is not None
                    self._written = self._written[-_STEP:]
        if self._survey is not None:
            self._unseen.append(text)

    def _value(self, found: str, *, alone: bool) -> str | None:
        """What to write for a placeholder, or None where the answer ends here."""
        name = found.lower()
        if not alone or name not in self._issued:
            return self._doubtful(found, "" if name in self._plain else "unknown-placeholder")
        if name in self._foreign:
            return self._doubtful(found, "foreign-value")
        if not self._may_stand(name):
            return self._doubtful(found, "unsafe-restore")
        self._returned(name)
        return self._issued[name]

    def _doubtful(self, found: str, reason: Stopped) -> str | None:
        if self._mode == "stop":
            self._stopped = reason
        return None if self._stopped else found

    def _may_stand(self, name: str) -> bool:
        """Whether the value means here what it means in the document, and stays on the screen."""
        if self._mode == "show" and (self._endless or _LINK.search(self._written)):
            return False
        if self._survey is None:
            return True
        try:
            if self._places is None:
                self._places = self._survey()
                self._unseen.insert(0, self._places.before)
            self._places.sight.feed("".join(self._unseen))
            self._unseen.clear()
            return self._places.allow(name, self._issued[name])
        except Exception:
            return False


def _ours(text: str, position: int, end: int) -> Iterator[tuple[int, str, bool]]:
    """What looks like one of our words: where, which, and whether it stands alone."""
    for match in _OURS.finditer(text, position):
        if match.start() >= end:
            return
        yield match.start(), match.group(), match["alone"] is not None


def _lengths(names: Iterable[str]) -> dict[str, list[int]]:
    """How long placeholders with the same first characters are, the longest first."""
    found: dict[str, set[int]] = {}
    for name in names:
        found.setdefault(name[:_HEAD], set()).add(len(name))
    return {head: sorted(lengths, reverse=True) for head, lengths in found.items()}
