"""Whether a person's own pattern is safe to run on every keystroke.

Python's engine backtracks, so a pattern is accepted only where backtracking is bounded by its
shape: no repeat within a repeat, no alternatives within an unbounded repeat, at most one
unbounded repeat, and few ways to divide text among all of them. Sources of the rule: the
known causes of catastrophic backtracking (nested, overlapping and adjacent repeats).
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, Final

LONGEST: Final = 500
"""Characters in a pattern."""

_WAYS: Final = 20_000
"""Ways in which one pattern may try to match from one place."""

_UNBOUNDED: Final = 1_000
"""A repeat that may run this often counts as unbounded."""


def why_unsafe(pattern: str) -> str:
    """One sentence saying what is wrong with `pattern` and what to write, or empty.

    The pattern itself is never quoted: it may hold what it is meant to find.
    """
    if not pattern or len(pattern) > LONGEST:
        return f"a pattern has 1 to {LONGEST} characters"
    try:
        compiled = re.compile(pattern)
        tree = import_module("re._parser").parse(pattern)
    except (re.error, RecursionError, OverflowError) as trouble:
        where = getattr(trouble, "pos", None)
        spot = "" if where is None else f" at character {where + 1}"
        return f"this is not a regular expression that Python can read: look{spot or ' again'}"
    if compiled.match(""):
        return "this pattern matches empty text; let it need at least one character"
    return _Walk().judge(tree)


class _Walk:
    """Adds up what a pattern could cost while walking its parts."""

    def __init__(self) -> None:
        self.unbounded = 0
        self.ways = 1

    def judge(self, tree: Any) -> str:
        """The first reason to refuse, or empty."""
        reason = self._parts(tree, repeated=False)
        if reason:
            return reason
        if self.unbounded > 1:
            return (
                "more than one unbounded repeat can be slow; give all but one a bound, as in {1,64}"
            )
        inside = self.unbounded - _ends_unbounded(tree)
        if self.ways * (_UNBOUNDED if inside else 1) > _WAYS:
            return "these repeats together can be slow; lower their bounds"
        return ""

    def _parts(self, tree: Any, *, repeated: bool) -> str:
        for operator, argument in tree:
            reason = self._part(str(operator), argument, repeated=repeated)
            if reason:
                return reason
        return ""

    def _part(self, operator: str, argument: Any, *, repeated: bool) -> str:
        match operator:
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeat(*argument, repeated=repeated)
            case "SUBPATTERN":
                return self._parts(argument[-1], repeated=repeated)
            case "ATOMIC_GROUP":
                return self._parts(argument, repeated=repeated)
            case "BRANCH":
                if repeated:
                    return "alternatives within a repeat can be slow; use a character class"
                return self._branches(argument[1])
            case "GROUPREF" | "GROUPREF_EXISTS" | "ASSERT" | "ASSERT_NOT":
                return "back-references and look-around are not allowed, because they can be slow"
            case _:
                return ""

    def _branches(self, branches: Any) -> str:
        """Each may be tried from the same place, and what follows is tried after each."""
        before, together = self.ways, 0
        for branch in branches:
            self.ways = 1
            reason = self._parts(branch, repeated=False)
            if reason:
                return reason
            together += self.ways
        self.ways = before * together
        return ""

    def _repeat(self, least: Any, most: Any, body: Any, *, repeated: bool) -> str:
        least, most = int(least), int(most)
        if repeated and least != most:
            return "a repeat within a repeat can be slow; write it out without nesting"
        if most >= _UNBOUNDED:
            self.unbounded += 1
        else:
            self.ways *= most - least + 1
        return self._parts(body, repeated=repeated or most > 1)


def _ends_unbounded(tree: Any) -> bool:
    """Whether the last part is an unbounded repeat: nothing after it makes it give back."""
    operator, argument = tree[-1]
    return str(operator) in ("MAX_REPEAT", "MIN_REPEAT") and int(argument[1]) >= _UNBOUNDED
