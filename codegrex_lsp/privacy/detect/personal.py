"""Personal data: Presidio's pattern recognisers, one by one, with our own checks after each.

Never its AnalyzerEngine, which downloads a language model, and none of the URL and licence
recognisers, which fire on attribute access. Each recogniser sits behind a cheap gate, because
importing Presidio takes a second and a recogniser some 0.1 ms for each line.

Presidio's e-mail recogniser fetches the public suffix list from two hosts on first use, and its
IBAN recogniser logs the text that it could not read: `_load` ends both before they can happen.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect import personal_checks as checks
from codegrex_lsp.privacy.detect.detector import Level, Line

_DIGITS: Final = re.compile(r"(?:\d[ \-.()/]{0,2}){7}")
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?:[ \-]?[A-Z0-9]{4}){2}")
_FOUR_PARTS: Final = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}")
_SIX: Final = re.compile(r"[0-9a-fA-F]{1,4}:[0-9a-fA-F]{0,4}:[0-9a-fA-F:]*")
_WALLET: Final = re.compile(r"(?<![A-Za-z0-9])(?:bc1|[13])[a-zA-HJ-NP-Z0-9]{25,}")
_SSN: Final = re.compile(r"(?<!\d)\d{3}[\- .]?\d{2}[\- .]?\d{4}(?!\d)")


@dataclass(frozen=True, slots=True)
class _Rule:
    """One recogniser.

    Attributes:
        type: Our name for what it finds.
        recogniser: Class name in presidio_analyzer.predefined_recognizers.
        gate: Whether a line may hold such a thing at all.
        check: Whether a match of it is one; given the line and the match's range.
        lowest: Lowest score of Presidio's that is looked at.
    """

    type: str
    recogniser: str
    gate: Callable[[Line], bool]
    check: Callable[[Line, int, int], bool]
    lowest: float = 0.3


_RULES: Final = (
    _Rule("email", "EmailRecognizer", lambda line: "@" in line.text, checks.is_email),
    _Rule(
        "credit-card",
        "CreditCardRecognizer",
        lambda line: _DIGITS.search(line.text) is not None,
        checks.is_card,
    ),
    _Rule(
        "iban", "IbanRecognizer", lambda line: _IBAN.search(line.text) is not None, checks.is_iban
    ),
    _Rule(
        "us-ssn",
        "UsSsnRecognizer",
        lambda line: _SSN.search(line.text) is not None,
        checks.is_ssn,
        lowest=0.0,
    ),
    _Rule(
        "ip-address",
        "IpRecognizer",
        lambda line: bool(_FOUR_PARTS.search(line.text) or _SIX.search(line.text)),
        checks.is_public_address,
    ),
    _Rule(
        "crypto-wallet",
        "CryptoRecognizer",
        lambda line: _WALLET.search(line.text) is not None,
        checks.is_wallet,
    ),
    _Rule(
        "phone",
        "PhoneRecognizer",
        lambda line: _DIGITS.search(line.text) is not None,
        checks.is_phone,
    ),
)


class PersonalData:
    """E-mail, phone, card, IBAN, US social security number, public address, wallet."""

    name = f"presidio/2.2-{len(_RULES)}"
    level: Level = "all"

    def __init__(self) -> None:
        self._lock = Lock()
        self._recognisers: dict[str, Any] = {}

    def wants(self, line: Line) -> bool:
        """Whether there is an `@`, enough digits, or the colons of an address."""
        text = line.text
        return (
            "@" in text or ("::" in text or text.count(":") > 2) or sum(map(str.isdigit, text)) >= 4
        )

    def warm_up(self) -> None:
        """Import Presidio: about 1 s and 70 MB. Nothing is fetched."""
        with self._lock:
            if not self._recognisers:
                self._recognisers = _load()

    def scan_line(self, line: Line) -> Sequence[Span]:
        """Spans that a recogniser proposes and our own check confirms."""
        spans: list[Span] = []
        for rule in _RULES:
            if rule.gate(line):
                spans += self._ask(rule, line)
        return spans

    def _ask(self, rule: _Rule, line: Line) -> list[Span]:
        if not self._recognisers:
            self.warm_up()
        recogniser = self._recognisers[rule.recogniser]
        results = recogniser.analyze(line.text, recogniser.supported_entities, None)
        spans = []
        for result in results:
            start, end = checks.trimmed(rule.type, line.text, result.start, result.end)
            if result.score >= rule.lowest and rule.check(line, start, end):
                name = f"presidio/{rule.type}"
                spans.append(Span(start, end, "pii", rule.type, name, max(result.score, 0.4)))
        return spans


def _load() -> dict[str, Any]:
    import tldextract.tldextract as suffixes

    suffixes.TLD_EXTRACTOR = suffixes.TLDExtract(suffix_list_urls=(), cache_dir=None)

    from presidio_analyzer import predefined_recognizers

    for name in ("presidio-analyzer", "decision_process"):
        logger = logging.getLogger(name)
        logger.disabled = True  # its records quote the text
        logger.handlers.clear()
    return {
        rule.recogniser: getattr(predefined_recognizers, rule.recogniser)(supported_language="en")
        for rule in _RULES
    }
