"""Telemetry goes through the one door, says nothing of the person, and obeys the one table."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp.errors import RefusedError
from codegrex_lsp.providers.wire import TelemetryBatch
from codegrex_lsp.values.mode import Mode
from codegrex_lsp.values.telemetry import Counted, Editor, Report, System
from tests.fakes.http import FakeServer, Reply
from tests.support.doors import Bench, bench, provider

KEY = "Bearer " + "cgx_" + "t0ken" * 6
REPORT = Report(
    "2026-11-23", "0.1.0", "3.11", System.LINUX, Editor.VSCODE, counts={Counted.SHOWN: 3}
)


def batch(at: str, *, again: bool = False) -> TelemetryBatch:
    return TelemetryBatch(provider(at, "codegrex"), "0" * 32, (REPORT,), asked_again=again)


async def report(door: Bench, one: TelemetryBatch) -> None:
    translator: Any = door.translator
    await door.door.report(one, translator)


async def test_the_request_is_the_reports_and_nothing_that_says_whose_they_are(
    tmp_path: Path,
) -> None:
    async with (
        FakeServer(Reply([b""])) as server,
        bench(tmp_path, secret=("authorization", KEY)) as door,
    ):
        await report(door, batch(server.base_url))
        (request,) = server.requests
        assert request.target == "/v1/telemetry"
        assert json.loads(request.body) == {
            "schema": 1,
            "install": "0" * 32,
            "reports": [REPORT.as_json()],
        }
        names = {name.lower() for name, _ in request.headers}
        usual = {"host", "user-agent", "accept", "accept-encoding"}
        assert names == usual | {"content-length", "content-type"}
        (line,) = door.ledger.lines()
        assert (line["task"], line["destination"], line["pieces"]) == ("telemetry", "cloud", 0)


async def test_its_connection_is_shared_with_no_request_that_carries_a_key(tmp_path: Path) -> None:
    async with (
        FakeServer(Reply([b""])) as server,
        bench(tmp_path, secret=("authorization", KEY)) as door,
    ):
        await door.probe(provider(server.base_url, "codegrex"))
        await report(door, batch(server.base_url))
        assert len(door.door._transports) == 2


@pytest.mark.parametrize(
    ("mode", "again", "sends"),
    [
        (Mode.NORMAL, False, True),
        (Mode.SENSITIVE, False, False),
        (Mode.SENSITIVE, True, True),
        (Mode.OFFLINE, False, False),
        (Mode.OFFLINE, True, False),
    ],
)
async def test_the_door_itself_asks_the_table(
    tmp_path: Path, mode: Mode, again: bool, sends: bool
) -> None:
    async with FakeServer(Reply([b""])) as server, bench(tmp_path, mode=mode) as door:
        if sends:
            await report(door, batch(server.base_url, again=again))
        else:
            with pytest.raises(RefusedError):
                await report(door, batch(server.base_url, again=again))
        assert len(server.requests) == sends
        assert len(door.ledger.lines()) == sends


@pytest.mark.parametrize(("folders", "again"), [(Mode.OFFLINE, True), (Mode.SENSITIVE, False)])
async def test_the_mode_of_the_open_folders_counts_too(
    tmp_path: Path, folders: Mode, again: bool
) -> None:
    async with FakeServer(Reply([b""])) as server, bench(tmp_path) as door:
        one = replace(batch(server.base_url, again=again), mode=folders)
        with pytest.raises(RefusedError):
            await report(door, one)
        assert server.connections == 0
