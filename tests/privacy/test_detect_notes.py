"""Passwords in sentences, logs and comments: found where they look like one, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.notes import Notes

PLAIN = "Winter" + "garden-1987"
LETTERS = "Copper" + "Lemur"
RANDOM = "vvq" + "dgnocmi"


def found(text: str, name: str = "notes.txt") -> list[str]:
    spans = Engine([Notes()]).spans(text, level="secrets", path_name=name)
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("notes.txt", "the password of the old admin account is {}"),
        ("notes.txt", "pw for the zip is {}"),
        ("notes.txt", "passphrase for the key: {}"),
        ("notes.txt", "her password was {}, please change it"),
        ("notes.txt", "the new password is '{}' (valid until friday)"),
        ("notes.txt", "tom: I set the root password to {} for now"),
        ("notes.md", "If it fails, reset the password to `{}` and tell the team."),
        ("notes.txt", 'use "{}" as the password for the test account'),
    ],
)
@pytest.mark.parametrize("password", [PLAIN, LETTERS, RANDOM])
def test_a_sentence_that_says_the_password_is_found(
    name: str, template: str, password: str
) -> None:
    if password == RANDOM and " as the " in template:
        return
    assert found(template.format(password), name) == [password]


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("notes.txt", "vpn: user bob pass {}"),
        ("notes.txt", "router admin pwd {}"),
        ("notes.txt", "tom: try pw {}"),
        ("COMMIT_EDITMSG", "The job logged in with the old password ({}), which was"),
        ("notes.txt", "can't log in to the vpn with bob / {}"),
        ("notes.md", "- Login with deploy:{} on the old box."),
        ("notes.md", "- Grafana: admin / {}"),
        ("a.tex", r"with the user \texttt{{bob}} and the password \texttt{{{}}}."),
        ("a.tex", r"user \verb|bob| with password \verb|{}|."),
        ("a.tex", r"\newcommand{{\dbpassword}}{{{}}}"),
        ("notes.txt", "Wi-Fi at the office: `guests`, key {}"),
        ("notes.txt", "- Jira :: bob / {} (login)"),
        ("app.log", "12:00 INFO reset password to {} for bob"),
        ("app.log", "12:00 DEBUG connected as bob with password {}"),
        ("a.html", "<!-- test login: demo / {} -->"),
        ("a.py", "# the password of the read-only account is `{}`."),
        ("a.ipynb", '"text": ["connected as bob with password {}\\n"]'),
    ],
)
def test_a_password_in_passing_is_found(name: str, template: str) -> None:
    assert found(template.format(PLAIN), name)[:1] == [PLAIN]


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("vpn: user bob pass {}", "Jakub" + "_147"),
        ("tom: try pw {}", "sunshine" + "601"),
        ("her password was {}, please change it", "thunder" + "sommer"),
        ("can't log in to the vpn with bob / {}", "waffle" + "1974"),
    ],
)
def test_a_weak_password_is_found_where_the_words_are_sure(text: str, password: str) -> None:
    assert found(text.format(password)) == [password]


@pytest.mark.parametrize(
    "text",
    [
        "i forgot my password again, can you reset it?",
        "the password is wrong",
        "the password is in the vault",
        "password was changed yesterday by the ops team",
        "the password is stored hashed; the token is refreshed",
        "Das Passwort: mindestens acht Zeichen.",
        "Le mot de passe est obligatoire. Mot de passe : obligatoire",
        "La contrase\u00f1a es obligatoria.",
        "set the password to continue",
        "change your password to something else",
        "pass it on to jens please",
        "Pass: 12, Fail: 0, Skipped: 3",
        "log in with client/server2 or TCP/IPv4",
        "login via oauth2/v2.0 and user/password",
        "the login page /users/sign_in?next=/home",
        "ssh host1/host2 / node-12",
        "password authentication failed for user app1",
        "the passphrase is optional and at least 12 characters long",
    ],
)
@pytest.mark.parametrize("name", ["notes.txt", "app.log"])
def test_sentences_about_passwords_are_left_alone(name: str, text: str) -> None:
    assert found(text, name) == []


@pytest.mark.parametrize(
    "text",
    [
        "#: a subclass can pass ``country_code=`` to the constructor",
        "# pass utf8mb4 to the driver, password is utf-8",
        "password to = " + PLAIN,
        "log('admin / editor')  # login: admin / Editor",
    ],
)
def test_code_and_its_comments_are_left_alone(text: str) -> None:
    assert found(text, "a.py") == []


@given(st.text(alphabet="pas word:is/to \"'`(){}log in.X1!", max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    found(text)


@pytest.mark.parametrize(
    "sentence",
    [
        'open the archive with the passphrase "{}".',
        "the passphrase of the key is '{}'",
        "passphrase: `{}`",
    ],
)
def test_a_quoted_pass_phrase_of_plain_words_is_found_in_a_sentence(sentence: str) -> None:
    phrase = " ".join(("walnut", "heron", "teapot", "granite"))

    assert found(sentence.format(phrase), "a.md") == [phrase]


@pytest.mark.parametrize(
    "sentence",
    [
        'the password is "wrong user name given"',
        'passphrase: "should contain four words"',
        'a password "walnut heron"',
    ],
)
def test_a_quoted_message_is_no_pass_phrase(sentence: str) -> None:
    assert found(sentence, "a.md") == []
