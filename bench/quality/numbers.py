"""Numbers that states and banks issue, made with their public check-digit rules."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Final

Maker = Callable[[Random], str]


def digits(chance: Random, count: int) -> list[int]:
    """Random digits, the first of which is not zero."""
    return [chance.randint(1, 9), *(chance.randint(0, 9) for _ in range(count - 1))]


def joined(parts: Iterable[object]) -> str:
    """One after another."""
    return "".join(map(str, parts))


def luhn(body: Sequence[int]) -> int:
    """The check digit that ISO/IEC 7812 appends."""
    doubled = [
        digit if place % 2 else digit * 2 - 9 * (digit > 4)
        for place, digit in enumerate(reversed(body))
    ]
    return -sum(doubled) % 10


def weighted(body: Sequence[int], weights: Sequence[int]) -> int:
    """Sum of products."""
    return sum(a * b for a, b in zip(body, weights, strict=True))


def mod_11_10(body: Sequence[int]) -> int:
    """ISO 7064, MOD 11,10."""
    state = 10
    for digit in body:
        state = ((state + digit) % 10 or 10) * 2 % 11
    return (11 - state) % 10


def until(make: Callable[[Random], str | None]) -> Maker:
    """Repeat where the rule gives no digit for this body."""

    def attempt(chance: Random) -> str:
        while (made := make(chance)) is None:
            pass
        return made

    return attempt


def date(chance: Random) -> tuple[int, int, int]:
    """Year, month and day of a grown-up."""
    return chance.randint(1941, 1999), chance.randint(1, 12), chance.randint(1, 28)


def _card(chance: Random) -> str:
    prefix, length = chance.choice([("4", 16), ("51", 16), ("55", 16), ("37", 15), ("6011", 16)])
    body = [*map(int, prefix), *(chance.randint(0, 9) for _ in range(length - len(prefix) - 1))]
    number = joined([*body, luhn(body)])
    if length == 16 and chance.random() < 0.5:
        return chance.choice(" -").join(number[at : at + 4] for at in range(0, 16, 4))
    return number


def _iban(chance: Random) -> str:
    country, shape = chance.choice(
        [
            ("DE", "d18"),
            ("GB", "u4d14"),
            ("FR", "d23"),
            ("NL", "u4d10"),
            ("ES", "d20"),
            ("AT", "d16"),
        ]
    )
    letters = 4 if shape.startswith("u4") else 0
    count = int(shape.rpartition("d")[2])
    body = joined(chance.choice(string.ascii_uppercase) for _ in range(letters))
    body += joined(digits(chance, count))
    number = joined(int(character, 36) for character in body + country)
    check = 98 - int(number + "00") % 97
    iban = f"{country}{check:02d}{body}"
    if chance.random() < 0.4:
        return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
    return iban


def _ssn(chance: Random) -> str:
    area = chance.choice([*range(101, 666), *range(667, 733)])
    return f"{area:03d}-{chance.randint(10, 99)}-{chance.randint(1000, 9999)}"


def _spanish(chance: Random) -> str:
    number = chance.randint(10**7, 10**8 - 1)
    return f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


_ITALIAN: Final = """
    1 0 5 7 9 13 15 17 19 21 1 0 5 7 9 13 15 17 19 21 2 4 18 20 11 3 6 8 12 14 16 10 22 25 24 23
""".split()  # noqa: SIM905 - a table reads best as rows


def _italian(chance: Random) -> str:
    consonants = "BCDFGLMNPRSTVZ"
    year, month, day = date(chance)
    body = joined(chance.choice(consonants) for _ in range(6))
    body += f"{year % 100:02d}{'ABCDEHLMPRST'[month - 1]}{day:02d}H{chance.randint(100, 999)}"
    odd = dict(zip(string.digits + string.ascii_uppercase, map(int, _ITALIAN), strict=True))
    even = {c: int(c) if c.isdigit() else ord(c) - 65 for c in odd}
    total = sum((even if place % 2 else odd)[c] for place, c in enumerate(body))
    return body + chr(65 + total % 26)


def _pesel(chance: Random) -> str:
    year, month, day = date(chance)
    body = [*map(int, f"{year % 100:02d}{month:02d}{day:02d}{chance.randint(1000, 9999)}")]
    return joined([*body, -weighted(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10])


def _finnish(chance: Random) -> str:
    year, month, day = date(chance)
    head, serial = f"{day:02d}{month:02d}{year % 100:02d}", chance.randint(2, 899)
    check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(f"{head}{serial:03d}") % 31]
    return f"{head}-{serial:03d}{check}"


def _swedish(chance: Random) -> str:
    year, month, day = date(chance)
    body = f"{year % 100:02d}{month:02d}{day:02d}{chance.randint(100, 999)}"
    return f"{body[:6]}-{body[6:]}{luhn([*map(int, body)])}"


def _german_tax(chance: Random) -> str | None:
    body = chance.sample(range(10), 9)
    body.insert(chance.randint(1, 9), body[0])
    return joined([*body, mod_11_10(body)]) if body[0] else None


def _french(chance: Random) -> str:
    year, month, _ = date(chance)
    body = f"{chance.randint(1, 2)}{year % 100:02d}{month:02d}{chance.randint(10, 95):02d}"
    body += f"{chance.randint(1, 600):03d}{chance.randint(1, 990):03d}"
    check = f"{97 - int(body) % 97:02d}"
    if chance.random() < 0.5:
        return f"{body[0]} {body[1:3]} {body[3:5]} {body[5:7]} {body[7:10]} {body[10:]} {check}"
    return body + check


def _bsn(chance: Random) -> str | None:
    body = digits(chance, 8)
    check = weighted(body, range(9, 1, -1)) % 11
    return joined([*body, check]) if check < 10 else None


def _belgian(chance: Random) -> str:
    year, month, day = date(chance)
    body = f"{year % 100:02d}{month:02d}{day:02d}{chance.randint(1, 997):03d}"
    check = f"{97 - int(body) % 97:02d}"
    return f"{body[:2]}.{body[2:4]}.{body[4:6]}-{body[6:]}.{check}"


def _nif(chance: Random) -> str:
    body = [chance.choice([1, 2]), *digits(chance, 7)]
    rest = weighted(body, range(9, 1, -1)) % 11
    return joined([*body, 0 if rest < 2 else 11 - rest])


def _nhs(chance: Random) -> str | None:
    body = digits(chance, 9)
    check = 11 - weighted(body, range(10, 1, -1)) % 11
    number = joined([*body, check % 11])
    return f"{number[:3]} {number[3:6]} {number[6:]}" if check != 10 else None


def _nino(chance: Random) -> str:
    letters = chance.choice(["AB", "CE", "JG", "LP", "NR", "PW", "SX", "WM"])
    pairs = [f"{chance.randint(0, 99):02d}" for _ in range(3)]
    gap = chance.choice(["", " "])
    return gap.join([letters, *pairs, chance.choice("ABCD")])


def _swiss(chance: Random) -> str:
    body = [7, 5, 6, *digits(chance, 9)]
    check = -weighted(body, (1, 3) * 6) % 10
    number = joined([*body, check])
    return f"{number[:3]}.{number[3:7]}.{number[7:11]}.{number[11:]}"


def _norwegian(chance: Random) -> str | None:
    year, month, day = date(chance)
    body = [*map(int, f"{day:02d}{month:02d}{year % 100:02d}{chance.randint(100, 499)}")]
    first = -weighted(body, (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11
    second = -weighted([*body, first], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return joined([*body, first, second]) if first < 10 and second < 10 else None


def _danish(chance: Random) -> str:
    year, month, day = date(chance)
    return f"{day:02d}{month:02d}{year % 100:02d}-{chance.randint(1000, 3999)}"


def _estonian(chance: Random) -> str | None:
    year, month, day = date(chance)
    body = [*map(int, f"{chance.choice('34')}{year % 100:02d}{month:02d}{day:02d}")]
    body += digits(chance, 3)
    check = weighted(body, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    return joined([*body, check]) if check < 10 else None


def _czech(chance: Random) -> str | None:
    year, month, day = date(chance)
    body = (
        f"{year % 100:02d}{month + chance.choice([0, 50]):02d}{day:02d}{chance.randint(100, 999)}"
    )
    check = int(body) % 11
    return f"{body[:6]}/{body[6:]}{check}" if check < 10 and year > 1953 else None


def _romanian(chance: Random) -> str:
    year, month, day = date(chance)
    body = f"{chance.choice('12')}{year % 100:02d}{month:02d}{day:02d}{chance.randint(1, 46):02d}"
    body += f"{chance.randint(1, 999):03d}"
    check = weighted([*map(int, body)], (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return body + str(1 if check == 10 else check)


def _bulgarian(chance: Random) -> str:
    year, month, day = date(chance)
    body = [*map(int, f"{year % 100:02d}{month:02d}{day:02d}{chance.randint(100, 999)}")]
    return joined([*body, weighted(body, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10])


def _croatian(chance: Random) -> str:
    body = digits(chance, 10)
    return joined([*body, mod_11_10(body)])


def _turkish(chance: Random) -> str:
    body = digits(chance, 9)
    tenth = (sum(body[0::2]) * 7 - sum(body[1::2])) % 10
    return joined([*body, tenth, (sum(body) + tenth) % 10])


def _south_african(chance: Random) -> str:
    year, month, day = date(chance)
    body = f"{year % 100:02d}{month:02d}{day:02d}{chance.randint(1000, 9999)}08"
    return f"{body}{luhn([*map(int, body)])}"


_VERHOEFF_D: Final = """
    0123456789 1234067895 2340178956 3401289567 4012395678
    5987604321 6598710432 7659821043 8765932104 9876543210
""".split()  # noqa: SIM905 - a table reads best as rows
_VERHOEFF_P: Final = """
    0123456789 1576283094 5803796142 8916043527 9453126870 4286573901 2793806415 7046913258
""".split()  # noqa: SIM905 - a table reads best as rows


def _aadhaar(chance: Random) -> str:
    body = [chance.randint(2, 9), *digits(chance, 10)]
    for check in range(10):
        state = 0
        for place, digit in enumerate(reversed([*body, check])):
            state = int(_VERHOEFF_D[state][int(_VERHOEFF_P[place % 8][digit])])
        if state == 0:
            break
    number = joined([*body, check])
    return chance.choice(["", " "]).join((number[:4], number[4:8], number[8:]))


def _pan(chance: Random) -> str:
    letters = joined(chance.choice(string.ascii_uppercase) for _ in range(3))
    tail = chance.choice(string.ascii_uppercase)
    number, last = chance.randint(1000, 9999), chance.choice(string.ascii_uppercase)
    return f"{letters}P{tail}{number}{last}"


def _chinese(chance: Random) -> str:
    year, month, day = date(chance)
    place = chance.choice(["110101", "310104", "440305", "510107", "330106"])
    body = f"{place}{year}{month:02d}{day:02d}{chance.randint(100, 999)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[weighted([*map(int, body)], weights) % 11]


def _korean(chance: Random) -> str:
    year, month, day = date(chance)
    body = (
        f"{year % 100:02d}{month:02d}{day:02d}{chance.choice('12')}{chance.randint(10000, 95999)}"
    )
    check = -weighted([*map(int, body)], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11 % 10
    return f"{body[:6]}-{body[6:]}{check}"


def _singaporean(chance: Random) -> str:
    body = digits(chance, 7)
    rest = weighted(body, (2, 7, 6, 5, 4, 3, 2)) % 11
    return f"S{joined(body)}{'JZIHGFEDCBA'[rest]}"


def _australian(chance: Random) -> str | None:
    body = digits(chance, 8)
    for check in range(10):
        if weighted([*body, check], (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0:
            number = joined([*body, check])
            return f"{number[:3]} {number[3:6]} {number[6:]}"
    return None


def _canadian(chance: Random) -> str:
    body = [chance.randint(1, 7), *digits(chance, 7)]
    number = joined([*body, luhn(body)])
    return chance.choice("- ").join((number[:3], number[3:6], number[6:]))


def _cpf(chance: Random) -> str:
    body = digits(chance, 9)
    for start in (10, 11):
        rest = weighted(body, range(start, 1, -1)) * 10 % 11 % 10
        body = [*body, rest]
    number = joined(body)
    return f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"


def _curp(chance: Random) -> str:
    year, month, day = date(chance)
    body = chance.choice("GHLMRS") + chance.choice("AEIOU") + chance.choice("LMPRV")
    body += chance.choice("ACEJMR") + f"{year % 100:02d}{month:02d}{day:02d}"
    body += chance.choice("HM") + chance.choice(["DF", "JC", "NL", "PL"])
    body += joined(chance.choice("BCDGLMNPRSTVZ") for _ in range(3)) + chance.choice("0123456789")
    alphabet = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    total = sum(alphabet.index(c) * (18 - place) for place, c in enumerate(body))
    return f"{body}{-total % 10}"


def _cuit(chance: Random) -> str | None:
    body = [*map(int, chance.choice(["20", "27", "23"])), *digits(chance, 8)]
    check = 11 - weighted(body, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    number = joined([*body, check % 11])
    return f"{number[:2]}-{number[2:10]}-{number[10:]}" if check != 10 else None


def _rut(chance: Random) -> str:
    body = digits(chance, 8)
    rest = 11 - weighted(list(reversed(body)), (2, 3, 4, 5, 6, 7, 2, 3)) % 11
    check = {11: "0", 10: "K"}.get(rest, str(rest))
    number = joined(body)
    return f"{number[:2]}.{number[2:5]}.{number[5:]}-{check}"


def _aba(chance: Random) -> str:
    body = [0, chance.randint(1, 9), *digits(chance, 6)]
    return joined([*body, -weighted(body, (3, 7, 1, 3, 7, 1, 3, 7)) % 10])


def _npi(chance: Random) -> str:
    body = [chance.choice([1, 2]), *digits(chance, 8)]
    return joined([*body, luhn([8, 0, 8, 4, 0, *body])])


def _israeli(chance: Random) -> str:
    body = digits(chance, 8)
    return joined([*body, luhn(body)])


def _amka(chance: Random) -> str:
    year, month, day = date(chance)
    body = f"{day:02d}{month:02d}{year % 100:02d}{chance.randint(1000, 9999)}"
    return f"{body}{luhn([*map(int, body)])}"


MAKERS: Final[dict[str, Maker]] = {
    "card": _card,
    "iban": _iban,
    "ssn": _ssn,
    "itin": lambda c: f"9{c.randint(10, 99)}-{c.randint(70, 88)}-{c.randint(1000, 9999)}",
    "spanish": _spanish,
    "italian": _italian,
    "pesel": _pesel,
    "finnish": _finnish,
    "swedish": _swedish,
    "germantax": until(_german_tax),
    "french": _french,
    "bsn": until(_bsn),
    "belgian": _belgian,
    "nif": _nif,
    "nhs": until(_nhs),
    "nino": _nino,
    "swiss": _swiss,
    "norwegian": until(_norwegian),
    "danish": _danish,
    "estonian": until(_estonian),
    "czech": until(_czech),
    "romanian": _romanian,
    "bulgarian": _bulgarian,
    "croatian": _croatian,
    "turkish": _turkish,
    "southafrican": _south_african,
    "aadhaar": _aadhaar,
    "pan": _pan,
    "chinese": _chinese,
    "korean": _korean,
    "singaporean": _singaporean,
    "australian": until(_australian),
    "canadian": _canadian,
    "cpf": _cpf,
    "curp": _curp,
    "cuit": until(_cuit),
    "rut": _rut,
    "aba": _aba,
    "npi": _npi,
    "israeli": _israeli,
    "amka": _amka,
}
