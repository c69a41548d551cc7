"""The judge: is this value a secret, given what the name of its key says.

A provider's own format, a private key or a URL's password needs no judge. These rules are for
values of which only the name of the key says that they are secret, where wrong alarms come from.
They err towards a placeholder: a missed secret leaks, a wrong placeholder comes back unharmed.
Entropy only breaks ties: what people think of has little.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final

from codegrex_lsp.privacy.detect.joined import is_pass_phrase
from codegrex_lsp.privacy.detect.keys import Key, judge_key
from codegrex_lsp.privacy.detect.words import words

__all__ = [
    "Key",
    "entropy",
    "is_code",
    "is_stand_in",
    "judge_key",
    "judge_value",
    "looks_random",
    "reads_as_text",
]

SHORTEST: Final = 4
"""Characters from which a person's password is masked."""


def judge_value(value: str, key: Key, *, quoted: bool, shortest: int = SHORTEST) -> bool:
    """Whether the value of a key of this kind is to be masked.

    Args:
        value: Without its quotes.
        key: What the key's name says.
        quoted: Whether it stands in quotes. An unquoted one may be code.
        shortest: Shortest value, in characters, that counts for a `HUMAN` key.
    """
    if key is Key.NOTHING or len(value) < shortest:
        return False
    if len(value) < _SHORTEST_OF_MACHINES.get(key, 0):
        return False
    if key in (Key.MACHINE, Key.WEAK) and not _may_be_made_up(value):
        return _BASE32.fullmatch(value) is not None and key is Key.MACHINE
    if is_stand_in(value):
        return False
    if _is_something_else(value) or _is_sentence(value, key):
        return False
    if not quoted and (value[0] in "[{&*|><`'\"" or _BARE_CODE.search(value)):
        return False
    if key in (Key.HUMAN, Key.PHRASE):
        return not _is_constant(value)
    if key is Key.MACHINE and _BASE32.fullmatch(value):
        return True
    if _WORDS_ONLY.fullmatch(value) and not mixes_case(value):
        return False
    if key is not Key.SECRET and _WORDS_ONLY.fullmatch(value) and _is_camel_case(value):
        return False
    if key is Key.SECRET:
        return not _KEBAB.fullmatch(value)
    if key is Key.MACHINE:
        return not _is_name(value) and (looks_random(value) or _has_digits_inside(value))
    if _UUID.fullmatch(value) or _is_name(value) or value.isdigit() or value.isalpha():
        return False
    if ":" in value:
        return False
    return looks_random(value)


_SHORTEST_OF_MACHINES: Final = {Key.MACHINE: 8, Key.WEAK: 16}


def _may_be_made_up(value: str) -> bool:
    """A cheap look: the characters of a token, and a digit or letters of mixed case in it."""
    if not _MADE_UP.fullmatch(value):
        return False
    return not value.replace("-", "").replace("_", "").isalpha() or mixes_case(value)


# -- what only stands for a value -----------------------------------------------------------

_PLACEHOLDER: Final = re.compile(
    r"""^(?:your|insert|enter|replace|put)[\s_\-] | [\s_\-]here$ | \byour[\s_\-]
      | ^your[A-Z] | (?:^|[\s_\-])(?:goes|comes)[\s_\-]here
      | change[\s_\-]?(?:me|this|it)\b | replace[\s_\-]?(?:me|this|with)\b
      | (?:^|[^a-z])(?:example|sample|dummy|placeholder|redacted|masked|fake|foobar|todo|tbd|fixme)
        (?:key|token|password|secret)?(?:[^a-z]|$)
      | x{4,} | \*{3,} | \.{3} | …|•{3,} | _{4,} | -{4,} | ^<.*>$ | ^\[[A-Za-z _\-]*\]$ | ^(.)\1*$
      | ^1234567890?$ | ^abc(?:123|def)?$ | ^foo(?:bar)?$ | ^(?:none|null|nil|undefined|true|false
          |yes|no|on|off|empty|unset|optional|required|string|str|int|bool|bytes|any|test|testing
          |default|unknown|value|hidden|input|text|type|object|number|n/a|public|private|secret
          |plain|basic|bearer|manual|auto|always|never|prompt|ask|disabled|enabled|generated|define|undef|files
          |hashed|encrypted|confirmed|anonymous@?|sha\d{1,3}|md5|bcrypt|scrypt|argon2\w{0,2}|pbkdf2\w{0,12})[!?]{0,2}$
      | examplekey$ | example$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LABEL: Final = re.compile(
    r"(?:(?:api|access|auth|client|user|users|db|database|private|secret|new|old|current|bearer|"
    r"refresh|id|session|csrf|my|the|confirm|repeat|verify|login|root|admin|set|get|reset|forgot|"
    r"change|enter|invalid|missing|no|one[\s_\-]?time|x|aws|github|account|master|encrypted|is|"
    r"mot[\s_\-]de|jwt|oauth|oauth2|show|wrong|default|has|with|required|temporary)[\s_\-.:]{0,2})*"
    r"(?:passwords?|passwd|passphrase|passcode|pass|pwd|secrets?|tokens?|keys?|apikeys?|"
    r"salts?|credentials?|auth|authorization|username|user|login|name|passwort|kennwort|passe|senha|"
    r"contrase[nñ]a|haslo|hasło|parola|wachtwoord|пароль|密码|密碼|パスワード|비밀번호)"
    r"(?:[\s_\-.]?(?:name|value|ref|key|id|field|input|box|label|text|hash|reset|prompt|env|var|"
    r"file|path|form|required|changed?|again|page|view|type|hint|here|error|url|mismatch|invalid|"
    r"incorrect|confirm(?:ation)?|confirmed|expired|manager|prod|dev))*[\s_\-:?*.!>]*[12]?",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(
    r"""^\$[A-Za-z_]+$ | ^\?[A-Z][A-Z_]+$ | ^\$[a-z_]+\d*$ | ^\$[A-Z_][A-Z0-9_]*$ | ^\$[({]
      | ^-?\$[A-Z_][A-Z0-9_]{3,}(?:[/\-][\w/\-]*)?$
      | ^\$\w+[:\[(.] | \$\{ | \$\( | \{\{
      | ^%\w+%$ | ^%[sdrv@]$ | %\(\w | ^@[\w.\-]+@$ | <%= | ^%7B.*%7D$
      | ^!(?:Ref|Sub|GetAtt|ImportValue|secret|env|vault\w*|reference)\b | ^ENC\[ | ^\#\{
      | ^(?:arn|vault|op|keyring|ssm|env|file|
        secretsmanager|secret|gcp-secret|azurekeyvault|awssecret|kms|sops|doppler)[:.(]
      | ^projects/.*/secrets/ | ^(?:os\.|process\.env|import\.meta|config\.|settings\.|self\.
      | this\.|secrets\.|env\.|var\.|local\.|data\.|module\.|params?\.|args\.|options?\.|props\.)
    """,
    re.VERBOSE,
)
_BRACED: Final = re.compile(r"\{[^{}]*\}")


_PUBLIC: Final = re.compile(r"^(?:pk_(?:live|test|prod)_|pk\.eyJ|phc_)")
"""Keys that their makers mean to be public: Stripe's, Mapbox's, PostHog's."""


_EDGES: Final = 96
"""Characters of a long value, half from each end, where it would say that it is none."""


def is_stand_in(value: str) -> bool:
    """Whether `value` is no secret: a reference, a placeholder, a label, or public by design."""
    if (
        _PUBLIC.match(value)
        or _ALPHABET.search(value)
        or _REFERENCE.search(value)
        or _PLACEHOLDER.search(value)
    ):
        return True
    if len(value) <= 80 and _LABEL.fullmatch(value):
        return True
    return "{" in value and len(_BRACED.sub("", value).strip()) < 4


# -- what has another meaning ---------------------------------------------------------------

_PATH: Final = re.compile(
    r"^(?:\.{0,2}/[\w.\-/@+ ]+(?:/:[\w\-]+)*|~/.*|[A-Za-z]:\\.*|[\w\-]+(?:/[\w.\-]+){2,}"
    r"|[\w.\-/:]*\.(?:txt|pem|key|crt|json|ya?ml|toml|ini|py|js|ts|go|rb|java|html?|env|conf|cfg))$"
)
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OTHER_DATA: Final = re.compile(
    r"^data:[\w/+.\-]{0,60};base64,|^(?:iVBOR|R0lGOD|/9j/|d09GM|AAAA[BC]3NzaC)"
    r"|^(?:sha(?:1|256|384|512)|md5|h1)[:\-]|^-----BEGIN (?:CERTIFICATE|PUBLIC)"
    r"|^(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\w+) |^\d{4}-\d\d-\d\d(?:[T ][\d:.Z+\-]*)?$"
    r"|^[a-z][a-z0-9+.\-]*://"
    r"|^(?:localhost|[\w\-]+(?:\.[\w\-]+){1,8}):\d{2,5}$|^#[0-9a-fA-F]{3,8}$|^[=~<>!]{0,2}v?\d+(?:\.\d+){1,3}$"
)
_CODE: Final = re.compile(
    r"\w\(\)|=>|^[)\]}](?:\\n|[;,.\s])|^\w+(?:\.\w+)*\([^()]*\)|</?[A-Za-z][\w\-]*(?:\s[^<>]*)?/?>|&&|\|\||\\[dwsDWSb][+*\])]"
    r"|\[(?:\^|a-z|A-Z|0-9)|\(\?[:=!P]|^\^.*\$$|%[sdr](?:\W|$)"
)
_BARE_CODE: Final = re.compile(r"\(|^[A-Z][A-Za-z]+-[A-Z][A-Za-z]+$")
"""A call, or a command of PowerShell."""

_ALPHABET: Final = re.compile(r"abcdefghij|0123456789|ABCDEFGHIJ", re.IGNORECASE)
_FIELDS: Final = re.compile(r"[A-Za-z_]\w*(?:,\s?[A-Za-z_]\w*)+")
_TYPE: Final = re.compile(r"[A-Za-z]+\(\d{1,5}(?:,\s?\d{1,3})?\)")
_RULES: Final = re.compile(r"[a-z_]+(?::[\w,]{1,40})?(?:\|[a-z_]+(?::[\w,]{1,40})?)+")
_SHORTCUT: Final = re.compile(
    r"(?:ctrl|control|alt|option|shift|cmd|command|meta|super|mod)(?:[+\-]\w{1,12})+", re.IGNORECASE
)
_MODULE: Final = re.compile(
    r"[a-z_]{2,32}(?:\.[a-z_]{2,32}\d?)+\.[A-Z][A-Za-z]{2,40}\d{0,2}[A-Za-z]{0,40}"
)
"""The class that somebody names, by the path of its module."""
_OTHER_FORMS: Final = (_FIELDS, _TYPE, _RULES, _SHORTCUT, _MODULE)


def _is_something_else(value: str) -> bool:
    if _OTHER_DATA.search(value) or any(form.fullmatch(value) for form in _OTHER_FORMS):
        return True
    if _CODE.search(value) and not looks_random(value):
        return True
    if _PATH.match(value) and not any(map(_is_made_up, value.split("/"))):
        return True
    beginning = value[:64]
    return len(beginning) >= 16 and len(set(beginning)) <= len(beginning) // 8


def _is_made_up(part: str) -> bool:
    if len(part) < 10 or not looks_random(part):
        return False
    return mixes_case(part) or (not part.islower() and bool(re.search(r"\d[A-Za-z]+\d", part)))


# -- words, names, sentences ----------------------------------------------------------------

_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|->|::)[A-Za-z_$][\w$]*|\[[^\]]*\])*")
_WORDS_ONLY: Final = re.compile(r"[A-Za-z]+(?:[_\-./: ][A-Za-z]+)*")
_NAME: Final = re.compile(
    r"[A-Za-z]{2,}(?:[_\-./:][A-Za-z]{2,}|[_\-./:]?v?\d{1,3}(?![0-9A-Za-z]))+"
)
_MADE_UP: Final = re.compile(r"[A-Za-z0-9+/_\-.~:|!@#$%^*]+={0,3}")
"""What machines make tokens of. Blanks, brackets, quotes and the like mean text or code."""

_KEBAB: Final = re.compile(r"[a-z]+(?:[\-/:][a-z0-9]{1,12})+(?<!\d{4})")
"""The name of a secret, as Kubernetes has it."""

_BASE32: Final = re.compile(r"(?:[A-Z2-7]{8}){2,8}")
"""The seed of one-time passwords, in which there may be no digit at all."""

_NUMBERED: Final = re.compile(r"[a-z]+\d{0,2}")
_FUNCTION_WORDS: Final = words(
    """
    a an and are as at be been but by can cannot could do does enter field for from has have he
    here how if in invalid is it its last may must need needs new no not of on one only or our
    please provide provided same set should so specified than that the their them then there this
    to too was we were when where which will with without you your der die das und nicht bitte
    ihr le la les de des du et votre el los su para not
    """
)


def _is_constant(value: str) -> bool:
    """An ALL_CAPS name, a snake-case or dotted identifier, or a camel-case label: no password."""
    if not _WORDS_ONLY.fullmatch(value):
        return False
    if value.isupper() and ("_" in value or len(value) < 6):
        return True
    if is_pass_phrase(value):
        return False
    return any(c in value for c in "_.:/") or bool(_LABEL.fullmatch(_last_word(value)))


def _is_camel_case(value: str) -> bool:
    """Whether letters make words of a usual length: those of random ones have about two."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", value)
    return len(value) >= 4.5 * len(words)


def _last_word(value: str) -> str:
    """The last word of a camel-case, kebab-case or spaced run of words that has several."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", value)
    return parts[-1] if len(parts) > 1 else ""


def _is_name(value: str) -> bool:
    """Words with a number at an end: `prod-db-2`, `oauth2`, `user/key:v1`."""
    return bool(_NAME.fullmatch(value)) and not mixes_case(value)


def _has_digits_inside(value: str) -> bool:
    """Digits as a made-up token has them, rather than a number or a numbered name."""
    if value.replace(".", "").replace("-", "").isdigit():
        return len(value) >= 16
    if " " in value or not any(c.isdigit() for c in value):
        return False
    return not _is_name(value) and not _NUMBERED.fullmatch(value)


_SEED_PHRASES: Final = (12, 15, 18, 21, 24)
"""Words of a wallet's seed phrase (BIP 39)."""


def reads_as_text(value: str) -> bool:
    """Whether this is a sentence or a label for people."""
    return _is_sentence(value, Key.HUMAN)


def _is_sentence(value: str, key: Key) -> bool:
    """Text for people. A pass phrase is words too, but none of those that hold a sentence."""
    if " " not in value:
        return False
    parts = value.lower().split()
    if any(c.isdigit() for c in value):
        return len(parts) >= 4 and _counts(parts)
    if len(parts) in _SEED_PHRASES and value.replace(" ", "").islower():
        return False
    if any(part.strip(".,:;!?'\"()") in _FUNCTION_WORDS for part in parts):
        return True
    if (
        value[-1] in (".:?" if len(parts) >= 4 and value.islower() else ".:?!")
        or _LABEL.fullmatch(parts[-1])
        or key not in (Key.HUMAN, Key.PHRASE)
    ):
        return True
    return value[0].isupper() and value[1:] == value[1:].lower()


def _counts(parts: list[str]) -> bool:
    """Whether a number in words is one that they count with: `At least 12 characters`."""
    plain = [part.strip(".,:;!?'\"()") for part in parts]
    if not all(part.isalpha() or part.isdigit() or not part for part in plain):
        return False
    return not _FUNCTION_WORDS.isdisjoint(plain) or "least" in plain


def is_code(value: str) -> bool:
    """Whether an unquoted value is an identifier, attribute or subscript and not a literal."""
    if not _IDENTIFIER.fullmatch(value):
        return False
    return "[" in value or not any(c.isdigit() for c in value)


# -- randomness -----------------------------------------------------------------------------


def looks_random(value: str) -> bool:
    """Whether the characters are about as varied as random ones of this length would be.

    A fixed floor of bits would lose all hex: forty random hex digits reach 3.7 bits of 4. So the
    floor follows length and alphabet: what is expected, less a margin.
    """
    if len(value) < 8 or not any(c.isdigit() for c in value):
        return len(value) >= 20 and mixes_case(value) and entropy(value) > 3.6
    alphabet = 16 if re.fullmatch(r"[0-9a-fA-F]+", value) else 62
    expected = min(math.log2(len(value)), math.log2(alphabet))
    return entropy(value) >= 0.72 * expected


def entropy(value: str) -> float:
    """Shannon entropy in bits for each character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())


def mixes_case(value: str) -> bool:
    """Upper case inside a word, as random letters have and words do not."""
    return bool(re.search(r"[a-z][A-Z]+[a-z]+[A-Z]|[A-Z]{2}[a-z]+[A-Z]", value))
