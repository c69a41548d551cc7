"""Courtesy towards a local model server: one request at a time, the most wanted one first.

A local server evaluates one prompt after the other, and a prompt that a keystroke made stale holds
up the one that the person waits for. So there is one queue for each server:

- what was asked by hand comes before chat, chat before typing, and typing before prefetching;
- a newer request of typing takes the place of the older one, waiting or running;
- who waits for an answer does not wait for typing or prefetching: that is hung up on.

A request that is hung up on raises Overtaken, and its connection is closed with it. The cloud has
queues of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from codegrex_lsp.errors import RefusedError
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.route import ProviderConfig, Route

AT_ONCE: Final = 1
"""Requests that run at a time on one server: OLLAMA_NUM_PARALLEL's default, and what a person's
own graphics card can do without slowing the answer that is waited for."""


class Rank(IntEnum):
    """How much a request is wanted; the lowest number first."""

    MANUAL = 0
    CHAT = 1
    AUTOMATIC = 2
    PREFETCH = 3

    @property
    def waited_for(self) -> bool:
        """Whether a person waits for the answer."""
        return self <= Rank.CHAT


class Overtaken(RefusedError):
    """A request that is wanted more took the model server."""

    default_code = "superseded"

    def __init__(self) -> None:
        super().__init__("A request that is wanted more took its place.")


@dataclass(eq=False, slots=True)
class _Place:
    """One request in a queue, waiting or running."""

    rank: Rank
    scope: asyncio.Timeout
    turn: asyncio.Event = field(default_factory=asyncio.Event)
    overtaken: bool = False


@dataclass(slots=True)
class _Queue:
    """The requests of one server, each list in the order of arrival."""

    running: list[_Place] = field(default_factory=list)
    waiting: list[_Place] = field(default_factory=list)

    def join(self, place: _Place) -> None:
        """Add a request, and hang up on those that it overtakes."""
        for other in (*self.waiting, *self.running):
            if self._overtakes(place, other):
                _overtake(other)
        # Who was overtaken while waiting must not be let in before it has noticed.
        self.waiting = [other for other in self.waiting if not other.overtaken]
        self.waiting.append(place)
        self.admit()

    def leave(self, place: _Place) -> None:
        """A request ended, however it ended."""
        for places in (self.waiting, self.running):
            if place in places:
                places.remove(place)
        self.admit()

    def admit(self) -> None:
        """Let the most wanted of those that wait have the free places."""
        while self.waiting and len(self.running) < AT_ONCE:
            first = min(self.waiting, key=lambda place: place.rank)
            self.waiting.remove(first)
            self.running.append(first)
            first.turn.set()

    def _overtakes(self, newer: _Place, older: _Place) -> bool:
        if older.rank.waited_for:
            return False
        if newer.rank == older.rank:
            return True
        return newer.rank < older.rank and older in self.running


class Courtesy:
    """The queues of all local model servers."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def turn(self, route: Route, rank: Rank) -> AsyncGenerator[None, None]:
        """Wait for the model server of `route`, and have it until the block ends.

        The block must close its connection when it is cancelled.

        Raises:
            Overtaken: While it waited or in the middle of the block.
        """
        if route.destination is not Destination.LOCAL:
            yield
            return
        server = _server(route.provider)
        queue = self._queues.setdefault(server, _Queue())
        scope = asyncio.timeout(None)
        place = _Place(rank, scope)
        try:
            async with scope:
                try:
                    queue.join(place)
                    await place.turn.wait()
                    yield
                finally:
                    queue.leave(place)
                    if not queue.running and not queue.waiting:
                        self._queues.pop(server, None)
        except TimeoutError:
            if not place.overtaken:
                raise
            raise Overtaken from None

    def busy(self, provider: ProviderConfig) -> bool:
        """Whether a request runs on this server now."""
        return _server(provider) in self._queues


def _overtake(place: _Place) -> None:
    if not place.overtaken:
        place.overtaken = True
        place.scope.reschedule(asyncio.get_running_loop().time())


def _server(provider: ProviderConfig) -> str:
    """What tells model servers apart: their address; the embedded one has none of its own."""
    return provider.base_url or provider.id
