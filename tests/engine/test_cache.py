"""Typing through a suggestion asks nobody; anything else does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.engine.cache import MOST_DOCUMENTS, SuggestionCache
from codegrex_lsp.settings.model import Privacy
from codegrex_lsp.values.mode import Mode

NOW = Privacy()
words = st.text(alphabet="abc()\n \U0001f600", max_size=40)


@given(words, words, st.text(alphabet="abc()\n", min_size=1, max_size=30), st.data())
def test_what_is_left_is_shown_while_the_suggestion_is_typed(
    before: str, after: str, suggestion: str, data: st.DataObject
) -> None:
    cache = SuggestionCache()
    cache.keep("u", before + after, len(before), suggestion, NOW)
    typed = data.draw(st.integers(0, len(suggestion) - 1))
    text = before + suggestion[:typed] + after
    assert cache.find("u", text, len(before) + typed, NOW) == suggestion[typed:]


def kept() -> SuggestionCache:
    cache = SuggestionCache()
    cache.keep("u", "x = ", 4, "compute()", NOW)
    return cache


def test_another_letter_than_suggested_finds_nothing() -> None:
    assert kept().find("u", "x = d", 5, NOW) is None


def test_a_change_elsewhere_in_the_document_finds_nothing() -> None:
    assert kept().find("u", "y = co", 6, NOW) is None
    assert kept().find("u", "x = co\nmore", 6, NOW) is None


def test_a_suggestion_typed_to_its_end_finds_nothing() -> None:
    assert kept().find("u", "x = compute()", 13, NOW) is None


def test_going_back_before_the_suggestion_finds_nothing() -> None:
    assert kept().find("u", "x =", 3, NOW) is None


@pytest.mark.parametrize(
    "later", [replace(NOW, mode=Mode.OFFLINE), replace(NOW, redact_local="all")]
)
def test_under_other_privacy_settings_nothing_is_found(later: Privacy) -> None:
    assert kept().find("u", "x = co", 6, NOW) is not None
    assert kept().find("u", "x = co", 6, later) is None


def test_a_closed_document_is_forgotten() -> None:
    cache = kept()
    cache.forget("u")
    assert cache.find("u", "x = co", 6, NOW) is None


def test_the_cache_is_bounded() -> None:
    cache = SuggestionCache()
    for number in range(MOST_DOCUMENTS + 1):
        cache.keep(str(number), "x = ", 4, "compute()", NOW)
    assert cache.find("0", "x = ", 4, NOW) is None
    assert cache.find("1", "x = ", 4, NOW) == "compute()"


def test_a_cache_does_not_show_its_text() -> None:
    assert "compute" not in repr(kept().__dict__)
