"""Secrets whose form the rule book knows, wherever they stand and whatever they are for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect import rulebook as book
from codegrex_lsp.privacy.detect.clues import Clue, Near
from codegrex_lsp.privacy.detect.detector import Check, Level, Line
from codegrex_lsp.privacy.detect.rulebook import Rule

_PLAIN: Final = 0.9
_CHECKED: Final = 1.0
"""Confidence of a match, and of one whose check digits are right."""


class ProviderRules:
    """Every rule of `rules/*.toml`, asked where one of its keywords stands.

    Args:
        folder: Where the rules lie.
    """

    level: Level = "secrets"
    triggers = ()

    def __init__(self, folder: Path = book.FOLDER) -> None:
        self._folder = folder
        self._checks: Mapping[str, Callable[[str], bool]] = {}

    @cached_property
    def name(self) -> str:
        """Changes with any rule."""
        return f"rules/{book.edition(self._folder)}"

    @cached_property
    def _by_keyword(self) -> Mapping[str, Sequence[int]]:
        """Keyword → the places of its rules in the book."""
        found: dict[str, list[int]] = {}
        for place, rule in enumerate(book.load(self._folder)):
            for word in rule.keywords:
                found.setdefault(word, []).append(place)
        return found

    @cached_property
    def keywords(self) -> frozenset[str]:
        """All rules' keywords."""
        return frozenset(self._by_keyword)

    @cached_property
    def checks(self) -> Mapping[str, Check]:
        """For keywords with which every match of their rules begins: whether one does there."""
        rules = book.load(self._folder)
        by_word = {word: [rules[at] for at in some] for word, some in self._by_keyword.items()}
        return {
            word: _begins_there(some)
            for word, some in by_word.items()
            if all(rule.begins_with_keyword for rule in some)
        }

    def wants(self, line: Line) -> bool:
        """Whether a keyword stands there."""
        if line.words is not None:
            return not self.keywords.isdisjoint(line.words)
        return any(word in line.lowered for word in self.keywords)

    def warm_up(self) -> None:
        """Read the rules. Patterns are compiled at their first line."""
        from codegrex_lsp.privacy.detect.checksums import CHECKS

        self._checks = CHECKS
        for rule in book.load(self._folder):
            if rule.check and rule.check not in CHECKS:
                raise book.BadRule(f"{rule.family}.toml: rule {rule.id}: no check {rule.check}")

    def scan_line(self, line: Line) -> Sequence[Span | Clue]:
        """Whole tokens; a clue where a word on a line above has to confirm one."""
        found: list[Span | Clue] = []
        for rule in self._rules_for(line):
            beside = not rule.near or any(word in line.lowered for word in rule.near)
            if not beside and not rule.near_lines:
                continue
            spans = self._matches(rule, line)
            found += spans if beside else (Near(s, rule.near, rule.near_lines) for s in spans)
        return found

    def _rules_for(self, line: Line) -> Iterator[Rule]:
        """In the order of the book, so that every process names a token after the same rule."""
        words = line.words
        if words is None:
            words = [word for word in self._by_keyword if word in line.lowered]
        rules = book.load(self._folder)
        places = {place for word in words for place in self._by_keyword.get(word, ())}
        return (rules[place] for place in sorted(places))

    def _matches(self, rule: Rule, line: Line) -> Iterator[Span]:
        patterns = [rule.compiled]
        if line.half_typed and rule.compiled_half:
            patterns.append(rule.compiled_half)
        for pattern in patterns:
            for match in pattern.finditer(line.text):
                start, end = match.span("value" if match.groupdict().get("value") else 0)
                value = line.text[start:end]
                if end > start and value not in rule.samples and not is_filler(value):
                    yield Span(
                        start, end, "secret", rule.id, f"rules/{rule.id}", self._sure(rule, value)
                    )

    def _sure(self, rule: Rule, value: str) -> float:
        return _CHECKED if rule.check and self._checks[rule.check](value) else _PLAIN


def _begins_there(rules: Sequence[Rule]) -> Check:
    first, *others = rules
    if not others:  # nearly always
        return lambda text, at, end: first.compiled.match(text, at, end)
    return lambda text, at, end: any(rule.compiled.match(text, at, end) for rule in rules)


_LONGEST_PREFIX: Final = 16


def is_filler(value: str) -> bool:
    """Whether all that follows a prefix is one character again and again, as in `ghp_xxxx…`."""
    return len(value) - len(value.rstrip(value[-1:])) >= max(8, len(value) - _LONGEST_PREFIX)
