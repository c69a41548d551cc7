"""The gates in force: one for each set of the person's own patterns and path policies.

Gates share the vaults, so a value keeps its placeholder whichever gate masked it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

from codegrex_lsp.engine.names_server import NamesServer
from codegrex_lsp.engine.policies import PathPolicies
from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.admission import PathLevel
from codegrex_lsp.privacy.detect.allowed import Allowing, Scanner
from codegrex_lsp.privacy.detect.custom import CustomPatterns
from codegrex_lsp.privacy.detect.detector import Detector, Level
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.known import KnownSecret, KnownSecrets
from codegrex_lsp.privacy.detect.personal.ner import WithNames
from codegrex_lsp.privacy.detect.standard import standard_detectors
from codegrex_lsp.privacy.gate import Gate
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.privacy.placeholders import Vault
from codegrex_lsp.settings.model import CustomPattern, PathPolicy, Settings
from codegrex_lsp.values.mode import Destination

MOST: Final = 8
"""Sets of patterns, and of path policies, kept at once; each has a cache of its own."""

MOST_SPANS: Final = 20_000
"""Findings in one text that somebody waits for: to put that many together takes 0.1 s. A text with
more is withheld, and its findings are not shown."""

BULK_MS: Final = 120_000.0
"""Time for one file where many are scanned; a detector that hangs still ends."""

Known = frozenset[KnownSecret]


class Guards:
    """Gates by settings.

    Args:
        verdict: Whether a path may be read, for a folder.
        key: Key of a folder's placeholders.
        settings: Settings in force for a folder, now.
        allow_key: Key of the hashes in `privacy.allow`.
        known: Values of credential files, now; the same object while nothing changes.
        names: What hears names in prose, or None for nobody.
    """

    def __init__(
        self,
        verdict: Callable[[Path, Path | None], Verdict],
        key: Callable[[Path | None], bytes],
        settings: Callable[[Path | None], Settings],
        allow_key: bytes,
        known: Callable[[], Known] = frozenset,
        names: NamesServer | None = None,
    ) -> None:
        self._verdict = verdict
        self._key = key
        self._settings = settings
        self._allow_key = allow_key
        self._known = known
        self._names = names
        self._engines: dict[tuple[tuple[CustomPattern, ...], Known], Engine] = {}
        # By the engine itself and weakly: an id comes back once its engine is dropped.
        self._loading: WeakKeyDictionary[Engine, dict[Level, asyncio.Task[None]]] = (
            WeakKeyDictionary()
        )
        self._vaults: dict[Path | None, tuple[frozenset[str], Vault]] = {}
        self._policies: dict[tuple[PathPolicy, ...], PathPolicies] = {}

    def gate(self, settings: Settings) -> Gate:
        """The gate for these settings."""
        return Gate(
            verdict=self._verdict,
            engine=self.scanner(settings),
            vaults=self._vault,
            path_level=self.path_level,
        )

    def scanner(self, settings: Settings) -> Scanner:
        """What that gate finds sensitive: for everybody who tells of it or masks it."""
        names = self._names_for(settings)
        engine = self.engine(settings)
        found: Scanner = WithNames(engine, names.names) if names else engine
        return self._allowing(found, settings)

    def engine(self, settings: Settings) -> Engine:
        """The detection behind that, which also sees what the person allowed."""
        key = (settings.privacy.custom_patterns, self._known_for(settings))
        engine = self._engines.get(key)
        if engine is None:
            self._drop_outdated(key[1])
            engine = self._engines[key] = Engine(self._detectors(settings), most_spans=MOST_SPANS)
        return engine

    def bulk_scanner(self, settings: Settings, *, warm: Level | None = None) -> Scanner:
        """The same detection for many files in a row, where nobody waits for any one of them.

        Args:
            settings: In force for the files.
            warm: Load what this level needs now, and not at the first line that asks for it.

        Raises:
            DetectorFailed: A detector can not be loaded.
        """
        engine = Engine(self._detectors(settings), cache_lines=0, budget_ms=BULK_MS)
        if warm is not None:
            engine.warm_up(warm)
        return self._allowing(engine, settings)

    async def ready(self, settings: Settings, destination: Destination) -> None:
        """Wait until the detectors that such a request needs are loaded.

        They load once, in a thread: a detector that is still being imported would count as too
        slow, and Presidio's second would stop the editor's messages. One that can not be loaded
        is left to the gate, which withholds.
        """
        engine = self.engine(settings)
        level: Level = "all" if _needs_all(settings, destination) else "secrets"
        loading = self._loading.setdefault(engine, {})
        task = loading.get(level)
        if task is None:
            task = asyncio.create_task(asyncio.to_thread(_load, engine, level))
            loading[level] = task
        await asyncio.shield(task)

    async def names_learnt(self, settings: Settings, destination: Destination) -> bool:
        """Wait a moment for the names in what a gate has just looked at, on its way to the cloud.

        Returns:
            Whether some were learnt, so that the gate should look again.
        """
        names = self._names_for(settings)
        return names is not None and destination is Destination.CLOUD and await names.settle()

    def forget(self, uri: str) -> None:
        """A document was closed: its lines and its masked values go."""
        if self._names is not None:
            self._names.names.forget(uri)
        for engine in self._engines.values():
            engine.forget(uri)
        for _, vault in self._vaults.values():
            vault.forget(uri)

    def _names_for(self, settings: Settings) -> NamesServer | None:
        names = self._names
        return names if names is not None and settings.privacy.names and names.usable else None

    def _known_for(self, settings: Settings) -> Known:
        return self._known() if settings.privacy.known_secrets else frozenset()

    def _drop_outdated(self, known: Known) -> None:
        """Make room; an engine with values that no credential file holds any longer goes first."""
        for key in [key for key in self._engines if key[1] and known and key[1] != known]:
            del self._engines[key]
        if len(self._engines) >= MOST:
            self._engines.pop(next(iter(self._engines)))

    def _detectors(self, settings: Settings) -> tuple[Detector, ...]:
        own: list[Detector] = []
        if patterns := settings.privacy.custom_patterns:
            own.append(CustomPatterns(patterns))
        if known := self._known_for(settings):
            own.append(KnownSecrets(known))
        return (*self._standard, *own)

    @cached_property
    def _standard(self) -> tuple[Detector, ...]:
        """Shared by all engines: loading them takes a second, and they keep nothing of a text."""
        return standard_detectors()

    def _allowing(self, scanner: Scanner, settings: Settings) -> Scanner:
        return Allowing(scanner, self._allow_key, settings.privacy.allow)

    def _vault(self, folder: Path | None) -> Vault:
        """The vault of a folder, begun anew when the allowed values change.

        A vault masks what it has learnt once. A fresh one gives the same placeholders, since
        those come from the key.
        """
        allowed = self._settings(folder).privacy.allow
        kept = self._vaults.get(folder)
        if kept is None or kept[0] != allowed:
            kept = self._vaults[folder] = (allowed, Vault(self._key(folder)))
        return kept[1]

    def path_level(self, path: Path, folder: Path | None) -> PathLevel:
        """The strictest policy that matches the path, as given or where it really is."""
        stated = self._settings(folder).privacy.path_policies
        policies = self._policies.get(stated)
        if policies is None:
            if len(self._policies) >= MOST:
                self._policies.pop(next(iter(self._policies)))
            policies = self._policies[stated] = PathPolicies(stated)
        return policies.level(path, folder)


def _needs_all(settings: Settings, destination: Destination) -> bool:
    privacy = settings.privacy
    return (
        destination is Destination.CLOUD
        or privacy.redact_local == "all"
        or any(policy.level == "redact" for policy in privacy.path_policies)
    )


def _load(engine: Engine, level: Level) -> None:
    with suppress(DetectorFailed):
        engine.warm_up(level)
