"""Occurrences: a known value is found in whatever form it is written."""

from __future__ import annotations

import base64
import json
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.occurrences import MOST_ENCODED, Occurrences, is_distinctive
from tests.support import planted

VALUE = "p@ss/w0rd " + 'with "é"'


def found(text: str, *values: str) -> set[tuple[str, str]]:
    known = Occurrences()
    for value in values:
        known.add(value)
    return {(text[start:end], value) for start, end, value in known.find(text)}


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        urllib.parse.quote(VALUE, safe=""),
        urllib.parse.quote_plus(VALUE),
        urllib.parse.quote(VALUE, safe="").lower(),
        json.dumps(VALUE)[1:-1],
        json.dumps(VALUE, ensure_ascii=False)[1:-1],
    ],
)
def test_every_spelling_is_found(form: str) -> None:
    assert found(f"x = <{form}>;", VALUE) == {(form, VALUE)}


@given(st.binary(max_size=7), st.binary(max_size=7), st.booleans())
def test_base64_of_anything_that_holds_it_is_found_whole(
    before: bytes, after: bytes, safe: bool
) -> None:
    encode = base64.urlsafe_b64encode if safe else base64.b64encode
    text = encode(before + planted.PASSWORD.encode() + after).decode()

    assert found(f'auth = "{text}"', planted.PASSWORD) == {(text, planted.PASSWORD)}


def test_a_short_value_is_found_as_a_whole_word_and_a_long_one_anywhere() -> None:
    long = planted.GITHUB

    assert found("xhunter2x hunter2", "hunter2") == {("hunter2", "hunter2")}
    assert found(f"x{long}y", long) == {(f"x{long}y", long)}


@pytest.mark.parametrize("word", ["admin", "s3cr3", "password", "Production", "localhost"])
def test_short_values_and_plain_words_are_not_looked_for(word: str) -> None:
    assert not is_distinctive(word)
    assert found(f"x = {word}", word) == set()


@pytest.mark.parametrize("value", ["hunter2", "correcthorsebattery", "Ann Miller", "a-b-c-d"])
def test_other_values_are(value: str) -> None:
    assert found(f"x = '{value}'", value) == {(value, value)}


def test_a_value_that_was_discarded_is_found_no_more() -> None:
    known = Occurrences()
    for number in range(200):  # enough for the automaton, and some that came after it
        known.add(f"value-{number}-x")
        if number % 70 == 0:
            list(known.find(""))
    for number in range(0, 200, 2):
        known.discard(f"value-{number}-x")
    text = " ".join(f"value-{number}-x" for number in range(200))

    assert {value for _, _, value in known.find(text)} == {f"value-{n}-x" for n in range(1, 200, 2)}
    assert repr(known) == "<occurrences of 100 values>"
    for number in range(1, 200, 2):
        known.discard(f"value-{number}-x")
    assert not vars(known)["_heads"] and not vars(known)["_owners"]


@given(st.lists(st.text(min_size=6, max_size=12), max_size=80), st.text(max_size=30))
def test_many_values_are_found_as_few_are(values: list[str], between: str) -> None:
    text = between.join(values)

    assert found(text, *values) >= {one for value in values for one in found(value, value)} & {
        (text[a:b], v) for v in values for a, b, v in one_by_one(text, v)
    }


def one_by_one(text: str, value: str) -> list[tuple[int, int, str]]:
    known = Occurrences()
    known.add(value)
    return list(known.find(text))


def test_half_a_surrogate_pair_does_no_harm() -> None:
    assert found("x \ud83d-token-x y", "\ud83d-token-x") == {("\ud83d-token-x", "\ud83d-token-x")}
    assert found("\ud83d hunter2", "hunter2") == {("hunter2", "hunter2")}


def test_of_a_list_of_data_only_the_plain_form_is_looked_for() -> None:
    known = Occurrences()
    for number in range(MOST_ENCODED + 1):
        known.add(f"user{number}@acme-corp.com")

    assert [*known.find(f"user{MOST_ENCODED}%40acme-corp.com")] == []
    assert [*known.find(f"user{MOST_ENCODED}@acme-corp.com")] != []
    assert [*known.find("user7%40acme-corp.com")] != []
