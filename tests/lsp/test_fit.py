"""A suggestion lands where it belongs, or nowhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.lsp.fit import Replacement, extend_selected, typed_through, with_selected

WORDS = st.text(alphabet="ab\n", max_size=6)


def applied(text: str, change: Replacement) -> str:
    return text[: change.start] + change.text + text[change.end :]


@given(WORDS, WORDS, st.text(alphabet="ab", min_size=2, max_size=6), st.integers(0, 5))
def test_typing_a_suggestions_beginning_keeps_the_rest(
    before: str, after: str, suggested: str, typed: int
) -> None:
    typed = min(typed, len(suggested) - 1)
    cursor = len(before)
    now = before + suggested[:typed] + after
    made = Replacement(cursor, cursor, suggested)
    fitted = typed_through(made, before + after, cursor, now)
    assert fitted is not None
    assert applied(now, fitted) == applied(before + after, made)


def test_any_other_change_makes_a_suggestion_stale() -> None:
    made = Replacement(3, 3, "suggested")
    for now in ("abcx", "xabc", "ab", "abcsuggested", "abxsuc", ""):
        assert typed_through(made, "abc", 3, now) is None


def test_typing_elsewhere_makes_a_suggestion_stale_even_with_its_own_words() -> None:
    assert typed_through(Replacement(3, 3, "sug"), "abc\n", 3, "abc\ns") is None


@given(WORDS, WORDS, st.text(alphabet="abc", max_size=4), st.text(alphabet="ab", min_size=1))
def test_a_suggestion_behind_a_selected_entry_begins_with_the_entry(
    before: str, after: str, entry: str, suggested: str
) -> None:
    text = before + "wo" + after
    selected = Replacement(len(before), len(before) + 2, entry)
    taken, cursor = with_selected(text, selected)
    made = Replacement(cursor, cursor, suggested)
    extended = extend_selected(made, taken, selected, cursor)
    assert extended == Replacement(len(before), len(before) + 2, entry + suggested)
    assert extended is not None
    assert applied(text, extended) == applied(taken, made)


def test_a_suggestion_that_does_not_extend_the_entry_is_refused() -> None:
    selected = Replacement(0, 2, "word")
    taken, cursor = with_selected("wo", selected)
    assert extend_selected(Replacement(0, 4, "other"), taken, selected, cursor) is None
    assert extend_selected(Replacement(4, 4, ""), taken, selected, cursor) is None


def test_a_replacement_does_not_print_its_text() -> None:
    assert "secret" not in repr(Replacement(0, 1, "secret"))
