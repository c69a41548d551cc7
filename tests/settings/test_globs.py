"""Globs of path policies: what pathspec reads wrongly or slowly is refused by name."""

from __future__ import annotations

import pytest

from codegrex_lsp.engine.policies import DEEPEST, LONGEST, PathPolicies
from codegrex_lsp.settings import checks
from codegrex_lsp.settings.model import PathPolicy


@pytest.mark.parametrize(
    "glob",
    [
        *("secrets/**", "**/*.key", "src/**/*secret*", "**/*secret*/**", "*.env.*", "/a/*/b/*.c"),
        *("**", "**/", "*", "a", "[a-z]*", r"\[ab", "caf\u00e9"),
    ],
)
def test_a_pattern_that_people_write_is_taken(glob: str) -> None:
    assert checks.glob(glob) == ""


@pytest.mark.parametrize("glob", ["[[:alpha:]]", "[a[:digit:]x]", "[[]"])
def test_a_class_that_would_not_be_understood_is_refused(glob: str) -> None:
    assert "[a-z]" in checks.glob(glob)


@pytest.mark.parametrize(
    "glob",
    ["*a*a*ab", "**/a/**/a/**/a/**/b", "*/*/*/a", "a****b", "a***b", "**/*/*/*/**", "a*b*c*d*"],
)
def test_more_stars_than_can_be_compared_quickly_are_refused(glob: str) -> None:
    assert "too many *" in checks.glob(glob)


@pytest.mark.parametrize("glob", ["", " ", "!a", "#a", "a" * 501])
def test_what_is_no_pattern_is_refused(glob: str) -> None:
    assert checks.glob(glob).startswith("expects a pattern")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "glob", ["**/a/**/a/**/b", "a**aaab", "*a*ab", "**/*a*[a-z]b*", "a/**/a/**/b/**", "**/*/**/b"]
)
def test_a_hundred_policies_that_fit_badly_are_still_compared(glob: str) -> None:
    assert checks.glob(glob) == ""
    policies = PathPolicies(PathPolicy(f"{glob}{number}", "never") for number in range(100))
    short = "a/" * (DEEPEST - 1)

    for path in (short + "a" * (LONGEST - len(short)), "a" * 255, short + "a"):
        assert policies._strictest(path) == "normal"
