"""Names whose key is `name` alone, rows of tables, and numbers that could be a phone's."""

from __future__ import annotations

import pytest

from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.personal import personal_detectors

NAME = "Alice " + "Miller"
MAIL = "alice.miller" + "@acme-corp.com"
FRENCH = "+33 6 94 " + "12 24 40"


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = Engine(personal_detectors(), budget_ms=60_000)
    engine.warm_up("all")
    return engine


def found(engine: Engine, text: str, name: str = "x.py") -> dict[str, str]:
    spans = engine.spans(text, level="all", path_name=name)
    return {text[span.start : span.end]: span.type for span in spans}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.toml", f'authors = [{{ name = "{NAME}", email = "{MAIL}" }}]'),
        ("a.js", f"{{ name: '{NAME}', email: '{MAIL}' }},"),
        ("a.yml", f"- name: {NAME}\n  email: {MAIL}\n"),
        ("a.yml", f"- id: 7\n  mail: {MAIL}\n  name: {NAME}\n"),
        ("a.xml", f"<name>{NAME}</name><email>{MAIL}</email>"),
        ("a.md", f"* {NAME} ({MAIL})"),
        ("a.sh", f'git config user.name "{NAME}"'),
        ("a.csv", f"id,name,email\n1,{NAME},{MAIL}\n"),
    ],
)
def test_a_name_with_an_address_beside_it_is_a_person(engine: Engine, name: str, text: str) -> None:
    assert found(engine, text, name).get(NAME) == "person"


@pytest.mark.parametrize(
    "text",
    [
        "- name: Build Image\n  run: make\n",
        "- name: Send Mail\n  uses: mailer\n",
        '{ name: "Red Apple", price: 3 }',
        "id,name,price\n1,Red Apple,3\n",
    ],
)
def test_other_names_stay(engine: Engine, text: str) -> None:
    assert found(engine, text, "a.yml" if text.startswith("-") else "a.csv") == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", f"id,phone,born\n1,{FRENCH},1985-07-09\n"),
        ("a.txt", f"Call me at {FRENCH}."),
        ("a.py", f'user(mobile="{FRENCH}")'),
    ],
)
def test_a_number_written_as_a_phone_may_be_of_a_block_not_yet_given_out(
    engine: Engine, name: str, text: str
) -> None:
    assert found(engine, text, name).get(FRENCH) == "phone"


def test_brackets_in_a_string_do_not_end_a_row_of_sql(engine: Engine) -> None:
    phone = "(713) 974-" + "2985"
    text = (
        "INSERT INTO people (first_name, phone, last_name) VALUES\n"
        f"('Alice', '{phone}', 'Miller');\n"
    )
    assert {"Alice", "Miller"} <= set(found(engine, text, "a.sql"))


def test_quotes_without_end_cost_linear_time(engine: Engine) -> None:
    assert found(engine, "(" + "''" * 180 + ")", "a.sql") == {}
