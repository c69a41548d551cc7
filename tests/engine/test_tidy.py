"""Each filter, by example. A `|` marks the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.engine.tidy.chain import tidy
from codegrex_lsp.engine.tidy.ending import end_of
from codegrex_lsp.engine.tidy.site import Site, at


def site(marked: str, *, invoked: bool = False, wish: str = "auto") -> Site:
    cursor = marked.index("|")
    return at(marked.replace("|", "", 1), cursor, wish=wish, invoked=invoked)  # type: ignore[arg-type]


CASES = [
    pytest.param("x = f(|)", "a, b)", "a, b", id="the bracket that already stands is not repeated"),
    pytest.param("x = |", "1 + 2  ", "1 + 2", id="blanks at the end go"),
    pytest.param("x = |", "   \n  ", "", id="a blank suggestion is none"),
    pytest.param("x = |", "1\ny = 2\n", "1", id="one line where the line goes on"),
    pytest.param(
        "def f():\n|\n",
        "    a = 1\n    return a\n\ndef g():\n    pass\n",
        "    a = 1\n    return a",
        id="a block ends where the next definition begins",
    ),
    pytest.param(
        "if a:\n    |",
        "b()\nelse:\n    c()\nd()\n",
        "b()",
        id="what is further out than the cursor ends the block",
    ),
    pytest.param(
        "function f() {|\n",
        "\n  return 1;\n}\nf();\n",
        "\n  return 1;\n}",
        id="the closing brace belongs to the block",
    ),
    pytest.param(
        "a = 1\n|\nb = 2222\n",
        "c = 3\nb = 2222\n",
        "c = 3",
        id="the next line of the document is not written again",
    ),
    pytest.param("total = |", "total = 4", "4", id="the line's own beginning is not repeated"),
    pytest.param(
        "for x in y:\n    |",
        "print(x)\n    print(x)\n    print(x)\n    print(x)\n",
        "print(x)",
        id="a loop is cut",
    ),
    pytest.param("import os\n|", "import os", "", id="a copy of the line above is none"),
    pytest.param("// TODO|", " // see below", " // see below", id="slashes are no stop word"),
]


@pytest.mark.parametrize(("marked", "raw", "shown"), CASES)
def test_a_suggestion_is_tidied(marked: str, raw: str, shown: str) -> None:
    assert tidy(raw, site(marked)) == shown


@pytest.mark.parametrize(
    ("marked", "several"),
    [("def f():|", True), ("    |", True), ("x = |", False), ("f(|)", False), ("{|\n", True)],
)
def test_several_lines_are_offered_where_a_block_begins(marked: str, several: bool) -> None:
    assert site(marked).multiline is several


def test_asking_by_hand_offers_several_lines_at_the_end_of_any_line() -> None:
    assert site("x = |", invoked=True).multiline
    assert not site("f(|)", invoked=True).multiline


def test_the_persons_wish_decides() -> None:
    assert site("x = |", wish="always").multiline
    assert not site("def f():|", wish="never").multiline


@given(st.text(alphabet="ab(){}\n :", max_size=120), st.sampled_from(["x = |", "def f():|\n", "|"]))
def test_the_end_does_not_depend_on_how_the_text_arrived(text: str, marked: str) -> None:
    """Once complete, always complete at the same place."""
    place = site(marked)
    end = end_of(text, place)
    if end is not None:
        assert end_of(text + "more\nmore\n", place) == end


@given(st.text(alphabet="ab(){}\n :\U0001f600", max_size=200))
def test_tidying_never_adds(raw: str) -> None:
    for marked in ("x = |", "def f():\n    |\n", "f(|)"):
        assert tidy(raw, site(marked)) in raw
