"""Made-up secrets that somebody's pattern accepts, in lines as people write them.

For rules that come without examples: gitleaks makes its own from the same patterns.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator
from functools import cache
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Final

LINES: Final = (
    '{name}_api_token = "{value}"',
    '{{\n    "{name}_token": "{value}"\n}}',
    "{name}_token: {value}",
    "{name}Token={value}",
    'string {name}Token = "{value}";',
    "{name}Token := `{value}`",
    "<{name}Token>{value}</{name}Token>",
    '  "{name}Token" => "{value}"',
    '{name}_TOKEN ?= "{value}"',
    "{name}Token,{value},",
)
"""Where a name has to stand before the value."""

ALONE: Final = ('x = "{value}"', "see {value} there", "- {value}", "{value}")
"""Where the value is to be known by its form."""

_TRIES: Final = 40
_MORE: Final = 12
"""Repetitions beyond the least, where a pattern allows more."""

_NAMED: Final = re.compile(
    r"(?:\(\?i\))?\[\\w\.-\]\{0,50\}\?(?P<names>.+?)\(\?:\[ \\t\\w\.-\]\{0,20\}\)"
)
"""How gitleaks writes "a name with one of these words in it", before an assignment."""


def samples(rule: str, pattern: str, group: int = 0) -> list[str]:
    """Texts that `pattern` accepts, the same for each run.

    Args:
        rule: Its id, the seed of the chance.
        pattern: In the syntax of Go or Rust.
        group: Which group is the secret, or 0: the first one, or else the whole match.
    """
    chance = random.Random(rule)
    source = python_pattern(pattern)
    found = [_sample(source, line, group, chance) for line in _lines(source, rule, chance)]
    return [text for text in found if text] or list(filter(None, [_whole(source, chance)]))


def _lines(source: str, rule: str, chance: random.Random) -> Iterator[str]:
    """Lines for a value: with a name that the pattern wants before it, or without."""
    named = _NAMED.match(source)
    if named is None:
        yield from ALONE
        return
    letters = re.sub(r"\(\?[a-z-]*:|\[(.)[^\]]*\]\??", r"\1", named["names"])
    words = re.findall(r"[A-Za-z][\w-]{2,}", letters) or [rule.split("-")[0]]
    for line in LINES:
        yield line.replace("{name}", chance.choice(words))


def _sample(source: str, line: str, group: int, chance: random.Random) -> str:
    """The line with a value in it that the pattern accepts there, or nothing."""
    tree, flags = _secret(source, group)
    for _ in range(_TRIES):
        text = line.format(value=_make(tree, flags, chance).strip(" \"'"))
        if re.search(source, text):
            return text
    return ""


def _whole(source: str, chance: random.Random) -> str:
    """A text from the whole pattern, where no line of ours suits it."""
    for _ in range(_TRIES):
        text = _make(_parsed(source), _parsed(source).state.flags, chance)
        if re.search(source, text):
            return text
    return ""


# -- the syntax of patterns -----------------------------------------------------------------

_CLASSES: Final = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "xdigit": "0-9a-fA-F",
    "upper": "A-Z",
    "lower": "a-z",
    "word": r"\w",
    "space": r"\s",
    "punct": "!-/:-@",
}


def python_pattern(pattern: str) -> str:
    """A pattern of Go or Rust in Python's syntax: its classes, its end, flags in the middle."""
    for name, chars in _CLASSES.items():
        pattern = pattern.replace(f"[:{name}:]", chars)
    pattern = pattern.replace(r"\z", r"\Z")
    while flag := re.search(r"(?<=.)(?<!\\)\(\?([a-z]+)\)", pattern, re.DOTALL):
        end = _group_end(pattern, flag.end())
        body = pattern[flag.end() : end]
        pattern = f"{pattern[: flag.start()]}(?{flag[1]}:{body}){pattern[end:]}"
    return pattern


_TOKEN: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", re.DOTALL)


def _group_end(pattern: str, start: int) -> int:
    """Where the group ends that `start` stands in."""
    depth = 0
    for token in _TOKEN.finditer(pattern, start):
        depth += {"(": 1, ")": -1}.get(token.group(), 0)
        if depth < 0:
            return token.start()
    return len(pattern)


@cache
def _parsed(source: str) -> Any:
    return _parser.parse(source)


@cache
def _secret(source: str, group: int) -> tuple[Any, int]:
    """The part of the pattern that stands for the secret, and its flags."""
    tree = _parsed(source)
    return _group(tree, group or 1, tree.state.flags) or (tree, tree.state.flags)


def _group(tree: Any, number: int, flags: int) -> tuple[Any, int] | None:
    for name, value in tree:
        inner: list[Any] = []
        here = flags
        if str(name) == "SUBPATTERN":
            here = (flags | value[1]) & ~value[2]
            if value[0] == number:
                return value[3], here
            inner = [value[3]]
        elif str(name) == "BRANCH":
            inner = value[1]
        elif str(name).endswith("REPEAT"):
            inner = [value[2]]
        for part in inner:
            if found := _group(part, number, here):
                return found
    return None


# -- chance ---------------------------------------------------------------------------------


def _make(tree: Any, flags: int, chance: random.Random) -> str:
    return "".join(_piece(str(name), value, flags, chance) for name, value in tree)


def _piece(name: str, value: Any, flags: int, chance: random.Random) -> str:
    if name == "LITERAL":
        return chr(value)
    if name == "ANY":
        return "."
    if name == "SUBPATTERN":
        return _make(value[3], (flags | value[1]) & ~value[2], chance)
    if name == "BRANCH":
        return _make(chance.choice(value[1]), flags, chance)
    if name.endswith("REPEAT"):
        least, most, inner = value
        count = chance.randint(least, min(int(most), least + _MORE))
        if str(inner[0][0]) == "ANY":
            return "".join(chance.choices(_PLAIN, k=count))
        return "".join(_make(inner, flags, chance) for _ in range(count))
    if name in ("IN", "NOT_LITERAL"):
        return chance.choice(_chars(name, value, bool(flags & re.IGNORECASE)))
    return ""


_PLAIN: Final = string.ascii_letters + string.digits
_CATEGORIES: Final = {"DIGIT": string.digits, "WORD": _PLAIN + "_", "SPACE": " "}


def _chars(name: str, value: Any, any_case: bool) -> str:
    """What a set can stand for; "anything but" is letters and digits, `=` only ends a token."""
    if name == "NOT_LITERAL":
        return _PLAIN.replace(chr(value), "")
    chars, negated = "", False
    for kind, item in value:
        if str(kind) == "NEGATE":
            negated = True
        elif str(kind) == "LITERAL":
            chars += chr(item)
        elif str(kind) == "RANGE":
            chars += "".join(map(chr, range(item[0], min(item[1], 126) + 1)))
        elif str(kind) == "CATEGORY":
            chars += _CATEGORIES.get(str(item).removeprefix("CATEGORY_"), _PLAIN)
    if negated:
        return "".join(one for one in _PLAIN if one not in chars) or " "
    if any_case and "z" in chars:
        chars += string.ascii_uppercase
    return chars.replace("=", "") or chars
