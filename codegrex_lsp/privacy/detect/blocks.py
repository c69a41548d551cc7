"""Values that begin on one line and stand on the next ones.

    password = \"\"\"          password: |           password = <<EOF         kind: Secret
    …                       …                     …                        data:
    \"\"\"                                            EOF                        password: …

The line that opens a value gives a clue; the lines below are read each time, and no further than
`_LONGEST` lines or the next opening of the same kind, so that a document costs linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.clues import Clue
from codegrex_lsp.privacy.detect.detector import Check, Level, Line
from codegrex_lsp.privacy.detect.judge import is_stand_in, judge_value
from codegrex_lsp.privacy.detect.keys import HINTS, Key, judge_key

_LONGEST: Final = 200
"""Lines of one value that are looked at. A key of 16,384 bits has about as many."""

_STRING: Final = re.compile(
    r"""(?P<key>[\w.\-]{2,80})["']?[ \t]{0,8}(?::[ \t]{0,4}\w{1,16}[ \t]{0,4}(?==))?
        (?::=|=>|[:=])[ \t]{0,8}\(?[bBrRuUfF@$]{0,2}(?P<quote>\"{3}|'{3}|`|@"(?!"))""",
    re.VERBOSE,
)
_QUOTES: Final = ('"""', "'''", "`", '@"')
_YAML_ENDS: Final = frozenset(":|>+-0123456789")
_YAML: Final = re.compile(
    r"(?P<indent>[ ]*(?:-[ ]+)?)[\"']?(?P<key>[\w.\-]{2,80})[\"']?[ \t]*:"
    r"(?:[ \t]+[|>][+\-0-9]{0,2})?[ \t]*(?:#.*)?\r?$"
)
_HERE: Final = re.compile(
    r"(?P<key>[\w.\-]{2,80})[ \t]{0,8}[:=][ \t]{0,8}<<<?[\-~]?[\"']?(?P<word>[A-Za-z_]\w{0,31})"
)
_OPENS: Final = re.compile(r"\"{3}|'{3}|`|@\"|<<|:(?:[ \t]+[|>][+\-0-9]{0,2})?[ \t]*(?:#.*)?\r?$")
"""What each match of the three holds behind its key."""

_LONG: Final = 512
"""Characters."""

_KIND: Final = re.compile(
    r"(?P<lead>[ ]*(?:-[ ]+)?)[\"']?kind[\"']?[ \t]*:[ \t]*[\"']?Secret[\"']?[ \t]*,?"
    r"[ \t]*(?:#.*)?\r?$"
)
_KIND_IN_LINE: Final = re.compile(r"\"kind\"\s{0,4}:\s{0,4}\"Secret\"")
_DATA_IN_LINE: Final = re.compile(r"\"(?:data|stringData)\"\s{0,4}:\s{0,4}\{(?P<body>[^{}]*)\}")
_PAIR: Final = re.compile(r"\"[^\"]{1,253}\"\s{0,4}:\s{0,4}\"(?P<value>[^\"]+)\"")


class Blocks:
    """Multi-line values of keys that name a secret, and the data of Kubernetes secrets."""

    name = "blocks/1"
    level: Level = "secrets"
    keywords = HINTS
    triggers = ()

    @property
    def checks(self) -> Mapping[str, Check]:
        """A name counts before something that may open; `secret` also where a manifest says so."""
        return dict.fromkeys(HINTS - {"secret"}, _may_open)

    def wants(self, line: Line) -> bool:
        """Whether something may open there."""
        return ":" in line.text or "=" in line.text

    def scan_line(self, line: Line) -> Sequence[Span | Clue]:
        """A clue for each value that opens, and the spans of a manifest in one line."""
        text = line.text
        if "secret" in line.lowered:
            if kind := _KIND.match(text):
                return [Manifest(len(kind["lead"]))]
            if _KIND_IN_LINE.search(text):
                return list(_manifest_in_line(text))
        return [clue for clue in _opened(text) if clue.key is not Key.NOTHING]

    def warm_up(self) -> None:
        """Nothing to import."""


def _may_open(text: str, at: int, end: int) -> bool:
    """Whether something may open behind a name; a long line is shown without a look at it."""
    return end - at > _LONG or _OPENS.search(text, at, end) is not None


def _opened(text: str) -> Iterator[TextBlock | YamlBlock]:
    last = text.rstrip()[-1:]
    if any(quote in text for quote in _QUOTES):
        for match in _STRING.finditer(text):
            quote = match["quote"].removeprefix("@")
            if quote not in text[match.end() :]:
                yield TextBlock(judge_key(match["key"]), match.end(), quote)
    if "<<" in text:
        for match in _HERE.finditer(text):
            yield TextBlock(judge_key(match["key"]), len(text), "", match["word"])
    if (last in _YAML_ENDS or "#" in text) and (yaml := _YAML.match(text)):
        yield YamlBlock(judge_key(yaml["key"]), len(yaml["indent"]))


Part = tuple[int, int, str]
"""A line's index, a column, and the text from there."""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A string that goes on below: up to `quote`, or to a line that is only `word`."""

    key: Key
    column: int
    quote: str
    word: str = field(default="", repr=False)

    def settle(self, lines: Sequence[str], index: int) -> Iterable[tuple[int, Span]]:
        """Its lines, if it looks like a secret."""
        parts: list[Part] = [(index, self.column, lines[index][self.column :])]
        for at in range(index + 1, min(index + _LONGEST, len(lines))):
            line = lines[at]
            if self.word and line.strip() == self.word:
                return _judged(parts, self.key)
            if self.quote and self.quote in line:
                return _judged([*parts, (at, 0, line.partition(self.quote)[0])], self.key)
            parts.append((at, 0, line))
        return []

    def shifted(self, by: int) -> TextBlock:
        """The same, further to the right."""
        return replace(self, column=self.column + by)


@dataclass(frozen=True, slots=True)
class YamlBlock:
    """A YAML value below its key: the lines that are indented further."""

    key: Key
    indent: int

    def settle(self, lines: Sequence[str], index: int) -> Iterable[tuple[int, Span]]:
        """Its lines, if it looks like a secret and not like a mapping or a list."""
        below = list(_indented(lines, index, self.indent))
        if any(_opens_more(text) for _, _, text in below):
            return []
        return _judged(below, self.key)

    def shifted(self, by: int) -> YamlBlock:
        """Only a line's beginning opens one, so there is nowhere to go."""
        return self


@dataclass(frozen=True, slots=True)
class Manifest:
    """A `kind: Secret` in a column: the values of the `data` beside it, whatever their keys say."""

    column: int

    def settle(self, lines: Sequence[str], index: int) -> Iterable[tuple[int, Span]]:
        """One span for each line of a value."""
        for at in _siblings(lines, index, self.column):
            name = lines[at].strip(" -\"'{:\r\t").partition(":")[0].strip("\"' ")
            if name in ("data", "stringData"):
                for where, column, text in _indented(lines, at, self.column, longest=len(lines)):
                    yield from _entry(where, column, text)

    def shifted(self, by: int) -> Manifest:
        """Only a line's beginning is one."""
        return self


def _siblings(lines: Sequence[str], index: int, column: int) -> Iterator[int]:
    """Lines of the same mapping at the same depth, above and below."""
    for step in (-1, 1):
        at = index + step
        while 0 <= at < len(lines):
            text = lines[at]
            depth = _depth(text)
            if text.startswith("---") or _KIND.match(text):
                break
            if depth == column:
                yield at
            elif depth < column and text.strip():
                if text[depth] == "-" and len(text) - len(text[depth + 1 :].lstrip()) == column:
                    yield at  # `- data:` opens the mapping itself
                break
            at += step


def _entry(index: int, column: int, text: str) -> Iterator[tuple[int, Span]]:
    """The value of `name: value`, or a line of a value that began above."""
    name, colon, value = text.partition(":")
    if colon and not name.strip("\"'").replace(".", "").replace("_", "").replace("-", "").isalnum():
        return
    start = column + (len(name) + 1 if colon else 0)
    value = value if colon else text
    core = value.strip(" \t\r,\"'")
    if len(core) >= 4 and core[0] not in "|>{}[]&*#" and not is_stand_in(core):
        start += value.index(core)
        span = Span(start, start + len(core), "secret", "kubernetes-secret", "blocks/kubernetes")
        yield index, span


def _manifest_in_line(text: str) -> Iterator[Span]:
    for data in _DATA_IN_LINE.finditer(text):
        for pair in _PAIR.finditer(text, *data.span("body")):
            if not is_stand_in(pair["value"]):
                start, end = pair.span("value")
                yield Span(start, end, "secret", "kubernetes-secret", "blocks/kubernetes")


def _indented(
    lines: Sequence[str], index: int, indent: int, longest: int = _LONGEST
) -> Iterator[Part]:
    """Lines below `index` that are indented further than `indent`; blank ones are passed over."""
    for at in range(index + 1, min(index + longest, len(lines))):
        text = lines[at].rstrip()
        depth = _depth(text)
        if text and depth <= indent:
            return
        if text:
            yield at, depth, text[depth:]


def _depth(text: str) -> int:
    return len(text) - len(text.lstrip(" \t"))


def _opens_more(text: str) -> bool:
    return text.startswith(("- ", "{", "[")) or ": " in text or text.endswith(":")


def _judged(parts: Sequence[Part], key: Key) -> Iterator[tuple[int, Span]]:
    """The lines of a value that looks like a secret.

    Lines with blanks in them are text for people, unless such a line is the whole value.
    """
    full = [(at, column, text) for at, column, text in parts if _core(text)]
    words = [part for part in full if len(full) == 1 or len(_core(part[2]).split()) == 1]
    value = "".join(_core(text) for _, _, text in words)
    if not value or not judge_value(value, key, quoted=True):
        return
    for at, column, text in words:
        start = column + _depth(text)
        end = start + len(_core(text))
        yield at, Span(start, end, "secret", "block-value", "blocks", 0.8)


def _core(text: str) -> str:
    """Without blanks at its edges and without the `\\` that joins it to the next line."""
    return text.strip().removesuffix("\\").rstrip()
