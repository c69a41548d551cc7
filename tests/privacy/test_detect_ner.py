"""Names by a language model: what it reads, what is believed of it, and how long it is kept."""

from __future__ import annotations

import re

import pytest

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.personal.entities import Entity, believed
from codegrex_lsp.privacy.detect.personal.ner import MOST_WAITING, Names, WithNames
from codegrex_lsp.privacy.detect.personal.prose import LONGEST, may_name, parts

ASKED = "# please ask Maria Schmidt first"


def read(line: str, *, prose: bool = False) -> list[str]:
    found = list(parts(line, prose=prose))
    assert all(line[start : start + len(text)] == text for start, text in found)
    return [text for _, text in found]


def heard(text: str, *names: str, label: str = "PERSON") -> list[Entity]:
    return [Entity(text.index(name), text.index(name) + len(name), label) for name in names]


def kept(text: str, *names: str, label: str = "PERSON", document: str = "") -> list[str]:
    spans = believed(text, heard(text, *names, label=label), document)
    return [text[span.start : span.end] for span in spans]


def scan(names: Names, text: str, *, cursor: int | None = None, uri: str = "a") -> list[str]:
    spans = names.spans(text, language="python", path_name="a.py", cursor=cursor, uri=uri)
    return [text[span.start : span.end] for span in spans]


def answer(names: Names, most: int = 100) -> list[str]:
    """Hear every `Maria Schmidt` in what waits; the lines that waited."""
    questions = names.take(most)
    for question in questions:
        names.learn(
            question,
            [
                [Entity(*match.span(), "PERSON") for match in re.finditer("Maria Schmidt", text)]
                for _, text in question.parts
            ],
        )
    return [question.line for question in questions]


# -- what is read -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        ("x = 1  # ask Maria Schmidt", ["ask Maria Schmidt"]),
        ("int x;  // ask Maria Schmidt", ["ask Maria Schmidt"]),
        ("/* ask Maria Schmidt */", ["ask Maria Schmidt */"]),
        (" * ask Maria Schmidt", ["ask Maria Schmidt"]),
        ("select x(1); -- ask Maria Schmidt", ["ask Maria Schmidt"]),
        ("<!-- ask Maria Schmidt -->", ["ask Maria Schmidt -->"]),
        ('say("Maria Schmidt called")', ["Maria Schmidt called"]),
        ("say('Maria Schmidt called')", ["Maria Schmidt called"]),
        ("say(`Maria Schmidt called`)", ["Maria Schmidt called"]),
        ('say("Maria Schmidt")  # or Peter Jones', ["Maria Schmidt", "or Peter Jones"]),
        ("    Ask Maria Schmidt before you change it.", None),
        ("+# ask Maria Schmidt", ["ask Maria Schmidt"]),
        ("Maria Schmidt(x) = Peter Jones;", []),
        ("new Maria Schmidt();", []),
        ('fetch("https://x.test/Maria Schmidt")', ["https://x.test/Maria Schmidt"]),
        ("returns the number of words in it", []),
    ],
)
def test_only_comments_strings_and_lines_of_text_are_read(
    line: str, texts: list[str] | None
) -> None:
    assert read(line) == ([line] if texts is None else texts)


def test_a_file_of_text_is_read_whole() -> None:
    line = "1. **Maria Schmidt** = the one to ask"
    assert read(line) == []
    assert read(line, prose=True) == [line]


def test_most_lines_of_code_are_never_shown_to_the_model() -> None:
    for line in ("x = compute(y)", "class Order(Base):", "# returns the sum", "import os.path"):
        assert not may_name(line)
    assert not may_name(ASKED + " " * LONGEST)


# -- what is believed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ask Maria Schmidt first", "Maria Schmidt"),
        ("ask Maria Schmidt.", "Maria Schmidt"),
        ("this is Dr. Kowalska speaking", "Kowalska"),
        ("by Jean-Luc Lefèvre and others", "Jean-Luc Lefèvre"),
    ],
)
def test_a_person_of_two_words_or_with_a_title_is_believed(text: str, name: str) -> None:
    assert kept(text, name) == [name]


def test_a_possessive_is_no_part_of_the_name() -> None:
    assert kept("see Maria Schmidt's list", "Maria Schmidt's") == ["Maria Schmidt"]
    assert kept("see (Maria Schmidt)", "(Maria Schmidt)") == ["Maria Schmidt"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the Cache is full", "Cache"),
        ("ask maria schmidt", "maria schmidt"),
        ("ask MARIA SCHMIDT", "MARIA SCHMIDT"),
        ("made by Schmidt Systems GmbH", "Schmidt Systems GmbH"),
        ("a Binary Tree of nodes", "Binary Tree"),
        ("written by Robert Z. of old", "Robert Z"),
        ("see docs/Maria Schmidt for it", "Maria Schmidt"),
        ("see Maria Schmidt.name for it", "Maria Schmidt"),
        ("call Maria Schmidt_2 for it", "Maria Schmidt"),
        ("use `Maria Schmidt` for it", "Maria Schmidt"),
    ],
)
def test_what_looks_like_code_or_a_company_is_not(text: str, name: str) -> None:
    assert kept(text, name) == []


@pytest.mark.parametrize(
    "line",
    [
        "class Schmidt:",
        "x = Schmidt(1)",
        "self.Schmidt = 1",
        "SchmidtSolver",
        "import Schmidt",
        "Box::Maria",
    ],
)
def test_a_word_that_the_document_uses_as_an_identifier_is_no_name(line: str) -> None:
    text = "ask Maria Schmidt first"
    assert kept(text, "Maria Schmidt", document=line) == []
    assert kept(text, "Maria Schmidt", document=f"# {text}.\nx = 1") == ["Maria Schmidt"]


@pytest.mark.parametrize("word", ["from", "use", "except", "type", "by", "for"])
def test_a_word_before_a_name_in_prose_does_not_make_it_an_identifier(word: str) -> None:
    text = f"# see the mail {word} Maria Schmidt"
    assert kept(text, "Maria Schmidt", document=text) == ["Maria Schmidt"]


def test_a_place_is_believed_where_somebody_lives_or_beside_a_person() -> None:
    assert kept("he lives in Gdansk", "Gdansk", label="GPE") == ["Gdansk"]
    assert kept("the entry in Gdansk", "Gdansk", label="GPE") == []
    text = "Maria Schmidt from Gdansk"
    both = [*heard(text, "Maria Schmidt"), *heard(text, "Gdansk", label="GPE")]
    assert [text[s.start : s.end] for s in believed(text, both, "")] == ["Maria Schmidt", "Gdansk"]


# -- what is kept -------------------------------------------------------------------------------


def test_a_name_is_found_from_the_moment_it_was_heard() -> None:
    names = Names()
    text = f"x = 1\n{ASKED}\n"
    assert scan(names, text) == []
    assert answer(names) == [ASKED]
    assert scan(names, text) == ["Maria Schmidt"]
    assert scan(names, f"y = 2\n\n{text}") == ["Maria Schmidt"]
    assert names.waiting == 0


def test_lines_near_the_cursor_are_read_first() -> None:
    names = Names()
    lines = [f"# Maria Schmidt said {number}" for number in range(100)]
    text = "\n".join(lines)
    scan(names, text, cursor=text.index(lines[40]))
    assert set(answer(names, 3)) == {lines[39], lines[40], lines[41]}


def test_what_waits_is_bounded() -> None:
    names = Names()
    scan(names, "\n".join(f"# Maria Schmidt said {number}" for number in range(MOST_WAITING + 9)))
    assert names.waiting == MOST_WAITING


def test_a_closed_document_is_forgotten() -> None:
    names = Names()
    scan(names, ASKED)
    answer(names)
    scan(names, f"{ASKED} please")
    names.forget("a")
    assert names.waiting == 0
    assert scan(names, ASKED) == []


def test_a_lock_file_is_not_read() -> None:
    names = Names()
    names.spans(ASKED, language="", path_name="poetry.lock", cursor=None, uri="a")
    assert names.waiting == 0


def test_names_join_the_other_spans_where_personal_data_is_masked_and_only_there() -> None:
    names = Names()
    scanner = WithNames(Engine(()), names)
    assert scanner.spans(ASKED, level="secrets", language="python", uri="a") == ()
    assert scanner.spans(ASKED, level="all", language="python") == ()
    assert names.waiting == 0
    assert scanner.spans(ASKED, level="all", language="python", uri="a") == ()
    answer(names)
    start = ASKED.index("Maria")
    assert scanner.spans(ASKED, level="all", language="python", uri="a") == (
        Span(start, start + len("Maria Schmidt"), "pii", "person", "ner", 0.6),
    )
    assert scanner.spans(ASKED, level="secrets", language="python", uri="a") == ()


def test_nothing_of_it_shows_text_in_a_repr() -> None:
    names = Names()
    scan(names, ASKED)
    (question,) = names.take(1)
    assert "Maria" not in repr(question)
