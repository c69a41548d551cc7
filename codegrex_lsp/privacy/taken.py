"""Taken: the strings that stand in the texts of a request, so that no placeholder may equal them.

Whoever has seen a placeholder can write it into a file and would be given the value for it: in a
file, what looks like a placeholder is text like any other, and the value gets another one. What is
said in a conversation is different. A placeholder there was quoted from an answer and means its
value, which is in the same request or unknown; so it keeps its name, and the prompt its beginning.
That is for our own words only: digits and addresses that are said may be anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from codegrex_lsp.privacy.marks import MarkReader
from codegrex_lsp.privacy.shapes import guessable

_FEW: Final = 64
"""Placeholders that are looked for in the texts one by one."""

_WORD: Final = re.compile(r"\w+", re.ASCII)
_PAIR: Final = re.compile(r"(?<!\w)(?=(\w+[.:\-/ ]\w+))", re.ASCII)
"""A word and the next one, as in an address or a number that is written in groups."""


class Taken:
    """Whether a placeholder stands in one of the texts already.

    The first few are looked for in the texts themselves; for more, the words and pairs of words of
    the texts tell which can not stand there.

    Args:
        files: Texts of files, diffs, terminals, and their names.
        talk: What was said in the conversation.
        marks: What has read them, or may.
    """

    def __init__(
        self, files: Sequence[str], *, talk: Sequence[str] = (), marks: MarkReader | None = None
    ) -> None:
        marks = marks or MarkReader()
        self._texts = (*files, *talk)
        self._lowered: list[str] | None = None
        self._asked = 0
        self._quoted = frozenset().union(*(marks.read(text).quoted for text in files))

    def __contains__(self, placeholder: str) -> bool:
        name = placeholder.lower()
        if not guessable(name):
            return name.partition("@")[0] in self._quoted
        if self._lowered is None:
            self._lowered = [text.lower() for text in self._texts]
        self._asked += 1
        if self._asked > _FEW and not self._pieces.issuperset(_pieces_of(name)):
            return False
        return any(name in text for text in self._lowered)

    @cached_property
    def _pieces(self) -> frozenset[str]:
        """Of every text; also without a first letter that may be that of an escape."""
        pieces = frozenset().union(*(_pieces_of(text) for text in self._lowered or ()))
        return pieces | {piece[1:] for piece in pieces if piece[0] in "abfnrtv0"}


def _pieces_of(text: str) -> list[str]:
    return [*_WORD.findall(text), *_PAIR.findall(text)]
