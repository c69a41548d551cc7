"""One request at a time for each document: a newer one takes the older one's place."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """Who is being served, by document."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[T]] = {}

    @property
    def busy(self) -> bool:
        """Whether anything runs."""
        return bool(self._running)

    async def take(self, uri: str, work: Coroutine[Any, Any, T]) -> T | None:
        """The outcome of `work`, or None where a newer request for `uri` took its place.

        Cancelling the caller cancels the work and is passed on.
        """
        self.end(uri)
        task = asyncio.create_task(work)
        self._running[uri] = task
        try:
            return await task
        except asyncio.CancelledError:
            me = asyncio.current_task()
            if me is not None and me.cancelling():
                raise
            return None
        finally:
            if self._running.get(uri) is task:
                del self._running[uri]

    def end(self, uri: str) -> None:
        """Whoever is being served for `uri` is superseded."""
        older = self._running.pop(uri, None)
        if older is not None:
            older.cancel()

    def end_all(self) -> None:
        """Everybody is superseded."""
        for uri in list(self._running):
            self.end(uri)
