"""No canary, no key and nothing at all where it must not be: kind × place × mode × surface.

The kinds are those of the table in settings/providers.py; a new one is here by itself.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from codegrex_lsp.engine.house import Wishes
from codegrex_lsp.engine.requests import ChatRequest
from codegrex_lsp.settings.providers import KINDS
from codegrex_lsp.values.mode import Destination, Mode
from codegrex_lsp.values.sealed import Sealed
from tests.leaks.canaries import Canaries, Search, everything
from tests.leaks.chats import CHATS
from tests.leaks.surfaces import SURFACES
from tests.leaks.sweep import Printed, may_be_asked, sweep, text_may_go
from tests.leaks.world import KNOWN, PLACES, Authority, Place, world


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.id)
async def test_nothing_leaks(
    place: Place,
    mode: Mode,
    tmp_path: Path,
    authority: Authority,
    printed: Printed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world(tmp_path, authority, monkeypatch) as made:
        assert await sweep(made, place, mode, printed) == []


async def test_what_was_put_back_for_the_person_is_masked_when_it_is_said_again(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = next(place for place in PLACES if place.destination is Destination.CLOUD)
    canaries = Canaries(0, KNOWN)
    async with (
        world(tmp_path, authority, monkeypatch) as made,
        made.house(made.wishes(Mode.NORMAL, away)) as house,
    ):
        request = CHATS["in what was said before"](made.folder, canaries).request
        assert isinstance(request, ChatRequest)
        answer = await house.chat(request)
        assert set(canaries.secrets) <= Search(canaries.secrets).found(answer.message.reveal())
        await house.chat(ChatRequest(Sealed("Go on."), answer.conversation, folder=made.folder))
        first, second = (one for one in made.servers[away].requests if b"mark" in one.body)
        assert second.body.count(canaries.marker.encode()) == 2 * first.body.count(b"mark") > 0
        assert not Search(canaries.secrets + canaries.people).found(everything(second))


@pytest.mark.parametrize(
    "place", [one for one in PLACES if one.kind != "embedded"], ids=lambda place: place.id
)
async def test_the_editors_key_is_masked_where_the_person_has_written_it_down(
    place: Place, tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def editor(provider: str, _: str) -> str | None:
        return place.key if provider == place.id else None

    async with world(tmp_path, authority, monkeypatch) as made:
        wishes = replace(made.wishes(Mode.NORMAL, place), environ={"HOME": str(made.home)})
        async with made.house(wishes) as house:
            house.keys.listen(editor)
            await house.warm_up()
            text = f"mine = {place.key}, and here is more"
            await house.chat(ChatRequest(Sealed(text), folder=made.folder))
            told = "\n".join(map(everything, made.servers[place].requests))
            assert "and here is more" in told
            for request in made.servers[place].requests:
                assert place.key.encode() not in request.body


@pytest.mark.parametrize("mode", Mode)
async def test_telemetry_asked_for_again_leaves_in_sensitive_mode_and_never_offline(
    mode: Mode,
    tmp_path: Path,
    authority: Authority,
    printed: Printed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world(tmp_path, authority, monkeypatch) as made:
        assert await sweep(made, PLACES[0], mode, printed, in_sensitive=True) == []


@pytest.mark.parametrize("mode", Mode)
async def test_falling_back_goes_to_nobody_that_the_mode_does_not_allow(
    mode: Mode, tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody is listed and everybody is out of order, so that the list is walked to its end."""
    canaries = Canaries(0, KNOWN)
    async with (
        world(tmp_path, authority, monkeypatch, fails=PLACES) as made,
        made.house(made.wishes(mode, *PLACES)) as house,
    ):
        outcome = await house.complete(SURFACES["before the cursor"](made.folder, canaries).request)
        assert outcome.suggestion is None
        for place, echo in made.servers.items():
            told = "\n".join(map(everything, echo.requests))
            assert (canaries.marker in told) == text_may_go(place, mode), place.id
            assert not Search(canaries.secrets).found(told), place.id
            assert bool(echo.requests) == may_be_asked(place, mode), place.id
        asked = {one.name for one in PLACES if one.address is Destination.CLOUD}
        assert set(made.looked_up) == (asked if mode is Mode.NORMAL else set())


@pytest.mark.parametrize("mode", [Mode.SENSITIVE, Mode.OFFLINE])
async def test_vendors_are_not_even_looked_up(
    mode: Mode, tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the addresses of the table, with the keys in the vendors' own variables."""
    clouds = [kind for kind, row in KINDS.items() if (row.base_url or "").startswith("https")]
    keys = {KINDS[kind].variable: "a-key-of-4711" for kind in clouds}
    flags: dict[str, object] = {"privacy.mode": mode.value, "completion.debounceMs": 0}
    for kind in clouds:
        flags[f"providers.{kind}.model"] = "m"
    flags |= {"completion.routes": clouds, "chat.routes": clouds}
    async with (
        world(tmp_path, authority, monkeypatch) as made,
        made.house(Wishes(flags, {**keys, "HOME": str(made.home)})) as house,
    ):
        plant = SURFACES["before the cursor"](made.folder, Canaries(0, KNOWN))
        await house.warm_up()
        outcome = await house.complete(plant.request)
        assert outcome.decision.code == "refused-by-mode"
        assert len(outcome.detours) == len(clouds) >= 7
        await house.models(made.folder)
        await house.check_providers(made.folder)
        assert house.ledger.lines() == []
    assert made.looked_up == []
