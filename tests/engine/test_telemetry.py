"""Telemetry counts only where it was asked for, and goes only where mode and person allow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from codegrex_lsp.engine.requests import CompletionOutcome, Timings
from codegrex_lsp.engine.telemetry import EVERY_SECONDS, Telemetry
from codegrex_lsp.errors import Unreachable
from codegrex_lsp.providers import translator
from codegrex_lsp.providers.wire import TelemetryBatch
from codegrex_lsp.settings.model import Privacy, Settings
from codegrex_lsp.settings.model import Telemetry as Wishes
from codegrex_lsp.state.telemetry import NAME, TelemetryQueue
from codegrex_lsp.values.mode import Destination, Mode
from codegrex_lsp.values.reply import Decision, Suggestion
from codegrex_lsp.values.route import Detour, ProviderConfig, Route
from codegrex_lsp.values.sealed import Sealed
from codegrex_lsp.values.telemetry import Counted, Timed

SERVICE = ProviderConfig(
    "codegrex",
    "codegrex",
    "https://cloud.example",
    headers=MappingProxyType({"x-team": "alice's team"}),
)
ROUTE = Route(
    ProviderConfig("my-secret-name", "vllm", "http://127.0.0.1:8000"), "a-model", Destination.LOCAL
)
SHOWN = CompletionOutcome(
    Suggestion(Sealed("text"), 0, 0),
    Decision("shown", ""),
    ROUTE,
    timings=Timings(gate_ms=1.0, first_token_ms=150.0),
)


class Door:
    """Keeps what is reported."""

    def __init__(self) -> None:
        self.batches: list[TelemetryBatch] = []
        self.dead = False

    async def report(self, batch: TelemetryBatch, translator: object) -> None:
        if self.dead:
            raise Unreachable("down")
        self.batches.append(batch)


class Place:
    """Telemetry over settings that a test changes."""

    def __init__(self, state: Path, *, draw: float = 0.0) -> None:
        self.settings = Settings(
            privacy=Privacy(mode=Mode.NORMAL),
            telemetry=Wishes(enabled=True, sample_rate=0.1),
            providers={"codegrex": SERVICE},
        )
        self.state = state
        self.door = Door()
        door: Any = self.door
        self.telemetry = Telemetry(
            lambda: self.settings, TelemetryQueue(state), door, translator, chance=lambda: draw
        )

    def change(self, **wishes: Any) -> None:
        self.settings = replace(self.settings, telemetry=replace(self.settings.telemetry, **wishes))

    def mode(self, mode: Mode) -> None:
        self.settings = replace(self.settings, privacy=replace(self.settings.privacy, mode=mode))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


async def test_what_is_sent_names_kinds_and_nothing_of_the_person(place: Place) -> None:
    place.telemetry.completion(SHOWN)
    place.telemetry.completion(replace(SHOWN, detours=(Detour("x", "resting", "y"),)))
    place.telemetry.keep()
    await place.telemetry.send()
    (batch,) = place.door.batches
    (report,) = batch.reports
    assert report.counts == {Counted.SHOWN: 2, Counted.SWITCHED: 1}
    assert report.kinds == {"vllm": 2}
    assert report.durations[Timed.FIRST_TOKEN] == (0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0)
    assert batch.provider.headers == {}
    assert place.telemetry.look().reports == ()


async def test_a_session_that_is_not_drawn_counts_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path, draw=0.1)
    place.telemetry.completion(SHOWN)
    place.telemetry.keep()
    assert not (tmp_path / NAME).exists()


async def test_switched_off_it_deletes_what_waits_and_the_number(place: Place) -> None:
    place.telemetry.completion(SHOWN)
    place.telemetry.keep()
    assert (place.state / NAME).exists()
    place.telemetry.completion(SHOWN)
    place.change(enabled=False)
    await place.telemetry.send()
    assert place.door.batches == []
    assert not (place.state / NAME).exists()
    place.change(enabled=True)
    place.telemetry.keep()
    assert not (place.state / NAME).exists(), "what was counted before is forgotten too"


@pytest.mark.parametrize(
    ("mode", "again", "sends"),
    [
        (Mode.NORMAL, False, True),
        (Mode.NORMAL, True, True),
        (Mode.SENSITIVE, False, False),
        (Mode.SENSITIVE, True, True),
        (Mode.OFFLINE, False, False),
        (Mode.OFFLINE, True, False),
    ],
)
async def test_the_mode_and_being_asked_again_decide(
    place: Place, mode: Mode, again: bool, sends: bool
) -> None:
    place.mode(mode)
    place.change(in_sensitive=again)
    place.telemetry.completion(SHOWN)
    place.telemetry.keep()
    await place.telemetry.send()
    assert bool(place.door.batches) is sends
    assert bool(place.telemetry.trouble()) is not sends


async def test_without_a_service_what_was_counted_waits(place: Place) -> None:
    place.settings = replace(place.settings, providers={})
    place.telemetry.completion(SHOWN)
    place.telemetry.keep()
    await place.telemetry.send()
    assert "baseUrl" in place.telemetry.trouble()
    assert len(place.telemetry.look().reports) == 1


async def test_what_could_not_be_sent_waits_and_the_pause_grows(place: Place) -> None:
    place.telemetry.completion(SHOWN)
    place.telemetry.keep()
    place.door.dead = True
    for _ in range(3):
        await place.telemetry.send()
    assert len(place.telemetry.look().reports) == 1
    assert place.telemetry._pause == EVERY_SECONDS * 8
    place.door.dead = False
    await place.telemetry.send()
    assert place.telemetry.look().reports == ()
    assert place.telemetry._pause == EVERY_SECONDS


@pytest.mark.parametrize(
    ("code", "counted"),
    [
        ("shown", Counted.SHOWN),
        ("cached", Counted.CACHED),
        ("empty", Counted.EMPTY),
        ("timeout-first-token", Counted.FAILED),
        ("provider-unreachable", Counted.FAILED),
        ("key-refused", Counted.FAILED),
        ("ignored-by-file", Counted.WITHHELD),
        ("detector-too-slow", Counted.WITHHELD),
        ("refused-by-mode", Counted.WITHHELD),
        ("superseded", None),
        ("mid-line", None),
    ],
)
async def test_each_ending_counts_as_one_thing(
    place: Place, code: str, counted: Counted | None
) -> None:
    place.telemetry.completion(CompletionOutcome(None, Decision(code, "")))
    place.telemetry.keep()
    kept = place.telemetry.look().reports
    assert [dict(report.counts) for report in kept] == ([{counted: 1}] if counted else [])
