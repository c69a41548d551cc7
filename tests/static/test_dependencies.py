"""Every dependency has its reason written down."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_page_of_dependencies_names_each_one_and_no_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        re.match(r"[\w.-]+", requirement)[0]  # type: ignore[index]
        for group in (project["dependencies"], *project["optional-dependencies"].values())
        for requirement in group
    }
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| ([\w.-]+) \| \w", page, re.MULTILINE)) - {"package"}
    assert explained == wanted


def test_the_page_of_the_command_line_names_every_verb() -> None:
    from codegrex_lsp.cli.parser import VERBS

    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    heads = [row.split(" | ")[0] for row in page.splitlines() if row.startswith("| `")]
    named = {name for head in heads for name in re.findall(r"`([a-z-]+)", head)}
    verbs = {verb.__name__.rpartition(".")[2].replace("_", "-") for verb in VERBS}
    assert verbs - named == set()
