"""Marks: control tokens and placeholders in a text are seen, and the text is not kept."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.marks import MarkReader
from codegrex_lsp.values.control_tokens import CONTROL_TOKENS

BY_LENGTH = sorted(CONTROL_TOKENS, key=lambda token: (-len(token), token))
PATTERN = re.compile("|".join(map(re.escape, BY_LENGTH)))
PIECES = st.one_of(st.sampled_from(BY_LENGTH), st.sampled_from(["<", "|", ">", "[", "x", "\ud83d"]))


@given(st.lists(PIECES, max_size=12).map("".join))
def test_control_tokens_are_found_as_one_pattern_of_them_all_would(text: str) -> None:
    expected = tuple((found.start() + 1, found.end() - 1) for found in PATTERN.finditer(text))

    assert MarkReader().read(text).control == expected


@pytest.mark.parametrize("name", ["cg_secret_0a1b2c3d", "CG_SECRET_0A1B2C3D", "Cg_User_0a1b2c3d"])
def test_a_placeholder_is_seen_in_any_case(name: str) -> None:
    assert MarkReader().read(f"x{name}y").quoted == {name.lower()}


def test_no_text_is_remembered() -> None:
    reader = MarkReader()
    first = reader.read("a text of somebody <s>")

    assert reader.read("a text of somebody " + "<s>") is first
    assert "somebody" not in repr(vars(reader))


def test_what_is_remembered_is_bounded() -> None:
    reader = MarkReader()
    for number in range(1_000):
        reader.read(f"text {number}")

    assert len(vars(reader)["_known"]) < 100


@pytest.mark.parametrize("mark", ["cg_secret_0123abcd", "<|im_start|>"])
def test_a_mark_across_the_edge_of_a_part_is_read(mark: str) -> None:
    for before in range(65_536 - len(mark) - 1, 65_536 + 2):
        marks = MarkReader().read("." * before + mark + "." * 9)

        assert marks.quoted == ({mark} if mark.startswith("cg_") else frozenset())
        assert marks.control == (((before + 1, before + 11),) if mark.startswith("<") else ())
