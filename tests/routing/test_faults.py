"""Which failures are outages: a table, and the rule that nothing unknown stops a breaker."""

from __future__ import annotations

import pytest

from codegrex_lsp.errors import (
    AddressRefused,
    BadAnswer,
    CodegrexError,
    ConfigurationError,
    LedgerError,
    ModelMissing,
    ProviderError,
    RefusedError,
    ServedElsewhere,
    TimedOut,
    Unreachable,
)
from codegrex_lsp.providers import failures
from codegrex_lsp.routing.breaker import Fault, Kind
from codegrex_lsp.routing.faults import LONGEST_LOCAL_S, fault_of, is_alive
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.route import ProviderConfig

LOCAL, CLOUD = Destination.LOCAL, Destination.CLOUD
SOMEBODY = ProviderConfig("somebody", "openai")
COUNTS = Fault()


def status(code: int) -> ProviderError:
    return failures.explain(SOMEBODY, code, b"")


@pytest.mark.parametrize(
    ("error", "local", "cloud"),
    [
        (Unreachable("x"), COUNTS, COUNTS),
        (Unreachable("x", code="tls-failed"), COUNTS, COUNTS),
        (TimedOut("x", code="timeout-connect"), Fault(Kind.STALLED), Fault(Kind.STALLED)),
        (TimedOut("x", code="timeout-first-token"), None, COUNTS),
        (TimedOut("x", code="timeout-idle"), COUNTS, COUNTS),
        (TimedOut("x", code="timeout-total"), COUNTS, COUNTS),
        (BadAnswer("x", code="garbage"), COUNTS, COUNTS),
        (BadAnswer("x", code="cut-short"), COUNTS, COUNTS),
        (BadAnswer("x", code="answer-too-large"), COUNTS, COUNTS),
        (BadAnswer("x", code="encoded-answer", status=200), COUNTS, COUNTS),
        (status(500), COUNTS, COUNTS),
        (status(502), COUNTS, COUNTS),
        (status(503), None, COUNTS),
        (status(429), COUNTS, COUNTS),
        (status(400), None, None),
        (failures.prompt_too_long(SOMEBODY, 0), None, None),
        (failures.content_refused(SOMEBODY, 0), None, None),
        (RefusedError("x"), None, None),
        (AddressRefused("x"), None, None),
        (ServedElsewhere("x"), None, None),
        (ConfigurationError("x"), None, None),
        (LedgerError("x"), None, None),
    ],
    ids=lambda value: value.code if isinstance(value, CodegrexError) else "",
)
def test_a_failure_counts_as_the_table_says(
    error: CodegrexError, local: Fault | None, cloud: Fault | None
) -> None:
    assert fault_of(error, LOCAL) == local
    assert fault_of(error, CLOUD) == cloud


@pytest.mark.parametrize(
    "error",
    [
        status(401),
        status(402),
        status(403),
        status(404),
        failures.model_missing(SOMEBODY),
        ModelMissing("x"),
        BadAnswer("x", code="redirect-refused", status=302),
    ],
    ids=lambda error: error.code,
)
def test_what_asking_again_does_not_mend_is_set_aside(error: CodegrexError) -> None:
    fault = fault_of(error, CLOUD)
    assert fault is not None
    assert (fault.kind, fault.pause_ms > 0) == (Kind.SET_ASIDE, True)


@pytest.mark.parametrize("destination", Destination)
@pytest.mark.parametrize("code", [429, 500, 503, 529])
def test_a_pause_that_the_server_names_is_kept(code: int, destination: Destination) -> None:
    error = status(code)
    error.retry_after = 2.5
    assert fault_of(error, destination) == Fault(Kind.ASKED, 2_500)


@pytest.mark.parametrize("code", [402, 503])
def test_an_answer_keeps_requests_off_this_machine_for_a_minute_at_most(code: int) -> None:
    error = status(code)
    error.retry_after = 3_600.0 if code == 503 else 0.0
    near, far = fault_of(error, LOCAL), fault_of(error, CLOUD)
    assert near is not None and far is not None
    assert near.pause_ms == LONGEST_LOCAL_S * 1000 < far.pause_ms


def test_no_loading_excuses_a_question_that_is_not_answered() -> None:
    silent = TimedOut("x", code="timeout-first-token")
    assert fault_of(silent, LOCAL, probing=True) == Fault(Kind.STALLED)
    assert fault_of(ModelMissing("x"), LOCAL, probing=True) is None


def test_who_refuses_is_there() -> None:
    assert is_alive(status(401)) and is_alive(status(404))
    assert not is_alive(status(503)) and not is_alive(Unreachable("x"))
