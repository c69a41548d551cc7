"""The pause before an automatic request follows the typing rhythm, within bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.engine.pace import LONGEST, SHORTEST, Pace


def after_typing(gap: float, before: str = "(") -> float:
    pace, delay = Pace(), 0.0
    for key in range(60):
        delay = pace.delay("u", key * gap, before, fixed_ms=None)
    return delay


def test_a_fast_typist_waits_less_than_a_slow_one() -> None:
    assert after_typing(60) < after_typing(200)


def test_the_middle_of_a_word_waits_longer_than_its_end() -> None:
    assert after_typing(150, "a") > after_typing(150, "(")


def test_the_persons_own_value_is_kept() -> None:
    assert Pace().delay("u", 0, "a", fixed_ms=0) == 0
    assert Pace().delay("u", 0, "a", fixed_ms=75) == 75


@given(st.lists(st.floats(0, 1e7), max_size=50))
def test_the_pause_is_always_within_its_bounds(times: list[float]) -> None:
    pace = Pace()
    for now in sorted(times):
        assert SHORTEST <= pace.delay("u", now, "a", fixed_ms=None) <= LONGEST


def test_a_long_pause_does_not_change_the_rhythm() -> None:
    pace = Pace()
    first = pace.delay("u", 0, "a", fixed_ms=None)
    assert pace.delay("u", 60_000, "a", fixed_ms=None) == first
