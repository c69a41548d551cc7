"""Presidio's recognisers, one by one, each shown one candidate and never a line.

Never its AnalyzerEngine, which downloads a language model, and none of the URL and licence
recognisers, which fire on attribute access. Its e-mail recogniser fetches the public suffix list
from two hosts on first use, and its IBAN recogniser logs the text that it could not read: `_load`
ends both before they can happen.
"""

from __future__ import annotations

import logging
from functools import cache
from threading import Lock
from typing import Any, Final

_CLASSES: Final = {
    "email": "EmailRecognizer",
    "credit-card": "CreditCardRecognizer",
    "iban": "IbanRecognizer",
    "crypto-wallet": "CryptoRecognizer",
}
_LOWEST: Final = 0.3
"""Lowest score of Presidio's that counts as agreement."""

_LOCK: Final = Lock()


def warm_up() -> None:
    """Import Presidio: about 1 s and 70 MB. Nothing is fetched."""
    with _LOCK:
        _load()
        agrees("email", "a@b.com")  # builds the tree of public suffixes, 0.2 s


def found(kind: str, candidate: str) -> tuple[int, int] | None:
    """Where the recogniser of `kind` sees one in the candidate, or None.

    Args:
        kind: A key of the table above.
        candidate: At most some hundred characters.
    """
    recogniser = _load()[kind]
    for result in recogniser.analyze(candidate, recogniser.supported_entities, None):
        if result.score >= _LOWEST:
            return result.start, result.end
    return None


def agrees(kind: str, candidate: str) -> bool:
    """Whether the recogniser of `kind` takes all of the candidate for one.

    What its `analyze` asks, without the record that it makes of each match.
    """
    recogniser = _load()[kind]
    for pattern in recogniser.patterns:
        match = pattern.compiled_regex.search(candidate)
        if match and match.span() == (0, len(candidate)):
            valid = recogniser.validate_result(candidate)
            score = pattern.score if valid is None else float(valid)
            if score >= _LOWEST and not recogniser.invalidate_result(candidate):
                return True
    return False


@cache
def _load() -> dict[str, Any]:
    import tldextract.tldextract as suffixes

    suffixes.TLD_EXTRACTOR = suffixes.TLDExtract(suffix_list_urls=(), cache_dir=None)

    from presidio_analyzer import predefined_recognizers

    for name in ("presidio-analyzer", "decision_process"):
        logger = logging.getLogger(name)
        logger.disabled = True  # its records quote the text
        logger.handlers.clear()
    recognisers = {
        kind: getattr(predefined_recognizers, name)(supported_language="en")
        for kind, name in _CLASSES.items()
    }
    for one in recognisers.values():  # compiles its patterns
        one.analyze("", one.supported_entities, None)
    return recognisers
