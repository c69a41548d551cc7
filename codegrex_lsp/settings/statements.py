"""What each source states: raw tables in, valid statements and named problems out.

A repository's own file, and the editor's settings in a workspace that is not trusted, can only
tighten: whatever else they state is refused by name here, before any value is compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from codegrex_lsp.settings.model import Problem
from codegrex_lsp.settings.schema import DIRECTIONAL, NAMES, Key, find, is_group
from codegrex_lsp.settings.shapes import Invalid, did_you_mean

MOST_PROBLEMS: Final = 20
"""Problems of one source that are told one by one."""

CLIENT_ONLY: Final = frozenset({"server", "trace"})
"""Sections below `codegrex.` that an editor's client keeps for itself."""


class Authority(Enum):
    """What a source's word counts for where a direction is stricter."""

    WISH = auto()
    """The machine's administrator, the environment, a flag: the strictest counts."""
    PERSON = auto()
    """The same person in several places: the most deliberate replaces the others."""
    LIMIT = auto()
    """Policy and repository: can only tighten what stands without them."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One source's valid word on one key.

    Attributes:
        sound: False where the source's own word was unreadable and the default stands for it. It
            may then tighten but never replaces an earlier word.
    """

    source: str
    authority: Authority
    key: str
    value: Any
    sound: bool = True


@dataclass
class Listener:
    """Gathers problems of one source, a bounded number of them."""

    source: str
    problems: list[Problem] = field(default_factory=list)
    _more: int = 0

    def drop(self, key: str, reason: str) -> None:
        """Note that the value at `key` was left out."""
        if len(self.problems) >= MOST_PROBLEMS:
            self._more += 1
            last = f"and {self._more} more of its settings were left out"
            self.problems[MOST_PROBLEMS:] = [Problem(self.source, "", last)]
            return
        self.problems.append(Problem(self.source, printable(key), reason))


def printable(name: str) -> str:
    """A key's name as it may be shown: short, without control characters."""
    shown = "".join(char if char.isprintable() else "?" for char in name[:80])
    return shown + "…" if len(name) > 80 else shown


def flatten(raw: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys with their raw values, from nested or dotted form; null means not stated."""
    for name, value in raw.items():
        key = f"{prefix}{name}"
        if not prefix:
            key = key.removeprefix("codegrex.")
        if value is None:
            continue
        if not prefix and key == "codegrex" and isinstance(value, Mapping):
            yield from flatten(value)
        elif is_group(key) and isinstance(value, Mapping):
            yield from flatten(value, f"{key}.")
        else:
            yield key, value


def overlay(*answers: object) -> dict[str, Any]:
    """Several answers of one editor as one, later ones over earlier ones.

    Args:
        answers: `initializationOptions.settings`, then `workspace/configuration`, nested or
            dotted, with or without the `codegrex` prefix. Anything but an object is passed over.
    """
    flat: dict[str, Any] = {}
    for answer in answers:
        if isinstance(answer, Mapping):
            flat.update(flatten(answer))
    return flat


def read(
    source: str, authority: Authority, raw: Mapping[Any, Any], problems: list[Problem]
) -> list[Statement]:
    """The valid statements of one source; what is left out is added to `problems`."""
    listener = Listener(source)
    said: dict[str, Statement] = {}
    for name, value in flatten(raw):
        statement = _statement(source, authority, name, value, listener)
        if statement is not None:
            said[name] = statement
    problems += listener.problems
    return list(said.values())


def unreadable(source: str, authority: Authority) -> list[Statement]:
    """What a source that can not be read at all counts as: every default that can tighten."""
    return [Statement(source, authority, key.name, key.default, sound=False) for key in DIRECTIONAL]


def _statement(
    source: str, authority: Authority, name: str, raw: Any, listener: Listener
) -> Statement | None:
    key = find(name)
    if key is None:
        if not (source.startswith("editor") and name.partition(".")[0] in CLIENT_ONLY):
            listener.drop(name, _unknown(name))
        return None
    if authority is Authority.LIMIT and not key.repository:
        listener.drop(name, f"is refused: a {_whose(source)} can not set it; {_OWN}")
        return None
    try:
        value = key.type.read(raw, name, listener.drop)
    except Invalid as trouble:
        left_out = "; the provider is left out until it is mended" if _names_a_server(name) else ""
        listener.drop(name, f"{trouble}{left_out}")
        return _instead(source, authority, name, key)
    if authority is Authority.LIMIT and _loosens(key, value):
        listener.drop(name, f"is refused: a {_whose(source)} can only tighten; {_OWN}")
        return None
    return Statement(source, authority, name, value)


_OWN: Final = "put it in your own settings if you want it"


def _instead(source: str, authority: Authority, name: str, key: Key) -> Statement | None:
    """What stands for an unreadable value. Where none can, None is stated, for `load` to see."""
    if key.stricter is not None:
        return Statement(source, authority, name, key.default, sound=False)
    if _names_a_server(name):
        return Statement(source, authority, name, None, sound=False)
    return None


def _names_a_server(name: str) -> bool:
    return name.endswith((".kind", ".baseUrl"))


def _loosens(key: Key, value: Any) -> bool:
    return key.stricter is not None and bool(key.stricter.loosens(value, key.default))


def _whose(source: str) -> str:
    return "workspace that is not trusted" if source.startswith("editor") else "repository's file"


def _unknown(name: str) -> str:
    if is_group(name):
        return f"expects a table, as in [{name}]" if "." not in name else "expects a table"
    return f"is not a setting{did_you_mean(name, NAMES)}"
