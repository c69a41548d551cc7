"""The sample workspace, and the choice of a model for it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from codegrex_lsp.cli.demo import best_of, settings_for
from codegrex_lsp.cli.demo_sample import SHIPPED, copy_to


def test_the_cursor_stands_where_code_is_missing(tmp_path: Path) -> None:
    sample = copy_to(tmp_path / "shop")
    assert sample.text == sample.document.read_text(encoding="utf-8")
    assert sample.text[: sample.cursor].endswith("costs = [")
    assert "@@" not in sample.text


def test_every_file_the_demo_speaks_of_is_there(tmp_path: Path) -> None:
    sample = copy_to(tmp_path / "shop")
    for path in (*sample.ignored, sample.neighbour, sample.folder / ".codegrexignore"):
        assert path.is_file(), path
    names = [path.name for path in sample.folder.rglob("*")]
    assert not [name for name in names if name.endswith(".sample")]


def test_planted_values_differ_each_time_and_are_shipped_nowhere(tmp_path: Path) -> None:
    first, second = copy_to(tmp_path / "a"), copy_to(tmp_path / "b")
    assert len(first.planted) == 3
    assert not set(first.planted) & set(second.planted)
    shipped = "".join(path.read_text(encoding="utf-8") for path in SHIPPED.rglob("*.sample"))
    for value in first.planted:
        assert value in first.text
        assert value not in shipped
        assert value not in repr(first)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([], ""),
        (["llama3.2:3b", "qwen2.5-coder:1.5b"], "qwen2.5-coder:1.5b"),
        (["nomic-embed-text", "llama3.2:3b"], "llama3.2:3b"),
        (["gpt-oss:120b-cloud", "qwen3-coder:cloud"], ""),
    ],
)
def test_a_local_code_model_is_preferred(names: list[str], chosen: str) -> None:
    assert best_of(names) == chosen


def test_the_settings_name_what_is_there() -> None:
    path = 'C:\\models\\a "b".gguf'
    both = tomllib.loads(settings_for("m:1b", "http://127.0.0.1:11434", path))
    assert both["completion"]["routes"] == ["ollama", "embedded"]
    assert both["providers"]["embedded"]["model"] == path
    assert both["privacy"]["redactLocal"] == "all"
    alone = tomllib.loads(settings_for("", "", path))
    assert alone["completion"]["routes"] == ["embedded"]
    assert "ollama" not in alone["providers"]
