"""Assignments: values that only the name of their key gives away, in the usual notations.

    password = "…"      "apiKey": '…'      DB_PASS=…       --token …       ?access_token=…
    set_password("…")   <password>…</…>    Password=…;     X-Api-Key: …    getenv("SECRET", "…")

Keys are found first, by a few letters that every such name contains (`keys`); then `syntax` reads
what follows the key, and `judge` decides. Nothing is searched for twice: a line costs linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.clues import Clue
from codegrex_lsp.privacy.detect.detector import Check, Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.judge import is_code, judge_value, looks_random, reads_as_text
from codegrex_lsp.privacy.detect.keys import HINTS, Key, judge_key
from codegrex_lsp.privacy.detect.syntax import Reading, Value, value_of
from codegrex_lsp.privacy.detect.urls import decodes_to_pair
from codegrex_lsp.privacy.detect.words import words

LONGEST: Final = 256
"""Characters of a value that are judged; the whole of it is masked."""

_KEY_CHARACTERS: Final = re.compile(r"[\w.\-]*")
_END: Final = re.compile(r"\s*$")
_QUALIFIER: Final = re.compile(
    r"(?:api|access|secret|private|auth|client|master|encryption|signing|session|service) $"
)
_SETTER: Final = re.compile(r"(?:set|with|use|update|change|add|put)(?![a-z])|equals$")
_CONFIDENCE: Final = {
    Key.HUMAN: 0.8,
    Key.PHRASE: 0.8,
    Key.SECRET: 0.8,
    Key.MACHINE: 0.8,
    Key.WEAK: 0.6,
}
_VALUE_WORDS: Final = frozenset(
    f"{word}{mark}" for word in ("value", "default") for mark in (":", "=", " =", '":', "':")
)


class Assignments:
    """Values of keys that name a secret."""

    name = "assignments/2"
    level: Level = "secrets"
    keywords = HINTS | {"value", "default", "<string>", "<data>"}
    triggers = ()

    @property
    def checks(self) -> Mapping[str, Check]:
        """Most hints stand in names of nothing secret, and `value` seldom alone before a value."""
        values = {"value": _VALUE_HERE.match, "default": _DEFAULT_HERE.match}
        return dict.fromkeys(HINTS, names_secret) | values

    def wants(self, line: Line) -> bool:
        """Whether a letter group of a secret-bearing name is there, or a value without its name."""
        return line.kind is not FileKind.FORMS and (
            hints_at_secret(line) or _VALUE.match(line.text) is not None
        )

    def scan_line(self, line: Line) -> Sequence[Span | Clue]:
        """One span for each value that its key and its own looks give away."""
        found: list[Span | Clue] = []
        reading = Reading(line)
        done = 0
        for start, end in keys_in(line):
            if start < done:
                continue
            name = _with_qualifier(line.text, start, end)
            key = judge_key(name)
            if key is Key.NOTHING or _is_in_resource_name(line, start):
                continue
            value = value_of(reading, start, end)
            if value is not None and (value.unread or _is_secret(line, value, key, name)):
                done = value.end
                kind = "password" if key is Key.HUMAN else "token"
                found.append(
                    Span(value.start, value.end, "secret", kind, "assignment", _CONFIDENCE[key])
                )
        return found or _unnamed(line)

    def warm_up(self) -> None:
        """Nothing to import."""


def hints_at_secret(line: Line) -> bool:
    """Whether letters that every secret-bearing name contains are there."""
    if line.words is not None:
        return not HINTS.isdisjoint(line.words)
    return any(hint in line.lowered for hint in HINTS)


def names_secret(text: str, at: int, end: int) -> bool:
    """Whether the name with a hint at this place is the one of a secret, and a value may follow."""
    rest = _KEY_CHARACTERS.match(text, at, end)
    stop = rest.end() if rest else at
    start = at
    while start and (text[start - 1].isalnum() or text[start - 1] in "_-."):
        start -= 1
    if _END.match(text, stop, end) and (not start or text[start - 1].isspace()):
        return False  # a statement, or a word of a text
    return judge_key(_with_qualifier(text, start, stop)) is not Key.NOTHING


def keys_in(line: Line) -> Iterator[tuple[int, int]]:
    """Identifiers that contain a hint, each once."""
    position = 0
    for start in _hints_in(line):
        if start < position:
            continue
        rest = _KEY_CHARACTERS.match(line.text, start)
        while start > position and (
            line.text[start - 1].isalnum() or line.text[start - 1] in "_-."
        ):
            start -= 1
        position = rest.end() if rest else start
        yield start, position


def _hints_in(line: Line) -> list[int]:
    """Where each hint begins; a search for some words is faster than one for all."""
    found: list[int] = []
    for hint in HINTS if line.words is None else HINTS.intersection(line.words):
        at = line.lowered.find(hint)
        while at >= 0:
            found.append(at)
            at = line.lowered.find(hint, at + 1)
    return sorted(found)


def _with_qualifier(text: str, start: int, end: int) -> str:
    """The key's name, with the word before it where both make the name: `API key`."""
    name = text[start:end]
    if text[start - 1 : start] != " ":
        return name
    before = _QUALIFIER.search(text[max(start - 12, 0) : start].lower())
    return f"{before.group().strip()}_{name}" if before else name


def _is_secret(line: Line, found: Value, key: Key, name: str) -> bool:
    value = line.text[found.start : found.end][:LONGEST].strip()
    if found.formatted and "{" in value:
        return False
    if found.call and not _is_setter(name, key, value):
        return False
    if not found.quoted and line.kind is FileKind.VALUES and _begins_text(line, found, name):
        return False
    if not found.quoted and line.kind is not FileKind.VALUES and not found.sure and is_code(value):
        return False
    if found.listed and (value.isalpha() or key in (Key.WEAK, Key.MACHINE)):
        return key is Key.MACHINE and _made_up(value)
    if key is Key.WEAK and name.lower().endswith("auth") and decodes_to_pair(value):
        return True
    return judge_value(value, key, quoted=found.quoted)


def _is_in_resource_name(line: Line, start: int) -> bool:
    """Whether the key is a part of the name of something at AWS, which is no value."""
    if line.text[start - 1 : start] != ":":
        return False
    return "arn:aws" in line.lowered[max(start - 80, 0) : start].split()[-1]


def _made_up(value: str) -> bool:
    """Whether a string among others is a token and not one more name."""
    if len(value) < 16 or value.isupper() or not any(c.isdigit() for c in value):
        return False
    return looks_random(value)


def _begins_text(line: Line, found: Value, name: str) -> bool:
    """Whether a bare value is the first word of a sentence, as in a table of translations."""
    text = line.text
    if not text.lstrip().startswith(name):
        return False
    return reads_as_text(text[found.start :].split(" #", 1)[0].strip()[:LONGEST])


def _is_setter(name: str, key: Key, value: str) -> bool:
    """Whether a call of this name takes a secret, as opposed to finding one by its name."""
    last = name.rsplit(".", 1)[-1]
    if _SETTER.match(last) or (key is Key.HUMAN and last.lower() in _BUILDERS):
        return True
    if "." not in name or _ASKING.match(last):
        return False
    return not value.isalpha() if key is Key.HUMAN else _made_up(value)


_BUILDERS: Final = words("password passwd passphrase pwd")
_ASKING: Final = re.compile(
    r"(?:get|has|is|check|find|fetch|read|load|ask|prompt|hash|validate|verify|need|reset|decode|"
    r"encode|parse|generate|create|make|new|build|remove|delete|forget|revoke|list|token)(?![a-z])"
)


# -- a value whose name stands above --------------------------------------------------------

_VALUE: Final = re.compile(
    r"""\s*+(?:<(?:string|[vV]alue|data)>(?P<element>[^<>]{4,4096})</
      | (?:-\s*+)?["']?(?P<key>value|default|Value)["']?\s*[:=]\s*
        (?:(?P<quote>["'])(?P<quoted>[^"']{4,4096})["']|(?P<plain>[^\s"'{\[&*!|>][^\s"']{3,4096}))\s*,?\s*$)
    """,
    re.VERBOSE,
)
_VALUE_HERE: Final = re.compile(
    r"""(?:(?<![^\s"'\-])[vV]alue["']?\s*[:=]\s*[^\s\[&*!|>]|(?<=<)[vV]alue>)"""
)
_DEFAULT_HERE: Final = re.compile(r"""(?<![^\s"'\-])default["']?\s*[:=]\s*[^\s\[&*!|>]""")
"""What each match of `_VALUE` holds."""

_NAME: Final = re.compile(
    r"""\s*(?:<(?:key|name)>|-?\s*["']?(?:name|key|Name|Key|variable)["']?\s*[:=\s]\s*["']?)"""
    r"""(?P<name>[\w.\-]{2,120})|\s*<(?:\w{1,40}:)?(?P<tag>\w{2,80})>\s*$"""
)
_ABOVE: Final = {"value": 2, "Value": 2, "default": 6}
"""Lines above a value in which its name may stand: a list entry, a Terraform variable."""


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A value that counts where a line above names it as a secret."""

    span: Span
    above: int
    quoted: bool

    def settle(self, lines: Sequence[str], index: int) -> Iterable[tuple[int, Span]]:
        """The span, or nothing; the nearest name decides."""
        for line in reversed(lines[max(index - self.above, 0) : index]):
            if named := _NAME.match(line):
                key = judge_key(named["name"] or named["tag"])
                value = lines[index][self.span.start : self.span.end]
                return [(index, self.span)] if judge_value(value, key, quoted=self.quoted) else []
        return []

    def shifted(self, by: int) -> Unnamed:
        """The same, further to the right."""
        span = replace(self.span, start=self.span.start + by, end=self.span.end + by)
        return replace(self, span=span)


def _unnamed(line: Line) -> Sequence[Clue]:
    match = _VALUE.match(line.text)
    if match is None:
        return ()
    group = next(name for name in ("element", "quoted", "plain") if match[name] is not None)
    quoted = group != "plain"
    if not quoted and line.kind is not FileKind.VALUES:
        return ()
    start, end = match.span(group)
    span = Span(start, end, "secret", "password", "assignment", 0.7)
    return [Unnamed(span, _ABOVE[match["key"] or "value"], quoted)]
