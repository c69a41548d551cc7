"""Known secrets: which values count, and that every way of writing one is found."""

from __future__ import annotations

import json
import logging
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.known import MOST, KnownSecret, KnownSecrets, counts

VALUE = "blue/42 wh" + 'ale"ü&=+%'
SHORT = "wh4le" + "song"


def find(text: str, *values: str) -> list[str]:
    engine = Engine([KnownSecrets(KnownSecret(value, "env-file") for value in values)])
    return [text[span.start : span.end] for span in engine.spans(text, level="secrets")]


@pytest.mark.parametrize(
    "written",
    [
        VALUE,
        quote(VALUE),
        quote(VALUE, safe=""),
        quote_plus(VALUE),
        quote(VALUE, safe="").lower(),
        json.dumps(VALUE)[1:-1],
        json.dumps(VALUE, ensure_ascii=False)[1:-1],
    ],
)
def test_a_value_is_found_however_it_is_escaped(written: str) -> None:
    assert find(f"x = f('{written}') # and so on", VALUE) == [written]


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("after", range(4))
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_a_value_is_found_in_base64_wherever_it_stands_in_it(before, after, encode) -> None:  # type: ignore[no-untyped-def]
    written = encode(b"u" * before + VALUE.encode() + b"v" * after).decode()

    assert find(f"Authorization: Basic {written} ok", VALUE) == [written]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=8, max_size=60))
def test_every_value_is_found_in_its_own_escapes(value: str) -> None:
    for written in (value, quote(value, safe=""), json.dumps(value)[1:-1]):
        assert written in "".join(find(f"({written})", value))


def test_a_long_value_goes_whole_and_across_windows() -> None:
    value = "".join(f"{n:x}Q" for n in range(900))

    for before in (0, 1500, 2040, 5000):
        text = " " * before + value + " end"
        assert "".join(find(text, value)) == value


def test_a_short_value_counts_only_as_a_whole_word() -> None:
    assert find(f"say {SHORT}, or\\n{SHORT}", SHORT) == [SHORT, SHORT]
    assert find(f"{SHORT}book and my{SHORT}", SHORT) == []


def test_another_case_is_another_value() -> None:
    assert find(f"x = '{SHORT.upper()}'", SHORT) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("DB_PASSWORD", "hunter" + "2xyz"),
        ("DB_PASSWORD", "correct horse battery staple"),
        ("API_TOKEN", "a8f3k29d" + "k3k2lsk39x"),
        ("SENTRY", "Zk9xT2pLq8" + "vWm3Rb"),
        ("VENDOR_THING", "blue42" + "whale!"),
    ],
)
def test_values_that_look_like_secrets_count(key: str, value: str) -> None:
    assert counts(key, value, any_key=True)


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("DB_PASSWORD", "s3cr3t!", "short"),
        ("DB_PASSWORD", "sunshine", "a word"),
        ("DB_PASSWORD", "changeme", "a placeholder"),
        ("DB_PASSWORD", "<your-password-1>", "a placeholder"),
        ("DB_PASSWORD", "${OTHER_PASSWORD}", "a reference"),
        ("SECRET_DEBUG", "false", "a boolean"),
        ("API_TOKEN", "1234567890", "a number"),
        ("SECRET_FILE", "/run/secrets/db2", "a path"),
        ("SSH_KEY", "C:\\keys\\id2", "a path"),
        ("TOKEN_HOST", "db2.internal.example.org:5432", "a host"),
        ("MAIL", "ops2@example.org", "an address"),
        ("API_BASE", "https://api2.example.org/v1", "a URL"),
        ("AWS_REGION", "eu-central-1", "a numbered name"),
        ("MODEL", "gpt-4-turbo", "a numbered name"),
        ("APP_TITLE", "My shop number 2", "text"),
        ("BUILT", "2024-01-31T10:00:00Z", "a date"),
    ],
)
def test_values_that_are_something_else_are_left_out(key: str, value: str, why: str) -> None:
    assert not counts(key, value, any_key=True), why


def test_a_key_that_names_no_secret_counts_only_in_env_files() -> None:
    assert not counts("VENDOR_THING", "blue42" + "whale!", any_key=False)


def test_no_value_shows(caplog: pytest.LogCaptureFixture) -> None:
    secret = KnownSecret(VALUE, "env-file")
    detector = KnownSecrets([secret])
    with caplog.at_level(logging.DEBUG, logger="codegrex_lsp"):
        Engine([detector]).spans(VALUE, level="secrets")

    assert VALUE not in f"{secret!r} {detector!r} {detector.name} {caplog.text}"


def test_values_of_a_repository_do_not_crowd_out_the_persons_own() -> None:
    own = "z" + VALUE
    many = [KnownSecret(f"0{n:07}aB{n}x", "env-file") for n in range(MOST + 1)]
    engine = Engine([KnownSecrets([*many, KnownSecret(own, "netrc")])])

    assert [s.rule for s in engine.spans(f"x {own} y", level="secrets")] == ["known/netrc"]


def test_a_value_that_is_no_text_is_left_out() -> None:
    assert not counts("API_TOKEN", "Zk9xT2\udcffpLq8vWm3Rb7", any_key=True)
