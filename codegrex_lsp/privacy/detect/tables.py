"""Tables: values whose column's head names a secret, in CSV, Markdown and SQL's INSERT.

Document detectors: the head stands on another line than the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.judge import judge_value
from codegrex_lsp.privacy.detect.keys import Key, judge_key

_HEAD: Final = re.compile(r"\s*[^\n]{0,2000}")
_HEAD_CELL: Final = re.compile(r"\s*\"?(?!import|from|def|class)[\w.\-]+(?: [\w.\-]+)?\"?\s*")
_RULE: Final = re.compile(r"[ \t]*\|?[ \t]*:?-[ \t:|\-]*\r?")
_RULES: Final = ("|-", "| -", "|:-", "| :-")
"""One of these stands in the rule below every head, and seldom in code."""

_EXAMPLES: Final = ("| password", "|password", "| passwd", "| pwd", "| passphrase")
"""One of these stands in the head of a table of Gherkin, which has no rule below."""

_INSERT: Final = re.compile(
    r"(?:insert|replace)\s+into\s+[\w.\"`\[\]]{1,120}\s*\((?P<columns>[^()]{1,2000})\)\s*values",
    re.IGNORECASE,
)
_COPY: Final = re.compile(
    r"copy\s[\w.\"]{1,120}\s?\((?P<columns>[^()]{1,2000})\) from stdin\b[^\n]*",
    re.IGNORECASE,
)
_VERB: Final = re.compile(r"\b(?:insert|replace)\s+$", re.IGNORECASE)
_SQL_VALUE: Final = re.compile(r"\s*(?:N?'(?P<text>(?:[^'\n]|'')*)'|[^,()'\n]*)\s*(?P<after>[,)])")

_Columns = dict[int, Key]


class Tables:
    """Cells below a head such as `password`, in Markdown and SQL."""

    name = "tables/1"
    keywords = frozenset(
        {
            *_RULES,
            *_EXAMPLES,
            "insert into",
            "replace into",
            "insert  into",
            "insert\tinto",
            ") from stdin",
        }
    )
    triggers = ()

    def scan_document(self, text: str, *, half_typed: bool) -> Sequence[Span]:
        """One span for each cell."""
        del half_typed
        return [*_markdown(text), *_inserts(text), *_examples(text), *_dumped(text)]


class Separated:
    """The same in CSV, whose head is the text's first line."""

    name = "separated/1"

    def scan_document(self, text: str, *, half_typed: bool) -> Sequence[Span]:
        """One span for each cell."""
        del half_typed
        return list(_separated(text))


def _columns(cells: Sequence[str]) -> _Columns:
    keys = {index: judge_key(cell.strip(' \t"`*[]')) for index, cell in enumerate(cells)}
    return {index: key for index, key in keys.items() if key not in (Key.NOTHING, Key.WEAK)}


def _separated(text: str) -> Iterator[Span]:
    """CSV: the first line names the columns, and the lines below have as many."""
    head = _HEAD.match(text)
    if head is None or not any(mark in head.group() for mark in ",;\t|"):
        return
    mark = max(",;\t|", key=head.group().count)
    names = head.group().strip("\r\n").split(mark)
    if not all(_HEAD_CELL.fullmatch(name) for name in names) or not (columns := _columns(names)):
        return
    for start, end in _lines(text, head.end() + 1):
        cells = list(_cells(text, start, end, mark))
        if len(cells) == len(names):
            yield from _spans(text, cells, columns)


def _markdown(text: str) -> Iterator[Span]:
    rules = sorted(set(_rule_lines(text)))
    columns: _Columns = {}
    for (start, end), (next_rule, _) in pairwise([*rules, (len(text), 0)]):
        head = text.rfind("\n", 0, start - 1) + 1
        if "|" in text[head : start - 1]:  # a rule within a table adds its columns to it
            columns |= _columns([text[a:b] for a, b in _cells(text, head, start - 1, "|")])
        for begin, stop in _lines(text, end + 1):
            if begin >= next_rule:
                break
            if "|" not in text[begin:stop]:
                columns = {}
                break
            if columns:
                yield from _spans(text, list(_cells(text, begin, stop, "|")), columns)


def _rule_lines(text: str) -> Iterator[tuple[int, int]]:
    """Lines of dashes below a head, found by their marks: trying each line is too slow."""
    for mark in _RULES:
        at = text.find(mark)
        while at >= 0:
            start = text.rfind("\n", 0, at) + 1
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            if start and _RULE.fullmatch(text, start, end):
                yield start, end
            at = text.find(mark, end)


def _examples(text: str) -> Iterator[Span]:
    """Tables of Gherkin: lines of as many cells as the one that names them."""
    lowered = text.lower() if "|" in text else ""
    done = 0
    for at in sorted(_all(lowered, _EXAMPLES)):
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        if start < done or end < 0 or not text[start:end].lstrip().startswith("|"):
            continue
        head = list(_cells(text, start, end, "|"))
        columns = _columns([text[a:b] for a, b in head])
        done = end
        for begin, stop in _lines(text, end + 1):
            cells = list(_cells(text, begin, stop, "|"))
            if len(cells) != len(head) or _RULE.fullmatch(text, begin, stop):
                break
            yield from _spans(text, cells, columns)
            done = stop


def _all(text: str, marks: Sequence[str]) -> Iterator[int]:
    for mark in marks:
        at = text.find(mark)
        while at >= 0:
            yield at
            at = text.find(mark, at + len(mark))


def _inserts(text: str) -> Iterator[Span]:
    for insert in _statements(text):
        columns = _columns(insert["columns"].split(","))
        position = text.find("(", insert.end(), insert.end() + 200)
        while columns and position >= 0:
            cells, position = _sql_row(text, position + 1)
            yield from _spans(text, cells, columns)
            comma = re.compile(r"\s*,\s*\(").match(text, position)
            position = comma.end() - 1 if comma else -1


def _dumped(text: str) -> Iterator[Span]:
    """Rows that PostgreSQL's COPY reads, up to a line that is `\\.`."""
    for at in _all(text, (") FROM stdin", ") from stdin", ") FROM STDIN")):
        copy = _COPY.match(text, text.rfind("\n", 0, at) + 1)
        if copy is None:
            continue
        columns = _columns(copy["columns"].split(","))
        for start, end in _lines(text, copy.end() + 1):
            if not columns or text.startswith("\\.", start):
                break
            yield from _spans(text, list(_cells(text, start, end, "\t")), columns)


def _statements(text: str) -> Iterator[re.Match[str]]:
    """INSERT and REPLACE, found by their second word: trying each place is too slow."""
    for into in ("INTO", "into", "Into"):
        at = text.find(into)
        while at >= 0:
            begin = max(at - 40, 0)
            verb = _VERB.search(text, begin, at)
            insert = _INSERT.match(text, verb.start()) if verb else None
            if insert:
                yield insert
            at = text.find(into, at + len(into))


def _sql_row(text: str, start: int) -> tuple[list[tuple[int, int]], int]:
    """The cells of one row and where it ends; a cell that is no string is empty."""
    cells = []
    while value := _SQL_VALUE.match(text, start):
        start = value.end()
        cells.append(value.span("text") if value["text"] is not None else (start, start))
        if value["after"] == ")":
            break
    return cells, start


def _spans(text: str, cells: Sequence[tuple[int, int]], columns: _Columns) -> Iterator[Span]:
    for index, key in columns.items():
        if index < len(cells):
            start, end = cells[index]
            if judge_value(text[start:end], key, quoted=True):
                yield Span(start, end, "secret", "password", "table", 0.8)


def _lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _cells(text: str, start: int, end: int, mark: str) -> Iterator[tuple[int, int]]:
    """Cells without blanks, quotes and backticks around them; a quoted one may hold the mark."""
    bounds = [start - 1, *_marks(text, start, end, mark), end]
    for left, right in pairwise(bounds):
        left += 1
        while left < right and text[left] in " \t\"`*'":
            left += 1
        while right > left and text[right - 1] in " \t\r\"`*'":
            right -= 1
        yield left, right


def _marks(text: str, start: int, end: int, mark: str) -> Iterator[int]:
    quoted = False
    for position in range(start, end):
        if text[position] == '"':
            quoted = not quoted
        elif text[position] == mark and not quoted:
            yield position
