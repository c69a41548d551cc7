"""What `doctor` says of keys: order, source and origin, and never a key."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from codegrex_lsp.cli import key_checks
from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.settings.keys import Source, State
from codegrex_lsp.settings.model import Completion, Settings

HERE, THERE = "https://api.openai.com", "https://elsewhere.example.test"
USED = Settings(completion=Completion(routes=("openai",)))


def state(**changes: Any) -> State:
    plain = {"needed": True, "source": None, "troubles": (), "elsewhere": ()}
    return State("openai", HERE, **{**plain, **changes})


def house(*states: State, name: object = "a.Chain") -> Any:
    async def named() -> object:
        if isinstance(name, Exception):
            raise name
        return name

    async def known() -> tuple[State, ...]:
        return states

    keychain = SimpleNamespace(name=named)
    return SimpleNamespace(keys=SimpleNamespace(keychain=keychain), key_states=known)


async def test_the_keychains_back_end_is_named() -> None:
    (found,) = await key_checks.keychain(house())
    assert (found.status, found.message) == ("ok", "a.Chain")


async def test_a_keychain_that_can_not_be_used_is_a_warning_with_what_to_do() -> None:
    trouble = ConfigurationError("The keychain is locked.", fix="Unlock it.")
    (found,) = await key_checks.keychain(house(name=trouble))
    assert (found.status, found.message) == ("warn", "The keychain is locked")
    assert found.fix == "Local models need no key. Unlock it."


async def test_source_origin_and_order_are_told() -> None:
    (found,) = await key_checks.keys(house(state(source=Source.KEYCHAIN)), USED)
    assert (found.id, found.status) == ("key.openai", "ok")
    assert f"from the keychain, sent to {HERE} only" in found.message
    assert key_checks.ORDER in found.message


async def test_a_provider_in_a_route_without_a_key_is_warned_of() -> None:
    (found,) = await key_checks.keys(house(state()), USED)
    assert (found.status, "keys set openai" in found.fix) == ("warn", True)
    (found,) = await key_checks.keys(house(state()), Settings())
    assert (found.id, found.status) == ("keys", "ok")
    (found,) = await key_checks.keys(house(state(needed=False)), USED)
    assert found.status == "ok"


@pytest.mark.parametrize("settings", [USED, Settings()])
async def test_a_key_for_another_origin_is_told_of(settings: Settings) -> None:
    found = await key_checks.keys(house(state(elsewhere=(THERE,))), settings)
    assert found[-1].status == "warn"
    assert THERE in found[-1].message and f"not sent to {HERE}" in found[-1].message


async def test_why_an_earlier_source_gave_none_is_told() -> None:
    troubled = state(source=Source.ENVIRONMENT, troubles=("The keychain is locked.",))
    (found,) = await key_checks.keys(house(troubled), USED)
    assert found.status == "warn"
    assert "from the environment" in found.message and "The keychain is locked" in found.message
