"""Word lists, written as prose in a table and read as a set."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of `text`, which is separated by any white space."""
    return frozenset(text.split())
