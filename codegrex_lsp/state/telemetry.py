"""The queue of telemetry reports: `telemetry.json`, which `telemetry show` prints as it is.

    {"install": "<32 hex digits>", "reports": [...]}

It exists only while telemetry is on. What is in the file and not of the schema is dropped when it
is read, so nothing that somebody else wrote into it is ever sent.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from codegrex_lsp.portable import LOCK_SECONDS, locked, make_private, write_private
from codegrex_lsp.settings.files import Unreadable, read_bytes
from codegrex_lsp.values.telemetry import Report, report

NAME: Final = "telemetry.json"

MOST: Final = 64
"""Reports kept; the oldest go first."""

_LONGEST: Final = 256 * 1024
_INSTALL: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Queued:
    """What waits.

    Attributes:
        install: A random number of this installation, or empty where there is none.
        reports: Oldest first.
    """

    install: str = ""
    reports: tuple[Report, ...] = ()


class TelemetryQueue:
    """The reports that wait to be sent, shared by every server on this machine.

    Args:
        state: The folder for state.
    """

    def __init__(self, state: Path) -> None:
        self._path = state / NAME

    def read(self) -> Queued:
        """What waits. Never raises; a file that can not be read is as good as empty."""
        try:
            content = read_bytes(self._path, _LONGEST)
            raw = json.loads(content) if content is not None else {}
        except (Unreadable, ValueError, RecursionError):
            return Queued()
        if not isinstance(raw, dict) or not isinstance(raw.get("reports"), list):
            return Queued()
        install = raw.get("install")
        sound = isinstance(install, str) and _INSTALL.fullmatch(install)
        reports = []
        for shape in raw["reports"][-MOST:]:
            with contextlib.suppress(ValueError):
                reports.append(report(shape))
        return Queued(str(install) if sound else "", tuple(reports))

    def add(self, made: Report) -> None:
        """Let one more report wait. Raises OSError."""
        with self._held():
            queued = self.read()
            self._write(queued.install, (*queued.reports, made))

    def sent(self, reports: Sequence[Report]) -> None:
        """Take away what was sent; what came meanwhile stays. Raises OSError."""
        with self._held():
            queued = self.read()
            left = list(queued.reports)
            for one in reports:
                if one in left:
                    left.remove(one)
            self._write(queued.install, left)

    def clear(self) -> None:
        """Forget the reports and the number of this installation. Raises OSError."""
        if self._path.exists():
            with self._held():
                self._path.unlink(missing_ok=True)

    def reset(self) -> None:
        """A new number, and nothing that went with the old one. Raises OSError."""
        with self._held():
            self._write("", ())

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        make_private(self._path.parent)
        with locked(self._path.with_suffix(".lock"), seconds=LOCK_SECONDS):
            yield

    def _write(self, install: str, reports: Sequence[Report]) -> None:
        shapes = [one.as_json() for one in list(reports)[-MOST:]]
        content = {"install": install or secrets.token_hex(16), "reports": shapes}
        write_private(self._path, json.dumps(content, indent=2).encode() + b"\n")
