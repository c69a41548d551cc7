"""Sites: in what kind of literal a place of a text stands, and what may be written there.

One rough view, from left to right, for the document and for the answer that goes on from its
cursor, so that both err alike. Known are the strings of the usual languages (`literals`), the
marks of comments, and calls that print or log. What is mistaken ends with its line, unless it is
a string that may go on behind it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from codegrex_lsp.privacy.literals import BLOCKS, HEREDOCS, UNSURE, Notation, code, inside, notation
from codegrex_lsp.privacy.redacted import Replacement

LONGEST_FOLLOWED: Final = 250_000
"""Characters of a document beyond which each line is looked at by itself."""


@dataclass(frozen=True, slots=True)
class Site:
    """What is known of a place.

    Attributes:
        quote: The quote of the string it stands in, with its prefix (`r"`, `'''`), or empty;
            `<<` in a here-document, `<<'` where that is taken as it is, `|` or `>` in a block of
            YAML.
        url: Whether it is part of a URL.
        aside: Whether it is in a comment, or behind the name of a call that prints or logs.
    """

    quote: str = ""
    url: bool = False
    aside: bool = False


_LINE_END: Final = re.compile(r"\r\n?|\n")
_COMMENT_LINE: Final = re.compile(r"\s*[*;]\s")
_URL: Final = re.compile(r"://[^\s\"'`<>]*$")
_TAIL: Final = 512

_ANYWHERE: Final = re.compile(r"[A-Za-z0-9_.~\-]*")
"""Means the same in every literal, and in a URL."""

_BARE: Final = re.compile(r"[\w.~@+:/=,\-]*")
"""Needs no quotes."""


@dataclass(slots=True)
class _Open:
    """A string that is open, or a hole with code in one.

    Attributes:
        quote: As in `Site`; empty for a hole.
        end: What closes it.
        depth: Of a hole: braces that are open in it.
        indent: Of a block: characters before its lines; of the line above it until one is known.
        settled: Whether one is.
    """

    quote: str
    end: str = ""
    depth: int = 0
    indent: int = 0
    settled: bool = False

    def left_at(self, indent: int) -> bool:
        """Whether a line with such an indentation is no line of this block any more."""
        return self.quote in BLOCKS and indent < self.indent + (not self.settled)


class Sight:
    """Follows a text from left to right: `feed` it up to a place, then ask for its `site`.

    Args:
        language: LSP language id, possibly empty.
    """

    def __init__(self, language: str = "") -> None:
        self.notation: Notation = notation(language)
        self._open: list[_Open] = []
        self._coming: list[_Open] = []
        self._line = ""
        self._comment = self._log = False

    @property
    def site(self) -> Site:
        """What is known of the place behind everything that was fed."""
        top = self._open[-1] if self._open else None
        if top and not self._line.strip() and top.left_at(len(self._line)):
            top = None
        url = _URL.search(self._line) is not None
        return Site(top.quote if top else "", url, self._comment or self._log)

    def feed(self, text: str) -> None:
        """Go on over `text`. Its end must not split a token: feed up to values, and values."""
        start = 0
        if not self.notation.follows:  # only the last line counts
            start = max(text.rfind("\n"), text.rfind("\r")) + 1
            if start:
                self._begin_line()
        for line_end in _LINE_END.finditer(text, start):
            self._go_on(text, start, line_end.start(), whole=True)
            self._begin_line()
            start = line_end.end()
        self._go_on(text, start, len(text), whole=False)

    def _begin_line(self) -> None:
        self._line = ""
        self._comment = self._log = False
        while self._open and not self._goes_on(self._open[-1]):
            self._open.pop()
        self._open += reversed(self._coming)
        self._coming.clear()

    def _goes_on(self, top: _Open) -> bool:
        always = not top.quote or top.quote in BLOCKS or top.quote in HEREDOCS
        return always or self.notation.goes_on(top.quote)

    def _go_on(self, text: str, start: int, end: int, *, whole: bool) -> None:
        """Over a line, or a part of one; `whole` where it ends there."""
        position = start if self._line.strip() else self._indentation(text, start, end)
        while position < end and not self._comment:
            top = self._open[-1] if self._open else None
            if top is None or not top.quote:
                position = self._in_code(text, position, end, top, whole=whole)
            elif top.quote in BLOCKS or top.quote in HEREDOCS:
                break
            else:
                position = self._in_string(text, position, end, top)
        self._line = (self._line + text[start:end])[-_TAIL:]

    def _indentation(self, text: str, start: int, end: int) -> int:
        """What the beginning of a line decides; where to go on in it."""
        content = start
        while content < end and text[content] in " \t":
            content += 1
        if content == end:
            return end
        indent = len(self._line) + content - start
        while self._open and self._open[-1].left_at(indent):
            self._open.pop()
        top = self._open[-1] if self._open else None
        if top and top.quote in BLOCKS and not top.settled:
            top.indent, top.settled = indent, True
        if top and top.quote in HEREDOCS and text[content:end].rstrip(" \t;,)") == top.end:
            self._open.pop()
            return end
        if top is None and _COMMENT_LINE.match(text, start, end):
            self._comment = True
        return start

    def _in_code(
        self, text: str, position: int, end: int, hole: _Open | None, *, whole: bool
    ) -> int:
        found = code(self.notation, hole=hole is not None).search(text, position, end)
        if found is None:
            return end
        kind = found.groupdict()
        if found["quote"]:
            self._open.append(_string(found["prefix"] or "", found["quote"]))
        elif hole is not None and kind["brace"]:
            hole.depth += 1 if found[0] == "{" else -1
            if hole.depth < 0:
                self._open.pop()
        elif kind.get("hashes") is not None:
            self._open.append(_Open('r#"' if kind["hashes"] else 'r"', '"' + kind["hashes"]))
        elif kind.get("tag") is not None:
            self._open.append(_Open('R"(', f'){kind["tag"]}"'))
        elif kind.get("until"):
            self._coming.append(_Open(HEREDOCS[bool(kind["bare"])], kind["until"]))
        elif kind.get("block") and whole:
            line = self._line + text[text.rfind("\n", 0, position) + 1 : found.start()]
            self._open.append(_Open(kind["block"], indent=len(line) - len(line.lstrip(" "))))
        self._comment = found["comment"] is not None
        self._log |= found["log"] is not None
        return found.end()

    def _in_string(self, text: str, position: int, end: int, top: _Open) -> int:
        found = inside(self.notation, top.quote, top.end).search(text, position, end)
        if found is None:
            return end
        if found["end"]:
            self._open.pop()
        elif found.groupdict().get("hole"):
            self._open.append(_Open(""))
        return found.end()


def _string(prefix: str, quote: str) -> _Open:
    return _Open(re.sub("[bu]", "", prefix.lower()) + quote, quote)


@dataclass(frozen=True, slots=True)
class Places:
    """Where values stand in the document that an answer is written into.

    Attributes:
        sources: Placeholder in lower case → the sites of its value.
        before: What stands before the answer in its line.
        sight: Of that line's start. It goes on over the answer, so it serves one only.
    """

    sources: dict[str, set[Site]]
    before: str = field(repr=False)
    sight: Sight

    def allow(self, name: str, value: str) -> bool:
        """Whether the value of a placeholder may be written where the sight is now."""
        sources = self.sources.get(name)
        return sources is None or fits(value, self.sight.site, sources, self.sight.notation)


def survey(
    text: str, replacements: Sequence[Replacement], *, language: str = "", cursor: int = 0
) -> Places:
    """The places of a document's values, and the view from its cursor.

    Args:
        text: The document.
        replacements: In it, in order. Control tokens fit everywhere.
        language: LSP language id, possibly empty.
        cursor: Offset in characters.
    """
    if len(text) > LONGEST_FOLLOWED:
        language = ""
    runs = [run for run in replacements if run.kind != "control"]
    found: dict[str, set[Site]] = {}
    ranges = ((run.start, run.end) for run in runs)
    for run, place in zip(runs, sites(text, ranges, language), strict=True):
        found.setdefault(run.placeholder.lower(), set()).add(place)
    line = max(text.rfind("\n", 0, cursor), text.rfind("\r", 0, cursor)) + 1
    sight = Sight(language)
    sight.feed(text[:line])
    return Places(found, text[line:cursor], sight)


def sites(text: str, ranges: Iterable[tuple[int, int]], language: str = "") -> Iterator[Site]:
    """The site of each range of a text; the ranges come in order and do not overlap."""
    sight, seen = Sight(language), 0
    for start, end in ranges:
        sight.feed(text[seen:start])
        yield sight.site
        sight.feed(text[start:end])
        seen = end


def fits(value: str, place: Site, sources: Collection[Site], notation: Notation) -> bool:
    """Whether a value, as it is spelled at its sources, may be written at `place`.

    Args:
        value: The raw slice of the source, escapes and all.
        place: Where the answer has the placeholder.
        sources: Where the value stands in the document.
        notation: Of the document.
    """
    if place.aside and not any(source.aside for source in sources):
        return False
    if any((source.quote, source.url) == (place.quote, place.url) for source in sources):
        return True
    if place.url or all(source.url for source in sources):
        return _ANYWHERE.fullmatch(value) is not None
    if not any(_is_plain(value, source, notation) for source in sources if not source.url):
        return False
    if not place.quote:
        return _BARE.fullmatch(value) is not None
    return notation.means_itself(value, place.quote)


def _is_plain(value: str, source: Site, notation: Notation) -> bool:
    """Whether the spelling at a source is the value itself."""
    if not source.quote:
        return UNSURE.search(value) is None
    return notation.means_itself(value, source.quote)
