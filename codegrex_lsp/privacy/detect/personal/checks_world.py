"""Checks of numbers outside Europe: each takes the number without separators, in upper case.

Its shape has been looked at before: how many characters there are, and which are digits. Formulas
are those that the issuing offices publish; the tests hold them against `python-stdnum`.
"""

from __future__ import annotations

import re
from typing import Final

from codegrex_lsp.privacy.detect.personal.sums import (
    all_equal,
    is_day,
    luhn,
    verhoeff,
    weighted,
)
from codegrex_lsp.privacy.detect.words import words

_SSN_SAMPLES: Final = words("078051120 219099999 123456789 111223333 111111111")
_MBI: Final = re.compile(
    r"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]"
    r"[AC-HJKMNP-RT-Y]{2}[0-9]{2}"
)
_CURP: Final = re.compile(r"[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[A-Z0-9][0-9]")
_CURP_VALUES: Final = "0123456789ABCDEFGHIJKLMN\u00d1OPQRSTUVWXYZ"
_TW_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
"""In the order of their values, from 10 on."""


def ae_id(n: str) -> bool:
    """United Arab Emirates: 784, a year, and Luhn."""
    return n.startswith("784") and n[3:5] in ("19", "20") and luhn(n)


def ar_cuit(n: str) -> bool:
    """Argentina, CUIT and CUIL."""
    check = -weighted(n, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return n[:2] in ("20", "23", "24", "27", "30", "33", "34") and check == int(n[10])


def au_abn(n: str) -> bool:
    """Australia, ABN: one less in the first place, mod 89."""
    total = weighted(n, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) - 10
    return n[0] != "0" and total % 89 == 0


def au_medicare(n: str) -> bool:
    """Australia, Medicare card."""
    return n[0] in "23456" and weighted(n, (1, 3, 7, 9) * 2) % 10 == int(n[8])


def au_tfn(n: str) -> bool:
    """Australia, tax file number."""
    return not all_equal(n) and weighted(n, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def br_cnpj(n: str) -> bool:
    """Brazil, CNPJ: two check digits."""
    first = _below_ten(weighted(n, (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)))
    second = _below_ten(weighted(n, (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)))
    return not all_equal(n) and n[12:] == f"{first}{second}"


def br_cpf(n: str) -> bool:
    """Brazil, CPF: two check digits."""
    first = _below_ten(weighted(n, range(10, 1, -1)))
    second = _below_ten(weighted(n, range(11, 1, -1)))
    return not all_equal(n) and n[9:] == f"{first}{second}"


def ca_sin(n: str) -> bool:
    """Canada, social insurance number: Luhn; none begins with 0 or 8."""
    return n[0] not in "08" and not all_equal(n) and luhn(n)


def cl_rut(n: str) -> bool:
    """Chile, RUT: weights 2 to 7 from the right; ten is K."""
    total = weighted(n[-2::-1], (2, 3, 4, 5, 6, 7, 2, 3))
    return "0123456789K"[-total % 11] == n[-1] and not all_equal(n[:-1])


def cn_resident(n: str) -> bool:
    """China, resident identity card: a region, a birthday, ISO 7064 MOD 11-2."""
    if not ("11" <= n[:2] <= "82" and n[6:8] in ("18", "19", "20")):
        return False
    total = weighted(n[:17], (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))
    return is_day(n[6:10], n[10:12], n[12:14]) and "10X98765432"[total % 11] == n[17]


def co_nit(n: str) -> bool:
    """Colombia, NIT: primes as weights."""
    check = weighted(n[-2::-1], (3, 7, 13, 17, 19, 23, 29, 37, 41)) % 11
    return (check if check < 2 else 11 - check) == int(n[-1]) and not all_equal(n)


def ec_cedula(n: str) -> bool:
    """Ecuador, cédula: a province, and Luhn."""
    return ("01" <= n[:2] <= "24" or n[:2] == "30") and n[2] < "6" and luhn(n)


def hk_id(n: str) -> bool:
    """Hong Kong, HKID: letters count from 10, an absent one is 36; mod 11, ten is A."""
    values = [36] * (9 - len(n)) + [int(c, 36) for c in n[:-1]]
    total = sum(v * w for v, w in zip(values, range(9, 1, -1), strict=True))
    return "0123456789A"[-total % 11] == n[-1]


def il_id(n: str) -> bool:
    """Israel, teudat zehut: Luhn over nine digits."""
    return not all_equal(n) and luhn(n)


def in_aadhaar(n: str) -> bool:
    """India, Aadhaar: Verhoeff; none begins with 0 or 1, none reads the same backwards."""
    return n[0] not in "01" and n != n[::-1] and verhoeff(n)


def in_gstin(n: str) -> bool:
    """India, GSTIN: a state, a PAN, and a sum in base 36."""
    total = 0
    for place, character in enumerate(n[:14]):
        total += sum(divmod(int(character, 36) * (1 + place % 2), 36))
    return "01" <= n[:2] <= "38" and n[13] == "Z" and int(n[14], 36) == -total % 36


def in_pan(n: str) -> bool:
    """India, PAN: the fourth letter says what kind of holder; no sum in public."""
    return n[3] in "ABCFGHLJPTK" and n[5:9] != "0000"


def ir_national(n: str) -> bool:
    """Iran, national code: weights 10 to 2, mod 11."""
    rest = weighted(n, range(10, 1, -1)) % 11
    return not all_equal(n) and (rest if rest < 2 else 11 - rest) == int(n[9])


def jp_my_number(n: str) -> bool:
    """Japan, My Number."""
    rest = weighted(n, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return not all_equal(n) and (0 if rest <= 1 else 11 - rest) == int(n[11])


def kr_birth(n: str) -> bool:
    """Korea, RRN since October 2020: a birthday, a century and a sex; the rest is drawn."""
    return is_day(n[:2], n[2:4], n[4:6])


def kr_rrn(n: str) -> bool:
    """Korea, RRN of before October 2020."""
    total = weighted(n, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5))
    return kr_birth(n) and (11 - total % 11) % 10 == int(n[12])


def kz_iin(n: str) -> bool:
    """Kazakhstan, IIN: a birthday, a century, and two rounds of weights."""
    check = weighted(n, range(1, 12)) % 11
    if check == 10:
        check = weighted(n, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    return "1" <= n[6] <= "6" and is_day(n[:2], n[2:4], n[4:6]) and check == int(n[11])


def mx_curp(n: str) -> bool:
    """Mexico, CURP: the shape of a name, a birthday, a sex, a state; mod 10."""
    if not _CURP.fullmatch(n) or not is_day(n[4:6], n[6:8], n[8:10]):
        return False
    total = sum(_CURP_VALUES.index(c) * (18 - place) for place, c in enumerate(n[:17]))
    return -total % 10 == int(n[17])


def mx_rfc(n: str) -> bool:
    """Mexico, RFC of a person: the shape of a name and a birthday."""
    return n[1] in "AEIOUX" and is_day(n[4:6], n[6:8], n[8:10])


def my_nric(n: str) -> bool:
    """Malaysia, MyKad: a birthday and a place."""
    return is_day(n[:2], n[2:4], n[4:6]) and n[6:8] not in ("00", "17", "18", "19", "20")


def nz_ird(n: str) -> bool:
    """New Zealand, IRD number: two sets of weights."""
    body, check = n[:-1].rjust(8, "0"), int(n[-1])
    rest = -weighted(body, (3, 2, 7, 6, 5, 4, 3, 2)) % 11
    if rest == 10:
        rest = -weighted(body, (7, 4, 3, 2, 5, 2, 7, 6)) % 11
    return 10_000_000 < int(n) < 150_000_000 and rest == check


def pe_ruc(n: str) -> bool:
    """Peru, RUC."""
    check = (11 - weighted(n, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 10
    return n[:2] in ("10", "15", "16", "17", "20") and check == int(n[10])


def sa_id(n: str) -> bool:
    """Saudi Arabia: 1 for citizens, 2 for residents, and Luhn."""
    return n[0] in "12" and luhn(n)


def sg_nric(n: str) -> bool:
    """Singapore, NRIC and FIN: letters by series and mod 11."""
    total = weighted(n[1:8], (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(n[0], 0)
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "XWUTRQPNJLK"}
    return n[0] in "STFGM" and letters.get(n[0], "XWUTRQPNMLK")[total % 11] == n[8]


def th_id(n: str) -> bool:
    """Thailand, citizen number: weights 13 to 2."""
    return n[0] != "0" and (11 - weighted(n, range(13, 1, -1)) % 11) % 10 == int(n[12])


def tw_id(n: str) -> bool:
    """Taiwan, national identification number: the letter counts as two digits."""
    letter = _TW_LETTERS.index(n[0]) + 10
    total = letter // 10 + letter % 10 * 9 + weighted(n[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1))
    return n[1] in "1289" and total % 10 == 0


def us_dea(n: str) -> bool:
    """United States, DEA registration of a prescriber."""
    odd, even = sum(map(int, n[2:8:2])), sum(map(int, n[3:8:2]))
    return n[0] in "ABCDEFGHJKLMPRSTUX" and (odd + 2 * even) % 10 == int(n[8])


def us_itin(n: str) -> bool:
    """United States, ITIN: begins with 9, the group in the ranges that the IRS gives out."""
    group = int(n[3:5])
    return n[0] == "9" and (50 <= group <= 65 or 70 <= group <= 99) and group not in (89, 93)


def us_mbi(n: str) -> bool:
    """United States, Medicare beneficiary: letters but S, L, O, I, B, Z; no sum."""
    return _MBI.fullmatch(n) is not None


def us_npi(n: str) -> bool:
    """United States, provider number: Luhn with 80840 before it."""
    return n[0] in "12" and luhn("80840" + n)


def us_routing(n: str) -> bool:
    """United States, ABA routing number: weights 3, 7, 1."""
    first = int(n[:2])
    known = first <= 12 or 21 <= first <= 32 or 61 <= first <= 72 or first == 80
    return known and int(n) > 0 and weighted(n, (3, 7, 1) * 3) % 10 == 0


def us_ssn(n: str) -> bool:
    """United States, SSN: area, group and serial that can exist; no sum."""
    if n in _SSN_SAMPLES or n[:3] in ("000", "666") or n[0] == "9":
        return False
    return n[3:5] != "00" and n[5:] != "0000" and not all_equal(n)


def uy_ci(n: str) -> bool:
    """Uruguay, cédula."""
    return not all_equal(n) and -weighted(n, (2, 9, 8, 7, 6, 3, 4)) % 10 == int(n[7])


def za_id(n: str) -> bool:
    """South Africa: a birthday, a citizenship, and Luhn."""
    return is_day(n[:2], n[2:4], n[4:6]) and n[10] in "012" and luhn(n)


def _below_ten(total: int) -> int:
    """Brazil's check digit: 11 less the rest, ten and eleven are nought."""
    rest = total % 11
    return 0 if rest < 2 else 11 - rest
