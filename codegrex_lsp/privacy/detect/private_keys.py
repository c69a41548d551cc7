"""Private keys: PEM of every kind, PGP, SSH2, PuTTY; whole, cut in half, escaped, base64 again.

The markers stay, what is between them goes. A marker alone is no key: source code that looks for
one keeps its lines. As soon as one line looks like key material, everything up to the other
marker goes; where that is missing, everything that could still be the key.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from codegrex_lsp.privacy.detect import Span

_MARKER: Final = re.compile(
    r"-{4,5} ?(?P<which>BEGIN|END) (?P<kind>[A-Z0-9 ]{0,40})PRIVATE KEY(?: BLOCK)? ?-{4,5}"
)
_PUTTY: Final = re.compile(r"PuTTY-User-Key-File-\d:[^\r\n]*")
_PUTTY_END: Final = re.compile(r"Private-MAC:\s?[0-9a-fA-F]+")
_ENCODED: Final = re.compile(
    r"LS0tLS1CRUdJTi[A-Za-z0-9+/=]*(?:(?:\\+n|\r?\n)[ \t]*[A-Za-z0-9+/=]{16,})*"
    r"(?:(?:\\+n|\r?\n)[ \t]*[A-Za-z0-9+/]{1,15}={0,2}(?![^\s\"'`\\]))?"
)
"""Base64 of `-----BEGIN `."""

_BREAK: Final = re.compile(r"\r\n|\n|\r|(?:\\+r)?\\+n")
_DRESS: Final = " \t\f\v\"'`,+;#>*|\\()-"
"""What may stand round a line of a key: quotes, comment and diff signs, joins."""

_BODY_LINE: Final = re.compile(r"[A-Za-z0-9+/]*={0,3}")
_HEADER_LINE: Final = re.compile(r"[A-Za-z][A-Za-z0-9\-]{1,40}:\s.*")
_EDGE: Final = re.compile(r"(?:[\s\"'`]|\\+[nrt])*")
_LONG_ENOUGH: Final = 16
"""Characters of one line from which it is key material."""


class PrivateKeys:
    """Bodies of private keys."""

    name = "private-keys/1"
    keywords = frozenset({"private key", "putty-user-key-file", "ls0tls1crudjti"})
    triggers = ()

    def scan_document(self, text: str, *, half_typed: bool) -> Sequence[Span]:
        """One span for each key's body; it may cross lines."""
        spans: list[Span] = []
        if "PRIVATE KEY" in text:
            spans += _between_markers(text, 4 if half_typed else _LONG_ENOUGH)
        if "PuTTY-User-Key-File" in text:
            spans += _putty(text)
        if "LS0tLS1CRUdJTi" in text:
            spans += (_span(m.start(), m.end(), text) for m in _ENCODED.finditer(text))
        return spans


def _between_markers(text: str, long_enough: int) -> Iterator[Span]:
    previous_end = 0
    opened: re.Match[str] | None = None
    for marker in _markers(text):
        if marker["which"] == "BEGIN":
            if opened:
                yield from _downwards(text, opened.end(), marker.start(), long_enough)
            opened = marker
        elif opened:
            yield from _whole(text, opened.end(), marker.start(), long_enough)
            opened = None
        else:
            yield from _upwards(text, previous_end, marker.start(), long_enough)
        previous_end = marker.end()
    if opened:
        yield from _downwards(text, opened.end(), len(text), long_enough)


def _markers(text: str) -> Iterator[re.Match[str]]:
    """BEGIN and END lines. Looked for by their words: files are full of dashes."""
    at = position = 0
    while (at := text.find("PRIVATE KEY", at)) >= 0:
        at += len("PRIVATE KEY")
        marker = _MARKER.search(text, max(position, at - 70), at + 12)
        if marker:
            position = marker.end()
            yield marker


def _whole(text: str, start: int, end: int, long_enough: int) -> Iterator[Span]:
    if any(_material(line) >= long_enough for _, _, line in _body_lines(text, start, end)):
        yield _span(start, end, text)


def _downwards(text: str, start: int, end: int, long_enough: int) -> Iterator[Span]:
    """The key was cut off below: take lines for as long as they could be part of it."""
    stop, seen = start, False
    for _, line_end, line in _body_lines(text, start, end):
        size = _material(line)
        if size < 0:
            break
        seen = seen or size >= long_enough
        stop = line_end
    if seen:
        yield _span(start, stop, text)


def _upwards(text: str, start: int, end: int, long_enough: int) -> Iterator[Span]:
    """The key was cut off above."""
    stop, seen = end, False
    for line_start, _, line in reversed(list(_body_lines(text, start, end))):
        size = _material(line)
        if size < 0:
            break
        seen = seen or size >= long_enough
        stop = line_start
    if seen:
        yield _span(stop, end, text)


def _body_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Lines between two offsets; an escaped line break ends one too."""
    position = start
    for gap in _BREAK.finditer(text, start, end):
        yield position, gap.start(), text[position : gap.start()]
        position = gap.end()
    yield position, end, text[position:end]


def _material(line: str) -> int:
    """Characters of key material in `line`; 0 for a blank or header line, −1 where it is none."""
    core = line.strip(_DRESS)
    if _BODY_LINE.fullmatch(core):
        return len(core)
    return 0 if _HEADER_LINE.fullmatch(core) else -1


def _putty(text: str) -> Iterator[Span]:
    ends = [tail.end() for tail in _PUTTY_END.finditer(text)]
    last_lines = text.rfind("Private-Lines:")
    for head in _PUTTY.finditer(text):
        at = bisect_right(ends, head.end())
        if at < len(ends):
            yield _span(head.end(), ends[at], text)
        elif last_lines >= head.end():
            yield _span(head.end(), len(text), text)


def _span(start: int, end: int, text: str) -> Span:
    """Without the line breaks and quotes at its edges, escaped ones included."""
    lead = _EDGE.match(text, start, end)
    start = lead.end() if lead else start
    while end > start:
        shorter = end
        if text[end - 1].isspace() or text[end - 1] in "\"'`":
            shorter = end - 1
        elif text[end - 1] in "nrt" and text[end - 2] == "\\":
            shorter = end - 2
        elif text[end - 1] == "\\":
            shorter = end - 1
        if shorter == end:
            break
        end = shorter
    return Span(start, max(end, start), "secret", "private-key", "private-key")
