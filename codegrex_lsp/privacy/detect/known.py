"""Known secrets: values that credential files hold, found again wherever somebody wrote them.

Exact values, also URL-encoded, JSON-escaped and in base64, whatever stands around them. Values
come from `state.credentials` and stay in memory: no name, repr, keyword list or error shows one.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, quote_plus

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.judge import is_stand_in, looks_random
from codegrex_lsp.privacy.detect.keys import Key, judge_key
from codegrex_lsp.privacy.detect.lines import OVERLAP, lower_keeping_length

SHORTEST: Final = 8
"""Characters. A shorter value is too likely to be a word of somebody's code."""

WHOLE_WORD_BELOW: Final = 16
"""A value shorter than this counts only where it stands as a whole word."""

PIECE: Final = OVERLAP // 2
"""Characters looked for at once: a longer value comes in pieces, each within one window."""

MOST: Final = 2_000
"""Values that are looked for; a folder with more is a list of something else."""


@dataclass(frozen=True, slots=True, order=True)
class KnownSecret:
    """A value and where it comes from.

    Attributes:
        value: What must not leave.
        source: Kind of place for the name of the rule, such as `env-file`.
    """

    value: str = field(repr=False)
    source: str


# -- which values count ---------------------------------------------------------------------

_WORDS: Final = re.compile(r"[A-Za-z]+(?:[-_./ ][A-Za-z]+)*")
_NUMBER: Final = re.compile(r"[\d\s.,:+\-/_TZ]+[A-Za-z]{0,3}")
_HOST: Final = re.compile(r"[a-z0-9\-]+(?:\.[a-z0-9\-]+)+(?::\d{1,5})?(?:/[\w.\-/]*)?")
_MAIL: Final = re.compile(r"[^\s@]+@[\w.\-]+")
_PATH: Final = re.compile(r"(?:~|\.{0,2}|[A-Za-z]:)?[/\\].*|[a-z][a-z0-9+.\-]*://.*")
_NAME: Final = re.compile(r"[A-Za-z]+(?:[-_.:/@][A-Za-z]+|[-_.:/@]?v?\d{1,4}[a-z]{0,2})*")
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")
"""How Python shows bytes that are no text."""

_LONG_PHRASE: Final = 16


def counts(key: str, value: str, *, any_key: bool) -> bool:
    """Whether the value of `KEY=value` is looked for elsewhere.

    Left out are short values (below 8 characters), numbers, paths, URLs, hosts, mail addresses,
    booleans, placeholders, references and bytes that are no text; words alone, unless the key
    names a password and they have 16 characters; and where the key names no secret, also numbered
    names such as `eu-central-1`, and text with blanks.

    Args:
        key: As it stands in the file.
        value: Without quotes.
        any_key: Whether a key that names no secret may still hold one, as in `.env` files.
    """
    if len(value) < SHORTEST or is_stand_in(value) or _is_something_else(value):
        return False
    if not value.isascii() and _HALF_PAIR.search(value):
        return False
    kind = judge_key(key)
    if _WORDS.fullmatch(value):
        return kind is Key.HUMAN and len(value) >= _LONG_PHRASE
    if kind in (Key.HUMAN, Key.PHRASE, Key.SECRET, Key.MACHINE):
        return True
    if kind is Key.WEAK and looks_random(value):
        return True
    return any_key and " " not in value and not _NAME.fullmatch(value) and _mixed(value)


def _is_something_else(value: str) -> bool:
    if any(form.fullmatch(value) for form in (_NUMBER, _MAIL, _HOST)):
        return True
    if not _PATH.fullmatch(value):
        return False
    return not any(len(part) >= 16 and looks_random(part) for part in re.split(r"[/\\]", value))


def _mixed(value: str) -> bool:
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


# -- how they may be written ----------------------------------------------------------------


def forms(value: str) -> frozenset[str]:
    """The value as it is, URL-encoded, and JSON-escaped."""
    encoded = quote(value, safe="")
    escapes = re.compile(r"%[0-9A-F]{2}")
    return frozenset(
        (
            value,
            encoded,
            escapes.sub(lambda match: match.group().lower(), encoded),
            quote(value),
            quote_plus(value),
            json.dumps(value)[1:-1],
            json.dumps(value, ensure_ascii=False)[1:-1],
            json.dumps(value)[1:-1].replace("/", "\\/"),
        )
    )


def base64_forms(value: str) -> frozenset[str]:
    """What of the value's base64 stays the same whatever stands before and after it.

    Base64 packs three bytes into four characters, so there are three alignments; the characters
    that share bits with a neighbour are left out.
    """
    data = value.encode("utf-8", "surrogatepass")
    found = set()
    for before in range(3):
        text = b64encode(b"\0" * before + data).decode("ascii")
        inside = text[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]
        found |= {inside, inside.replace("+", "-").replace("/", "_")}
    return frozenset(found)


def _pieces(form: str) -> Iterator[str]:
    """A long form in pieces that overlap at its end, so that none is short."""
    for start in range(0, len(form), PIECE):
        yield form[start : start + PIECE] if start + PIECE <= len(form) else form[-PIECE:]


@dataclass(frozen=True, slots=True)
class _Form:
    text: str = field(repr=False)
    source: str
    whole_word: bool = False
    inside_base64: bool = False


# -- finding them ---------------------------------------------------------------------------

_BASE64: Final = re.compile(r"[A-Za-z0-9+/=_\-]*")
_WORD: Final = re.compile(r"\w", re.ASCII)


class KnownSecrets:
    """Exact values in any of their forms.

    Args:
        secrets: What to look for.
    """

    level: Level = "secrets"

    def __init__(self, secrets: Iterable[KnownSecret]) -> None:
        # A repository's own values come last, so that they never take the place of the person's.
        ranked = sorted(set(secrets), key=lambda one: (one.source == "env-file", one))
        chosen = ranked[:MOST]
        self.name = f"known-{hash(tuple(chosen)):x}"
        self.triggers: Sequence[str] = ()
        self._forms: dict[str, list[_Form]] = {}
        for secret in chosen:
            for form in _forms_of(secret):
                self._forms.setdefault(lower_keeping_length(form.text), []).append(form)

    def __repr__(self) -> str:
        return f"<known secrets, {len(self._forms)} forms>"

    @property
    def keywords(self) -> frozenset[str]:
        """Every form in lower case."""
        return frozenset(self._forms)

    def wants(self, line: Line) -> bool:
        """Whether one stands there, in whatever case."""
        return bool(self._here(line))

    def scan_line(self, line: Line) -> Sequence[Span]:
        """One span for each place; base64 around a value goes with it."""
        return [
            span
            for word in self._here(line)
            for form in self._forms[word]
            for span in _places(line.text, form)
        ]

    def warm_up(self) -> None:
        """Nothing to import."""

    def _here(self, line: Line) -> list[str]:
        if line.words is not None:
            return [word for word in line.words if word in self._forms]
        return [word for word in self._forms if word in line.lowered]


def _forms_of(secret: KnownSecret) -> Iterator[_Form]:
    short = len(secret.value) < WHOLE_WORD_BELOW
    for form in forms(secret.value):
        for piece in _pieces(form):
            yield _Form(piece, secret.source, whole_word=short)
    for form in base64_forms(secret.value):
        for piece in _pieces(form):
            yield _Form(piece, secret.source, inside_base64=True)


def _places(text: str, form: _Form) -> Iterator[Span]:
    at = text.find(form.text)
    while at >= 0:
        start, end = at, at + len(form.text)
        if form.inside_base64:
            start, end = base64_around(text, start, end)
        if not form.whole_word or _stands_alone(text, start, end):
            yield Span(start, end, "secret", "known-secret", f"known/{form.source}")
        at = text.find(form.text, end)


def base64_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The run of base64 in which it stands: its neighbours carry some of its bits."""
    while start > 0 and _BASE64.fullmatch(text, start - 1, start):
        start -= 1
    grown = _BASE64.match(text, end)
    return start, grown.end() if grown else end


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit goes on before or after; that of an escape does not count."""
    before = start > 0 and _WORD.match(text, start - 1) is not None
    escape = (start > 1 and text[start - 2] in "\\%") or (start > 2 and text[start - 3] == "%")
    return not (before and not escape) and not _WORD.match(text, end)
