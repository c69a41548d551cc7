"""Patterns: what their text tells of where they match, without running them."""

from __future__ import annotations

import re
from itertools import product
from typing import Final

_ESCAPED_OR_SET: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_GROUP: Final = re.compile(r"\([^()]*\)")
_FIXED: Final = re.compile(r"((?:[A-Za-z0-9_\-]|\\[.$+]|\[[A-Za-z0-9\-]+\])+)(?![*+?{])")
_PIECE: Final = re.compile(r"\[([A-Za-z0-9\-]+)\]|\\?(.)")
_RANGE: Final = re.compile(r"(.)-(.)")

_MOST_WORDS: Final = 128
"""Beginnings that are written out; a pattern with more of them is not looked into."""


def has_alternatives(pattern: str) -> bool:
    """Whether a `|` stands outside every group, so that matches begin in more than one way."""
    rest = _ESCAPED_OR_SET.sub("", pattern)
    while "(" in rest:
        rest, found = _GROUP.subn("", rest)
        if not found:
            return True
    return "|" in rest


def begins_with_one_of(pattern: str, words: tuple[str, ...]) -> bool:
    """Whether every match begins, in whatever case, with one of the words.

    True is certain; False only means that it was not seen.

    Args:
        pattern: It may begin with letters, digits, `_`, `-` and sets of letters and digits.
        words: In lower case.
    """
    fixed = _FIXED.match(pattern)
    if fixed is None or has_alternatives(pattern):
        return False
    choices = [_characters(*piece) for piece in _PIECE.findall(fixed[1])]
    choices = choices[: max(map(len, words))]
    beginnings = 1
    for some in choices:
        beginnings *= len(some)
    return beginnings <= _MOST_WORDS and all(
        "".join(one).lower().startswith(words) for one in product(*choices)
    )


def _characters(inside: str, literal: str) -> str:
    """What a set or a literal stands for."""
    if literal:
        return literal

    def spelled_out(ends: re.Match[str]) -> str:
        return "".join(map(chr, range(ord(ends[1]), ord(ends[2]) + 1)))

    return _RANGE.sub(spelled_out, inside)
