"""LSP's base protocol: bytes in, message bodies out. Pure; knows no JSON and no pipe.

Source: LSP 3.17, "Base Protocol": header lines end in CRLF, an empty line ends the header, and
`Content-Length` counts the bytes of the body. Garbage between messages is skipped up to the next
`Content-Length`, and reported once.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final

HEADER_LIMIT: Final = 8 * 1024
"""Bytes. A header that is longer is garbage."""

BODY_LIMIT: Final = 128 * 1024 * 1024
"""Bytes. A longer body is skipped without being kept."""

_LENGTH: Final = b"content-length:"


class Trouble(Enum):
    """What can be wrong with a frame."""

    HEADER = "The message header has no valid Content-Length."
    TOO_LARGE = "The message is larger than 128 MB and was not read."


class Frames:
    """Cuts a byte stream into bodies, however the stream is chunked."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._missing = 0
        self._skipping = 0
        self._lost = False

    def feed(self, chunk: bytes) -> Iterator[bytes | Trouble]:
        """Take the next bytes; give each body that is complete, and each trouble met."""
        self._buffer += chunk
        while True:
            if self._skipping:
                gone = min(self._skipping, len(self._buffer))
                del self._buffer[:gone]
                self._skipping -= gone
                if self._skipping:
                    return
            if self._missing:
                if len(self._buffer) < self._missing:
                    return
                body = bytes(self._buffer[: self._missing])
                del self._buffer[: self._missing]
                self._missing = 0
                yield body
                continue
            header = self._next_header()
            if header is None:
                if self._give_up_on_header():
                    yield Trouble.HEADER
                return
            trouble = self._read_header(header)
            if trouble is not None:
                yield trouble

    def _next_header(self) -> bytes | None:
        """Cut the next header off the buffer; None while it is incomplete."""
        if self._lost:
            at = self._buffer.lower().find(_LENGTH)
            if at < 0:
                return None
            del self._buffer[:at]
            self._lost = False
        end = self._buffer.find(b"\r\n\r\n", 0, HEADER_LIMIT)
        if end < 0:
            return None
        header = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        return header

    def _give_up_on_header(self) -> bool:
        """Whether garbage was just recognised; drops what can not begin a header."""
        if self._lost:
            del self._buffer[: max(len(self._buffer) - len(_LENGTH), 0)]
            return False
        if len(self._buffer) <= HEADER_LIMIT:
            return False
        del self._buffer[: len(_LENGTH)]
        self._lost = True
        return True

    def _read_header(self, header: bytes) -> Trouble | None:
        at = header.lower().rfind(_LENGTH)
        digits = header[at + len(_LENGTH) :].split(b"\r\n", 1)[0].strip() if at >= 0 else b""
        if not digits.isdigit() or len(digits) > 18:
            return Trouble.HEADER
        length = int(digits)
        if length > BODY_LIMIT:
            self._skipping = length
            return Trouble.TOO_LARGE
        if length == 0:
            return Trouble.HEADER
        self._missing = length
        clean = header[:at] in (b"",) or header[:at].endswith(b"\r\n")
        return None if clean else Trouble.HEADER
