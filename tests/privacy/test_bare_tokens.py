"""A token pasted bare where code would stand, as from an `.env` into a chat or a note."""

from __future__ import annotations

import pytest

from codegrex_lsp.privacy.detect.assignments import Assignments
from codegrex_lsp.privacy.detect.engine import Engine
from tests.support.templates import expand

TOKENS = [
    "ACME_API_KEY={0-9*1}{a-f*1}{0-9a-f*30}",
    "acme_token={0-9*3}{A-Z*1}{a-z*1}{A-Za-z0-9*20}",
    "export ACME_SECRET_KEY={0-9*1}{a-f*1}{0-9a-f*62}",
    "ACME_ACCESS_TOKEN={0-9a-f*8}-{0-9a-f*4}-{0-9a-f*4}-{0-9a-f*4}-{0-9a-f*12}",
    "ACME_API_KEY=acme_live_{0-9*3}{A-Z*1}{a-z*1}{A-Za-z0-9*20}",
    "acme.api_key: {0-9*4}{A-Za-z0-9+*36}+{A-Za-z0-9*4}",
    "acmeApiKey := {0-9*1}{a-f*1}{0-9a-f*38};",
]

CODE = [
    "token = current_user_session_token_v2",
    "sort(rows, key=byNameThenDateAscending2)",
    "api_key=settings.providers.openai_2024.key",
    "access_token: SomeVeryLongTypeNameOfAToken2,",
    "private_key = load_pem_private_key_from_file_2048",
    "api_key = base64UrlEncodeWithoutPadding(text)",
    "auth_token=tokens_2023_01_02_03_04_05_backup",
    "client_secret: DEFAULT_CLIENT_SECRET_2048_BITS_256",
    "cache_key={0-9*1}{a-f*1}{0-9a-f*30}",
    "token = 1234567890123456789012345",
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine([Assignments()])


@pytest.mark.parametrize("template", TOKENS)
@pytest.mark.parametrize("language", ["", "python"])
def test_what_only_a_machine_can_have_made_needs_no_quotes(
    engine: Engine, template: str, language: str
) -> None:
    for seed in range(20):
        example = expand(template, seed)
        spans = engine.spans(example.text, level="secrets", language=language)
        assert [(s.start <= example.start, s.end >= example.end) for s in spans] == [(True, True)]


@pytest.mark.parametrize("template", CODE)
def test_names_and_numbers_in_code_stay(engine: Engine, template: str) -> None:
    text = expand(template).text
    assert not engine.spans(text, level="secrets", language="python"), text
