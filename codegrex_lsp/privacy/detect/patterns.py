"""Patterns: what their text tells of where they match, without running them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_ESCAPED_OR_SET: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_GROUP: Final = re.compile(r"\([^()]*\)")
_MARK: Final = re.compile(rf"{_ESCAPED_OR_SET.pattern}|([()|])", re.DOTALL)
"""A mark that makes a group or an alternative, or what hides one."""

_PIECE: Final = re.compile(r"\[([A-Za-z0-9_\-]+)\]|\\(d)|\\([.$+/])|([A-Za-z0-9_\-~:])")
"""A set, a digit, or a character that stands for itself."""

_AGAIN: Final = re.compile(r"([*?]|\{0)|[+{]")
"""Behind a piece: it may be missing, or may come again."""

_ASIDE: Final = re.compile(r"\(\?(?:=|!|<=|<!)")
_CHOICE: Final = re.compile(r"\(\?(?:i)?:")
_RANGE: Final = re.compile(r"(.)-(.)")


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
        pattern: It may begin with letters, digits, some marks, sets of letters and digits, looks
            ahead and behind, and groups of such.
        words: In lower case.
    """
    return all(_goes_on(one, "", words) for one in _alternatives(pattern))


def _goes_on(pattern: str, said: str, words: tuple[str, ...]) -> bool:
    """The same of a pattern without alternatives, behind what has been `said`."""
    if said.startswith(words):
        return True
    if not any(word.startswith(said) for word in words):
        return False
    if _ASIDE.match(pattern):
        return _goes_on(pattern[_closing(pattern) :], said, words)
    if group := _CHOICE.match(pattern):
        end = _closing(pattern)
        if _AGAIN.match(pattern, end):
            return False
        inside = pattern[group.end() : end - 1]
        return all(_goes_on(one + pattern[end:], said, words) for one in _alternatives(inside))
    piece = _PIECE.match(pattern)
    again = _AGAIN.match(pattern, piece.end()) if piece else None
    if piece is None or (again and again[1]):
        return False
    rest = "" if again else pattern[piece.end() :]
    return all(_goes_on(rest, said + c.lower(), words) for c in _characters(piece))


def _alternatives(pattern: str) -> Iterator[str]:
    """The parts between those `|` that stand outside of groups."""
    depth = begin = 0
    for found in _MARK.finditer(pattern) if "|" in pattern else ():
        depth += (found[1] == "(") - (found[1] == ")")
        if found[1] == "|" and not depth:
            yield pattern[begin : found.start()]
            begin = found.end()
    yield pattern[begin:]


def _closing(pattern: str) -> int:
    """Where the group ends with which a pattern begins."""
    depth = 0
    for found in _MARK.finditer(pattern):
        depth += (found[1] == "(") - (found[1] == ")")
        if not depth:
            return found.end()
    return len(pattern)


def _characters(piece: re.Match[str]) -> str:
    """What a piece stands for."""

    def spelled_out(ends: re.Match[str]) -> str:
        return "".join(map(chr, range(ord(ends[1]), ord(ends[2]) + 1)))

    if piece[1]:
        return _RANGE.sub(spelled_out, piece[1])
    return "0123456789" if piece[2] else piece[3] or piece[4]
