"""Which folder holds a path, however the two are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegrex_lsp import portable


def test_the_deepest_folder_counts(tmp_path: Path) -> None:
    outer, inner = tmp_path / "w", tmp_path / "w" / "inner"

    assert portable.innermost(inner / "a.py", [outer, inner]) == inner
    assert portable.innermost(outer / "inner.py", [inner, outer]) == outer
    assert portable.innermost(tmp_path / "a.py", [outer, inner]) is None


def test_a_link_in_a_folder_belongs_to_that_folder(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    (here / "link").symlink_to(there)

    assert portable.innermost(here / "link" / "a.py", [here, there]) == here


@pytest.mark.parametrize("spelled", ["link/a.py", "/w/a.py", "elsewhere/../link/a.py"])
def test_a_way_round_through_links_or_slashes_leads_to_the_folder(
    tmp_path: Path, spelled: str
) -> None:
    folder = tmp_path / "w"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    slashes = "/" if spelled.startswith("/") else ""

    path = Path(f"{slashes}{tmp_path}/{spelled.lstrip('/')}")
    assert portable.innermost(path, [folder]) == folder


def test_the_folder_itself_may_be_named_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "w")

    found = portable.innermost(tmp_path / "w" / "a.py", [tmp_path / "link"])
    assert found == tmp_path / "link"


@pytest.mark.parametrize("folded", [True, False])
def test_case_counts_where_the_file_system_heeds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folded: bool
) -> None:
    monkeypatch.setattr(portable, "case_insensitive", lambda folder: folded)
    folder = tmp_path / "Work"

    found = portable.innermost(tmp_path / "WORK" / "a.py", [folder])
    assert found == (folder if folded else None)
