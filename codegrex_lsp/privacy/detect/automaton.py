"""Automaton: where any of some thousand words stand in a text, in one pass over it.

Aho and Corasick's, from `ahocorasick_rs`. Where no wheel of that exists (Windows on ARM), one
pattern in the shape of a tree finds the same, ten times slower; a test holds the two equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Final

_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_NO_CHARACTER: Final = "\uffff"
"""Stands in no word: Unicode keeps it from being a character."""

MOST_IN_DFA: Final = 4_000
"""Words for which the faster and larger form of the automaton is built."""

_WORD_AND_START: Final = itemgetter(0, 1)

Hit = tuple[int, int]
"""Which word, as its index, and the offset of its first character."""

Finder = Callable[[str], Iterable[Hit]]


def build(words: Sequence[str], *, lasting: bool = True) -> Finder:
    """A function that finds every occurrence of every word, those inside others included.

    Hits come ordered so that their lines never step back, if no word holds a line break.

    Args:
        words: Different from each other, none empty, of whole characters only. Case counts.
        lasting: Whether it is built once and used for long, in a form that is larger and faster.
    """
    try:
        return native(words, lasting=lasting)
    except ImportError:
        return portable(words)


def native(words: Sequence[str], *, lasting: bool = True) -> Finder:
    """The automaton.

    Raises:
        ImportError: There is none for this platform.
    """
    from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation

    if not words:
        return lambda text: ()
    # A DFA reads twice as fast, but 10,000 words take a second to build and 100 MB.
    dense = lasting and len(words) <= MOST_IN_DFA
    how = Implementation.DFA if dense else Implementation.ContiguousNFA

    @cache
    def in_bytes() -> BytesAhoCorasick:
        return BytesAhoCorasick([word.encode() for word in words], implementation=how)

    @cache
    def in_characters() -> AhoCorasick:
        return AhoCorasick(list(words), implementation=how)

    def hits(text: str) -> Iterator[Hit]:
        if lasting and text.isascii():  # a byte is a character, and need not be told from it
            found = in_bytes().find_matches_as_indexes(text.encode(), overlapping=True)
            return map(_WORD_AND_START, found)
        find = in_characters().find_matches_as_indexes
        try:
            found = find(text, overlapping=True)
        except UnicodeEncodeError:  # half a surrogate pair, which it can not read
            found = find(_SURROGATE.sub(_NO_CHARACTER, text), overlapping=True)
        return map(_WORD_AND_START, found)

    return hits


def portable(words: Sequence[str]) -> Finder:
    """The same from the standard library alone."""
    if not words:
        return lambda text: ()
    pattern = re.compile(_pattern(_tree(words)), re.DOTALL)
    index = {word: at for at, word in enumerate(words)}
    inside = {  # the longest word is found first; it begins with these
        word: [index[word[:n]] for n in range(1, len(word) + 1) if word[:n] in index]
        for word in words
    }

    def hits(text: str) -> Iterator[Hit]:
        found = pattern.search(text)
        while found:
            start = found.start()
            for word in inside[found.group()]:
                yield word, start
            found = pattern.search(text, start + 1)

    return hits


_END: Final = ""

_Tree = dict[str, "_Tree"]


def _tree(words: Iterable[str]) -> _Tree:
    tree: _Tree = {}
    for word in words:
        node = tree
        for character in word:
            node = node.setdefault(character, {})
        node[_END] = {}
    return tree


def _pattern(tree: _Tree) -> str:
    """A pattern that matches the longest word of the tree."""
    branches = []
    for character, below in sorted(tree.items()):
        if character == _END:
            continue
        text = re.escape(character)
        while len(below) == 1 and _END not in below:  # no fork: on in the same branch
            ((character, below),) = below.items()
            text += re.escape(character)
        branches.append(text + _pattern(below))
    if not branches:
        return ""
    return f"(?:{'|'.join(branches)})" + ("?" if _END in tree else "")
