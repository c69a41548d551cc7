"""Detection: spans, never edits.

Lives here: the `Span`, the `Engine` that scans whole documents with a cache by line, and the
detectors behind it. Never here: a replacement, a network call, a value in a log or a repr.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["secret", "pii"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A sensitive run of characters.

    Attributes:
        start: First character, 0-based, in the text that was scanned.
        end: One past the last character.
        kind: `secret` or `pii`.
        type: For people and the ledger, e.g. `aws-access-key`, `email`.
        rule: Which rule found it, e.g. `detect-secrets/aws`.
        confidence: 0 to 1.
    """

    start: int
    end: int
    kind: Kind
    type: str
    rule: str
    confidence: float = 1.0
