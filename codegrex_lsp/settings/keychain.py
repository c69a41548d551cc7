"""The system's keychain: asked in a thread, within a limit, and only for what was put there.

An entry is named by the origin that it is for (service `codegrex <origin>`, user = whose it is), so
that a changed address finds nothing. Keychains can not be listed: an index beside the state says
which entries there are, never what they hold, and a keychain is not even opened without need.

Only the back ends of the package `keyring` itself are chosen by themselves. Another one must be
named by the person (PYTHON_KEYRING_BACKEND, or keyringrc.cfg in their own folder): looking through
all that is installed would import whatever is on the import path. `__main__` keeps the current
folder off that path.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from codegrex_lsp import portable
from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.settings.files import Stamp, Unreadable, read_bytes, stamp

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SECONDS: Final = 0.8
"""How long one question may take. A keychain that asks its owner for a password takes longer; its
answer is there for the next question."""

_LONGEST_INDEX: Final = 256 * 1024
_LOCK_SECONDS: Final = 5.0

_OWN_BACKENDS: Final = {
    "darwin": ("keyring.backends.macOS.Keyring",),
    "win32": ("keyring.backends.Windows.WinVaultKeyring",),
}
_LINUX_BACKENDS: Final = (
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.libsecret.Keyring",
)

_NO_KEYCHAINS: Final = {
    "keyrings.alt": "keeps keys in plain text or asks on the terminal",
    "keyring.backends.null": "keeps nothing",
    "keyring.backends.fail": "refuses everything",
    "keyring.backends.chainer": "is several back ends, and one of them may write plain text",
}
"""Packages whose back ends are refused by name → why."""

T = TypeVar("T")


class Keychain:
    """Entries of ours in the system's keychain.

    Args:
        index: The file that says which entries there are.
        seconds: How long one question may take; `SECONDS` where None.
        load: Gives the back end; blocking.
    """

    def __init__(
        self,
        index: Path,
        *,
        seconds: float | None = None,
        load: Callable[[], KeyringBackend] | None = None,
    ) -> None:
        self._index = index
        self._seconds = SECONDS if seconds is None else seconds
        self._load = load or backend
        self._backend: KeyringBackend | None = None
        self._turn = asyncio.Lock()
        self._last: Future[Any] | None = None

    async def name(self) -> str:
        """Module and class of the back end. Raises ConfigurationError as `get` does."""
        return await self._ask(_name)

    async def get(self, user: str, origin: str) -> str | None:
        """What is kept for `user` and `origin`; None where nothing was ever put there.

        Raises:
            ConfigurationError: The keychain is missing, locked, slow, or lost the entry.
        """
        if (user, origin) not in self.entries():
            return None
        kept = await self._ask(lambda chain: chain.get_password(_service(origin), user))
        if kept is None:
            raise ConfigurationError(
                f"The keychain no longer holds the key of {user}.",
                code="keychain-lost",
                fix=f"Run `codegrex-lsp keys set {user}`.",
            )
        return kept

    async def put(self, user: str, origin: str, secret: str) -> None:
        """Keep `secret`, and read it back. Raises ConfigurationError where that fails."""

        def write(chain: KeyringBackend) -> bool:
            chain.set_password(_service(origin), user, secret)
            return chain.get_password(_service(origin), user) == secret

        if not await self._ask(write):
            raise _failed()
        self._note((user, origin), there=True)

    async def remove(self, user: str, origin: str) -> bool:
        """Remove an entry; False where there was none. Raises ConfigurationError as `get` does."""

        def delete(chain: KeyringBackend) -> bool:
            from keyring.errors import PasswordDeleteError

            if chain.get_password(_service(origin), user) is None:
                return False
            with contextlib.suppress(PasswordDeleteError):
                chain.delete_password(_service(origin), user)
            return chain.get_password(_service(origin), user) is None

        gone = await self._ask(delete)
        self._note((user, origin), there=False)
        return gone

    def entries(self) -> frozenset[tuple[str, str]]:
        """(user, origin) of every entry. One that can not be read counts as none."""
        try:
            content = read_bytes(self._index, _LONGEST_INDEX)
            listed = json.loads(content) if content else []
        except (Unreadable, ValueError, RecursionError):
            return frozenset()
        pairs = listed if isinstance(listed, list) else []
        return frozenset(
            (pair[0], pair[1])
            for pair in pairs
            if isinstance(pair, list) and len(pair) == 2 and all(isinstance(p, str) for p in pair)
        )

    def stamp(self) -> Stamp:
        """Changes with every `put` and `remove`, those of other processes included."""
        return stamp(self._index)

    def _note(self, entry: tuple[str, str], *, there: bool) -> None:
        try:
            portable.make_private(self._index.parent)
            lock = self._index.with_suffix(".lock")
            with portable.locked(lock, seconds=_LOCK_SECONDS):
                now = self.entries() | {entry} if there else self.entries() - {entry}
                portable.write_private(self._index, json.dumps(sorted(now)).encode())
        except OSError:
            raise ConfigurationError(
                "The list of what the keychain holds can not be written.",
                code="keychain-index",
                fix="Free the state folder, or set CODEGREX_HOME to one that can be written.",
            ) from None

    async def _ask(self, work: Callable[[KeyringBackend], T]) -> T:
        """Do `work` in a thread that nobody waits for at exit, and wait for it within the limit."""
        async with self._turn:
            if self._last is not None and not self._last.done():
                raise _slow()  # it still waits for its owner; a second question would ask again
            future: Future[T] = Future()
            future.set_running_or_notify_cancel()
            self._last = future
            threading.Thread(target=self._work, args=(work, future), daemon=True).start()
            try:
                async with asyncio.timeout(self._seconds):
                    return await asyncio.wrap_future(future)
            except TimeoutError:
                raise _slow() from None

    def _work(self, work: Callable[[KeyringBackend], T], future: Future[T]) -> None:
        try:
            if self._backend is None:
                self._backend = self._load()
            future.set_result(work(self._backend))
        except ConfigurationError as error:
            future.set_exception(error)
        except BaseException as error:
            future.set_exception(_translated(error))


def backend() -> KeyringBackend:
    """The back end to use: the one the person names, else the system's own.

    Raises:
        ConfigurationError: There is none, or what is named is no keychain.
    """
    from keyring import core

    named = None
    with _as_trouble(
        "The keychain that PYTHON_KEYRING_BACKEND or keyringrc.cfg names can not be used."
    ):
        named = core.load_env() or core.load_config()
    if named is not None:
        return _sound(named)
    names = _OWN_BACKENDS.get(sys.platform, _LINUX_BACKENDS)
    for name in names:
        with contextlib.suppress(Exception):  # not this one; what it says may name paths
            return _sound(core.load_keyring(name))
    raise _missing()


def _sound(chain: KeyringBackend) -> KeyringBackend:
    for kind in type(chain).__mro__:
        for package, why in _NO_KEYCHAINS.items():
            if kind.__module__ == package or kind.__module__.startswith(package + "."):
                raise ConfigurationError(
                    f"The keychain back end {package} is not used: it {why}.",
                    code="keychain-refused",
                    fix="Name another one in PYTHON_KEYRING_BACKEND or keyringrc.cfg, or none.",
                )
    return chain


def _name(chain: KeyringBackend) -> str:
    return f"{type(chain).__module__}.{type(chain).__qualname__}"


def _service(origin: str) -> str:
    return f"codegrex {origin}"


@contextlib.contextmanager
def _as_trouble(sentence: str) -> Iterator[None]:
    """Whatever a class that somebody named raises, as one sentence."""
    try:
        yield
    except Exception:
        raise ConfigurationError(sentence, code="keychain-missing", fix=_OTHERWISE) from None


_OTHERWISE: Final = (
    "Use the provider's environment variable, or a file: choose keys.file, then `keys set --file`."
)


def _translated(error: BaseException) -> ConfigurationError:
    """The package's errors as ours. Their words may quote entries and are dropped."""
    from keyring import errors

    if isinstance(error, errors.KeyringLocked):
        return ConfigurationError(
            "The keychain is locked.",
            code="keychain-locked",
            fix="Unlock it, e.g. by logging in to the desktop, and try again.",
        )
    if isinstance(error, errors.InitError | errors.NoKeyringError):
        return _missing()
    return _failed()


def _missing() -> ConfigurationError:
    return ConfigurationError(
        "This system has no keychain that can be used.", code="keychain-missing", fix=_OTHERWISE
    )


def _slow() -> ConfigurationError:
    return ConfigurationError(
        "The keychain does not answer; it may wait for its password.",
        code="keychain-slow",
        fix="Unlock it and try again.",
    )


def _failed() -> ConfigurationError:
    return ConfigurationError(
        "The keychain failed.", code="keychain-failed", fix="Look whether it is unlocked and well."
    )
