"""The restore map stays home: search everything that a Cleared can be turned into."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from collections.abc import Iterator

import pytest

from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.values.sealed import Sealed
from tests.support import planted
from tests.support.gates import CLOUD, completion, gate

VALUES = {name: value for name, (_, value) in (planted.SECRETS | planted.PEOPLE).items()}
TEXT = "\n".join(line for line, _ in (planted.SECRETS | planted.PEOPLE).values())


@pytest.fixture(scope="module")
def clearance() -> Clearance:
    ask = completion(f"{TEXT}\n'''{planted.pem()}'''\n|", ("b.py", TEXT), ("notes.md", TEXT))
    engine = Engine(budget_ms=60_000)
    outcome = gate(engine=engine).clear(ask, CLOUD, redact_local="off")
    assert isinstance(outcome, Clearance)
    return outcome


def everything_in(thing: object) -> Iterator[str]:
    """Every string that can be reached from `thing` through its fields."""
    if isinstance(thing, Sealed):
        yield thing.reveal()
    elif isinstance(thing, str):
        yield thing
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            yield from everything_in(getattr(thing, field.name))
    elif isinstance(thing, dict):
        yield from everything_in([*thing, *thing.values()])
    elif isinstance(thing, (tuple, list, set, frozenset)):
        for item in thing:
            yield from everything_in(item)


def test_no_field_of_a_cleared_leads_to_an_original(clearance: Clearance) -> None:
    reached = "\n".join(everything_in(clearance.cleared))

    assert "cg_secret_" in reached
    assert [name for name, value in VALUES.items() if value in reached] == []
    assert not any(line in reached for line in planted.KEY_LINES)


def test_no_field_of_a_cleared_is_a_restorer_or_a_function(clearance: Clearance) -> None:
    assert [
        field.name
        for field in dataclasses.fields(clearance.cleared)
        if callable(getattr(clearance.cleared, field.name))
    ] == []


def test_nothing_prints_an_original(clearance: Clearance) -> None:
    restorer = clearance.restorer()
    for thing in (clearance, clearance.cleared, restorer, clearance.cleared.pieces):
        shown = f"{thing} {thing!r}"
        assert [name for name, value in VALUES.items() if value in shown] == []


def test_neither_half_can_be_written_down(clearance: Clearance) -> None:
    for thing in (clearance, clearance.cleared, clearance.restorer, clearance.restorer()):
        for write in (pickle.dumps, json.dumps):
            with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
                write(thing)  # type: ignore[operator]
    with pytest.raises(TypeError):
        copy.deepcopy(clearance.restorer())


def test_the_restorer_gives_the_originals_back_here(clearance: Clearance) -> None:
    name = next(
        r.placeholder
        for r in clearance.cleared.redactions
        if r.origin == "a.py" and "pass" in r.type
    )

    assert clearance.restorer().feed(f"{name} ") == f"{planted.PASSWORD} "
