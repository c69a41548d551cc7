"""Unseen sets: what the redactor scored on labelled sets that nobody had tuned it on.

Such a set is unseen once. Somebody other than who mends the rules writes it, it is measured, and
only then are its misses looked at; so these figures are kept here and cannot be made anew.
"""

from __future__ import annotations

from typing import Final

LOOKS: Final = (
    ("A", "first look", "0.906", "0.755", "0.922"),
    ("B", "first look", "0.897", "0.703", "0.918"),
    (
        "B",
        "after mending what A showed, before anything of B was looked at",
        "0.934",
        "0.816",
        "0.952",
    ),
    ("B", "after mending what B showed: unseen no more", "0.999", "1.000", "1.000"),
    ("C", "first look", "0.955", "0.880", "0.983"),
    (
        "C",
        "after mending what A and B showed, before anything of C was looked at",
        "0.978",
        "0.944",
        "0.983",
    ),
    (
        "C",
        "after mending the largest classes that C showed: unseen no more",
        "0.988",
        "0.971",
        "0.993",
    ),
)
"""Set, when, F1 of secrets, recall of people's passwords, recall of personal data."""


def table() -> str:
    """The looks, in Markdown."""
    head = ("set", "when", "secrets, F1", "passwords, recall", "personal data, recall")
    rows = [head, ("---",) * len(head), *LOOKS]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
