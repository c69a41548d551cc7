"""Open documents follow the editor's edits exactly, whatever the edits are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.lsp.documents import TEXT_LIMIT, Document, Documents, without_surrogates
from codegrex_lsp.lsp.positions import Encoding, LineIndex, Place

HALVES = st.sampled_from(["a", "\n", "\r", "é", "👍", "\ud83d", "\ude00", "\u2028"])
PIECES = st.lists(HALVES, max_size=8).map("".join)


def document(text: str) -> Document:
    return Document("file:///a.py", "python", 1, text)


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


@given(PIECES, st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), PIECES), max_size=6))
def test_edits_in_utf16_give_what_an_editor_has(
    text: str, edits: list[tuple[int, int, str]]
) -> None:
    held = document(text)
    editor = held.text.reveal()
    for start, length, inserted in edits:
        index = LineIndex(editor)
        first = min(start, len(editor))
        last = min(first + length, len(editor))
        begin, end = index.place(first, Encoding.UTF16), index.place(last, Encoding.UTF16)
        # A place between CR and LF is clamped before both, in the editor's own arithmetic too.
        first = index.offset(*begin, Encoding.UTF16)
        last = index.offset(*end, Encoding.UTF16)
        held.edit(begin, end, inserted, Encoding.UTF16)
        editor = editor[:first] + without_surrogates(inserted) + editor[last:]
        assert held.text.reveal() == editor


@given(PIECES)
def test_no_half_of_a_surrogate_pair_is_kept_and_columns_stay(text: str) -> None:
    kept = without_surrogates(text)
    kept.encode("utf-8")
    assert len(utf16(kept)) == len(utf16(text))


def test_a_pair_in_two_halves_is_joined() -> None:
    assert without_surrogates("\ud83d\ude00!") == "😀!"


def test_a_range_that_ends_before_it_begins_is_turned_round() -> None:
    held = document("abcdef")
    held.edit(Place(0, 4), Place(0, 2), "-", Encoding.UTF16)
    assert held.text.reveal() == "ab-ef"


def test_a_document_above_the_limit_is_not_kept() -> None:
    held = document("x" * (TEXT_LIMIT + 1))
    assert not held.kept
    assert len(held.text) == 0
    held.edit(Place(0, 0), Place(0, 9), "y", Encoding.UTF16)
    assert not held.kept


def test_a_document_that_grows_above_the_limit_is_dropped() -> None:
    held = document("x" * TEXT_LIMIT)
    assert held.kept
    held.edit(Place(0, 0), Place(0, 0), "y", Encoding.UTF16)
    assert not held.kept


def test_a_whole_new_text_brings_a_document_back() -> None:
    held = document("x" * (TEXT_LIMIT + 1))
    held.replace("small")
    assert held.text.reveal() == "small"


def test_documents_come_most_recently_used_first() -> None:
    held = Documents()
    for name in ("a", "b", "c"):
        held.open(Document(name, "", None, ""))
    held.touch("a")
    held.touch("unknown")
    assert [item.uri for item in held] == ["a", "c", "b"]
    held.close("c")
    held.close("c")
    assert [item.uri for item in held] == ["a", "b"]


def test_a_document_does_not_print_its_text() -> None:
    assert "secret" not in repr(document("secret"))
