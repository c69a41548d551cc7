"""Notes: passwords in sentences, as people write them to each other.

    the password of the old account is …      user bob, pass …      log in with bob / …
    I set the root password to … for now      the old password (…)   use "…" as the password

What holds for an assignment does not hold here: the words around a value are no proof, so it must
look like a password too. In code only comments and strings are read, and there it must more so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Check, Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.joined import is_pass_phrase
from codegrex_lsp.privacy.detect.judge import judge_value
from codegrex_lsp.privacy.detect.keys import Key
from codegrex_lsp.privacy.detect.passwords import is_likely, is_no_word, stands_out

_WORD: Final = (
    r"(?:pass ?word|pass ?phrase|passwd|passcode|passwort|kennwort|mot de passe|contrase\w{1,2}a"
    r"|senha|has[lł]o|wachtwoord|salasana|pwd|pw|pass)"
)
_MARK: Final = r"(?:\\\w{2,8}\{|\\verb\W|<(?:code|b|tt|kbd|strong)>|[`\"'(*_>]{0,3})"
_VALUE: Final = rf"(?P<mark>{_MARK})(?P<value>[^\s`\"'<>()|,;{{}}\\]{{4,64}}+)(?![(\[])"
_OF: Final = r"(?:\s(?:for|of|to|on|at|from|in)\s(?:[\w\-'.]{1,24}\s){0,5}?[\w\-'.]{1,24})?"
_IS: Final = (
    r"(?:\s(?:is|was|ist|war|lautet|est|es|are|to|becomes|jest)"
    r"(?:\s(?:now|set\sto|currently))?:?|:)"
)

_SAID: Final = re.compile(
    rf"(?<![\w\-]){_WORD}(?:\s?\([\w \-]{{1,24}}\))?{_OF}\s?(?P<is>{_IS})\s{{1,3}}{_VALUE}",
    re.IGNORECASE,
)
_BESIDE: Final = re.compile(rf"(?<![\w\-.]){_WORD}\s{{1,2}}{_VALUE}", re.IGNORECASE)
_AS: Final = re.compile(
    rf"[`\"'](?P<value>[^\s`\"']{{4,64}})[`\"']\sas\s(?:the\s|a\s|your\s|my\s|his\s|her\s)?{_WORD}\b",
    re.IGNORECASE,
)
_PHRASE: Final = re.compile(
    rf"(?<![\w\-]){_WORD}{_OF}\s?{_IS}?\s{{1,3}}"
    r"(?P<quote>[\"'`])(?P<value>[a-z ]{14,120})(?P=quote)",
    re.IGNORECASE,
)
_WIFI: Final = re.compile(
    rf"\b(?:wi-?fi|wlan|ssid)\b.{{0,80}}?\bkey(?:\sis|:)?\s{_VALUE}", re.IGNORECASE
)
_LATEX: Final = re.compile(
    r"\\(?:re)?newcommand\*?\{?\\\w{0,24}(?:pass|pw)\w{0,24}\}?\{(?P<value>[^\s{}]{4,64})\}",
    re.IGNORECASE,
)
_PAIR: Final = re.compile(
    r"(?<![\w./:\-])`?[\w.@\-]{2,40}`?(?P<stroke>\s[/|]\s|\s?::\s?|[/:])"
    r"(?P<mark>[`\"'*]{0,2})(?P<value>[^\s`\"'<>()|,;/{}\\]{6,64})(?![/\w])"
)
_LOG_IN: Final = re.compile(
    r"\b(?:log(?:s|ged|ging)?[ \-]?(?:in|on)|sign(?:s|ed)?[ \-]in|log-?ins?|credentials?|vpn|s?ftp"
    r"|ssh|uses?|account|user|admin|root)\b",
    re.IGNORECASE,
)
_PAIR_WORDS: Final = ("log in", "log-in", "login", "logged in", "vpn", "ftp ", "admin /", "uses ")
_FIELD: Final = re.compile(r"(?:with|and|using|,|/)\s(?:the\s)?$", re.IGNORECASE)
_USER_BEFORE: Final = re.compile(
    r"\b(?:user(?:name)?|login|account)[ :=]\s?\S{1,40}?,?\s(?:and\s|with\s)?(?:the\s)?$",
    re.IGNORECASE,
)
_COMMENT: Final = re.compile(r"#|//|/\*|<!--|--|^\s*\*|[\"'`]")
_CLAUSE_ENDS: Final = re.compile(
    r"[`\"'*}]{0,3}\s*(?:$|[.,;!?)(]|(?:for|until|and|but|please|now|if|again|as)\b)"
)


class Notes:
    """Passwords in prose, logs, comments and strings."""

    name = "notes/1"
    level: Level = "secrets"
    keywords = frozenset(
        {"pass", "pwd", "pw ", "kennwort", "contrase", "senha", "hasł", "haslo", "wachtwoord"}
        | {"salasana", "wi-fi", "wifi", "wlan", "ssid", *_PAIR_WORDS}
    )
    triggers = ()

    @property
    def checks(self) -> Mapping[str, Check]:
        """`pass` is a statement of Python on most lines on which it stands."""
        return {"pass": _is_no_statement}

    def wants(self, line: Line) -> bool:
        """Whether there is a word for a password or a log-in."""
        if line.kind is FileKind.FORMS:
            return False
        if line.words is not None:
            return not self.keywords.isdisjoint(line.words)
        return any(word in line.lowered for word in self.keywords)

    def scan_line(self, line: Line) -> Sequence[Span]:
        """One span for each value that stands where a password would and looks like one."""
        comment = _COMMENT.search(line.text)
        if line.kind is FileKind.CODE and comment is None:
            return []
        begin = comment.start() if line.kind is FileKind.CODE and comment else 0
        return [
            Span(start, end, "secret", "password", "note", 0.6)
            for start, end in _found(line, begin)
        ]

    def warm_up(self) -> None:
        """Nothing to import."""


def _is_no_statement(text: str, at: int, end: int) -> bool:
    """Whether more than `pass` stands on the line."""
    return end - at > 8 or text[text.rfind("\n", 0, at) + 1 : end].strip().lower() != "pass"


def _found(line: Line, begin: int) -> Iterator[tuple[int, int]]:
    text = line.text
    prose = line.kind is FileKind.PROSE
    for said in _SAID.finditer(text, begin):
        start, end = _trimmed(text, *said.span("value"))
        if is_likely(text[start:end]) or (prose and _is_said(said, start, end)):
            yield start, end
    for beside in _BESIDE.finditer(text, begin):
        start, end = _trimmed(text, *beside.span("value"))
        sure = _is_beside(text, beside, begin, prose=prose)
        if sure and (is_likely(text[start:end]) or (sure == "named" and _may_be(text[start:end]))):
            yield start, end
    for named in _AS.finditer(text, begin):
        if _is_said(named, *named.span("value")):
            yield named.span("value")
    for phrase in _PHRASE.finditer(text, begin):
        if is_pass_phrase(phrase["value"].replace(" ", "_")):
            yield phrase.span("value")
    for wifi in _WIFI.finditer(text, begin):
        start, end = _trimmed(text, *wifi.span("value"))
        if is_likely(text[start:end]):
            yield start, end
    if "\\" in text and (command := _LATEX.search(text)) and stands_out(command["value"]):
        yield command.span("value")
    if line.kind is not FileKind.VALUES and _LOG_IN.search(text, begin):
        for pair in _PAIR.finditer(text, begin):
            start, end = _trimmed(text, *pair.span("value"))
            spaced = pair["stroke"].startswith(" ")
            if is_likely(text[start:end]) and (spaced or _is_mixed(text[start:end])):
                yield start, end


def _is_said(said: re.Match[str], start: int, end: int) -> bool:
    """Whether a sentence that says what the password is ends in one."""
    value, after, parts = said.string[start:end], said.string[end:], said.groupdict()
    marked = bool(parts.get("mark", "quotes"))
    if marked and any(c.isdigit() for c in value):
        return judge_value(value, Key.HUMAN, quoted=True)
    if stands_out(value):
        return _may_be(value)
    if (parts.get("is") or "").strip() == "to" and value.islower() and not marked:
        return after.startswith(" for") and is_no_word(value)  # unlike `to continue`
    return is_no_word(value) and _CLAUSE_ENDS.match(after) is not None


def _is_beside(text: str, found: re.Match[str], begin: int, *, prose: bool) -> str:
    """How sure the word before a value is a noun: `pass` mostly is none; empty for not at all."""
    before = text[max(begin, found.start() - 60) : found.start()]
    if _USER_BEFORE.search(before) or (prose and found.group().lower().startswith("pw ")):
        return "named"
    if _FIELD.search(before):
        return "likely"
    if found.group().lower().startswith("pass "):
        return ""
    return "likely" if prose or found["mark"] else ""


def _may_be(value: str) -> bool:
    return stands_out(value) and judge_value(value, Key.HUMAN, quoted=True)


def _is_mixed(value: str) -> bool:
    """Of three kinds of characters: what has a stroke without blanks is mostly something else."""
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum() and c not in "-./:")
    return sum(any(map(kind, value)) for kind in kinds) >= 3


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without what ends a sentence, and without the marks of an emphasis round it."""
    emphasis = text[start - 1] if text[start - 1] in "*_" else ""
    while end > start and text[end - 1] in f".,;:{emphasis}":
        end -= 1
    return start, end
