"""Shapes: a placeholder reads to code as its value does, and says nothing about it."""

from __future__ import annotations

import ipaddress
import re
import uuid
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.personal import national
from codegrex_lsp.privacy.detect.personal.sums import luhn
from codegrex_lsp.privacy.shapes import MARKER, TRIES, candidate
from tests.support import planted

KEY = b"k" * 32
HEX = "0123456789abcdef"


def shape(value: str, type: str = "token", *, pii: bool = False, attempt: int = 0) -> str:
    return candidate(KEY, value, "pii" if pii else "secret", type, attempt)


@given(st.uuids(), st.booleans())
def test_a_uuid_becomes_one_of_version_eight(value: uuid.UUID, upper: bool) -> None:
    text = str(value).upper() if upper else str(value)
    found = uuid.UUID(shape(text))

    assert (found.version, found.variant) == (8, uuid.RFC_4122)
    assert shape(text).isupper() is text.isupper() or text.lower() == text.upper()


@given(st.text(alphabet=HEX, min_size=16, max_size=200).filter(lambda text: not text.isdigit()))
def test_hexadecimal_keeps_its_length_its_case_and_what_it_begins_with(value: str) -> None:
    for text in (value, value.upper(), "0x" + value):
        name = shape(text)

        assert len(name) == len(text) and name != text
        assert name.lower().removeprefix("0x").strip(HEX) == ""
        assert name[0].isdigit() is text[0].isdigit()
        assert name == (name.upper() if text == value.upper() else name.lower())


@given(st.text(alphabet="0123456789", min_size=4, max_size=80))
def test_digits_stay_as_many_and_no_card_has_them(value: str) -> None:
    name = shape(value, "credit-card", pii=True)

    assert name.isdigit() and len(name) == len(value) and name[0] == "9" and not luhn(name)


def test_a_number_with_underscores_keeps_them_in_their_places() -> None:
    grouped = "_".join(re.findall("....", planted.CARD))

    assert re.fullmatch(r"9\d{3}_\d{4}_\d{4}_\d{4}", shape(grouped, "credit-card"))


@pytest.mark.parametrize("mark", [" ", "-", "_"])
def test_a_card_keeps_its_groups_and_is_no_card(mark: str) -> None:
    grouped = mark.join(re.findall("....", planted.CARD))
    name = shape(grouped, "credit-card", pii=True)

    assert re.sub("[0-9]", "9", name) == re.sub("[0-9]", "9", grouped)
    assert name[0] == "9" and not luhn(re.sub("[^0-9]", "", name))


@given(st.from_regex(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", fullmatch=True))
def test_a_social_security_number_stays_one_that_nobody_has(value: str) -> None:
    assert re.fullmatch("9[0-9]{2}-00-[0-9]{4}", shape(value, "us-ssn", pii=True))


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("3c:22:fb:0a:91:7e", "00:00:5e:00:53:[0-9a-f]{2}"),
        ("3C-22-FB-0A-91-7E", "00-00-5E-00-53-[0-9A-F]{2}"),
        ("3c22.fb0a.917e", r"0000\.5e00\.53[0-9a-f]{2}"),
    ],
)
def test_an_interface_stays_one_of_the_documents(value: str, form: str) -> None:
    assert re.fullmatch(form, shape(value, "mac-address", pii=True))


@pytest.mark.parametrize("length", [513, 100_000])
@pytest.mark.parametrize("digit", ["7", "a"])
def test_digits_without_end_become_a_word(length: int, digit: str) -> None:
    assert MARKER.fullmatch(shape(digit * length))


@pytest.mark.parametrize(
    ("value", "type"),
    [
        ("-".join(re.findall("....", planted.CARD)), "credit-card"),
        (planted.SSN, "us-ssn"),
        ("3c:22:fb:0a:91:7e", "mac-address"),
        (planted.ADDRESS, "ip-address"),
        (planted.EMAIL, "email"),
    ],
)
def test_no_detector_takes_a_stand_in_for_somebodys(value: str, type: str) -> None:
    engine = Engine(budget_ms=60_000)
    names = [candidate(bytes([key]), value, "pii", type, 0) for key in range(40)]
    for line in ("x = '{}'", "{}", "# mac {}", "host: {}", "ssn = '{}'", "card_number: '{}'"):
        text = "\n".join(line.format(name) for name in names)
        assert {span.type for span in engine.spans(text, level="all")} == set(), line


@pytest.mark.parametrize("row", national.load(), ids=lambda row: row.type)
def test_the_stand_in_for_a_national_number_fails_its_check(row: national.National) -> None:
    shapes = [form.replace("...", "") for form in (*row.alone, *row.keyed)]
    for form in shapes:
        if re.search("[A-Za-z]", form):
            continue
        for seed in range(40):
            value = str(seed).rjust(form.count("9"), "1")
            assert not row.check(shape(value, row.type, pii=True)), form


def test_a_mail_address_stays_one_at_a_reserved_host() -> None:
    assert re.fullmatch(r"cg_user_[0-9a-f]{8}@redacted\.invalid", shape(planted.EMAIL, "email"))


@given(st.ip_addresses(v=4))
def test_an_address_stays_one_that_nobody_has(value: ipaddress.IPv4Address) -> None:
    found = ipaddress.ip_address(shape(str(value), "ip-address", pii=True))

    assert found.version == 4 and not found.is_global


@given(st.ip_addresses(v=6))
def test_a_long_address_stays_one_of_the_documentation_net(value: ipaddress.IPv6Address) -> None:
    found = ipaddress.ip_address(shape(str(value), "ip-address", pii=True))

    assert found in ipaddress.ip_network("2001:db8::/32")


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d"]))
def test_a_date_of_birth_stays_a_date_in_its_order(value: date, form: str) -> None:
    text = form.replace("%Y", f"{value.year:04}").replace("%m", f"{value.month:02}")
    name = shape(text.replace("%d", f"{value.day:02}"), "date-of-birth", pii=True)

    assert datetime.strptime(f"{name} +0000", f"{form} %z").year // 100 == 18


@pytest.mark.parametrize(
    ("value", "type", "pii", "word"),
    [
        (planted.PASSWORD, "password", False, "secret"),
        (planted.PHONE, "phone", True, "phone"),
        (planted.IBAN, "iban", True, "iban"),
        ("536 90 439", "passport", True, "id"),
        ("Ann Miller", "person", True, "name"),
        ("X1234567", "passport", True, "id"),
        ("123", "token", False, "secret"),
        ("0xbeef", "token", False, "secret"),
        ("deadbeef", "token", False, "secret"),
    ],
)
def test_everything_else_is_one_word_of_its_kind(
    value: str, type: str, pii: bool, word: str
) -> None:
    assert re.fullmatch(rf"cg_{word}_[0-9a-f]{{8}}", shape(value, type, pii=pii))


@given(st.text(min_size=1, max_size=40), st.integers(0, 3))
def test_equal_values_are_equal_and_another_try_or_key_is_not(value: str, attempt: int) -> None:
    name = shape(value, attempt=attempt)

    assert name == shape(value, attempt=attempt)
    others = {shape(value, attempt=attempt + 1), candidate(b"o", value, "secret", "token", attempt)}
    assert name not in others or len(name) < 10


def test_after_many_tries_that_were_taken_the_plain_shape_is_left() -> None:
    for value, type in (("12345", "token"), (planted.ADDRESS, "ip-address")):
        assert MARKER.fullmatch(shape(value, type, attempt=TRIES))
