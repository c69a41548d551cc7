"""Values that the person marked as not secret."""

from __future__ import annotations

import pytest

from codegrex_lsp.engine.guards import Guards
from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.cleared import Withheld
from codegrex_lsp.privacy.detect.allowed import Allowing, keyed_hash
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.settings import checks
from codegrex_lsp.settings.model import Privacy, Settings
from tests.support.gates import LOCAL, completion
from tests.support.planted import AWS, GITHUB

KEY = b"k" * 32
TEXT = f'a = "{AWS}"\nb = "{GITHUB}"\n'


def values(scanner: Allowing | Engine) -> set[str]:
    return {TEXT[span.start : span.end] for span in scanner.spans(TEXT, level="secrets")}


def test_an_allowed_value_is_passed_over_and_its_neighbour_is_not() -> None:
    assert values(Engine()) == {AWS, GITHUB}
    assert values(Allowing(Engine(), KEY, {keyed_hash(KEY, AWS)})) == {GITHUB}


def test_a_hash_made_with_another_machines_key_allows_nothing() -> None:
    assert values(Allowing(Engine(), KEY, {keyed_hash(b"o" * 32, AWS)})) == {AWS, GITHUB}


def test_a_part_of_a_value_that_is_allowed_does_not_allow_the_whole() -> None:
    assert values(Allowing(Engine(), KEY, {keyed_hash(KEY, AWS[:10])})) == {AWS, GITHUB}


def test_a_failing_detector_is_not_silenced() -> None:
    class Failing:
        def spans(self, text: str, **_: object) -> tuple[()]:
            raise DetectorFailed("no")

    with pytest.raises(DetectorFailed):
        Allowing(Failing(), KEY, {keyed_hash(KEY, AWS)}).spans(TEXT, level="secrets")


def test_the_settings_take_the_hash_as_it_is_written() -> None:
    assert checks.keyed_hash(keyed_hash(KEY, "\ud800 lone surrogates hash too")) == ""


class House:
    """Guards under settings that a test changes."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.guards = Guards(
            lambda path, folder: Verdict(False),
            lambda folder: KEY,
            lambda folder: self.settings,
            KEY,
        )

    def allow(self, *values: str) -> None:
        hashes = frozenset(keyed_hash(KEY, value) for value in values)
        self.settings = Settings(privacy=Privacy(allow=hashes))

    def sent(self, marked: str) -> str:
        clearance = self.guards.gate(self.settings).clear(
            completion(marked), LOCAL, redact_local="secrets"
        )
        assert not isinstance(clearance, Withheld)
        return "".join(piece.text.reveal() for piece in clearance.cleared.pieces)


def test_the_gate_lets_an_allowed_value_pass_at_the_next_request_and_masks_it_again_later() -> None:
    house = House()
    assert AWS not in house.sent(f"{TEXT}|")
    house.allow(AWS)
    assert AWS in house.sent(f"{TEXT}|")
    assert GITHUB not in house.sent(f"{TEXT}|")
    house.allow()
    assert AWS not in house.sent(f"{TEXT}|")


def test_a_change_of_allowed_values_keeps_the_placeholders_of_the_others() -> None:
    house = House()
    before = house.sent(f'b = "{GITHUB}"\n|')
    house.allow(AWS)
    assert house.sent(f'b = "{GITHUB}"\n|') == before


def test_guards_give_everybody_who_tells_of_findings_the_same_scanner_as_the_gate() -> None:
    house = House()
    house.allow(AWS)
    for scanner in (
        house.guards.scanner(house.settings),
        house.guards.bulk_scanner(house.settings),
    ):
        found = {TEXT[s.start : s.end] for s in scanner.spans(TEXT, level="secrets")}
        assert found == {GITHUB}
