"""The reader: cheap while nothing changes, right at the next request when something does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codegrex_lsp.settings import Choice, SettingsReader, Sources
from codegrex_lsp.settings import reader as reader_module
from codegrex_lsp.settings.reader import _MOST_FOLDERS
from codegrex_lsp.values.mode import Mode

LATER = 10**20


class Counted:
    """A reader that counts how often it layers the sources anew."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch, now: int = LATER) -> None:
        self.layered = 0
        self.chosen = Choice()
        self.now = now
        layer = reader_module.resolve

        def counting(*args: object) -> object:
            self.layered += 1
            return layer(*args)  # type: ignore[arg-type]

        patch.setattr(reader_module, "resolve", counting)
        self.reader = SettingsReader(
            Sources(root / "machine.toml", root / "user.toml"),
            choice=lambda folder: self.chosen,
            clock=lambda: self.now,
        )

    def mode(self, folder: Path) -> str:
        return self.reader.current(folder).settings.privacy.mode.value


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(tmp_path, monkeypatch)


def test_an_unchanged_house_is_layered_once(counted: Counted, tmp_path: Path) -> None:
    (tmp_path / ".codegrex.toml").write_text('privacy.mode = "offline"')
    answers = [counted.reader.current(tmp_path) for _ in range(5)]
    assert counted.layered == 1
    assert all(answer is answers[0] for answer in answers)


@pytest.mark.parametrize("name", ["machine.toml", "user.toml", ".codegrex.toml"])
def test_an_edit_counts_at_the_next_request(counted: Counted, tmp_path: Path, name: str) -> None:
    assert counted.mode(tmp_path) == "sensitive"
    (tmp_path / name).write_text('privacy.mode = "offline"')
    assert counted.mode(tmp_path) == "offline"
    (tmp_path / name).unlink()
    assert counted.mode(tmp_path) == "sensitive"


def test_a_file_that_was_just_written_is_not_trusted_by_its_stamp(
    counted: Counted, tmp_path: Path
) -> None:
    file = tmp_path / ".codegrex.toml"
    file.write_text('privacy.mode = "offline"')
    counted.now = os.stat(file).st_mtime_ns + 1_000_000
    counted.mode(tmp_path)
    counted.mode(tmp_path)
    assert counted.layered == 2


def test_the_editors_settings_and_the_choice_count_at_once(
    counted: Counted, tmp_path: Path
) -> None:
    assert counted.mode(tmp_path) == "sensitive"
    counted.reader.update(editor={"privacy.mode": "normal"})
    assert counted.mode(tmp_path) == "normal"
    counted.chosen = Choice(workspace=Mode.OFFLINE)
    assert counted.mode(tmp_path) == "offline"


def test_folders_do_not_share_their_repository_file(counted: Counted, tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    (first / ".codegrex.toml").write_text('privacy.mode = "offline"')
    assert (counted.mode(first), counted.mode(second)) == ("offline", "sensitive")
    assert counted.reader.current(None).settings.privacy.mode is Mode.SENSITIVE


def test_folders_are_kept_in_a_bounded_number(counted: Counted, tmp_path: Path) -> None:
    for number in range(3 * _MOST_FOLDERS):
        counted.mode(tmp_path / str(number))
    assert len(counted.reader._kept) <= _MOST_FOLDERS
