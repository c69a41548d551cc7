"""The automaton and its stand-in find the same: every occurrence of every word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect import automaton

letters = st.text(alphabet="ab?é\N{PARTY POPPER}", min_size=1, max_size=5)
word_lists = st.lists(letters, max_size=12, unique=True)
texts = st.text(alphabet="ab?é\N{PARTY POPPER}\ud800\n", max_size=80)

KINDS = [automaton.native, automaton.portable]


def everywhere(words: list[str], text: str) -> set[tuple[int, int]]:
    return {
        (index, at)
        for index, word in enumerate(words)
        for at in range(len(text))
        if text.startswith(word, at)
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(words=word_lists, text=texts)
def test_every_occurrence_is_found_once_at_its_character(
    kind: object, words: list[str], text: str
) -> None:
    hits = list(kind(words)(text))  # type: ignore[operator]

    assert len(hits) == len(set(hits))
    assert set(hits) == everywhere(words, text)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(words=word_lists, text=texts)
def test_hits_never_step_back_a_line(kind: object, words: list[str], text: str) -> None:
    lines = [text.count("\n", 0, at) for _, at in kind(words)(text)]  # type: ignore[operator]

    assert lines == sorted(lines)


def test_a_platform_without_the_wheel_gets_the_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(words: list[str], *, lasting: bool) -> object:
        raise ImportError

    monkeypatch.setattr(automaton, "native", none)

    assert list(automaton.build(["ab", "b"])("abb")) == [(0, 0), (1, 1), (1, 2)]


def test_the_words_of_a_thousand_rules_fit_the_stand_in() -> None:
    words = [f"{chr(97 + n % 26)}{n}-key" for n in range(2_000)]

    assert list(automaton.portable(words)("x b1-key y")) == [(1, 2)]
