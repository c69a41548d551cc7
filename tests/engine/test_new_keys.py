"""A key that was refused rests its provider only until there is another one, whoever set it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp import portable
from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.settings import keychain
from codegrex_lsp.settings.keys import Keys
from codegrex_lsp.settings.keysources import Origin
from tests.fakes.managed_cloud import ManagedCloud, secret
from tests.fakes.openai import KEY, FakeOpenAi
from tests.support.accounts import entry
from tests.support.houses import wish
from tests.support.keychains import MemoryKeychain

RESTS = "no-provider"
"""How a request ends whose only provider is not asked."""

WRONG = "-".join(("fake", "and", "wrong", "4711"))


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> MemoryKeychain:
    """The system's keychain."""
    made = MemoryKeychain()
    monkeypatch.setattr(keychain, "backend", made.load)
    monkeypatch.setattr(keychain, "SECONDS", made.seconds)
    return made


@asynccontextmanager
async def house(home: Path, cloud: FakeOpenAi, **more: object) -> AsyncIterator[House]:
    """A House whose one route is this cloud."""
    name = cloud.kind
    flags: dict[str, object] = {
        "privacy.mode": "normal",
        "privacy.names": False,
        "completion.debounceMs": 0,
        "completion.routes": [name],
        f"providers.{name}.baseUrl": cloud.base_url,
        f"providers.{name}.model": "m",
        **more,
    }
    folders = portable.folders({"CODEGREX_HOME": str(home)})
    made = House(folders, Wishes(flags=flags, environ={"HOME": str(home)}))
    try:
        yield made
    finally:
        await made.close()


async def ends(made: House, folder: Path, text: str = "x = |") -> str:
    outcome = await made.complete(wish(folder / "a.py", text, invoked=False))
    return outcome.decision.code


async def another_process_keeps(made: House, provider: str, key: str) -> None:
    config = made.resolved(None).settings.providers[provider]
    settings = made.resolved(None).settings
    other = Keys(made.folders, lambda: settings, {}, lambda url: Origin(url, True))
    await other.keychain.put(provider, made.keys.origin(config), key)


async def test_a_key_that_another_process_sets_ends_the_rest(
    tmp_path: Path, chain: MemoryKeychain
) -> None:
    async with FakeOpenAi("groq") as cloud, house(tmp_path / "home", cloud) as made:
        await another_process_keeps(made, "groq", WRONG)
        assert await ends(made, tmp_path) == "key-refused"
        requests = len(cloud.server.requests)
        assert await ends(made, tmp_path, "y = |") == RESTS
        assert len(cloud.server.requests) == requests, "it rests"
        await another_process_keeps(made, "groq", KEY)
        assert await ends(made, tmp_path, "z = |") == "shown"


async def test_a_key_that_the_editor_sets_ends_the_rest(
    tmp_path: Path, chain: MemoryKeychain
) -> None:
    keys: list[Any] = [WRONG, KEY]

    async def ask(provider: str, origin: str) -> object:
        return keys.pop(0)

    async with FakeOpenAi("groq") as cloud, house(tmp_path / "home", cloud) as made:
        made.keys.listen(ask)
        assert await ends(made, tmp_path) == "key-refused"
        assert await ends(made, tmp_path, "y = |") == RESTS
        made.keys.forget()  # as `wish` does when the editor says that something changed
        assert await ends(made, tmp_path, "z = |") == "shown"


async def test_a_key_that_is_found_missing_is_used_once_it_is_set(
    tmp_path: Path, chain: MemoryKeychain
) -> None:
    async with FakeOpenAi("groq") as cloud, house(tmp_path / "home", cloud) as made:
        assert await ends(made, tmp_path) == "key-refused"
        await another_process_keeps(made, "groq", KEY)
        assert await ends(made, tmp_path, "z = |") == "shown"


async def test_a_token_that_is_refused_is_renewed_within_the_request(
    tmp_path: Path, chain: MemoryKeychain
) -> None:
    async with ManagedCloud() as cloud, house(tmp_path / "home", cloud) as made:
        first = cloud.grant()
        await another_process_keeps(made, "codegrex", entry(first))
        first.ends = 0.0
        assert await ends(made, tmp_path) == "shown"
        targets = [request.target for request in cloud.server.requests]
        assert targets == ["/v1/completions", "/v1/oauth/token", "/v1/completions"]
        assert chain.kept[f"codegrex {cloud.base_url}", "codegrex"] == _kept(cloud, made)


def _kept(cloud: ManagedCloud, made: House) -> str:
    held = next(iter(made.keys._held.values())).found
    assert held is not None and held.token is not None
    from codegrex_lsp.settings.tokens import packed

    assert held.token.access.disclose() == cloud.grants[1].access
    return packed(held.token)


async def test_a_service_that_refuses_every_token_is_left_alone(
    tmp_path: Path, chain: MemoryKeychain
) -> None:
    async with ManagedCloud(lifetime=3600) as cloud, house(tmp_path / "home", cloud) as made:
        await another_process_keeps(made, "codegrex", entry(cloud.grant()))
        cloud._has_key = lambda request: False  # type: ignore[method-assign]
        assert await ends(made, tmp_path) == "key-refused"
        asked = len(cloud.server.requests)
        for number in range(5):
            assert await ends(made, tmp_path, f"a{number} = |") == RESTS
        assert len(cloud.server.requests) == asked


async def test_a_token_that_lacks_a_permission_is_not_renewed(
    tmp_path: Path, chain: MemoryKeychain
) -> None:
    async with ManagedCloud() as cloud, house(tmp_path / "home", cloud) as made:
        await another_process_keeps(made, "codegrex", entry(cloud.grant()))
        cloud.fails = (403, {"error": {"code": "permission_denied"}})
        assert await ends(made, tmp_path) == "key-refused"
        assert [request.target for request in cloud.server.requests] == ["/v1/completions"]


async def test_the_persons_own_key_is_masked_wherever_it_is_written(
    tmp_path: Path, chain: MemoryKeychain
) -> None:
    plain = "plainwordsofakey" + "andnothingelse"  # no detector finds it by its looks
    for where in (plain, secret("ide", 1)):
        async with ManagedCloud(ide={where}) as cloud, house(tmp_path / "home", cloud) as made:
            await another_process_keeps(made, "codegrex", where)
            assert await ends(made, tmp_path, f"see = {where!r}\nx = |") == "shown"
            bodies = b"".join(request.body for request in cloud.server.requests)
            assert b"see = " in bodies
            assert where.encode() not in bodies


async def test_keys_in_the_keychain_are_known_before_they_are_used(
    tmp_path: Path, chain: MemoryKeychain
) -> None:
    other = "anotherwordofakey" + "thatnobodyfinds"
    async with FakeOpenAi("groq") as cloud, house(tmp_path / "home", cloud) as made:
        await another_process_keeps(made, "openai", other)
        await another_process_keeps(made, "groq", KEY)
        await made.warm_up()
        assert await ends(made, tmp_path, f"see = {other!r}\nx = |") == "shown"
        bodies = b"".join(request.body for request in cloud.server.requests)
        assert b"see = " in bodies and other.encode() not in bodies
