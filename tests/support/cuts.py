"""Ways to cut a stream."""

from __future__ import annotations

import itertools

from hypothesis import strategies as st

from codegrex_lsp.errors import ProviderError
from codegrex_lsp.providers.wire import Decoder, Delta, Event

PLACES = st.sets(st.integers(1, 4000), max_size=40)


def cut(stream: bytes, places: set[int]) -> list[bytes]:
    """`stream` in pieces that end at `places`."""
    edges = [0, *sorted(place for place in places if place < len(stream)), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(edges)]


def outcome(decoder: Decoder, chunks: list[bytes]) -> tuple[list[Event], str]:
    """Every event, and the code of the error that ended the stream, or empty."""
    events: list[Event] = []
    try:
        for chunk in chunks:
            events += decoder.feed(chunk)
        events += decoder.close()
    except ProviderError as error:
        return events, error.code
    return events, ""


def text_of(events: list[Event]) -> str:
    """The answer's text."""
    return "".join(event.text for event in events if isinstance(event, Delta))
