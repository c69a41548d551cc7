"""Judges: does this key name a secret, and does this value look like one.

A provider's own format, a private key or a URL's password needs no judge. These rules are for
values of which only the name of the key says that they are secret, where wrong alarms come from.
They err towards a placeholder: a missed secret leaks, a wrong placeholder comes back unharmed.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from enum import Enum
from typing import Final

from codegrex_lsp.privacy.detect.words import words


class Key(Enum):
    """What a key's name says of its value."""

    NOTHING = 0
    WEAK = 1
    """`key`, `auth`: secret only where the value looks random."""
    MACHINE = 2
    """`token`, `api_key`: made by a machine, so at least somewhat random."""
    HUMAN = 3
    """`password`, `secret`: whatever a person may think of."""


_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_HUMAN: Final = re.compile(
    r"passw(?:or)?d|passwort|kennwort|passphrase|passe$|contrase|senha$|parola$|haslo$|^pwd|pwd$"
    r"|(?:^|_)(?:pass|pw)$|(?:user|db|root|admin)pass$|secret|mnemonic"
)
_MACHINE: Final = re.compile(
    r"token|(?:api|access|private|auth|account|encryption|signing|master|service|client|shared|"
    r"license|storage|session|webhook|secret|deploy|app|db|database|consumer|hmac|jwt|aes|ssh|"
    r"admin|root|bot)_?keys?(?:_|$)|apikey|credential"
)
_WEAK: Final = re.compile(r"(?:^|_)(?:auth|creds?|salt|sig(?:nature)?)$|key$")

_NOT_SECRET_LAST: Final = words(
    """
    id ids name names file files filename path paths dir folder url uri urls endpoint host
    port type types kind length len size min max field fields label labels placeholder regex
    pattern header headers version count limit timeout policy provider manager validator
    validators format error errors message msg mode index hash hashes hashed ring pair press
    board code scope scopes permission permissions expiry expires expiration ttl age date
    time at strength rule rules prefix suffix input hint help text title description
    attempts reset change store storage service class template parser handler helper util
    utils ref reference list set map bytes encoding algorithm alg issuer audience enabled
    required usage used status state
    """
)
_NOT_SECRET_ANYWHERE: Final = words(
    """
    public primary foreign sort cache partition monkey turkey author tokenizer tokenize
    tokenized secretary csrf passenger bypass max min num keyboard keyword pad eos bos
    """
)


def judge_key(key: str) -> Key:
    """What the name of a key says. `key` is an identifier in any spelling: camel, snake, kebab."""
    words = [word.lower() for word in _WORDS.findall(key)]
    if not words or not _NOT_SECRET_ANYWHERE.isdisjoint(words):
        return Key.NOTHING
    if words[-1] in _NOT_SECRET_LAST:
        return Key.NOTHING
    joined = "_".join(words)
    if _HUMAN.search(joined):
        return Key.HUMAN
    if _MACHINE.search(joined):
        return Key.MACHINE
    return Key.WEAK if _WEAK.search(joined) else Key.NOTHING


_PLACEHOLDER: Final = re.compile(
    r"""^(?:your|insert|enter|replace|put)[\s_\-] | [\s_\-]here$ | \byour[\s_\-]
      | change[\s_\-]?(?:me|this|it)\b | replace[\s_\-]?(?:me|this|with)\b
      | (?:^|[^a-z])(?:example|sample|dummy|placeholder|redacted|masked|fake|foobar|todo|tbd)
        (?:key|token|password|secret)?(?:[^a-z]|$)
      | x{4,} | \*{3,} | \.{3} | •{3,} | _{4,} | -{4,} | ^<.*>$ | ^\[.*\]$ | ^0+$ | ^1234567890?$
      | ^(?:none|null|nil|undefined|true|false|yes|no|on|off|empty|unset|optional|required|string
          |str|int|bool|bytes|any|test|testing|default|unknown|value|hidden)$
      | examplekey$ | example$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LABEL: Final = re.compile(
    r"(?:(?:api|access|auth|client|user|db|database|private|secret|new|old|current|bearer|refresh|"
    r"id|session|csrf|my|the|confirm|login|root|admin)[\s_\-]?)*"
    r"(?:password|passwd|passphrase|pass|pwd|secrets?|tokens?|keys?|apikeys?|credentials?|auth|"
    r"username|user|login|name)(?:[\s_\-](?:name|value|ref|key|id|field))?[\s_\-:?*.!]*",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(
    r"""^\$|\$\{|\$\(|\{\{|^%\w+%$|^%[sdr]$|^%\(|^@\w+@$|<%=|^!\w+|^ENC\[|^arn:|^vault:|^op://
      | ^keyring:|^ssm:|^secretsmanager:|^projects/.*/secrets/|^secret://|^file:|^env[.:(]
      | ^\#\{|^(?:os\.|process\.env|import\.meta|config\.|settings\.|self\.|this\.)
    """,
    re.VERBOSE,
)
_PATH_OR_URL: Final = re.compile(
    r"^(?:\.{0,2}/[\w.\-/]+|~/.*|[A-Za-z]:\\.*|[a-z][a-z0-9+.\-]*://.*)$"
)
_BRACED: Final = re.compile(r"\{[^{}]*\}")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|->|::)[A-Za-z_$][\w$]*|\[[^\]]*\])*")
_PLAIN_WORDS: Final = re.compile(r"[A-Za-z]+(?:[_\-./:][A-Za-z]+)*")


def is_stand_in(value: str) -> bool:
    """Whether `value` only stands for a secret: a reference, a placeholder, or a label."""
    if _REFERENCE.search(value) or _PLACEHOLDER.search(value):
        return True
    if len(value) <= 80 and _LABEL.fullmatch(value):
        return True
    return "{" in value and len(_BRACED.sub("", value).strip()) < 4


def judge_value(value: str, key: Key, *, quoted: bool, shortest: int = 4) -> bool:
    """Whether the value of a key of this kind is to be masked.

    Args:
        value: Without its quotes.
        key: What the key's name says.
        quoted: Whether it stands in quotes. An unquoted one may be code.
        shortest: Shortest value, in characters, that counts for a `HUMAN` key.
    """
    if key is Key.NOTHING or len(value) < shortest or is_stand_in(value):
        return False
    if _is_sentence(value):
        return False
    if _PATH_OR_URL.match(value) and not looks_random(value.replace("/", "")):
        return False
    if not quoted and ("(" in value or value[0] in "[{&*|><!@`'\""):
        return False
    if key is Key.HUMAN:
        return not (value.isupper() and "_" in value and _PLAIN_WORDS.fullmatch(value))
    if _PLAIN_WORDS.fullmatch(value) and not _mixes_case(value):
        return False
    if key is Key.MACHINE:
        return len(value) >= 8 and (any(c.isdigit() for c in value) or looks_random(value))
    return len(value) >= 16 and looks_random(value)


def is_code(value: str) -> bool:
    """Whether an unquoted value is an identifier, attribute or subscript and not a literal."""
    return bool(_IDENTIFIER.fullmatch(value)) and not any(c.isdigit() for c in value)


def looks_random(value: str) -> bool:
    """Whether the characters are about as varied as random ones of this length would be.

    A fixed floor of bits would lose all hex: forty random hex digits reach 3.7 bits of 4. So the
    floor follows length and alphabet: what is expected, less a margin.
    """
    if len(value) < 8 or not any(c.isdigit() for c in value):
        return len(value) >= 20 and _mixes_case(value) and entropy(value) > 3.6
    alphabet = 16 if re.fullmatch(r"[0-9a-fA-F]+", value) else 62
    expected = min(math.log2(len(value)), math.log2(alphabet))
    return entropy(value) >= 0.72 * expected


def entropy(value: str) -> float:
    """Shannon entropy in bits for each character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())


def _mixes_case(value: str) -> bool:
    """Upper case inside a word, as random letters have and words do not."""
    return bool(re.search(r"[a-z][A-Z]+[a-z]+[A-Z]|[A-Z]{2}[a-z]+[A-Z]", value))


def _is_sentence(value: str) -> bool:
    blanks = value.count(" ")
    if not blanks or any(c.isdigit() for c in value):
        return False
    return blanks >= 2 or bool(_LABEL.search(value.split(" ")[-1]))
