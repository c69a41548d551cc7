"""Made-up secrets and people, put together at run time so that no scanner finds one in a file."""

from __future__ import annotations

from collections.abc import Iterator

from codegrex_lsp.privacy.detect import rulebook
from tests.support.templates import expand

DASHES = "-" * 5
KEY_LINES = tuple(f"MIIEpAIBAAKCAQEA{n:02d}q7Zw2Xe9Rc4Vt1ByQ7Zw2Xe9Rc4Vt1By" for n in range(6))


def begin(kind: str = "RSA ", tail: str = "") -> str:
    """The first line of a private key."""
    return f"{DASHES}BEGIN {kind}PRIVATE KEY{tail}{DASHES}"


def end(kind: str = "RSA ", tail: str = "") -> str:
    """The last line of a private key."""
    return begin(kind, tail).replace("BEGIN", "END")


def pem(newline: str = "\n", kind: str = "RSA ", tail: str = "") -> str:
    """A whole private key."""
    return newline.join((begin(kind, tail), *KEY_LINES, end(kind, tail)))


def url(user: str = "app", password: str = "s3cr" + "3tpw") -> str:
    """A connection string."""
    return f"postgres://{user}:{password}@db.internal:5432/shop"


ANTHROPIC = "sk-" + "ant-" + "api03-Q7Zw2Xe9Rc4Vt1ByQ7Zw2Xe9Rc4Vt1By"
GITHUB = "gh" + "p_" + "Q7Zw2Xe9Rc4Vt1ByQ7Zw2Xe9Rc4Vt1ByQ7Zw"
AWS = "AK" + "IA" + "Q7WE2RTY4UIOP6AS"
PASSWORD = "hunter" + "2xyz"
EMAIL = "alice.miller" + "@" + "acme-corp.com"
ADDRESS = "81.2" + ".69.142"
CARD = "4539" + "1488" + "0343" + "6467"
IBAN = "DE89" + "3704" + "0044" + "0532" + "0130" + "00"
PHONE = "+49 30 " + "901820"
SSN = "536" + "-90-" + "4399"
WALLET = "1A1zP1eP5QGefi2DMPTfTL" + "5SLmv7DivfNa"
PERSON = "amiller"


def tokens() -> Iterator[tuple[str, str]]:
    """One made-up token for each rule whose tokens are known without anything round them."""
    for rule in rulebook.load():
        example = expand(rule.matches[0]).text
        for found in rule.compiled.finditer(example):
            token = found.groupdict().get("value") or found.group()
            known = any(word in token.lower() for word in rule.keywords)
            if known and not rule.near and rule.compiled.fullmatch(token):
                yield rule.id, token


SECRETS = {
    "assignment": (f'password = "{PASSWORD}"', PASSWORD),
    "url": (f'DB = "{url()}"', "s3cr" + "3tpw"),
    "bearer": (f'"Authorization": "Bearer {GITHUB[4:]}"', GITHUB[4:]),
    **{family: (f'x = "{token}"', token) for family, token in tokens()},
}
"""Family → a line of code and the value in it that must not leave."""

PEOPLE = {
    "email": (f"# written by {EMAIL}", EMAIL),
    "phone": (f'phone = "{PHONE}"', PHONE),
    "card": (f'card = "{CARD}"', CARD),
    "iban": (f'iban = "{IBAN}"', IBAN),
    "ssn": (f'ssn = "{SSN}"', SSN),
    "address": (f'host = "{ADDRESS}"', ADDRESS),
    "wallet": (f'wallet = "{WALLET}"', WALLET),
    "home": (f'path = "/home/{PERSON}/notes.txt"', PERSON),
}
"""The same for personal data."""
