"""Beside: values of `name`, which is anybody's, where a mail address or a phone stands with it.

{ name: "…", email: "…" }        - name: …            <name>…</name><email>…</email>
                                   email: …
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.clues import Clue
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.personal.names import NAME, is_name

_LINES: Final = 2
"""Lines above and below a name in which its address may stand."""

_LONGEST: Final = 512
"""Characters of such a line that are read."""

_TRIGGER: Final = r"name[\"']?\s?(?:=>|[:=>])\s?[\"']?\w+[ \-.']"
_NAMED: Final = re.compile(
    rf"""(?<![\w.\-])name["']?\s?(?:=>|[:=>])\s?(?P<quote>["']?)(?P<name>{NAME})"""
    r"""(?=(?P=quote)\s*(?:[,;}<)\]]|$))"""
)
_REACHED_AT: Final = re.compile(
    r"e?-?mail[\"']?\s?(?:=>|[:=>])\s?[\"']?[\w.+%\-]{1,64}@[\w\-]"
    r"|(?:phone|mobile|tel)[\w\-]{0,8}[\"']?\s?(?:=>|[:=>])\s?[\"']?[+(0-9]",
    re.IGNORECASE,
)


class Beside:
    """A person's `name`, told from all other names by the address beside it."""

    name = "beside/1"
    level: Level = "all"
    keywords: frozenset[str] = frozenset()
    triggers = (_TRIGGER,)

    def wants(self, line: Line) -> bool:
        """Whether a key `name` has a value of several words."""
        return line.kind is not FileKind.FORMS and re.search(_TRIGGER, line.text) is not None

    def scan_line(self, line: Line) -> Sequence[Span | Clue]:
        """Spans where the address is on the line, and clues where it may be next to it."""
        spans = [
            Span(*match.span("name"), "pii", "person", "beside", 0.7)
            for match in _NAMED.finditer(line.text)
            if is_name(match["name"], fewest=2)
        ]
        if _REACHED_AT.search(line.text):
            return spans
        return [WithAddress(span) for span in spans]

    def warm_up(self) -> None:
        """Nothing to import."""


@dataclass(frozen=True, slots=True)
class WithAddress:
    """A span that counts where a line above or below holds the address of a person."""

    span: Span

    def settle(self, lines: Sequence[str], index: int) -> Iterable[tuple[int, Span]]:
        """The span, or nothing."""
        near = lines[max(index - _LINES, 0) : index + _LINES + 1]
        found = any(_REACHED_AT.search(line[:_LONGEST]) for line in near)
        return [(index, self.span)] if found else []

    def shifted(self, by: int) -> WithAddress:
        """The same, further to the right."""
        span = replace(self.span, start=self.span.start + by, end=self.span.end + by)
        return replace(self, span=span)
