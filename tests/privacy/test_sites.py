"""Sites: what is known of a place in a line, and what may be written there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.literals import notation
from codegrex_lsp.privacy.sites import Sight, Site, fits, sites

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
