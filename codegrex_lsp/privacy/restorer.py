"""Restorer: puts originals back into an answer while it streams, however its chunks are cut.

It knows the placeholders of one request and nothing else. Text that can not be part of one is
never held back; of what can, at most one placeholder's length is. A placeholder that was never
issued, one that is cut off or grown into a longer word, one whose value belongs to another file,
and one whose value would mean something else where it stands (`sites`) end a suggestion before
them: none of these may reach a document. In a chat (`show`) they are shown as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final, Literal

from codegrex_lsp.privacy.shapes import HOST, MARKER, WORDS, guessable
from codegrex_lsp.privacy.sites import Sight, Site, fits

Mode = Literal["stop", "show"]
Stopped = Literal["", "unknown-placeholder", "foreign-value", "cut-placeholder", "unsafe-restore"]

_STANDS_ALONE: Final = r"(?:(?<![A-Za-z0-9_])|(?<=\\[abfnrtv0]))"
_ENDS: Final = r"(?![A-Za-z0-9_])"
_WORDS: Final = "|".join(sorted(WORDS))
_INVENTED: Final = rf"cg_(?:{_WORDS})_(?:[0-9a-f]{{8}}|(?=[a-f]*[0-9])[0-9a-f]{{4,16}})"
_GROWN: Final = rf"cg_(?:{_WORDS})_[0-9a-f]{{8}}"
"""One with letters glued to it. A placeholder always stands alone in what was sent."""

_MAIL: Final = rf"cg_user_[0-9a-f]{{8}}{re.escape(HOST)}"
_LONGEST_INVENTED: Final = len("cg__") + max(map(len, WORDS)) + 16
_BEGUN: Final = re.compile(rf"cg_(?:{_WORDS})_[0-9a-f]{{0,16}}", re.IGNORECASE | re.ASCII)
_BOUNDARY: Final = re.compile(_STANDS_ALONE)
_STEMS: Final = frozenset(
    stem[:length] for stem in (f"cg_{word}_" for word in WORDS) for length in range(1, len(stem))
)
_CUT: Final = 3
"""Characters from which an unfinished placeholder at the end of an answer is taken for one. Two
or one (`c`, `cg`) are far more often the end of a word of the language."""

_CUT_GUESSABLE: Final = 6
"""The same for placeholders of digits or addresses."""


class Restorer:
    """One answer's restoration. Use `feed` for each chunk, then `close` once.

    Args:
        issued: Placeholder → original, for this request.
        foreign: Those of `issued` whose value does not occur in the document being written.
        plain: Placeholder-like strings that stood in the text as it was sent.
        mode: `stop` ends the answer at a doubtful placeholder, `show` lets it stand.
        sources: Placeholder → where its value stands in the document being written. One that is
            missing may be restored anywhere.
        before: What stands before the answer in its line, not redacted.
    """

    def __init__(
        self,
        issued: Mapping[str, str],
        *,
        foreign: Collection[str] = (),
        plain: Collection[str] = (),
        mode: Mode = "stop",
        sources: Mapping[str, Collection[Site]] = MappingProxyType({}),
        before: str = "",
    ) -> None:
        self._issued = {name.lower(): value for name, value in issued.items()}
        self._foreign = frozenset(name.lower() for name in foreign)
        self._plain = frozenset(name.lower() for name in plain)
        self._mode: Mode = mode
        self._before = ""
        self._held = ""
        self._stopped: Stopped = ""
        self._sources = {name.lower(): sites for name, sites in sources.items()}
        self._sight = Sight()
        self._unseen = [before]
        names = sorted(self._issued, key=len, reverse=True)
        others = [re.escape(name) for name in names if guessable(name)]
        choices = "|".join((*others, _MAIL, _INVENTED))
        self._pattern = re.compile(
            rf"(?P<alone>{_STANDS_ALONE}(?:{choices}){_ENDS})|{_GROWN}", re.IGNORECASE | re.ASCII
        )
        self._longest = max((_LONGEST_INVENTED, *map(len, names)))
        self._prefixes = _STEMS.union(
            name[:length]
            for name in names
            if not MARKER.fullmatch(name)
            for length in range(1, len(name) + 1)
        )

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
        for start in range(max(len(self._before), len(text) - self._longest), len(text)):
            tail = text[start:].lower()
            ours = tail in _STEMS or _BEGUN.fullmatch(tail)
            if ours or (tail in self._prefixes and _BOUNDARY.match(text, start)):
                return start
        return len(text)

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
        while (match := self._pattern.search(text, position)) and match.start() < end:
            found, alone = match.group(), match["alone"] is not None
            if found.lower() not in self._issued:  # the rest of an address is plain text
                found = found.partition("@")[0]
            parts.append(text[position : match.start()])
            self._unseen.append(parts[-1])
            value = self._value(found, alone=alone)
            if value is None:
                self._held = ""
                return "".join(parts)
            parts.append(value)
            self._unseen.append(value)
            position = match.start() + len(found)
        end = max(end, position)
        parts.append(text[position:end])
        self._unseen.append(parts[-1])
        self._before = text[max(end - 2, 0) : end]
        self._held = text[end:]
        return "".join(parts)

    def _value(self, found: str, *, alone: bool) -> str | None:
        """What to write for a placeholder, or None where the answer ends here."""
        name = found.lower()
        if not alone or name not in self._issued:
            return self._doubtful(found, "" if name in self._plain else "unknown-placeholder")
        if name in self._foreign:
            return self._doubtful(found, "foreign-value")
        if not self._may_stand(name):
            return self._doubtful(found, "unsafe-restore")
        return self._issued[name]

    def _doubtful(self, found: str, reason: Stopped) -> str | None:
        if self._mode == "stop":
            self._stopped = reason
        return None if self._stopped else found

    def _may_stand(self, name: str) -> bool:
        """Whether the value means here what it means in the document."""
        if name not in self._sources:
            return True
        self._sight.feed("".join(self._unseen))
        self._unseen.clear()
        return fits(self._issued[name], self._sight.site, self._sources[name])
