"""Makes a model that reads fill-in-the-middle marks out of one that does not.

Three special tokens that the starter model never learned to use are renamed, so `/infill` really
runs. What it then writes is nonsense, which a test of the protocol does not mind.
Format: GGUF version 3, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

MARKS = {8: b"<fim_prefix>", 9: b"<fim_suffix>", 10: b"<fim_middle>"}
"""Token id → its new text; they were issue and notebook marks."""

_STRING, _ARRAY = 8, 9
_WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_ALIGNMENT = 32


@dataclass
class _Cursor:
    data: bytes
    at: int = 0

    def number(self, form: str) -> int:
        (value,) = struct.unpack_from(f"<{form}", self.data, self.at)
        self.at += struct.calcsize(f"<{form}")
        return int(value)

    def string(self) -> bytes:
        length = self.number("Q")
        self.at += length
        return self.data[self.at - length : self.at]

    def skip(self, kind: int) -> None:
        if kind == _STRING:
            self.string()
        elif kind == _ARRAY:
            inner, count = self.number("I"), self.number("Q")
            for _ in range(count):
                self.skip(inner)
        else:
            self.at += _WIDTHS[kind]


def with_marks(source: Path, target: Path) -> Path:
    """Write `source` with its tokens renamed to `MARKS`."""
    cursor = _Cursor(source.read_bytes(), at=8)
    tensors, entries = cursor.number("Q"), cursor.number("Q")
    head = cursor.data[: cursor.at]
    for _ in range(entries):
        start = cursor.at
        key, kind = cursor.string(), cursor.number("I")
        if key == b"tokenizer.ggml.tokens":
            head += cursor.data[start : cursor.at] + _renamed(cursor)
        else:
            cursor.skip(kind)
            head += cursor.data[start : cursor.at]
    start = cursor.at
    for _ in range(tensors):
        cursor.string()
        shape = cursor.number("I")
        cursor.at += 8 * shape + 12
    head += cursor.data[start : cursor.at]
    old = cursor.at + -cursor.at % _ALIGNMENT
    target.write_bytes(head + bytes(-len(head) % _ALIGNMENT) + cursor.data[old:])
    return target


def _renamed(cursor: _Cursor) -> bytes:
    kind, count = cursor.number("I"), cursor.number("Q")
    assert kind == _STRING
    texts = [cursor.string() for _ in range(count)]
    texts = [MARKS.get(number, text) for number, text in enumerate(texts)]
    strings = b"".join(struct.pack("<Q", len(text)) + text for text in texts)
    return struct.pack("<IQ", kind, count) + strings
