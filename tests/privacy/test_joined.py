"""Pass phrases of joined words, told from the names that programs give to things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect.assignments import Assignments
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.joined import is_pass_phrase

THINGS = ("walnut", "heron", "teapot", "granite", "violin")


@pytest.mark.parametrize("mark", ["_", "."])
@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("a.py", 'password = "{}"'),
        ("a.ts", "const login = {{ mail: m, password: '{}' }}"),
        ("hosts.ini", "ansible_password={}"),
        ("a.bat", "set DB_PASSWORD={}"),
    ],
)
def test_joined_words_are_a_password_behind_a_word_for_one(
    name: str, template: str, mark: str
) -> None:
    phrase = mark.join(THINGS[:4])
    text = template.format(phrase)

    spans = Engine([Assignments()]).spans(text, level="secrets", path_name=name)

    assert [text[span.start : span.end] for span in spans] == [phrase]


@pytest.mark.parametrize(
    "value",
    [
        "login.form.title",
        "must_contain_digits",
        "user_account_field",
        "errors.weak.message",
        "config.database.walnut",
        "walnut_heron",
        "walnut_heron.teapot",
        "WALNUT_HERON_TEAPOT",
        "walnutHeron.heronTeapot.teapot",
        "com.acme.heron",
    ],
)
def test_names_in_programs_are_no_pass_phrase(value: str) -> None:
    text = f'password = "{value}"'

    assert not is_pass_phrase(value)
    assert Engine([Assignments()]).spans(text, level="secrets", path_name="a.py") == ()


def test_without_quotes_code_has_names_and_no_pass_phrases() -> None:
    text = f"password = {'.'.join(THINGS[:3])}"

    assert Engine([Assignments()]).spans(text, level="secrets", path_name="a.py") == ()


@given(st.lists(st.sampled_from(THINGS), min_size=3, max_size=8), st.sampled_from("._"))
def test_one_word_of_the_trade_makes_it_a_name(parts: list[str], mark: str) -> None:
    assert is_pass_phrase(mark.join(parts))
    assert not is_pass_phrase(mark.join((*parts[1:], "config")))
