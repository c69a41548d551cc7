"""Made-up values, by the public formats of those who issue them; nothing is written out here.

`expand("ghp_{an*36}", …)` replaces each `{…}`: `{alphabet*n}` or `{alphabet*n-m}` is that many
random characters of an alphabet, `{name}` is what the maker of that name makes. A `|` is dropped:
it keeps well-known samples apart, so that no scanner finds one in a file.
"""

from __future__ import annotations

import base64
import json
import re
import string
from collections.abc import Callable
from random import Random
from typing import Final
from uuid import UUID

from bench.quality import numbers, people
from bench.quality.vocabulary import Vocabulary

_LETTERS: Final = string.ascii_letters
_DIGITS: Final = string.digits

ALPHABETS: Final = {
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "an": _LETTERS + _DIGITS,
    "url": _LETTERS + _DIGITS + "-_",
    "b64": _LETTERS + _DIGITS + "+/",
    "b32": string.ascii_uppercase + "234567",
    "b58": "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    "bech": "qpzry9x8gf2tvdw0s3jn54khce6mua7l",
    "letter": _LETTERS,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "low": string.ascii_lowercase + _DIGITS,
    "up": string.ascii_uppercase + _DIGITS,
    "digit": _DIGITS,
    "nonzero": "123456789",
    "symbols": _LETTERS + _DIGITS + "!@#%^&*-_=+?",
}

_PART: Final = re.compile(r"\{([\w-]+)(?:\*(\d+)(?:-(\d+))?)?\}")


def expand(expression: str, chance: Random, words: Vocabulary, *, quoted: bool = True) -> str:
    """One value.

    Args:
        expression: Literal text and parts in braces.
        chance: Where chance comes from.
        words: The vocabulary of the split.
        quoted: Whether the value will stand in quotes, and may hold any character.

    Raises:
        KeyError: No alphabet and no maker has that name.
    """

    def part(match: re.Match[str]) -> str:
        name, least, most = match.groups()
        if name in ALPHABETS:
            count = chance.randint(int(least or 1), int(most or least or 1))
            return run(ALPHABETS[name], count, chance)
        if name in numbers.MAKERS:
            return numbers.MAKERS[name](chance)
        if name in people.MAKERS:
            return people.MAKERS[name](chance, words)
        if name in ("password", "passphrase"):
            return password(chance, words, quoted=quoted)
        return _MAKERS[name](chance, words)

    return _PART.sub(part, expression.replace("|", ""))


def run(alphabet: str, count: int, chance: Random) -> str:
    """`count` characters that look random: with a digit where the alphabet has digits."""
    made = [chance.choice(alphabet) for _ in range(count)]
    digits = [character for character in alphabet if character.isdigit()]
    if digits and count >= 12 and len(digits) < len(alphabet):
        made[chance.randrange(2, count - 1)] = chance.choice(digits)
    return "".join(made)


def password(chance: Random, words: Vocabulary, *, quoted: bool = True) -> str:
    """A password as people choose them: seldom random, often a word with something added.

    Without quotes it holds no character that a shell, a URL or a comment would read otherwise.
    """
    marks = "!@#$%&*?-_+." if quoted else "-_!+"
    word, other = chance.sample(words.password_words, 2)
    year = str(chance.randint(1960, 2029))
    mark = chance.choice(marks)
    shapes: list[Callable[[], str]] = [
        lambda: word.capitalize() + year + mark,
        lambda: word + str(chance.randint(1, 999)),
        lambda: word.capitalize() + mark + year,
        lambda: word + other.capitalize() + str(chance.randint(0, 99)),
        lambda: f"{word}{chance.choice('-_.')}{other}{chance.choice('-_.')}{chance.randint(2, 99)}",
        lambda: _leet(word) + mark + str(chance.randint(0, 99)),
        lambda: word.upper() + mark + other.lower() + mark,
        lambda: run(_LETTERS + _DIGITS + marks, chance.randint(8, 16), chance) + "9k",
        lambda: chance.choice(words.keyboard_walks) + mark + str(chance.randint(10, 99)),
        lambda: word + other + year[2:],
        lambda: mark.strip("#&*!@%") + word.capitalize() + other.capitalize() + "1",
        lambda: run(ALPHABETS["low"], chance.randint(8, 12), chance) + "x7",
    ]
    return chance.choice(shapes)()


def _leet(word: str) -> str:
    return word.capitalize().translate(str.maketrans("aeios", "43105"))


def encoded(text: str) -> str:
    """Base64 of a text."""
    return base64.b64encode(text.encode()).decode()


def _url_encoded(record: object) -> str:
    text = json.dumps(record, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _jwt(chance: Random, words: Vocabulary) -> str:
    head = {"alg": chance.choice(["HS256", "RS256", "ES256"]), "typ": "JWT"}
    body = {"sub": str(chance.randrange(10**9)), "iat": 1_700_000_000 + chance.randrange(10**7)}
    signature = run(ALPHABETS["url"], chance.choice([43, 86, 342]), chance)
    return f"{_url_encoded(head)}.{_url_encoded(body)}.{signature}"


def _body(chance: Random, lines: int, width: int = 64) -> list[str]:
    return [run(ALPHABETS["b64"], width, chance) for _ in range(lines)]


def _key_text(chance: Random, kind: str) -> str:
    first, *rest = _body(chance, chance.randint(5, 12))
    dashes = "-" * 5
    lines = [
        f"{dashes}BEGIN {kind}{dashes}",
        "MII" + first[3:],
        *rest,
        run(ALPHABETS["b64"], 30, chance) + "==",
    ]
    return "\n".join([*lines, f"{dashes}END {kind}{dashes}"])


def _mnemonic(chance: Random, words: Vocabulary) -> str:
    return " ".join(chance.choice(words.mnemonic_words) for _ in range(chance.choice([12, 24])))


_MAKERS: Final[dict[str, Callable[[Random, Vocabulary], str]]] = {
    "uuid": lambda c, w: str(UUID(int=c.getrandbits(128), version=4)),
    "word": lambda c, w: c.choice(w.words),
    "user": lambda c, w: c.choice(w.users),
    "number": lambda c, w: str(c.randrange(100, 99999)),
    "jwt": _jwt,
    "header": lambda c, w: _url_encoded({"alg": "RSA-OAEP", "enc": "A256GCM"}),
    "basic": lambda c, w: encoded(f"{c.choice(w.users)}:{password(c, w)}"),
    "encodedpassword": lambda c, w: encoded(password(c, w)),
    "encodedkey": lambda c, w: encoded(_key_text(c, "RSA " + "PRIVATE KEY")),
    "rsa": lambda c, w: _key_text(c, "RSA " + "PRIVATE KEY"),
    "ec": lambda c, w: _key_text(c, "EC " + "PRIVATE KEY"),
    "dsa": lambda c, w: _key_text(c, "DSA " + "PRIVATE KEY"),
    "pkcs8": lambda c, w: _key_text(c, "PRIVATE KEY"),
    "sealedkey": lambda c, w: _key_text(c, "ENCRYPTED " + "PRIVATE KEY"),
    "openssh": lambda c, w: _key_text(c, "OPENSSH " + "PRIVATE KEY"),
    "pgp": lambda c, w: _key_text(c, "PGP " + "PRIVATE KEY BLOCK"),
    "escapedkey": lambda c, w: _key_text(c, "PRIVATE KEY").replace("\n", "\\n") + "\\n",
    "certificate": lambda c, w: _key_text(c, "CERTIFICATE"),
    "publickey": lambda c, w: _key_text(c, "PUBLIC KEY"),
    "lines": lambda c, w: "\n".join(_body(c, 6, 76)),
    "mnemonic": _mnemonic,
    "crockford": lambda c, w: run(string.digits + "ABCDEFGHJKMNPQRSTVWXYZ", 26, c),
}
