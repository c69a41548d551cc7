"""Bodies come out of the byte stream whole, however it is cut and whatever stands between."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.lsp import framing
from codegrex_lsp.lsp.framing import Frames, Trouble


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def cut(stream: bytes, sizes: list[int]) -> list[bytes]:
    chunks, at = [], 0
    for size in sizes:
        chunks.append(stream[at : at + size])
        at += size
    return [*chunks, stream[at:]]


def fed(chunks: list[bytes]) -> list[bytes | Trouble]:
    frames = Frames()
    return [found for chunk in chunks for found in frames.feed(chunk)]


@given(
    st.lists(st.binary(min_size=1, max_size=40), max_size=5),
    st.lists(st.integers(1, 30), max_size=20),
)
def test_bodies_do_not_depend_on_where_the_stream_is_cut(
    bodies: list[bytes], sizes: list[int]
) -> None:
    assert fed(cut(b"".join(map(framed, bodies)), sizes)) == bodies


def test_other_headers_and_other_cases_are_read() -> None:
    stream = b"content-type: x; charset=utf-8\r\ncontent-LENGTH:2\r\n\r\n{}"
    assert fed([stream]) == [b"{}"]


def test_a_header_without_a_length_is_named_once_and_passed_over() -> None:
    assert fed([b"Hello: there\r\n\r\n" + framed(b"{}")]) == [Trouble.HEADER, b"{}"]


def test_a_length_that_is_no_number_is_named_and_passed_over() -> None:
    for wrong in (b"x", b"-5", b"", b"1e3", b"9" * 30, b"0"):
        stream = b"Content-Length: " + wrong + b"\r\n\r\n" + framed(b"{}")
        assert fed([stream]) == [Trouble.HEADER, b"{}"]


def test_endless_garbage_is_named_once_and_not_kept() -> None:
    frames = Frames()
    found = [item for _ in range(100) for item in frames.feed(b"garbage " * 1000)]
    assert found == [Trouble.HEADER]
    assert len(frames._buffer) < 2 * framing.HEADER_LIMIT
    assert list(frames.feed(framed(b"{}"))) == [b"{}"]


def test_a_body_that_is_too_large_is_skipped_unread() -> None:
    size = framing.BODY_LIMIT + 1
    frames = Frames()
    assert list(frames.feed(b"Content-Length: %d\r\n\r\n" % size)) == [Trouble.TOO_LARGE]
    chunk = b"x" * (1024 * 1024)
    for _ in range(size // len(chunk)):
        assert list(frames.feed(chunk)) == []
        assert len(frames._buffer) == 0
    rest = b"x" * (size % len(chunk))
    assert list(frames.feed(rest + framed(b"{}"))) == [b"{}"]
