"""Entities: which of the names that a language model hears in prose are believed.

The model takes every other word in capitals for a person: 50 in 1,000 lines of code. Here it
needs company: two words of a name's looks, none of which the document uses as an identifier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.personal.names import is_name
from codegrex_lsp.privacy.detect.words import words

PERSON: Final = "PERSON"
PLACES: Final = frozenset({"GPE", "LOC"})
LABELS: Final = PLACES | {PERSON}
"""Of OntoNotes 5, as spaCy's English models have them."""

_TITLE: Final = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Herr|Frau)\.? $")
_WHERE: Final = re.compile(
    r"\b(?:liv(?:e|es|ed|ing)|born|based|located|resid(?:e|es|ed|ing)|office|moved|moving|home"
    r"|works?|worked|working|address|flat|grew up|met)(?: is)? (?:in|to|from|near|at|outside) $"
)
_AFTER_PERSON: Final = re.compile(r",? \(?(?:in|from|of|at|near)? ?$")
_EDGE: Final = re.compile(r"^[^\w]+|(?:['’]s)?[^\w]+$|['’]s$")
_GLUED_BEFORE: Final = frozenset("._/@#:$-`<=\\")
_GLUED_AFTER: Final = frozenset("_/@:$`(=-[<\\")
_IN_CODE_AFTER: Final = re.compile(r"[A-Z0-9_(\[<]|\.\w|::| ?=")
_IN_CODE_BEFORE: Final = re.compile(
    r"""(?: [\w.@$`:]
          | \b(?:class|struct|enum|interface|trait|impl|new|namespace|extends|implements|raise)[ ]
          | (?:^|\n)[ \t]{0,8}(?:from|import|use|using|type|module|except|def|func|function|fn)[ ]
        )$""",
    re.VERBOSE,
)
_LONGEST_BEFORE: Final = 20
_PLACES_LOOKED_AT: Final = 32
"""Of a word in a document; bounds the time of a word that stands everywhere."""

_PRODUCTS: Final = words(
    """
    access action actions active add android api app application arch artificial asian async
    auto azure bad base basic big binary blue boost borland bourne box bug build c call case
    chrome clean click cloud code common connection context cookie core create cross current
    custom cython debian debug deep default delete design desktop development digital direct
    django docker dot double draft draw drawing dublin dutch early edge elastic enable end
    english entity error event excel exchange explorer extended extensions fast fedora fibonacci
    file firefox fix flask float flow force fortran framework french front frozen general german
    get global go good graph greek green group handle hash hat head hello help high home host
    html http hub internet intro invalid ip ipython item jit js json jupyter keep kernel key
    keyboard kotlin last latin lazy letters level library light line list live load local log
    long loop low mac machine macos main make manager markdown master matlab matrix memory menu
    merge message mime missing mode model modern monte multi mysql native nested net next node
    normal note numerals numpy objective office open operating order orphan output page pandas
    parse part pass path perl pip pipe point pool portable post postgres power process pull push
    quick quote raises random raw read real red redis refer reference remove render request
    reset response rest return returns reverse roman round rsa run rust safari save scalar scan
    search secure see self server service session set shell short show simple single skip small
    solaris space special sql stack standard start state static stop store stream string sub
    super supplement support syllables symbols sync table tag task template terminal time token
    tool tree true turn twisted type ubuntu ui unicode unix unknown update use utf valid value
    vector view virtual visual void web white wide widget wild windows word work world write
    yaml yellow zero zip
    """
)
"""Words of programs and their parts; those that people are called by too are left out."""


@dataclass(frozen=True, slots=True)
class Entity:
    """What the model hears.

    Attributes:
        start: Offset in the text that it was given.
        end: One past its last character.
        label: One of `LABELS`.
    """

    start: int
    end: int
    label: str


def believed(text: str, entities: Sequence[Entity], document: str) -> list[Span]:
    """The spans of the names that are believed, relative to `text`.

    Args:
        text: A comment, a string or a line of prose, as the model was given it.
        entities: What it hears in it.
        document: The whole file, for its identifiers.
    """
    found: list[Span] = []
    for entity in entities:
        start, end = _trimmed(text, entity)
        if start >= end or _glued(text, start, end):
            continue
        name = text[start:end]
        if entity.label == PERSON and _is_person(text, start, name):
            type_, confidence = "person", 0.6
        elif entity.label in PLACES and _is_place(text, start, name, found):
            type_, confidence = "place", 0.5
        else:
            continue
        if not any(_in_code(word, document) for word in _words(name)):
            found.append(Span(start, end, "pii", type_, "ner", confidence))
    return found


def _is_person(text: str, start: int, name: str) -> bool:
    fewest = 1 if _TITLE.search(text, max(0, start - 8), start) else 2
    return is_name(name, fewest=fewest) and _may_be(name)


def _is_place(text: str, start: int, name: str, found: Sequence[Span]) -> bool:
    if not is_name(name) or not _may_be(name):
        return False
    if _WHERE.search(text, max(0, start - 40), start):
        return True
    return bool(found) and _AFTER_PERSON.fullmatch(text, found[-1].end, start) is not None


def _may_be(name: str) -> bool:
    """Whether no word of a name is in capitals throughout, or of a program, or cut short."""
    return len(name.rpartition(" ")[2].strip(".")) > 1 and not any(
        (word.isupper() and len(word) > 2) or word.lower() in _PRODUCTS or "_" in word
        for word in _words(name)
    )


def _trimmed(text: str, entity: Entity) -> tuple[int, int]:
    """The entity without quotes, brackets, dots and a possessive at its ends."""
    start, end = max(0, entity.start), min(entity.end, len(text))
    name = text[start:end]
    for edge in _EDGE.finditer(name):
        if edge.start() == 0:
            start += edge.end()
        else:
            end = entity.start + edge.start()
    return start, end


def _glued(text: str, start: int, end: int) -> bool:
    """Whether a name is part of a path, an address or an identifier."""
    before, after = text[:start][-1:], text[end : end + 1]
    if before.isalnum() or after.isalnum() or (after == "." and text[end + 1 :][:1].isalnum()):
        return True
    return before in _GLUED_BEFORE or after in _GLUED_AFTER


def _words(name: str) -> Iterator[str]:
    yield from (word.strip(".,'’") for word in re.split(r"[ \-]", name) if len(word) > 2)


def _in_code(word: str, document: str) -> bool:
    """Whether a document uses a word as an identifier or as a part of one."""
    at = -1
    for _ in range(_PLACES_LOOKED_AT):
        at = document.find(word, at + 1)
        if at < 0:
            return False
        before, end = max(0, at - _LONGEST_BEFORE), at + len(word)
        if _IN_CODE_AFTER.match(document, end) or _IN_CODE_BEFORE.search(document, before, at):
            return True
    return False
