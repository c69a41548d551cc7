"""People in queries, forms, logs and the names of files."""

from __future__ import annotations

import pytest

from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.personal import personal_detectors

AT = "@"
MAIL = f"ada.holm{AT}firma-nord.de"
CODED = MAIL.replace(AT, "%40")


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = Engine(personal_detectors(), budget_ms=60_000)
    engine.warm_up("all")
    return engine


def found(engine: Engine, text: str, name: str) -> list[str]:
    spans = engine.spans(text, level="all", path_name=name)
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize("name", ["a.log", "a.py", "a.md"])
@pytest.mark.parametrize("mail", [CODED, CODED.replace("holm", "holm%2Bnews")])
@pytest.mark.parametrize(
    "template", ['"GET /u?email={} HTTP/1.1" 200', "name=x&email={}&b=1", "https://h.io/?to={}"]
)
def test_a_mail_address_is_found_in_a_query(
    engine: Engine, template: str, mail: str, name: str
) -> None:
    assert found(engine, template.format(mail), name) == [mail]


@pytest.mark.parametrize(
    "line",
    [
        "GET /u?to=user%40example.com",
        "GET /u?to=noreply%40firma-nord.de",
        "GET /@types%40node.js",
        "GET /?at=12%40x",
    ],
)
def test_addresses_of_nobody_in_a_query_are_left_alone(engine: Engine, line: str) -> None:
    assert found(engine, line, "a.log") == []


@pytest.mark.parametrize("ending", ["txt", "py", "md", "json", "tar.gz", "eml"])
def test_a_mail_address_is_found_in_the_name_of_a_file(engine: Engine, ending: str) -> None:
    (value,) = found(engine, f"notes/{MAIL}.{ending}", "")

    assert value.startswith(MAIL)


@pytest.mark.parametrize("text", ["pkg@next.min.js", "icon@2x.dark.png", "unit@one.service"])
def test_an_at_in_another_name_of_a_file_is_left_alone(engine: Engine, text: str) -> None:
    assert found(engine, text, "") == []


def test_a_name_ends_where_the_next_field_of_a_form_begins(engine: Engine) -> None:
    assert found(engine, "first_name=Ingrid&page=2", "a.log") == ["Ingrid"]


@pytest.mark.parametrize("user", ["jonas.holm", "ingridp"])
def test_who_failed_to_log_in_is_found(engine: Engine, user: str) -> None:
    assert found(engine, f"09:00 INFO  login failed user={user} try=2", "a.log") == [user]


@pytest.mark.parametrize(
    "line",
    ["login failed user=admin", "login failed user=deploy", "cache failed user=jonasp", "user=x"],
)
def test_services_and_other_failures_are_left_alone(engine: Engine, line: str) -> None:
    assert found(engine, line, "a.log") == []
