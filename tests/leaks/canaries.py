"""Made-up secrets and people, other ones for each place they are planted in, and the search."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random
from urllib.parse import quote, unquote

from ahocorasick_rs import AhoCorasick

from tests.fakes.http import Request

_LETTERS = string.ascii_letters + string.digits
HALF = 24
"""Characters from which half a value is as bad as the whole."""


@dataclass(frozen=True)
class Canaries:
    """One set.

    Attributes:
        number: Which.
        known: A value that only the workspace's `.env` makes a secret.
    """

    number: int
    known: str

    @cached_property
    def _values(self) -> dict[str, str]:
        chance = Random(self.number)

        def drawn(length: int, letters: str = _LETTERS) -> str:
            return "".join(chance.choices(letters, k=length))

        small = string.ascii_lowercase
        return {
            "token": "gh" + "p_" + drawn(36),
            "password": drawn(4) + "7q" + drawn(8) + "Z",
            "in a url": drawn(5) + "4x" + drawn(7),
            "mail": f"{drawn(6, small)}.miller@{drawn(8, small)}-corp.com",
            "card": _with_check_digit("453914" + drawn(9, string.digits)),
            "iban": _iban(drawn(18, string.digits)),
            "home": "q" + drawn(8, small),
        }

    @property
    def marker(self) -> str:
        """A harmless word that has to arrive where the text may go, and only there."""
        return f"mark{self.number:05d}z"

    @property
    def rest(self) -> str:
        """Another one, for what stands beside the canaries."""
        return f"rest{self.number:05d}z"

    @property
    def token(self) -> str:
        return self._values["token"]

    @property
    def mail(self) -> str:
        return self._values["mail"]

    @property
    def secrets(self) -> tuple[str, ...]:
        return (*(self._values[name] for name in ("token", "password", "in a url")), self.known)

    @property
    def people(self) -> tuple[str, ...]:
        return tuple(self._values[name] for name in ("mail", "card", "iban", "home"))

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.secrets, *self.people, self.marker, self.rest)

    @property
    def text(self) -> str:
        """Lines of code with all of them, and the marker."""
        of = self._values
        return "\n".join(
            (
                f"{self.marker} = 1",
                f'token = "{of["token"]}"',
                f'password = "{of["password"]}"',
                f'store = "postgres://app:{of["in a url"]}@db.internal:5432/shop"',
                f'ticket = "{self.known}"',
                f"# written by {of['mail']}",
                f'card = "{of["card"]}"',
                f'iban = "{of["iban"]}"',
                f'path = "/home/{of["home"]}/notes.txt"',
                "",
            )
        )


def _with_check_digit(digits: str) -> str:
    """A card number: its last digit makes Luhn's sum a multiple of ten."""
    doubled = (int(d) * (2 - at % 2) for at, d in enumerate(reversed(digits)))
    total = sum(n - 9 if n > 9 else n for n in doubled)
    return digits + str(-total % 10)


def _iban(account: str) -> str:
    """A German one: ISO 7064, modulo 97."""
    check = 98 - int(account + "131400") % 97
    return f"DE{check:02d}{account}"


def forms(value: str) -> Iterator[str]:
    """The ways in which a value can be written."""
    yield value
    yield quote(value, safe="")
    yield json.dumps(value)[1:-1]
    if len(value) >= HALF:
        yield value[: len(value) // 2]
        yield value[len(value) // 2 :]
    for shift in range(3):  # the characters at either end depend on the neighbours
        whole = base64.b64encode(b"\0" * shift + value.encode()).decode()
        yield whole[4 if shift else 0 : -4]


class Search:
    """Looks for many values in one go.

    Args:
        values: To look for.
    """

    def __init__(self, values: Iterable[str]) -> None:
        pairs = [(form, value) for value in set(values) for form in forms(value)]
        self._values = [value for _, value in pairs]
        self._automaton = AhoCorasick([form for form, _ in pairs])

    def found(self, text: str) -> set[str]:
        """Which values stand in a text, in any form."""
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return {self._values[at] for at, _, _ in hits}


def everything(request: Request) -> str:
    """All that a server can read in a request: as it came, and what JSON and URLs say in it."""
    body = request.body.decode("latin-1")
    heads = [f"{name}: {value}" for name, value in request.headers]
    return "\n".join([request.method, unquote(request.target), *heads, body, *_strings(body)])


def _strings(body: str) -> Iterator[str]:
    def walk(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for item in value.items():
                yield from walk(list(item))
        elif isinstance(value, list):
            for item in value:
                yield from walk(item)

    if body.startswith(("{", "[")):
        yield from walk(json.loads(body))
    else:
        yield unquote(body)  # a form
