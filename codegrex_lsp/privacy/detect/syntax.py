"""Syntax: where the value of a key stands, in the notations that code, data and logs use.

`value_of` gets a line and where a key's name stands in it, and reads on from there, once: each
notation is one anchored pattern, tried in order, so a key costs linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from codegrex_lsp.privacy.detect.detector import Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.lines import WINDOW
from codegrex_lsp.privacy.detect.passwords import stands_out
from codegrex_lsp.privacy.detect.tuples import NOWHERE, place_in_tuple


@dataclass(frozen=True, slots=True)
class Value:
    """Where a value stands, and how far its place speaks for it.

    Attributes:
        start: First character, without quotes.
        end: One past the last.
        quoted: Whether quotes hold it; a bare one may be code.
        listed: Whether it is the next entry of a list rather than assigned: `"password", "…"`.
        call: Whether the key is a function that is called with it.
        formatted: Whether it is an f-string or the like, whose braces are code.
        sure: Whether the notation itself says that a value and no code stands here.
        unread: Whether nobody has looked where it ends: it is masked whatever it is.
    """

    start: int
    end: int
    quoted: bool
    listed: bool = False
    call: bool = False
    formatted: bool = False
    sure: bool = False
    unread: bool = False


_QUOTE: Final = r"""(?P<prefix>[@$NLbBrRuUfF]{0,3})(?P<quote>\\{0,3}(?:"{3}|'{3}|["'`])|&quot;)"""
_CLOSER: Final = r"""(?:\\{0,3}["'`]|&quot;)?\]?\)?\}?"""
_QUOTED: Final = re.compile(
    rf"""{_CLOSER}[*_]{{0,3}}(?:\[\d{{0,5}}\])?\s{{0,16}}
        (?:
            (?: (?<!["'`])(?<!["'`][ ])(?::|[ ]|\?:)\s{{0,4}}
                [A-Za-z_&*\[][\w.\[\]|<>&*?' ]{{0,40}}?\s{{0,4}}(?==)
              | \{{\s?get;[ \w;]{{0,40}}\}}\s?)?                       # a property of C#
            (?::=|<-|\|\|=|=>|===?|!==?|\?=|\+=|->|=|::?|\|\||\?\?|\?:|\bor\b|\bis\b
              |by\s\w{{1,16}}\(|\{{)[*_]{{0,3}}\s{{0,16}}
            (?P<wrap>(?:new\s)?(?:Secret(?:Str|String|Value|Box)?|SecureString|String|str|bytes|Some
              |String::from|Buffer\.from|(?:base64\.)?b64decode|\[\]byte|\[\]rune|Password
              |Encoding\.\w{{1,8}}\.GetBytes|secrecy::Secret|Secret::new|SecretString::from
              |(?i:md5|sha\d?|sha256|old_password|crypt|encrypt)|)\(\s{{0,4}})?
          | [=:]\s{{0,4}}[\w.]{{1,60}}(?:[(\[][^()\[\]]{{0,80}}[)\]])?\s{{0,4}}
            (?:\bor\b|\|\||\?\?|\?:)\s{{0,4}}                    # a default behind a look-up
          | (?P<call>\(\s{{0,4}})
          | (?P<named>(?:,\s{{0,8}}|\s{{1,8}})\\?["']?(?:value|val|content|default|text)\\?["']?
              \s{{0,4}}[:=]\s{{0,4}})
          | (?P<listed>,\s{{0,8}})
          | (?P<bare>(?<=\s))
        )
        {_QUOTE}
    """,
    re.VERBOSE,
)
_WORD: Final = r"""[^\s"'`]"""
_LINE_START: Final = re.compile(
    r"\s*(?:[-*]\s+|export\s+|declare\s+(?:-x\s+)?|set\s+|[+\-]\s?|\d+\.\s+)?[\"']?"
)
_TO_THE_END: Final = re.compile(
    r"[\"']?[ \t]{0,16}(?::[ \t]+|[ \t]+=[ \t]*|=[ \t]+)(?:!!\w+\s+)?"
    r"(?P<value>[^\s\"'`].*?)(?=\s{1,8}[#;]|\s{0,64}$)"
)
_ASSIGNED: Final = re.compile(
    rf"[\"']?\]?[ \t]{{0,16}}(?::=|=>|=|:[ \t]|:$|:(?=[^\s:/\\?+]))[ \t]{{0,16}}(?P<value>{_WORD}+)"
)
_NAMED_BARE: Final = re.compile(
    r"[\"']?,\s{0,4}[\"']?value[\"']?:\s{1,4}(?P<value>[^\s\"'`,{}\[\]&*!|>][^\s\"'`,{}\[\]]*)"
)
"""In a mapping of YAML on one line: `{name: DB_PASSWORD, value: …}`."""

_BLANK: Final = re.compile(rf"[ \t]{{1,16}}(?P<value>{_WORD}+)")
_DIRECTIVE: Final = re.compile(r"[ \t]{1,16}(?P<value>[^\s\"'`]+)\s*$")
"""A line of two words, as servers are configured: `bind_password …`."""

_BLANK_BEFORE: Final = re.compile(
    r"(?:^|\b)(?:ENV|\w{3,16}_header|header\sset|ARG|setx?|export|-gx|-Ux|setenv|machine\s.{0,200}|(?:login|username)\s+\S{1,80})\s+$"
    r"|^\s*$",
    re.IGNORECASE,
)
_WORD_BEFORE: Final = re.compile(r"env|header|arg|set|xport|-[gu]x|machine|login|user")
"""Each match of it holds one of these, if it is not blank."""

_BLANK_KEYS: Final = frozenset({"password", "requirepass", "masterauth", "passwd"})
_FLAG: Final = re.compile(r"""(?:[ =]|["'],\s{0,4}(?=["']))(?P<value>"[^"]*"|'[^']*'|[^\s"'`,]+)""")
_QUERY: Final = re.compile(r"=(?P<value>[^&\s\"'`<>#;]+)")
_FIELD: Final = re.compile(
    r"\s?=\s?(?:\{(?P<braced>[^{}\"'`\s]*[^{}\"'`\s\w][^{}\"'`\s]*)\}(?=;|\s*$)"
    r"|(?P<starred>\*[^;\"'`\s&*]{4,})(?=;|\s*$)|(?P<value>[^;\"'`\s&]+)(?=[;\"'`\s]|\s*$))"
)
_HEADER: Final = re.compile(r":[ \t]{0,4}(?P<value>[^\s\"'`]+)(?=[\"'`])")
_ELEMENT: Final = re.compile(
    r"(?:[\"']\s?)?(?:\s[^<>]{0,80})?>(?:\s{0,4}<value>)?(?:<!\[CDATA\[)?(?P<value>[^<>]+?)(?=</|\]\]>)"
)
_NEXT_ELEMENT: Final = re.compile(
    r"</(?:key|name)>\s{0,16}<(?:string|data|value)>(?P<value>[^<>]+)(?=</)"
)
_DEFAULT: Final = re.compile(r"(?::[-=]?(?!\?)|[-=])(?P<value>[^{}$?+:\s\"'`][^{}$\s\"'`]*)\}")
_VALUE_BEFORE: Final = re.compile(
    r"\bvalue\s?=\s?[\"'](?P<value>[^\"']{1,200})[\"']\s{1,4}(?:key|name)\s?=\s?[\"']$"
    r"|[\"'](?P<keyed>[^\"']{1,200})[\"'],\s{0,4}(?:forKey|withKey|key|for):\s{0,4}[\"']$"
)
_CELL: Final = re.compile(r"[*_`]{0,3}\s*\|\s*(?P<value>[^|\s]+)\s*\|")
_NEXT_CELL: Final = re.compile(
    r"[,;\t](?P<value>[^\s,;\"'`]*[^A-Za-z\s,;\"'`][^\s,;\"'`]*)(?=[,;\t]|\s*$)"
)
_BARE: Final = re.compile(
    r"[*_]{0,3}[ \t]{0,4}(?:::?|=|\bis\b:?)\*{0,3}[ \t]{0,4}\*{0,3}(?P<value>[^\s\"']+)"
)
_TOKEN: Final = re.compile(
    r"""["']?[ \t]{0,4}(?::=|=>|\?=|=|:)[ \t]{0,4}
        (?P<value>
            [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}
          | (?:[A-Za-z]{1,12}[_\-]){0,3}
            (?: (?=[0-9]{0,60}[a-fA-F])(?=[a-fA-F]{0,60}[0-9]) (?:[0-9a-f]{24,}|[0-9A-F]{24,})
              | (?=(?:[A-Za-z]{0,24}[0-9]){3})(?=[0-9A-Z]{0,40}[a-z])(?=[0-9a-z]{0,40}[A-Z])
                [A-Za-z0-9]{20,} )
          | (?=(?:[A-Za-z_\-.+/]{0,24}[0-9]){4})(?=\w{0,80}[\-.+/]) \w[\w\-.+/]{19,}={0,2}
        )(?=[\s,;)\]}]|$)
    """,
    re.VERBOSE,
)
"""What a machine made, bare where code would stand: no name and no number looks like that."""

_CONNECTION: Final = re.compile(
    r"(?:server|data source|host|user id|uid|user|username|database|dbname|accountname|endpoint"
    r"|jdbc:\w+)\s?[=:]"
)
_TRIM: Final = ",;\"'`"


_LOOK: Final = 256
"""Characters of a bare value that are looked at; a run of them may fill a line."""


class Reading:
    """A line while its keys are read: what holds for all of them is looked up once."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.text = line.text
        self.left = 2 * WINDOW
        """Characters of values yet to be read. Only values inside values have more than a line."""

    def count(self, characters: int) -> None:
        """So many have been read; of a long value, only the head is."""
        self.left -= min(characters, _LOOK)

    @cached_property
    def connects(self) -> bool:
        """Whether a connection string may stand here, whose fields need no quotes."""
        return _CONNECTION.search(self.line.lowered) is not None

    @cached_property
    def lead(self) -> int:
        """Where the first key of the line may begin."""
        match = _LINE_START.match(self.text)
        return match.end() if match else 0

    @cached_property
    def comment(self) -> int:
        """Where the first comment may begin; past the end where there is none."""
        mark = _COMMENT.search(self.text)
        return mark.start() if mark else len(self.text)

    @cached_property
    def quotes(self) -> list[str]:
        """The kinds of quotes that stand in it."""
        return [quote for quote in "\"'`" if quote in self.text]

    @cached_property
    def quoted(self) -> bool:
        """Whether a string may begin in it."""
        return bool(self.quotes) or "&quot;" in self.text

    def is_inside_string(self, at: int) -> bool:
        """Whether an odd number of some quote stands before."""
        return any(self.text.count(quote, 0, at) % 2 for quote in self.quotes)


_BACK: Final = 240
"""Characters before a key that may explain it."""


def value_of(reading: Reading, start: int, end: int) -> Value | None:
    """What follows the key at `start:end`, in the first notation that fits.

    The rest of a line that would take too long to read is one value that is masked unread.
    """
    if reading.left <= 0:
        return Value(end, len(reading.text), quoted=False, unread=True)
    value = _value_of(reading, start, end)
    if value is not None:
        reading.count(value.end - value.start)
    return value


def _value_of(reading: Reading, start: int, end: int) -> Value | None:
    line, text = reading.line, reading.text
    before = text[start - 1] if start else "\n"
    if text[start] == "-" and (match := _FLAG.match(text, end)) and _is_flag(text, start, match):
        return _plain(match, trim=",;)]", sure=text.startswith("=", end))
    if (place := place_in_tuple(text, start, end)) is not None:
        return Value(*place, quoted=True) if place != NOWHERE else None
    if reading.quoted and (opening := _QUOTED.match(text, end)):
        return _string(line, opening, before, text[start:end])
    if before in "\"'" and (match := _VALUE_BEFORE.search(text, max(start - _BACK, 0), start)):
        return Value(*match.span(match.lastgroup or 0), quoted=True)
    if before in "?&" and (match := _QUERY.match(text, end)):
        return _plain(match, sure=True)
    if before == "{" and (match := _DEFAULT.match(text, end)):
        return _plain(match, sure=True)
    if before in "<\"'" and (match := _ELEMENT.match(text, end)):
        return Value(*match.span("value"), quoted=before == "<", sure=True)
    if before == ">" and (match := _NEXT_ELEMENT.match(text, end)):
        return _plain(match, sure=True)
    if text.startswith("--", start - 2):
        return _plain(_FLAG.match(text, end), trim=",;)]", sure=text.startswith("=", end))
    if line.kind is FileKind.VALUES:
        return _unquoted(reading, start, end) or _in_words(reading, start, end, before)
    return _in_words(reading, start, end, before)


def _unquoted(reading: Reading, start: int, end: int) -> Value | None:
    """In files whose values need no quotes."""
    text = reading.text
    if match := _NAMED_BARE.match(text, end):
        return _plain(match)
    leads = reading.lead == start
    if leads and (match := _TO_THE_END.match(text, end)):
        return _plain(match, trim=_TRIM)
    if match := _ASSIGNED.match(text, end):
        return _plain(match, trim=_TRIM)
    if match := _CELL.match(text, end):
        return _plain(match)
    if leads and (match := _NEXT_CELL.match(text, end)):
        return _plain(match)
    if leads and (match := _DIRECTIVE.match(text, end)):
        return _plain(match) if stands_out(match["value"]) else None
    blank = text[start:end].lower() in _BLANK_KEYS or (not text[:start].isspace() and start)
    if blank and (match := _BLANK.match(text, end)) and _is_named(text, start):
        return _plain(match, trim=_TRIM)
    return None


def _is_named(text: str, at: int) -> bool:
    """Whether what stands before a name says that its value follows a blank."""
    before = text[max(at - _BACK, 0) : at].lower()
    if not before.isspace() and _WORD_BEFORE.search(before) is None:
        return not before
    return _ends(_BLANK_BEFORE, text, at)


def _ends(pattern: re.Pattern[str], text: str, at: int) -> bool:
    """Whether what stands before `at` ends like that."""
    return pattern.search(text, max(at - _BACK, 0), at) is not None


def _in_words(reading: Reading, start: int, end: int, before: str) -> Value | None:
    """Without quotes in code or prose: a connection string, a header, a comment, a table."""
    text = reading.text
    if reading.connects and (match := _FIELD.match(text, end)):
        if match.lastgroup != "value":
            return Value(*match.span(match.lastgroup or 0), quoted=True)
        return _plain(match, trim=",)", sure=reading.is_inside_string(start))
    if before in "\"'`" and (match := _HEADER.match(text, end)):
        return _plain(match)
    if match := _CELL.match(text, end):
        return _plain(match) if text.lstrip().startswith("|") else None
    among_words = reading.line.kind is not FileKind.CODE or reading.comment < start
    made_up = _plain(_TOKEN.match(text, end), sure=True)
    if made_up or not (among_words or reading.is_inside_string(start)):
        return made_up
    match = _BARE.match(text, end)
    prose = reading.line.kind is FileKind.PROSE
    if match is None:
        return None
    if not prose and text[start:end].lower() == "pass" and "=" not in match.group():
        return None
    emphasis = "*_" if text[match.start("value") - 1] in "*_" else ""
    value = _plain(match, trim=f",;)].`}}{emphasis}", sure=True)
    if value is None:
        return None
    if prose and _is_noted(text, start, end, value):
        return value
    if not stands_out(text[value.start : value.end][:_LOOK]):
        reading.count(value.end - value.start)
        return None
    return value


def _is_noted(text: str, start: int, end: int, value: Value) -> bool:
    """Whether a note says no more than this: `Wifi password: …`, or a shell sets it."""
    if text[start:end].isupper() and text[end] == "=":
        return True
    alone = not text[value.end :].strip(" .") and len(text[:start].split()) <= 2
    return alone and ":" in text[end : value.start] and text[start:end].lower() != "pass"


_COMMENT: Final = re.compile(r"(?:^|\s)(?:#|//|--|/?\*|<!--|;|%|rem\s)\s?", re.IGNORECASE)


def _plain(match: re.Match[str] | None, trim: str = "", *, sure: bool = False) -> Value | None:
    if match is None:
        return None
    value, start = match["value"], match.start("value")
    if trim:
        value = value.rstrip(trim)
        if value.endswith(("}", ")", "]")) and not any(c in value for c in "{(["):
            value = value[:-1].rstrip(trim)
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return Value(start + 1, start + len(value) - 1, quoted=True, sure=sure)
    return Value(start, start + len(value), quoted=False, sure=sure)


def _string(line: Line, opening: re.Match[str], before: str, name: str) -> Value | None:
    """The string that opens there. An unclosed one counts only while somebody types in it."""
    first = opening.start() - len(name)
    bare = opening["bare"] is not None and before not in ":$"
    if bare and (name.lower() == "pass" or not _is_set(line.text, first)):
        return None
    listed = opening["listed"] is not None and not name.startswith("-")
    if listed and (before not in "\"'`:{" or name.lower() == "pass"):
        return None
    listed = listed and not _ends(_KEY_AND_VALUE, line.text, first)
    start = opening.end()
    end = _closing(line, opening["quote"], start)
    if end is None:
        return None
    return Value(
        start,
        end,
        quoted=True,
        listed=listed,
        call=opening["call"] is not None,
        formatted=bool(set("fF$") & set(opening["prefix"])),
    )


def _is_set(text: str, at: int) -> bool:
    """Whether what stands before a bare name says that it is set."""
    if at <= _BACK and _FIRST.fullmatch(text, 0, at):
        return True
    return _ends(_BARE_BEFORE, text, at)


_KEY_AND_VALUE: Final = re.compile(
    r"(?:set|put|define|env|property|default|get|config|append|option)\w{0,20}\(\s*[\"'`]$",
    re.IGNORECASE,
)
"""A call that takes a key and its value."""

_BARE_BEFORE: Final = re.compile(
    r"[:;{dDiIuUwW](?:(?<=[;{])\s*|(?<=:)|(?<=[dD])(?i:efine)\s+|(?<=[wW])(?i:ith)\s+"
    r"|(?<=[iI])(?i:dentified\s+by)\s+|(?<=[uU])(?i:ser)\s+.{1,80})$"
)
"""What goes before `password "…"` in SQL, Gradle or `#define`, unlike before a word of a text."""

_FIRST: Final = re.compile(r"\s*(?:\S+\s)?@?")
"""What goes before it at the beginning of a line."""


def _closing(line: Line, quote: str, start: int) -> int | None:
    """Where the string ends, which may be beyond what is seen of a long line."""
    texts = (line.text, line.text + line.beyond) if line.beyond else (line.text,)
    for text in texts:
        for mark in _closing_pattern(quote).finditer(text, start):
            if mark.group() == quote:
                return mark.start()
    return len(line.text) if line.half_typed else None


@cache
def _closing_pattern(quote: str) -> re.Pattern[str]:
    """The quote, or an escaped character that is passed over."""
    end = re.escape(quote)
    return re.compile(end if quote.startswith(("\\", "&")) else rf"\\.|{end}")


def _is_flag(text: str, start: int, found: re.Match[str]) -> bool:
    """Whether this is an option: `--password …`, or `-Password "…"` as PowerShell has it."""
    if text.startswith("--", start):
        return text[found.start()] != "," or found["value"][0] in "\"'"
    return text[start - 1 : start] in (" ", "") and found["value"][0] in "\"'"
