"""What one check of `doctor` found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "fail", "skip"]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding.

    Attributes:
        id: Stable name.
        status: `skip` is something that does not apply here.
        message: One sentence, without text or keys.
        fix: What to do, or empty.
    """

    id: str
    status: Status
    message: str
    fix: str = ""
