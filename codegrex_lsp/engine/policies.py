"""Path policies: how free a file may be, by the person's own patterns in gitignore syntax.

pathspec translates the patterns. What it can not read governs every file, and so does every policy
for a path that is too long to be compared at once: its expressions try again what did not fit.
`settings.checks.glob` bounds the patterns, this module the paths; together that is 2 ms at most
for one pattern and the worst path there is.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from codegrex_lsp.privacy.admission import PathLevel
from codegrex_lsp.settings.model import PathPolicy

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

LEVELS: Final[tuple[PathLevel, ...]] = ("never", "local", "redact", "normal")
"""Strictest first."""

LONGEST: Final = 500
"""Characters of a path that are compared."""

DEEPEST: Final = 40
"""Names in a path that are compared."""

_REMEMBERED: Final = 4096


class PathPolicies:
    """One set of `privacy.pathPolicies`.

    Args:
        policies: In any order; the strictest that matches counts.
    """

    def __init__(self, policies: Iterable[PathPolicy]) -> None:
        globs: dict[PathLevel, list[str]] = {}
        for policy in policies:
            globs.setdefault(policy.level, []).append(policy.glob)
        self._specs = {level: _spec(globs[level]) for level in LEVELS if level in globs}
        self._level_of = functools.lru_cache(_REMEMBERED)(self._strictest)

    def level(self, path: Path, folder: Path | None) -> PathLevel:
        """The strictest policy for a path, as given or where it really is.

        Args:
            path: Absolute.
            folder: Workspace folder that the patterns count from; None: from the root.

        Raises:
            OSError, RuntimeError: Links that lead nowhere but to each other.
        """
        if not self._specs:
            return "normal"
        bases = {folder, folder.resolve()} if folder else set()
        spellings = {_below(one, bases) for one in (path, path.resolve())}
        return min(map(self._level_of, spellings), key=LEVELS.index)

    def _strictest(self, path: str) -> PathLevel:
        beyond = len(path) > LONGEST or path.count("/") >= DEEPEST
        for level, spec in self._specs.items():
            if beyond or spec is None or any(map(spec.match_file, _spellings(path))):
                return level
        return "normal"


def _below(path: Path, bases: set[Path]) -> str:
    for base in bases:
        if path.is_relative_to(base):
            return path.relative_to(base).as_posix()
    return path.relative_to(path.anchor).as_posix()


def _spec(globs: Iterable[str]) -> GitIgnoreSpec | None:
    """All patterns of one level, or None where one can not be read."""
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    patterns = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)  # sets that may come to mean something else
        for spelling in itertools.chain.from_iterable(map(_spellings, globs)):
            try:
                regex, includes = GitIgnoreSpecPattern.pattern_to_regex(spelling)
                if regex is None or not includes:  # dropped by pathspec, or it turns others round
                    return None
                # Compiled here: pathspec's own way heeds case, and stops at a line break in a name.
                compiled = re.compile(regex, re.IGNORECASE | re.DOTALL)
            except (ValueError, re.error, FutureWarning):
                return None
            patterns.append(GitIgnoreSpecPattern(compiled, includes))
    return GitIgnoreSpec(patterns)


def _spellings(text: str) -> set[str]:
    """As file systems compare names: composed, and with case folded (`ß` is `ss` to some)."""
    composed = unicodedata.normalize("NFC", text)
    return {composed, unicodedata.normalize("NFC", composed.casefold())}
