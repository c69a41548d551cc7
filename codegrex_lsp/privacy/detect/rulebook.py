"""The rule book: what secrets of a known form look like, as data in `rules/*.toml`.

    [[rule]]
    id = "aws-access-key"      # unique; the type of its spans; "rules/<id>" is their rule
    name = "AWS access key"    # for people
    keywords = ["akia"]        # lower case; one stands on every line that the rule can match
    pattern = '''…'''          # linear time; the group `value`, or else the whole match
    near = ["amazon"]          # optional: one of these words stands on the line …
    near_lines = 3             # … or at most so many lines above it
    check = "github-crc"       # optional: a function of `checksums`; surer, never a condition
    half = '''…'''             # optional: what counts on the cursor's line while it is typed
    allow = ["AK|IA…"]         # optional: documented sample values, with `|` between pieces
    matches = ["{AKIA}{A-Z2-7*16}"]   # templates for the tests: tests/support/templates.py
    misses = ["akia-doc"]

A pattern may name a part that many share: `<start>`, `<key>`, `<to>`, `<end>`, see `PARTS`.
Patterns are compiled when a line first needs them: a file meets a dozen of some hundred.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from codegrex_lsp.privacy.detect.patterns import begins_with_one_of

FOLDER: Final = Path(__file__).with_name("rules")

SHORTEST_KEYWORD: Final = 3
"""Characters. A shorter keyword would bring its rule to nearly every line."""

PARTS: Final = {
    "<start>": r"(?<![A-Za-z0-9](?<!\\[abefnrtv0])(?<!%[0-9A-Fa-f]{2}))",
    "<end>": r"(?![A-Za-z0-9])",
    "<key>": (
        r"(?i:key|token|secret|pass|pwd|auth|cred)"
        r"(?![\w\-.]{0,30}(?i:id|name|hash|ur[il]|path|file|type|version|length)[\"'\]\s:=])"
        r"[\w\-.]{0,30}<to>"
    ),
    "<to>": (
        r"(?:[\"', ]{1,4}(?:is|value|default)|:\s?\w{1,12}(?=\s?=)|\s\{ get;[^}]{0,30}\})?"
        r"[\s\"'`:=<>?,()\[\]\\|\-]{1,12}"
    ),
}
"""Parts of patterns.

`<start>`: the token begins here, and no letter or digit before it but an escape's (`\\n`, `%3A`).
`<end>`: no letter or digit follows.
`<key>`: the name of something secret and what stands between it and its value.
`<to>`: only what stands between a name and its value: ` = "`, `": "`, ` is `, `: str = "`.
"""


@dataclass(frozen=True)
class Rule:
    """One kind of secret. Attributes are the fields of the file, see the module's head."""

    id: str
    name: str
    keywords: tuple[str, ...]
    pattern: str = field(repr=False)
    near: tuple[str, ...] = ()
    near_lines: int = 0
    check: str = ""
    half: str = field(default="", repr=False)
    allow: tuple[str, ...] = field(default=(), repr=False)
    matches: tuple[str, ...] = field(default=(), repr=False)
    misses: tuple[str, ...] = field(default=(), repr=False)
    family: str = ""
    """Name of its file without the suffix."""

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """`pattern`, ready to search a line with."""
        return re.compile(_with_parts(self.pattern))

    @cached_property
    def compiled_half(self) -> re.Pattern[str] | None:
        """`half`, or None where an unfinished value can not be told."""
        return re.compile(_with_parts(self.half)) if self.half else None

    @cached_property
    def begins_with_keyword(self) -> bool:
        """Whether it is certain that every match of `pattern` begins with one of `keywords`."""
        return begins_with_one_of(self.pattern.replace("<start>", ""), self.keywords)

    @cached_property
    def samples(self) -> frozenset[str]:
        """`allow` with its pieces joined: values that everybody knows."""
        return frozenset(sample.replace("|", "") for sample in self.allow)


_HEAD: Final = re.compile(
    r"<start>(?P<more>(?:\(\?<![^()|]+\))*)(?P<head>[\w\-]+|\[[^\]\\]+\])(?![*+?{])", re.ASCII
)
"""A start, what else may not stand before it, and the characters that always come first."""


def _with_parts(pattern: str) -> str:
    pattern = _HEAD.sub(_head_first, pattern)
    for name, part in PARTS.items():
        pattern = pattern.replace(name, part)
    return pattern


def _head_first(found: re.Match[str]) -> str:
    """The same, with a token's first characters before the look at what stands before them.

    A pattern that begins with characters is searched for twenty times as fast.
    """
    head = found["head"]
    passed = f"(?s:.{{{1 if head.startswith('[') else len(head)}}})"
    looks = [PARTS["<start>"], *re.findall(r"\(.+?\)", found["more"])]
    return head + "".join(f"{look[:-1]}{passed})" for look in looks)


class BadRule(ValueError):
    """A rule file that can not be used. The message names the file and the rule."""


@cache
def load(folder: Path = FOLDER) -> tuple[Rule, ...]:
    """Every rule of every file, in the order of file names.

    Raises:
        BadRule: A field is missing, unknown or of the wrong form, or an id stands twice.
        OSError: A file can not be read.
    """
    rules: dict[str, Rule] = {}
    for file in sorted(folder.glob("*.toml")):
        for rule in _read(file):
            if rule.id in rules:
                raise BadRule(f"{file.name}: two rules have the id {rule.id}")
            rules[rule.id] = rule
    return tuple(rules.values())


@cache
def edition(folder: Path = FOLDER) -> str:
    """A short name that changes with any rule: part of the key of every cached result."""
    digest = hashlib.sha256(repr(PARTS).encode())
    for file in sorted(folder.glob("*.toml")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _read(file: Path) -> Iterator[Rule]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadRule(f"{file.name}: {error}") from error
    for row in table.get("rule", []):
        yield _rule(row, file)


_LISTS: Final = ("keywords", "near", "allow", "matches", "misses")
_FIELDS: Final = frozenset(one.name for one in fields(Rule)) - {"family"}


def _rule(row: Mapping[str, Any], file: Path) -> Rule:
    where = f"{file.name}: rule {row.get('id', '?')}"
    if unknown := sorted(row.keys() - _FIELDS):
        raise BadRule(f"{where}: unknown field {unknown[0]}")
    if missing := [one for one in ("id", "name", "keywords", "pattern") if not row.get(one)]:
        raise BadRule(f"{where}: no {missing[0]}")
    for one in _LISTS:
        words = row.get(one, [])
        if not isinstance(words, list) or not all(isinstance(w, str) and w for w in words):
            raise BadRule(f"{where}: {one} is to be a list of strings")
    for word in (*row["keywords"], *row.get("near", [])):
        if len(word) < SHORTEST_KEYWORD or word != word.lower():
            raise BadRule(f"{where}: the keyword {word!r} is short or not in lower case")
    lists = {one: tuple(row[one]) for one in _LISTS if one in row}
    return Rule(**{**row, **lists}, family=file.stem)
