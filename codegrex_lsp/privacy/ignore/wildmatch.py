"""One line of gitignore syntax, made into a test that runs in linear time.

The rules are those of gitignore(5) as Git's `dir.c` and `wildmatch.c` carry them out, corners
included; tests hold them against `git check-ignore`. One difference: `?` and `[...]` stand for
one character, where Git counts bytes.

A repository writes these lines, so no line may make matching slow. `*` becomes a lazy atomic
group up to the next fixed run and `**/` one up to the next fixed run of names: the leftmost fit
is always as good as any later one, so nothing needs to be tried twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

LONGEST: Final = 4096
"""Characters in a pattern; no longer path can be opened on the systems we know."""

_SPECIAL: Final = frozenset("*?[\\")
_STAR: Final = object()  # any run of characters within a name
_GLOBSTAR: Final = object()  # `**/`: any run of folders, or none
_DEEP: Final = object()  # any run of characters
_NEVER: Final = "(?!)"

_CLASSES: Final = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": " \\t\\n\\v\\f\\r",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


class BadPattern(ValueError):
    """A line that Git takes and then never matches. The message says why, without the line."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rule for names.

    Attributes:
        text: As written, without trailing spaces.
        negated: It began with `!`: what it matches is included again.
        folders_only: It ended with `/`.
        by_name: It has no other slash, so it is held against the last name of a path at any
            depth; otherwise against the path from the rule's own folder.
    """

    text: str
    negated: bool
    folders_only: bool
    by_name: bool
    _fits: Callable[[str], object] = field(repr=False)

    def matches(self, path: str, name: str, *, is_folder: bool) -> bool:
        """Whether the rule speaks of this path.

        Args:
            path: From the rule's folder, separated by `/`, in Unicode normal form C.
            name: Its last component.
            is_folder: Whether it is a folder.
        """
        if self.folders_only and not is_folder:
            return False
        return bool(self._fits(name if self.by_name else path))


def parse(line: str, *, folded: bool = False) -> Pattern | None:
    """Read one line, without its line end; None for a blank one or a comment.

    Args:
        line: As it stands in the file.
        folded: Compare without regard to case.

    Raises:
        BadPattern: The line can never match.
    """
    if line.startswith("#"):
        return None
    text = _without_trailing_spaces(line)
    body = unicodedata.normalize("NFC", text)
    negated = body.startswith("!")
    body = body.removeprefix("!")
    folders_only = body.endswith("/")
    body = body[:-1] if folders_only else body
    by_name = "/" not in body
    body = body.removeprefix("/")
    if not body:
        return None
    if len(body) > LONGEST:
        raise BadPattern(f"it is longer than {LONGEST} characters")
    return Pattern(text, negated, folders_only, by_name, _compile(body, by_name, folded))


def any_of(patterns: Iterable[Pattern]) -> Callable[[str], object]:
    """One test for what any of these patterns fits, whichever it is.

    Args:
        patterns: All by name, or all by path; case counts.
    """
    expressions = []
    for pattern in patterns:
        body = unicodedata.normalize("NFC", pattern.text).removeprefix("!").removesuffix("/")
        expressions.append(_regex(list(_tokens(body.removeprefix("/"), pattern.by_name))))
    return re.compile("|".join(expressions) or _NEVER, re.DOTALL).fullmatch


def has_wildcards(line: str) -> bool:
    """Whether a line is more than a name or a beginning `*`: those need no regular expression."""
    return not line.startswith("#") and not _SPECIAL.isdisjoint(line.removeprefix("*"))


def _without_trailing_spaces(line: str) -> str:
    """Git trims spaces only, and none that a backslash stands before."""
    kept = line.rstrip(" ")
    if kept == line:
        return line
    backslashes = len(kept) - len(kept.rstrip("\\"))
    return kept + " " if backslashes % 2 else kept


def _compile(body: str, by_name: bool, folded: bool) -> Callable[[str], object]:
    if not folded:
        if _SPECIAL.isdisjoint(body):
            return body.__eq__
        if by_name and body[0] == "*" and _SPECIAL.isdisjoint(body[1:]):
            ending = body[1:]
            return lambda name: name.endswith(ending)
    flags = re.DOTALL | (re.IGNORECASE if folded else 0)
    return re.compile(_regex(list(_tokens(body, by_name))), flags).fullmatch


def _regex(tokens: list[object]) -> str:
    """Join pieces; what follows a wildcard is found as far left as it goes, and then kept."""
    runs: list[tuple[object, str]] = [(None, "")]
    for token in tokens:
        if token in (_STAR, _GLOBSTAR, _DEEP):
            runs.append((token, ""))
        else:
            runs[-1] = (runs[-1][0], runs[-1][1] + str(token))
    starts = [at for at, (wildcard, _) in enumerate(runs) if wildcard is not _STAR]
    parts = []
    for at, until in zip(starts, [*starts[1:], len(runs)], strict=True):
        last = until == len(runs)
        names = _names([text for _, text in runs[at:until]], last=last)
        skip = {None: ("", ""), _GLOBSTAR: ("(?:|.*?/)", "(?:.*/)?"), _DEEP: (".*?", ".*")}
        lazy, greedy = skip[runs[at][0]]
        parts.append(f"{greedy}{names}" if last else f"(?>{lazy}{names})")
    return "".join(parts)


def _names(fixed: list[str], *, last: bool) -> str:
    """The regular expression for pieces that `*` joins.

    At the very end of a pattern the last `*` has to reach the end, so it may give back.
    """
    parts = fixed[:1]
    for number, text in enumerate(fixed[1:], start=2):
        parts.append(f"[^/]*{text}" if last and number == len(fixed) else f"(?>[^/]*?{text})")
    return "".join(parts)


def _tokens(body: str, by_name: bool) -> Iterator[object]:
    """Regular expressions of single characters, and the three wildcards."""
    first_special = next((at for at, sign in enumerate(body) if sign in _SPECIAL), len(body))
    at = 0
    while at < len(body):
        sign = body[at]
        if sign == "*":
            end = at
            while end < len(body) and body[end] == "*":
                end += 1
            # Git compares the fixed beginning by itself, so `**` right after it counts as first.
            opens = at == first_special or body[at - 1] == "/"
            crosses = end - at > 1 and opens and not by_name
            if crosses and end == len(body):
                yield _DEEP
            elif crosses and body[end] == "/":
                yield _GLOBSTAR
                end += 1
            elif crosses and body.startswith("\\/", end):
                yield _DEEP
            else:
                yield _STAR
            at = end
        elif sign == "?":
            yield "[^/]"
            at += 1
        elif sign == "[":
            at, expression = _bracket(body, at + 1)
            yield expression
        elif sign == "\\":
            if at + 1 == len(body):
                raise BadPattern("it ends with a backslash; folders are separated by `/`")
            yield re.escape(body[at + 1])
            at += 2
        else:
            yield re.escape(sign)
            at += 1


def _bracket(body: str, at: int) -> tuple[int, str]:
    """Read `[...]` from just after the bracket; where it ends, and its regular expression."""
    negated = body[at : at + 1] in ("!", "^")
    at += negated
    members: list[str] = []
    before = ""  # what a range may begin with
    first = True
    while first or body[at : at + 1] != "]":
        first = False
        sign = body[at : at + 1]
        if sign == "\\":
            at += 1
            sign = before = body[at : at + 1]
            members.append(re.escape(sign))
        elif sign == "-" and before and body[at + 1 : at + 2] not in ("", "]"):
            at += 1 + (body[at + 1] == "\\")
            sign = body[at : at + 1]
            if sign and before <= sign:
                members.append(f"{re.escape(before)}-{re.escape(sign)}")
            before = ""
        elif body.startswith("[:", at) and (name := _class_name(body, at + 2)) is not None:
            if name not in _CLASSES:
                raise BadPattern("it names a character class that does not exist")
            members.append(_CLASSES[name])
            at += len(name) + 3
            before = ""
        else:
            before = sign
            members.append(re.escape(sign))
        if not sign:
            raise BadPattern("its `[` is not closed; write `\\[` for the character itself")
        at += 1
    inside = "".join(members)
    if negated:
        return at + 1, f"[^/{inside}]"
    return at + 1, f"(?!/)[{inside}]" if inside else _NEVER


def _class_name(body: str, at: int) -> str | None:
    """The name in `[:name:]`; None where no `:` stands before the next `]`."""
    end = body.find("]", at)
    if end < 0:
        raise BadPattern("its `[` is not closed; write `\\[` for the character itself")
    return body[at : end - 1] if end - at >= 1 and body[end - 1] == ":" else None
