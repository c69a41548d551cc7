"""Checks of European numbers: each takes the number without separators, in upper case.

Its shape has been looked at before: how many characters there are, and which are digits. Formulas
are those that the issuing offices publish; the tests hold them against `python-stdnum`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from codegrex_lsp.privacy.detect.personal.sums import (
    all_equal,
    is_day,
    luhn,
    mod_11_10,
    seven_three_one,
    weighted,
)

_ES_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_FI_LETTERS: Final = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_IE_LETTERS: Final = "WABCDEFGHIJKLMNOPQRSTUV"
_IT_ODD: Final = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22)
_IT_ODD_LETTERS: Final = (*_IT_ODD, 25, 24, 23)
_IT_MONTHS: Final = "ABCDEHLMPRST"
_NINO_PREFIX: Final = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]")


def at_svnr(n: str) -> bool:
    """Austria, Sozialversicherungsnummer: the check digit is the fourth; then a birthday."""
    total = weighted(n[:3] + n[4:], (3, 7, 9, 5, 8, 4, 2, 1, 6))
    return n[0] != "0" and total % 11 == int(n[3]) and is_day(n[8:10], n[6:8], n[4:6])


def be_nrn(n: str) -> bool:
    """Belgium, rijksregisternummer: 97 less the rest by 97; from 2000 on with a 2 before."""
    body, check = n[:9], int(n[9:])
    if not (is_day(n[:2], n[2:4], n[4:6]) or n[2:4] == "00"):
        return False
    recent = int(n[:2]) < 50 and check == 97 - int("2" + body) % 97
    return recent or check == 97 - int(body) % 97


def bg_egn(n: str) -> bool:
    """Bulgaria, EGN: months count from 20 before 1900 and from 40 after 2000."""
    total = weighted(n, (2, 4, 8, 5, 10, 9, 7, 3, 6))
    return is_day(n[:2], int(n[2:4]) % 20, n[4:6]) and total % 11 % 10 == int(n[9])


def ch_ahv(n: str) -> bool:
    """Switzerland, AHV number: 756 and the check digit of an article number."""
    return n.startswith("756") and (10 - weighted(n, (1, 3) * 6)) % 10 == int(n[12])


def cz_rc(n: str) -> bool:
    """Czechia and Slovakia, rodné číslo: divisible by 11; women's months count from 50."""
    month = int(n[2:4]) % 50
    month = month - 20 if month > 20 else month
    if not is_day(n[:2], month, n[4:6]):
        return False
    return int(n) % 11 == 0 or (int(n[:9]) % 11 == 10 and n[9] == "0")


def de_pension(n: str) -> bool:
    """Germany, Rentenversicherungsnummer: the letter counts as two digits; cross sums."""
    digits = n[:8] + f"{ord(n[8]) - 64:02d}" + n[9:11]
    total = 0
    for digit, weight in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True):
        total += sum(divmod(int(digit) * weight, 10))
    return is_day(n[6:8], n[4:6], n[2:4]) and total % 10 == int(n[11])


def de_tax_id(n: str) -> bool:
    """Germany, Steuer-ID: one digit of the first ten stands there twice or thrice."""
    counts = sorted(Counter(n[:10]).values())
    repeated = [count for count in counts if count > 1]
    return n[0] != "0" and repeated in ([2], [3]) and mod_11_10(n)


def de_id_card(n: str) -> bool:
    """Germany, Personalausweis and passport: weights 7, 3, 1; no vowels, and no B, D, Q, S."""
    return n[0].isalpha() and not set(n) & set("ABDEIOQSU") and seven_three_one(n)


def dk_cpr(n: str) -> bool:
    """Denmark, CPR: a birthday; its check digit is no longer kept to since 2007."""
    return is_day(n[4:6], n[2:4], n[:2]) and n[6:] != "0000"


def ee_lt_code(n: str) -> bool:
    """Estonia and Lithuania, isikukood and asmens kodas."""
    if not ("1" <= n[0] <= "8" and is_day(n[1:3], n[3:5], n[5:7])):
        return False
    check = weighted(n, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if check == 10:
        check = weighted(n, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11
    return check % 10 == int(n[10])


def es_nif(n: str) -> bool:
    """Spain, NIF and NIE: a letter for the rest by 23; X, Y, Z count as 0, 1, 2."""
    digits = str("XYZ".find(n[0])) + n[1:8] if n[0] in "XYZ" else n[:8]
    return digits.isdigit() and _ES_LETTERS[int(digits) % 23] == n[8] and int(digits) > 0


def fi_hetu(n: str) -> bool:
    """Finland, henkilötunnus: a character for the rest by 31; its century sign may be a letter."""
    digits = n[:6] + n[-4:-1]
    if not digits.isdigit() or (len(n) == 11 and n[6] not in "ABCDEFYXWVU"):
        return False
    return is_day(n[4:6], n[2:4], n[:2]) and _FI_LETTERS[int(digits) % 31] == n[-1]


def fr_nir(n: str) -> bool:
    """France, NIR: 97 less the rest by 97; Corsica's 2A and 2B count as 19 and 18."""
    body = n[:13].replace("2A", "19").replace("2B", "18")
    month = int(n[3:5])
    if n[0] not in "123478" or not body.isdigit() or not n[13:].isdigit():
        return False
    return (1 <= month <= 12 or 20 <= month <= 42 or month >= 50) and (
        97 - int(body) % 97 == int(n[13:])
    )


def gr_afm(n: str) -> bool:
    """Greece, AFM: powers of two."""
    total = weighted(n, (256, 128, 64, 32, 16, 8, 4, 2))
    return not all_equal(n) and total % 11 % 10 == int(n[8])


def gr_amka(n: str) -> bool:
    """Greece, AMKA: a birthday, and Luhn."""
    return is_day(n[4:6], n[2:4], n[:2]) and luhn(n)


def hr_oib(n: str) -> bool:
    """Croatia, OIB: MOD 11,10."""
    return not all_equal(n) and mod_11_10(n)


def hu_taj(n: str) -> bool:
    """Hungary, TAJ: weights 3 and 7 in turn."""
    return not all_equal(n) and weighted(n, (3, 7) * 4) % 10 == int(n[8])


def hu_tax(n: str) -> bool:
    """Hungary, adóazonosító jel: begins with 8; each digit times its place."""
    return n[0] == "8" and weighted(n, range(1, 10)) % 11 == int(n[9])


def ie_pps(n: str) -> bool:
    """Ireland, PPS: a letter for the rest by 23; a second letter counts nine times."""
    second = ord(n[8]) - 64 if len(n) == 9 and n[8] != "W" else 0
    return _IE_LETTERS[(weighted(n[:7], range(8, 1, -1)) + 9 * second) % 23] == n[7]


def is_kennitala(n: str) -> bool:
    """Iceland, kennitala: a birthday (companies count from 40), mod 11, and the century."""
    day = int(n[:2]) % 40
    total = weighted(n, (3, 2, 7, 6, 5, 4, 3, 2))
    return n[9] in "890" and is_day(n[4:6], n[2:4], day) and -total % 11 == int(n[8])


def it_codice_fiscale(n: str) -> bool:
    """Italy, codice fiscale: odd places by a table, even ones by value, mod 26."""
    if n[8] not in _IT_MONTHS or not 1 <= int(n[9:11]) % 40 <= 31:
        return False
    values = [ord(c) - 48 if c.isdigit() else ord(c) - 65 for c in n[:15]]
    total = sum(_IT_ODD_LETTERS[v] if place % 2 == 0 else v for place, v in enumerate(values))
    return chr(65 + total % 26) == n[15]


def lv_code(n: str) -> bool:
    """Latvia, personas kods of before July 2017; those since begin with 32 and have no sum."""
    if n.startswith("32"):
        return True
    total = weighted(n, (1, 6, 3, 7, 9, 10, 5, 8, 4, 2))
    return is_day(n[4:6], n[2:4], n[:2]) and (1101 - total) % 11 == int(n[10])


def nl_bsn(n: str) -> bool:
    """The Netherlands, burgerservicenummer: the test by eleven."""
    return not all_equal(n) and weighted(n, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def no_fnr(n: str) -> bool:
    """Norway, fødselsnummer: a birthday (D numbers count from 40) and two sums by eleven."""
    first = weighted(n, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1))
    second = weighted(n, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))
    day = int(n[:2]) % 40
    return is_day(n[4:6], n[2:4], day) and first % 11 == 0 and second % 11 == 0


def pl_nip(n: str) -> bool:
    """Poland, NIP."""
    return not all_equal(n) and weighted(n, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(n[9])


def pl_pesel(n: str) -> bool:
    """Poland, PESEL: months count on by 20 for each century."""
    total = weighted(n, (1, 3, 7, 9) * 2 + (1, 3, 1))
    return is_day(n[:2], int(n[2:4]) % 20, n[4:6]) and total % 10 == 0


def pt_nif(n: str) -> bool:
    """Portugal, NIF."""
    check = 11 - weighted(n, range(9, 1, -1)) % 11
    return n[0] != "0" and not all_equal(n) and (check if check < 10 else 0) == int(n[8])


def ro_cnp(n: str) -> bool:
    """Romania, CNP: sex and century, a birthday, a county, and mod 11."""
    check = weighted(n, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return (
        n[0] != "0" and is_day(n[1:3], n[3:5], n[5:7]) and (check % 10 + check // 10) == int(n[12])
    )


def ru_inn(n: str) -> bool:
    """Russia, INN of a person: two check digits."""
    first = weighted(n, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    second = weighted(n, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    return not all_equal(n) and n[10:] == f"{first}{second}"


def ru_snils(n: str) -> bool:
    """Russia, SNILS: weights 9 to 1, mod 101."""
    return int(n[:9]) > 1001998 and weighted(n[:9], range(9, 0, -1)) % 101 % 100 == int(n[9:])


def se_personnummer(n: str) -> bool:
    """Sweden, personnummer: a birthday (coordination numbers count from 60), and Luhn."""
    short = n[-10:]
    return is_day(short[:2], short[2:4], int(short[4:6]) % 60) and luhn(short)


def si_emso(n: str) -> bool:
    """Slovenia and its neighbours, EMŠO and JMBG: a birthday with three digits of the year."""
    check = -weighted(n, (7, 6, 5, 4, 3, 2) * 2) % 11 % 10
    year = int(n[4:7]) + (2000 if n[4] < "8" else 1000)
    return is_day(year, n[2:4], n[:2]) and check == int(n[12])


def tr_tckn(n: str) -> bool:
    """Turkey, T.C. kimlik no: the tenth digit from odd and even places, the last from all."""
    odd, even = sum(map(int, n[0:9:2])), sum(map(int, n[1:8:2]))
    return (
        n[0] != "0"
        and (odd * 7 - even) % 10 == int(n[9])
        and sum(map(int, n[:10])) % 10 == int(n[10])
    )


def ua_rnokpp(n: str) -> bool:
    """Ukraine, taxpayer's number."""
    weights = (-1, 5, 7, 9, 4, 6, 10, 5, 7)
    return not all_equal(n) and weighted(n, weights) % 11 % 10 == int(n[9])


def uk_nhs(n: str) -> bool:
    """United Kingdom, NHS number: weights 10 to 2, mod 11."""
    check = -weighted(n, range(10, 1, -1)) % 11
    return not all_equal(n) and check == int(n[9])


def uk_nino(n: str) -> bool:
    """United Kingdom, National Insurance number: letters that are given out; no sum."""
    return bool(_NINO_PREFIX.match(n)) and n[8] in "ABCD"
