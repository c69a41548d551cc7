"""From wire form to resolved form, frozen and typed; and back again to be shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from codegrex_lsp.settings import providers
from codegrex_lsp.settings.model import (
    Chat,
    Completion,
    CustomPattern,
    KeyPlaces,
    Network,
    PathPolicy,
    Privacy,
    Problem,
    Resolved,
    Settings,
    Telemetry,
    Terminal,
)
from codegrex_lsp.settings.schema import KEYS, Key
from codegrex_lsp.values.mode import Mode


def settings(
    values: Mapping[str, Any],
    broken: Collection[str],
    winners: Mapping[str, str],
    problems: list[Problem],
) -> Settings:
    """Typed settings from one valid wire value per key.

    Args:
        values: Dotted key → wire value; complete save for `providers.*`.
        broken: Provider ids to leave out.
        winners: Dotted key → source, to name who is to blame for a provider that is left out.
        problems: Providers that are left out are added here.
    """
    sections: dict[str, dict[str, Any]] = {}
    tables: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        section, _, rest = name.partition(".")
        if section == "providers":
            provider, _, field = rest.partition(".")
            tables.setdefault(provider, {})[field] = value
        else:
            typed = _TYPED.get(name, _frozen)
            sections.setdefault(section, {})[snake(rest)] = typed(value)

    def complain(key: str, reason: str) -> None:
        about = key.rpartition(".")[0]
        blame = next((s for name, s in winners.items() if name.startswith(f"{about}.")), "default")
        problems.append(Problem(winners.get(key, blame), key, reason))

    privacy, network = Privacy(**sections["privacy"]), Network(**sections["network"])
    return Settings(
        privacy=privacy,
        completion=Completion(**sections["completion"]),
        chat=Chat(**sections["chat"]),
        terminal=Terminal(**sections["terminal"]),
        telemetry=Telemetry(**sections["telemetry"]),
        keys=KeyPlaces(**sections["keys"]),
        network=network,
        providers=providers.build(
            tables, network.timeouts, privacy.private_hosts, broken, complain
        ),
    )


def snake(name: str) -> str:
    """`redactLocal` as a field's name."""
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return MappingProxyType(dict(value)) if isinstance(value, Mapping) else value


_TYPED: Mapping[str, Any] = {
    "privacy.mode": Mode,
    "privacy.allow": frozenset,
    "privacy.pathPolicies": lambda wire: tuple(PathPolicy(**entry) for entry in wire),
    "privacy.customPatterns": lambda wire: tuple(CustomPattern(**entry) for entry in wire),
    "completion.debounceMs": lambda wire: None if wire == "auto" else wire,
    "network.timeouts": providers.timeouts,
}


class Row(NamedTuple):
    """One line of `config show`.

    Attributes:
        key: Dotted.
        value: JSON-ready, safe to print.
        source: Who decided it; `default` where nobody did.
    """

    key: str
    value: Any
    source: str


HIDDEN = "(set, not shown)"


def describe(resolved: Resolved) -> tuple[Row, ...]:
    """Every effective setting with its source. No header, pattern or proxy address is shown."""
    rows = []
    for key in KEYS:
        section, _, rest = key.name.partition(".")
        holder = getattr(resolved.settings, section)
        if section != "providers":
            rows.append(_shown(key, key.name, getattr(holder, snake(rest)), resolved))
            continue
        field = snake(rest.partition(".")[2])
        rows += [
            _shown(key, key.name.replace("<id>", name), getattr(provider, field), resolved)
            for name, provider in holder.items()
        ]
    order = {name: number for number, name in enumerate(resolved.settings.providers)}
    return tuple(sorted(rows, key=lambda row: order.get(_provider_of(row.key), -1)))


def _provider_of(name: str) -> str:
    parts = name.split(".")
    return parts[1] if parts[0] == "providers" else ""


def _shown(key: Key, name: str, value: Any, resolved: Resolved) -> Row:
    safe = value if value in ("", "env") or not key.private else HIDDEN if value else {}
    if name == "completion.debounceMs" and value is None:
        safe = "auto"
    return Row(name, _plain(safe), resolved.sources.get(name, "default"))


def _plain(value: Any) -> Any:
    """JSON-ready; a field that does not print itself is not shown here either."""
    if is_dataclass(value):
        return {
            _camel(f.name): _plain(getattr(value, f.name)) if f.repr else HIDDEN
            for f in fields(value)
        }
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [
            _plain(entry) for entry in (sorted(value) if isinstance(value, frozenset) else value)
        ]
    return value.value if isinstance(value, Mode) else value
