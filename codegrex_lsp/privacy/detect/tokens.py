"""Tokens that a provider's own prefix gives away, wherever they stand and whatever they are for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.formats import FORMATS, Format

_HALF_TYPED: Final = 4
"""Characters after a prefix from which an unfinished token on the cursor's line is one."""

_COMMON_PREFIX: Final = 4
"""A shorter prefix, or one without punctuation, is too common to be read as half a token."""

_BY_PREFIX: Final = {prefix: form for form in FORMATS for prefix in form.prefixes}
_PREFIXES: Final = sorted(_BY_PREFIX, key=lambda prefix: (-len(prefix), prefix))
_PREFIX: Final = re.compile("|".join(map(re.escape, _PREFIXES)))
_SHORTEST_RUN: Final = {
    prefix: re.compile(f"[{form.characters}]{{{form.fewest},}}")
    for prefix, form in _BY_PREFIX.items()
}
_ANY_RUN: Final = re.compile(rf"[\w\-.]{{{_HALF_TYPED},}}", re.ASCII)
_JWT: Final = re.compile(r"eyJ[\w\-=]{5,}\.[\w\-=]{5,}", re.ASCII)


class ProviderTokens:
    """Every row of `formats.FORMATS`."""

    name = f"provider-tokens/1-{len(FORMATS)}"
    level: Level = "secrets"
    keywords = frozenset(prefix.lower() for prefix in _PREFIXES)
    triggers = ()

    def wants(self, line: Line) -> bool:
        """Whether any prefix occurs."""
        return _PREFIX.search(line.text) is not None

    def scan_line(self, line: Line) -> Sequence[Span]:
        """One span for each token, prefix included."""
        spans = []
        position = 0
        while found := _PREFIX.search(line.text, position):
            position = found.start() + 1
            end = _end_of_token(line, found.start(), found.group())
            if end:
                form = _BY_PREFIX[found.group()]
                rule = f"format/{form.type}"
                spans.append(Span(found.start(), end, "secret", form.type, rule))
                position = end
        return spans

    def warm_up(self) -> None:
        """Nothing to import."""


def _end_of_token(line: Line, start: int, prefix: str) -> int:
    """Where the token that begins with `prefix` ends, or 0 where it is none."""
    text = line.text
    if start and text[start - 1].isalnum() and not _after_escape(text, start):
        return 0
    form = _BY_PREFIX[prefix]
    run = _SHORTEST_RUN[prefix].match(text, start + len(prefix))
    if run and _plausible(form, text, start, run.group()):
        return run.end()
    if line.half_typed and len(prefix) >= _COMMON_PREFIX and not prefix.isalpha():
        half = _ANY_RUN.match(text, start + len(prefix))
        return half.end() if half else 0
    if line.half_typed and prefix in ("AKIA", "ASIA", "AIza", "sk-", "hf_", "SG."):
        half = _ANY_RUN.match(text, start + len(prefix))
        return half.end() if half else 0
    return 0


def _plausible(form: Format, text: str, start: int, run: str) -> bool:
    if form.type == "jwt":
        return _JWT.match(text, start) is not None
    return not form.needs_digit or any(c.isdigit() for c in run)


def _after_escape(text: str, start: int) -> bool:
    """Whether the letter before is the end of an escape such as `\\n`."""
    return start >= 2 and text[start - 2] == "\\" and text[start - 1] in "abefnrtv0"
