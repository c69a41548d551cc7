"""Cuts a byte stream into frames: NDJSON lines and server-sent events, however it arrives.

A frame is held until it is whole, so a cut inside a UTF-8 sequence or between CR and LF changes
nothing. A frame longer than `MAX_FRAME` bytes is an error: a stream may not fill the memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from codegrex_lsp.errors import BadAnswer

MAX_FRAME: Final = 1 << 20
"""Bytes in one frame. A token's frame is some hundred bytes, a final one some thousand."""


class Frames(Protocol):
    """Bytes in, whole frames out. Each iterator is to be read to its end or the stream dropped."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Frames completed by `chunk`. Raises BadAnswer where one is too long."""
        ...

    def close(self) -> Iterator[bytes]:
        """What the stream's end completes: a last frame without its line end."""
        ...


class Ndjson:
    """Newline-delimited JSON: a frame is a non-blank line."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Lines completed by `chunk`, without their ends."""
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            self._hold(part)
            yield from self.close()
        self._hold(rest)

    def close(self) -> Iterator[bytes]:
        """The line held so far, as if it had ended here."""
        line = bytes(self._held)
        self._held.clear()
        if line.strip():
            yield line

    def _hold(self, part: bytes) -> None:
        self._held += part
        _bound(len(self._held))


class Sse:
    """Server-sent events (WHATWG HTML, section 9.2): a frame is the data of one event.

    Comments and the fields `event`, `id` and `retry` are dropped; several `data` lines are joined
    by a line feed. Other than there, an event that the stream's end leaves without its blank line
    counts, since some servers end so; a half one then fails as JSON.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._at_start = True

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Data of the events completed by `chunk`."""
        if not chunk:
            return
        if self._after_cr:
            chunk = chunk.removeprefix(b"\n")
        self._after_cr = chunk.endswith(b"\r")
        *ended, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for part in ended:
            self._hold(part)
            yield from self._line()
        self._hold(rest)

    def close(self) -> Iterator[bytes]:
        """The data of an event that the stream's end left open."""
        yield from self._line()
        yield from self._line()

    def _hold(self, part: bytes) -> None:
        self._held += part
        _bound(self._size + len(self._held))

    def _line(self) -> Iterator[bytes]:
        """Take the held line; a blank one ends the event."""
        line = bytes(self._held)
        self._held.clear()
        if self._at_start:
            line = line.removeprefix(b"\xef\xbb\xbf")
            self._at_start = False
        if not line:
            frame, found = b"\n".join(self._data), bool(self._data)
            self._data, self._size = [], 0
            if found:
                yield frame
            return
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
            self._size += len(value) + 1


def _bound(size: int) -> None:
    if size > MAX_FRAME:
        raise BadAnswer("The model server sent a line that is far too long.", code="frame-too-long")
