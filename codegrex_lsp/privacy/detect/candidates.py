"""Candidates: the strings and words of a line that may be a password, whatever the notation.

A string may stand in quotes, in braces (`q{…}`, `\\texttt{…}`) or in strokes (`\\verb|…|`). Words
count where they are no code: in comments, prose and files of values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from codegrex_lsp.privacy.detect.detector import Line
from codegrex_lsp.privacy.detect.filekind import FileKind

_STRING: Final = re.compile(
    r"""(?:(?P<q>\\?["'`])(?![)\],;])(?P<quoted>[^\s"'`\\]{6,128})(?:\\[rn])?(?P=q)
      | (?<![$#])\{(?P<braced>[^\s"'`\\{}]{6,64})\}
      | >(?P<tagged>[^\s"'`<>]{6,64})</
      | \|(?P<stroked>[^\s"'`\\|]{6,64})\| )""",
    re.VERBOSE,
)
_PRESSED: Final = re.compile(r"\{(?:enter|tab|return)\}$", re.IGNORECASE)
"""Keys that a test of a page presses behind what it types."""

_WORD: Final = re.compile(r"(?<![^\s(\[\"'`*:=|>])[^\s\"'`<>()\[\]{}|,;\\]{6,64}(?![(\[<{])")
_PAIR: Final = re.compile(
    r"(?<![\w./\-])[A-Za-z]\w{1,20}[:/](?P<value>[^\s\"'`<>()|,;/]{6,64})(?![^\s.,;)])"
)
_ENDS: Final = ".,:;)}]*_"
_COMMENT: Final = re.compile(
    r"(?:^|\s)(?:#(?!\w)|//|--\s|/\*|<!--)|^\s*(?:\*|;|%|rem\s)", re.IGNORECASE
)

_TECHNICAL: Final = re.compile(
    r"""[\w.+\-]+:// | [\w\-]+(?:\.[\w\-]+)*\.[a-z]{2,6}(?::\d+)?(?:/.*)?$   # hosts and files
      | [\w.\-]+(?:/[\w.\-]+)+$ | \$\w+[/.] | .*\.html?\# | \#[A-Za-z][\w\-]*$   # paths, anchors
      | [0-9a-fA-F]{8}-[0-9a-fA-F\-]+$ | 0x | (?:bc1|[13])[A-Za-z0-9]{25,60}$   # numbers of things
      | \d+(?:[.:]\d+)+ | .*\d{4}-\d\d-\d\d | .*@v?\d | \w+:[\w/\-]+\#   # versions and days
      | (?:[A-Za-z_]\w*\.){2,}[\w:]+$ | (?:[a-z_]\w*\.)+\w+$   # names with dots
      | [a-z]{2}-[a-z]+\d$ | [A-Za-z]+[!?:.]+$ | .*:$ | &\w+ | (?i:oauth2) | (?i:1password)""",
    re.VERBOSE,
)
"""What has digits and marks as passwords have them, and stands about in code and logs."""

_TECHNICAL_WORD: Final = re.compile(
    r"""[$%/\-@#=] | [\w.\-]+@[a-z][\w.\-]*(?::[\w./~\-]*)?$ | _\w+$
      | [\w.\-]{1,40}[=:](?:[\w./\-]*|https?:.*)$ | .*={2}$
      | [A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$ | .*\.\w{2,5}[#?] | .*&\w+=""",
    re.VERBOSE,
)
"""The same without quotes: options, mentions, settings, base64, the ends of addresses."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One string or word.

    Attributes:
        start: First character.
        end: One past the last.
        quoted: Whether it is a string.
    """

    start: int
    end: int
    quoted: bool


def candidates(line: Line, first: int, last: int) -> Iterator[Candidate]:
    """Strings between two offsets, then words.

    Args:
        line: Theirs.
        first: Where to begin. Nothing tells whether a string has begun before.
        last: Where to end.
    """
    text = line.text
    for string in _STRING.finditer(text, first, last):
        group = next(name for name in ("quoted", "braced", "tagged", "stroked") if string[name])
        start, end = string.span(group)
        pressed = _PRESSED.search(text, start, end)
        yield Candidate(start, pressed.start() if pressed else end, quoted=True)
    if line.kind is FileKind.CODE:
        comment = _COMMENT.search(text)
        if comment is None:
            return
        first = max(first, comment.end())
    elif "ENC[" in text:  # what SOPS has encrypted
        return
    for word in _WORD.finditer(text, first, last):
        start, end = word.span()
        while end > start and text[end - 1] in _ENDS:
            end -= 1
        yield Candidate(start, end, quoted=False)
    for pair in _PAIR.finditer(text, first, last):
        yield Candidate(*pair.span("value"), quoted=False)


def is_technical(value: str, *, quoted: bool) -> bool:
    """Whether it is an address, a version, a path or the like, however mixed its characters."""
    if _TECHNICAL.match(value):
        return True
    return not quoted and _TECHNICAL_WORD.match(value) is not None
