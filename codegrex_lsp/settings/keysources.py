"""Keys that are written down: in the environment, and in the file that a person opted into.

Each says for which origin it is, and is not given for another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.settings import keyfile
from codegrex_lsp.settings.files import ABSENT, Stamp, stamp
from codegrex_lsp.settings.model import Settings
from codegrex_lsp.settings.providers import KINDS
from codegrex_lsp.values.apikey import ApiKey
from codegrex_lsp.values.route import ProviderConfig

_USABLE: Final = re.compile(r"[\x21-\x7e]{1,8192}")  # what a header's value can hold, no spaces
_VARIABLE: Final = "CODEGREX_KEY_"


class Origin(NamedTuple):
    """Where a base URL leads.

    Attributes:
        label: Scheme, host, and port where it is not the usual one.
        loopback: Whether it can only be this machine.
    """

    label: str
    loopback: bool

    @property
    def shown(self) -> str:
        """The label, for sentences. A socket's path may name the person."""
        return "a Unix socket" if self.label.startswith("unix:") else self.label


class Written:
    """The environment and the file.

    Args:
        config: The config folder.
        settings: Settings in force now, without a folder.
        environ: The environment.
        origin: Reads a base URL; raises ConfigurationError where it can not.
    """

    def __init__(
        self,
        config: Path,
        settings: Callable[[], Settings],
        environ: Mapping[str, str],
        origin: Callable[[str], Origin],
    ) -> None:
        self._config = config
        self._settings = settings
        self._environ = environ
        self._origin = origin

    def in_environment(self, provider: ProviderConfig, origin: Origin) -> ApiKey | None:
        """The key in the provider's variable.

        Raises:
            ConfigurationError: It is for another origin, could mean another provider, or is no key.
        """
        name = _variable_of(provider.id, provider.kind)
        text = self._environ.get(name, "")
        if not text.strip():
            return None
        if name.startswith(_VARIABLE):
            kin = sorted(user for user in self._settings().providers if _variable(user) == name)
            if len(kin) > 1:
                raise _elsewhere(f"{name} could mean {' or '.join(kin)}", provider)
        elif (vendor := self._vendor(provider)) is not None and vendor != origin:
            raise _elsewhere(
                f"{name} is for {vendor.label} and is not sent to {origin.shown}", provider
            )
        return usable(text, f"The value of {name}")

    def variable(self, user: str) -> str:
        """The variable that gives a key for a provider id, or empty where none does."""
        provider = self._settings().providers.get(user)
        name = _variable_of(user, provider.kind if provider else user)
        return name if self._environ.get(name, "").strip() else ""

    def in_file(self, provider: ProviderConfig, origin: Origin) -> ApiKey | None:
        """The key in the file of `keys.file`.

        Raises:
            ConfigurationError: The file is not used, or its key is for another origin.
        """
        if not self._settings().keys.file:
            return None
        entry = keyfile.read(self._file()).get(provider.id)
        if not isinstance(entry, Mapping) or not isinstance(entry.get("key"), str):
            return None
        stated = entry.get("origin")
        meant = self._origin(stated) if isinstance(stated, str) else self._vendor(provider)
        if meant != origin:
            there = f"for {meant.shown}" if meant else "without an origin"
            why = f"keys.file has a key of {provider.id} {there}, not for {origin.shown}"
            raise _elsewhere(why, provider)
        return usable(entry["key"], "The key in keys.file")

    def stamp(self) -> Stamp:
        """Changes when the file of `keys.file` does."""
        name = self._settings().keys.file
        return stamp(self._config / name) if name else ABSENT

    def put(self, user: str, origin: str, key: ApiKey) -> None:
        """Write a key into the file. Raises ConfigurationError."""
        keyfile.write(self._file(), user, {"key": key.disclose(), "origin": origin})

    def remove(self, user: str) -> bool:
        """Remove a key from the file; whether there was one. Raises ConfigurationError."""
        return bool(self._settings().keys.file) and keyfile.write(self._file(), user, None)

    def _vendor(self, provider: ProviderConfig) -> Origin | None:
        """The vendor's own origin, where the id is the vendor's and the vendor has one."""
        address = KINDS[provider.kind].base_url if provider.id == provider.kind else None
        return self._origin(address) if address else None

    def _file(self) -> Path:
        name = self._settings().keys.file
        if not name:
            raise ConfigurationError(
                "No file of keys is chosen (keys.file).",
                code="keys-file",
                fix='Set keys.file in your settings file, e.g. to "keys.toml".',
            )
        return keyfile.place(self._config, name)


def without_keys(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` for a child process: without the variables that hold keys of providers."""
    vendors = {kind.variable for kind in KINDS.values() if kind.variable}
    return {
        name: value
        for name, value in environ.items()
        if name.upper() not in vendors and not name.upper().startswith(_VARIABLE)
    }


def usable(text: str, what: str) -> ApiKey:
    """A key out of text that somebody wrote; spaces around it do not count.

    Args:
        text: The key.
        what: What it is, to begin the sentence with; the key is not repeated.

    Raises:
        ConfigurationError: It can not stand in a header.
    """
    key = text.strip()
    if not _USABLE.fullmatch(key):
        raise ConfigurationError(
            f"{what} holds spaces, line ends or other characters that no key has.",
            code="bad-key",
            fix="Copy the key alone, without quotes or a word before it.",
        )
    return ApiKey(key)


def _variable_of(user: str, kind: str) -> str:
    """A vendor's variable is for the vendor's own id; any other id has one of its own."""
    vendors = KINDS[kind].variable if user == kind and kind in KINDS else ""
    return vendors or _variable(user)


def _variable(user: str) -> str:
    return _VARIABLE + user.upper().replace("-", "_")


def _elsewhere(why: str, provider: ProviderConfig) -> ConfigurationError:
    return ConfigurationError(
        f"{why}.", code="key-elsewhere", fix=f"Run `codegrex-lsp keys set {provider.id}`."
    )
