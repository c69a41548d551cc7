"""Shapes of setting values: each reads the wire form and describes itself to JSON schema.

A reason never quotes the value: a key pasted in the wrong place must not reach a screen or a log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

Drop = Callable[[str, str], None]
"""Told of each part that was left out: where it stands, and why."""

LONGEST_TEXT: Final = 4096
MOST_ENTRIES: Final = 500


class Invalid(ValueError):
    """A value does not fit; the message is a reason without the value."""


class Shape(Protocol):
    """What values of a setting look like."""

    def read(self, raw: object, at: str, drop: Drop) -> Any:
        """The valid wire form of `raw`, lesser bad parts dropped. Raises Invalid."""
        ...

    def schema(self) -> dict[str, Any]:
        """The JSON schema of the wire form."""
        ...

    @property
    def words(self) -> str:
        """For the settings page, in a few words."""
        ...


def kind_of(raw: object) -> str:
    """What sort of thing a person wrote, in their words."""
    for types, name in (
        (bool, "true or false"),
        (str, "text"),
        ((int, float), "a number"),
        (Mapping, "a table"),
        (list | tuple, "a list"),
    ):
        if isinstance(raw, types):
            return name
    return "something else"


def did_you_mean(word: str, words: tuple[str, ...]) -> str:
    """`; did you mean ...?` where one of ours is close, else empty. Quotes only our own words."""
    import difflib

    close = difflib.get_close_matches(word[:80], words, n=1, cutoff=0.7)
    return f"; did you mean `{close[0]}`?" if close else ""


@dataclass(frozen=True, slots=True)
class Bool:
    """A switch."""

    words: str = "true or false"

    def read(self, raw: object, at: str, drop: Drop) -> bool:
        """See Shape."""
        if not isinstance(raw, bool):
            raise Invalid(f"expects true or false, not {kind_of(raw)}")
        return raw

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds."""

    least: float
    most: float
    unit: str = ""
    whole: bool = True

    def read(self, raw: object, at: str, drop: Drop) -> float:
        """See Shape."""
        wanted = "a whole number" if self.whole else "a number"
        if isinstance(raw, bool) or not isinstance(raw, int if self.whole else int | float):
            raise Invalid(f"expects {wanted}, not {kind_of(raw)}")
        if not self.least <= raw <= self.most:  # NaN fails here too
            raise Invalid(f"expects {self.words}")
        return raw

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        kind = "integer" if self.whole else "number"
        return {"type": kind, "minimum": self.least, "maximum": self.most}

    @property
    def words(self) -> str:
        """Bounds and unit."""
        return f"{self.least:g} to {self.most:,}{self.unit and ' ' + self.unit}"


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `check` gives a reason to refuse it, or an empty string."""

    words: str = "text"
    check: Callable[[str], str] = field(default=lambda text: "", compare=False)

    def read(self, raw: object, at: str, drop: Drop) -> str:
        """See Shape."""
        if not isinstance(raw, str):
            raise Invalid(f"expects text, not {kind_of(raw)}")
        if len(raw) > LONGEST_TEXT or not raw.isprintable():
            raise Invalid(f"expects at most {LONGEST_TEXT} printable characters")
        reason = self.check(raw)
        if reason:
            raise Invalid(reason)
        return str(raw)

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class OneOf:
    """One word of a few. An unreadable one counts as `otherwise`, where that is given."""

    values: tuple[str, ...]
    otherwise: str = ""

    def read(self, raw: object, at: str, drop: Drop) -> str:
        """See Shape."""
        if isinstance(raw, str) and raw in self.values:
            return str(raw)
        reason = f"expects one of {', '.join(self.values)}"
        reason += did_you_mean(raw, self.values) if isinstance(raw, str) else ""
        if not self.otherwise:
            raise Invalid(reason)
        drop(at, f"{reason} (counts as {self.otherwise})")
        return self.otherwise

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"type": "string", "enum": list(self.values)}

    @property
    def words(self) -> str:
        """The words themselves."""
        return " · ".join(f"`{value}`" for value in self.values)


@dataclass(frozen=True, slots=True)
class AutoOr:
    """The word `auto`, or a number."""

    number: Number

    def read(self, raw: object, at: str, drop: Drop) -> float | str:
        """See Shape."""
        if raw == "auto":
            return "auto"
        if isinstance(raw, str):
            raise Invalid(f"expects auto or {self.number.words}")
        return self.number.read(raw, at, drop)

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"anyOf": [{"const": "auto"}, self.number.schema()]}

    @property
    def words(self) -> str:
        """Both forms."""
        return f"`auto`, or {self.number.words}"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; bad entries are dropped by number, the rest is kept."""

    item: Shape

    def read(self, raw: object, at: str, drop: Drop) -> list[Any]:
        """See Shape."""
        if not isinstance(raw, list | tuple):
            raise Invalid(f"expects a list, not {kind_of(raw)}")
        if len(raw) > MOST_ENTRIES:
            raise Invalid(f"expects at most {MOST_ENTRIES} entries")
        kept = []
        for number, entry in enumerate(raw, start=1):
            where = f"{at}[{number}]"
            try:
                kept.append(self.item.read(entry, where, drop))
            except Invalid as trouble:
                drop(where, str(trouble))
        return kept

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"type": "array", "items": self.item.schema()}

    @property
    def words(self) -> str:
        """Of what."""
        return f"list of {self.item.words}"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A table with names of the person's own; `check_name` as in Text."""

    value: Shape
    name_words: str
    check_name: Callable[[str], str] = field(default=lambda name: "", compare=False)

    def read(self, raw: object, at: str, drop: Drop) -> dict[str, Any]:
        """See Shape."""
        if not isinstance(raw, Mapping):
            raise Invalid(f"expects a table, not {kind_of(raw)}")
        if len(raw) > MOST_ENTRIES:
            raise Invalid(f"expects at most {MOST_ENTRIES} entries")
        kept = {}
        for number, (name, entry) in enumerate(raw.items(), start=1):
            # The entry is told by its number: its name is the person's text as much as its value.
            where = f"{at}[{number}]"
            try:
                reason = self.check_name(name)
                if reason:
                    raise Invalid(reason)
                kept[str(name)] = self.value.read(entry, where, drop)
            except Invalid as trouble:
                drop(where, str(trouble))
        return kept

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"type": "object", "additionalProperties": self.value.schema()}

    @property
    def words(self) -> str:
        """Of what to what."""
        return f"table of {self.name_words} = {self.value.words}"


@dataclass(frozen=True, slots=True)
class Record:
    """A table with fields of ours."""

    fields: tuple[tuple[str, Shape], ...]
    required: tuple[str, ...] = ()

    def read(self, raw: object, at: str, drop: Drop) -> dict[str, Any]:
        """See Shape."""
        if not isinstance(raw, Mapping):
            raise Invalid(f"expects {self.words}, not {kind_of(raw)}")
        shapes = dict(self.fields)
        for name in self.required:
            if name not in raw:
                raise Invalid(f"needs the field `{name}`")
        kept = {}
        for name, entry in list(raw.items())[:MOST_ENTRIES]:
            if name not in shapes:
                drop(at, f"has a field that is not known{did_you_mean(str(name), tuple(shapes))}")
                continue
            try:
                kept[name] = shapes[name].read(entry, f"{at}.{name}", drop)
            except Invalid as trouble:
                if name in self.required:
                    raise Invalid(f"`{name}`: {trouble}") from None
                drop(f"{at}.{name}", str(trouble))
        return kept

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {
            "type": "object",
            "properties": {name: shape.schema() for name, shape in self.fields},
            "required": list(self.required),
            "additionalProperties": False,
        }

    @property
    def words(self) -> str:
        """The fields' names."""
        return f"{{{', '.join(name for name, _ in self.fields)}}}"
