"""Frames come out whole, however the bytes were cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.errors import BadAnswer
from codegrex_lsp.providers.framing import MAX_FRAME, Frames, Ndjson, Sse
from tests.support.cuts import PLACES, cut


def frames(framing: Frames, chunks: list[bytes]) -> list[bytes]:
    found = [frame for chunk in chunks for frame in framing.feed(chunk)]
    return [*found, *framing.close()]


EVENTS = {
    b"data: a\n\ndata: b\n\n": [b"a", b"b"],
    b"data: a\r\n\r\ndata: b\r\n\r\n": [b"a", b"b"],
    b"data: a\r\rdata: b\r\r": [b"a", b"b"],
    b"data:a\n\n": [b"a"],
    b"data:  a\n\n": [b" a"],
    b"data: a\ndata: b\n\n": [b"a\nb"],
    b"data\n\n": [b""],
    b": keep-alive\n\ndata: a\n\n": [b"a"],
    b"event: x\nid: 1\nretry: 2\ndata: a\n\n": [b"a"],
    b"event: x\n\n": [],
    b"\xef\xbb\xbfdata: a\n\n": [b"a"],
    b"data: a\n\n\n\n\ndata: b\n\n": [b"a", b"b"],
    b"data: a": [b"a"],
    b"data: a\n": [b"a"],
    b"\xef\xbb\xbf": [],
    b"": [],
    "data: \u00e9\U0001f600\n\n".encode(): ["\u00e9\U0001f600".encode()],
}


@pytest.mark.parametrize(("stream", "expected"), EVENTS.items())
def test_events_are_read_as_the_standard_says(stream: bytes, expected: list[bytes]) -> None:
    assert frames(Sse(), [stream]) == expected
    assert frames(Sse(), [bytes([byte]) for byte in stream]) == expected


def test_lines_are_frames_and_blank_lines_are_none() -> None:
    assert frames(Ndjson(), [b'{"a":1}\r\n\n  \n{"b"', b":2}"]) == [b'{"a":1}\r', b'{"b":2}']


BYTES = st.lists(
    st.sampled_from([b"data: ", b"data", b":", b"\r", b"\n", b"\r\n", b" ", b"x", b"\xc3\xa9"]),
    max_size=30,
).map(b"".join)


@given(BYTES, PLACES)
def test_cuts_make_no_difference_to_events(stream: bytes, places: set[int]) -> None:
    assert frames(Sse(), cut(stream, places)) == frames(Sse(), [stream])


@given(BYTES, PLACES)
def test_cuts_make_no_difference_to_lines(stream: bytes, places: set[int]) -> None:
    assert frames(Ndjson(), cut(stream, places)) == frames(Ndjson(), [stream])


@pytest.mark.parametrize("framing", [Ndjson, Sse])
@pytest.mark.parametrize("step", [MAX_FRAME // 3, MAX_FRAME * 2])
def test_a_frame_may_not_fill_the_memory(framing: type[Ndjson] | type[Sse], step: int) -> None:
    endless = b"data: " + b"x" * MAX_FRAME
    one = framing()
    with pytest.raises(BadAnswer) as caught:
        for start in range(0, len(endless), step):
            list(one.feed(endless[start : start + step]))
    assert caught.value.code == "frame-too-long"


def test_many_data_lines_are_bounded_as_one_event() -> None:
    one = Sse()
    with pytest.raises(BadAnswer):
        for _ in range(MAX_FRAME // 1000 + 2):
            list(one.feed(b"data: " + b"x" * 1000 + b"\n"))
