"""Sites: what is known of a place in a line, and what may be written there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.literals import notation
from codegrex_lsp.privacy.sites import LONGEST_FOLLOWED, Sight, Site, fits, sites, survey

UNKNOWN = notation("")
STRING, OTHER, BARE = Site('"'), Site("'"), Site()
URL, COMMENT, PRINTED = Site('"', url=True), Site(aside=True), Site('"', aside=True)


def site(line: str) -> Site:
    sight = Sight()
    sight.feed(line)
    return sight.site


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('x = "', STRING),
        ("x = '", OTHER),
        ("x = `", Site("`")),
        ('x = """', Site('"' * 3)),
        ('x = r"', Site('r"')),
        ('x = b"', STRING),
        ('x = f"', Site('f"')),
        ('x = Rb"', Site('r"')),
        ('var"', STRING),
        ('x = "a" + ', BARE),
        ('x = "a\\"', STRING),
        ("x = 'it\\'s \"", OTHER),
        ("PASSWORD=", BARE),
        ('say("hi")\nx = "', STRING),
        ('open = "\r\nx = ', BARE),
        ('x = "#', STRING),
    ],
)
def test_the_open_quote_and_its_prefix_are_known(line: str, expected: Site) -> None:
    assert site(line) == expected


@pytest.mark.parametrize(
    "line",
    ["# ", "x = 1  # ", "// ", "x(); // ", "/* ", " * ", "-- ", "<!-- ", "; ", "# don't \""],
)
def test_comments_are_aside(line: str) -> None:
    assert site(line) == COMMENT


@pytest.mark.parametrize(
    "line",
    [
        'print("',
        'println!("',
        'console.log("',
        'logger.info("',
        'logging.getLogger("a").debug("',
        'log.warning("',
        'if (x) printf("',
        'System.out.println("',
        'fmt.Println("',
        'echo "',
    ],
)
def test_calls_that_print_or_log_are_aside(line: str) -> None:
    assert site(line) == PRINTED


@pytest.mark.parametrize(
    "line",
    [
        'login("',
        'catalog("',
        'blueprint("',
        'a * b + "',
        'x -= 1; y = "',
        '#define KEY "',
        '*p = "',
    ],
)
def test_what_only_looks_like_it_is_not(line: str) -> None:
    assert site(line) == STRING


@pytest.mark.parametrize(
    "line", ['db = "postgres://', 'db = "postgres://app:', 'u = "//", "x://a?b=']
)
def test_a_place_in_a_url_is_known(line: str) -> None:
    assert site(line) == URL


@given(st.text(alphabet="ab\"'`\\#/ \n(:*", max_size=30), st.data())
def test_the_sites_of_a_document_are_those_of_its_lines(text: str, data: st.DataObject) -> None:
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    ranges = list(zip(edges[::2], edges[1::2], strict=False))

    for (start, _), found in zip(ranges, sites(text, ranges), strict=True):
        assert isinstance(found, Site)
        line = text[text.rfind("\n", 0, start) + 1 : start]
        if not any(a < start and b > start - len(line) for a, b in ranges):
            assert found == site(line)


@pytest.mark.parametrize(
    ("value", "place", "source", "allowed"),
    [
        ("hunter2x", STRING, OTHER, True),
        ("hunter2x", URL, STRING, True),
        ("hunter2x", BARE, STRING, True),
        ("p@ss w0rd", STRING, OTHER, True),
        ("p@ss w0rd", BARE, STRING, False),
        ("p@ss/w0rd", URL, STRING, False),
        ("p%40ss", STRING, URL, False),
        ("p%40ss", URL, URL, True),
        ('say "x"', OTHER, OTHER, True),
        ('say "x"', STRING, OTHER, False),
        ("it's", STRING, OTHER, False),
        ("a\\tb", STRING, STRING, True),
        ("a\\tb", OTHER, STRING, False),
        ("a\\tb", Site('r"'), STRING, False),
        ("a${b}", Site("`"), STRING, False),
        ("a{b}", Site('f"'), STRING, False),
        ("a{b}", STRING, STRING, True),
        ("p@ss!w", STRING, BARE, True),
    ],
)
def test_a_value_goes_where_it_means_the_same(
    value: str, place: Site, source: Site, allowed: bool
) -> None:
    assert fits(value, place, {source}, UNKNOWN) is allowed


@pytest.mark.parametrize("place", [COMMENT, PRINTED])
def test_a_value_goes_into_a_comment_or_a_log_only_where_it_is_in_one_already(place: Site) -> None:
    assert not fits("hunter2x", place, {STRING, BARE}, UNKNOWN)
    assert fits("hunter2x", place, {STRING, COMMENT}, UNKNOWN)


# ---- strings that go on over lines

Q3, A3 = '"' * 3, "'" * 3


@pytest.mark.parametrize(
    ("language", "text", "quote"),
    [
        ("python", f"x = {Q3}\none ", Q3),
        ("python", f'x = {A3}it\'s "so"\n# no comment ', A3),
        ("python", f"x = f{Q3}\n\n  ", "f" + Q3),
        ("python", f"x = r{Q3}a\\\n", "r" + Q3),
        ("python", f"x = {Q3}a{Q3}\n", ""),
        ("python", f"x = {Q3}\\{Q3}\n", Q3),
        ("python", "x = '\ny = ", ""),
        ("python", "# it's {Q3}\ny = ", ""),
        ("javascript", "const a = `\nb ", "`"),
        ("javascript", "const a = `\n${ f(", ""),
        ("javascript", "const a = `\n${ f({a: `x`}) } ", "`"),
        ("javascript", "const a = `\n${ f({a: '", "'"),
        ("javascript", "const a = `\n`; ", ""),
        ("javascript", "// don`t\nx = ", ""),
        ("typescript", 'x = "`";\ny = ', ""),
        ("go", "x := `\\\n", "`"),
        ("go", "x := `\\`\n", ""),
        ("go", "x := '`'\n", ""),
        ("rust", 'let x = "one\ntwo ', '"'),
        ("rust", 'let x = r#"a "quoted"\n', 'r#"'),
        ("rust", 'let x = r#"a"#;\n', ""),
        ("rust", 'let x = r"a\\";\n', ""),
        ("rust", "fn f<'a>(c: char) -> &'a str { if c == '\"' {}\n", ""),
        ("csharp", 'var x = @"one ""two""\n', '@"'),
        ("csharp", 'var x = $@"one\n', '$@"'),
        ("csharp", f"var x = {Q3}\n", Q3),
        ("csharp", 'var x = @"c:\\";\n', ""),
        ("java", f"var x = {Q3}\n", Q3),
        ("toml", f"x = {A3}\n\\", A3),
        ("yaml", "a: |\n  one\n  ", "|"),
        ("yaml", "a: |\n  one\n", ""),
        ("yaml", "a: >-\n  one\n\n    two ", ">"),
        ("yaml", "a: |\n  one\nb: ", ""),
        ("yaml", "a: |\n  one\n b", ""),
        ("yaml", "a:\n  b: |  # note\n", ""),
        ("yaml", "a:\n  b: |  # note\n    ", "|"),
        ("yaml", "a:\n  b: |\n  ", ""),
        ("yaml", "a: x | y\n  ", ""),
        ("yaml", "- |\n  it's # this\n  ", "|"),
        ("shellscript", "cat <<EOF\nx=", "<<"),
        ("shellscript", "cat <<'EOF' | tr a b\nx=", "<<'"),
        ("shellscript", "cat <<-EOF\nx\n\tEOF\ny=", ""),
        ("shellscript", "cat <<A <<'B'\nx", "<<"),
        ("shellscript", "cat <<A <<'B'\nx\nA\ny", "<<'"),
        ("shellscript", "x='one\ntwo ", "'"),
        ("shellscript", 'x="one\ntwo ', '"'),
        ("terraform", "x = <<-EOT\n  a", "<<"),
        ("ruby", "x = <<~SQL\n  a", "<<"),
        ("cpp", 'auto x = R"sql(a "b"\n', 'R"('),
        ("cpp", 'auto x = R"sql(a)x" )sql";\n', ""),
        ("cobol", f"x = {Q3}\n", ""),
    ],
)
def test_a_string_is_followed_over_lines(language: str, text: str, quote: str) -> None:
    for cuts in ([text], text.splitlines(keepends=True)):
        sight = Sight(language)
        for part in cuts:
            sight.feed(part)

        assert sight.site.quote == quote


@pytest.mark.parametrize(
    ("language", "value", "place", "source", "allowed"),
    [
        ("python", "pa$$ {w}0rd", Q3, '"', True),
        ("python", "it's", Q3, '"', True),
        ("python", "it's", A3, '"', True),
        ("python", "its'", A3, '"', False),
        ("python", f"a{Q3}b", Q3, "'", False),
        ("python", "a\\b", Q3, "'", False),
        ("python", "a\\b", "r" + Q3, "r'", True),
        ("python", "a{b}", "f" + Q3, "'", False),
        ("javascript", "pa$$ w0rd{", "`", "'", True),
        ("javascript", "a${b}", "`", "'", False),
        ("javascript", "a$", "`", "'", False),
        ("javascript", "a`b", "`", "'", False),
        ("javascript", "a\\b", "`", "'", False),
        ("go", "a${b}", "`", '"', True),
        ("go", "a`b", "`", '"', False),
        ("go", "a\\n", '"', "`", False),
        ("rust", 'a"b', 'r#"', '"', False),
        ("rust", "a{b}$", 'r#"', '"', True),
        ("csharp", 'a"b', '@"', Q3, False),
        ("csharp", "a{b}", '$@"', '"', False),
        ("csharp", "a{b}", '@"', '"', True),
        ("kotlin", "a$b", Q3, '"', False),
        ("java", "a$b", Q3, '"', True),
        ("toml", "a\\b", A3, "'", True),
        ("yaml", 'say "it\'s" #1', "|", "", False),
        ("yaml", "a #1 {b}!", "|", '"', True),
        ("yaml", " a", "|", '"', False),
        ("yaml", "a: #1", "", "|", False),
        ("shellscript", "a$b", "<<", "'", False),
        ("shellscript", "a$b", "<<'", "'", True),
        ("shellscript", "a$b", '"', "'", False),
        ("cpp", 'a"b{', 'R"(', "'", True),
        ("cpp", "a)b", 'R"(', "'", False),
    ],
)
def test_a_value_goes_into_another_string_where_its_spelling_means_the_same(
    language: str, value: str, place: str, source: str, allowed: bool
) -> None:
    assert fits(value, Site(place), {Site(source)}, notation(language)) is allowed


PARTS = st.sampled_from(
    [*"`{}'\"\\x ", Q3, A3, "${", "# ", "// ", "<<EOF", "EOF", "a: |", "\n", "\r\n", "  "]
) | st.sampled_from(['r#"', '"#', '@"', 'R"a(', ')a"'])


@pytest.mark.parametrize("language", ["", "python", "javascript", "rust", "yaml", "shellscript"])
@given(parts=st.lists(PARTS, max_size=30))
def test_any_text_can_be_followed_and_the_lines_may_come_one_by_one(
    language: str, parts: list[str]
) -> None:
    text = "".join(parts)
    whole, lines = Sight(language), Sight(language)
    whole.feed(text)
    for line in text.splitlines(keepends=True):
        lines.feed(line)

    assert lines.site == whole.site


def test_a_very_long_document_is_looked_at_line_by_line() -> None:
    text = f"x = {Q3}\n" + "y\n" * LONGEST_FOLLOWED

    assert survey(text, (), language="python", cursor=len(text)).sight.site == Site()
