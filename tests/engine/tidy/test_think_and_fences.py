"""Thoughts and fences are taken off the same way however the answer was cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.engine.tidy.fences import Fences
from codegrex_lsp.engine.tidy.think import Think


def through(strip: Think | Fences, pieces: list[str]) -> str:
    return "".join(strip.feed(piece) for piece in pieces) + strip.close()


def cut(text: str, places: set[int]) -> list[str]:
    edges = [0, *sorted(place for place in places if place < len(text)), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(edges)]


THOUGHTS = {
    "return 1": "return 1",
    "  <thin": "  <thin",
    "<think>": "",
    "<think>never ends": "",
    "<think>a</think>return 1": "return 1",
    "\n<think>a < b </thin </think>\n\n    return 1\n": "    return 1\n",
    "x = '<think>a</think>'": "x = '<think>a</think>'",
    "<thinker>": "<thinker>",
    "   x": "   x",
    "<think>a</think>b<think>c</think>": "b<think>c</think>",
}

FENCED = {
    "return 1": "return 1",
    "    return 1\n": "    return 1\n",
    "```\nreturn 1\n```": "return 1",
    "```python\nreturn 1\n```\nThis returns one.": "return 1",
    "\n```c++\r\nint x;\r\n```\r\n": "int x;",
    "```\n    a\n\n    b\n```\n": "    a\n\n    b",
    "```\nno end": "no end",
    "```\nno end\n": "no end\n",
    "```\n```": "",
    "```\n\n```": "",
    "``": "``",
    "```not a fence because of words": "```not a fence because of words",
    "````md\n```\ninner\n```\n````": "```\ninner\n```",
    "```\nx = '```'\n```": "x = '```'",
    "```\na\n``` b\n```": "a\n``` b",
    "```\na\n``": "a\n``",
    "text\n```\ncode\n```": "text\n```\ncode\n```",
    "   ": "   ",
}


@pytest.mark.parametrize(("answer", "expected"), THOUGHTS.items())
def test_thoughts_at_the_start_are_dropped_and_nothing_else(answer: str, expected: str) -> None:
    assert through(Think(), [answer]) == expected
    assert through(Think(), list(answer)) == expected


@pytest.mark.parametrize(("answer", "expected"), FENCED.items())
def test_code_comes_out_of_its_fence_and_other_text_stays(answer: str, expected: str) -> None:
    assert through(Fences(), [answer]) == expected
    assert through(Fences(), list(answer)) == expected


PARTS = st.lists(
    st.sampled_from(["<think>", "</think>", "<th", "```", "`", "\n", "\r\n", "\r", " ", "py", "x"]),
    max_size=14,
).map("".join)


@given(PARTS, st.sets(st.integers(1, 60)))
def test_cuts_make_no_difference_to_thoughts(answer: str, places: set[int]) -> None:
    assert through(Think(), cut(answer, places)) == through(Think(), [answer])


@given(PARTS, st.sets(st.integers(1, 60)))
def test_cuts_make_no_difference_to_fences(answer: str, places: set[int]) -> None:
    assert through(Fences(), cut(answer, places)) == through(Fences(), [answer])


@given(st.text(alphabet="abc \n", min_size=1))
def test_text_without_marks_is_not_changed_and_not_held_for_long(answer: str) -> None:
    think, fences = Think(), Fences()
    assert through(Fences(), [through(Think(), [answer])]) == answer
    if answer.strip():
        assert fences.feed(think.feed(answer)) == answer
