"""Which failures say something of the next request, and how much. Pure.

A cold model, a cancel, a mode that says no and a prompt that is too long are no outages.
"""

from __future__ import annotations

from math import inf
from typing import Final

from codegrex_lsp.errors import BadAnswer, CodegrexError, ProviderError
from codegrex_lsp.routing.breaker import Fault, Kind
from codegrex_lsp.values.mode import Destination

_SECONDS_ASIDE: Final = {
    "key-refused": 60.0,
    "quota-exhausted": 300.0,
    "model-missing": 10.0,
    "endpoint-missing": 60.0,
    "redirect-refused": 60.0,
    "embedded-missing": 10.0,
}
"""Failures that last until somebody does something, and how long nobody is asked for each."""

LONGEST_LOCAL_S: Final = 60.0
"""The longest that an answer keeps requests off this machine. Whoever took a model server's port
before it was started could otherwise send an hour of text to the next route, were it the cloud."""

_OF_THE_REQUEST: Final = frozenset(
    {"prompt-too-long", "request-refused", "content-refused", "no-insert"}
)
"""Failures of one request, after which another may do well."""

_CLIENT_ERRORS: Final = range(400, 500)


def fault_of(
    error: CodegrexError, destination: Destination, *, probing: bool = False
) -> Fault | None:
    """How an error counts, or None where it says nothing of the next request.

    Args:
        error: What came of a request.
        destination: Where it went.
        probing: It was a text-free question, which no loading of a model may delay. The book of
            models remembers a missing model by itself.
    """
    if not isinstance(error, ProviderError):
        return None
    local = destination is Destination.LOCAL
    longest = LONGEST_LOCAL_S if local else inf
    if error.retry_after > 0:
        return Fault(Kind.ASKED, min(error.retry_after, longest) * 1000)
    if error.code in _OF_THE_REQUEST:
        return None
    if error.code in _SECONDS_ASIDE:
        remembered = probing and error.code == "model-missing"
        pause = min(_SECONDS_ASIDE[error.code], longest)
        return None if remembered else Fault(Kind.SET_ASIDE, pause * 1000)
    match error.code:
        case "timeout-connect":
            return Fault(Kind.STALLED)
        case "timeout-first-token" if probing:
            return Fault(Kind.STALLED)
        case "timeout-first-token" | "provider-busy" if local:
            return None  # it may be loading its model; llama.cpp says 503 meanwhile
    return Fault()


def is_alive(error: CodegrexError) -> bool:
    """Whether the failure of a knock still shows that somebody answers the door."""
    return isinstance(error, BadAnswer) and error.status in _CLIENT_ERRORS
