"""Taken: what stands in a file is text; what is said in a conversation was quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy import taken
from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.privacy.placeholders import Vault
from codegrex_lsp.privacy.taken import Taken
from codegrex_lsp.values.ask import Ask, Origin, Piece, PieceKind, Role
from codegrex_lsp.values.mode import Mode, Task
from codegrex_lsp.values.sealed import Sealed
from tests.support import planted
from tests.support.gates import LOCAL, chat, completion, gate

NAME, MAIL, HOST, CARD = (
    "cg_secret_0011aabb",
    "cg_user_12345678@redacted.invalid",
    "192.0.2.17",
    "9962-1329-9245-7114",
)
PASSWORD_LINE = f'password = "{planted.PASSWORD}"\n'


@pytest.mark.parametrize("name", [NAME, MAIL, HOST, CARD])
@pytest.mark.parametrize("spelled", [str, str.upper])
def test_what_stands_in_a_file_is_taken(name: str, spelled: type[str]) -> None:
    assert name in Taken([f"x = '{spelled(name)}'"])
    assert name not in Taken(["x = 'another'"])


@pytest.mark.parametrize(("name", "free"), [(NAME, True), (MAIL, True), (HOST, False)])
def test_what_is_said_is_taken_only_where_it_may_be_anybody_s(name: str, free: bool) -> None:
    assert (name not in Taken(["x"], talk=[f"what is {name}?"])) is free


@given(
    st.lists(st.sampled_from([HOST, CARD, "2001:db8::17", "0a1b" * 8, "1893-05-17"]), max_size=4),
    st.sampled_from([" ", "\n", "\\n", ".", "-", "a", ""]),
)
def test_many_names_are_answered_as_a_few_are(parts: list[str], between: str) -> None:
    text = between.join(["192.0.2", *parts, "17", "x"])
    names = [HOST, CARD, "2001:db8::17", "0a1b" * 8, "1893-05-17", "192.0.2.1"]
    few, many = Taken([text]), Taken([text])
    for number in range(taken._FEW + 1):
        assert f"7777{number}" not in many

    for name in names:
        alone = any(
            not (text[at - 1 : at].isalnum() and text[at - 2 : at] != "\\n")
            and not text[at + len(name) : at + len(name) + 1].isalnum()
            for at in range(len(text))
            if text.startswith(name, at)
        )
        assert name not in many or name in few
        assert name in many or not alone


# ---- through the gate


def answer(outcome: object, text: str) -> str:
    assert isinstance(outcome, Clearance), outcome
    restorer = outcome.restorer()
    return restorer.feed(text) + restorer.close()


def turns(*said: tuple[Role, str], file: str = PASSWORD_LINE) -> Ask:
    """A conversation about one file."""
    (attached, _) = chat("", ("b.py", file)).pieces
    talk = [Piece(Origin(PieceKind.CHAT), role, Sealed(text), 0, len(text)) for role, text in said]
    return Ask(Task.CHAT, Mode.NORMAL, (attached, *talk))


def test_a_placeholder_that_is_quoted_back_keeps_its_name_and_its_value() -> None:
    guard = gate()
    first = guard.clear(turns((Role.USER, "what is it?")), LOCAL, redact_local="secrets")
    assert isinstance(first, Clearance)
    name = first.cleared.redactions[0].placeholder

    for role in (Role.USER, Role.ASSISTANT):
        again = guard.clear(
            turns((role, f"is it {name}?"), (Role.USER, "well?")), LOCAL, redact_local="secrets"
        )

        assert isinstance(again, Clearance)
        assert {one.placeholder for one in again.cleared.redactions} == {name}
        sent, before = again.cleared.pieces[0].text, first.cleared.pieces[0].text
        assert sent.reveal() == before.reveal()
        assert answer(again, f"It is {name}.") == f"It is {planted.PASSWORD}."


def test_one_whose_value_is_not_in_the_request_is_shown_as_it_is() -> None:
    guard = gate()
    before = guard.clear(completion(PASSWORD_LINE + "|"), LOCAL, redact_local="secrets")
    assert isinstance(before, Clearance)
    name = before.cleared.redactions[0].placeholder

    outcome = guard.clear(chat(f"what is {name}?"), LOCAL, redact_local="secrets")

    assert answer(outcome, f"It is {name}.") == f"It is {name}."


def test_a_value_that_was_put_into_a_chat_leaves_under_the_same_name_ever_after() -> None:
    vault = Vault(b"k" * 32)
    guard = gate(vault=vault)
    for value in ("hunter" + "2xyz", "mon" + "key", "4711" + "0815", "Zx8K"):
        file = f'password = "{value}"\n'
        first = guard.clear(turns((Role.USER, "what?"), file=file), LOCAL, redact_local="secrets")
        assert isinstance(first, Clearance)
        name = first.cleared.redactions[0].placeholder
        said = answer(first, f"Log in with {name} then.")
        assert value in said

        vault.forget("file:///projects/shop/b.py")
        later = guard.clear(chat("thanks", ("notes.md", said)), LOCAL, redact_local="secrets")

        assert isinstance(later, Clearance)
        assert value not in later.cleared.pieces[0].text.reveal()
        assert name in later.cleared.pieces[0].text.reveal()


def test_a_word_that_was_put_into_a_document_is_masked_there_from_then_on() -> None:
    guard = gate()
    line = 'password = "monkey"\n'
    outcome = guard.clear(completion(f"{line}login(|)"), LOCAL, redact_local="secrets")
    assert isinstance(outcome, Clearance)
    name = outcome.cleared.redactions[0].placeholder
    assert answer(outcome, f'"{name}"') == '"monkey"'

    after = guard.clear(completion(f'{line}login("monkey")\n|'), LOCAL, redact_local="secrets")

    assert isinstance(after, Clearance)
    assert "monkey" not in "".join(piece.text.reveal() for piece in after.cleared.pieces)


def test_an_address_that_is_said_is_nobody_s_placeholder() -> None:
    guard = gate()
    file = f'host = "{planted.ADDRESS}"\n'
    first = guard.clear(turns((Role.USER, "well?"), file=file), LOCAL, redact_local="all")
    assert isinstance(first, Clearance)
    name = first.cleared.redactions[0].placeholder

    again = guard.clear(turns((Role.USER, f"ping {name}"), file=file), LOCAL, redact_local="all")

    assert answer(again, f"ping {name}") == f"ping {name}"
