"""Whether a word looks made by a machine, where no key before it says that it is a token."""

from __future__ import annotations

import re
from typing import Final

from codegrex_lsp.privacy.detect.judge import is_stand_in, looks_random

_CHARACTERS: Final = re.compile(r"[A-Za-z0-9_\-+/=.]{16,256}")
_BASE32: Final = re.compile(r"(?=[A-Z]{0,15}[2-7])(?:[A-Z2-7]{8}){2,8}")
_HEX: Final = re.compile(r"[0-9a-fA-F\-]+")
_PATH: Final = re.compile(r"[./]\w*[./]")
_LETTERS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_DIGITS: Final = re.compile(r"[0-9]+")


def is_token(value: str) -> bool:
    """Whether hardly anything but a token looks like that: no hash, no name and no path.

    Hexadecimal digits alone are no proof: most of them are hashes.

    Args:
        value: One word, without quotes.
    """
    if not _CHARACTERS.fullmatch(value):
        return False
    if _BASE32.fullmatch(value):
        return not is_stand_in(value)
    runs = _DIGITS.findall(value)
    digits = sum(map(len, runs))
    if len(value) < 20 or digits < 3 or _HEX.fullmatch(value) or _PATH.search(value):
        return False
    if not looks_random(value) or is_stand_in(value):
        return False
    if any(map(str.isupper, value)) and any(map(str.islower, value)):
        letters = sum(map(str.isalpha, value))
        return letters < 3.2 * len(_LETTERS.findall(value))
    return len(runs) >= 4 and "_" not in value and "-" not in value
