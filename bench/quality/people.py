"""Made-up people: names, addresses, phones, and where they live on a network."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from bench.quality.vocabulary import Vocabulary


def _name(chance: Random, words: Vocabulary) -> str:
    return f"{chance.choice(words.first_names)} {chance.choice(words.last_names)}"


def _email(chance: Random, words: Vocabulary) -> str:
    first, last = chance.choice(words.first_names).lower(), chance.choice(words.last_names).lower()
    local = chance.choice(
        [f"{first}.{last}", f"{first[0]}{last}", f"{first}_{last}", f"{last}+dev"]
    )
    domain = chance.choice(words.companies).lower()
    return f"{local}{'@'}{domain}.{chance.choice(['com', 'de', 'io', 'co.uk', 'fr', 'org', 'net'])}"


def _phone(chance: Random, words: Vocabulary) -> str:
    """Shapes of several countries, in ranges that are assigned."""

    def tail(count: int) -> str:
        return "".join(str(chance.randint(1, 8)) for _ in range(count))

    return chance.choice(
        [
            f"+49 30 {tail(7)}",
            f"+49 171 {tail(7)}",
            f"+44 20 7{tail(3)} {tail(4)}",
            f"+1 415-6{tail(2)}-{tail(4)}",
            f"(212) 6{tail(2)}-{tail(4)}",
            f"+33 1 42 {tail(2)} {tail(2)} {tail(2)}",
            f"+81 3-3{tail(3)}-{tail(4)}",
            f"+91 98{tail(3)} {tail(5)}",
            f"+1415{chance.randint(6, 8)}{tail(6)}",
        ]
    )


def _public_v4(chance: Random, words: Vocabulary) -> str:
    first = chance.choice([23, 34, 52, 81, 85, 93, 104, 151, 185, 212])
    rest = [chance.randint(11, 250) for _ in range(3)]
    return ".".join(map(str, (first, *rest)))


def _public_v6(chance: Random, words: Vocabulary) -> str:
    head = chance.choice(["2a00:1450", "2606:4700", "2a02:8108", "2a01:4f8"])
    middle = [chance.randint(0x1000, 0x1FFF) for _ in range(2)]
    return f"{head}:{middle[0]:x}:{middle[1]:x}::{chance.randint(1, 256):x}"


def _address(chance: Random, words: Vocabulary) -> str:
    number, street = chance.randint(2, 989), chance.choice(words.streets)
    city = chance.choice(words.cities)
    if street[-6:].lower() in ("straße", "strasse") or "weg" in street:
        return f"{street} {number}, {chance.randint(10115, 99998)} {city}"
    return f"{number} {street}, {city}"


def _born(chance: Random, words: Vocabulary) -> str:
    year, month, day = chance.randint(1941, 2004), chance.randint(1, 12), chance.randint(1, 28)
    shape = chance.choice(
        ["{0:04d}-{1:02d}-{2:02d}", "{2:02d}.{1:02d}.{0:04d}", "{1:02d}/{2:02d}/{0:04d}"]
    )
    return shape.format(year, month, day)


MAKERS: Final[dict[str, Callable[[Random, Vocabulary], str]]] = {
    "name": _name,
    "first": lambda c, w: c.choice(w.first_names),
    "last": lambda c, w: c.choice(w.last_names),
    "email": _email,
    "phone": _phone,
    "ipv4": _public_v4,
    "ipv6": _public_v6,
    "address": _address,
    "born": _born,
    "login": lambda c, w: (
        c.choice(w.first_names).lower() + c.choice(["", c.choice(w.last_names)[:1].lower()])
    ),
    "company": lambda c, w: c.choice(w.companies),
    "city": lambda c, w: c.choice(w.cities),
}
