"""Settings asked for at every request: cached by file stamp, so an edit counts at the next one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from codegrex_lsp.settings.files import Stamp, stamp
from codegrex_lsp.settings.load import REPOSITORY_FILE, Sources, resolve
from codegrex_lsp.settings.model import Choice, Resolved
from codegrex_lsp.settings.pins import NO_POLICY, Standing
from codegrex_lsp.values.mode import Mode

_MOST_FOLDERS: Final = 64

_SETTLED_NS: Final = 2_000_000_000
"""A file changed less than 2 s ago may change again under the same stamp (FAT counts in 2 s)."""


@dataclass(frozen=True, slots=True)
class _Kept:
    sources: Sources
    choice: Choice
    stamps: tuple[Stamp, ...]
    resolved: Resolved


class SettingsReader:
    """The settings in force now, for each workspace folder.

    Args:
        sources: Where to look; `sources.choice` is replaced by what `choice` says.
        choice: The person's stored choice for a folder; must be cheap.
        policy: How things stand with the organisation's policy; must be cheap, and the same
            object while nothing changes.
        clock: Wall clock in ns.
    """

    def __init__(
        self,
        sources: Sources,
        *,
        choice: Callable[[Path | None], Choice] = lambda folder: Choice(),
        policy: Callable[[], Standing] = lambda: NO_POLICY,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._sources = sources
        self._choice = choice
        self._policy = policy
        self._clock = clock
        self._kept: dict[Path | None, _Kept] = {}

    def update(self, **changes: Any) -> None:
        """Replace fields of Sources, such as `editor` after `workspace/didChangeConfiguration`."""
        self._sources = replace(self._sources, **changes)

    def current(self, folder: Path | None) -> Resolved:
        """The settings for one folder, as its files stand at this moment. Never raises."""
        self._obey(self._policy())
        choice = self._choice(folder)
        stamps = self._stamps(folder)
        kept = self._kept.get(folder)
        if (
            kept is not None
            and kept.stamps == stamps
            and kept.sources is self._sources
            and kept.choice == choice
        ):
            return kept.resolved
        # Stamps are taken before the files are read: a change in between is seen next time.
        resolved = resolve(replace(self._sources, choice=choice), folder)
        self._keep(folder, _Kept(self._sources, choice, stamps, resolved))
        return resolved

    def supposing(self, mode: Mode, folder: Path | None) -> Resolved:
        """The settings as they would be, had the person chosen `mode` for `folder`."""
        self._obey(self._policy())
        # Storing a choice puts spoiled ones aside, so all that is then stored is sound.
        now = replace(self._choice(folder), sound=True)
        chosen = replace(now, machine=mode) if folder is None else replace(now, workspace=mode)
        return resolve(replace(self._sources, choice=chosen), folder)

    def without_policy(self, folder: Path | None) -> Resolved:
        """The settings as they would be, were there no organisation policy."""
        choice = self._choice(folder)
        return resolve(replace(self._sources, choice=choice, policy=NO_POLICY), folder)

    def _obey(self, standing: Standing) -> None:
        if self._sources.policy is not standing:
            self._sources = replace(self._sources, policy=standing)

    def _stamps(self, folder: Path | None) -> tuple[Stamp, ...]:
        own = (stamp(self._sources.machine), stamp(self._sources.user))
        return own if folder is None else (*own, stamp(folder / REPOSITORY_FILE))

    def _keep(self, folder: Path | None, kept: _Kept) -> None:
        newest = max(max(each[:2]) for each in kept.stamps)
        if self._clock() - newest < _SETTLED_NS:
            self._kept.pop(folder, None)
            return
        if len(self._kept) >= _MOST_FOLDERS:
            self._kept.clear()
        self._kept[folder] = kept
