"""Cards: people in the formats that address books, calendars, directories and systems write.

    FN:…             ADR;TYPE=HOME:;;…;Hamburg;;…        cn: …      alice:x:1000:1000:…:/home/alice
    N:…;…;;;         ATTENDEE;CN="…":mailto:…            sn: …

Formats: RFC 6350 (vCard), RFC 5545 (iCalendar), RFC 2849 and 4519 (LDIF), passwd(5).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.home_paths import is_personal
from codegrex_lsp.privacy.detect.personal.fields import is_street
from codegrex_lsp.privacy.detect.personal.names import NAME, is_name

_VCARD: Final = re.compile(
    r"(?:item\d+\.)?(?P<what>FN|N|ADR)(?:;[^:\n]{0,120})?:(?P<value>.{2,300})$"
)
_ATTENDS: Final = re.compile(
    rf"(?:ORGANIZER|ATTENDEE)[^:\n]{{0,160}}?;CN=\"?(?P<name>{NAME})\"?[;:]"
)
_ENTRY: Final = re.compile(r"(?P<what>cn|sn|gn|displayName):\s{1,4}(?P<value>\S[^:=]{1,80})$")
_ACCOUNT: Final = re.compile(
    r"(?P<user>[a-z_][\w.\-]{0,31}):[x*!]?:(?P<id>\d{4,6}):\d{1,6}:(?P<name>[^:,\n]{0,80})(?:,[^:\n]{0,80})?:/"
)
_FIRST_PERSON: Final = 1000
"""Numbers of users below belong to services, and the highest one to nobody."""

_NOBODY: Final = 65_534

_PEOPLES_PARTS: Final = 3
"""Parts of `N` that are names: family, given, additional ones."""


class Cards:
    """Names and addresses in vCards, calendars, LDIF and `/etc/passwd`."""

    name = "cards/1"
    level: Level = "all"
    keywords: frozenset[str] = frozenset()
    triggers = (
        r"^FN[;:]",
        r"^N[;:]",
        r"^ADR[;:]",
        r"^item[0-9]+\.(?:ADR|FN)",
        r"^(?:ORGANIZER|ATTENDEE)[;:]",
        r"^(?:cn|sn|gn|displayName): ",
        r"^[a-z_][\w.\-]{0,31}:[x*!]?:[0-9]{4,6}:",
    )

    def wants(self, line: Line) -> bool:
        """Whether a line of such a format begins there."""
        return any(re.match(form, line.text) for form in self.triggers)

    def scan_line(self, line: Line) -> Sequence[Span]:
        """Spans of names, streets and log-ins."""
        text = line.text.rstrip("\r")
        return [
            Span(start, end, "pii", type_, "card", 0.8)
            for read in (_vcard, _attends, _entry, _account)
            for type_, start, end in read(text)
        ]

    def warm_up(self) -> None:
        """Nothing to import."""


Found = Iterator[tuple[str, int, int]]


def _vcard(text: str) -> Found:
    card = _VCARD.match(text)
    if card is None:
        return
    start, what = card.start("value"), card["what"]
    if what == "FN":
        if is_name(card["value"], fewest=1):
            yield "person", start, card.end("value")
        return
    is_part: Callable[[str], bool] = is_name if what == "N" else is_street
    for at, part in enumerate(card["value"].split(";")):
        if is_part(part) and (what == "ADR" or at < _PEOPLES_PARTS):
            yield "person" if what == "N" else "street-address", start, start + len(part)
        start += len(part) + 1


def _attends(text: str) -> Found:
    attends = _ATTENDS.match(text)
    if attends and is_name(attends["name"]):
        yield "person", *attends.span("name")


def _entry(text: str) -> Found:
    entry = _ENTRY.match(text)
    if entry and is_name(entry["value"], fewest=1 if entry["what"] in ("sn", "gn") else 2):
        yield "person", *entry.span("value")


def _account(text: str) -> Found:
    account = _ACCOUNT.match(text)
    if account is None or not _FIRST_PERSON <= int(account["id"]) < _NOBODY:
        return
    if is_personal(account["user"]):
        yield "user-name", *account.span("user")
    if is_name(account["name"], fewest=2):
        yield "person", *account.span("name")
