"""Nearby: what looks like a password behind a word for one, however the line puts the two together.

    function join_password() return "…"     ldap_bind($c, 'cn=…', '…')     -define(PASSWORT, "…").
    $('#password').val('…')                 plink -l me -pw …              konten = [["me" "…"]]

`assignments`, `commands` and `containers` know notations and believe modest looks. This detector
knows none: it takes any string, and in comments, prose and files of values any word, that hardly
anything but a password or a token looks like. Right behind a word for a password, and behind who
logs in, a word with a number is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.candidates import Candidate, candidates, is_technical
from codegrex_lsp.privacy.detect.detector import Check, Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.judge import judge_value
from codegrex_lsp.privacy.detect.keys import Key, is_plain, judge_key
from codegrex_lsp.privacy.detect.made_up import is_token
from codegrex_lsp.privacy.detect.passwords import is_likely, is_word_and_number
from codegrex_lsp.privacy.detect.words import words

_LONG_WORDS: Final = words(
    """
    assword passwd passwort passphrase passcode bindpw dbpw userpw adminpw rootpw motdepasse
    kennwort contrase senha wachtwoord lösenord losenord adgangskod kodeord passord salasana jelsz
    şifre parola lozink geheim hasło hasła haslo hasla heslo hesla парол 密码
    密碼 パスワード 비밀번호
    """
)
_PASSWORDS: Final = _LONG_WORDS | words("clave mdp pwd")
"""Words for a password, in any part of a name."""

_PASSWORD: Final = re.compile(
    "|".join(sorted(_LONG_WORDS))
    + r"|(?<![a-z])(?:mdp|pwd|clave|pass)(?![a-z])|(?<=[ _\"'])pw(?![a-z])|mot de passe"
    r"|identified\s+by|cred(?:ential)?s?:"
)

_PASS: Final = frozenset({"de passe", *(f"pass{end}" for end in " :=\"',)_")})
"""Alone on a line it is a statement of Python."""

_ACCOUNTS: Final = words(
    """
    login logon log-in sign_in signin account konto konta konten benutzer nutzer usuari cuenta
    conta( contas utilisateur compte utent zugang zugäng zugaeng acceso acesso anmeld uzytkown
    użytkown gebruiker brukere användar unlock sudo telnet snmp wpa- psk tacacs radius ldap
    kerberos keystore keepass wallet wlan wifi wi-fi ssid tester root: networkdrive -pw
    database. _pw "pw 'pw smtp( dialer( sequelize( certificate2(
    """
) | {" pw", "log in", "log on", "logged in", "sign in"}
_LOGINS: Final = _ACCOUNTS | words("auth bind cred connect user identifi ftp admin") | _PASS
"""Words for who logs in, and for what one logs in with."""

_LOGIN: Final = re.compile(
    "|".join(sorted(map(re.escape, _ACCOUNTS)))
    + r"|auth(?!or(?!i[sz]))|(?<![a-z])bind(?![a-z])|cred(?!it)|identifi(?:ant|ed\sby)"
    r"|connect(?!ed|ing|or|ive)|user(?!s?[\s_-]?agent|land|space|data)|(?<![a-z])s?ftp"
    r"|admin(?=\w{0,12}`?\s?[:/])"
)

_LOG_IN: Final = re.compile(r"(?:^|\s)log in(?=\s)")

_TOKENS: Final = words(
    """
    token secret apikey api_key api-key bearer cookie otp 2fa seed hmac webhook licence license
    oauth client klucz schlüssel schluessel jeton
    """
) | {"api key"}
"""Words for what a machine makes."""

_TOKEN: Final = re.compile("|".join(sorted(_TOKENS)) + "|cred(?!it)|auth(?!or)")

_WORDS: Final = (
    (_PASSWORD, _PASSWORDS | _PASS | {"identifi", "cred", " pw", "_pw", '"pw', "'pw"}),
    (_LOGIN, _LOGINS),
    (_TOKEN, _TOKENS | {"cred", "auth"}),
)
"""Patterns with keywords, one of which is in each of their matches: a search is dear."""

_LEAD: Final = 4
"""Characters of a match before its keyword, as in `mot de passe`."""

_REACH: Final = 48
"""Characters that a match, and what must follow it, may take from its keyword on."""

_TRIES: Final = 8
"""Keywords that are looked at one by one, before one search for all is cheaper."""

_MIXED: Final = re.compile(
    r"[0-9](?:(?<=[A-Za-z].)|(?<=[A-Za-z][^\w\s\"'`()\[\]].)|(?<=[A-Za-z]_.)|_?[A-Za-z]"
    r"|[^\w\s\"'`()\[\]][A-Za-z])|[!#$%^&*?~+=](?<=[A-Za-z].)[A-Za-z0-9]"
)
"""Letters beside digits or beside marks, as in every value that is found here."""

_STROKE_HERE: Final = re.compile(r" / `?\S*[0-9]\S*[\s`.]*$", re.MULTILINE)
_FAR: Final = 400
"""Characters from the first word on in which values may stand."""

_BEFORE: Final = 80
"""Characters before a word for a password in which one of strong looks may stand."""

_NEAR: Final = 48
"""Characters behind a word for a password in which a word with a number is one."""


class Nearby:
    """Passwords and tokens that only stand near a word for one."""

    name = "nearby/1"
    level: Level = "secrets"
    keywords = _PASSWORDS | _LOGINS | _TOKENS | {" / "}
    triggers = ()

    @property
    def checks(self) -> Mapping[str, Check]:
        """These words stand on many lines, and on few of them before something made up."""
        named = dict.fromkeys(_PASSWORDS | {"log in"}, _may_surround)
        return dict.fromkeys(self.keywords, _may_follow) | named | {" / ": _STROKE_HERE.match}

    def wants(self, line: Line) -> bool:
        """Whether such a word is there."""
        if line.kind is FileKind.FORMS:
            return False
        if line.words is not None:
            return not self.keywords.isdisjoint(line.words)
        return any(word in line.lowered for word in self.keywords)

    def scan_line(self, line: Line) -> Sequence[Span]:
        """One span for each value that its looks and the words of its line give away."""
        place = _place(line)
        if place is None:
            return []
        first, last = place.first, place.first + _FAR - 16
        return [
            span
            for candidate in candidates(line, max(first - _FAR, 0), last)
            if candidate.start >= place.nearest and (span := _judged(place, candidate))
        ]

    def warm_up(self) -> None:
        """Nothing to import."""


def _may_follow(text: str, at: int, end: int) -> bool:
    """Whether something made up may stand in the rest of a line."""
    return _MIXED.search(text, at, min(end, at + _FAR)) is not None


def _may_surround(text: str, at: int, end: int) -> bool:
    """Whether something made up may stand in the rest of a line, or shortly before."""
    if _may_follow(text, at, end):
        return True
    start = max(at - _BEFORE, 0)
    return _MIXED.search(text, max(text.rfind("\n", start, at), start), at) is not None


@dataclass(frozen=True, slots=True)
class _Place:
    """What a line says of the values on it.

    Attributes:
        line: The line.
        first: Where the first word begins.
        nearest: Where the first value may begin.
        named: Where the first word for a password ends; past the line's end where there is none.
        speaks: Whether there is one, or one for a log-in.
        machine: Where the first word for a token begins; past the line's end where there is none.
        known: For each character, whether it is of a word or has been found before.
    """

    line: Line
    first: int
    nearest: int
    named: int
    speaks: bool
    machine: int
    known: bytearray


def _place(line: Line) -> _Place | None:
    named, who, machine = (_first(word, letters, line) for word, letters in _WORDS)
    here = [word.span() for word in (named, who, machine) if word]
    if not here and " / " not in line.text:
        return None
    known = bytearray(len(line.text))
    for start, end in (*here, *((span.start, span.end) for span in line.found)):
        known[start:end] = bytes((1,)) * (end - start)
    past = len(line.text) + 1
    first = min(here)[0] if here else 0
    said = named or _LOG_IN.search(line.lowered)
    return _Place(
        line,
        first,
        max(min(first, said.start() - _BEFORE + 16), 0) if said else first,
        named.end() if named else past,
        bool(named or who),
        machine.start() if machine else past,
        known,
    )


def _first(word: re.Pattern[str], letters: frozenset[str], line: Line) -> re.Match[str] | None:
    """The first match; it holds one of some keywords, and those that are here are known."""
    if line.words is None:
        return word.search(line.lowered)
    keys = _occurrences(line.lowered, letters.intersection(line.words))
    for at in keys[:_TRIES]:
        found = word.search(line.lowered, max(at - _LEAD, 0), at + _REACH)
        if found and found.start() <= at + 1:
            return found
    return word.search(line.lowered, max(keys[_TRIES] - _LEAD, 0)) if len(keys) > _TRIES else None


def _occurrences(text: str, keys: frozenset[str]) -> list[int]:
    """Where keywords begin, in order."""
    found: list[int] = []
    for key in keys:
        at = text.find(key)
        while at >= 0:
            found.append(at)
            at = text.find(key, at + 1)
    return sorted(found)


def _judged(place: _Place, found: Candidate) -> Span | None:
    text, start, end = place.line.text, found.start, found.end
    if 1 in place.known[start:end] or not _MIXED.search(text, start, end):
        return None
    if start > place.machine and is_token(text[start:end]):
        return Span(start, end, "secret", "token", "nearby", 0.5)
    if _is_password(place, found, text[start:end]) and not _is_of_another_key(text, found):
        return Span(start, end, "secret", "password", "nearby", 0.6)
    return None


# -- whether looks are enough for a place ---------------------------------------------------

_ARGUMENT: Final = re.compile(r"[\w\"'`)\]>](?:\s?,|\s)\s?[({\[]?(?:<<)?[\"'`]$")
"""Before the second of two, as passwords follow who has them."""

_USER: Final = re.compile(
    r"(?<![\w./\-])(?:admin\w{0,10}|root|guest|user\w{0,8}|operator|service|sysdba"
    r"|log-?in\s\w{1,20})`?\s?[:/]\s?`?$"
    r"|\blog(?:ged)?[ \-]?[io]n\s(?:as|with)\s\S{1,24}\s(?:with|and|using)\s$"
    r"|\b(?:are|is|with|as|uses?|mit|und|et|est|son|y|e|con|com)\s`?[\w.@\-]{2,24}[:/]$",
    re.IGNORECASE,
)
_STROKE: Final = re.compile(r"(?:^|[\s:])`?[a-z][\w.@\-]{1,30}`? / `?$")
_STRANGE: Final = re.compile(
    r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d).*\w[!$%^*?~+=@&].*|(?=.*\d).*\w[!$^*?~]\w.*"
)
"""Marks between letters and digits: no word in a sentence looks like that."""

_TYPED: Final = re.compile(r"pass\w{0,24}\.(?:text|value|string)$", re.IGNORECASE)
"""What somebody types into a field for a password."""

_OWN_KEY: Final = re.compile(
    r"""(?P<key>[\w.\-]{1,60})["'`\]]{0,2}\s{0,4}(?:=>|->|:=|[:=]|\sto(?=\s["']))\s{0,4}[({<\[]{0,2}["']?$"""
)


def _is_password(place: _Place, found: Candidate, value: str) -> bool:
    text, start = place.line.text, found.start
    if is_technical(value, quoted=found.quoted):
        return False
    likely = is_likely(value)
    if likely and found.quoted and place.speaks:
        return True
    if not any(map(str.isdigit, value)) or not (likely or is_word_and_number(value)):
        return False
    before = _ARGUMENT if found.quoted else _USER
    follows = before.search(text, max(start - 40, 0), start) is not None
    if place.speaks and (follows or 0 <= start - place.named <= _NEAR):
        return True
    if _is_last_of_two(text, found):
        return True
    if not likely or not place.speaks:
        return False
    values = place.line.kind is FileKind.VALUES
    return values or start >= place.named or _STRANGE.fullmatch(value) is not None


def _is_last_of_two(text: str, found: Candidate) -> bool:
    """Whether a line ends in who and with what: `… ops / …`."""
    if text[found.end :].strip(" `."):
        return False
    return _STROKE.search(text, max(found.start - 40, 0), found.start) is not None


def _is_of_another_key(text: str, found: Candidate) -> bool:
    """Whether it is the value of a key of its own, such as `id`, or no value at all."""
    own = _OWN_KEY.search(text, max(found.start - 70, 0), found.start)
    if own and judge_key(own["key"]) is Key.NOTHING and is_plain(own["key"]):
        return _TYPED.search(own["key"]) is None
    return not judge_value(text[found.start : found.end], Key.HUMAN, quoted=True)
