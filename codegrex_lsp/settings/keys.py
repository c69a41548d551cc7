"""Keys of providers: where they are looked for, for whom, and where they may go.

In this order: the editor (`codegrex/key`), the keychain, the vendor's environment variable, a file
that the person opted into. A key belongs to a provider *and an origin* (scheme, host, port):

    editor        is told the origin, and keeps its keys by it
    keychain      an entry is named by the origin
    environment   OPENAI_API_KEY and the like go to the vendor's own origin only;
                  CODEGREX_KEY_<ID> to the address that the person gave that id
    file          an entry states its origin; without one it is for the vendor's own

So a changed address finds no key. Whoever sends gets a header and never the key itself; the door
holds the address to the provider's once more before it attaches it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from codegrex_lsp.errors import ConfigurationError, RefusedError
from codegrex_lsp.portable import Folders
from codegrex_lsp.settings.keychain import Keychain
from codegrex_lsp.settings.keyfinds import Found, Source, State
from codegrex_lsp.settings.keysources import Origin, Written, usable
from codegrex_lsp.settings.model import Settings
from codegrex_lsp.settings.providers import key_header
from codegrex_lsp.settings.tokens import unpacked
from codegrex_lsp.values.account import Token
from codegrex_lsp.values.apikey import ApiKey
from codegrex_lsp.values.route import LOCAL_KINDS, ProviderConfig

FRESH_S: Final = 60.0
"""How long a find holds, where nobody sets another key. A refused one is forgotten."""

SLOW_S: Final = 3.0
"""How long it holds where somebody did not answer in time."""

MOST: Final = 64
"""Keys of this session that are masked in text."""

CLIENT_S: Final = 1.0
"""How long a request waits for the editor's answer. A later answer serves the next request."""


__all__ = ["Found", "Keys", "Source", "State"]

AskClient = Callable[[str, str], Awaitable[object]]
"""(provider id, origin) → the editor's key for it, or None."""


class Keys:
    """Finds and keeps keys. Everything awaits, and nothing waits longer than about a second.

    Args:
        folders: Where index and file are.
        settings: Settings in force now, without a folder.
        environ: The environment.
        origin: Reads a base URL; raises ConfigurationError where it can not.
        keychain: The system's, or a stand-in.
        clock: Monotonic, in s.
    """

    def __init__(
        self,
        folders: Folders,
        settings: Callable[[], Settings],
        environ: Mapping[str, str],
        origin: Callable[[str], Origin],
        *,
        keychain: Keychain | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.keychain = keychain or Keychain(folders.state / "keys.json")
        self._written = Written(folders.config, settings, environ, origin)
        self._settings = settings
        self._origin = origin
        self._clock = clock
        self._ask: AskClient | None = None
        self._held: dict[_Place, _Held] = {}
        self._looking: dict[_Place, asyncio.Task[_Held]] = {}
        self._asked: dict[_Place, asyncio.Task[ApiKey | None]] = {}
        self._turns = 0
        self._own: tuple[ApiKey, ...] = ()

    # -- for whoever sends ------------------------------------------------------------------

    async def header(self, provider: ProviderConfig) -> tuple[str, str] | None:
        """Name and value of the header with the provider's key; None where it needs none.

        Raises:
            ConfigurationError: It needs one, and none is found. The code is `no-key`.
            RefusedError: It needs one, and the organisation allows no keys of one's own.
        """
        if provider.kind == "embedded":  # its key is made for each start
            return None
        place = self._place(provider)
        if not self._permitted(provider, place):
            if _needs_key(provider, place.origin):
                raise _not_permitted(provider)
            return None
        held = await self._look_up(provider, place)
        if held.found is not None:
            return key_header(provider.kind, held.found.key.disclose())
        if _needs_key(provider, place.origin):
            raise _no_key(provider, held.troubles)
        return None

    async def require(self, provider: ProviderConfig) -> None:
        """Raise `no-key`, as `header` does, where the provider can not be used for want of a key.

        A key is found here before any text is looked at, so that it is masked where the person
        has written it down. Costs nothing for a provider on this machine, and next to nothing
        where the answer is known.
        """
        if provider.kind not in LOCAL_KINDS or not self._here(provider):
            await self.header(provider)

    def mark(self) -> object:
        """Changes when a key may have been set or removed, here or by another process."""
        return self._turns, self.keychain.stamp(), self._written.stamp()

    def own(self) -> tuple[ApiKey, ...]:
        """Keys that were found in this session; the same object while nothing changes."""
        return self._own

    def origin(self, provider: ProviderConfig) -> str:
        """Where keys of the provider are sent. Raises ConfigurationError."""
        return self._place(provider).origin.label

    async def token(self, provider: ProviderConfig) -> Token | None:
        """The sign-in whose key `header` gives; None where the key is of another source."""
        held = await self._look_up(provider, self._place(provider))
        return held.found.token if held.found is not None else None

    def refused(self, provider: ProviderConfig) -> None:
        """The provider did not accept the key: look anew the next time, at the editor's too."""
        for place in [place for place in self._held if place.user == provider.id]:
            del self._held[place]
        for place in [place for place in self._asked if place.user == provider.id]:
            if self._asked[place].done():
                del self._asked[place]

    def forget(self) -> None:
        """Settings changed, or the editor has new keys: look anew for all."""
        self._turns += 1
        self._held.clear()
        self._looking.clear()
        self._asked = {place: task for place, task in self._asked.items() if not task.done()}

    def listen(self, ask: AskClient) -> None:
        """The editor keeps keys: ask it first, once for each provider and origin."""
        self._ask = ask

    async def close(self) -> None:
        """Stop looking."""
        for task in (*self._looking.values(), *self._asked.values()):
            task.cancel()

    # -- for people ---------------------------------------------------------------------------

    async def state(self, provider: ProviderConfig) -> State:
        """What is known of one provider's key."""
        place = self._place(provider)
        if not self._permitted(provider, place):
            needed = _needs_key(provider, place.origin)
            why = _not_permitted(provider).message
            return State(provider.id, place.origin.label, needed, None, (why,), ())
        held = await self._look_up(provider, place)
        others = {origin for user, origin in self.keychain.entries() if user == provider.id}
        return State(
            provider.id,
            place.origin.label,
            _needs_key(provider, place.origin),
            held.found.source if held.found else None,
            held.troubles,
            tuple(sorted(others - {place.origin.label})),
        )

    async def keep(self, provider: ProviderConfig, text: str, *, file: bool = False) -> str:
        """Keep a key for the provider's origin, and give the origin.

        Args:
            provider: Whose it is.
            text: The key.
            file: Into the file of `keys.file`, in place of the keychain.

        Raises:
            ConfigurationError: It can not be kept, or is no key.
            RefusedError: The organisation allows no keys of one's own.
        """
        key, place = usable(text, f"The key for {provider.id}"), self._place(provider)
        if not self._permitted(provider, place):
            raise _not_permitted(provider)
        label = place.origin.label
        if file:
            self._written.put(provider.id, label, key)
        else:
            await self.keychain.put(provider.id, label, key.disclose())
        self.refused(provider)
        return label

    async def remove(self, user: str) -> tuple[str, ...]:
        """Remove every key of a provider id from keychain and file; what was removed, in words.

        Raises:
            ConfigurationError: The keychain or the file can not be changed.
        """
        gone = []
        for one, origin in sorted(self.keychain.entries()):
            if one == user and await self.keychain.remove(user, origin):
                gone.append(f"keychain, for {origin}")
        if self._written.remove(user):
            gone.append("file of keys.file")
        self.forget()
        return tuple(gone)

    def variable(self, user: str) -> str:
        """The environment variable that would still give a key for a provider id, or empty."""
        return self._written.variable(user)

    # -- looking ------------------------------------------------------------------------------

    def _permitted(self, provider: ProviderConfig, place: _Place) -> bool:
        limits = self._settings().limits
        return limits.permits_own_key(provider, loopback=place.origin.loopback)

    def _here(self, provider: ProviderConfig) -> bool:
        return provider.kind == "embedded" or self._place(provider).origin.loopback

    def _place(self, provider: ProviderConfig) -> _Place:
        return _Place(provider.id, self._origin(provider.base_url))

    async def _look_up(self, provider: ProviderConfig, place: _Place) -> _Held:
        """What is held, or what is found now. Whoever is cancelled does not stop the looking."""
        held = self._held.get(place)
        if held is not None and self._clock() < held.until and held.mark == self.mark():
            return held
        task = self._looking.get(place)
        if task is None or task.done():
            task = self._looking[place] = asyncio.create_task(self._look(provider, place))
        return await asyncio.shield(task)

    async def _look(self, provider: ProviderConfig, place: _Place) -> _Held:
        found, troubles, slow, mark = None, [], False, self.mark()
        for source, look in (
            (Source.CLIENT, self._from_client),
            (Source.KEYCHAIN, self._from_keychain),
            (Source.ENVIRONMENT, self._from_environment),
            (Source.FILE, self._from_file),
        ):
            try:
                kept = await look(provider, place)
            except ConfigurationError as error:
                troubles.append(error.message)
                slow = slow or error.code in _SLOW
                continue
            if kept is not None:
                found = Found.of(kept, source)
                self._remember(found.key)
                break
        until = self._clock() + (SLOW_S if slow else FRESH_S)
        held = _Held(found, tuple(troubles), until, mark)
        if self._looking.get(place) is asyncio.current_task():  # else it was told to forget
            del self._looking[place]
            self._held[place] = held
        return held

    def _remember(self, key: ApiKey) -> None:
        if key not in self._own:
            self._own = (*self._own, key)[-MOST:]

    async def _from_client(self, provider: ProviderConfig, place: _Place) -> ApiKey | None:
        if self._ask is None or (provider.kind == "ollama" and place.origin.loopback):
            return None  # Ollama itself takes no key, so the first keystroke waits for nobody
        task, seconds = self._asked.get(place), 0.0
        if task is None:
            task = asyncio.create_task(self._of_client(self._ask, place))
            task.add_done_callback(lambda _: self._held.pop(place, None))
            self._asked[place], seconds = task, CLIENT_S
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise ConfigurationError("The editor has not said its key yet.", code="client-slow")
        return task.result()

    async def _of_client(self, ask: AskClient, place: _Place) -> ApiKey | None:
        said = await ask(place.user, place.origin.label)
        return usable(said, "The editor's key") if isinstance(said, str) and said else None

    async def _from_keychain(
        self, provider: ProviderConfig, place: _Place
    ) -> ApiKey | Token | None:
        kept = await self.keychain.get(place.user, place.origin.label)
        if kept and provider.kind == "codegrex":
            return unpacked(kept)
        return usable(kept, "The key in the keychain") if kept else None

    async def _from_environment(self, provider: ProviderConfig, place: _Place) -> ApiKey | None:
        return self._written.in_environment(provider, place.origin)

    async def _from_file(self, provider: ProviderConfig, place: _Place) -> ApiKey | None:
        return self._written.in_file(provider, place.origin)


class _Place(NamedTuple):
    """Whose key, and for where."""

    user: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class _Held:
    """What was found, until when it holds, and the `mark` that it was found under."""

    found: Found | None
    troubles: tuple[str, ...]
    until: float
    mark: object


_SLOW: Final = frozenset({"client-slow", "keychain-slow"})


def _needs_key(provider: ProviderConfig, origin: Origin) -> bool:
    """A cloud kind on this machine is a forwarding proxy, which may have the key itself."""
    return provider.kind not in LOCAL_KINDS and not origin.loopback


def _not_permitted(provider: ProviderConfig) -> RefusedError:
    return RefusedError(
        f"Your organisation allows no keys of your own, so none is used for {provider.id}.",
        code="own-keys-refused",
        fix="`codegrex-lsp policy show` says whom to ask.",
    )


def _no_key(provider: ProviderConfig, troubles: tuple[str, ...]) -> ConfigurationError:
    way = "login" if provider.kind == "codegrex" else f"keys set {provider.id}"
    why = f" ({troubles[0].rstrip('.')})" if troubles else ""
    return ConfigurationError(
        f"{provider.id} has no key{why}: codegrex-lsp {way}",
        code="no-key",
        fix="`codegrex-lsp doctor` says where keys are looked for.",
    )
