"""The window keeps its budget and its start does not move with each key."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.context.window import Budget, around

BUDGET = Budget(prefix=400, suffix=120, neighbours=0)

texts = st.text(alphabet="ab \n\U0001f600", max_size=3_000)


@given(texts, st.data())
def test_a_window_holds_the_cursor_and_keeps_its_budget(text: str, data: st.DataObject) -> None:
    cursor = data.draw(st.integers(0, len(text)))
    window = around(text, cursor, BUDGET)
    assert 0 <= window.start <= window.cursor == cursor <= window.end <= len(text)
    assert window.cursor - window.start <= BUDGET.prefix
    assert window.end - window.cursor <= BUDGET.suffix


@given(texts, st.data())
def test_a_window_is_never_much_smaller_than_it_could_be(text: str, data: st.DataObject) -> None:
    cursor = data.draw(st.integers(0, len(text)))
    window = around(text, cursor, BUDGET)
    if cursor >= BUDGET.prefix:
        assert window.cursor - window.start >= BUDGET.prefix // 2
    else:
        assert window.start == 0


def test_the_start_stays_while_a_line_is_typed() -> None:
    above = "".join(f"line number {n}\n" for n in range(200))
    starts = {around(above + "x" * n, len(above) + n, BUDGET).start for n in range(40)}
    assert len(starts) <= 2


def test_the_start_is_the_beginning_of_a_line_where_lines_are_short() -> None:
    text = "".join(f"line number {n}\n" for n in range(200))
    start = around(text, len(text), BUDGET).start
    assert text[start - 1] == "\n"


def test_one_long_line_is_cut_anywhere() -> None:
    text = "x" * 5_000_000
    window = around(text, 2_500_000, BUDGET)
    assert window.end - window.start <= BUDGET.prefix + BUDGET.suffix


def test_without_neighbours_the_prefix_gets_their_share() -> None:
    alone = Budget.of_tokens(2048, neighbours=False)
    shared = Budget.of_tokens(2048, neighbours=True)
    assert alone.prefix == shared.prefix + shared.neighbours
    assert alone.neighbours == 0
