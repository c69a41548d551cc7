"""Sums: the few kinds of check digit that the world's numbers share, and days that exist."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import cycle
from typing import Final

_ROW: Final = 10
_VERHOEFF: Final = (
    "0123456789" "1234067895" "2340178956" "3401289567" "4012395678"
    "5987604321" "6598710432" "7659821043" "8765932104" "9876543210"
)  # fmt: skip
_VERHOEFF_TURNS: Final = (
    "0123456789" "1576283094" "5803796142" "8916043527"
    "9453126870" "4286573901" "2793806415" "7046913258"
)  # fmt: skip


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def weighted(digits: str, weights: Sequence[int]) -> int:
    """The sum of each digit times its weight; the shorter of the two decides how many."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def mod_11_10(digits: str) -> bool:
    """ISO 7064, MOD 11,10: a hybrid system with one check digit."""
    check = 10
    for digit in digits[:-1]:
        check = ((int(digit) + check) % 10 or 10) * 2 % 11
    return (11 - check) % 10 == int(digits[-1])


def verhoeff(digits: str) -> bool:
    """Verhoeff's check digit: the dihedral group of order ten, one turn for each place."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        turned = int(_VERHOEFF_TURNS[place % 8 * _ROW + int(digit)])
        check = int(_VERHOEFF[check * _ROW + turned])
    return check == 0


def ean(digits: str) -> bool:
    """The check digit of articles and of Swiss insurance: weights 1 and 3 in turn."""
    return sum(int(d) * w for d, w in zip(reversed(digits), cycle((1, 3)), strict=False)) % 10 == 0


def seven_three_one(text: str) -> bool:
    """ICAO 9303: weights 7, 3, 1 over digits and letters (A is 10), and a check digit."""
    values = (int(character, 36) for character in text[:-1])
    total = sum(value * weight for value, weight in zip(values, cycle((7, 3, 1)), strict=False))
    return text[-1].isdigit() and total % 10 == int(text[-1])


def is_day(year: int | str, month: int | str, day: int | str) -> bool:
    """Whether there is such a day. Two digits of a year stand for a year of this century."""
    year = int(year)
    try:
        date(year + 2000 if year < 100 else year, int(month), int(day))
    except ValueError:
        return False
    return True


def all_equal(digits: str) -> bool:
    """Whether it is one digit over and over, which many a sum lets pass."""
    return len(set(digits)) == 1
