"""Watch: the limits of one request, and the switch that ends it from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from codegrex_lsp.errors import RefusedError, TimedOut
from codegrex_lsp.values.route import Timeouts

T = TypeVar("T")

GLANCE_SECONDS: Final = 0.02
"""How long after another program tightened the mode an answer may still come in. Looking costs
50 µs, and chunks come by the hundred in a second. What this process is told counts at once."""

_MISSED = {
    "timeout-connect": "could not be reached",
    "timeout-first-token": "did not begin to answer",
    "timeout-idle": "stopped in the middle of its answer",
    "timeout-total": "did not finish its answer",
}


class Watch:
    """Guards the waits of one request.

    Args:
        provider: Provider id, for messages.
        timeouts: The limits, in seconds.
        permit: Raises RefusedError once the mode no longer allows this request.
    """

    def __init__(self, provider: str, timeouts: Timeouts, permit: Callable[[], object]) -> None:
        self._provider = provider
        self._timeouts = timeouts
        self._permit = permit
        self._end: float | None = None
        self._first: float | None = None
        self._scope: asyncio.Timeout | None = None
        self._refusal: RefusedError | None = None
        self._looked = 0.0

    def start(self) -> None:
        """The total and the first-token limit count from here."""
        now = asyncio.get_running_loop().time()
        self._end = now + self._timeouts.total
        self._first = now + self._timeouts.first_token

    def check(self) -> None:
        """Raise RefusedError where the mode no longer allows this request."""
        if self._refusal is not None:
            raise self._refusal
        self._permit()

    def glance(self) -> None:
        """`check` between chunks: what is on disk is looked at once in `GLANCE_SECONDS`."""
        now = asyncio.get_running_loop().time()
        if self._refusal is None and now < self._looked + GLANCE_SECONDS:
            return
        self._looked = now
        self.check()

    def mode_changed(self) -> None:
        """Ask about the mode, and end the wait under way where it was tightened.

        Called on the event loop's own thread.
        """
        try:
            self.check()
        except RefusedError as refusal:
            self._refusal = refusal
            if self._scope is not None and not self._scope.expired():
                self._scope.reschedule(asyncio.get_running_loop().time())

    async def unhurried(self, awaitable: Awaitable[T]) -> T:
        """Wait with no limit but the mode: a model server may be loading its model."""
        return await self._until(awaitable, None, "timeout-total")

    async def first(self, awaitable: Awaitable[T]) -> T:
        """Wait for something before the first bytes of the answer."""
        return await self._until(awaitable, self._first, "timeout-first-token")

    async def next(self, awaitable: Awaitable[T]) -> T:
        """Wait for the bytes after those."""
        idle = asyncio.get_running_loop().time() + self._timeouts.idle
        return await self._until(awaitable, idle, "timeout-idle")

    async def _until(self, awaitable: Awaitable[T], limit: float | None, code: str) -> T:
        if self._end is not None and (limit is None or self._end < limit):
            limit, code = self._end, "timeout-total"
        try:
            async with asyncio.timeout_at(limit) as scope:
                self._scope = scope
                return await awaitable
        except TimeoutError:
            if self._refusal is not None:
                raise self._refusal from None
            raise timed_out(self._provider, code) from None
        finally:
            self._scope = None


def timed_out(provider: str, code: str) -> TimedOut:
    """The error for one of the four limits."""
    return TimedOut(
        f"{provider} {_MISSED[code]} in time.",
        code=code,
        fix=f"See whether it runs; the limits are in providers.{provider}.timeouts.",
    )
