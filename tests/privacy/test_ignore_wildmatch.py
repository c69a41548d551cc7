"""Single lines of gitignore syntax. What Git makes of them is held in test_ignore_git.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.ignore.wildmatch import LONGEST, BadPattern, Pattern, any_of, parse


def _pattern(line: str, *, folded: bool = False) -> Pattern:
    pattern = parse(line, folded=folded)
    assert pattern is not None
    return pattern


def _matches(line: str, path: str, *, folded: bool = False, is_folder: bool = False) -> bool:
    name = path.rsplit("/", 1)[-1]
    return _pattern(line, folded=folded).matches(path, name, is_folder=is_folder)


@pytest.mark.parametrize("line", ["", "   ", "# secrets/", "/", "!", "!/"])
def test_a_blank_line_or_a_comment_is_no_rule(line: str) -> None:
    assert parse(line) is None


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[", "not closed"),
        ("a[b", "not closed"),
        ("[[:alpha:]", "not closed"),
        ("[[:vowel:]]", "does not exist"),
        ("secrets\\", "ends with a backslash"),
        ("secrets\\/", "ends with a backslash"),
        ("a" * (LONGEST + 1), "longer than"),
    ],
)
def test_a_line_that_can_not_match_says_why_without_quoting_itself(line: str, says: str) -> None:
    with pytest.raises(BadPattern, match=says) as trouble:
        parse(line)
    assert "secrets" not in str(trouble.value)


@given(st.text(alphabet="ab/*?[]!-\\:# \t.é", max_size=30))
def test_any_line_is_a_rule_or_no_rule_or_named_as_bad(line: str) -> None:
    try:
        pattern = parse(line)
    except BadPattern as trouble:
        assert str(trouble)
        return
    if pattern is not None:
        assert pattern.matches("a/b", "b", is_folder=True) in (True, False)


@given(st.text(alphabet="ab.é", min_size=1, max_size=8))
def test_a_name_matches_itself_at_any_depth(name: str) -> None:
    assert _matches(name, name)
    assert _matches(name, f"x/y/{name}")
    assert not _matches(f"/{name}", f"x/{name}") or name == ""


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("caf?.txt", "café.txt"),
        ("café.txt", "cafe\u0301.txt"),
        ("cafe\u0301.txt", "café.txt"),
        ("[é]", "é"),
        ("*.tx[!a]", "line\nbreak.txt"),
        ("**/c", "a/b/c"),
        ("a/**", "a/b/c"),
        ("a/**/c", "a/c"),
        ("a/**/b/**/*.c", "a/x/b/y/z/d.c"),
        ("\\#a", "#a"),
        ("\\!a", "!a"),
    ],
)
def test_lines_that_match(line: str, path: str) -> None:
    import unicodedata

    assert _matches(line, unicodedata.normalize("NFC", path))


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("*.txt", "a.txt/b"),
        ("a*b", "a/b"),
        ("x/a*b", "x/a/b"),
        ("x/a[!q]b", "x/a/b"),
        ("x/a?b", "x/a/b"),
        ("b/c", "a/b/c"),
        ("a/**/c", "a/xc"),
        ("*a", "b"),
        ("folder/", "folder"),
        ("A", "a"),
    ],
)
def test_lines_that_do_not_match(line: str, path: str) -> None:
    assert not _matches(line, path)


@pytest.mark.parametrize(
    ("line", "path"), [("Secrets", "sEcReTs"), ("*.KEY2", "a.key2"), ("/ÄB/*", "äb/c")]
)
def test_case_counts_only_where_the_file_system_says_so(line: str, path: str) -> None:
    assert _matches(line, path, folded=True)
    assert not _matches(line, path)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("*a" * 500 + "b", "a" * 2000),
        ("?*" * 300 + "b", "a" * 2000),
        ("*a*" * 300 + "[b]", "a" * 2000),
        ("x/" + "*a" * 500 + "b", "x/" + "a" * 2000),
        ("**/a/" * 200 + "b", "a/" * 1000 + "c"),
        ("**/*a*/" * 200 + "b", "a/" * 1000 + "c"),
        ("**\\/a*" * 2 + "/**/a" * 200 + "/b", "a/" * 1000 + "c"),
        ("[a-z]*" * 300 + "1", "a" * 2000),
    ],
)
def test_no_line_of_stars_can_stall_us(line: str, path: str) -> None:
    assert not _matches(line, path)


_LINES = st.sampled_from(["*.pem", ".env*", "!id_*.pub", "wg[0-9]*.conf", "a?c", "x/", "é*"])
_PATHS = st.sampled_from(["**/etc/shadow", "**/.m2/settings*.xml", "**/proc/*/environ", "/a/b"])
_NAME = st.text(alphabet=".envid_rsapmkwg1xb/é\n", max_size=8) | st.sampled_from(
    ["a.pem", ".env.local", "wg0.conf", "etc/shadow", "x/.m2/settings-a.xml", "proc/1/environ"]
)


@given(st.lists(_LINES) | st.lists(_PATHS), _NAME)
def test_one_test_for_many_patterns_fits_what_one_of_them_fits(lines: list[str], name: str) -> None:
    patterns = [_pattern(line) for line in lines]
    fits = any(pattern.matches(name, name, is_folder=True) for pattern in patterns)
    assert bool(any_of(patterns)(name)) == fits
