"""Checks that come after a recogniser: check digits, reserved ranges, looks of ordinary code."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from codegrex_lsp.privacy.detect.detector import Line
from codegrex_lsp.privacy.detect.words import words

_RESERVED_DOMAINS: Final = (".test", ".invalid", ".localhost", ".example", ".local")
_EXAMPLE_DOMAINS: Final = words("example.com example.org example.net domain.com email.com")
_NO_PERSON: Final = words("noreply no-reply donotreply do-not-reply git hg svn")

_TEST_CARDS: Final = words(
    """
    4242424242424242 4111111111111111 4012888888881881 4000056655665556 5555555555554444
    5105105105105100 2223003122003222 378282246310005 371449635398431 6011111111111117
    6011000990139424 3056930009020004 30569309025904 38520000023237 3566002020360505
    """
)
_CARD_START: Final = re.compile(r"4|5[1-5]|2[2-7]|3[0-8]|6(?:011|4[4-9]|5|2)|1\d{3}")

_WELL_KNOWN_ADDRESSES: Final = words(
    "8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 9.9.9.9 208.67.222.222 208.67.220.220 "
    "2001:4860:4860::8888 2001:4860:4860::8844 2606:4700:4700::1111 2606:4700:4700::1001"
)
_DOCUMENTATION: Final = tuple(
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)
_VERSION_WORD: Final = re.compile(r"version|release|\brev|\bver\b|\bv(?=\d)|assembly|dotnet|chrome")
_HOST_WORD: Final = re.compile(
    r"\bip|addr|host|server|dns|peer|remote|bind|listen|endpoint|url|://"
)

_PHONE_WORD: Final = re.compile(r"phone|tel\b|tel:|mobile|cell|fax|call|sms|whatsapp|contact")
_FICTION: Final = re.compile(r"555\D{0,2}01\d\d")
_NO_PHONE: Final = re.compile(r"^\d{3}-\d{2}-\d{4}$|\d+\.\d+\.\d+\.\d|^\+?\d+\.\d+$")
"""A social security number, an address, a decimal fraction."""

_SSN_WORD: Final = re.compile(r"ssn|social|tax.?id|itin")
_WALLET_WORD: Final = re.compile(r"wallet|btc|bitcoin|crypto|address|donat|pay")
_SSN_SAMPLES: Final = words("078051120 219099999 123456789 987654320 111111111")


def trimmed(kind: str, text: str, start: int, end: int) -> tuple[int, int]:
    """The range without what is not the value: a network's `/24`, a comma, a bracket."""
    if kind == "ip-address":
        slash = text.find("/", start, end)
        return start, slash if slash >= 0 else end
    while end > start and text[end - 1] in " .,;:)]}>\"'`":
        end -= 1
    while start < end and text[start] in " ,;:[{<\"'`":
        start += 1
    return start, end


def is_email(line: Line, start: int, end: int) -> bool:
    """A person's address: no reserved domain, no `git@host`, no password of a URL."""
    local, _, domain = line.lowered[start:end].rpartition("@")
    if not local or local in _NO_PERSON or domain in _EXAMPLE_DOMAINS:
        return False
    if domain.endswith((*_RESERVED_DOMAINS, *(f".{name}" for name in _EXAMPLE_DOMAINS))):
        return False
    if domain.rsplit(".", 1)[-1].isdigit():
        return False
    before = line.text[:start]
    scheme = before.rfind("://")
    in_url = scheme >= 0 and not re.search(r"[\s\"'`<>]", before[scheme:])
    return not in_url and not before.endswith(("{", "}"))


def is_card(line: Line, start: int, end: int) -> bool:
    """Luhn, issuer and length; none of the numbers that everybody tests with."""
    digits = _digits(line.text[start:end])
    if not 13 <= len(digits) <= 19 or digits in _TEST_CARDS or _inside_number(line, start, end):
        return False
    return bool(_CARD_START.match(digits)) and luhn(digits) and len(set(digits)) > 2


def is_iban(line: Line, start: int, end: int) -> bool:
    """Presidio has checked country, length and modulus."""
    return end - start >= 15


def is_ssn(line: Line, start: int, end: int) -> bool:
    """Area, group and serial that can exist; plain digits only beside a word that says so."""
    digits = _digits(line.text[start:end])
    if len(digits) != 9 or digits in _SSN_SAMPLES or _inside_number(line, start, end):
        return False
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000":
        return False
    if _SSN_WORD.search(line.lowered):
        return True
    return re.fullmatch(r"\d{3}-\d{2}-\d{4}", line.text[start:end]) is not None


def is_public_address(line: Line, start: int, end: int) -> bool:
    """An address that the world can reach and that is not a version number."""
    text = line.text[start:end].partition("%")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if not address.is_global or address.is_multicast or text in _WELL_KNOWN_ADDRESSES:
        return False
    if any(address in net for net in _DOCUMENTATION if net.version == address.version):
        return False
    if address.version == 6:  # `2000::` is the name of a network
        return sum(map(bool, text.split(":"))) >= 3
    if re.match(r"\.\w", line.text[end : end + 2]) or _inside_number(line, start, end):
        return False
    if _HOST_WORD.search(line.lowered):
        return True
    short = all(len(part) <= 2 for part in text.split("."))
    return not short and not _VERSION_WORD.search(line.lowered)


def is_wallet(line: Line, start: int, end: int) -> bool:
    """Presidio has checked the sum; constants of programs are no person's wallet."""
    return bool(_WALLET_WORD.search(line.lowered))


def is_phone(line: Line, start: int, end: int) -> bool:
    """A number that a region has given out, written as people write one."""
    import phonenumbers

    text = line.text[start:end]
    digits = _digits(text)
    if _FICTION.search(text) or digits in "01234567890123456789" or len(digits) < 7:
        return False
    if _inside_number(line, start, end) or len(set(digits)) < 3:
        return False
    if _NO_PHONE.search(text) or re.search(
        r"[A-Za-z][\-_.]$", line.text[max(start - 2, 0) : start]
    ):
        return False
    named = bool(_PHONE_WORD.search(line.lowered))
    if not text.startswith("+") and not named and not re.search(r"\d[ \-().]+\d", text):
        return False
    if not text.startswith("+") and not named and re.fullmatch(r"[\d.]+|\d{4}-\d{2}-\d{2}.*", text):
        return False
    regions = (None,) if text.startswith("+") else ("US", "GB", "DE", "FR", "IN", "BR", "IL", "JP")
    for region in regions:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(text, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _inside_number(line: Line, start: int, end: int) -> bool:
    """Whether the match is a part of a longer number, identifier or hexadecimal constant."""
    before = line.text[max(start - 2, 0) : start]
    after = line.text[end : end + 2]
    return bool(re.search(r"[\w]$|\d[.\-]$", before) or re.match(r"[\w]|[.\-]\d", after))
