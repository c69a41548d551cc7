"""Prose: what people wrote for people in a line of code, its comments and its strings.

One pattern serves all languages. Where it takes code for a comment, a name is looked for in vain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

LONGEST: Final = 1_000
"""Characters of a line that is still read; a longer one was written by a program."""

_CAPITAL: Final = r"[A-ZÀ-ÖØ-ÞĀ-ſ]"
_CANDIDATE: Final = re.compile(
    rf"""{_CAPITAL}(?:\.|[\w'’\-]{{1,30}})[ ](?:[a-z]{{2,3}}[ ]){{0,2}}{_CAPITAL}
      | \b(?:in|to|from|near|at|Mr|Mrs|Ms|Dr|Prof|Herr|Frau)\.?[ ]{_CAPITAL}[a-zß-öø-ÿ]
    """,
    re.VERBOSE,
)
_COMMENT: Final = re.compile(
    r"""(?: ^[+\-\s]{0,80}(?:\*|;+|%+)(?=\s)
          | (?:^|(?<=[\s;{}),+\-]))(?:\#+|//+!?|/\*+!?|<!--|--[ ])
        )\s*""",
    re.VERBOSE,
)
_STRING: Final = re.compile(
    r'"((?:[^"\\]|\\.){3,400})"|\'((?:[^\'\\]|\\.){3,400})\'|`([^`]{3,400})`'
)
_CODE: Final = re.compile(
    r"""[={}\[\]<>|\\$^~`"]|;\s*$|\w\(|//|/\*|::|\w_\w|\w\.\w+\(|^[+\-\s]*[#*]|^[^\w]*$"""
)


def may_name(line: str) -> bool:
    """A cheap test without false negatives: whether a name can stand in a line."""
    return len(line) <= LONGEST and _CANDIDATE.search(line) is not None


def parts(line: str, *, prose: bool) -> Iterator[tuple[int, str]]:
    """Offset and text of what is to be read in a line.

    Args:
        line: Without its terminator.
        prose: Whether the whole file is text for people.
    """
    for start, text in _parts(line, prose):
        if may_name(text):
            yield start, text


def _parts(line: str, prose: bool) -> Iterator[tuple[int, str]]:
    if prose or _reads_like_text(line):
        yield 0, line
        return
    comment = _COMMENT.search(line)
    end = comment.start() if comment else len(line)
    for string in _STRING.finditer(line, 0, end):
        group = string.lastindex or 0
        yield string.start(group), string[group]
    if comment:
        yield comment.end(), line[comment.end() :]


def _reads_like_text(line: str) -> bool:
    """Whether a line stands in a comment or string that began above it."""
    return _CODE.search(line) is None and line.strip().count(" ") >= 2
