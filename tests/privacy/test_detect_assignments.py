"""Assignments: what the name of a key gives away, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect.assignments import Assignments
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.judge import Key, judge_key, looks_random
from codegrex_lsp.privacy.detect.lines import WINDOW
from tests.support.planted import PASSWORD

TOKEN = "a8f3k29d" + "k3k2lsk39x"

SYNTAXES = {
    "python": ("python", 'db_password = "{}"', PASSWORD),
    "annotated": ("python", 'def f(password: str = "{}"):', PASSWORD),
    "keyword argument": ("python", "connect(host, password='{}')", PASSWORD),
    "raw bytes": ("python", 'secret = rb"{}"', PASSWORD),
    "triple quotes": ("python", 'password = """{}"""', PASSWORD),
    "subscript": ("python", 'config["db_password"] = "{}"', PASSWORD),
    "comparison": ("python", 'if password == "{}":', PASSWORD),
    "default of an environment variable": ("python", 'getenv("SECRET_KEY", "{}")', PASSWORD),
    "json": ("json", '{{"apiKey": "{}", "n": 1}}', TOKEN),
    "javascript": ("javascript", "const authToken = `{}`;", TOKEN),
    "go": ("go", 'password := "{}"', PASSWORD),
    "rust": ("rust", 'let api_key: &str = "{}";', TOKEN),
    "csharp": ("csharp", 'string pwd = @"{}";', PASSWORD),
    "connection string": ("csharp", '"Server=x;User Id=sa;Password={};"', PASSWORD),
    "java setter": ("java", 'user.setPassword("{}");', PASSWORD),
    "ruby": ("ruby", ':secret => "{}"', PASSWORD),
    "php": ("php", "'password' => '{}',", PASSWORD),
    "yaml": ("yaml", "  password: {}  # of the test database", PASSWORD),
    "dotenv": ("dotenv", "DB_PASS={}", PASSWORD),
    "properties": ("properties", "spring.datasource.password={}", PASSWORD),
    "shell": ("shellscript", "export API_TOKEN={}", TOKEN),
    "flag": ("shellscript", "deploy --token {} --now", TOKEN),
    "docker": ("dockerfile", "ENV POSTGRES_PASSWORD={}", PASSWORD),
    "xml": ("xml", "<password>{}</password>", PASSWORD),
    "query": ("python", '"https://h.example.com/?access_token={}&page=1"', TOKEN),
    "header": ("python", "'X-Api-Key: {}'", TOKEN),
    "terraform": ("terraform", 'master_password = "{}"', PASSWORD),
}

LOOK_ALIKES = [
    'password = "password"',
    'password = "$CI_COMMIT_SLUG-pip-v2"',
    'password = "-$DB_PASSWORD"',
    "db_pass: !vault_ref secret/db#password",
    'password = os.environ["PASSWORD"]',
    'password = "${DB_PASSWORD}"',
    'password = f"{prefix}{password}"',
    'password = "{{ vault_password }}"',
    'password = "<your password>"',
    'password = "changeme"',
    'token = "xxxxxxxxxxxxxxxx"',
    'api_key = "YOUR_API_KEY_HERE"',
    'api_key = "your-api-key"',
    'token_url = "https://login.example.org/oauth2/v1"',
    'password_hash = "5f4dcc3b5aa765d61d8327deb882cf99"',
    'public_key = "a8f3k29dk3k2lsk39x"',
    'primary_key = "id4711abcd"',
    'secret_name = "prod-database-1"',
    'max_tokens = "2048000000"',
    'tokenizer = "cl100k_base_x2"',
    'keyboard = "qwerty123456"',
    'label_password = "Enter your password again"',
    'password = "Forgot your password?"',
    'token = get_token("a8f3k29dk3k2lsk39x")',
    "self.password = password",
    "def login(user: str, password: str) -> None:",
    'token_type = "Bearer"',
    'SECRET = "/run/secrets/db"',
    "if token == expected_token:",
    "char *password = buffer;",
    'key = "name"',
    'cache_key = "user:4711:profile"',
    'author = "somebody9"',
    'with open("tokens2024.txt") as token_file:',
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine([Assignments()])


@pytest.mark.parametrize("syntax", SYNTAXES, ids=str)
def test_the_whole_value_is_found_in_every_syntax(engine: Engine, syntax: str) -> None:
    language, template, value = SYNTAXES[syntax]
    text = template.format(value)

    spans = engine.spans(text, level="secrets", language=language)

    assert [text[span.start : span.end] for span in spans] == [value]


@pytest.mark.parametrize("line", LOOK_ALIKES)
def test_look_alikes_are_left_alone(engine: Engine, line: str) -> None:
    assert engine.spans(line, level="secrets", language="python") == ()


@pytest.mark.parametrize(
    "value", ["a b", 'q"uote', "pässwörd1", "tr0ub4dor&3", "emoji\N{KEY}9", "x\\ty12"]
)
def test_values_with_unusual_characters_go_whole(engine: Engine, value: str) -> None:
    escaped = value.replace('"', '\\"')
    text = f'password = "{escaped} 1"'

    (span,) = engine.spans(text, level="secrets")

    assert text[span.start : span.end] == f"{escaped} 1"


def test_an_unquoted_value_counts_only_where_files_have_no_quotes(engine: Engine) -> None:
    text = f"password = {PASSWORD}x"

    assert engine.spans(text, level="secrets", language="python") == ()
    assert engine.spans(text, level="secrets", language="ini")
    assert engine.spans(text, level="secrets", path_name=".env.production")


def test_an_open_string_counts_only_while_somebody_types_in_it(engine: Engine) -> None:
    text = 'password = "hunt'

    assert engine.spans(text, level="secrets") == ()
    assert len(engine.spans(text, level="secrets", cursor=len(text))) == 1
    assert engine.spans(text[:-1], level="secrets", cursor=len(text) - 1) == ()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("DB_PASSWORD", Key.HUMAN),
        ("dbPassword2", Key.HUMAN),
        ("clientSecret", Key.SECRET),
        ("OPENAI_API_KEY", Key.MACHINE),
        ("apiKeyProd", Key.MACHINE),
        ("refreshToken", Key.MACHINE),
        ("key", Key.WEAK),
        ("keyword", Key.NOTHING),
        ("compass", Key.NOTHING),
        ("password_field", Key.NOTHING),
        ("secretary", Key.NOTHING),
        ("accessTokenUrl", Key.NOTHING),
        ("", Key.NOTHING),
    ],
)
def test_a_key_is_judged_by_its_words(name: str, key: Key) -> None:
    assert judge_key(name) is key


@given(st.binary(min_size=20, max_size=40))
def test_hex_of_random_bytes_looks_random(data: bytes) -> None:
    if len(set(data)) > 16:
        assert looks_random(data.hex())


@given(st.text(max_size=300), st.sampled_from(["python", "yaml", ""]))
def test_no_line_makes_it_fail(line: str, language: str) -> None:
    engine = Engine([Assignments()])
    for text in (line, f'password = "{line}', f"token: {line}"):
        for span in engine.spans(text, level="secrets", language=language, cursor=len(text)):
            assert 0 <= span.start < span.end <= len(text)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("HASLO_KEYSTORE", Key.HUMAN),
        ("haslo_do_pliku", Key.HUMAN),
        ("senhaPortal", Key.HUMAN),
        ("claveMaestra", Key.HUMAN),
        ("MotDePasseDemo", Key.HUMAN),
        ("contrase\u00f1a_ftp", Key.HUMAN),
        ("L\u00f6senord", Key.HUMAN),
        ("\u015fifre", Key.HUMAN),
        ("\u043f\u0430\u0440\u043e\u043b\u044c", Key.HUMAN),
        ("GEHEIM", Key.SECRET),
        ("kluczApi", Key.MACHINE),
        ("api_schl\u00fcssel", Key.MACHINE),
        ("cle_api", Key.MACHINE),
        ("palabra_clave", Key.NOTHING),
        ("clave_primaria", Key.NOTHING),
        ("sekretariat", Key.NOTHING),
        ("has\u0142o_hash", Key.NOTHING),
        ("particle_api", Key.NOTHING),
        ("clavicle", Key.NOTHING),
    ],
)
def test_a_key_is_judged_in_other_languages_too(name: str, key: Key) -> None:
    assert judge_key(name) is key


@pytest.mark.parametrize("before", [0, WINDOW - 20, WINDOW - 8, WINDOW, 2 * WINDOW])
@pytest.mark.parametrize("length", [WINDOW - 100, WINDOW, 3 * WINDOW])
@pytest.mark.parametrize("quote", ['"', "'", "`", '"' * 3])
def test_a_value_longer_than_a_window_goes_whole(before: int, length: int, quote: str) -> None:
    value = f"{TOKEN}!? \\{quote[0]}" * (length // 20)
    text = f"{'x' * before} secret = {quote}{value}{quote} + 1"

    spans = Engine([Assignments()]).spans(text, level="secrets")

    assert [text[span.start : span.end] for span in spans] == [value]


def test_a_long_line_with_an_open_quote_is_not_masked_to_its_end() -> None:
    text = 'secret = "' + "it is not closed; " * WINDOW

    assert Engine([Assignments()]).spans(text, level="secrets") == ()


def test_the_rest_of_a_line_of_keys_in_values_in_keys_is_masked_unread(engine: Engine) -> None:
    text = "token:" * 300 + "end"

    (*_, last) = engine.spans(text, level="secrets", path_name=".env")

    assert last.end == len(text) and last.start < len(text) // 2


def test_a_long_line_of_short_values_is_read_to_its_end(engine: Engine) -> None:
    text = ", ".join(f'{{"key": \'{number}\', "token": ""}}' for number in range(400))

    assert engine.spans(text, level="secrets", path_name="a.json") == ()
