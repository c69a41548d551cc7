"""Figures of the sets that somebody measured, kept without a word of the sets themselves."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("figures.json")


@dataclass(frozen=True)
class Figures:
    """One set of rules.

    Attributes:
        name: Whose rules, and of which version.
        rules: How many have examples.
        secrets: How many of them are for secrets: the others for identifiers and public keys.
        examples: How many there are.
        recall: Macro recall of each finder, over the rules for secrets and over all.
        date: When it was measured.
    """

    name: str
    rules: int
    secrets: int
    examples: int
    recall: dict[str, tuple[float, float]]
    date: str = field(default_factory=lambda: time.strftime("%Y-%m-%d", time.gmtime()))


def kept() -> list[Figures]:
    """What was measured, set by set."""
    if not FILE.exists():
        return []
    rows = json.loads(FILE.read_text(encoding="utf-8"))
    return [Figures(**{**row, "recall": _pairs(row["recall"])}) for row in rows]


def keep(figures: Figures) -> None:
    """Put the figures in the place of what was measured of the same set in whatever version."""
    rows = {one.name.split()[0]: one for one in kept()} | {figures.name.split()[0]: figures}
    rounded = [
        {**asdict(one), "recall": {who: _rounded(pair) for who, pair in one.recall.items()}}
        for _, one in sorted(rows.items())
    ]
    FILE.write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf-8")


def table(sets: Sequence[Figures]) -> str:
    """One row for each set: for each finder the rules for secrets, and behind it all rules."""
    who = list(dict.fromkeys(name for one in sets for name in one.recall))
    head = ["rules of", "measured", "rules", "for secrets", "examples", *who]
    lines = [_row(head), _row(["---"] * len(head))]
    for one in sets:
        cells = [one.name, one.date, str(one.rules), str(one.secrets), f"{one.examples:,}"]
        for name in who:
            pair = one.recall.get(name)
            cells.append(f"{pair[0]:.2f} / {pair[1]:.2f}" if pair else "–")
        lines.append(_row(cells))
    return "\n".join(lines)


def _pairs(recall: dict[str, list[float]]) -> dict[str, tuple[float, float]]:
    return {who: (secrets, all_rules) for who, (secrets, all_rules) in recall.items()}


def _rounded(pair: tuple[float, float]) -> list[float]:
    return [round(one, 4) for one in pair]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
