"""Redacted code is code of the same form, and comes back exactly, however the answer is cut."""

from __future__ import annotations

import io
import itertools
import json
import re
import token
import tokenize
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.placeholders import Vault
from codegrex_lsp.privacy.redacted import Redacted
from codegrex_lsp.privacy.restorer import Restorer
from codegrex_lsp.privacy.sites import survey
from tests.support import planted

HEX = "9f3c21b7" * 4
UUID = "-".join(("3f2b9c1e", "7d4a", "4c6b", "9e21", "5a8f7c3d1b20"))
STRINGS = {
    "password": planted.PASSWORD,
    "db_password": "p@ss w0rd! 9$x",
    "api_key": HEX,
    "client_secret": UUID,
    "github_token": planted.GITHUB,
    "aws_key": planted.AWS,
    "database": planted.url(),
    "mail": planted.EMAIL,
    "phone": planted.PHONE,
    "host": planted.ADDRESS,
    "iban": planted.IBAN,
    "full_name": "Ann Miller",
    "credit_card": "-".join(re.findall("....", planted.CARD)),
    "ssn": planted.SSN,
    "mac_address": "3c:22:fb:0a:91:7e",
    "birth_date": "17.03.1984",
    "path": f"/home/{planted.PERSON}/notes",
    "title": "a \N{PARTY POPPER} İ e\u0301 title",
    "empty": "",
}
NUMBERS = {"card_number": planted.CARD, "api_token": "84736251", "port": "8080"}
DATES = {"date_of_birth": "1984-03-17"}

# ---- a document in each language


def python(name: str, value: str, quoted: bool) -> str:
    return f"{name} = {json.dumps(value) if quoted else value}  # set {name}\n"


def javascript(name: str, value: str, quoted: bool) -> str:
    return f"const {name} = {json.dumps(value) if quoted else value}; // set\r\n"


def toml(name: str, value: str, quoted: bool) -> str:
    return f"{name} = {json.dumps(value, ensure_ascii=False) if quoted else value}\n"


def yml(name: str, value: str, quoted: bool) -> str:
    return f"{name}: {json.dumps(value) if quoted else value}\n"


def js_object(name: str, value: str, quoted: bool) -> str:
    return f'\t"{name}": {json.dumps(value) if quoted else value},\n'


# ---- what a reader of the language makes of it


def python_kinds(text: str) -> list[str]:
    return [
        token.tok_name[one.exact_type]
        for one in tokenize.generate_tokens(io.StringIO(text).readline)
    ]


def form(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: form(one) for key, one in value.items()}
    return [form(one) for one in value] if isinstance(value, list) else type(value).__name__


JS_TOKEN = re.compile(
    r"""(?P<space>\s+) | (?P<comment>//[^\r\n]*) | (?P<string>"(?:[^"\\\r\n]|\\.)*")
      | (?P<number>\d[\w.]*) | (?P<name>[A-Za-z_$][\w$]*) | (?P<sign>[=;])""",
    re.VERBOSE,
)


def javascript_kinds(text: str) -> list[str]:
    kinds, position = [], 0
    while position < len(text):
        match = JS_TOKEN.match(text, position)
        assert match, "not JavaScript any more"
        kinds.append(str(match.lastgroup))
        position = match.end()
    return kinds


Line = Callable[[str, str, bool], str]
Read = Callable[[str], Any]

LANGUAGES: dict[str, tuple[Line, Read]] = {
    "python": (python, python_kinds),
    "javascript": (javascript, javascript_kinds),
    "toml": (toml, lambda text: form(tomllib.loads(text))),
    "yaml": (yml, lambda text: form(yaml.safe_load(text))),
    "json": (js_object, lambda text: form(json.loads(text))),
}


def document(language: str, names: list[str]) -> str:
    line = LANGUAGES[language][0]
    dates = DATES if language in ("toml", "yaml") else {}
    bare = {**NUMBERS, **dates}
    text = "".join(
        line(name, {**STRINGS, **bare}[name], name not in bare)
        for name in dict.fromkeys(names)
        if name in STRINGS or name in bare
    )
    return (
        "{\n" + text + '\t"end": 1\n}\n' if language == "json" else text or line("end", "1", False)
    )


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = Engine(budget_ms=60_000)
    engine.warm_up("all")
    return engine


def redact(engine: Engine, vault: Vault, text: str, language: str) -> Redacted:
    return vault.redact(text, engine.spans(text, level="all", language=language), origin="a")


def restorer(text: str, redacted: Redacted, language: str) -> Restorer:

    return Restorer(
        redacted.issued,
        plain=redacted.quoted,
        places=lambda: survey(text, redacted.replacements, language=language),
    )


NAMES = st.lists(st.sampled_from([*STRINGS, *NUMBERS, *DATES]), min_size=1, max_size=8)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_planted_is_masked(engine: Engine, language: str) -> None:
    text = document(language, [*STRINGS, *NUMBERS, *DATES])
    sent = redact(engine, Vault(b"k"), text, language).text.reveal()

    harmless = {"title", "empty", "port"}
    in_part = {"database", "path"}
    detected_by_quotes = {"api_token"}
    for name, value in {**STRINGS, **NUMBERS}.items():
        if name not in harmless | in_part | detected_by_quotes:
            assert value not in sent, name


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=40, deadline=None)
@given(names=NAMES, places=st.sets(st.integers(1, 900), max_size=12))
def test_an_answer_that_repeats_the_document_is_the_document(
    engine: Engine, language: str, names: list[str], places: set[int]
) -> None:
    text = document(language, names)
    redacted = redact(engine, Vault(b"k"), text, language)
    sent = redacted.text.reveal()
    edges = [0, *sorted(place for place in places if place < len(sent)), len(sent)]
    reader = restorer(text, redacted, language)

    parts = [reader.feed(sent[a:b]) for a, b in itertools.pairwise(edges)]

    assert "".join(parts) + reader.close() == text
    assert reader.stopped == ""


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=40, deadline=None)
@given(names=NAMES)
def test_redaction_leaves_the_kinds_of_tokens_as_they_are(
    engine: Engine, language: str, names: list[str]
) -> None:
    text = document(language, names)
    read = LANGUAGES[language][1]

    assert read(redact(engine, Vault(b"k"), text, language).text.reveal()) == read(text)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=20, deadline=None)
@given(names=NAMES)
def test_redacting_again_finds_nothing_more(
    engine: Engine, language: str, names: list[str]
) -> None:
    vault = Vault(b"k")
    once = redact(engine, vault, document(language, names), language).text.reveal()

    assert redact(engine, vault, once, language).text.reveal() == once


def test_every_character_of_an_answer_may_come_alone(engine: Engine) -> None:
    for language in LANGUAGES:
        text = document(language, [*STRINGS, *NUMBERS])
        redacted = redact(engine, Vault(b"k"), text, language)
        reader = restorer(text, redacted, language)

        assert "".join(map(reader.feed, redacted.text.reveal())) + reader.close() == text


# ---- strings that go on over lines

SPECIAL = "pa$$ w0rd! {x}"
MULTILINE = {
    "python": ('password = "{}"\n', 'text = """\n  login with {}\n"""\n'),
    "javascript": ("const password = '{}';\n", "const text = `\n  login with {}\n`;\n"),
    "yaml": ('password: "{}"\n', "text: |\n  login with {}\n"),
    "go": ('password := "{}"\n', "text := `\n  login with {}\n`\n"),
    "java": ('String password = "{}";\n', 'var text = """\n  login with {}\n""";\n'),
    "csharp": ('var password = "{}";\n', 'var text = @"\n  login with {}\n";\n'),
    "rust": ('let password = "{}";\n', 'let text = r#"\n  login with {}\n"#;\n'),
    "shellscript": ("password='{}'\n", "cat <<'EOF'\n  login with {}\nEOF\n"),
}
REFUSING = {
    "python": 'text = f"""\n  login with {}\n"""\n',
    "javascript": "const text = `${\n  login({})}`;\n",
    "yaml": "text: |\n  a\nb: {}\n",
    "csharp": 'var text = $@"\n  login with {}\n";\n',
    "shellscript": "cat <<EOF\n  login with {}\nEOF\n",
}


def said(engine: Engine, language: str, given: str, answer: str) -> tuple[str, str]:
    """What comes of an answer behind a document, cut in three ways."""
    text = given.replace("{}", SPECIAL)
    redacted = redact(engine, Vault(b"k"), text, language)
    (name,) = {run.placeholder for run in redacted.replacements}
    outcomes = set()
    for size in (1, 7, 1_000):
        reader = Restorer(
            redacted.issued,
            places=lambda: survey(text, redacted.replacements, language=language, cursor=len(text)),
        )
        sent = answer.replace("{}", name)
        parts = [reader.feed(sent[at : at + size]) for at in range(0, len(sent), size)]
        outcomes.add(("".join(parts) + reader.close(), reader.stopped))
    (outcome,) = outcomes
    return outcome


@pytest.mark.parametrize("language", MULTILINE)
@pytest.mark.parametrize("begun", [True, False], ids=["begun before", "begun in the answer"])
def test_a_value_comes_back_into_a_string_of_several_lines(
    engine: Engine, language: str, begun: bool
) -> None:
    given, answer = MULTILINE[language]
    if begun:
        head, _, answer = answer.partition("\n")
        given += f"{head}\n"

    assert said(engine, language, given, answer) == (answer.replace("{}", SPECIAL), "")


@pytest.mark.parametrize("language", REFUSING)
def test_a_value_stays_out_of_a_string_that_would_change_it(engine: Engine, language: str) -> None:
    given, answer = MULTILINE[language][0], REFUSING[language]

    assert said(engine, language, given, answer) == (answer.partition("{}")[0], "unsafe-restore")
