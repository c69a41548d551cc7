"""Accounts: payment cards, IBANs and wallets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.personal import presidio
from codegrex_lsp.privacy.detect.personal.keys import phrases, says, spoken
from codegrex_lsp.privacy.detect.personal.sums import luhn
from codegrex_lsp.privacy.detect.words import words

_CARD: Final = re.compile(
    r"(?<![\w.+$])(?<![0-9][\-/ ])[2-6][0-9]{3}(?:[ \-]?[0-9]){9,15}(?!\w)(?![.\-/][0-9])"
)
_IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?:[ \-]?[A-Z0-9]{1,4}){3,8}(?!\w)")
_BITCOIN: Final = re.compile(r"(?<![A-Za-z0-9])(?:bc1|[13])[a-zA-HJ-NP-Z0-9]{25,62}(?!\w)")
_ETHEREUM: Final = re.compile(r"(?<!\w)0x[0-9a-fA-F]{40}(?!\w)")

_ISSUERS: Final = (
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"30[0-5]|3095|3[689]"), (14, 16)),
    (re.compile(r"35(?:2[89]|[3-8])"), (16, 17, 18, 19)),
    (re.compile(r"6011|64[4-9]|65|62"), (16, 17, 18, 19)),
    (re.compile(r"50|5[6-9]|6[0137]"), (16, 18, 19)),
)
"""What a number begins with, and how long it is then (ISO/IEC 7812 as the issuers use it)."""

_TEST_CARDS: Final = words(
    """
    4242424242424242 4111111111111111 4012888888881881 4000056655665556 5555555555554444
    5105105105105100 2223003122003222 378282246310005 371449635398431 6011111111111117
    6011000990139424 3056930009020004 30569309025904 38520000023237 3566002020360505
    378734493671000 6011601160116611 5200828282828210 4222222222222 3530111333300000
    """
)
_CARD_KEYS: Final = phrases(
    """
    card; card number; credit card; debit card; cc; ccnum; cc number; pan; visa; mastercard;
    amex; payment card; cardno; card no; account number; kreditkarte; kartennummer; tarjeta;
    carte; carta; cartao
    """
)
_WALLET_KEYS: Final = phrases(
    """
    wallet; wallet address; btc; btc address; bitcoin; bitcoin address; crypto; donate;
    donation; payout; deposit; withdraw; withdrawal; pay; eth address; ethereum address
    """
)


_TRIGGER: Final = r"[0-9][0-9](?:[ \-]?[0-9A-Z]){11}"


class Accounts:
    """Card, IBAN, wallet."""

    name = "accounts/1"
    level: Level = "all"
    keywords = frozenset({"0x", "bc1", "wallet", "btc", "bitcoin", "donat", "payout"})
    triggers = (_TRIGGER,)

    def wants(self, line: Line) -> bool:
        """Whether there is a run long enough."""
        return (
            re.search(_TRIGGER, line.text) is not None
            or _BITCOIN.search(line.text) is not None
            or "0x" in line.text
        )

    def scan_line(self, line: Line) -> Sequence[Span]:
        """Spans whose check is right."""
        return [*_cards(line), *_ibans(line), *_wallets(line)]

    def warm_up(self) -> None:
        """Import Presidio: about 1 s and 70 MB. Nothing is fetched."""
        presidio.warm_up()


def _span(start: int, end: int, kind: str) -> Span:
    return Span(start, end, "pii", kind, f"presidio/{kind}", 0.9)


def _cards(line: Line) -> Iterator[Span]:
    for match in _CARD.finditer(line.text):
        if _is_card(line, match):
            yield _span(match.start(), match.end(), "credit-card")


def _is_card(line: Line, match: re.Match[str]) -> bool:
    """Issuer, length and Luhn; none of those that everybody tests with; a bare one needs a key."""
    digits = re.sub(r"\D", "", match.group())
    if digits in _TEST_CARDS or "000000" in digits or len(set(digits)) <= 2 or not luhn(digits):
        return False
    if not any(start.match(digits) and len(digits) in lengths for start, lengths in _ISSUERS):
        return False
    before = line.text[: match.start()].rstrip()
    bare = len(digits) == len(match.group()) and not before.endswith(('"', "'", "`", ">", "#"))
    if bare and line.kind is FileKind.CODE:
        return says(spoken(line.text), _CARD_KEYS)
    return True


def _ibans(line: Line) -> Iterator[Span]:
    for match in _IBAN.finditer(line.text):
        where = presidio.found("iban", match.group())
        if where and where[1] - where[0] >= 15:
            yield _span(match.start() + where[0], match.start() + where[1], "iban")


def _wallets(line: Line) -> Iterator[Span]:
    """Constants of programs are no person's wallet: the line must say that it is one."""
    said = ""
    for match in _BITCOIN.finditer(line.text):
        said = said or spoken(line.text)
        if says(said, _WALLET_KEYS) and presidio.agrees("crypto-wallet", match.group()):
            yield _span(match.start(), match.end(), "crypto-wallet")
    for match in _ETHEREUM.finditer(line.text):
        said = said or spoken(line.text)
        if says(said, _WALLET_KEYS) and len(set(match.group().lower())) > 8:
            yield Span(*match.span(), "pii", "crypto-wallet", "account/ethereum", 0.6)
