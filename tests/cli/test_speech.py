"""Text of a file can not command the terminal it is shown on."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.cli.page import PlainPage
from codegrex_lsp.cli.speech import visible


@given(st.text())
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    steering = {
        character
        for character in visible(text)
        if unicodedata.category(character) == "Cc" and character not in "\n\t"
    }
    assert not steering


def test_writing_direction_marks_are_shown() -> None:
    assert visible("a\u202eb\u2066c") == "a\\u202eb\\u2066c"


def test_ordinary_text_stays_as_it_is() -> None:
    text = "def f():\n\treturn 'é👍'\n"
    assert visible(text) == text


def test_a_plain_table_lines_up(capsys: pytest.CaptureFixture[str]) -> None:
    PlainPage().table(("a", "b"), [("one", "1"), ("three", "2")])
    assert capsys.readouterr().out.splitlines() == ["a      b", "one    1", "three  2"]


def test_a_plain_table_without_rows_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    PlainPage().table(("a", "b"), [])
    assert capsys.readouterr().out == ""
