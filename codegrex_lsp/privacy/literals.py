"""Literals: how languages write strings, as far as it decides what a value means inside one.

A rough table and no parsers: which quotes go on over line ends, in which a backslash is a
character like any other, and in which code may stand. Of a language that is not in it, every
string ends with its line, and what is special in any language is special there.

Sources: the reference manuals of the languages; YAML 1.2.2 section 8.1 for block scalars, POSIX
XCU 2.7.4 for here-documents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

BLOCKS: Final = ("|", ">")
"""YAML's block scalars."""

HEREDOCS: Final = ("<<", "<<'")
"""Here-documents; in the second kind nothing is special."""

_FENCED: Final = {'#"': '"', '"(': r"\)"}
"""Rust's and C++'s own delimiters, and what is not written between them to be safe."""

_TRIPLE: Final = frozenset(('"' * 3, "'" * 3))
_ALL: Final = frozenset(('"', "'", "`"))
_CONTROL: Final = r"[\x00-\x1f\x7f]"

UNSURE: Final = re.compile(r"[\"'`\\${}\x00-\x1f\x7f]")
"""May need an escape in some string of some language."""

_CODE: Final = r"""
    \\. | %s
    (?P<prefix>(?<![A-Za-z0-9_])[rRfFbBuU$@]{1,2})?(?P<quote>\"{3}|'{3}|["'`])
  | (?P<comment>(?:(?<=\s)|^)(?:\#(?!define\b)|//|--(?=\s)|/\*|<!--))
  | (?P<log>(?<![A-Za-z0-9_])
      (?:(?:e?print(?:ln|f)?|fprintf|puts|log(?:f|ger|ging)?|console|debug|info|warn(?:ing)?
        |error|trace|fatal|critical)(?:\.\w+)*!?\s?\( | echo\s))
"""
_BRACE: Final = r"(?P<brace>[{}]) |"
_HASHED: Final = r"(?<![A-Za-z0-9_])[bc]?r(?P<hashes>\#*)\" | '(?:\\[^']{1,9}|[^'\\])' | ' |"
_TAGGED: Final = r"(?<![A-Za-z0-9_])(?:u8|[uUL])?R\"(?P<tag>[^()\\\s\"]{0,16})\( |"
_HEREDOC: Final = r"<<<?[-~]?[ \t]?(?P<bare>[\"'\\]?)(?P<until>[A-Za-z_]\w*)[\"']? |"
_BLOCK: Final = r"(?<=[ \t])(?P<block>[|>])[+\-0-9]{0,2}(?=[ \t]*(?:\#.*)?$) |"


@dataclass(frozen=True, slots=True)
class Notation:
    """The strings of one language.

    Attributes:
        multiline: Quotes whose strings go on over line ends.
        raw: Quotes in whose strings a backslash is a backslash.
        open: Quotes in whose strings `$` and braces may bring in code.
        extra: Pattern of what else opens a string, or empty.
        known: False where nothing is known of the language.
    """

    multiline: frozenset[str] = frozenset()
    raw: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    extra: str = ""
    known: bool = True

    @property
    def follows(self) -> bool:
        """Whether a line may begin in a string."""
        return bool(self.multiline or self.extra)

    def is_raw(self, quote: str) -> bool:
        """Whether a string with this quote, prefix and all, takes a backslash as it is."""
        prefix, delimiter = _parts(quote)
        return delimiter in self.raw or "r" in prefix or "@" in prefix

    def goes_on(self, quote: str) -> bool:
        """Whether a string with this quote goes on behind a line end."""
        prefix, delimiter = _parts(quote)
        return delimiter in self.multiline or delimiter in _FENCED or "@" in prefix

    def means_itself(self, value: str, quote: str) -> bool:
        """Whether the characters of `value`, written into such a string, are the value."""
        return _special(self, quote).search(value) is None


def notation(language: str) -> Notation:
    """The strings of a language, by its LSP id."""
    return _BY_LANGUAGE.get(language, _UNKNOWN)


@lru_cache(64)
def code(notation: Notation, *, hole: bool = False) -> re.Pattern[str]:
    """What counts in a line of code: what opens a string, comments, and calls that log.

    In a hole of a string, its braces count too.
    """
    extra = _BRACE + notation.extra if hole else notation.extra
    return re.compile(_CODE % extra, re.VERBOSE | re.IGNORECASE)


@lru_cache(256)
def inside(notation: Notation, quote: str, end: str) -> re.Pattern[str]:
    """What counts in a line of a string: its end, and holes with code."""
    parts = ['""'] if "@" in quote else [] if notation.is_raw(quote) else [r"\\."]
    parts.append(f"(?P<end>{re.escape(end)})")
    if quote == "`" and quote in notation.open:
        parts.append(r"(?P<hole>\$\{)")
    return re.compile("|".join(parts), re.DOTALL)


@lru_cache(256)
def _special(notation: Notation, quote: str) -> re.Pattern[str]:
    """What does not mean itself in such a string."""
    if quote in BLOCKS:
        return re.compile(rf"^\s|\s$|{_CONTROL}")
    if quote == HEREDOCS[1]:
        return re.compile(_CONTROL)
    if quote == HEREDOCS[0]:
        return re.compile(rf"[\\$`{{}}]|{_CONTROL}")
    prefix, delimiter = _parts(quote)
    if not notation.known and delimiter not in _TRIPLE:
        return UNSURE
    parts = [_CONTROL, r"\\$" if notation.is_raw(quote) else r"\\", _end_of(delimiter)]
    if "f" in prefix or "$" in prefix or delimiter in notation.open:
        parts.append(r"\$\{|\$$" if delimiter == "`" else "[${}`]")
    return re.compile("|".join(parts))


def _parts(quote: str) -> tuple[str, str]:
    """The letters before a quote in lower case, and the quote."""
    delimiter = quote.lstrip("rRfF$@")
    return quote[: len(quote) - len(delimiter)].lower(), delimiter


def _end_of(delimiter: str) -> str:
    """What would end the string, alone or with what stands beside the value."""
    mark = delimiter[0]
    if delimiter in _TRIPLE:
        return rf"{mark}{{3}}|^{mark}|{mark}$"
    return _FENCED.get(delimiter, re.escape(mark))


_QUOTED: Final = frozenset('"')
_BACKTICK: Final = frozenset("`")
_SINGLE: Final = frozenset("'")
_TRIPLE_DOUBLE: Final = frozenset(('"' * 3,))

_UNKNOWN: Final = Notation(open=_ALL, known=False)
_JAVASCRIPT: Final = Notation(_BACKTICK, open=_BACKTICK)
_SHELL: Final = Notation(_QUOTED | _SINGLE, raw=_SINGLE, open=_QUOTED | _BACKTICK, extra=_HEREDOC)
_KOTLIN: Final = Notation(_TRIPLE_DOUBLE, raw=_TRIPLE_DOUBLE, open=_QUOTED | _TRIPLE_DOUBLE)
_DART: Final = Notation(_TRIPLE, open=_ALL | _TRIPLE)
_SCRIPT: Final = Notation(open=_QUOTED | _BACKTICK, extra=_HEREDOC)
_C: Final = Notation(extra=_TAGGED)

_BY_LANGUAGE: Final = {
    "python": Notation(_TRIPLE),
    "go": Notation(_BACKTICK, raw=_BACKTICK),
    "rust": Notation(_QUOTED, extra=_HASHED),
    "csharp": Notation(_TRIPLE_DOUBLE, raw=_TRIPLE_DOUBLE),
    "java": Notation(_TRIPLE_DOUBLE),
    "toml": Notation(_TRIPLE, raw=_SINGLE | {"'" * 3}),
    "yaml": Notation(raw=_SINGLE, extra=_BLOCK),
    "dockercompose": Notation(raw=_SINGLE, extra=_BLOCK),
    **dict.fromkeys(("json", "jsonc", "json5"), Notation()),
    **dict.fromkeys(
        ("javascript", "javascriptreact", "typescript", "typescriptreact", "vue", "svelte"),
        _JAVASCRIPT,
    ),
    **dict.fromkeys(("shellscript", "bash", "zsh", "sh"), _SHELL),
    **dict.fromkeys(("kotlin", "scala"), _KOTLIN),
    **dict.fromkeys(("dart", "groovy", "swift", "julia", "elixir"), _DART),
    **dict.fromkeys(("ruby", "perl", "php", "dockerfile", "terraform", "hcl"), _SCRIPT),
    **dict.fromkeys(("c", "cpp", "cuda-cpp", "objective-c", "objective-cpp"), _C),
}
