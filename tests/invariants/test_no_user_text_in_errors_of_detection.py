"""No user text in logs, errors, warnings or reprs of the whole pipeline, and no connection."""

from __future__ import annotations

import logging
import socket
import sys
import traceback
from collections.abc import Sequence

import pytest

from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.cleared import Withheld
from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.gate import Clearance
from tests.support import planted
from tests.support.gates import CLOUD, completion, gate

CANARY = "canary" + "4711" + "zebra"
HARD_TO_READ = [f"DE00 {CANARY.upper()[:4]} 0000 0000 0000 00", "1.2.3.4.5.6@7", "\ud800@a.b.de"]
LINES = [line for line, _ in (planted.SECRETS | planted.PEOPLE).values()]
TEXT = "\n".join((*LINES, *HARD_TO_READ, f'password = "{CANARY}"', f"# {CANARY}", planted.pem()))
VALUES = [value for _, value in (planted.SECRETS | planted.PEOPLE).values()]


class Shouting:
    """Raises the line itself, as careless detectors do."""

    name = "shouting"
    level: Level = "secrets"

    def wants(self, line: Line) -> bool:
        return True

    def scan_line(self, line: Line) -> Sequence[Span]:
        try:
            raise KeyError(line.text)
        except KeyError as error:
            raise ValueError(f"could not read {line.text}") from error

    def warm_up(self) -> None:
        raise ValueError(CANARY)


@pytest.fixture
def everything_logged() -> list[str]:
    """Whatever any logger says, at any level, arguments included."""
    records: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(f"{record.name} {record.msg} {record.args} {record.exc_info}")

    listener = Listener(0)
    root = logging.getLogger()
    before = root.level
    root.addHandler(listener)
    root.setLevel(0)
    yield records  # type: ignore[misc]
    root.removeHandler(listener)
    root.setLevel(before)


@pytest.fixture
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Name resolution and connections fail, and are remembered."""
    attempts: list[str] = []

    def refuse(name: str) -> object:
        def attempt(*args: object, **kwargs: object) -> None:
            attempts.append(name)
            raise OSError("no network in this test")

        return attempt

    monkeypatch.setattr(socket, "getaddrinfo", refuse("getaddrinfo"))
    monkeypatch.setattr(socket, "gethostbyname", refuse("gethostbyname"))
    monkeypatch.setattr(socket, "create_connection", refuse("create_connection"))
    monkeypatch.setattr(socket.socket, "connect", refuse("connect"))
    monkeypatch.setattr(socket.socket, "connect_ex", refuse("connect_ex"))
    monkeypatch.setattr(socket.socket, "sendto", refuse("sendto"))
    return attempts


def test_the_pipeline_neither_resolves_nor_connects_nor_talks(
    no_way_out: list[str],
    everything_logged: list[str],
    capfd: pytest.CaptureFixture[str],
    recwarn: pytest.WarningsRecorder,
) -> None:
    outcome = gate(engine=Engine(budget_ms=60_000)).clear(
        completion(TEXT + "\n|"), CLOUD, redact_local="off"
    )

    assert isinstance(outcome, Clearance)
    restorer = outcome.restorer()
    restorer.feed(outcome.cleared.pieces[0].text.reveal())
    restorer.close()
    assert no_way_out == []
    printed = capfd.readouterr()
    said = " ".join((*everything_logged, *map(str, recwarn), printed.out, printed.err))
    assert [value for value in (CANARY, *VALUES, *HARD_TO_READ) if value in said] == []


def test_a_failure_carries_no_word_of_the_text() -> None:
    engine = Engine([Shouting()])

    with pytest.raises(DetectorFailed) as caught:
        engine.spans(f"x = '{CANARY}'", level="all")

    # Not `format_exception` alone: it prints the context only where that is not suppressed.
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert CANARY not in f"{caught.value!r} {caught.value.fix} {caught.value.args}"


def test_a_detector_that_can_not_start_carries_no_word_either() -> None:
    with pytest.raises(DetectorFailed) as caught:
        Engine([Shouting()]).warm_up("secrets")

    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_the_reason_for_withholding_carries_no_word_of_the_text(
    everything_logged: list[str],
) -> None:
    outcome = gate(engine=Engine([Shouting()])).clear(
        completion(f"x = '{CANARY}'|"), CLOUD, redact_local="off"
    )

    assert isinstance(outcome, Withheld)
    assert CANARY not in f"{outcome!r} {everything_logged}"
    assert sys.exc_info() == (None, None, None)


def test_a_line_or_a_document_in_a_repr_shows_nothing() -> None:
    assert CANARY not in repr(Line(CANARY, CANARY))
    for span in Engine().spans(TEXT, level="secrets"):
        assert not any(value in repr(span) for value in (CANARY, *VALUES))
