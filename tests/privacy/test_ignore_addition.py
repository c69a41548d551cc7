"""The line that is added for a file ignores that file, whatever its name, and no other."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.ignore import IgnoreRules
from codegrex_lsp.privacy.ignore.addition import addition

NAME = st.text(st.sampled_from("aA1.-_ *?[]!#\\{}~$'\"é汉"), min_size=1, max_size=8).filter(
    lambda name: name not in (".", "..")
)


@given(st.lists(NAME, min_size=1, max_size=3), NAME)
def test_the_file_is_ignored_and_its_neighbour_is_not(parts: list[str], other: str) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place).resolve()
        path = folder.joinpath(*parts)
        wanted = addition(path, folder)
        assert wanted is not None
        assert wanted.file == folder / ".codegrexignore"
        before = IgnoreRules(folder).verdict(path).ignored
        neighbour = path.with_name(other + ".x")
        without = IgnoreRules(folder).verdict(neighbour).ignored
        wanted.file.write_text(wanted.line + "\n")
        assert before or IgnoreRules(folder).verdict(path).ignored
        if neighbour != path and "\\" not in other:  # which may be Windows' mark of a folder
            assert IgnoreRules(folder).verdict(neighbour).ignored == without


def test_a_file_of_no_workspace_gets_its_line_beside_it() -> None:
    found = addition(Path("/srv/notes/a.py"), None)
    assert found == (Path("/srv/notes/.codegrexignore"), "/a.py")


def test_a_file_that_is_reached_by_a_link_is_named_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    found = addition(tmp_path / "link" / "a.py", tmp_path / "real")
    assert found == (tmp_path / "real" / ".codegrexignore", "/a.py")


@pytest.mark.parametrize("name", ["a\nb.py", "a\rb.py"])
def test_a_name_with_a_line_break_fits_in_no_line(name: str) -> None:
    assert addition(Path("/ws") / name, Path("/ws")) is None
