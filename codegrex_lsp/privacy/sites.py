"""Sites: in what kind of literal a place of a line stands, and what may be written there.

Looks at one line, from its start: the same rough view for the document and for the answer, so
that both err alike. A string that was opened on an earlier line is not seen. Known are quotes with
the letters that change their escapes, the marks of comments, and calls that print or log.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from codegrex_lsp.privacy.redacted import Replacement


@dataclass(frozen=True, slots=True)
class Site:
    """What is known of a place.

    Attributes:
        quote: The quote of the string it stands in, with its prefix (`r"`, `'''`), or empty.
        url: Whether it is part of a URL.
        aside: Whether it is in a comment, or behind the name of a call that prints or logs.
    """

    quote: str = ""
    url: bool = False
    aside: bool = False


_CODE: Final = re.compile(
    r"""\\.
      | (?P<prefix>(?<![A-Za-z0-9_])[rRfFbBuU$@]{1,2})?(?P<quote>\"{3}|'{3}|["'`])
      | (?P<comment>(?:(?<=\s)|^)(?:\#(?!define\b)|//|--(?=\s)|/\*|<!--))
      | (?P<log>(?<![A-Za-z0-9_])
          (?:(?:e?print(?:ln|f)?|fprintf|puts|log(?:f|ger|ging)?|console|debug|info|warn(?:ing)?
            |error|trace|fatal|critical)(?:\.\w+)*!?\s?\( | echo\s))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_COMMENT_LINE: Final = re.compile(r"\s*[*;]\s")
_CLOSING: Final = {
    quote: re.compile(rf"\\.|(?P<end>{quote})") for quote in ('"', "'", "`", '"' * 3, "'" * 3)
}
_URL: Final = re.compile(r"://[^\s\"'`<>]*$")
_TAIL: Final = 512

_ANYWHERE: Final = re.compile(r"[A-Za-z0-9_.~\-]*")
"""Means the same in every literal, and in a URL."""

_BARE: Final = re.compile(r"[\w.~@+:/=,\-]*")
"""Needs no quotes."""

_ESCAPED: Final = re.compile(r"[\"'`\\${}\x00-\x1f\x7f]")
"""May need an escape, and which depends on the string."""


class Sight:
    """Follows a text from left to right: `feed` it up to a place, then ask for its `site`."""

    def __init__(self) -> None:
        self._quote = self._prefix = self._tail = ""
        self._comment = self._log = False

    @property
    def site(self) -> Site:
        """What is known of the place behind everything that was fed."""
        url = _URL.search(self._tail) is not None
        return Site(self._prefix + self._quote, url, self._comment or self._log)

    def feed(self, text: str) -> None:
        """Go on over `text`. Its end must not split a token: feed up to values, and values."""
        line = max(text.rfind("\n"), text.rfind("\r")) + 1
        if line:
            self._begin_line()
        position = line
        if not self._tail and _COMMENT_LINE.match(text, line):
            self._comment = True
        while position < len(text) and not self._comment:
            position = (self._in_string if self._quote else self._in_code)(text, position)
        self._tail = (self._tail + text[line:])[-_TAIL:]

    def _begin_line(self) -> None:
        self._quote = self._prefix = self._tail = ""
        self._comment = self._log = False

    def _in_code(self, text: str, position: int) -> int:
        found = _CODE.search(text, position)
        if found is None:
            return len(text)
        if found["quote"]:
            self._quote = found["quote"]
            self._prefix = re.sub("[bu]", "", (found["prefix"] or "").lower())
        self._comment = found["comment"] is not None
        self._log |= found["log"] is not None
        return found.end()

    def _in_string(self, text: str, position: int) -> int:
        found = _CLOSING[self._quote].search(text, position)
        if found is None:
            return len(text)
        if found["end"]:
            self._quote = self._prefix = ""
        return found.end()


def sites(text: str, ranges: Iterable[tuple[int, int]]) -> Iterator[Site]:
    """The site of each range of a text; the ranges come in order and do not overlap."""
    sight, seen = Sight(), 0
    for start, end in ranges:
        line = max(text.rfind("\n", seen, start), text.rfind("\r", seen, start), seen)
        sight.feed(text[line:start])
        yield sight.site
        sight.feed(text[start:end])
        seen = end


def sources(text: str, replacements: Sequence[Replacement]) -> dict[str, set[Site]]:
    """Placeholder → where its value stands in the text. Control tokens fit everywhere."""
    runs = [run for run in replacements if run.kind != "control"]
    found: dict[str, set[Site]] = {}
    for run, place in zip(runs, sites(text, ((run.start, run.end) for run in runs)), strict=True):
        found.setdefault(run.placeholder, set()).add(place)
    return found


def fits(value: str, place: Site, sources: Collection[Site]) -> bool:
    """Whether a value, as it is spelled at its sources, may be written at `place`.

    Args:
        value: The raw slice of the source, escapes and all.
        place: Where the answer has the placeholder.
        sources: Where the value stands in the document.
    """
    if place.aside and not any(source.aside for source in sources):
        return False
    if any((source.quote, source.url) == (place.quote, place.url) for source in sources):
        return True
    if place.url or all(source.url for source in sources):
        return _ANYWHERE.fullmatch(value) is not None
    return not _ESCAPED.search(value) if place.quote else _BARE.fullmatch(value) is not None
