"""The account at the managed cloud hears of no text, and nobody but it hears of its tokens."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from codegrex_lsp.errors import RefusedError
from codegrex_lsp.providers.wire import AccountCall, AccountPurpose
from codegrex_lsp.values.apikey import ApiKey
from codegrex_lsp.values.mode import Destination, Mode
from tests.fakes.http import Request
from tests.leaks.canaries import Canaries, Search, everything
from tests.leaks.echo import SIGN_IN
from tests.leaks.surfaces import SURFACES
from tests.leaks.sweep import Printed
from tests.leaks.world import ACCOUNT, KNOWN, MANAGED, PLACES, Authority, World, world

SECRET = "-".join(("what", "is", "exchanged", "4711"))
TOKENS = (SECRET, SIGN_IN["access_token"], SIGN_IN["refresh_token"], SIGN_IN["device_code"])
HERE = next(place for place in PLACES if place.destination is Destination.LOCAL)

USUAL = {"host", "user-agent", "accept", "accept-encoding", "content-length", "x-team"}
FORM = {"client_id", "grant_type", "device_code", "refresh_token", "token"}
CANARIES = Canaries(0, KNOWN)


async def ask_everything(made: World, mode: Mode) -> list[AccountPurpose]:
    """Ask for each purpose, with text in the memory of the server; which were refused."""
    refused = []
    async with made.house(made.wishes(mode, HERE)) as house:
        await house.complete(SURFACES["before the cursor"](made.folder, CANARIES).request)
        provider = house.resolved(None).settings.providers[ACCOUNT]
        for purpose in AccountPurpose:
            secret = None if purpose.signed else ApiKey(SECRET)
            try:
                await house._door.account(AccountCall(provider, purpose, secret))
            except RefusedError:
                refused.append(purpose)
    return refused


def strange(request: Request) -> set[str]:
    """What a request says beyond what docs/managed-cloud.md lists."""
    signed = request.method == "GET"
    known = USUAL | ({"authorization"} if signed else {"content-type"})
    fields = {name for name, _ in parse_qsl(request.body.decode(), strict_parsing=not signed)}
    return ({name.lower() for name, _ in request.headers} - known) | (fields - FORM)


@pytest.mark.parametrize("mode", Mode)
async def test_it_hears_of_nothing_but_itself_and_nothing_at_all_offline(
    mode: Mode,
    tmp_path: Path,
    authority: Authority,
    printed: Printed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world(tmp_path, authority, monkeypatch) as made:
        refused = await ask_everything(made, mode)
        asked = made.servers[MANAGED].requests
        assert refused == ([*AccountPurpose] if mode is Mode.OFFLINE else [])
        assert len(asked) == len(AccountPurpose) - len(refused)
        assert made.looked_up == ([] if mode is Mode.OFFLINE else [MANAGED.name])
        for request in asked:
            told = everything(request)
            assert strange(request) == set()
            assert not Search(CANARIES.all).found(told)
            assert told.count(MANAGED.key) == (request.method == "GET")
        assert text_kept(made, printed()) == []


async def test_tokens_are_in_the_keychain_and_in_nothing_else_that_is_kept(
    tmp_path: Path, authority: Authority, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(_: float) -> None:
        return

    async with world(tmp_path, authority, monkeypatch) as made:
        wishes = made.wishes(Mode.SENSITIVE, HERE)
        async with made.house(wishes) as house:
            house.account._sleep = at_once
            await house.account.sign_in_by_code(lambda _: None)
            assert (await house.account.who()).id == "u1"
            await house.complete(SURFACES["before the cursor"](made.folder, CANARIES).request)
            assert text_kept(made, printed()) == []
            assert (await house.account.sign_out()).revoked
        told = [everything(request) for request in made.servers[MANAGED].requests]
        assert sum(f"Bearer {SIGN_IN['access_token']}" in one for one in told) == 2
        for place, echo in made.servers.items():
            if place != MANAGED:
                others = "\n".join(map(everything, echo.requests))
                assert not Search(TOKENS).found(others), place.id


def text_kept(made: World, printed: str) -> list[str]:
    """Where a token, a key or text of a document is kept or printed."""
    search = Search((*CANARIES.all, *TOKENS, MANAGED.key))
    kept = {path.name: path.read_bytes().decode("latin-1") for path in made.files()}
    return [where for where, text in {**kept, "printed": printed}.items() if search.found(text)]
