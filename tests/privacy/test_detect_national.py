"""National numbers: every row finds what its country gives out, and our sums are the known ones."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from random import Random
from string import ascii_uppercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.exceptions import InvalidChecksum, ValidationError

from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.personal.national import National, load
from codegrex_lsp.privacy.detect.personal.numbers import NationalNumbers
from codegrex_lsp.privacy.detect.personal.sums import ean, luhn, mod_11_10, verhoeff

ROWS = {f"{row.type}-{row.check.__name__}": row for row in load()}
ALPHABETS = {
    "9": digits,
    "A": ascii_uppercase,
    "Z": digits + ascii_uppercase,
    "K": digits + "K",
}
BIRTHDAYS = {
    "at-svnr": (4, "dmy"),
    "be-nrn": (0, "ymd"),
    "bg-egn": (0, "ymd"),
    "cz-rc": (0, "ymd"),
    "de-pension": (2, "dmy"),
    "dk-cpr": (0, "dmy"),
    "ee-lt-code": (1, "ymd"),
    "fi-hetu": (0, "dmy"),
    "gr-amka": (0, "dmy"),
    "is-kennitala": (0, "dmy"),
    "lv-code": (0, "dmy"),
    "no-fnr": (0, "dmy"),
    "pl-pesel": (0, "ymd"),
    "ro-cnp": (1, "ymd"),
    "se-personnummer": (-10, "ymd"),
    "si-emso": (0, "dmY"),
    "cn-resident": (6, "Ymd"),
    "kr-rrn": (0, "ymd"),
    "kz-iin": (0, "ymd"),
    "mx-curp": (4, "ymd"),
    "mx-rfc": (4, "ymd"),
    "my-nric": (0, "ymd"),
    "za-id": (0, "ymd"),
}
"""Where a birthday stands among the characters that are no separators, and in which order."""

FIXED = {
    "ae-id": "78419",
    "ch-ahv": "756",
    "hu-tax": "8",
    "in-gstin": "27AAAAA9999AAZ",
    "mx-curp": "AAAA999999HDFAAA",
    "mx-rfc": "AA",
    "us-mbi": "1A",
    "uk-nino": "AA999999A",
    "de-id-card": "L99999999",
}
"""Beginnings that chance alone would not find; 9 and A are still drawn."""


def birthday(chance: Random, order: str) -> str:
    year = chance.randint(1950, 1999)
    parts = {
        "y": f"{year % 100:02d}",
        "Y": f"{year}" if order[0] == "Y" else f"{year % 1000:03d}",
        "m": f"{chance.randint(1, 12):02d}",
        "d": f"{chance.randint(1, 28):02d}",
    }
    return "".join(parts[part] for part in order)


def drawn(row: National, shape: str, chance: Random) -> str:
    """A text of this shape, with a day where a day belongs."""
    places = [at for at, symbol in enumerate(shape) if symbol.isalnum() or symbol == "K"]
    text = [chance.choice(ALPHABETS.get(symbol, symbol)) for symbol in shape]
    for at, symbol in zip(places, FIXED.get(row.type, ""), strict=False):
        text[at] = symbol if symbol not in "9A" else chance.choice(ALPHABETS[symbol])
    if row.type in BIRTHDAYS:
        start, order = BIRTHDAYS[row.type]
        numeric = [at for at in places if shape[at] != "A" or row.type != "fi-hetu"]
        start = len(numeric) + start if start < 0 else start
        for at, symbol in zip(numeric[start:], birthday(chance, order), strict=False):
            text[at] = symbol
    return "".join(text)


@cache
def valid(name: str, shape: str, count: int = 4) -> tuple[str, ...]:
    """Numbers of this shape that pass the row's check."""
    row, chance = ROWS[name], Random(f"{name} {shape}")
    found: list[str] = []
    for _ in range(400_000):
        text = drawn(row, shape, chance)
        if row.check(compact(text)):
            found.append(text)
            if len(found) == count:
                return tuple(found)
    raise AssertionError(f"no number of the shape {shape} passes {name}")


def compact(text: str) -> str:
    return re.sub(r"[ .\-/()+]", "", text).upper()


KEYED = [(name, shape) for name, row in ROWS.items() for shape in row.keyed]
ALONE = [(name, shape) for name, row in ROWS.items() for shape in row.alone]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine([NationalNumbers()], budget_ms=60_000)


def found(engine: Engine, line: str) -> list[str]:
    return [line[s.start : s.end] for s in engine.spans(line, level="all", path_name="x.py")]


@pytest.mark.parametrize(("name", "shape"), ALONE)
def test_a_number_that_its_check_makes_sure_needs_no_key(
    engine: Engine, name: str, shape: str
) -> None:
    for number in valid(name, shape):
        for line in (f'x = "{number}"', f"// {number}, see above", f"<id>{number}</id>", number):
            assert number in found(engine, line), shape


@pytest.mark.parametrize(("name", "shape"), KEYED)
def test_a_number_is_found_beside_each_of_its_names(engine: Engine, name: str, shape: str) -> None:
    row = ROWS[name]
    for number in valid(name, shape):
        for key in (*row.keys, "national id"):
            snake, camel = key.replace(" ", "_"), key.title().replace(" ", "")
            for line in (f'{snake} = "{number}"', f'"{camel}": "{number}"', f"# {key}: {number}"):
                assert number in found(engine, line), (shape, key)


@pytest.mark.parametrize(("name", "shape"), KEYED)
def test_without_a_name_digits_are_digits(engine: Engine, name: str, shape: str) -> None:
    loud = {one for row in ROWS.values() for one in row.alone}
    for number in valid(name, shape):
        if shape not in loud and not any(c.isalpha() for c in number):
            assert found(engine, f'total = "{number}"') == []


def wrong(name: str) -> str:
    """A number whose check digit is wrong and that no other country has; empty where none is.

    Nearly every number of a few shapes exists somewhere.
    """
    row = ROWS[name]
    shape = row.keyed[0]
    chance = Random(name)
    checks = [row.check]
    checks += [other.check for other in load() if shape in (*other.keyed, *other.alone)]
    drawings = (drawn(row, shape, chance) for _ in range(400))
    return next((text for text in drawings if not any(one(compact(text)) for one in checks)), "")


WRONG = {name: wrong(name) for name, row in ROWS.items() if row.keyed and row.keys}


@pytest.mark.parametrize("name", [name for name, text in WRONG.items() if text])
def test_a_wrong_check_digit_gives_no_find(engine: Engine, name: str) -> None:
    key = ROWS[name].keys[0].replace(" ", "_")
    assert found(engine, f'{key} = "{WRONG[name]}"') == []


def test_nearly_every_row_can_be_given_a_wrong_number() -> None:
    assert sum(map(bool, WRONG.values())) >= len(WRONG) - 5


ORACLES = {
    "at_svnr": "at.vnr",
    "be_nrn": "be.nn",
    "bg_egn": "bg.egn",
    "ch_ahv": "ch.ssn",
    "cz_rc": "cz.rc",
    "de_tax_id": "de.idnr",
    "dk_cpr": "dk.cpr",
    "fi_hetu": "fi.hetu",
    "gr_afm": "gr.vat",
    "gr_amka": "gr.amka",
    "hr_oib": "hr.oib",
    "ie_pps": "ie.pps",
    "is_kennitala": "is_.kennitala",
    "nl_bsn": "nl.bsn",
    "no_fnr": "no.fodselsnummer",
    "pl_nip": "pl.nip",
    "pl_pesel": "pl.pesel",
    "pt_nif": "pt.nif",
    "ru_inn": "ru.inn",
    "si_emso": "si.emso",
    "tr_tckn": "tr.tckimlik",
    "uk_nhs": "gb.nhs",
    "ar_cuit": "ar.cuit",
    "au_tfn": "au.tfn",
    "au_abn": "au.abn",
    "br_cnpj": "br.cnpj",
    "br_cpf": "br.cpf",
    "ca_sin": "ca.sin",
    "cl_rut": "cl.rut",
    "cn_resident": "cn.ric",
    "co_nit": "co.nit",
    "ee_lt_code": "ee.ik",
    "ec_cedula": "ec.ci",
    "il_id": "il.idnr",
    "in_aadhaar": "in_.aadhaar",
    "in_gstin": "in_.gstin",
    "in_pan": "in_.pan",
    "it_codice_fiscale": "it.codicefiscale",
    "jp_my_number": "jp.in_",
    "kr_rrn": "kr.rrn",
    "mx_curp": "mx.curp",
    "my_nric": "my.nric",
    "nz_ird": "nz.ird",
    "pe_ruc": "pe.ruc",
    "ro_cnp": "ro.cnp",
    "se_personnummer": "se.personnummer",
    "th_id": "th.pin",
    "ua_rnokpp": "ua.rntrc",
    "us_itin": "us.itin",
    "us_routing": "us.rtn",
    "us_ssn": "us.ssn",
    "za_id": "za.idnr",
}


STRICTER = {"us_routing", "us_ssn", "de_tax_id", "cn_resident"}
"""Checks that also refuse numbers which are of the right sum and given to nobody."""


@pytest.mark.parametrize("check", ORACLES)
def test_our_sums_are_those_of_the_library_that_knows_them_all(check: str) -> None:
    theirs = import_module(f"stdnum.{ORACLES[check]}")
    name = next(name for name, row in ROWS.items() if row.check.__name__ == check)
    row, chance = ROWS[name], Random(check)
    shape = (row.alone + row.keyed)[0]
    agreed = 0
    for number in valid(name, shape, 20):
        try:
            agreed += any(theirs.is_valid(text) for text in (number, compact(number)))
            theirs.validate(compact(number) if row.type != "fi-hetu" else number)
        except InvalidChecksum:
            pytest.fail(f"the sum of {number} is wrong")
        except (ValidationError, LookupError):
            pass  # a county or a century that is not in use
    assert agreed or check in STRICTER
    for _ in range(300):
        text = drawn(row, shape, chance)
        if check not in STRICTER and theirs.is_valid(compact(text)):
            assert row.check(compact(text)), text


@given(st.from_regex(r"[0-9]{2,20}", fullmatch=True))
def test_one_last_digit_of_ten_passes_each_sum(body: str) -> None:
    for passes in (luhn, mod_11_10, verhoeff, ean):
        assert sum(passes(f"{body}{digit}") for digit in range(10)) == 1


def test_the_numbers_of_at_least_forty_countries_are_known() -> None:
    assert len({row.country for row in load()}) >= 40


def test_every_row_says_how_its_number_is_written() -> None:
    for row in load():
        assert row.alone or row.keyed, row.type
        assert not row.keyed or row.keys, row.type
