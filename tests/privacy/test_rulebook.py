"""The rule book: every rule is held to its own examples, to linear time, and to its file's form."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from codegrex_lsp.privacy.detect import rulebook
from codegrex_lsp.privacy.detect.checksums import CHECKS
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.provider_rules import ProviderRules, is_filler
from codegrex_lsp.privacy.detect.rulebook import BadRule, Rule
from tests.support.templates import expand

RULES = rulebook.load()
SEEDS = range(5)

GOOD = "[[rule]]\nid = 'a-key'\nname = 'A key'\nkeywords = ['akey']\npattern = 'akey[0-9]{4}'\n"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine([ProviderRules()])


def named(rule: Rule) -> str:
    return rule.id


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_every_rule_finds_the_whole_of_its_examples(engine: Engine, rule: Rule) -> None:
    assert rule.matches
    for template in rule.matches:
        for seed in SEEDS:
            example = expand(template, seed)
            assert example.value, "an example without random characters shows nothing"
            spans = engine.spans(example.text, level="secrets", cursor=None)
            masked = {at for span in spans for at in range(span.start, span.end)}
            left = [at for at in range(example.start, example.end) if at not in masked]
            assert all(example.text[at] in "\r\n \t" for at in left), (template, seed)
            lines = example.text.split("\n")
            assert any(rule.compiled.search(line) for line in lines), (template, seed)


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_every_rule_leaves_its_look_alikes_alone(engine: Engine, rule: Rule) -> None:
    assert rule.misses
    for template in rule.misses:
        for seed in SEEDS:
            text = expand(template, seed).text
            found = [s for s in engine.spans(text, level="secrets") if s.type == rule.id]
            assert not found, (template, seed)


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_every_rule_is_well_formed(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", rule.id)
    assert rule.check == "" or rule.check in CHECKS
    assert rule.compiled.match("") is None, "it matches nothing at all"
    assert rule.compiled_half is None or rule.compiled_half.match("") is None
    for pattern in (rule.pattern, rule.half):
        assert not re.search(r"\\[1-9]|\(\?P=", pattern), "a back-reference"


@pytest.mark.parametrize("rule", [r for r in RULES if r.half], ids=named)
def test_an_unfinished_value_counts_on_the_line_of_the_cursor_only(
    engine: Engine, rule: Rule
) -> None:
    assert rule.compiled_half is not None
    for template in rule.matches:
        example = expand(template)
        for end in range(example.start + 4, example.end):
            text = example.text[:end]
            if any(half.end() == end for half in rule.compiled_half.finditer(text)):
                spans = engine.spans(text, level="secrets", cursor=end)
                assert any(span.start <= example.start and span.end == end for span in spans)
                return
    pytest.fail("no beginning of any example counts")


HOSTILE = ["a", "a.", "=", "1.1.1.", "'", '"', "/", "-", "_", " ", "0", "A1", "a:", "a=", "{", "\\"]


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_every_rule_takes_linear_time(rule: Rule) -> None:
    """Four times the text may cost about four times the time; a quadratic rule costs sixteen."""
    examples = [expand(template).text for template in rule.matches[:3]]
    words = rule.keywords[:: len(rule.keywords) // 24 or 1]
    own = [*words, *(e[: len(e) // 2] for e in examples), *(e[:-1] for e in examples)]
    own += [word.upper() for word in words]
    for pattern in filter(None, (rule.compiled, rule.compiled_half)):
        for piece in (*HOSTILE, *own):
            for begin in ("", examples[0][: len(examples[0]) // 2]):
                small = cost(pattern, begin + piece * (2_000 // len(piece)))
                large = cost(pattern, begin + piece * (8_000 // len(piece)))
                assert large < 10 * small + 0.003, (pattern.pattern, piece)


def cost(pattern: re.Pattern[str], text: str) -> float:
    """Seconds of processor time, the least of three."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        for _ in pattern.finditer(text):
            pass
        best = min(best, time.process_time() - begun)
        if best < 0.0005:
            break
    return best


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (GOOD + GOOD, "two rules have the id a-key"),
        (GOOD + "colour = 'red'\n", "unknown field colour"),
        (GOOD.replace("name = 'A key'\n", ""), "no name"),
        (GOOD.replace("['akey']", "['ak']"), "short or not in lower case"),
        (GOOD.replace("['akey']", "['Akey']"), "short or not in lower case"),
        (GOOD.replace("['akey']", "'akey'"), "list of strings"),
        (GOOD + "near = [3]\n", "list of strings"),
        ("[[rule", "bad.toml"),
    ],
)
def test_a_bad_rule_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "bad.toml").write_text(text)

    with pytest.raises(BadRule, match=sentence):
        rulebook.load(tmp_path)


def test_an_unknown_check_is_refused_at_warm_up(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(GOOD + "check = 'none-such'\n")

    with pytest.raises(BadRule, match="none-such"):
        ProviderRules(tmp_path).warm_up()


def test_another_rule_makes_another_edition(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, text in ((first, GOOD), (second, GOOD.replace("{4}", "{5}"))):
        folder.mkdir()
        (folder / "good.toml").write_text(text)

    assert rulebook.edition(first) != rulebook.edition(second)
    assert ProviderRules(first).name != ProviderRules(second).name


@pytest.fixture
def contextual(tmp_path: Path) -> Engine:
    near = "near = ['acme']\nnear_lines = 2\nallow = ['akey|9999']\n"
    (tmp_path / "good.toml").write_text(GOOD + near)
    return Engine([ProviderRules(tmp_path)])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("acme akey1234", True),
        ("# Acme\nakey1234", True),
        ("# Acme\n\nakey1234", True),
        ("# Acme\n\n\nakey1234", False),
        ("akey1234\n# acme", False),
        ("acme akey9999", False),
        ("akey1234", False),
    ],
)
def test_a_token_that_context_gives_away_needs_its_word_near(
    contextual: Engine, text: str, found: bool
) -> None:
    assert bool(contextual.spans(text, level="secrets")) is found


def test_a_change_of_the_line_above_counts_at_once(contextual: Engine) -> None:
    assert not contextual.spans("nothing\nakey1234", level="secrets")
    assert contextual.spans("acme\nakey1234", level="secrets")
    assert not contextual.spans("nothing\nakey1234", level="secrets")


def test_the_same_character_again_and_again_is_no_token() -> None:
    assert is_filler("gh" + "p_" + "x" * 36)
    assert not is_filler("gh" + "p_" + "Ab1" * 12)
    assert not is_filler("gh" + "p_" + "Ab1" * 12 + "Q" * 40)


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_a_head_looked_at_first_finds_what_the_plain_pattern_finds(rule: Rule) -> None:
    plain = rule.pattern
    for name, part in rulebook.PARTS.items():
        plain = plain.replace(name, part)
    for template in rule.matches + rule.misses:
        for before in ("", "x", "_", "-", ".", "\\n", "%3A", "é"):
            text = before + expand(template).text + " " + before + expand(template, 1).text
            found = [match.span() for match in rule.compiled.finditer(text)]
            assert found == [match.span() for match in re.finditer(plain, text)], (template, before)
