"""Provider formats, private keys, URLs and headers: the whole value goes, wherever it stands."""

from __future__ import annotations

from base64 import b64encode

import pytest

from codegrex_lsp.privacy.detect.engine import Engine
from tests.support import planted

SURROUNDINGS = {
    "alone": "{}",
    "quoted": 'x = "{}"',
    "in a comment": "# see {} for more",
    "in an env file": "THING={}",
    "after an emoji": "\N{PARTY POPPER} {}",
    "after a letter that grows in lower case": "İİİ {} İ",
    "after tabs": "\t\t{}\t",
    "after an escape": 'print("a\\n{}\\n")',
    "before a carriage return": "x = '{}'\r",
    "far along a long line": "x = [" + "0, " * 2_000 + "'{}'" + ", 0" * 2_000 + "]",
    "across the edge of a window": "y" * 2_040 + " {} " + "y" * 300,
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def masked(engine: Engine, text: str, **more: object) -> str:
    """The text with every span cut out."""
    for span in reversed(engine.spans(text, level="secrets", **more)):  # type: ignore[arg-type]
        text = text[: span.start] + "⟨⟩" + text[span.end :]
    return text


@pytest.mark.parametrize("family", planted.SECRETS, ids=str)
def test_every_family_goes_whole_in_every_surrounding(engine: Engine, family: str) -> None:
    line, value = planted.SECRETS[family]
    for name, around in SURROUNDINGS.items():
        # A format stands by itself; an assignment or URL needs its line round it.
        result = masked(engine, around.format(value if line.startswith("x =") else line))

        assert value not in result, name
        assert value[-12:] not in result, name


def test_columns_are_right_after_characters_of_every_width(engine: Engine) -> None:
    text = f"# \N{PARTY POPPER} e\u0301 İ\tß\r\ntoken = '{planted.GITHUB}'\r\n"

    spans = engine.spans(text, level="secrets")

    assert [text[span.start : span.end] for span in spans] == [planted.GITHUB]


def test_a_lone_carriage_return_ends_a_line(engine: Engine) -> None:
    text = f'password = "{planted.PASSWORD}"\rx = 1\rpassword = "{planted.PASSWORD}"'

    spans = engine.spans(text, level="secrets")

    assert [text[s.start : s.end] for s in spans] == [planted.PASSWORD] * 2


def test_a_form_feed_does_not_shift_what_follows(engine: Engine) -> None:
    text = f"a\x0cb\x85c\u2028d\nx = '{planted.GITHUB}'"

    assert [text[s.start : s.end] for s in engine.spans(text, level="secrets")] == [planted.GITHUB]


@pytest.mark.parametrize(
    "words",
    [
        "import sklearn  # scikit, sk-learn, task-1, disk-usage-report-of-today",
        "class SKeleton: ACcount = 'AKIA'",
        "the pat of butter, npm_config, hf_hub, key-value, sl.map",
        "https://example.com:8080/a@b",
        "git@github.com:codegrex/codegrex.git",
        "basic authentication is required",
        "def token(self): return self.token",
    ],
)
def test_ordinary_words_are_left_alone(engine: Engine, words: str) -> None:
    assert engine.spans(words, level="secrets") == ()


@pytest.mark.parametrize("prefix", ["sk-" + "ant-", "gh" + "p_", "AK" + "IA", "gl" + "pat-"])
def test_a_half_typed_token_counts_only_on_the_line_of_the_cursor(
    engine: Engine, prefix: str
) -> None:
    text = f'x = "{prefix}Q7Zw'

    assert engine.spans(text, level="secrets") == ()
    (span,) = engine.spans(text, level="secrets", cursor=len(text))
    assert text[span.start : span.end] == prefix + "Q7Zw"
    assert engine.spans(text + "\n", level="secrets", cursor=len(text) + 1) == ()


@pytest.mark.parametrize("command", ["curl --cookie '{}' -v", "curl -s -b '{}' x", "Cookie: {}"])
def test_the_cookie_of_a_session_goes_where_it_is_sent(engine: Engine, command: str) -> None:
    token = "q7ZwX2eR9cV4" + "tByQ1mKpL8sDfG3hJ6nA"

    result = masked(engine, command.format(f"lang=de; session={token}"))

    assert token not in result
    assert "lang=de" in result


def test_one_url_does_not_take_the_next_ones_host(engine: Engine) -> None:
    one, other = planted.url(password="fi" + "rst-1"), planted.url(password="sec" + "ond-2")

    assert (
        masked(engine, f"{one},{other}")
        == f"{planted.url(password='⟨⟩')},{planted.url(password='⟨⟩')}"
    )


def test_the_public_tokens_of_mapbox_stay(engine: Engine) -> None:
    payload = b64encode(b'{"u":"somebody","a":"cl0x1y2z3a4b5c6d7e8f9"}').decode().rstrip("=")
    line = f'mapboxgl.accessToken = "pk.{payload}.DG1Z2pyvae3EIqySBiAChT";'

    assert masked(engine, line) == line
    assert payload not in masked(engine, line.replace("pk.", "sk."))


@pytest.mark.parametrize(
    ("password", "shown"),
    [("s3cr3t", False), ("p@ss/w0rd", False), ("${DB_PASSWORD}", True), ("<password>", True)],
)
def test_of_a_url_only_the_password_goes(engine: Engine, password: str, shown: bool) -> None:
    text = planted.url(password=password)

    result = masked(engine, text)

    assert (password in result) is shown
    assert result.startswith("postgres://app:") and result.endswith("@db.internal:5432/shop")


def test_a_basic_header_loses_its_credential(engine: Engine) -> None:
    credential = b64encode(b"alice:" + b"wonderland").decode()

    assert masked(engine, f"-H 'Authorization: Basic {credential}'") == (
        "-H 'Authorization: Basic ⟨⟩'"
    )


KINDS = ["", "RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED "]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\\n", "\\r\\n", "\n    "], ids=repr)
@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_a_private_key_goes_in_every_spelling(engine: Engine, kind: str, newline: str) -> None:
    text = 'a = 1\nk = """' + planted.pem(newline, kind) + '"""\nb = 2'

    result = masked(engine, text)

    assert not any(line in result for line in planted.KEY_LINES)
    assert result.startswith("a = 1") and result.endswith("b = 2")
    assert planted.begin(kind) in result and planted.end(kind) in result


def test_a_pgp_key_goes_with_its_headers(engine: Engine) -> None:
    lines = (planted.begin("PGP ", " BLOCK"), "Version: 1", "", *planted.KEY_LINES, "=abcd")
    text = "\n".join((*lines, planted.end("PGP ", " BLOCK")))

    result = masked(engine, text)

    assert planted.KEY_LINES[0] not in result and "=abcd" not in result


def test_a_putty_key_goes_with_its_check_sum(engine: Engine) -> None:
    mac = "Private-MAC: " + "0f1e2d3c" * 5
    head = ("PuTTY-User-" + "Key-File-2: ssh-rsa", "Encryption: none", "Private-Lines: 6")
    text = "\n".join((*head, *planted.KEY_LINES, mac, "after"))

    result = masked(engine, text)

    assert planted.KEY_LINES[3] not in result and "0f1e2d3c" not in result
    assert result.endswith("\nafter")


def test_a_key_without_its_end_goes_down_to_where_code_begins(engine: Engine) -> None:
    text = "\n".join((planted.begin(), *planted.KEY_LINES, "def run():", "    return 1"))

    result = masked(engine, text)

    assert planted.KEY_LINES[-1] not in result
    assert result.endswith("def run():\n    return 1")


def test_a_key_without_its_beginning_goes_up_to_the_start(engine: Engine) -> None:
    text = "\n".join((*planted.KEY_LINES[2:], planted.end(), "tail"))

    result = masked(engine, text)

    assert not any(line in result for line in planted.KEY_LINES)
    assert result.endswith("\ntail")


def test_a_key_cut_in_half_by_any_window_leaves_nothing(engine: Engine) -> None:
    whole = planted.pem()
    for cut in range(len(planted.begin()) + 40, len(whole) - 1, 7):
        result = masked(engine, whole[:cut])
        assert planted.KEY_LINES[0] not in result, cut


def test_base64_of_a_key_goes(engine: Engine) -> None:
    encoded = b64encode(planted.pem().encode()).decode()
    folded = "\n  ".join(encoded[i : i + 64] for i in range(0, len(encoded), 64))

    assert encoded[100:140] not in masked(engine, f"data:\n  key: {folded}\nkind: Secret")
    assert "kind: Secret" in masked(engine, f"data:\n  key: {folded}\nkind: Secret")


def test_source_code_that_only_names_the_markers_keeps_its_lines(engine: Engine) -> None:
    text = f'HEAD = "{planted.begin("")}"\ndef f():\n    return HEAD\nTAIL = "{planted.end("")}"'

    assert engine.spans(text, level="secrets") == ()


def test_the_password_of_a_url_may_be_longer_than_a_line_of_code() -> None:
    long = "Q7zw2Xe9Rc4" * 150
    text = f'db = "{planted.url("app", long)}"'

    (span,) = Engine().spans(text, level="secrets")

    assert text[span.start : span.end] == long
