"""Whether a word looks like a password by itself, where no key before it says that it is one."""

from __future__ import annotations

import re
from typing import Final

from codegrex_lsp.privacy.detect.judge import judge_value
from codegrex_lsp.privacy.detect.keys import Key
from codegrex_lsp.privacy.detect.words import words

_CLASSES: Final = tuple(map(re.compile, (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^\w\s\-./:,]", r"_|-$")))
_DIGIT: Final = re.compile(r"\d")
_SHOUTED_AND_SAID: Final = re.compile(r"[A-Z]{3}[_\-+.][a-z]{3}|[a-z]{3}[_\-+.][A-Z]{3}")

_LETTERS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MARKED: Final = re.compile(r"(?=.*[a-z])(?=.*[A-Z]).*[!@#$%^&*?~+]")

_PASSWORD: Final = re.compile(r"[^\s\"'`<>()\[\]{}|,;\\]{6,64}")
_NUMBERED: Final = re.compile(
    r"[A-Za-z]{1,16}[\-_.:/]?v?\d{1,3}|[A-Za-z]{1,5}\d{1,3}[\-_.]?[a-z]{1,8}"
)
_WORD_AND_NUMBER: Final = re.compile(r"[^\W\d_]{4,16}[.\-_]?\d{2,4}[!?*#$%&+=.~@]?")
_TECHNICAL: Final = re.compile(
    r"(?:sha|utf|base|python|version|windows|oauth|blake|ripemd|twofish|latin|iso|level|chapter"
    r"|section|figure|issue|part|page|line|step|user|admin|item|test|port|host|node|server|option"
    r"|argon|bcrypt|camellia|chacha|poly|curve|secp|keccak|crypt|hash|http|ipv|java|linux|int|uint"
    r"|float|char|varchar|string|error|code|rfc|draft|table|column|field|january|february|march"
    r"|april|june|july|august|september|october|november|december|since|until|id|win|arm|amd|intel"
    r")(?![a-z]{3})",
    re.IGNORECASE,
)
_JOINED: Final = re.compile(r"(?=.{12,})(?:[A-Z][a-z]{3,}){2,}\d{2,3}")
"""Words of which people make one, with a number: `…Walnut76`."""

_OTHER: Final = re.compile(
    r"[0-9a-fA-F]{6,}|[0-9A-Z]+|[\d.,:%+\-/xXeE]+[A-Za-z]{0,3}|[\w.+\-]+@[\w\-]+\.[\w.\-]+"
    r"|[a-z0-9]+(?:[\-_./:][a-z0-9]{1,4})+|(?:[A-Za-z]+[\-_./:]){1,2}\d{1,3}"
    r"|[A-Z0-9]+(?:[\-_./:][A-Z0-9]+)+|[A-Za-z][\w\-]{0,24}=[\w.\-]+"
)
"""Hex, codes, sums, addresses, numbered names, and short parts with marks between them."""

_ORDINARY: Final = re.compile(
    r"[a-z]+(?:ed|en|ing|ly|[ae]nt|[ai]ble|ive|al|ic|ous|[ae]ry|ion|ions|ful|less|ate|ness|ment|ments"
    r"|ity|ism|ist|ship|wise|self|where|thing|body|time|ase|ese|ise|ize|ify|ward|words?)"
    r"|[a-z]{1,10}(?:ers?|ors?)"
)
_WORDS: Final = words(
    """
    plaintext cleartext uppercase lowercase somewhere elsewhere yesterday tomorrow tonight
    password passwords passphrase username usernames alphabet mandatory unchanged obsolete
    obligatoire obligatoria obligatorio hidden unknown english german numbers letters symbols
    necessary available together separate complete correct incorrect invalid stronger strongest
    longer shorter together database keychain keystore wordlist dictionary localhost different
    identical encrypted plaintexts
    """
)


def stands_out(value: str) -> bool:
    """Whether a bare word among words looks made up: long enough, and of mixed characters."""
    if len(value) < 6 or "(" in value or "[" in value:
        return False
    if _SHOUTED_AND_SAID.search(value):
        return True
    classes = sum(1 for pattern in _CLASSES if pattern.search(value))
    return classes >= (2 if _DIGIT.search(value) else 3)


def is_likely(value: str) -> bool:
    """Whether hardly anything but a password looks like that: no code, no name with a number.

    Args:
        value: One word, without quotes.
    """
    if _is_scrambled(value):
        return judge_value(value, Key.HUMAN, quoted=True)
    if not _PASSWORD.fullmatch(value) or not stands_out(value):
        return False
    if (_NUMBERED.fullmatch(value) and not _JOINED.fullmatch(value)) or _OTHER.fullmatch(value):
        return False
    if not _DIGIT.search(value) and not _MARKED.search(value):
        return False
    return judge_value(value, Key.HUMAN, quoted=True)


def is_word_and_number(value: str) -> bool:
    """Whether it is a word with a number of two digits or more, as `…76` or `…1987!`.

    Versions, sizes and numbered names look so too: only where a password is spoken of.
    """
    if not _WORD_AND_NUMBER.fullmatch(value) or _TECHNICAL.match(value):
        return False
    return judge_value(value, Key.HUMAN, quoted=True)


def _is_scrambled(value: str) -> bool:
    """Whether letters change their case too often for words."""
    if not value.isascii() or not value.isalpha() or not 10 <= len(value) <= 64:
        return False
    return len(value) < 3 * len(_LETTERS.findall(value))


def is_no_word(value: str) -> bool:
    """Whether letters are of no ordinary word, where a sentence says that they are a password."""
    if not value.isascii() or not value.isalpha() or not 8 <= len(value) <= 40:
        return False
    if not (value.islower() or re.fullmatch(r"(?:[A-Z][a-z]+){2,}|\w*[a-z][A-Z]\w*", value)):
        return False
    lowered = value.lower()
    if value.islower() and (lowered in _WORDS or _ORDINARY.fullmatch(lowered)):
        return False
    return judge_value(value, Key.HUMAN, quoted=True)
