"""Telemetry's closed schema: counts and durations, and no field that could hold a person's text.

Every word in a report is one of the words below or a number. The day is the only time in it, and
a provider is named by its kind and never by its id, its address or its model.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

SCHEMA: Final = 1
"""Version of this schema, sent along."""

EDGES_MS: Final = (20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000)
"""A duration is told as the first of these that it does not exceed, or as longer than all."""

MOST: Final = 1_000_000
"""No count is told beyond this."""


class System(StrEnum):
    """Family of operating systems."""

    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"
    OTHER = "other"


class Editor(StrEnum):
    """Editors that are told apart."""

    VSCODE = "vscode"
    NEOVIM = "neovim"
    OTHER = "other"


class Counted(StrEnum):
    """What is counted."""

    SHOWN = "completion-shown"
    ACCEPTED = "completion-accepted"
    CACHED = "completion-cached"
    EMPTY = "completion-empty"
    WITHHELD = "completion-withheld"
    FAILED = "completion-failed"
    SWITCHED = "completion-switched-route"
    CHAT_ANSWERED = "chat-answered"
    CHAT_FAILED = "chat-failed"


class Timed(StrEnum):
    """What is timed, in ms."""

    GATE = "gate"
    FIRST_TOKEN = "first-token"  # noqa: S105 - a token of text


_VERSION: Final = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){1,3}[a-z0-9.+]{0,12}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_KIND: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class Report:
    """What one session did since its last report.

    Attributes:
        day: UTC date.
        version: Of CodeGrex.
        python: `3.11`.
        system: Family of operating systems.
        editor: Who asked.
        counts: How often.
        kinds: Kind of provider → requests that it answered.
        durations: What was timed → how many fell below each edge, and beyond the last.

    Raises:
        ValueError: A value is not of the schema.
    """

    day: str
    version: str
    python: str
    system: System
    editor: Editor
    counts: Mapping[Counted, int] = field(default_factory=lambda: MappingProxyType({}))
    kinds: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    durations: Mapping[Timed, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        words = (
            (_DAY, self.day),
            (_VERSION, self.version),
            (_VERSION, self.python),
            *((_KIND, kind) for kind in self.kinds),
        )
        buckets = self.durations.values()
        numbers = (
            *self.counts.values(),
            *self.kinds.values(),
            *(n for row in buckets for n in row),
        )
        if not (
            all(form.fullmatch(word) for form, word in words)
            and all(len(row) == len(EDGES_MS) + 1 for row in buckets)
            and all(type(number) is int and 0 <= number <= MOST for number in numbers)
            and len(self.kinds) <= 64
        ):
            raise ValueError("not a telemetry report")

    def as_json(self) -> dict[str, Any]:
        """Exactly what is kept, shown and sent."""
        return {
            "day": self.day,
            "version": self.version,
            "python": self.python,
            "system": self.system.value,
            "editor": self.editor.value,
            "counts": {key.value: number for key, number in self.counts.items()},
            "kinds": dict(self.kinds),
            "durationsMs": {key.value: list(row) for key, row in self.durations.items()},
        }


def report(shape: object) -> Report:
    """A report from its JSON shape.

    Raises:
        ValueError: It is not of the schema, to the last key.
    """
    if not isinstance(shape, dict):
        raise ValueError("not a telemetry report")
    try:
        made = Report(
            day=shape["day"],
            version=shape["version"],
            python=shape["python"],
            system=System(shape["system"]),
            editor=Editor(shape["editor"]),
            counts={Counted(key): number for key, number in shape["counts"].items()},
            kinds=dict(shape["kinds"]),
            durations={Timed(key): tuple(row) for key, row in shape["durationsMs"].items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ValueError("not a telemetry report") from None
    if made.as_json() != shape:
        raise ValueError("not a telemetry report")
    return made


def bucket(milliseconds: float) -> int:
    """The place of a duration among the buckets."""
    return bisect_left(EDGES_MS, milliseconds)
