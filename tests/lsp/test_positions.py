"""Offsets and positions agree with the plain definition, in every encoding."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.lsp.positions import Encoding, LineIndex

AWKWARD = st.sampled_from(
    [
        "a",
        "ß",
        "汉",
        "👍",
        "👩‍💻",
        "e\u0301",
        "\r",
        "\n",
        "\r\n",
        "\x00",
        "\x0b",
        "\x0c",
        "\x85",
        "\u2028",
    ]
)
TEXTS = st.lists(AWKWARD, max_size=30).map("".join)
ENCODINGS = st.sampled_from(list(Encoding))

CODECS = {
    Encoding.UTF8: ("utf-8", 1),
    Encoding.UTF16: ("utf-16-le", 2),
    Encoding.UTF32: ("utf-32-le", 4),
}


def units(text: str, encoding: Encoding) -> int:
    codec, size = CODECS[encoding]
    return len(text.encode(codec)) // size


def naive_lines(text: str) -> list[tuple[int, str]]:
    """(offset, content) of each line."""
    parts = re.split(r"(\r\n|\n|\r)", text)
    lines, at = [], 0
    for content, ending in zip(parts[::2], [*parts[1::2], ""], strict=True):
        lines.append((at, content))
        at += len(content) + len(ending)
    return lines


def naive_offset(text: str, line: int, column: int, encoding: Encoding) -> int:
    lines = naive_lines(text)
    if line >= len(lines):
        return len(text)
    start, content = lines[line]
    fitting = [n for n in range(len(content) + 1) if units(content[:n], encoding) <= column]
    return start + fitting[-1]


@given(TEXTS, st.integers(0, 12), st.integers(0, 40), ENCODINGS)
def test_a_position_is_where_the_definition_says(
    text: str, line: int, column: int, encoding: Encoding
) -> None:
    assert LineIndex(text).offset(line, column, encoding) == naive_offset(
        text, line, column, encoding
    )


@given(TEXTS, ENCODINGS, st.data())
def test_an_offset_within_a_line_comes_back(
    text: str, encoding: Encoding, data: st.DataObject
) -> None:
    start, content = data.draw(st.sampled_from(naive_lines(text)))
    offset = start + data.draw(st.integers(0, len(content)))
    index = LineIndex(text)
    assert index.offset(*index.place(offset, encoding), encoding) == offset


@given(TEXTS, TEXTS, st.data())
def test_an_edited_index_is_the_index_of_the_edited_text(
    text: str, inserted: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    edited = LineIndex(text).edited(start, end, inserted)
    fresh = LineIndex(text[:start] + inserted + text[end:])
    assert edited.text == fresh.text
    assert [edited.offset(line, 0, Encoding.UTF32) for line in range(edited.lines)] == [
        fresh.offset(line, 0, Encoding.UTF32) for line in range(fresh.lines)
    ]
    assert edited.lines == fresh.lines


@pytest.mark.parametrize(
    ("encoding", "column"), [(Encoding.UTF8, 5), (Encoding.UTF16, 3), (Encoding.UTF32, 2)]
)
def test_a_column_behind_an_emoji_counts_its_units(encoding: Encoding, column: int) -> None:
    assert LineIndex("x👍y").offset(0, column, encoding) == 2
    assert LineIndex("x👍y").place(2, encoding) == (0, column)


@pytest.mark.parametrize(("encoding", "column"), [(Encoding.UTF8, 3), (Encoding.UTF16, 2)])
def test_a_column_inside_an_emoji_means_its_start(encoding: Encoding, column: int) -> None:
    assert LineIndex("x👍y").offset(0, column, encoding) == 1


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_line_feeds_and_carriage_returns_end_a_line(separator: str) -> None:
    assert LineIndex(f"a{separator}b\r\nc\rd\ne").lines == 4


@pytest.mark.parametrize(
    ("line", "column", "offset"),
    [(0, 99, 2), (1, 99, 5), (2, 0, 5), (99, 99, 5), (-1, 0, 0), (0, -5, 0), (0, 2**31, 2)],
)
def test_a_position_outside_the_text_is_clamped(line: int, column: int, offset: int) -> None:
    assert LineIndex("ab\rcd").offset(line, column, Encoding.UTF16) == offset


def test_a_line_of_five_megabytes_is_no_trouble() -> None:
    text = "x" * 4_999_999 + "👍"
    index = LineIndex(text)
    assert index.offset(0, 5_000_001, Encoding.UTF16) == 5_000_000
    assert index.place(5_000_000, Encoding.UTF8) == (0, 5_000_003)
