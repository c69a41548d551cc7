"""What waits to be sent is of the closed schema, bounded, and gone when telemetry is off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.state.telemetry import MOST, NAME, TelemetryQueue
from codegrex_lsp.values.telemetry import (
    EDGES_MS,
    Counted,
    Editor,
    Report,
    System,
    Timed,
    bucket,
    report,
)

COUNT = st.integers(0, 1_000_000)
REPORTS = st.builds(
    Report,
    day=st.dates().map(lambda day: day.isoformat()),
    version=st.just("0.1.0"),
    python=st.sampled_from(["3.11", "3.13"]),
    system=st.sampled_from(System),
    editor=st.sampled_from(Editor),
    counts=st.dictionaries(st.sampled_from(Counted), COUNT),
    kinds=st.dictionaries(st.sampled_from(["ollama", "azure-openai"]), COUNT),
    durations=st.dictionaries(
        st.sampled_from(Timed),
        st.lists(COUNT, min_size=len(EDGES_MS) + 1, max_size=len(EDGES_MS) + 1).map(tuple),
    ),
)


def made(day: int = 1) -> Report:
    return Report(f"2026-01-{day:02}", "0.1.0", "3.11", System.LINUX, Editor.NEOVIM)


@given(REPORTS)
def test_a_report_survives_its_shape(one: Report) -> None:
    assert report(json.loads(json.dumps(one.as_json()))) == one


SPOILED = {
    "another key": lambda shape: shape | {"path": "/home/alice/secret.py"},
    "a missing key": lambda shape: {key: shape[key] for key in list(shape)[1:]},
    "text for a day": lambda shape: shape | {"day": "my password is hunter2"},
    "text for a version": lambda shape: shape | {"version": "alice@example.org"},
    "an editor that is not known": lambda shape: shape | {"editor": "alice's editor"},
    "a count that is not known": lambda shape: shape | {"counts": {"secrets seen": 1}},
    "a count that is text": lambda shape: shape | {"counts": {"completion-shown": "1"}},
    "a count that is a truth": lambda shape: shape | {"counts": {"completion-shown": True}},
    "a count below zero": lambda shape: shape | {"counts": {"completion-shown": -1}},
    "a number that is a message": lambda shape: shape | {"counts": {"completion-shown": 2**200}},
    "a kind that is an address": lambda shape: shape | {"kinds": {"https://a.example": 1}},
    "too few buckets": lambda shape: shape | {"durationsMs": {"gate": [1]}},
    "no table": lambda shape: [shape],
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_what_is_not_of_the_schema_is_not_a_report(spoil, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    shape = spoil(made().as_json())
    with pytest.raises(ValueError, match="not a telemetry report"):
        report(shape)
    content = {"install": "0" * 32, "reports": [shape, made(2).as_json()]}
    (tmp_path / NAME).write_text(json.dumps(content))
    assert TelemetryQueue(tmp_path).read().reports == (made(2),)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"reports": 1}', "\0", "[" * 100_000])
def test_a_file_that_is_no_queue_is_as_good_as_none(content: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(content)
    assert TelemetryQueue(tmp_path).read().reports == ()


def test_an_install_number_that_is_no_number_is_replaced(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps({"install": "alice", "reports": []}))
    queue = TelemetryQueue(tmp_path)
    assert queue.read().install == ""
    queue.add(made())
    assert len(queue.read().install) == 32


def test_the_queue_is_bounded_and_the_oldest_go_first(tmp_path: Path) -> None:
    queue = TelemetryQueue(tmp_path)
    for number in range(MOST + 3):
        queue.add(made(number % 28 + 1))
    reports = queue.read().reports
    assert len(reports) == MOST
    assert reports[0] == made(3 % 28 + 1)


def test_what_came_while_others_were_sent_stays(tmp_path: Path) -> None:
    queue = TelemetryQueue(tmp_path)
    queue.add(made(1))
    sent = queue.read().reports
    queue.add(made(2))
    queue.sent(sent)
    assert queue.read().reports == (made(2),)


def test_a_reset_gives_a_new_number_and_drops_the_reports(tmp_path: Path) -> None:
    queue = TelemetryQueue(tmp_path)
    queue.add(made())
    before = queue.read().install
    queue.reset()
    after = queue.read()
    assert after.reports == ()
    assert after.install not in ("", before)


def test_clearing_leaves_no_number_behind(tmp_path: Path) -> None:
    queue = TelemetryQueue(tmp_path)
    queue.add(made())
    queue.clear()
    assert not (tmp_path / NAME).exists()
    assert queue.read().install == ""


def test_a_duration_falls_into_the_bucket_of_the_first_edge_it_does_not_exceed() -> None:
    assert [bucket(at) for at in (0, 20, 20.1, 30_000, 30_001)] == [0, 0, 1, 9, 10]
