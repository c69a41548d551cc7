"""A second opinion on plain patterns: pathspec's reading of them is ours, line by line.

Only where the two should agree: classes, odd brackets and what lies below an excluded folder are
held against Git itself, in test_ignore_git.py.
"""

from __future__ import annotations

import itertools

from hypothesis import example, given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from codegrex_lsp.privacy.ignore.wildmatch import Pattern, parse

FILES = tuple(
    "/".join(names)
    for depth in (1, 2, 3)
    for names in itertools.product(("a", "b", "ab", ".x"), repeat=depth)
)

names = st.lists(st.sampled_from(["a", "b", "ab", ".x", "*", "?", "[ab]"]), min_size=1, max_size=3)
segments = st.one_of(names.map("".join).filter(lambda name: "**" not in name), st.just("**"))
lines = st.tuples(
    st.sampled_from(["", "/"]),
    st.lists(segments, min_size=1, max_size=3).map("/".join),
    st.sampled_from(["", "/"]),
).map("".join)
lines = lines.filter(lambda line: not line.endswith("**/"))  # pathspec lets files match, too


def governs(pattern: Pattern, path: str) -> bool:
    """Whether a pattern matches a file or a folder above it."""
    parts = path.split("/")
    return any(
        pattern.matches("/".join(parts[:depth]), parts[depth - 1], is_folder=depth < len(parts))
        for depth in range(1, len(parts) + 1)
    )


@given(lines)
@example("a/**/b")
@example("**/a/")
@example("/a")
@example("a/*")
@example("**")
def test_a_plain_line_governs_the_files_that_pathspec_says(line: str) -> None:
    pattern = parse(line)
    spec = GitIgnoreSpec.from_lines([line])
    ours = [path for path in FILES if pattern is not None and governs(pattern, path)]

    assert ours == [path for path in FILES if spec.match_file(path)]
