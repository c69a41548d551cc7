"""National numbers: reads `national.toml`, which says of each how it is written and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from codegrex_lsp.privacy.detect.personal import checks_europe, checks_world

GENERIC: Final = """
    national id; national identification number; identity number; identity card;
    id card number; citizen id; personal id; personal number; personal code; person number; tax id;
    tax number; tax code; taxpayer id; taxpayer number; tin; social security; insurance number;
    government id
"""
"""Names that any country's number goes by."""


@dataclass(frozen=True, slots=True)
class National:
    """One kind of number; the head of the table explains its columns.

    Attributes:
        type: Of the span; begins with the country's code (ISO 3166, `uk` for the kingdom).
        country: Its name.
        check: Whether a number without separators, in upper case, may exist. Given only what has
            one of the shapes.
        alone: Shapes that need no key.
        keyed: Shapes that need one.
        keys: What people call it.
    """

    type: str
    country: str
    check: Callable[[str], bool]
    alone: tuple[str, ...] = ()
    keyed: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@cache
def load() -> tuple[National, ...]:
    """Every number of the table, in its order.

    Raises:
        AttributeError: A row names a check that does not exist.
        TypeError: A row has a column that is none.
    """
    text = (files(__package__) / "national.toml").read_text(encoding="utf-8")
    return tuple(_row(row) for row in tomllib.loads(text)["number"])


def _row(row: dict[str, Any]) -> National:
    name = row.pop("check")
    module = checks_europe if hasattr(checks_europe, name) else checks_world
    lists = {column: tuple(value) for column, value in row.items() if isinstance(value, list)}
    return National(**{**row, **lists, "check": getattr(module, name)})
