"""Which way is stricter, declared per setting and never coded per call.

A rule does two things: it picks the strictest of several values, and it tells whether a value is
looser than the default, which is what a repository file may never be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Strictness(Protocol):
    """How values of one setting compare."""

    def strictest(self, values: Sequence[Any]) -> Any:
        """The strictest of one or more valid values; merged where they add up."""
        ...

    def loosens(self, value: Any, default: Any) -> bool:
        """Whether `value` is looser than `default`."""
        ...

    @property
    def words(self) -> str:
        """For the settings page, e.g. "`offline` is strictest"."""
        ...


@dataclass(frozen=True, slots=True)
class Ranked:
    """A few values, loosest first."""

    order: tuple[Any, ...]

    def strictest(self, values: Sequence[Any]) -> Any:
        """The value furthest to the right in `order`."""
        return max(values, key=self.order.index)

    def loosens(self, value: Any, default: Any) -> bool:
        """Whether `value` stands left of `default`."""
        return self.order.index(value) < self.order.index(default)

    @property
    def words(self) -> str:
        """Names the strictest value."""
        last = self.order[-1]
        return f"`{str(last).lower() if isinstance(last, bool) else last}` is strictest"


@dataclass(frozen=True, slots=True)
class Lower:
    """A number; less is stricter."""

    def strictest(self, values: Sequence[Any]) -> Any:
        """The least."""
        return min(values)

    def loosens(self, value: Any, default: Any) -> bool:
        """Whether `value` is more than `default`."""
        return bool(value > default)

    @property
    def words(self) -> str:
        """For the settings page."""
        return "less is stricter"


@dataclass(frozen=True, slots=True)
class Union:
    """A list whose every entry tightens: entries of all sources hold together."""

    def strictest(self, values: Sequence[Any]) -> Any:
        """Every entry once, in the order of the sources."""
        merged: list[Any] = []
        for entry in (entry for value in values for entry in value):
            if entry not in merged:
                merged.append(entry)
        return merged

    def loosens(self, value: Any, default: Any) -> bool:
        """Never: an entry more can only tighten."""
        return False

    @property
    def words(self) -> str:
        """For the settings page."""
        return "entries of all sources add up"


@dataclass(frozen=True, slots=True)
class AnyOff:
    """A map of switches: off in one source is off."""

    def strictest(self, values: Sequence[Any]) -> Any:
        """Every switch; on only where each source that names it says on."""
        merged: dict[str, bool] = {}
        for name, on in (item for value in values for item in value.items()):
            merged[name] = on and merged.get(name, True)
        return merged

    def loosens(self, value: Any, default: Any) -> bool:
        """Never: a switch that nobody names is on."""
        return False

    @property
    def words(self) -> str:
        """For the settings page."""
        return "off in one source is off"
