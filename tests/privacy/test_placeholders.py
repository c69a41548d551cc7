"""Placeholders: stable, unique, of the right shape, and back again without a trace of change."""

from __future__ import annotations

import copy
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.personal.sums import luhn
from codegrex_lsp.privacy.placeholders import MOST_VALUES, Vault
from codegrex_lsp.privacy.redacted import Redacted
from codegrex_lsp.privacy.restorer import Restorer
from codegrex_lsp.values.control_tokens import CONTROL_TOKENS
from tests.support import planted

KEY = b"k" * 32


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = Engine()
    engine.warm_up("all")
    return engine


def span(value: str, kind: str = "token", start: int = 0) -> Span:
    return Span(start, start + len(value), "secret", kind, "test")


def redact(engine: Engine, vault: Vault, text: str) -> Redacted:
    return vault.redact(text, engine.spans(text, level="all"), origin="file:///a")


def restored(redacted: Redacted, text: str, chunks: list[str] | None = None) -> str:
    restorer = Restorer(redacted.issued, plain=redacted.quoted)
    result = "".join(restorer.feed(chunk) for chunk in chunks or [text]) + restorer.close()
    assert restorer.stopped == ""
    return result


EVERYTHING = "\r\n".join(
    [line for line, _ in (*planted.SECRETS.values(), *planted.PEOPLE.values())]
    + [planted.pem(), planted.pem("\\n"), f"\tx = '\N{PARTY POPPER} İ {planted.GITHUB}'"]
    + list(CONTROL_TOKENS)
)


def test_everything_comes_back(engine: Engine) -> None:
    redacted = redact(engine, Vault(KEY), EVERYTHING)

    assert restored(redacted, redacted.text.reveal()) == EVERYTHING
    for _, value in (*planted.SECRETS.values(), *planted.PEOPLE.values()):
        assert value not in redacted.text.reveal()
    assert not any(token in redacted.text.reveal() for token in CONTROL_TOKENS)


def test_redacting_twice_changes_nothing(engine: Engine) -> None:
    vault = Vault(KEY)
    once = redact(engine, vault, EVERYTHING).text.reveal()

    assert redact(engine, vault, once).text.reveal() == once


def test_the_number_of_lines_stays(engine: Engine) -> None:
    redacted = redact(engine, Vault(KEY), EVERYTHING)

    assert redacted.text.reveal().count("\r\n") == EVERYTHING.count("\r\n")
    assert planted.begin() in redacted.text.reveal()


@given(
    st.lists(
        st.one_of(
            st.text(max_size=12),
            st.sampled_from([planted.GITHUB, planted.ANTHROPIC, planted.AWS, "\\n", "\r\n"]),
            st.sampled_from(["<|im_start|>", "</s>", "[INST]", "cg_secret_0123abcd", "cg_", "<s"]),
        ),
        max_size=12,
    ),
    st.data(),
)
def test_restoring_undoes_redacting_for_any_text_and_any_cuts(
    parts: list[str], data: st.DataObject
) -> None:
    text = "".join(parts)
    redacted = Vault(KEY).redact(text, Engine().spans(text, level="secrets"))
    sent = redacted.text.reveal()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(sent)), max_size=6)))
    chunks = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    restorer = Restorer(redacted.issued, plain=redacted.quoted, mode="show")

    assert "".join(map(restorer.feed, chunks)) + restorer.close() == text


@given(st.text(min_size=1, max_size=60), st.data())
def test_any_spans_of_any_text_come_back(text: str, data: st.DataObject) -> None:
    starts = data.draw(st.lists(st.integers(0, len(text) - 1), max_size=4))
    spans = [
        Span(s, data.draw(st.integers(s + 1, len(text))), "secret", "token", "r") for s in starts
    ]
    redacted = Vault(KEY).redact(text, spans)
    restorer = Restorer(redacted.issued, plain=redacted.quoted, mode="show")

    assert restorer.feed(redacted.text.reveal()) + restorer.close() == text


@given(st.lists(st.integers(0, 40), min_size=2, max_size=8, unique=True), st.integers(0, 60))
def test_offsets_lead_there_and_back(edges: list[int], offset: int) -> None:
    text = "a b-c.d " * 8
    edges.sort()
    spans = [Span(a, b, "secret", "t", "r") for a, b in zip(edges[::2], edges[1::2], strict=False)]
    redacted = Vault(KEY).redact(text, spans)

    if any(r.start < offset < r.end for r in redacted.replacements):
        start = redacted.to_original(redacted.to_redacted(offset))
        assert any(r.start == start for r in redacted.replacements)
    else:
        assert redacted.to_original(redacted.to_redacted(offset)) == offset
    assert redacted.cut(0, offset) + redacted.cut(offset, len(text)) == redacted.text.reveal() or (
        any(r.start < offset < r.end for r in redacted.replacements)
    )


def test_the_same_value_has_the_same_placeholder_after_a_restart() -> None:
    first = Vault(KEY).placeholder(planted.GITHUB, span(planted.GITHUB))

    assert re.fullmatch(r"cg_secret_[0-9a-f]{8}", first)
    assert Vault(KEY).placeholder(planted.GITHUB, span(planted.GITHUB)) == first
    assert Vault(b"other").placeholder(planted.GITHUB, span(planted.GITHUB)) != first


def test_different_values_have_different_placeholders_though_digests_collide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from codegrex_lsp.privacy import placeholders

    monkeypatch.setattr(placeholders, "candidate", lambda *given: f"cg_secret_{given[-1]:08x}")
    vault = Vault(KEY)

    names = [vault.placeholder(value, span(value)) for value in ("one", "two", "one", "three")]

    assert names == [f"cg_secret_{n:08x}" for n in (0, 1, 0, 2)]


def test_what_stands_in_a_text_already_is_never_issued(engine: Engine) -> None:
    line, value = planted.PEOPLE["address"]
    taken = Vault(KEY).placeholder(value, span(value, "ip-address"))

    redacted = redact(engine, Vault(KEY), f"{line}\nother = '{taken}'")

    assert taken not in redacted.issued
    assert restored(redacted, redacted.text.reveal()) == f"{line}\nother = '{taken}'"


def test_a_second_text_that_holds_an_issued_address_gets_another(engine: Engine) -> None:
    vault = Vault(KEY)
    line, _ = planted.PEOPLE["address"]
    (taken,) = redact(engine, vault, line).issued

    again = redact(engine, vault, f"{line}\n{taken}")

    assert list(again.issued) != [taken]


@pytest.mark.parametrize(
    ("value", "kind", "shape"),
    [
        (planted.EMAIL, "email", r"cg_user_[0-9a-f]{8}@redacted\.invalid"),
        (planted.ADDRESS, "ip-address", r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}"),
        ("2a00:1450:4001::200e", "ip-address", r"2001:db8:[0-9a-f:]+"),
        (planted.CARD, "credit-card", r"9\d{15}"),
        (planted.SSN, "us-ssn", r"9\d\d-00-\d{4}"),
        (planted.PHONE, "phone", r"cg_phone_[0-9a-f]{8}"),
        (planted.PASSWORD, "password", r"cg_secret_[0-9a-f]{8}"),
    ],
)
def test_a_placeholder_has_the_shape_of_what_it_stands_for(
    value: str, kind: str, shape: str
) -> None:
    assert re.fullmatch(shape, Vault(KEY).placeholder(value, span(value, kind)))


@given(st.integers(10**8, 10**18))
def test_digits_stay_digits_that_no_check_accepts(number: int) -> None:
    value = str(number)
    name = Vault(KEY).placeholder(value, span(value, "credit-card"))

    assert name.isdigit() and len(name) == len(value) and not luhn(name)


def test_more_addresses_than_the_documentation_nets_hold_still_differ() -> None:
    vault = Vault(KEY)
    values = [f"81.{a}.{b}.9" for a in range(30) for b in range(40)]

    assert len({vault.placeholder(v, span(v, "ip-address")) for v in values}) == len(values)


def test_a_known_value_is_replaced_where_no_rule_fires(engine: Engine) -> None:
    vault = Vault(KEY)
    redact(engine, vault, f'password = "{planted.PASSWORD}"')

    other = vault.redact(f"log: login with {planted.PASSWORD} failed", (), origin="file:///b")

    assert planted.PASSWORD not in other.text.reveal()


@pytest.mark.parametrize("word", ["Production", "admin", "s3cr3"])
def test_a_value_that_is_a_word_is_masked_only_where_it_was_found(word: str) -> None:
    text = f"password = '{word}'; mode = {word}"
    start = text.index(word)

    redacted = Vault(KEY).redact(text, [span(word, start=start)])

    assert redacted.text.reveal().endswith(f"mode = {word}")
    assert len(redacted.replacements) == 1


def test_a_placeholder_in_capitals_does_not_lead_to_a_value_of_another(engine: Engine) -> None:
    digits = "9f3c21b7" * 4
    line = f'api_key = "{digits}"'
    (issued,) = redact(engine, Vault(KEY), line).issued

    again = redact(engine, Vault(KEY), f"{line}\nlearned = '{issued.upper()}'")

    assert issued not in again.issued


def test_a_short_known_value_is_replaced_as_a_whole_word_only(engine: Engine) -> None:
    vault = Vault(KEY)
    redact(engine, vault, 'password = "monkey1"')

    text = vault.redact("monkey1patch(monkey1)", ()).text.reveal()

    assert text.startswith("monkey1patch(cg_secret_")


def test_personal_data_of_a_cloud_request_stays_out_of_a_local_one(engine: Engine) -> None:
    vault = Vault(KEY)
    redact(engine, vault, f"# by {planted.EMAIL}")

    text = f"mail = '{planted.EMAIL}'"

    assert vault.redact(text, (), known="secrets").text.reveal() == text
    assert vault.redact(text, (), known="all").text.reveal() != text


def test_closing_the_last_document_forgets_the_value(engine: Engine) -> None:
    vault = Vault(KEY)
    text = f'password = "{planted.PASSWORD}"'
    spans = engine.spans(text, level="secrets")
    vault.redact(text, spans, origin="file:///a")
    vault.redact(text, spans, origin="file:///b")

    vault.forget("file:///a")
    assert planted.PASSWORD not in vault.redact(planted.PASSWORD, ()).text.reveal()
    vault.forget("")
    vault.forget("file:///b")

    assert vault.redact(planted.PASSWORD, ()).text.reveal() == planted.PASSWORD
    assert repr(vault) == "<vault, 0 values>"


def test_a_vault_is_bounded() -> None:
    vault = Vault(KEY)
    for number in range(MOST_VALUES + 50):
        vault.placeholder(f"value-{number}-x", span("x"))

    assert repr(vault) == f"<vault, {MOST_VALUES} values>"


def test_nothing_of_the_map_can_be_printed_or_pickled(engine: Engine) -> None:
    vault = Vault(KEY)
    redacted = redact(engine, vault, f'password = "{planted.PASSWORD}"')

    for thing in (vault, redacted, redacted.replacements, Restorer(redacted.issued)):
        assert planted.PASSWORD not in f"{thing!r} {thing}"
    for thing in (vault, redacted, Restorer(redacted.issued)):
        with pytest.raises(TypeError):
            pickle.dumps(thing)
    with pytest.raises(TypeError):
        copy.deepcopy(vault)


def test_control_tokens_keep_their_brackets_and_are_not_reported_as_values() -> None:
    redacted = Vault(KEY).redact("a<|im_start|>b [INST] <s>hi</s>", ())

    assert re.fullmatch(
        r"a<cg_token_\w{8}>b \[cg_token_\w{8}\] <cg_token_\w{8}>hi<cg_token_\w{8}>",
        redacted.text.reveal(),
    )
    assert {r.kind for r in redacted.replacements} == {"control"}
