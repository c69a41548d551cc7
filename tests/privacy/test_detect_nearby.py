"""Values near a word for a password: found in any notation, by their looks and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect.detector import Line
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.made_up import is_token
from codegrex_lsp.privacy.detect.nearby import Nearby

LIKELY = "Vellum" + "!2011"
MODEST = "kranich" + "77"
RANDOM = "q8Lv" + "Tz2m" + "Wx5R" + "b9Kd" + "4Hs1" + "Yc7N"


def found(text: str, name: str = "a.py") -> list[str]:
    spans = Engine([Nearby()]).spans(text, level="secrets", path_name=name)
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize("password", [LIKELY, MODEST])
@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("a.lua", 'function join_password() return "{}" end'),
        ("a.js", "$('#password').val('{}');"),
        ("a.js", "cy.get('#mdp').type('{}{{enter}}');"),
        ("a.erl", '-define(PASSWORT, "{}").'),
        ("a.erl", '{{passwort, <<"{}">>}}'),
        ("a.pl", "my %cfg = (password => q{{{}}});"),
        ("a.tex", r"Passwort & \texttt{{{}}} \\"),
        ("a.tex", r"mit dem Passwort \verb|{}|."),
        ("a.js", "const motdepasse = test ? read('a') : '{}';"),
        ("a.php", "ldap_bind($link, 'cn=reader', '{}');"),
        ("a.cs", 'NetworkCredential share = new("svc", "{}");'),
        ("a.clj", '(def konten [["me" "{}"]])'),
        ("a.conf", "wpa-psk passwd 0 {}"),
        ("a.sh", 'expect "assword:"; send "{}\\r"'),
        ("a.txt", "das kennwort ist jetzt {}"),
        ("a.txt", "you can log in as ops with {}"),
        ("a.txt", "jira :: ops / {}"),
        ("a.txt", "login: admin/{}"),
        ("a.html", "<td>Passwort</td><td>{}</td>"),
        ("a.txt", "the admin password has been changed to {}"),
    ],
)
def test_a_password_is_found_in_a_notation_nobody_described(
    name: str, template: str, password: str
) -> None:
    assert found(template.format(password), name) == [password]


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("a.swift", 'let zugang = open("{}")'),
        ("a.conf", "tacacs-server host1 timeout 5 {}"),
        ("a.log", "auth attempt by ops {}"),
        ("a.txt", "the user got {} from us"),
        ("a.txt", "use {} to log in as ops"),
        ("a.py", '    "{}",  # root password'),
    ],
)
def test_near_a_log_in_only_the_strongest_looks_count(name: str, template: str) -> None:
    strange = "Vel" + "!lum" + "2011x"
    assert found(template.format(strange), name) == [strange]
    assert found(template.format(MODEST), name) == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.py", 'password_hasher = load("argon2id")'),
        ("a.py", 'connect("db1.example.org", "utf-8")'),
        ("a.py", 'AUTH = {"id": "x9-f8-q7"}'),
        ("a.py", 'user = get("user-profiles-2026-03-24")'),
        ("a.py", "user_password1 = other_password2"),
        ("a.yml", "uses: docker/login-action@v3"),
        ("a.yml", "password: ENC[AES256_GCM,data:p673w==,iv:YY=,tag:A=]"),
        ("a.log", "password accepted for session 1b58e68a-1b84-4917-8160-5e4332963037"),
        ("a.log", "sudo: TTY=pts/1 ; PWD=/home/x ; COMMAND=/bin/ls"),
        ("a.sh", "oc login --server=https://api.example.org:6443"),
        ("a.txt", "Passwords need sha256 or base64, see chapter12 and RFC2617."),
        ("a.txt", "the account was opened in us-central1"),
        ("a.h", "#define XK_UserPB 0x1008FF84"),
        ("a.md", "see `numpy.ediff1d` for the user account"),
        ("a.py", "ratio = width / height2"),
        ("a.js", 'client.draw("Vel!lum2011x")'),
        ("package-lock.json", f'"password": "{LIKELY}"'),
    ],
)
def test_what_only_looks_alike_is_left_alone(name: str, line: str) -> None:
    assert found(line, name) == []


def test_a_token_is_found_near_a_word_for_one_and_nowhere_else() -> None:
    assert found(f"INSERT INTO oauth_clients VALUES ('kiosk', '{RANDOM}');") == [RANDOM]
    assert found(f"INSERT INTO pictures VALUES ('kiosk', '{RANDOM}');") == []


@pytest.mark.parametrize(
    "value",
    ["0123456789abcdef" * 2, "com.example.Service2Factory1Bean3", "/usr/lib/x86/64/a1b2c3d4e5/f6"],
)
def test_hashes_names_and_paths_are_no_tokens(value: str) -> None:
    assert not is_token(value)


def test_the_seed_of_one_time_passwords_is_a_token() -> None:
    seed = "OIWN" + "T5J7" + "HE5D" + "PJAH"
    assert is_token(seed)
    assert found(f"TOTP der Verwaltung: {seed}", "a.md") == [seed]
    assert not is_token("INTERNATIONALIZE")


@given(st.text(alphabet="aA1!/ \"'`:=_-.{}()|", max_size=300))
def test_every_line_that_holds_something_is_asked_about(noise: str) -> None:
    line = f"login {noise}"
    detector = Nearby()
    with_checks = Engine([detector]).spans(line, level="secrets", path_name="a.yml")
    assert all("login" not in line[span.start : span.end] for span in with_checks)
    assert all(0 <= span.start < span.end <= len(line) for span in with_checks)


@pytest.mark.parametrize(
    "line",
    [
        'yag = yagmail.SMTP("ops", "{}")',
        'd := gomail.NewDialer("mx.corp.io", 587, "ops", "{}")',
        "const db = new Sequelize('shop', 'root', '{}');",
        'var store = new X509Certificate2("cert.pfx", "{}");',
        'passwordField.text = "{}"',
    ],
)
def test_calls_that_take_a_password_last_are_known(line: str) -> None:
    assert found(line.format(MODEST), "a.swift") == [MODEST]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.swift", f'passwordField.placeholder = "{MODEST}"'),
        ("a.txt", "ann: the passphrase is in 1Password"),
    ],
)
def test_hints_and_keepers_of_passwords_are_left_alone(name: str, line: str) -> None:
    assert found(line, name) == []


SAID = ("password", "mot de passe ", "sftp ", "user agent", "author", "identified by ", "x_pw ")
SAID += ("pass=", "credit ", "creds: ", "login ", "token ", f'"{LIKELY}" ', f"'{RANDOM}', ", "\n")


@given(st.lists(st.sampled_from(SAID), max_size=12).map("".join))
def test_to_know_the_keywords_of_a_line_changes_nothing_in_it(text: str) -> None:
    nearby = Nearby()
    words = frozenset(word for word in nearby.keywords if word in text.lower())

    blind = nearby.scan_line(Line(text, text.lower()))

    assert nearby.scan_line(Line(text, text.lower(), words=words)) == blind
