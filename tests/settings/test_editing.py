"""A value is added to the person's settings file, and everything else in it stays as it was."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.settings import editing, files

FILES = [
    "",
    "# only a comment\n",
    "[privacy]\nallow = []\n[completion]\nenabled = true\n",
    "[privacy]\nallow = ['aa']  # ours\n\n[chat]\nhistory = 'off' # why\n",
    "[privacy]\r\nallow = [\r\n  'aa', # one\r\n  'bb'\r\n  # end\r\n]\r\n",
    "privacy.mode = 'normal'\n",
    "privacy = {mode = 'normal'}\n",
    "[privacy]\nmode = 'normal'\n[chat]\nhistory = 'off'\n[privacy.x]\ny = 1\n",
    "[privacy.x]\ny = 1",
    "\ufeff[privacy]\nmode = 'normal'\n",
    "[providers.ollama]\nkind = 'ollama'\n",
]


def add(path: Path, *values: str) -> None:
    editing.append(path, "privacy.allow", values, comment="a key", lock=path.with_suffix(".lock"))


@pytest.mark.parametrize("before", FILES)
def test_nothing_but_the_new_values_changes(tmp_path: Path, before: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(before.encode())
    old = files.parse_toml(before.encode())
    add(path, "h1", "h2")
    after = path.read_bytes().decode()
    new = tomllib.loads(after.removeprefix("\ufeff"))
    assert new["privacy"].pop("allow") == [*old.get("privacy", {}).pop("allow", []), "h1", "h2"]
    assert new.pop("privacy") == old.pop("privacy", {})
    assert new == old
    assert after.count("#") == before.count("#") + 2
    for line in before.splitlines():
        if "[" not in line and "{" not in line:
            assert line.rstrip(",") in after


@given(st.lists(st.text("0123456789abcdef", min_size=1, max_size=4), max_size=4))
def test_added_one_by_one_each_value_stands_once(values: list[str]) -> None:
    content = b"# mine\n[privacy]\n"
    for value in values:
        content = editing._appended(content, "privacy.allow", [value], "a key")
    held = files.parse_toml(content)["privacy"].get("allow", [])
    assert held == list(dict.fromkeys(values))


def test_a_file_that_is_not_there_is_made_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    editing.append(path, "privacy.allow", ["h"], comment="a key", lock=tmp_path / "s" / "lock")
    assert files.read_toml(path) == {"privacy": {"allow": ["h"]}}
    assert path.stat().st_mode & 0o077 == 0


def test_a_value_that_is_there_already_leaves_the_file_untouched(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[privacy]\nallow=['h']")
    before = path.stat().st_ino
    add(path, "h")
    assert path.read_text() == "[privacy]\nallow=['h']"
    assert path.stat().st_ino == before


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.toml"
    kept.write_text("# mine\n")
    path = tmp_path / "config.toml"
    path.symlink_to(kept)
    add(path, "h")
    assert path.is_symlink()
    assert kept.read_text().startswith("# mine\n")
    assert "h" in kept.read_text()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[privacy\n", "is not TOML: mend it at line 1"),
        (b"# \xff\n", "is not UTF-8 text"),
        (b"privacy = 3\n", "holds something else than a table as privacy"),
        (b"privacy.allow = 'x'\n", "holds something else than a list as privacy.allow"),
        (b"#" * (files.LONGEST + 1), "is larger than 256 KiB"),
        (b"#" * (files.LONGEST - 10), "can not be changed without harm"),
    ],
)
def test_what_can_not_be_read_is_named_and_stays_as_it_is(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as raised:
        add(path, "h")
    assert raised.value.message.startswith("Nothing was kept: config.toml ")
    assert reason in raised.value.message
    assert path.read_bytes() == content


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError) as raised:
        add(tmp_path / "file" / "config.toml", "h")
    assert "can not be written" in raised.value.message
