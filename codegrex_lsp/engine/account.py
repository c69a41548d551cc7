"""The person's account at the managed cloud: sign in and out, whose it is, its policy. No text.

Whatever is asked goes through `Door.account`: never in offline mode, to the address of
`providers.codegrex` alone, and with a line in the ledger. Nothing is asked of a person who is not
signed in; in the background only for a policy, and only where this machine pins a key for one.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from codegrex_lsp import portable
from codegrex_lsp.engine.tokens import SERVICE, AccountDoor, Tokens, ask, hurried, wants_another
from codegrex_lsp.errors import (
    BadAnswer,
    CodegrexError,
    ConfigurationError,
    ProviderError,
    RefusedError,
    TimedOut,
    Unreachable,
)
from codegrex_lsp.providers import account
from codegrex_lsp.providers.wire import AccountCall, AccountPurpose
from codegrex_lsp.settings.files import LONGEST, Unreadable, read_bytes
from codegrex_lsp.settings.keys import Keys
from codegrex_lsp.settings.keysources import usable
from codegrex_lsp.settings.model import Settings
from codegrex_lsp.settings.pins import Standing
from codegrex_lsp.values.account import DeviceCode, Person, Token
from codegrex_lsp.values.apikey import ApiKey
from codegrex_lsp.values.mode import Mode
from codegrex_lsp.values.route import ProviderConfig

POLICY_EVERY_S: Final = 4 * 3600.0
"""How often the policy is asked for, over all servers of this person."""

POLICY_CLOSED_S: Final = 900.0
"""And how often where there is no good one."""

LOOK_S: Final = 300.0

SLOW_DOWN_S: Final = 5.0
"""What `slow_down` adds to the pause (RFC 8628, section 3.5)."""

LONGEST_PAUSE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class SignedIn:
    """How a sign-in ended.

    Attributes:
        origin: Where the token is sent, and nowhere else.
        person: Whose it is, or None where the service could not be asked.
        trouble: Why not, as a sentence.
    """

    origin: str
    person: Person | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class SignedOut:
    """What signing out did.

    Attributes:
        gone: What was removed from this machine, in words.
        revoked: Whether the service ended the sign-in as well.
        trouble: Why it did not, as a sentence.
        variable: The environment variable that still gives a token, or empty.
    """

    gone: tuple[str, ...]
    revoked: bool
    trouble: str
    variable: str


class Account:
    """What a person does with their account.

    Args:
        settings: Machine-wide settings, now.
        keys: Where tokens are found.
        tokens: Who keeps them.
        door: The one door.
        policy: How things stand with the organisation's policy.
        keep_policy: Keeps one that was fetched, where it could be in force.
        state: Folder for state.
        now: Seconds since 1970.
        sleep: Waits for seconds.
    """

    def __init__(
        self,
        *,
        settings: Callable[[], Settings],
        keys: Keys,
        tokens: Tokens,
        door: AccountDoor,
        policy: Callable[[], Standing],
        keep_policy: Callable[[bytes], Standing],
        state: Path,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._keys = keys
        self._tokens = tokens
        self._door = door
        self._policy = policy
        self._keep_policy = keep_policy
        self._asked = state / "policy-asked"
        self._now = now
        self._sleep = sleep

    def service(self) -> ProviderConfig:
        """The managed cloud.

        Raises:
            ConfigurationError: No address is set for it.
            RefusedError: The organisation does not allow it.
        """
        settings = self._settings()
        provider = settings.providers.get(SERVICE)
        if provider is not None and provider.kind == SERVICE:
            return provider
        if SERVICE in settings.limits.left_out:
            raise RefusedError(
                "Your organisation does not allow the managed cloud.",
                code="refused-by-policy",
                fix="`codegrex-lsp policy show` says whom to ask.",
            )
        raise ConfigurationError(
            "No managed cloud is set up: it has no address.",
            code="no-base-url",
            fix="Write providers.codegrex.baseUrl into your own settings file, with the address "
            "that its operator gave you.",
        )

    # -- signing in and out ----------------------------------------------------------------------

    async def sign_in(self, text: str) -> SignedIn:
        """Keep a token that the person has.

        Raises:
            ConfigurationError: It is no token, or can not be kept.
            BadAnswer: The service does not accept it; an earlier one stays.
        """
        provider = self.service()
        return await self._enter(provider, Token(usable(text, "The token")))

    async def sign_in_by_code(self, tell: Callable[[DeviceCode], None]) -> SignedIn:
        """Sign in on a page of the service, which the person opens by themselves (RFC 8628).

        Args:
            tell: Shows the person the code and the address.

        Raises:
            BadAnswer: `device-flow-missing`, `sign-in-denied`, `sign-in-expired` and others.
            CodegrexError: As `Door.account`, or the token can not be kept.
        """
        provider = self.service()
        begun = account.device_code(await self._ask(provider, AccountPurpose.DEVICE_START))
        tell(begun)
        return await self._enter(provider, await self._granted(provider, begun))

    async def sign_out(self) -> SignedOut:
        """Remove every token from this machine, and tell the service where that is possible.

        Raises:
            ConfigurationError: The keychain can not be changed.
        """
        provider = self._settings().providers.get(SERVICE)
        token: Token | None = None
        if provider is not None:
            with contextlib.suppress(ConfigurationError):
                token = await self._tokens.kept(provider)
        gone = await self._keys.remove(SERVICE)
        trouble = "there was none"
        if provider is not None and token is not None:
            trouble = await self._revoke(provider, token)
        return SignedOut(gone, not trouble, trouble, self._keys.variable(SERVICE))

    async def who(self) -> Person:
        """Whose the token in force is.

        Raises:
            ConfigurationError: Nobody is signed in (`no-key`).
            CodegrexError: As `Door.account`.
        """
        return account.person(await self._ask(self.service(), AccountPurpose.ME))

    async def _revoke(self, provider: ProviderConfig, token: Token) -> str:
        try:
            secret = token.refresh or token.access
            await self._ask(provider, AccountPurpose.REVOKE, secret)
        except CodegrexError as error:
            return error.message
        return ""

    async def _enter(self, provider: ProviderConfig, token: Token) -> SignedIn:
        before: Token | None = None
        with contextlib.suppress(ConfigurationError):
            before = await self._tokens.kept(provider)
        origin = await self._tokens.keep(provider, token)
        try:
            return SignedIn(origin, await self.who())
        except CodegrexError as error:
            if error.code != "key-refused":
                return SignedIn(origin, None, error.message)
        await self._tokens.keep(provider, before)
        raise BadAnswer(
            f"{provider.id} did not accept this token, so it was not kept.",
            code="sign-in-refused",
            fix="Get a new one, and look whether it is for this service.",
        )

    async def _granted(self, provider: ProviderConfig, begun: DeviceCode) -> Token:
        """Ask until the person has said yes or no, or it is too late."""
        pause, end = begun.interval, self._now() + begun.lifetime
        while self._now() + pause < end:
            await self._sleep(pause)
            try:
                answer = await self._ask(provider, AccountPurpose.DEVICE_TOKEN, begun.code)
                return account.token(answer, self._now())
            except ProviderError as error:
                pause = _next_pause(error, pause)
        raise BadAnswer(
            "The code for signing in has expired.",
            code="sign-in-expired",
            fix="Run codegrex-lsp login.",
        )

    # -- policy ----------------------------------------------------------------------------------

    async def fetch_policy(self) -> Standing | None:
        """Fetch the organisation's policy; None where this machine pins no key for one.

        Returns:
            How things would stand with what came; None also where the service has none.

        Raises:
            CodegrexError: As `who`, or the service sent no policy.
            OSError: It can not be written.
        """
        if not self._policy().pinned:
            return None
        answer = await self._ask(self.service(), AccountPurpose.POLICY)
        if len(answer) > LONGEST:
            raise BadAnswer("The policy that was sent is too large.", code="answer-too-large")
        return self._keep_policy(answer) if answer else None

    async def run(self) -> None:
        """Keep the policy fresh, until cancelled. What fails leaves the one that is there."""
        while True:
            if self._due():
                with contextlib.suppress(CodegrexError, OSError):
                    await self._signed_in(self.service())
                    portable.write_private(self._asked, b"%d" % self._now())
                    await self.fetch_policy()
            await self._sleep(LOOK_S)

    def _due(self) -> bool:
        """Whether it is time to ask, and there is somebody who may be asked."""
        standing, settings = self._policy(), self._settings()
        if not standing.pinned or settings.privacy.mode is Mode.OFFLINE:
            return False
        if SERVICE not in settings.providers:
            return False
        try:
            since = self._now() - float(read_bytes(self._asked, 32) or b"")
        except (Unreadable, ValueError):
            return True
        return not 0 <= since < (POLICY_CLOSED_S if standing.code else POLICY_EVERY_S)

    # -- asking ----------------------------------------------------------------------------------

    async def _ask(
        self, provider: ProviderConfig, purpose: AccountPurpose, secret: ApiKey | None = None
    ) -> bytes:
        if purpose.signed:
            await self._signed_in(provider)
        call = AccountCall(hurried(provider), purpose, secret)
        try:
            return await ask(self._door, call)
        except BadAnswer as error:
            refused = purpose.signed and wants_another(error)
            if not (refused and await self._tokens.renewed(provider)):
                raise
        return await ask(self._door, call)

    async def _signed_in(self, provider: ProviderConfig) -> None:
        """Raise ConfigurationError where there is no token."""
        if await self._keys.header(provider) is None:
            raise ConfigurationError("Nobody is signed in: codegrex-lsp login", code="no-key")


def _next_pause(error: ProviderError, pause: float) -> float:
    """Seconds until the next question about a sign-in; raises what ends it."""
    if error.retry_after:
        return max(pause, error.retry_after)
    if error.code == "sign-in-pending":
        return pause
    if error.code in ("sign-in-slow-down", "rate-limited", "provider-busy"):
        return pause + SLOW_DOWN_S
    if isinstance(error, TimedOut | Unreachable):
        return max(pause, min(2 * pause, LONGEST_PAUSE_S))
    raise error
