"""Assignments: values that only the name of their key gives away, in the usual syntaxes.

    password = "…"      "apiKey": '…'      DB_PASS=…       --token …       ?access_token=…
    set_password("…")   <password>…</…>    Password=…;     X-Api-Key: …    getenv("SECRET", "…")

Keys are found first, by a few letters that every such name contains; then one anchored pattern
reads what follows the key. Nothing is searched for twice, so a line costs linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.judge import Key, is_code, judge_key, judge_value
from codegrex_lsp.privacy.detect.words import words

_HINTS: Final = words("pass secret token key cred auth pwd senha contrase kennwort parola")
_HINT: Final = re.compile("|".join(sorted(_HINTS)))
_KEY_CHARACTERS: Final = re.compile(r"[\w.\-]*")

_QUOTED: Final = re.compile(
    r"""[\w.\-]*["'`]?\]?\s{0,16}                     # the rest of the key
        (?:
            (?::\s{0,4}[A-Za-z_&][\w.\[\]|<> ]{0,40}?\s{0,4}(?=[=]))?   # a type annotation
            (?::=|=>|===?|!==?|\?=|=|:)\s{0,16}
          | \(\s{0,4}                                  # a setter; judged more strictly below
          | (?<=["'`])\s{0,4},\s{0,4}                  # getenv("KEY", "default")
        )
        [@$]?[bBrRuUfF]{0,2}(?P<quote>\"{3}|'{3}|["'`])
    """,
    re.VERBOSE,
)
_CLOSING: Final = {
    quote: re.compile(rf"\\.|{quote}") for quote in ('"', "'", "`", '"' * 3, "'" * 3)
}
"""Quote → itself, or an escaped character that is passed over."""

_UNQUOTED: Final = re.compile(
    r"[\w.\-]*\]?[ \t]{0,16}(?::=|=>|=|:[ \t]|:$)[ \t]{0,16}(?P<value>\S+)"
)
_FLAG: Final = re.compile(r"[\w\-]*[ =](?P<value>[^\s\"'`]+|\"[^\"]*\"|'[^']*')")
_QUERY: Final = re.compile(r"[\w.\-]*=(?P<value>[^&\s\"'`<>#;]+)")
_FIELD: Final = re.compile(r"[\w.\-]*\s?=\s?(?P<value>[^;\"'`\s]+)(?=[;\"'`]|\s*$)")
_HEADER: Final = re.compile(r"[\w\-]*:[ \t]{0,4}(?P<value>[^\s\"'`]+)(?=[\"'`])")
_ELEMENT: Final = re.compile(r"[\w.\-]*>(?P<value>[^<>]+)(?=</)")
_CONNECTION: Final = re.compile(
    r"(?:server|data source|host|user id|uid|user|username|database|accountname|endpoint|jdbc:\w+)"
    r"\s?[=:]"
)
_SETTER: Final = re.compile(r"(?:set|with|use|update|change|add)", re.IGNORECASE)

LONGEST: Final = 4_096
"""Characters of a value that are looked at; the whole quoted string is masked."""


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    quoted: bool
    closed: bool = True


class Assignments:
    """Values of keys that name a secret."""

    name = "assignments/1"
    level: Level = "secrets"

    def wants(self, line: Line) -> bool:
        """Whether a letter group of a secret-bearing name is there."""
        return hints_at_secret(line)

    def scan_line(self, line: Line) -> Sequence[Span]:
        """One span for each value that its key and its own looks give away."""
        spans = []
        for start, end in keys_in(line):
            key = judge_key(line.text[start:end])
            if key is Key.NOTHING:
                continue
            found = _value_of(line, start, end)
            if found is not None and _is_secret(line, found, key, line.text[start:end]):
                confidence = {Key.HUMAN: 0.8, Key.MACHINE: 0.8, Key.WEAK: 0.6}[key]
                kind = "password" if key is Key.HUMAN else "token"
                spans.append(Span(found.start, found.end, "secret", kind, "assignment", confidence))
        return spans

    def warm_up(self) -> None:
        """Nothing to import."""


def hints_at_secret(line: Line) -> bool:
    """Whether letters that every secret-bearing name contains are there."""
    lowered = line.lowered
    return any(hint in lowered for hint in _HINTS)


def keys_in(line: Line) -> Iterator[tuple[int, int]]:
    """Identifiers that contain a hint, each once."""
    position = 0
    while hint := _HINT.search(line.lowered, position):
        start = hint.start()
        while start > position and (
            line.text[start - 1].isalnum() or line.text[start - 1] in "_-."
        ):
            start -= 1
        rest = _KEY_CHARACTERS.match(line.text, hint.end())
        position = rest.end() if rest else hint.end()
        yield start, position


def _value_of(line: Line, start: int, end: int) -> _Found | None:
    """What follows the key at `start`, in the first syntax that fits."""
    text = line.text
    before = text[start - 1] if start else "\n"
    quoted = _QUOTED.match(text, end)
    if quoted:
        return _string(line, quoted)
    if before in "?&":
        return _plain(_QUERY.match(text, end))
    if before == "<" and (element := _ELEMENT.match(text, end)):
        return _plain(element)
    if text.startswith("--", start) or text.startswith("--", start - 2):
        return _plain(_FLAG.match(text, end))
    if line.unquoted and (match := _UNQUOTED.match(text, end)):
        return _plain(match, trim=",;\"'`")
    if _CONNECTION.search(line.lowered) and (match := _FIELD.match(text, end)):
        return _plain(match, trim=",)")
    if before in "\"'`":
        return _plain(_HEADER.match(text, end))
    return None


def _plain(match: re.Match[str] | None, trim: str = "") -> _Found | None:
    if match is None:
        return None
    value = match["value"].rstrip(trim) if trim else match["value"]
    start = match.start("value")
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return _Found(start + 1, start + len(value) - 1, quoted=True)
    return _Found(start, start + len(value), quoted=False)


def _string(line: Line, opening: re.Match[str]) -> _Found | None:
    """The string that opens there. An unclosed one counts only while somebody types in it."""
    quote, start = opening["quote"], opening.end()
    text, position = line.text, start
    while position < len(text):
        if text.startswith(quote, position):
            return _Found(start, position, quoted=True)
        position += 2 if text[position] == "\\" else 1
    for mark in _CLOSING[quote].finditer(line.beyond, position - len(text)):
        if mark.group() == quote:
            return _Found(start, len(text) + mark.start(), quoted=True)
    return _Found(start, len(text), quoted=True, closed=False) if line.half_typed else None


def _is_secret(line: Line, found: _Found, key: Key, name: str) -> bool:
    value = line.text[found.start : found.end][:LONGEST].strip()
    between = line.text[: found.start]
    if between.rstrip("\"'`bBrRuUfF@$ ").endswith("(") and not _is_setter(name, key):
        return False
    if not found.quoted and not line.unquoted and is_code(value):
        return False
    if between.rstrip("\"'` ").endswith(",") and not any(c.isdigit() for c in value):
        return False
    return judge_value(value, key, quoted=found.quoted)


def _is_setter(name: str, key: Key) -> bool:
    """Whether a call of this name takes a secret, as opposed to finding one by its name."""
    return bool(_SETTER.match(name)) or (
        key is Key.HUMAN and name.lower() in ("password", "passwd", "passphrase")
    )
