"""Telemetry: off until asked for; counts only, of some sessions, through the same door and ledger.

A session that is not drawn for the sample counts nothing. One that is writes a report into the
queue now and then, where `codegrex-lsp telemetry show` prints it as it is; the queue is sent in
one request, without key or headers of the person, so the service can not tell who they are. With
telemetry off the queue is deleted, whoever switched it off and wherever.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from codegrex_lsp import __version__
from codegrex_lsp.errors import CodegrexError
from codegrex_lsp.providers.wire import TelemetryBatch, Translator
from codegrex_lsp.values.mode import Mode
from codegrex_lsp.values.telemetry import (
    EDGES_MS,
    MOST,
    Counted,
    Editor,
    Report,
    System,
    Timed,
    bucket,
)

if TYPE_CHECKING:
    from codegrex_lsp.egress.door import Door
    from codegrex_lsp.engine.requests import CompletionOutcome
    from codegrex_lsp.settings.model import Settings
    from codegrex_lsp.state.telemetry import Queued, TelemetryQueue

SERVICE: Final = "codegrex"
"""The provider whose address takes reports."""

EVERY_SECONDS: Final = 1800.0
LONGEST_PAUSE_SECONDS: Final = 86_400.0

LOOK_SECONDS: Final = 60.0
"""How soon what waits is deleted after telemetry was switched off in a file."""

_SYSTEMS: Final = {"linux": System.LINUX, "darwin": System.MACOS, "win32": System.WINDOWS}

_SAYS_NOTHING: Final = frozenset({"superseded", "disabled", "ungoverned", "mid-line"})
_OF_THE_MODEL: Final = frozenset(
    {"garbage", "stream-cut", "cut-short", "too-long", "hidden-characters", "bad-answer"}
)
_FAILED: Final = ("provider-", "timeout-", "model-", "key-", "quota-", "answer-")


class Telemetry:
    """What this session counts, and when it is sent.

    Args:
        settings: Machine-wide settings, now, as strict as those of the folders that are open.
        queue: What waits.
        door: The one door.
        translator: Kind → its translator.
        chance: Uniform in [0, 1).
        now: The time, for the day of a report.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        queue: TelemetryQueue,
        door: Door,
        translator: Callable[[str], Translator],
        *,
        chance: Callable[[], float] = random.random,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._queue = queue
        self._door = door
        self._translator = translator
        self._now = now
        self._draw = chance()
        self._counts: Counter[Counted] = Counter()
        self._kinds: Counter[str] = Counter()
        self._durations: dict[Timed, list[int]] = {}
        self._pause = EVERY_SECONDS
        self.editor = Editor.OTHER

    @property
    def counting(self) -> bool:
        """Whether this session was drawn, and telemetry is on."""
        wishes = self._settings().telemetry
        return wishes.enabled and self._draw < wishes.sample_rate

    def trouble(self) -> str:
        """Why nothing is sent now, as a sentence; empty where it is."""
        settings = self._settings()
        mode = settings.privacy.mode
        if not settings.telemetry.enabled:
            return "telemetry is off"
        if mode is Mode.OFFLINE:
            return "the mode is offline"
        if mode is Mode.SENSITIVE and not settings.telemetry.in_sensitive:
            return "the mode is sensitive, and telemetry.inSensitive is off"
        if SERVICE not in settings.providers:
            return "no service is named in providers.codegrex.baseUrl"
        return ""

    def completion(self, outcome: CompletionOutcome) -> None:
        """Count how a completion ended."""
        if not self.counting:
            return
        counted = _counted(outcome.decision.code)
        if counted is None:
            return
        self.count(counted)
        if outcome.detours and outcome.suggestion is not None:
            self.count(Counted.SWITCHED)
        if counted is Counted.SHOWN and outcome.route is not None:
            self._kinds[outcome.route.provider.kind] += 1
            self._time(Timed.GATE, outcome.timings.gate_ms)
            self._time(Timed.FIRST_TOKEN, outcome.timings.first_token_ms)

    def count(self, counted: Counted) -> None:
        """One more."""
        if self.counting:
            self._counts[counted] += 1

    def look(self) -> Queued:
        """What waits; with telemetry off everything is deleted first."""
        if not self._settings().telemetry.enabled:
            self._forget()
            with contextlib.suppress(OSError):
                self._queue.clear()
        return self._queue.read()

    def reset(self) -> None:
        """A new random number for this installation. Raises OSError."""
        self._forget()
        self._queue.reset()

    def keep(self) -> None:
        """Put what was counted into the queue."""
        if not self.counting or not self._counts:
            return
        made = Report(
            day=self._now().date().isoformat(),
            version=__version__,
            python=f"{sys.version_info.major}.{sys.version_info.minor}",
            system=_SYSTEMS.get(sys.platform, System.OTHER),
            editor=self.editor,
            counts=MappingProxyType({key: min(n, MOST) for key, n in self._counts.items()}),
            kinds=MappingProxyType({kind: min(n, MOST) for kind, n in self._kinds.items()}),
            durations=MappingProxyType({key: tuple(row) for key, row in self._durations.items()}),
        )
        self._forget()
        with contextlib.suppress(OSError):  # a full disk costs a few counts and nothing else
            self._queue.add(made)

    async def send(self) -> None:
        """Send what waits, where everything allows it; what can not be sent waits on."""
        queued = await asyncio.to_thread(self.look)
        if not queued.reports or self.trouble():
            return
        settings = self._settings()
        provider = replace(settings.providers[SERVICE], headers=MappingProxyType({}))
        again = settings.telemetry.in_sensitive
        batch = TelemetryBatch(
            provider, queued.install, queued.reports, again, settings.privacy.mode
        )
        try:
            await self._door.report(batch, self._translator(SERVICE))
        except CodegrexError:
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
            return
        self._pause = EVERY_SECONDS
        with contextlib.suppress(OSError):
            await asyncio.to_thread(self._queue.sent, queued.reports)

    async def run(self) -> None:
        """Keep and send now and then, until cancelled.

        The first look is now: what was switched off while no server ran goes before anything else.
        """
        await asyncio.to_thread(self.look)
        while True:
            for _ in range(int(self._pause / LOOK_SECONDS)):
                await asyncio.sleep(LOOK_SECONDS)
                if not self._settings().telemetry.enabled:
                    await asyncio.to_thread(self.look)
            await asyncio.to_thread(self.keep)
            await self.send()

    def _forget(self) -> None:
        self._counts.clear()
        self._kinds.clear()
        self._durations.clear()

    def _time(self, timed: Timed, milliseconds: float | None) -> None:
        if milliseconds is not None:
            row = self._durations.setdefault(timed, [0] * (len(EDGES_MS) + 1))
            row[bucket(milliseconds)] += 1


def _counted(code: str) -> Counted | None:
    known = {"shown": Counted.SHOWN, "cached": Counted.CACHED, "empty": Counted.EMPTY}
    if code in known:
        return known[code]
    if code in _SAYS_NOTHING:
        return None
    failed = code.startswith(_FAILED) or code in _OF_THE_MODEL
    return Counted.FAILED if failed else Counted.WITHHELD
