"""One place in one mode: every surface, and then the search through all that came out anywhere.

The rules that are held here are those of the README's table, written down once more: nothing is
taken from `values.mode`, which is under test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import NamedTuple

from codegrex_lsp.engine.house import House
from codegrex_lsp.engine.requests import ChatRequest, CompletionRequest
from codegrex_lsp.settings.providers import key_header
from codegrex_lsp.values.mode import Destination, Mode
from codegrex_lsp.values.sealed import Sealed
from tests.leaks.canaries import Canaries, Search, everything
from tests.leaks.chats import CHATS
from tests.leaks.surfaces import SURFACES, Fate, Plant
from tests.leaks.world import FILLS, KNOWN, MANAGED, Place, World

_numbers = count(1)

REPORT = "/v1/telemetry"

Printed = Callable[[], str]
"""What this process has printed and logged since it was asked last."""


class Planted(NamedTuple):
    """What was planted where."""

    name: str
    canaries: Canaries
    plant: Plant


def text_may_go(place: Place, mode: Mode) -> bool:
    return place.destination is Destination.LOCAL or mode is Mode.NORMAL


def may_be_asked(place: Place, mode: Mode) -> bool:
    """Whether a question without text may go."""
    return place.address is Destination.LOCAL or mode is Mode.NORMAL


def telemetry_may_go(mode: Mode, *, in_sensitive: bool) -> bool:
    return mode is Mode.NORMAL or (mode is Mode.SENSITIVE and in_sensitive)


async def sweep(
    world: World, place: Place, mode: Mode, printed: Printed, *, in_sensitive: bool = False
) -> list[str]:
    """Everything that is wrong, as sentences; the values themselves are not in them."""
    plants: list[Planted] = []
    more: dict[str, object] = {"telemetry__inSensitive": in_sensitive}
    if place.destination is Destination.CLOUD:
        more["privacy__redactLocal"] = "off"  # which must make no difference there
    async with world.house(world.wishes(mode, place, **more)) as house:
        for fill in place.fills if text_may_go(place, mode) else FILLS[:1]:
            fim = {f"providers.{place.id}.fim": fill}
            house.wish(world.wishes(mode, place, **more, **fim))
            for name, surface in (SURFACES | (CHATS if fill == FILLS[0] else {})).items():
                canaries = Canaries(next(_numbers), KNOWN)
                plant = surface(world.folder, canaries)
                plants.append(Planted(f"{name} (fim {fill})", canaries, plant))
                await _use(house, plant.request, goes_on=plant.goes_on)
        await house.models(world.folder)
        await house.check_providers(world.folder)
        house.telemetry.keep()
        await house.telemetry.send()
        listed = len(house.ledger.lines())
    return [
        *_of_the_ledger(world, listed),
        *_of_what_arrived(world, place, mode, plants),
        *_of_who_was_asked(world, place, mode, in_sensitive=in_sensitive),
        *_of_keys(world),
        *_of_what_is_kept(world, plants, printed()),
    ]


async def _use(
    house: House, request: CompletionRequest | ChatRequest, *, goes_on: bool = False
) -> None:
    """Look at it first and then ask for it, as a person does; a preview sends nothing."""
    if isinstance(request, CompletionRequest):
        await house.preview(request)
        await house.complete(request)
        for one in (request.snapshot, *request.neighbours):
            house.forget(one.uri)
        return
    await house.preview_chat(request)
    outcome = await house.chat(request)
    if goes_on:
        again = ChatRequest(Sealed("Go on."), outcome.conversation, folder=request.folder)
        await _use(house, again)


def _of_what_arrived(
    world: World, place: Place, mode: Mode, plants: Sequence[Planted]
) -> Iterator[str]:
    each = [everything(request) for request in world.servers[place].requests]
    received = "\n".join(each)
    arrived = Search(value for one in plants for value in one.canaries.all).found(received)
    for name, canaries, plant in plants:
        fate = plant.fate(place.destination)
        goes = text_may_go(place, mode) and fate is Fate.GOES
        rest = text_may_go(place, mode) and fate is not Fate.STOPS
        masked = set(canaries.secrets)
        if place.destination is Destination.CLOUD or plant.all_masked or not goes:
            masked |= set(canaries.people)
        if masked & arrived:
            yield f"{name}: a value arrived"
        if (canaries.marker in arrived) != goes:
            yield f"{name}: " + ("nothing of it arrived" if goes else "text of it arrived")
        if goes and plant.goes_on and sum(canaries.marker in one for one in each) < 2:
            yield f"{name}: it was not said again"
        if plant.rest and (canaries.rest in arrived) != rest:
            yield f"{name}: " + ("the rest did not arrive" if rest else "the rest arrived")
    if world.home.name in received:
        yield "the folder's place on this machine arrived"


def _of_who_was_asked(
    world: World, place: Place, mode: Mode, *, in_sensitive: bool
) -> Iterator[str]:
    reports = telemetry_may_go(mode, in_sensitive=in_sensitive)
    asked = may_be_asked(place, mode)
    names = {MANAGED.name} if reports else set()
    if asked and place.address is Destination.CLOUD:
        names.add(place.name)
    if strangers := set(world.looked_up) - names:
        yield f"names were looked up: {sorted(strangers)}"
    for other, echo in world.servers.items():
        targets = [request.target for request in echo.requests]
        if other == MANAGED:
            if targets.count(REPORT) != reports:
                yield f"telemetry was sent {targets.count(REPORT)} times"
            if set(targets) - {REPORT} and not (other == place and asked):
                yield "the managed cloud was asked more than telemetry"
            if echo.server.connections and not (reports or (other == place and asked)):
                yield "the managed cloud was connected to"
        elif echo.server.connections and not (other == place and asked):
            yield f"{other.id} was connected to"


def _of_the_ledger(world: World, listed: int) -> Iterator[str]:
    if sum(len(echo.requests) for echo in world.servers.values()) > listed:
        yield "more arrived than the ledger lists"


def _of_keys(world: World) -> Iterator[str]:
    for place, echo in world.servers.items():
        strangers = [value for other in world.servers if other != place for value in other.private]
        for request in echo.requests:
            told = everything(request)
            if any(value in told for value in strangers):
                yield f"{place.id} was told what is somebody else's"
            if request.target == REPORT:
                if any(value in told for value in place.private):
                    yield "telemetry says whose it is"
                continue
            name, value = key_header(place.kind, place.key)
            if [v for header, v in request.headers if header.lower() == name] != [value]:
                yield f"{place.id}: the key is not in its header"
            if told.count(place.key) != 1:
                yield f"{place.id}: the key stands elsewhere too"


def _of_what_is_kept(world: World, plants: Sequence[Planted], printed: str) -> Iterator[str]:
    search = Search(value for one in plants for value in one.canaries.all)
    private = [value for place in world.servers for value in (place.key, place.header)]
    kept = {path.name: path.read_bytes().decode("latin-1") for path in world.files()}
    for where, text in {**kept, "what was printed": printed}.items():
        if search.found(text):
            yield f"{where}: it holds text"
        if any(value in text for value in private):
            yield f"{where}: it holds a key or a header"
