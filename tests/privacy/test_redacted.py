"""Where characters were before redaction, and where they are after, whatever they are."""

from __future__ import annotations

import pytest

from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.placeholders import Vault
from codegrex_lsp.privacy.redacted import Redacted
from tests.support import planted

VALUE = planted.GITHUB
AROUND = {
    "plain": ("x = '", "' + 1"),
    "an emoji": ("x = '\N{PARTY POPPER}", "\N{PARTY POPPER}' + 1"),
    "a flag and a family": (
        "'\U0001f1e9\U0001f1ea\U0001f468\u200d\U0001f469\u200d\U0001f467 ",
        " '",
    ),
    "windows line ends": ("a = 1\r\nx = '", "'\r\nb = 2"),
    "old line ends": ("a = 1\rx = '", "'\rb = 2"),
    "tabs": ("\tx\t=\t'", "'\t# \t"),
    "combining marks": ("e\u0301 = 'e\u0301 ", " e\u0301'"),
    "a letter that grows in lower case": ("İİİ = '", "' # İ"),
    "a form feed": ("a\f\nx = '", "'\f"),
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def redacted(engine: Engine, text: str) -> Redacted:
    return Vault(b"k").redact(text, engine.spans(text, level="secrets"))


@pytest.mark.parametrize(("before", "after"), AROUND.values(), ids=AROUND.keys())
def test_exactly_the_value_is_replaced(engine: Engine, before: str, after: str) -> None:
    result = redacted(engine, before + VALUE + after)
    (run,) = result.replacements

    assert result.text.reveal() == before + run.placeholder + after
    assert (run.start, run.end) == (len(before), len(before + VALUE))


@pytest.mark.parametrize(("before", "after"), AROUND.values(), ids=AROUND.keys())
def test_every_place_outside_a_value_is_the_same_character_before_and_after(
    engine: Engine, before: str, after: str
) -> None:
    text = f"{before}{VALUE}{after}\n{before}{VALUE}{after}"
    result = redacted(engine, text)
    sent = result.text.reveal()

    for offset in range(len(text) + 1):
        if any(run.start < offset < run.end for run in result.replacements):
            continue
        assert result.to_original(result.to_redacted(offset)) == offset
        if not any(run.start <= offset < run.end for run in result.replacements):
            assert text[offset : offset + 1] == sent[result.to_redacted(offset) :][:1]


def test_an_edit_that_ends_inside_a_placeholder_takes_the_whole_value(engine: Engine) -> None:
    text = f"x = '{VALUE}'\ny = 2\n"
    result = redacted(engine, text)
    (run,) = result.replacements

    inside = run.new_start + 3
    assert result.range_in_original(inside, inside + 2) == (run.start, run.end)
    assert result.range_in_original(0, inside) == (0, run.end)
    assert result.range_in_original(inside, run.new_end + 1) == (run.start, run.end + 1)


def test_an_edit_of_other_text_stays_where_it_is(engine: Engine) -> None:
    text = f"a = 1\nx = '{VALUE}'\nİ\N{PARTY POPPER} = 2\n"
    result = redacted(engine, text)
    sent = result.text.reveal()
    for word in ("a = 1", "\N{PARTY POPPER} = 2"):
        start = sent.index(word)
        assert text[slice(*result.range_in_original(start, start + len(word)))] == word
