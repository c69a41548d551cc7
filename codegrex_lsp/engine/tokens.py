"""The managed cloud's token, renewed before it expires and once where it is refused.

A service gives a new refresh token with each new token, and the old one ends when the new one is
first used (docs/managed-cloud.md). So of all processes of this person only one renews at a time,
and whoever comes second finds what the first one kept. A renewal under way is never cancelled: its
answer is kept, or the sign-in would be lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from codegrex_lsp import portable
from codegrex_lsp.errors import BadAnswer, CodegrexError, ConfigurationError
from codegrex_lsp.providers import account
from codegrex_lsp.providers.wire import AccountCall, AccountPurpose
from codegrex_lsp.settings.keys import Keys
from codegrex_lsp.settings.tokens import packed, unpacked
from codegrex_lsp.values.account import Token
from codegrex_lsp.values.route import ProviderConfig

SERVICE: Final = "codegrex"
"""Kind of the managed cloud, and the id under which a person signs in."""

EARLY_S: Final = 300.0
"""A token that ends sooner than this is renewed while it still serves."""

PAUSE_S: Final = 60.0
"""Least time between two renewals that nobody waits for."""

LONGEST_S: Final = 20.0
"""How long one question about the account may take."""

_LOCK_S: Final = 2 * LONGEST_S


class AccountDoor(Protocol):
    """The door, as far as the account goes."""

    async def account(self, call: AccountCall) -> bytes:
        """See `Door.account`."""
        ...


class Tokens:
    """Keeps tokens in the keychain, and keeps them valid.

    Args:
        keys: Where they are found.
        door: The one door.
        state: Folder for state, where the lock between processes is.
        now: Seconds since 1970.
    """

    def __init__(
        self, keys: Keys, door: AccountDoor, state: Path, now: Callable[[], float]
    ) -> None:
        self._keys = keys
        self._door = door
        self._lock = state / "account.lock"
        self._now = now
        self._sent: dict[str, Token] = {}
        self._renewing: dict[str, asyncio.Task[bool]] = {}
        self._tried: dict[str, float] = {}

    async def ready(self, provider: ProviderConfig) -> None:
        """Called before a request gets its key: the token should outlive it.

        One that serves still is renewed in the background, so that no keystroke waits.

        Raises:
            CodegrexError: It has expired and can not be renewed.
        """
        if provider.kind != SERVICE:
            return
        token = await self._keys.token(provider)
        if token is None:
            self._sent.pop(provider.id, None)
            return
        self._sent[provider.id] = token
        left = token.expires - self._now()
        if token.refresh is None or left >= EARLY_S:
            return
        if left <= 0:
            await self._renew(provider, token)
        elif self._now() - self._tried.get(provider.id, 0.0) >= PAUSE_S:
            self._begin(provider, token)

    async def renewed(self, provider: ProviderConfig) -> bool:
        """The token that was sent was refused: whether there is another one now. Never raises."""
        sent = self._sent.get(provider.id)
        if sent is None or provider.kind != SERVICE:
            return False
        try:
            return await self._renew(provider, sent)
        except CodegrexError:
            return False

    async def kept(self, provider: ProviderConfig) -> Token | None:
        """The token in the keychain, as it is there now. Raises ConfigurationError."""
        entry = await self._keys.keychain.get(provider.id, self._keys.origin(provider))
        return unpacked(entry) if entry else None

    async def keep(self, provider: ProviderConfig, token: Token | None) -> str:
        """Keep a token for the provider's origin, or none any longer; the origin.

        Raises:
            ConfigurationError: The keychain can not be changed.
        """
        origin = self._keys.origin(provider)
        if token is not None:
            await self._keys.keychain.put(provider.id, origin, packed(token))
        else:
            await self._keys.keychain.remove(provider.id, origin)
        self._keys.refused(provider)
        return origin

    async def close(self) -> None:
        """Wait for what is under way, since its answer must be kept."""
        if self._renewing:
            await asyncio.wait(self._renewing.values())

    async def _renew(self, provider: ProviderConfig, known: Token) -> bool:
        return await asyncio.shield(self._begin(provider, known))

    def _begin(self, provider: ProviderConfig, known: Token) -> asyncio.Task[bool]:
        task = self._renewing.get(provider.id)
        if task is None:
            self._tried[provider.id] = self._now()
            task = asyncio.create_task(self._exchange(provider, known))
            self._renewing[provider.id] = task
            task.add_done_callback(lambda done: self._ended(provider.id, done))
        return task

    def _ended(self, name: str, task: asyncio.Task[bool]) -> None:
        del self._renewing[name]
        if not task.cancelled():
            task.exception()  # whoever waits has it; nobody may wait

    async def _exchange(self, provider: ProviderConfig, known: Token) -> bool:
        """Whether there is another token than `known` now.

        Raises:
            CodegrexError: It can not be renewed. Where the service says that the sign-in has
                ended, the token is removed.
        """
        async with self._alone():
            kept = await self.kept(provider)
            if kept is None or kept != known:
                self._keys.refused(provider)
                return kept is not None
            if kept.refresh is None:
                return False
            call = AccountCall(hurried(provider), AccountPurpose.REFRESH, kept.refresh)
            try:
                answer = await ask(self._door, call)
            except BadAnswer as error:
                if error.code == "sign-in-ended" and await self.kept(provider) == kept:
                    await self.keep(provider, None)
                raise
            token = account.token(answer, self._now())
            now = await self.kept(provider)
            if now != kept:
                await self._end(provider, token)
                self._keys.refused(provider)
                return now is not None
            await self.keep(provider, replace(token, refresh=token.refresh or kept.refresh))
            return True

    async def _end(self, provider: ProviderConfig, token: Token) -> None:
        """The person signed out, or in anew, while this token was on its way: nobody has it."""
        call = AccountCall(hurried(provider), AccountPurpose.REVOKE, token.refresh or token.access)
        with suppress(CodegrexError):
            await ask(self._door, call)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """No other process of this person renews while the block runs."""
        with ExitStack() as held:
            try:
                portable.make_private(self._lock.parent)
                lock = portable.locked(self._lock, seconds=_LOCK_S)
                await asyncio.to_thread(held.enter_context, lock)
            except OSError:
                raise ConfigurationError(
                    "The sign-in can not be renewed: its lock in the state folder is not free.",
                    code="account-locked",
                    fix="Make the state folder writable, or end the process that holds the lock.",
                ) from None
            yield


def wants_another(error: BadAnswer) -> bool:
    """Whether another token could help. One that lacks a permission (403) is a good token."""
    return error.code == "key-refused" and error.status != 403


async def ask(door: AccountDoor, call: AccountCall) -> bytes:
    """Ask, and once more where a kept connection turned out to be closed.

    Raises:
        CodegrexError: As `Door.account`.
    """
    try:
        return await door.account(call)
    except BadAnswer as error:
        if not error.unanswered:
            raise
    return await door.account(call)


def hurried(provider: ProviderConfig) -> ProviderConfig:
    """The provider with limits for small questions, after which somebody waits to type on."""
    limits = provider.timeouts
    return replace(
        provider,
        timeouts=replace(
            limits,
            first_token=min(limits.first_token, LONGEST_S / 2),
            total=min(limits.total, LONGEST_S),
        ),
    )
