"""Fail closed: a detector that raises, or outlives its budget, withholds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from codegrex_lsp.privacy.cleared import Withheld
from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Detector, Level, Line
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.standard import standard_detectors
from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.values.route import Route
from tests.support import planted
from tests.support.gates import CLOUD, LOCAL, chat, completion, gate

LINE_DETECTORS = [d.name for d in standard_detectors() if hasattr(d, "scan_line")]
BUSY = (
    f'password = "{"hunter" + "2xyz"}" # a.b@corp.de +49 30 901820 /home/amiller/x '
    f"https://u:p9w@h.de Authorization: Bearer {'a1b2c3d4' * 4} {'gh' + 'p_' + 'Q7' * 20} "
    f"Cookie: sessionid={'a1b2c3d4' * 4} iban: {planted.IBAN}\n"
    "{ name: 'Alice Miller', email: 'a.m@corp.de' }\n"
    "FN:Alice Miller\n"
    "web1 sudo: amiller : TTY=pts/0\n"
    "she was born on 1985-07-09\n"
    "kind: Secret\n"
    "id,Alice,Miller"
)


class Raising:
    """A line detector that breaks."""

    name = "raising"
    level: Level = "secrets"

    def wants(self, line: Line) -> bool:
        return True

    def scan_line(self, line: Line) -> Sequence[Span]:
        raise RuntimeError(line.text)

    def warm_up(self) -> None:
        raise RuntimeError("no")


class RaisingAtOnce(Raising):
    """One that breaks in its gate."""

    def wants(self, line: Line) -> bool:
        raise RuntimeError(line.text)


class RaisingOnDocuments:
    """A document detector that breaks."""

    name = "raising-on-documents"

    def scan_document(self, text: str, *, half_typed: bool) -> Sequence[Span]:
        raise RuntimeError(text)


class Nonsense(Raising):
    """One that answers with something else than spans."""

    def scan_line(self, line: Line) -> Sequence[Span]:
        return ["a span"]  # type: ignore[list-item]


@pytest.mark.parametrize("route", [LOCAL, CLOUD], ids=["local", "cloud"])
@pytest.mark.parametrize("broken", [Raising(), RaisingAtOnce(), RaisingOnDocuments(), Nonsense()])
def test_a_detector_that_breaks_withholds(broken: Detector, route: Route) -> None:
    closed = gate(engine=Engine([broken]))

    for ask in (completion("x = |1"), completion("x|", ("b.py", "y")), chat("why?")):
        outcome = closed.clear(ask, route, redact_local="secrets")
        assert isinstance(outcome, Withheld)
        assert outcome.code == "detector-failed"


@pytest.mark.parametrize("name", LINE_DETECTORS)
def test_every_detector_in_force_withholds_when_it_breaks(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, line: Line) -> Sequence[Span]:
        raise RuntimeError(line.text)

    detectors = standard_detectors()
    detector = next(d for d in detectors if d.name == name)
    monkeypatch.setattr(type(detector), "scan_line", broken)

    outcome = gate(engine=Engine(detectors)).clear(
        completion(BUSY + "\n|"), CLOUD, redact_local="off"
    )

    assert isinstance(outcome, Withheld)
    assert outcome.code == "detector-failed"


@pytest.mark.parametrize("route", [LOCAL, CLOUD], ids=["local", "cloud"])
def test_a_detector_that_outlives_its_budget_withholds(route: Route) -> None:
    now = iter(range(0, 10**9, 1_000))
    engine = Engine(budget_ms=1_500, clock=lambda: next(now))

    outcome = gate(engine=engine).clear(completion("x = 1\n|y"), route, redact_local="secrets")

    assert isinstance(outcome, Withheld)
    assert outcome.code == "detector-too-slow"


def test_a_vault_that_breaks_withholds(monkeypatch: pytest.MonkeyPatch) -> None:
    from codegrex_lsp.privacy.placeholders import Vault

    def broken(self: Vault, *_: object, **__: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(Vault, "redact", broken)

    assert isinstance(gate().clear(completion("x|"), CLOUD, redact_local="off"), Withheld)


def test_only_a_person_who_switched_redaction_off_goes_without_it_and_only_locally() -> None:
    closed = gate(engine=Engine([Raising()]))

    assert isinstance(closed.clear(completion("x|"), LOCAL, redact_local="off"), Clearance)
    assert isinstance(closed.clear(completion("x|"), CLOUD, redact_local="off"), Withheld)
