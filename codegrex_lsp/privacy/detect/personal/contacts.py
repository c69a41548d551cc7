"""Contacts: e-mail, phone, and the public addresses of machines.

A line is cut to candidates first, each bounded in length; only those meet a recogniser. So the
cost follows what a line holds and not how long it is.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.personal import presidio
from codegrex_lsp.privacy.detect.personal.emails import emails, emails_in_queries
from codegrex_lsp.privacy.detect.personal.keys import phrases, says, spoken
from codegrex_lsp.privacy.detect.words import words

_PHONE: Final = re.compile(
    r"(?<![\w.+$#])(?<![0-9][\-/])(?:\+ ?|00)?\(?[0-9](?:[ \-.()/]{0,2}[0-9]){6,14}(?!\w)"
    r"(?![.\-/][0-9])"
)
_V4: Final = re.compile(r"(?<![\w.\-+])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\w)(?![.\-][\w])")
_V6: Final = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])(?!\.\w)")
_MAC: Final = re.compile(
    r"(?<![\w:\-.])(?:[0-9A-Fa-f]{2}([:\-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:\-])"
    r"|(?<![\w.])[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![\w.])"
)

_NEAR: Final = 160
"""Characters before a number in which a key may stand."""

_LETTER: Final = re.compile(r"[^\W\d_]")
_PHONE_KEYS: Final = phrases(
    """
    phone; phone number; telephone; tel; mobile; mobile number; cell; cell number; fax;
    sms; whatsapp; contact; msisdn; telefon; telefonnummer; handy; mobil; telefono; movil;
    celular; telephone; portable; telefone; telefoonnummer; puhelin; telefonu; phones; tel no;
    hotline; landline; ph
    """
)
_NATIONAL_PHONE: Final = re.compile(
    r"(?:1[ \-.])?\([2-9][0-9]{2}\)[ \-]?[0-9]{3}-[0-9]{4}"
    r"|(?:1[ \-])?[2-9][0-9]{2}-[0-9]{3}-[0-9]{4}|[2-9][0-9]{2}\.[2-9][0-9]{2}\.[0-9]{4}"
    r"|\(?0[0-9]{1,5}\)?[ /\-][0-9][0-9 \-]{4,11}"
)
_NO_PHONE: Final = re.compile(
    r"[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{2}[-/.][0-9]{2}[-/.][0-9]{4}.*"
    r"|(?:19|20)[0-9]{2}[-/ ]+(?:19|20)[0-9]{2}"
    r"|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|\+?[0-9]+\.[0-9]+|.*[0-9]\.{2}.*"
)
_FICTION: Final = re.compile(
    r"555[\D]{0,2}01[0-9]{2}$|^(?:\+?1[ .\-]?)?\(?555\)?[ .\-][0-9]{3}[ .\-]"
)
_REGIONS: Final = ("US", "GB", "DE", "FR", "IN", "BR", "IT", "ES", "NL", "AU", "JP", "IL", "PL")

_WELL_KNOWN: Final = words(
    "8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 4.2.2.2"
    " 2001:4860:4860::8888 2001:4860:4860::8844 2606:4700:4700::1111 2606:4700:4700::1001"
    " 2620:fe::fe"
)
_NETS: Final = tuple(
    ipaddress.ip_network(net)
    for net in (
        "192.0.0.0/24",
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "2001:db8::/32",
        "3fff::/20",
    )
)
_GLOBAL_6: Final = ipaddress.IPv6Network("2000::/3")
_HOST_KEYS: Final = phrases(
    """
    ip; addr; address; host; server; dns; peer; remote; bind; listen; endpoint; url; http;
    https; ssh; hostname; gateway; client; proxy; ipv; node; target; login; from; connect; cidr;
    cidr blocks; allow; deny; allowlist; blocklist; whitelist; blacklist; records; acl
    """
)
_IN_ZONE: Final = re.compile(r"\bIN\s+A{1,4}\s+$|\bip[46]:$")
"""What stands before an address in a zone of the DNS."""

_ADDRESS_HEADS: Final = phrases(
    "ip; ip address; client ip; remote ip; source ip; addr; host; remote addr; last ip; login ip"
)
_VERSION: Final = re.compile(
    r"(?:(?:version|release|\brev(?:ision)?\b|\bver\b|build|assembly|dotnet|chrom\w{1,3}|\bedga?|\bopr"
    r"|electron|\boid\b|objectidentifier)[^0-9]{0,16}|\bv[\"'=: ]{0,4})$"
)
"""What stands before the number of a version, or of an object (X.660)."""

_MAC_KEYS: Final = phrases(
    """
    mac; mac address; hwaddr; ether; hardware address; bssid; lladdr
    """
)
_MAC_SAMPLES: Final = words(
    "001122334455 aabbccddeeff 112233445566 123456789abc 0123456789ab deadbeefcafe 1234567890ab"
    " deadbeef0000 0a0b0c0d0e0f 010203040506"
)


_TRIGGERS: Final = (
    r"[0-9](?:[0-9A-Fa-f .:\-()/]{0,4}[0-9]){5}",
    r":[0-9A-Fa-f]{2,4}:[0-9A-Fa-f]{2,4}:",
)
_TRIGGER: Final = re.compile("|".join(_TRIGGERS))


class Contacts:
    """E-mail, phone, public IP address, MAC address."""

    name = "contacts/1"
    level: Level = "all"
    keywords = frozenset({"@", "::", "%40"})
    triggers = _TRIGGERS

    def wants(self, line: Line) -> bool:
        """Whether there is an `@`, enough digits, or the colons of an address."""
        text = line.text
        return any(mark in text for mark in ("@", "::", "%40")) or _TRIGGER.search(text) is not None

    def scan_line(self, line: Line) -> Sequence[Span]:
        """Spans that a recogniser and our own check agree on."""
        spans = list(emails(line)) if "@" in line.text else []
        spans += emails_in_queries(line) if "%40" in line.text else []
        spans += _addresses(line)
        taken = {(span.start, span.end) for span in spans}
        spans += (span for span in _phones(line) if (span.start, span.end) not in taken)
        return spans

    def warm_up(self) -> None:
        """Import Presidio: about 1 s and 70 MB. Nothing is fetched."""
        presidio.warm_up()
        import phonenumbers  # noqa: F401


def _span(match: re.Match[str], kind: str, confidence: float = 0.8) -> Span:
    return Span(match.start(), match.end(), "pii", kind, f"contact/{kind}", confidence)


# -- addresses of machines ------------------------------------------------------------------


def _addresses(line: Line) -> Iterator[Span]:
    said, host = "", False
    for mark, pattern in ((".", _V4), (":", _V6)):
        for match in pattern.finditer(line.text) if mark in line.text else ():
            if not said:
                said = spoken(line.text)
                host = says(said, _HOST_KEYS)
            if (host or _is_long(match) or _is_in_zone(line, match)) and _is_public(line, match):
                yield _span(match, "ip-address")
    for match in _MAC.finditer(line.text) if any(mark in line.text for mark in ":-.") else ():
        said = said or spoken(line.text)
        if _is_mac(match, said):
            yield _span(match, "mac-address")


def _is_public(line: Line, match: re.Match[str]) -> bool:
    """An address that the world can reach; not a network, and not a version by its name."""
    text = match.group()
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if not address.is_global or address.is_multicast or text.lower() in _WELL_KNOWN:
        return False
    if any(address in net for net in _NETS if net.version == address.version):
        return False
    if isinstance(address, ipaddress.IPv6Address):  # `2000::` is the name of a network
        return (
            address in _GLOBAL_6
            and not text.endswith("::")
            and sum(map(bool, text.split(":"))) >= 3
        )
    after = line.text[match.end() : match.end() + 4]
    if text.endswith(".0") and re.match(r"/[0-9]{1,2}(?![0-9])", after):
        return False
    before = line.lowered[max(match.start() - 40, 0) : match.start()]
    return _VERSION.search(before) is None


def _is_in_zone(line: Line, match: re.Match[str]) -> bool:
    before = line.text[max(match.start() - 40, 0) : match.start()]
    return _IN_ZONE.search(before) is not None


def _is_long(match: re.Match[str]) -> bool:
    """Whether some part has three digits, which versions rarely have."""
    return any(len(part) > 2 for part in re.split("[.:]", match.group()))


def _is_mac(match: re.Match[str], said: str) -> bool:
    """An interface that somebody owns: not multicast, not all alike, none of the samples."""
    digits = re.sub(r"[:.\-]", "", match.group()).lower()
    if digits in _MAC_SAMPLES or len(set(digits)) <= 2 or digits.startswith("00005e"):
        return False
    if int(digits[1], 16) & 1:
        return False
    if ":" in match.group():
        return True
    return says(said, _MAC_KEYS) or ("-" in match.group() and not digits.isdigit())


# -- phones ---------------------------------------------------------------------------------


def _phones(line: Line) -> Iterator[Span]:
    for match in _PHONE.finditer(line.text):
        if _is_phone(line, match):
            yield _span(match, "phone")


def _is_phone(line: Line, match: re.Match[str]) -> bool:
    """A number that a region has given out, written as people write one."""
    text = match.group()
    digits = "".join(c for c in text if c.isdigit())
    if _FICTION.search(text) or digits in "01234567890123456789" or len(set(digits)) < 3:
        return False
    before = line.text[max(match.start() - _NEAR, 0) : match.start()]
    if _NO_PHONE.fullmatch(text) or re.search(r"[A-Za-z][\-_.]$", before[-2:]):
        return False
    if text[0] != "+" and re.match(r",[0-9]", line.text[match.end() : match.end() + 2]):
        return False
    if text.startswith(("+", "00")):
        plain, in_words = len(digits) == len(text.lstrip("+ ")), _in_words(line, match)
        if plain and (text[0] != "+" or not in_words) and not _is_named(before):
            return False
        number = "+" + (digits[2:] if text.startswith("00") else digits)
        parts = sum(text.count(mark) for mark in " -()")
        sure = text[0] == "+" and in_words and (parts > 1 or _is_named(before))
        return _is_given_out(number, None, sure=sure)
    if _is_named(before):
        return any(_is_given_out(text, region) for region in _REGIONS)
    if not _NATIONAL_PHONE.fullmatch(text) or not _in_words(line, match):
        return False
    regions = ("US",) if text[0] != "0" and text[:2] != "(0" else _REGIONS[1:4]
    return any(_is_given_out(text, region) for region in regions)


def _is_named(before: str) -> bool:
    """Whether a key says that a phone number follows."""
    return _LETTER.search(before) is not None and says(spoken(before), _PHONE_KEYS)


_WORDS_BEGIN: Final = re.compile(r"[\"'`>#]|//|/\*|--|^\s*\*")


def _in_words(line: Line, match: re.Match[str]) -> bool:
    """Whether it stands in a string, a comment or prose, and not as a number in code."""
    if line.kind is not FileKind.CODE:
        return True
    return _WORDS_BEGIN.search(line.text, 0, match.start()) is not None


# -- cells of a column ----------------------------------------------------------------------


def reached_by(cell: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a cell could be, with the phrases of which the column's head must say one."""
    line = Line(cell, cell, FileKind.VALUES)
    if (address := _V4.fullmatch(cell)) and _is_public(line, address):
        yield "ip-address", _ADDRESS_HEADS
    if _PHONE.fullmatch(cell) and not _NO_PHONE.fullmatch(cell) and not _FICTION.search(cell):
        yield "phone", _PHONE_KEYS


def _is_given_out(text: str, region: str | None, *, sure: bool = False) -> bool:
    """Whether a region has given the number out; of a `sure` one, whether it could."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
        if sure and phonenumbers.is_possible_number(number):
            return True
        return bool(phonenumbers.is_valid_number(number))
    except phonenumbers.NumberParseException:
        return False
