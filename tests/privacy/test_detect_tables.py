"""Tables: a column's head says what its cells are, in CSV, Markdown and SQL."""

from __future__ import annotations

import pytest

from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.tables import Separated, Tables
from tests.support import planted

PASSWORD = planted.PASSWORD


@pytest.fixture
def engine() -> Engine:
    return Engine([Tables(), Separated()])


TABLES = {
    "Markdown": "| user | password |\n| --- | --- |\n| ann | {0} |\n| bob | {0} |\n\n| x | y |",
    "Markdown without edges": "user | password\n---- | ----\nann | {0}\n\n{0}x | is text | here",
    "Markdown with aligned columns": "|user|password|\r\n|:-:|:-|\r\n|ann|`{0}`|\r\n",
    "CSV": 'user,password\nann,{0}\n"bob, of old",{0}\n',
    "tab-separated": "user\tpassword\nann\t{0}\n",
    "SQL": "INSERT INTO users (name, password) VALUES ('ann', '{0}'), ('bob', '{0}');",
    "SQL over lines": "insert into users\n  (name, password)\nvalues\n  ('ann', '{0}');\n-- {0}x",
    "SQL's replace": "x;\nReplace Into users (password) values ('{0}');",
    "a dump": "COPY public.users (id, password) FROM stdin;\n1\t{0}\n2\t{0}\n\\.\n3\t{0}x\n",
    "two statements": "INSERT INTO a (password) VALUES ('{0}');" * 2,
}


@pytest.mark.parametrize("kind", TABLES)
def test_the_cells_below_a_secret_head_go(engine: Engine, kind: str) -> None:
    text = TABLES[kind].format(PASSWORD)
    spans = engine.spans(text, level="secrets")

    assert {text[span.start : span.end] for span in spans} == {PASSWORD}
    assert len(spans) == TABLES[kind].count("{0}") - TABLES[kind].count("{0}x")


@pytest.mark.parametrize(
    "text",
    [
        "| user | colour |\n| --- | --- |\n| ann | blue1234 |",
        "INSERT INTO users (name, colour) VALUES ('ann', 'blue1234');",
        "put into (password) values ('blue1234')",
        "x = a | -b\npassword | blue1234",
        "import os, password\nfrom a import b, blue1234",
    ],
)
def test_other_text_is_left_alone(engine: Engine, text: str) -> None:
    assert engine.spans(text, level="secrets") == ()


@pytest.mark.parametrize("piece", ["| -\n", "insert into ", "insert into a (b) values ", "|-|-\n"])
def test_text_full_of_marks_ends_in_time(piece: str) -> None:
    engine = Engine([Tables(), Separated()], budget_ms=20_000)

    assert engine.spans(piece * 5_000, level="secrets") == ()
