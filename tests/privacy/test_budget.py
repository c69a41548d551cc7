"""Budget: what is found must also be masked in time, or nothing is sent."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.budget import MOST_VALUES, UNBOUNDED, Budget
from codegrex_lsp.privacy.cleared import Withheld
from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.privacy.marks import MOST
from codegrex_lsp.privacy.occurrences import Occurrences
from codegrex_lsp.privacy.placeholders import Vault
from tests.support import planted
from tests.support.gates import CLOUD, LOCAL, chat, completion, gate

PASSWORD_LINE = f'password = "{planted.PASSWORD}"\n'


class Listed:
    """Finds `token-<n>-x` and nothing else, without a clock."""

    def spans(self, text: str, **more: object) -> tuple[Span, ...]:
        found = []
        at = text.find("token-")
        while at >= 0:
            end = text.find("-x", at) + 2
            found.append(Span(at, end, "secret", "token", "test"))
            at = text.find("token-", end)
        return tuple(found)


def tokens(count: int) -> str:
    return "\n".join(f"a = 'token-{number}-x'" for number in range(count))


def slow(limit: float) -> Budget:
    """One that sees a millisecond go by at each step."""
    now = itertools.count()
    return Budget(milliseconds=limit, clock=lambda: float(next(now)))


@given(st.lists(st.integers(0, 40), max_size=20), st.integers(0, 200))
def test_values_are_counted_and_one_too_many_ends_it(steps: list[int], values: int) -> None:
    budget = Budget(values=values, clock=lambda: 0.0)
    spent = 0
    for step in steps:
        spent += step
        if spent > values:
            with pytest.raises(DetectorFailed) as failure:
                budget.spend(step)
            assert failure.value.code == "detector-too-slow"
            return
        budget.spend(step)


def test_time_counts_from_the_beginning() -> None:
    now = [5.0]
    budget = Budget(milliseconds=10, clock=lambda: now[0])
    now[0] = 15.0
    budget.spend()
    now[0] = 15.1

    with pytest.raises(DetectorFailed):
        budget.spend()


def test_the_unbounded_one_is_never_used_up() -> None:
    UNBOUNDED.spend(10**12)
    UNBOUNDED.spend(10**12)


@pytest.mark.parametrize("route", [LOCAL, CLOUD], ids=["local", "cloud"])
def test_too_many_values_withhold_and_somewhat_fewer_do_not(route: object) -> None:
    guard = gate(engine=Listed())

    few = guard.clear(completion(tokens(MOST_VALUES // 2 - 9) + "\n|"), route, redact_local="all")  # type: ignore[arg-type]
    many = guard.clear(completion(tokens(MOST_VALUES // 2 + 9) + "\n|"), route, redact_local="all")  # type: ignore[arg-type]

    assert isinstance(few, Clearance)
    assert isinstance(many, Withheld)
    assert many.code == "detector-too-slow"


def test_the_texts_of_a_request_share_one_budget() -> None:
    third = tokens(MOST_VALUES // 5)
    guard = gate(engine=Listed())
    neighbours = [(f"{n}.py", third.replace("token-", f"token-{n}")) for n in range(3)]

    outcome = guard.clear(completion("x|", *neighbours), CLOUD, redact_local="all")

    assert isinstance(outcome, Withheld)
    assert isinstance(
        guard.clear(completion("x|", *neighbours[:1]), CLOUD, redact_local="all"), Clearance
    )


@pytest.mark.parametrize(
    "text",
    [
        "[INST]" * (MOST_VALUES + 1),
        "[INST]" * (MOST + 1),
        " ".join(f"cg_secret_{number:08x}" for number in range(MOST + 1)),
        PASSWORD_LINE + f" {planted.PASSWORD}" * MOST_VALUES,
    ],
    ids=["control tokens", "still more", "placeholders", "one value many times"],
)
def test_what_no_detector_counts_is_counted_as_well(text: str) -> None:
    outcome = gate().clear(completion(f"{text}\n|"), CLOUD, redact_local="all")

    assert isinstance(outcome, Withheld)
    assert outcome.code == "detector-too-slow"


@pytest.mark.parametrize("milliseconds", [0, 3, 10, 30])
def test_time_that_runs_out_anywhere_withholds(milliseconds: float) -> None:
    guard = gate(engine=Listed(), budget=lambda: slow(milliseconds))

    for ask in (completion(tokens(30) + "\n|"), chat(tokens(30))):
        outcome = guard.clear(ask, CLOUD, redact_local="all")

        assert isinstance(outcome, Withheld)
        assert outcome.code == "detector-too-slow"


def test_the_clock_is_looked_at_while_known_values_are_looked_for() -> None:
    known = Occurrences()
    known.add("value-1-x")
    text = "value-1-x " * 50

    with pytest.raises(DetectorFailed):
        list(known.find(text, slow(20)))
    assert len(list(known.find(text, slow(1_000)))) == 50


def test_the_clock_is_looked_at_while_names_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    from codegrex_lsp.privacy import placeholders

    monkeypatch.setattr(placeholders, "candidate", lambda *given: "cg_secret_00000000")
    text = "cg_secret_00000000 = 'token-1-x'"

    with pytest.raises(DetectorFailed):
        Vault(b"k").redact(text, Listed().spans(text), budget=slow(100))
