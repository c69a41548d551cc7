"""Containers: passwords in lists, maps and pairs, of which only the container's name tells.

    passwords = ["…", "…"]      users = {"alice": "…"}      @parametrize("user,password", [
    creds = ("alice", "…")      [credentials]                   ("alice", "…"),
    chpasswd:                   alice = "…"
      list: |
        root:…

The line that opens one gives a clue; what it holds is read each time, no further than `_LONGEST`
lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.clues import Clue
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.judge import judge_value
from codegrex_lsp.privacy.detect.keys import Key, is_plain, judge_key
from codegrex_lsp.privacy.detect.passwords import is_likely, is_no_word, stands_out
from codegrex_lsp.privacy.detect.tuples import element
from codegrex_lsp.privacy.detect.words import words

_LONGEST: Final = 60
"""Lines of one container that are read."""

_EMPTY: Final = 8
"""Lines without a password after which no more are read."""

_WIDEST: Final = 1_000
"""Characters of such a line that are read."""

_HINTS: Final = words(
    """
    passw passphrases pwds cred logins users accounts chpasswd ldap_bind passwörter passwoerter
    kennwörter kennwoerter motdepasse contrase senha claves hasla hasło haslo hesla wachtwoord
    konten konta konto benutzer nutzer zugaenge zugänge zugangsdaten anmeldedaten cuentas contas
    comptes utilisateurs usuarios usuários utenti użytkownicy uzytkownicy gebruikers identifiants
    accesos acessos testers пользователи пароли
    """
)
_HINT: Final = re.compile("|".join(sorted(_HINTS)))
_PASSWORDS: Final = re.compile(
    r"(?:passwords|passwds|passphrases|pwds|(?:password|passwd|pwd|pw)_?list)$", re.IGNORECASE
)
_LOGINS: Final = re.compile(
    r"(?:creds?|credentials?|passwords?|passwd|ldap_bind|identifiants|(?:zugangs|anmelde)daten"
    r"|credenc\w{2,4}|credenziali|pass?w(?:ö|oe)rter|kennw(?:ö|oe)rter)(?:_?by_?\w{1,12})?$",
    re.IGNORECASE,
)
_USERS: Final = re.compile(
    r"(?:^|[_.\-]|(?<=[a-z]))(?:users|accounts|logins|testers|konten|konta|konto|benutzer|nutzer"
    r"|zug(?:ä|ae)nge|cuentas|contas|comptes|utilisateurs|usu[aá]rios|utenti|u[zż]ytkownicy"
    r"|gebruikers|accesos|acessos|пользователи)$",
    re.IGNORECASE,
)

_OPENING: Final = re.compile(
    r"""["'`]?[\])]?(?:\s?:\s?[\w<>()\[\], .|?&*:]{1,48}?(?=\s?=))?(?:\[\w{0,8}\])?
        (?:\s{0,8}(?::=|=>|->|[:=])\s{0,8}|\s{1,4}(?=[%\#]?[\[{]))
        (?:new\s)?(?:[&%#]?[\w.:<>,*!? ]{0,40}(?:\[\w{0,16}\][\w.*]{0,24}){0,2})[\[({]""",
    re.VERBOSE,
)
_IN_A_COLUMN: Final = re.compile(r"[\"']?:\s*(?:#.*)?$")
_SECTION: Final = re.compile(r"\s*\[{1,2}(?P<name>[\w.\-]{2,60})\]{1,2}\s*$")
_NAMED_PLACES: Final = re.compile(
    r"parametrize\(\s{0,4}(?P<quote>[\"'])(?P<names>\w{1,40}(?:\s?,\s?\w{1,40}){1,7})(?P=quote)"
    r"\s{0,4},\s{0,4}"
)

_STRING: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`")
_BRACKET: Final = re.compile(rf"{_STRING.pattern}|[\[\](){{}}]")
"""A bracket, or a string that is passed over."""

_MARK: Final = r"(?:\s{0,8}(?::|=>|->|=)\s{0,8}|\s(?:to)\s)"
_PAIR: Final = re.compile(
    rf"""(?<![\w.\-])["'`:]?(?P<name>[\w.@\-]{{1,64}})["'`]?(?:>>)?{_MARK}(?:<<)?(?P<quote>["'`])(?P<value>[^"'`\s]{{4,64}})(?P=quote)"""
)
_TWO: Final = re.compile(
    r"""(?<!\w)[\[({]\s{0,4}(?:<<)?(?P<q>["'`])(?P<name>[^"'`]{1,120})(?P=q)(?:>>)?(?:\s{0,4},|\s)"""
    r"""\s{0,4}(?:<<)?(?P<quote>["'`])(?P<value>[^"'`\s]{4,64})(?P=quote)(?:>>)?\s{0,4}[,)\]}]"""
)
_TWO_IN_WORDS: Final = re.compile(r"\s{0,8}=\s{0,8}(?P<two>[\"'][^\"']{1,64}[\"']\s(?:to|->)\s)")
"""A pair of Kotlin or Scala, without brackets."""

_BARE: Final = re.compile(
    r"\s*(?:-\s+)?(?P<name>[\w.@\-]{1,64})\s{0,8}[:=]\s{0,8}(?P<value>[^\s\"'#{\[&*!|>]\S{3,64})\s*$"
)
_ITEM: Final = re.compile(r"\s*-\s+(?P<value>[^\s\"'#{\[&*!|>]\S{3,64})\s*$")
_CHANGED: Final = re.compile(r"\s*(?:-\s+)?[\w.\-]{1,32}:(?P<value>[^\s:]\S{3,128})\s*$")

Read = Callable[[str], Iterator[tuple[int, int]]]
"""Where passwords stand in a line of a container."""


class Containers:
    """Passwords in lists, maps and pairs."""

    name = "containers/1"
    level: Level = "secrets"
    keywords = _HINTS | {"parametrize"}
    triggers = ()

    def wants(self, line: Line) -> bool:
        """Whether a container's name may stand there."""
        return line.kind is not FileKind.FORMS and (
            _HINT.search(line.lowered) is not None or "parametrize" in line.lowered
        )

    def scan_line(self, line: Line) -> Sequence[Clue]:
        """A clue for the first container that opens there."""
        text = line.text
        if (section := _SECTION.match(text)) and (what := _kind(section["name"])):
            return [Opened(what, len(text), "section")]
        if places := _NAMED_PLACES.search(text):
            keys = [judge_key(name.strip()) for name in places["names"].split(",")]
            if Key.HUMAN in keys:
                return [Opened("place", places.end(), "brackets", keys.index(Key.HUMAN))]
        end = 0
        for hint in _HINT.finditer(line.lowered):
            if hint.start() < end:  # in a word that was read
                continue
            start, end = _word_round(text, hint.start(), hint.end())
            if opened := _opened(text, start, end):
                return [opened]
        return []

    def warm_up(self) -> None:
        """Nothing to import."""


def _word_round(text: str, start: int, end: int) -> tuple[int, int]:
    while start and (text[start - 1].isalnum() or text[start - 1] in "_-."):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in "_-."):
        end += 1
    return start, end


def _kind(name: str) -> str:
    """What a container of this name holds; nothing that we know of where it is empty."""
    if name.lower() == "chpasswd":
        return "changed"
    if _PASSWORDS.search(name):
        return "passwords"
    if _LOGINS.search(name) or judge_key(name) is Key.HUMAN:
        return "logins"
    return "users" if _USERS.search(name) else ""


def _opened(text: str, start: int, end: int) -> Opened | None:
    what = _kind(text[start:end])
    if not what:
        return None
    if _IN_A_COLUMN.match(text, end) and not text[:start].strip(" \t-\"'"):
        return Opened(what, len(text), "column")
    if what != "changed" and (opening := _OPENING.match(text, end)):
        if opening.group().endswith("ap.of("):
            return Opened("turns", opening.end() - 1, "brackets")
        alone = opening.end() == len(text.rstrip()) and opening.group().endswith("(")
        what = "passwords" if alone and judge_key(text[start:end]) is Key.HUMAN else what
        return Opened(what, opening.end() - 1, "brackets")
    if what == "logins" and (two := _TWO_IN_WORDS.match(text, end)):
        return Opened(what, two.start("two"), "line")
    if what == "logins" and text.startswith("{", end):  # a list of them in Go, by their type
        return Opened(what, end, "brackets")
    return None


@dataclass(frozen=True, slots=True)
class Opened:
    """A container that opens on a line.

    Attributes:
        what: `passwords`, `logins`, `users`, `place` for one of several columns, or `changed` for
            what `chpasswd` gets.
        column: Where it begins.
        shape: What ends it: its `line`, `brackets`, `section`, or `column` for what is indented
            further.
        place: Which element of each tuple is the password.
    """

    what: str
    column: int
    shape: str
    place: int = field(default=0)

    def settle(self, lines: Sequence[str], index: int) -> Iterable[tuple[int, Span]]:
        """One span for each password."""
        found: list[tuple[int, int, int]] = []
        last = index
        for at, start, end in _SHAPES[self.shape](lines, index, self.column):
            here = [(at, start + a, start + b) for a, b in self._read(lines[at][start:end])]
            last = at if here else last
            if at - last > _EMPTY:
                break
            found += here
        speaks = _SPEAKS.get(self.what)
        if speaks and not any(speaks(lines[at][a:b]) for at, a, b in found):
            return []
        return [
            (at, Span(a, b, "secret", "password", "container", 0.7))
            for at, a, b in found
            if judge_value(lines[at][a:b], Key.HUMAN, quoted=True)
        ]

    def _read(self, text: str) -> Iterator[tuple[int, int]]:
        if self.what == "place":
            return _at_place(text, self.place)
        return _READERS[self.what](text)

    def shifted(self, by: int) -> Opened:
        """The same, further to the right."""
        return replace(self, column=self.column + by)


def _stands_out(value: str) -> bool:
    return stands_out(value) or is_no_word(value)


_SPEAKS: Final[dict[str, Callable[[str], bool]]] = {
    "passwords": _stands_out,
    "users": is_likely,
    "turns": is_likely,
}
"""What one of several values must be to show that they are no names of fields."""


# -- how far a container goes ---------------------------------------------------------------


def _in_brackets(lines: Sequence[str], index: int, column: int) -> Iterator[tuple[int, int, int]]:
    depth, start = 0, column
    for at in range(index, min(index + _LONGEST, len(lines))):
        text = lines[at][start : start + _WIDEST]
        for bracket in _BRACKET.finditer(text):
            if len(bracket.group()) == 1:
                depth += 1 if bracket.group() in "[({" else -1
                if depth <= 0:
                    yield at, start, start + bracket.end()
                    return
        yield at, start, start + len(text)
        start = 0


def _in_a_column(lines: Sequence[str], index: int, _: int) -> Iterator[tuple[int, int, int]]:
    indent = len(lines[index]) - len(lines[index].lstrip(" -"))
    for at in range(index + 1, min(index + _LONGEST, len(lines))):
        text = lines[at].rstrip()
        depth = len(text) - len(text.lstrip())
        if text and (depth < indent or (depth == indent and text[depth] != "-")):
            return
        yield at, 0, min(len(text), _WIDEST)


def _in_a_section(lines: Sequence[str], index: int, _: int) -> Iterator[tuple[int, int, int]]:
    for at in range(index + 1, min(index + _LONGEST, len(lines))):
        if lines[at].lstrip().startswith("["):
            return
        yield at, 0, min(len(lines[at]), _WIDEST)


def _in_a_line(lines: Sequence[str], index: int, column: int) -> Iterator[tuple[int, int, int]]:
    yield index, column, min(len(lines[index]), column + _WIDEST)


_SHAPES: Final = {
    "line": _in_a_line,
    "brackets": _in_brackets,
    "column": _in_a_column,
    "section": _in_a_section,
}


# -- what stands in it ----------------------------------------------------------------------


def _passwords(text: str) -> Iterator[tuple[int, int]]:
    """All strings that are no key, and bare items."""
    for string in _STRING.finditer(text):
        if not re.compile(_MARK).match(text, string.end()):
            yield string.start() + 1, string.end() - 1
    if (item := _ITEM.match(text) or _BARE.match(text)) and stands_out(item["value"]):
        yield item.span("value")


def _logins(text: str, *, flat: bool = True) -> Iterator[tuple[int, int]]:
    """What stands behind a name, and the second of two strings in brackets."""
    for pattern in (_PAIR, _TWO):
        for pair in pattern.finditer(text):
            if pattern is _TWO and not flat and pair.start() == 0 and text[0] == "[":
                continue
            if not is_plain(pair["name"]) and _may_be_typed(pair["value"]):
                yield pair.span("value")
    bare = _BARE.match(text)
    if bare and not is_plain(bare["name"]) and _may_be_typed(bare["value"]):
        yield bare.span("value")


def _users(text: str) -> Iterator[tuple[int, int]]:
    """The same; but a list that is two strings and no more is one of users."""
    return _logins(text, flat=False)


def _in_turns(text: str) -> Iterator[tuple[int, int]]:
    """Names and values that follow each other without a mark of their own: `Map.of("…", "…")`."""
    strings = [string.span() for string in _STRING.finditer(text)]
    for (a, b), (start, end) in zip(strings[::2], strings[1::2], strict=False):
        if not is_plain(text[a + 1 : b - 1]) and _may_be_typed(text[start + 1 : end - 1]):
            yield start + 1, end - 1


def _may_be_typed(value: str) -> bool:
    return _stands_out(value) and not _SETTING.match(value)


_SETTING: Final = re.compile(r"[A-Za-z_\-.]{2,40}=[\w.\-]+$|.*[*]:[A-Z]|.*\(")


def _changed(text: str) -> Iterator[tuple[int, int]]:
    if line := _CHANGED.match(text):
        yield line.span("value")


def _at_place(text: str, place: int) -> Iterator[tuple[int, int]]:
    for bracket in re.finditer(r"[(\[]", text):
        at = bracket.end()
        for _ in range(place):
            one = element(text, at)
            if one is None or not text.startswith(",", one.end()):
                break
            at = one.end() + 1
        else:
            one = element(text, at)
            if one is not None and one.lastindex is not None and stands_out(one[one.lastindex]):
                yield one.span(one.lastindex)


_READERS: Final[dict[str, Read]] = {
    "passwords": _passwords,
    "logins": _logins,
    "users": _users,
    "changed": _changed,
    "turns": _in_turns,
}
