"""Assigned: values of `fields.FIELDS` in the syntaxes in which keys have values.

first_name = "…"    "dob": "…"    Passport no: …    <street>…</street>    setLastName("…")
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.clues import Clue
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.personal.above import TRIGGERS, Above, is_plain_value, plain_value
from codegrex_lsp.privacy.detect.personal.fields import (
    FIELDS,
    PARTS_OF_RECORDS,
    Field,
    field_in_record,
    field_of,
    keywords,
)
from codegrex_lsp.privacy.detect.personal.keys import phrases
from codegrex_lsp.privacy.detect.personal.names import is_name

_KEY: Final = re.compile(
    r"""(?<![\w\-])(?P<key>[^\W\d][\w\-]{0,48}(?:[ .][^\W\d][\w\-]{0,24}){0,4})
        ["'`\\\])*\[]{0,4}[ \t]{0,8}
        (?::[ ]?&?[A-Za-z][\w.\[\]<>?|]{0,30}[ ]?(?==)|\{[ ]?get;[ \w;]{0,20}\}[ ])?
        (?:is[ ](?=["'0-9A-Z])|to[ ](?=["'])|I?LIKE[ ]|(?:value|content)[ ]?=|(?=["'])
          |\|\|=|\?\?=|[:?+]=|=>|->|<-|==?=?|:|\(|>|\||,|\#|\{(?=[ ]?["']))
        [*]{0,2}[ \t]{0,8}
        (?:[\w.:]{1,24}\((?=["'])|\[{1,2}[ ]?(?=["'])|~[A-Z]\[(?=[0-9]))?
        (?:[bruf@$]{1,2}(?=["']))?(?P<quote>\\?["'`]|)
      | (?:--|\bENV[ ]|\bARG[ ])(?P<flag>[^\W\d][\w\-]{0,48})[ =](?P<flag_quote>["']?)""",
    re.VERBOSE,
)
_CALL: Final = re.compile(r"(?:new )?[\w.]{2,32}\(\s{0,2}[\"'`]?")
_BARE: Final = re.compile(r"[^\n;|<>\"'`{}\[\]()=]{1,120}")


_LONGEST_KEY: Final = 160
"""Characters that `_KEY` takes a key to have."""

_LONG: Final = 512
"""Characters from which a line is worth passing over in parts."""

_KEYWORDS: Final = keywords()
_SAID: Final = {field: phrases("; ".join(field.keys)) for field in FIELDS}


class Fields:
    """Every row of FIELDS, in the syntaxes in which keys have values."""

    name = f"fields/1-{len(FIELDS)}"
    level: Level = "all"
    keywords = _KEYWORDS
    triggers = TRIGGERS

    def wants(self, line: Line) -> bool:
        """Whether a letter group of such a key is there."""
        if line.words is not None and not self.keywords.isdisjoint(line.words):
            return True
        return is_plain_value(line) or (
            line.words is None and any(word in line.lowered for word in self.keywords)
        )

    def scan_line(self, line: Line) -> Sequence[Span | Clue]:
        """One span for each value that both its key and its looks give away."""
        spans = _below_its_key(line) if is_plain_value(line) else []
        position = 0
        while match := _KEY.search(line.text, self._next(line, position)):
            position = max(match.end("key"), match.end("flag")) + 1
            key = match["key"] or match["flag"]
            field = field_of(key)
            if field is None and key in PARTS_OF_RECORDS:
                field = field_in_record(key, line.lowered)
            found = _value(line, match, field) if field else None
            if field and found:
                spans.append(Span(*found, "pii", field.type, "field", 0.75))
                position = found[1]
        return spans

    def _next(self, line: Line, position: int) -> int:
        """From where the next key may stand: in a long line, not far before a letter group."""
        if len(line.text) < _LONG or line.words is None:
            return position
        hits = (
            line.lowered.find(word, position) for word in self.keywords.intersection(line.words)
        )
        ahead = min((hit for hit in hits if hit >= 0), default=len(line.text))
        return max(position, ahead - _LONGEST_KEY)

    def warm_up(self) -> None:
        """Nothing to import."""


def _below_its_key(line: Line) -> list[Span | Clue]:
    """A clue for each field that the one value of the line may be of."""
    start, end = plain_value(line)
    return [
        Above(Span(start, end, "pii", field.type, "field", 0.7), said)
        for field, said in _SAID.items()
        if field.is_value(line.text[start:end])
    ]


def _value(line: Line, key: re.Match[str], field: Field) -> tuple[int, int] | None:
    """Where the value of a key stands, if it is one of its field."""
    start, quote = key.end(), key["quote"] or key["flag_quote"]
    if quote:
        end = line.text.find(quote, start, start + 200)
        if end < 0:
            return None
    else:
        call = _CALL.match(line.text, start) if field.type == "date-of-birth" else None
        start = call.end() if call else start
        bare = _BARE.match(line.text, start)
        if bare is None or not (field.bare or key["flag"] or _is_text(line, key)):
            return _name_at_end(line, start) if field.type == "person" else None
        end = bare.end()
        if key["flag"]:
            end = min(found for found in (line.text.find(" ", start, end), end) if found >= 0)
    start, end = _trimmed(line.text, start, end)
    for shorter in _ends(line.text, start, end) if not quote else (end,):
        if field.is_value(line.text[start:shorter]):
            return start, shorter
    return None


def _name_at_end(line: Line, start: int) -> tuple[int, int] | None:
    """A name of two words that ends the line: no code looks so, but a line of a long string."""
    start, end = _trimmed(line.text, start, len(line.text))
    return (start, end) if is_name(line.text[start:end], fewest=2) else None


def _ends(text: str, start: int, end: int) -> Iterator[int]:
    """Where a value without quotes may end: all of it, at a comma, `&` or a blank; a few times."""
    yield end
    for separator in (", ", ",", "&", "  ", " "):
        found = text.find(separator, start, end)
        if found > start:
            yield found
            if separator == " ":
                after = text.find(" ", found + 1, end)
                if after > 0:
                    yield after


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \t*_":
        start += 1
    while end > start and text[end - 1] in " \t\r.,*\\":
        end -= 1
    return start, end


def _is_text(line: Line, key: re.Match[str]) -> bool:
    """Whether words stand for themselves here: in files of values, prose, markup and comments."""
    if line.kind is not FileKind.CODE or line.text[: key.end()].endswith(">"):
        return line.kind is not FileKind.FORMS
    before = line.text[: key.start()]
    return re.search(r"#|//|/\*|^\s*\*|<!--|--", before) is not None
