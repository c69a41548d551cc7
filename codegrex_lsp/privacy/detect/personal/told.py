"""Told: where somebody lives and when they were born, as people tell it in a sentence.

I live at 12 Maple Street, apartment 3          born on 1958-10-05
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.personal.fields import is_birth, is_street
from codegrex_lsp.privacy.detect.personal.names import NAME, is_name

_HOME: Final = re.compile(
    r"\b(?:(?:live|lives|living|reside|resides|residing|lived) (?:at|in|on)|wohn(?:e|t) in(?: der)?"
    r"|address is|adresse (?:ist|lautet))\s(?P<value>[^\n,;|<>\"]{5,60})",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(rf"\b(?:my|his|her|their|whose|'s) name is (?P<value>{NAME})")
_BIRTH: Final = re.compile(
    r"\b(?:born|geboren|n[ée]e?|nacid[ao])(?: on| am| le| el)?\s(?P<value>[0-9][\w./\- ]{5,24})",
    re.IGNORECASE,
)
_HOUSE: Final = re.compile(
    r"[0-9]{1,5}\s?[a-z]?,?\s(?:[a-z]{2,6}\s){0,3}[A-ZÀ-Þ]"
    r"|(?=[A-ZÀ-Þ]).*(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|[Cc]alle |[Vv]ia |[Rr]u[ae] )"
    r".*[0-9]"
)
"""A number before a name, or a word for a street and a number."""


class Told:
    """Streets and days of birth in sentences."""

    name = "told/1"
    level: Level = "all"
    keywords = frozenset(
        f"{word} "
        for word in (
            *("live at", "lives at", "live in", "lives in", "living at", "living in", "reside at"),
            *("resides at", "residing at", "lived at", "wohnt in", "wohne in"),
            *(
                "my name is",
                "his name is",
                "her name is",
                "their name is",
                "whose name is",
                "s name is",
            ),
            *("address is", "adresse ist", "born", "geboren", "nacido", "nacida", "née", "né"),
        )
    )
    triggers = ()

    def wants(self, line: Line) -> bool:
        """Whether somebody tells it."""
        return line.kind is not FileKind.FORMS and any(w in line.lowered for w in self.keywords)

    def scan_line(self, line: Line) -> Sequence[Span]:
        """Spans of what reads as an address or a day."""
        spans = []
        for home in _HOME.finditer(line.text):
            value = home["value"].rstrip(" .!?")
            if _HOUSE.match(value) and is_street(value):
                start = home.start("value")
                spans.append(Span(start, start + len(value), "pii", "street-address", "told", 0.6))
        spans += [
            Span(*named.span("value"), "pii", "person", "told", 0.6)
            for named in _NAMED.finditer(line.text)
            if is_name(named["value"], fewest=2)
        ]
        for birth in _BIRTH.finditer(line.text):
            start = birth.start("value")
            for end in range(len(birth["value"]), 5, -1):
                if is_birth(birth["value"][:end]):
                    spans.append(Span(start, start + end, "pii", "date-of-birth", "told", 0.7))
                    break
        return spans

    def warm_up(self) -> None:
        """Nothing to import."""
