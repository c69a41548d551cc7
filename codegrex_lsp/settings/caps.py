"""Applies what an organisation pins to settings, where that is no statement about one key.

Pinned settings go the way of every other source, as limits (`settings.load`). Here is the rest:
liberties that are taken, providers that are left out, and the limits that requests carry along.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from codegrex_lsp.settings.model import Problem, Settings
from codegrex_lsp.settings.pins import SOURCE, Pins, Standing
from codegrex_lsp.settings.schema import BY_NAME

_UNTIL_THEN: Final = "Until then only models on this machine are used"


def take_liberties(
    values: dict[str, Any], winners: dict[str, str], pins: Pins, problems: list[Problem]
) -> None:
    """Put forbidden settings back to their defaults, before anything is made of them.

    Args:
        values: Dotted key → wire value.
        winners: Dotted key → source; says where a value came from, and who has decided now.
        pins: What is pinned.
        problems: Values that are set aside are added here.
    """
    for name in sorted(pins.limits.forbids & BY_NAME.keys()):
        if values[name] != BY_NAME[name].default:
            reason = "is set aside: your organisation does not allow it"
            problems.append(Problem(winners.get(name, SOURCE), name, reason))
            values[name] = BY_NAME[name].default
            winners[name] = SOURCE


def narrow(
    settings: Settings, named: Collection[str], pins: Pins, problems: list[Problem]
) -> Settings:
    """Leave out providers that are not allowed, and hand the limits on to every request.

    Args:
        settings: As they would be.
        named: Ids of providers that somebody's settings speak of; others go without a word.
        pins: What is pinned.
        problems: Providers that are left out are added here.
    """
    limits, providers = pins.limits, settings.providers
    allowed = {
        name: provider for name, provider in providers.items() if limits.permits_provider(provider)
    }
    left_out = frozenset(providers.keys() - allowed.keys())
    problems += [
        Problem(SOURCE, f"providers.{name}", "is left out: your organisation does not allow it")
        for name in sorted(left_out.intersection(named))
    ]
    kept = providers if not left_out else MappingProxyType(allowed)
    return replace(settings, providers=kept, limits=replace(limits, left_out=left_out))


def told(standing: Standing) -> list[Problem]:
    """What is wrong with the policy itself, for people."""
    problems = [Problem(SOURCE, "", note) for note in standing.notes]
    if standing.code:
        reason = f"{standing.reason}. {_UNTIL_THEN}. {standing.fix}"
        problems.insert(0, Problem(SOURCE, "", reason))
    return problems
