"""Patterns of one's own: what could be slow is refused, what can not is let through."""

from __future__ import annotations

import pytest

from codegrex_lsp.settings.patterns import LONGEST, why_unsafe


@pytest.mark.parametrize(
    "pattern",
    [
        r"TICKET-\d{6}",
        r"emp_[a-z0-9]{4,32}",
        r"(?:foo|bar)-\d+",
        r"(?i)acme[-_]?key\s{0,4}=\s{0,4}\w{8,64}",
        r"[A-Z]{2}\d{6}[A-Z]?",
        r"(?:ab){2,4}",
        r"\bacme\b",
        r"proj_[a-z]{1,64}\..+",
        r"(?:foo|bar|baz)_(?:a|b)_\d{4,12}",
    ],
)
def test_a_linear_pattern_is_let_through(pattern: str) -> None:
    assert why_unsafe(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"(a+)+$", "within a repeat"),
        (r"(a*)*", "empty text"),
        (r"(a|a)+$", "within a repeat"),
        (r"(ab|a)+(b|c)+x", "within a repeat"),
        (r"(\w{1,9}-){1,9}x", "within a repeat"),
        (r"((a+))+b", "within a repeat"),
        (r"(?:(?:aa|bb|a)c)*x", "within a repeat"),
        (r".*.*x", "more than one"),
        (r"a{2,}\d{3,}", "more than one"),
        (r"a{0,100}a{0,100}a{0,100}x", "lower their bounds"),
        (r".*.{0,140}.{0,140}x", "lower their bounds"),
        (r"[a-z]*[a-z]{1,64}[xy]", "lower their bounds"),
        ("(?:a|aa)" * 20 + "x", "lower their bounds"),
        ("(?:ab|a|b)" * 10 + "x", "lower their bounds"),
        (r"(a)\1", "not allowed"),
        (r"(?=a)b", "not allowed"),
        (r"(?<!a)b", "not allowed"),
        (r"(a)(?(1)b|c)", "not allowed"),
        (r"a*", "empty text"),
        (r"(", "not a regular expression"),
        (r"a{99999999999}", "not a regular expression"),
        ("", "1 to"),
        ("a" * (LONGEST + 1), "1 to"),
    ],
)
def test_a_pattern_that_could_be_slow_is_refused(pattern: str, words: str) -> None:
    assert words in why_unsafe(pattern)


def test_a_reason_does_not_quote_the_pattern() -> None:
    assert "needle" not in why_unsafe("(needle+)+") + why_unsafe("(needle")
