"""What the person chose with `mode set` or from the status bar: `choices.json`.

    {"machine": mode | null, "workspaces": {"<real path>": mode}}

A file that can not be read is a Problem and counts as no choice, save that the mode is then never
looser than the default on its account. The next write keeps it aside, so nothing is lost.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.portable import LOCK_SECONDS, locked, make_private, write_private
from codegrex_lsp.settings.files import Stamp, Unreadable, read_bytes, stamp
from codegrex_lsp.settings.model import Choice, Problem
from codegrex_lsp.values.mode import Mode

NAME: Final = "choices.json"
SOURCE: Final = "stored choices"

_LONGEST: Final = 1024 * 1024
_MOST_WORKSPACES: Final = 1000


@dataclass(frozen=True, slots=True)
class _Stored:
    """The file's content; an entry of None is there and can not be read."""

    machine: Mode | None = None
    workspaces: Mapping[str, Mode | None] = field(default_factory=lambda: MappingProxyType({}))
    machine_sound: bool = True
    problems: tuple[Problem, ...] = ()


class Choices:
    """The person's stored choices of mode, shared by every server on this machine.

    Args:
        state: The folder for state.
    """

    def __init__(self, state: Path) -> None:
        self._path = state / NAME
        self._stamp: Stamp | None = None
        self._stored = _Stored()

    def choice(self, folder: Path | None) -> Choice:
        """The choice for the machine and for `folder`. Cheap; never raises."""
        stored = self._current()
        if folder is None or not stored.workspaces:
            return Choice(stored.machine, None, stored.machine_sound)
        name = os.path.realpath(folder)
        workspace = stored.workspaces.get(name)
        spoiled = name in stored.workspaces and workspace is None
        return Choice(stored.machine, workspace, stored.machine_sound and not spoiled)

    def problems(self) -> tuple[Problem, ...]:
        """What could not be read."""
        return self._current().problems

    def set(self, mode: Mode | None, folder: Path | None) -> None:
        """Store a choice, or forget it where `mode` is None.

        Args:
            mode: The person's choice.
            folder: The workspace it is for; None for the whole machine.

        Raises:
            ConfigurationError: The choice can not be written.
        """
        try:
            make_private(self._path.parent)
            with locked(self._path.with_suffix(".lock"), seconds=LOCK_SECONDS):
                self._change(mode, folder)
        except OSError as trouble:
            raise ConfigurationError(
                f"The choice can not be stored: {(trouble.strerror or 'writing failed').lower()}.",
                code="choice-not-stored",
                fix="Make the state folder writable, or set privacy.mode in your settings.",
            ) from None

    def _change(self, mode: Mode | None, folder: Path | None) -> None:
        stored = _read(self._path)
        if stored.problems:
            _keep_aside(self._path)
        machine = stored.machine if folder is not None else mode
        workspaces = {name: kept for name, kept in stored.workspaces.items() if kept is not None}
        if folder is not None:
            name = os.path.realpath(folder)
            workspaces.pop(name, None)
            if mode is not None:
                workspaces[name] = mode  # last in order, so the longest unused goes first
        for name in list(workspaces)[:-_MOST_WORKSPACES]:
            del workspaces[name]
        content = json.dumps({"machine": machine, "workspaces": workspaces}, indent=2) + "\n"
        write_private(self._path, content.encode("utf-8", "surrogateescape"))
        self._stamp = None

    def _current(self) -> _Stored:
        now = stamp(self._path)
        if now != self._stamp:
            self._stored = _read(self._path)
            self._stamp = now
        return self._stored


def _read(path: Path) -> _Stored:
    try:
        content = read_bytes(path, _LONGEST)
        if content is None:
            return _Stored()
        raw = json.loads(content.decode("utf-8", "surrogateescape"))
    except Unreadable as trouble:
        return _spoiled(str(trouble))
    except (ValueError, RecursionError):
        return _spoiled("is not JSON")
    if not isinstance(raw, dict) or not isinstance(raw.get("workspaces", {}), dict):
        return _spoiled("is not what CodeGrex writes")
    return _stored(raw)


def _spoiled(why: str) -> _Stored:
    problem = Problem(SOURCE, "", f"{NAME} {why}; choose a mode again and it is kept aside")
    return _Stored(machine_sound=False, problems=(problem,))


def _stored(raw: Mapping[str, Any]) -> _Stored:
    machine = raw.get("machine")
    workspaces = {name: _mode(word) for name, word in raw.get("workspaces", {}).items()}
    sound = machine is None or _mode(machine) is not None
    problems = [] if sound else [Problem(SOURCE, "machine", _UNKNOWN)]
    # The folder is not named: a path is nobody's business in a log or a popup.
    if None in workspaces.values():
        problems.append(Problem(SOURCE, "workspaces", _UNKNOWN))
    return _Stored(_mode(machine), MappingProxyType(workspaces), sound, tuple(problems))


_UNKNOWN: Final = f"{NAME} names a mode that is not known; choose a mode again"


def _mode(word: object) -> Mode | None:
    return Mode(word) if isinstance(word, str) and word in tuple(Mode) else None


def _keep_aside(path: Path) -> None:
    """Move a spoiled file to the first free name beside it."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.spoiled-{number}{path.suffix}")).exists():
        number += 1
    path.rename(aside)
