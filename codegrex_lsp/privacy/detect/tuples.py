"""Tuples: several names that get their values at once, `user, password = "…", "…"`."""

from __future__ import annotations

import re
from typing import Final

NOWHERE: Final = (0, 0)

_TUPLE: Final = re.compile(
    r"(?:\s{0,40}(?:(?:const|let|var|val|my|auto)\s)?|.{0,80}\bfor\s)\s?[(\[]?\s?"
    r"(?P<before>(?:[$\w.]{1,60}\s?,\s?){0,8})[$@]?"
)
_TUPLE_AFTER: Final = re.compile(
    r"(?P<after>(?:\s?,\s?[$\w.]{1,60}){0,8})\s?[)\]]?\s{0,8}(?::=|=(?![=>])|\bin\b)\s{0,8}[\[(]{0,2}\s?"
)
_ELEMENT: Final = re.compile(
    r"\s{0,8}(?:[bru]?(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|`([^`]*)`)|[^,\"'`()\[\]]{1,120})\s{0,8}"
)


def element(text: str, start: int) -> re.Match[str] | None:
    """One element of a tuple, up to its comma; the last group holds a string without quotes."""
    return _ELEMENT.match(text, start)


def place_in_tuple(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the string stands that belongs to the name at `start:end`, without its quotes.

    None where the name is not one of several; `NOWHERE` where its place holds no string.
    """
    if "," not in text[:start] and not text.startswith(",", end) and text[end : end + 2] != " ,":
        return None
    lead = _TUPLE.fullmatch(text, 0, start)
    rest = _TUPLE_AFTER.match(text, end) if lead else None
    if lead is None or rest is None or not (lead["before"] or rest["after"]):
        return None
    at = rest.end()
    for _ in range(lead["before"].count(",")):
        one = element(text, at)
        if one is None or not text.startswith(",", one.end()):
            return NOWHERE
        at = one.end() + 1
    one = element(text, at)
    if one is None or one.lastindex is None:
        return NOWHERE
    return one.span(one.lastindex)
