"""FILE:LINE:COL, and where it points."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.cli import place
from codegrex_lsp.cli.exits import UsageError
from codegrex_lsp.cli.place import Place

numbers = st.integers(min_value=1, max_value=999_999_999)
# Text as editors meet it: every line end, characters beyond the BMP, separators that are not ends.
texts = st.text(st.sampled_from("ab \t\n\r\u2028\x0b\x85é👍"), max_size=60)


@given(st.text(min_size=1).filter(lambda name: "\0" not in name), numbers, numbers)
def test_any_file_name_comes_back_whole(name: str, line: int, column: int) -> None:
    assert place.parse(f"{name}:{line}:{column}") == Place(name, line, column)


@given(st.text())
def test_any_argument_is_a_place_or_a_usage_error(argument: str) -> None:
    try:
        found = place.parse(argument)
    except UsageError as error:
        assert error.exit_code == 2
    else:
        assert found.line >= 1 and found.column >= 1


@pytest.mark.parametrize(
    ("argument", "file"),
    [
        ("C:\\work\\a.py:3:7", "C:\\work\\a.py"),
        ("c:/a.py:3:7", "c:/a.py"),
        ("a:b:c:3:7", "a:b:c"),
        ("12:34:3:7", "12:34"),
    ],
)
def test_a_file_name_may_hold_colons(argument: str, file: str) -> None:
    assert place.parse(argument) == Place(file, 3, 7)


@pytest.mark.parametrize(
    "argument",
    ["", "a.py", "a.py:3", "a.py:3:", ":3:7", "a.py:x:7", "a.py:-3:7", "a.py:3:7:", "a.py:٣:7"],
)
def test_a_missing_part_is_named_with_what_to_write(argument: str) -> None:
    with pytest.raises(UsageError, match="does not name a place") as caught:
        place.parse(argument)
    assert "FILE:LINE:COL" in caught.value.fix


@pytest.mark.parametrize("argument", ["a.py:0:1", "a.py:1:0"])
def test_counting_starts_at_one(argument: str) -> None:
    with pytest.raises(UsageError, match="start at 1"):
        place.parse(argument)


@given(texts)
def test_every_place_in_a_text_has_its_own_offset(text: str) -> None:
    lines = re.split(r"\r\n|\n|\r", text)
    offsets = [
        place.offset(text, Place("f", number, column))
        for number, line in enumerate(lines, 1)
        for column in range(1, len(line) + 2)
    ]
    assert offsets == sorted(set(offsets))
    assert offsets[0] == 0
    assert offsets[-1] == len(text)


@given(texts, st.data())
def test_a_position_says_in_utf_16_what_the_place_says_in_characters(
    text: str, data: st.DataObject
) -> None:
    lines = re.split(r"\r\n|\n|\r", text)
    number = data.draw(st.integers(1, len(lines)))
    column = data.draw(st.integers(1, len(lines[number - 1]) + 1))
    at = place.offset(text, Place("f", number, column))
    before = lines[number - 1][: column - 1]
    units = sum(2 if ord(character) > 0xFFFF else 1 for character in before)
    assert place.position(text, at) == {"line": number - 1, "character": units}


@given(texts)
def test_a_place_outside_the_text_is_refused_with_how_far_it_goes(text: str) -> None:
    lines = re.split(r"\r\n|\n|\r", text)
    with pytest.raises(UsageError, match=f"has {len(lines)}$"):
        place.offset(text, Place("f", len(lines) + 1, 1))
    with pytest.raises(UsageError, match=f"ends at {len(lines[0]) + 1}$"):
        place.offset(text, Place("f", 1, len(lines[0]) + 2))


def test_a_byte_order_mark_is_not_a_column(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes("\ufeffx = 1".encode())
    assert place.read(file) == "x = 1"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a\0b", "not a text file"),
        ("x = 'é'".encode("latin-1"), "not UTF-8"),
        (b"x" * (place.MOST_BYTES + 1), "larger than 8 MiB"),
    ],
)
def test_a_file_that_is_no_document_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=f"a.py is {reason}"):
        place.read(file)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        place.read(tmp_path / "none.py")
    with pytest.raises(UsageError, match="is not a file"):
        place.read(tmp_path)


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("a.py", "python"),
        ("A.TSX", "typescriptreact"),
        ("Makefile", "makefile"),
        ("Dockerfile.dev", "dockerfile"),
        ("notes", ""),
    ],
)
def test_the_language_is_read_from_the_name(name: str, language: str) -> None:
    assert place.language(Path(name)) == language
