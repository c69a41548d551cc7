"""Verdict: whether a path may be read, and what decided it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BUILTIN: Final = "builtin"
GITIGNORE: Final = "gitignore"
POLICY: Final = "policy"

BY_BUILTIN: Final = "ignored-builtin"
BY_FILE: Final = "ignored-by-file"
BY_GITIGNORE: Final = "ignored-by-gitignore"
BY_POLICY: Final = "ignored-by-policy"
UNREADABLE_RULES: Final = "ignored-unreadable-rules"
BAD_PATH: Final = "ignored-bad-path"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a path may be read, and what decided it.

    Attributes:
        ignored: It may not be read.
        source: The deciding `.codegrexignore` for people, or `builtin`, `gitignore` (any file of
            Git's) or `policy`; None where nothing spoke of the path.
        line: 1-based line in the deciding file.
        pattern: The deciding rule as written; one with `!` where it was included again.
        code: Empty where it may be read, else a stable reason code.
        file: The deciding file for people, Git's files included; empty where no file decided.
        note: Why, where no pattern says it.
    """

    ignored: bool
    source: str | None = None
    line: int | None = None
    pattern: str | None = None
    code: str = ""
    file: str = ""
    note: str = ""

    @property
    def rule(self) -> str:
        """What decided, for people: `path/.codegrexignore:3: secrets/`; empty where nothing did."""
        where = self.file or {BUILTIN: "built-in list", POLICY: "organisation policy"}.get(
            self.source or "", ""
        )
        if self.line is not None:
            where = f"{where}:{self.line}"
        if self.pattern is None:
            what = self.note
        else:
            what = f"{self.pattern} ({self.note})" if self.note else self.pattern
        return ": ".join(part for part in (where, what) if part)


READABLE: Final = Verdict(False)
"""Nothing speaks of the path."""
