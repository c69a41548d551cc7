"""The gates in force: one for each set of the person's own patterns and path policies.

Gates share the vaults, so a value keeps its placeholder whichever gate masked it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from codegrex_lsp.engine.policies import PathPolicies
from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.admission import PathLevel
from codegrex_lsp.privacy.detect.custom import CustomPatterns
from codegrex_lsp.privacy.detect.detector import Level
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.standard import standard_detectors
from codegrex_lsp.privacy.gate import Gate
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.privacy.placeholders import Vault
from codegrex_lsp.settings.model import CustomPattern, PathPolicy, Settings
from codegrex_lsp.values.mode import Destination

MOST: Final = 8
"""Sets of patterns, and of path policies, kept at once; each has a cache of its own."""


class Guards:
    """Gates by settings.

    Args:
        verdict: Whether a path may be read, for a folder.
        key: Key of a folder's placeholders.
        settings: Settings in force for a folder, now.
    """

    def __init__(
        self,
        verdict: Callable[[Path, Path | None], Verdict],
        key: Callable[[Path | None], bytes],
        settings: Callable[[Path | None], Settings],
    ) -> None:
        self._verdict = verdict
        self._key = key
        self._settings = settings
        self._engines: dict[tuple[CustomPattern, ...], tuple[Engine, Gate]] = {}
        self._loading: dict[tuple[int, Level], asyncio.Task[None]] = {}
        self._vaults: dict[Path | None, Vault] = {}
        self._policies: dict[tuple[PathPolicy, ...], PathPolicies] = {}

    def gate(self, settings: Settings) -> Gate:
        """The gate for these settings."""
        return self._pair(settings.privacy.custom_patterns)[1]

    def engine(self, settings: Settings) -> Engine:
        """The detection behind that gate."""
        return self._pair(settings.privacy.custom_patterns)[0]

    async def ready(self, settings: Settings, destination: Destination) -> None:
        """Wait until the detectors that such a request needs are loaded.

        They load once, in a thread: a detector that is still being imported would count as too
        slow, and Presidio's second would stop the editor's messages. One that can not be loaded
        is left to the gate, which withholds.
        """
        engine = self.engine(settings)
        level: Level = "all" if _needs_all(settings, destination) else "secrets"
        key = (id(engine), level)
        task = self._loading.get(key)
        if task is None:
            task = asyncio.create_task(asyncio.to_thread(_load, engine, level))
            self._loading[key] = task
        await asyncio.shield(task)

    def forget(self, uri: str) -> None:
        """A document was closed: its lines and its masked values go."""
        for engine, _ in self._engines.values():
            engine.forget(uri)
        for vault in self._vaults.values():
            vault.forget(uri)

    def _pair(self, patterns: tuple[CustomPattern, ...]) -> tuple[Engine, Gate]:
        pair = self._engines.get(patterns)
        if pair is None:
            if len(self._engines) >= MOST:
                self._engines.pop(next(iter(self._engines)))
            own = (CustomPatterns(patterns),) if patterns else ()
            engine = Engine((*standard_detectors(), *own))
            gate = Gate(
                verdict=self._verdict,
                engine=engine,
                vaults=self._vault,
                path_level=self._path_level,
            )
            pair = self._engines[patterns] = (engine, gate)
        return pair

    def _vault(self, folder: Path | None) -> Vault:
        vault = self._vaults.get(folder)
        if vault is None:
            vault = self._vaults[folder] = Vault(self._key(folder))
        return vault

    def _path_level(self, path: Path, folder: Path | None) -> PathLevel:
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
