"""People: names where structure puts a person, such as after `@author` or before a mail address.

A name alone looks like any class; so a position must say that a person stands there. Names as
values of keys are in `fields`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Check, Level, Line
from codegrex_lsp.privacy.detect.personal.names import NAME, is_name
from codegrex_lsp.privacy.detect.words import words

_NAME: Final = re.compile(NAME)
_SURE: Final = re.compile(
    r"""[@\\](?:author|maintainer|contributor)s?\b\s{0,4}[:=({]?\s{0,4}
      | :(?:author|maintainer|codeauthor|sectionauthor):?:?\s{1,4}
      | \buser\.name[ ]{1,4}["']
      | \\(?:signature|fromname)\{
      | __(?:author|maintainer|credits)__\s{0,4}=\s{0,4}[\[(]?\s{0,4}["']
      | \b(?:signed-off|co-authored|co-developed|reviewed|acked|tested|reported|suggested|approved
             |helped|mentored|committed)-by:\s{1,4}
      | (?:^|[\s#*;/\-"'`{,|%>])(?:original[ ]|code[ ]|main[ ]|lead[ ]|first[ ])?
          (?:authors?|maintainers?|committer|contact|copyright[ ]holders?|contributors?|assignee
             |reviewer|translators?|owner)["'`]?(?:\(s\))?\s{0,4}[:=]\s{0,4}[\["']{0,3}
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Positions where one word may be a name."""

_BY: Final = re.compile(
    r"""\b(?:written|created|authored|maintained|developed|contributed|implemented|designed|ported
            |rewritten|modified|updated|fixed|patch(?:ed)?|coded|originally|idea|code|donated)
        (?:\ (?:and|&)\ [a-z]{4,12})?\ (?:in\ [0-9]{4}\ )?(?:by|from)[: ]\s{0,3}
      | \b(?:thanks\ to|courtesy\ of|credits?\ (?:to|goes\ to)|reported\ by|found\ by|suggested\ by
            |assigned\ to)[: ]\s{0,3}
      | (?:\bcopyright\b|\(c\)|©)(?:[\s:]|\(c\)|©|[0-9]{4}|[,\-–]){1,24}(?:by\s)?
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Positions that programs and companies share: two words at least."""

_BEHIND_MAIL: Final = re.compile(
    rf"@[\w\-]{{1,63}}(?:\.[\w\-]{{1,63}}){{1,8}}[\"'],\s{{0,4}}[\"'](?P<name>{NAME})[\"']"
)
"""The name that is to be shown for an address, in a call."""

_BEFORE_MAIL: Final = re.compile(
    rf"(?P<name>{NAME})(?P<quote>[\"']?) (?:\(<|[<(]|\\?<)[\w.+\-]{{1,64}}@[\w.\-]{{3,200}}[>)]"
)
_IN_R: Final = re.compile(
    rf"\bperson\(\s?(?:given\s?=\s?)?[\"'](?P<first>{NAME})[\"'],\s{{0,4}}(?:family\s?=\s?)?[\"'](?P<last>{NAME})[\"']"
)
"""An author of a package of R."""

_TASK: Final = re.compile(
    r"\b(?:TODO|FIXME|XXX|HACK|NOTE|BUG|OPTIMIZE|REVIEW) ?\(@?(?P<name>[A-Za-z][\w.\-]{1,30})\)"
)
_TASKS: Final = words("todo fixme xxx hack note bug optimize review(")
_DONE: Final = words(
    """
    written created developed implemented designed ported modified patch coded originally donated
    thanks courtesy found suggested fixed updated idea
    """
)
_DONE_BY: Final = re.compile(r".{0,48}?\s(?:by|from|to|of)[: ]", re.IGNORECASE)
"""What each match of `_BY` holds from one of these words on."""

_TASK_TOPICS: Final = words(
    """
    api docs doc perf performance later soon bug bugs cleanup refactor security test tests testing
    ui ux backend frontend release future urgent high low medium critical optional maybe windows
    linux macos ios android async sync python rust go js ts java sql http v1 v2 v3 v4 next now never
    todo fixme none null self this feature deps dependency core build ci types typing
    """
)
_FIRM: Final = re.compile(r",? (?:Inc|LLC|Ltd|Limited|Corp|GmbH|Co\b|AG\b|S\.A|AB\b|Oy\b|B\.V|Pty)")
_AND: Final = re.compile(r",? (?:and|und|et|y|&) |, ?| {0,2}[;/|] ?|[\"'], ?[\"']")


class People:
    """Names in the position of an author, and of whoever is to do something."""

    name = "people/1"
    level: Level = "all"
    keywords = words(
        """
        @ author maintain contribut credit -by: copyright (c) © contact assign reviewer translator
        owner committer todo fixme xxx hack note bug optimize review( written created developed
        implemented designed ported modified patch coded originally donated thanks courtesy
        reported found suggested fixed updated idea user.name person( \\signature{ \\fromname{
        """
    )
    triggers = ()

    @property
    def checks(self) -> Mapping[str, Check]:
        """Most words of positions are common ones, and mean a person only before some others."""
        return dict.fromkeys(_DONE, _DONE_BY.match) | dict.fromkeys(_TASKS, _TASK.match)

    def wants(self, line: Line) -> bool:
        """Whether a word stands there that may introduce a person."""
        if line.words is not None:
            return not self.keywords.isdisjoint(line.words)
        return any(word in line.lowered for word in self.keywords)

    def scan_line(self, line: Line) -> Sequence[Span]:
        """Spans of names, without title, year and mail address."""
        text = line.text
        found: dict[int, int] = {}
        for match in _SURE.finditer(text):
            found.update(_names(text, match.end(), fewest=1))
        for match in _BY.finditer(text):
            found.update(_names(text, match.end(), fewest=2))
        for match in _BEFORE_MAIL.finditer(text) if "@" in text else ():
            found.update(_last_words(match))
        for match in _BEHIND_MAIL.finditer(text) if "@" in text else ():
            if is_name(match["name"], fewest=2):
                found.update([match.span("name")])
        for match in _IN_R.finditer(text) if "person(" in line.lowered else ():
            found.update((match.span("first"), match.span("last")))
        spans = [Span(a, b, "pii", "person", "author", 0.75) for a, b in found.items()]
        spans += (
            Span(*match.span("name"), "pii", "person", "task", 0.6)
            for match in _TASK.finditer(text)
            if match["name"].lower() not in _TASK_TOPICS and not match["name"].isupper()
        )
        return spans

    def warm_up(self) -> None:
        """Nothing to import."""


def _names(text: str, position: int, *, fewest: int) -> Iterator[tuple[int, int]]:
    """Names from `position` on, as long as one follows the other; at most a handful."""
    for _ in range(8):
        match = _NAME.match(text, position)
        if match is None:
            return
        start, end = match.span()
        while text[end - 1 : end] == "." and not _initial(text, end):
            end -= 1
        code = text[end : end + 1] == "(" or text[end + 1 : end + 2].isdigit()
        if code or _FIRM.match(text, end) or not is_name(text[start:end], fewest=fewest):
            return
        yield start, end
        after = _AND.match(text, _behind_mail(text, end))
        if after is None:
            return
        position = after.end()


def _last_words(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The longest end of what stands before a mail address that is a name."""
    start, end = match.span("name")
    fewest = 2 if match["quote"] else 1
    if match.string[:start].lower().endswith("team: "):
        return
    while start < end:
        if is_name(match.string[start:end], fewest=fewest):
            yield start, end
            return
        blank = match.string.find(" ", start, end)
        if blank < 0:
            return
        start = blank + 1


def _initial(text: str, end: int) -> bool:
    """Whether the dot before `end` belongs to an initial."""
    return end >= 3 and text[end - 3] in " ." and text[end - 2].isupper()


def _behind_mail(text: str, position: int) -> int:
    mail = re.compile(r" ?[<(][^<>()\s]{3,120}[>)]").match(text, position)
    return mail.end() if mail else position
