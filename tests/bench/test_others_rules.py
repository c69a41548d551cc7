"""Rules of other scanners: read in each form, sampled by their patterns, counted rule by rule."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.others import figures
from bench.others.__main__ import main, measure
from bench.others.figures import Figures
from bench.others.readers import Example, Unreadable, read
from bench.others.samples import python_pattern, samples
from bench.quality.finders import Find

YAML = """
rules:
  - id: acme.1
    name: Acme token
    pattern: '(?x) acme_ ( [[:alnum:]]{8} ) \\b'
    examples: ["key: acme_Ab12Cd34"]
  - id: acme.2
    name: Acme client ID
    pattern: '(acme-[0-9]{4})'
    examples: ["acme-1234", "none here"]
    categories: [api]
  - id: acme.3
    pattern: '(x)'
    examples: ["x"]
    visible: false
"""
NAMED = (
    r"""(?i)[\w.-]{0,50}?(?:acme|big[_-]?acme)(?:[ \t\w.-]{0,20})[\s'"]{0,3}"""
    r"""(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}([a-f0-9]{32})(?:[\x60'"\s;]|\\[nr]|$)"""
)
TOML = f"title = 'gitleaks config'\n[[rules]]\nid = 'acme-key'\nregex = '''{NAMED}'''\n"


def test_examples_are_read_with_the_place_of_their_secret(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text(YAML)

    token, number, nowhere = read(tmp_path)

    assert token == Example("acme.1", "key: acme_Ab12Cd34", ((10, 18),))
    assert (number.values, number.secret) == (((0, 9),), False)
    assert nowhere.values == ((0, len("none here")),)


def test_a_list_in_json_is_read_too(tmp_path: Path) -> None:
    rules = [{"id": "a", "pattern": "a([0-9]+)", "examples": ["a12"], "visible": True}]
    (tmp_path / "rules.json").write_text(json.dumps(rules))

    assert [one.values for one in read(tmp_path / "rules.json")] == [((1, 3),)]


def test_patterns_without_examples_are_sampled_and_so_is_a_program(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text(TOML)
    beginning = TOML.replace("'gitleaks config'", '"gitleaks config"')
    (tmp_path / "program").write_bytes(b"\x7fELF\0\0" + beginning.encode() + b"\nno = toml = here")

    ours = list(read(tmp_path / "acme.toml"))

    assert len(ours) >= 8
    assert all(re.search(r"acme", one.text, re.IGNORECASE) for one in ours)
    assert all(one.text[slice(*one.values[0])].isalnum() for one in ours)
    assert list(read(tmp_path / "program")) == ours


@pytest.mark.parametrize("content", [b"[1, 2]", b"{", b"rules: []", b"\xff\xfe"])
@pytest.mark.parametrize("name", ["a.yml", "a.json", "a.toml", "program"])
def test_what_holds_no_rules_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(Unreadable, match=name):
        list(read(tmp_path / name))


def test_a_path_without_rules_ends_the_program_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--only-ours", str(tmp_path / "missing.yml")])

    assert "missing.yml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("pattern", "python"),
    [
        (r"[[:alnum:]]+\z", r"[a-zA-Z0-9]+\Z"),
        ("a(?i)b", "a(?i:b)"),
        ("(a(?i)b)c", "(a(?i:b))c"),
        (r"(x[)](?i)b)", r"(x[)](?i:b))"),
        ("(?i)ab", "(?i)ab"),
    ],
)
def test_patterns_of_go_and_rust_become_pythons(pattern: str, python: str) -> None:
    assert python_pattern(pattern) == python
    re.compile(python)


@given(st.integers(4, 40), st.sampled_from(["[a-f0-9]", r"\w", "[[:upper:]]", "(?:ab|cd)", "[^a]"]))
def test_samples_match_the_pattern_they_are_made_from(length: int, piece: str) -> None:
    pattern = rf"\b(acme_{piece}{{{length}}})\b"

    made = samples("acme", pattern)

    assert made == samples("acme", pattern)
    assert made
    assert all(re.search(python_pattern(pattern), text) for text in made)


def test_each_rule_counts_the_same_however_many_examples_it_has() -> None:
    examples = [Example("a", "x", ((0, 1),))] * 3 + [Example("b", "x", ((0, 1),), secret=False)]
    hit, beside = [Find(0, 1, "secret", "r")], [Find(1, 2, "secret", "r")]

    found = measure("set 1", examples, {"who": [hit, hit, beside, []]})

    assert found.recall["who"] == pytest.approx((2 / 3, 1 / 3))
    assert (found.rules, found.secrets, found.examples) == (2, 1, 4)


def test_figures_replace_those_of_another_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "FILE", tmp_path / "figures.json")
    for name in ("acme 1", "other 3", "acme 2"):
        figures.keep(Figures(name, 2, 1, 4, {"who": (0.5, 0.25)}, date="2026-01-01"))

    assert [one.name for one in figures.kept()] == ["acme 2", "other 3"]
    assert "| acme 2 | 2026-01-01 | 2 | 1 | 4 | 0.50 / 0.25 |" in figures.table(figures.kept())
