"""Modes, destinations, tasks, and the one table of what may go where.

    task             to a local model            to the cloud
    text-bearing     normal sensitive offline    normal
    probe            normal sensitive offline    normal
    account          -                           normal sensitive
    telemetry        -                           normal
    ", asked again   -                           normal sensitive
    download         -                           normal sensitive

"Text-bearing" is completion, chat, edit and commit message: whatever carries code or prompts.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Mode(StrEnum):
    """How much may leave the machine. `offline` > `sensitive` > `normal` in strictness."""

    NORMAL = "normal"
    SENSITIVE = "sensitive"
    OFFLINE = "offline"

    @property
    def strictness(self) -> int:
        """0 for normal, 1 for sensitive, 2 for offline."""
        return _STRICTNESS[self]


_STRICTNESS: Final = {Mode.NORMAL: 0, Mode.SENSITIVE: 1, Mode.OFFLINE: 2}


class Destination(StrEnum):
    """Where a request may go, by the address used and not by the name given."""

    LOCAL = "local"
    CLOUD = "cloud"


class Task(StrEnum):
    """Why a connection is opened."""

    COMPLETION = "completion"
    CHAT = "chat"
    EDIT = "edit"
    COMMIT_MESSAGE = "commit-message"
    PROBE = "probe"
    ACCOUNT = "account"
    TELEMETRY = "telemetry"
    TELEMETRY_ASKED_AGAIN = "telemetry-asked-again"
    DOWNLOAD = "download"

    @property
    def bears_text(self) -> bool:
        """Whether requests of this task carry code, prompts or context."""
        return self in _TEXT_TASKS


_TEXT_TASKS: Final = frozenset({Task.COMPLETION, Task.CHAT, Task.EDIT, Task.COMMIT_MESSAGE})

_EVERY: Final = frozenset(Mode)
_NOT_OFFLINE: Final = frozenset({Mode.NORMAL, Mode.SENSITIVE})
_NORMAL: Final = frozenset({Mode.NORMAL})
_NEVER: Final[frozenset[Mode]] = frozenset()

ALLOWED: Final = MappingProxyType(
    {
        **{(task, Destination.LOCAL): _EVERY for task in _TEXT_TASKS},
        **{(task, Destination.CLOUD): _NORMAL for task in _TEXT_TASKS},
        (Task.PROBE, Destination.LOCAL): _EVERY,
        (Task.PROBE, Destination.CLOUD): _NORMAL,
        (Task.ACCOUNT, Destination.LOCAL): _NEVER,
        (Task.ACCOUNT, Destination.CLOUD): _NOT_OFFLINE,
        (Task.TELEMETRY, Destination.LOCAL): _NEVER,
        (Task.TELEMETRY, Destination.CLOUD): _NORMAL,
        (Task.TELEMETRY_ASKED_AGAIN, Destination.LOCAL): _NEVER,
        (Task.TELEMETRY_ASKED_AGAIN, Destination.CLOUD): _NOT_OFFLINE,
        (Task.DOWNLOAD, Destination.LOCAL): _NEVER,
        (Task.DOWNLOAD, Destination.CLOUD): _NOT_OFFLINE,
    }
)
"""The one table: (task, destination) → the modes in which it may happen."""


def allowed(mode: Mode, task: Task, destination: Destination) -> bool:
    """Whether `task` may go to `destination` in `mode`."""
    return mode in ALLOWED[task, destination]


def strictest(first: Mode, *others: Mode) -> Mode:
    """The strictest of the modes given."""
    return max((first, *others), key=lambda mode: mode.strictness)
