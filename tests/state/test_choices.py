"""Stored choices: kept by real path, shared between processes, never lost, never a crash."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import codegrex_lsp
from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.settings.model import Choice
from codegrex_lsp.state import choices as choices_module
from codegrex_lsp.state.choices import Choices
from codegrex_lsp.values.mode import Mode


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_nothing_is_chosen_at_first_and_nothing_is_written(state: Path) -> None:
    assert Choices(state).choice(None) == Choice()
    assert not state.exists()


def test_a_choice_is_for_its_workspace_only(state: Path, tmp_path: Path) -> None:
    choices = Choices(state)
    choices.set(Mode.NORMAL, tmp_path / "a")
    assert choices.choice(tmp_path / "a") == Choice(workspace=Mode.NORMAL)
    assert choices.choice(tmp_path / "b") == Choice()
    assert choices.choice(None) == Choice()


def test_a_choice_for_the_machine_stands_beside_those_for_workspaces(
    state: Path, tmp_path: Path
) -> None:
    choices = Choices(state)
    choices.set(Mode.OFFLINE, None)
    choices.set(Mode.NORMAL, tmp_path)
    assert choices.choice(tmp_path) == Choice(Mode.OFFLINE, Mode.NORMAL)
    choices.set(None, None)
    assert choices.choice(tmp_path) == Choice(None, Mode.NORMAL)
    choices.set(None, tmp_path)
    assert choices.choice(tmp_path) == Choice()


def test_a_workspace_is_the_same_by_its_link(state: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    Choices(state).set(Mode.OFFLINE, tmp_path / "link")
    assert Choices(state).choice(tmp_path / "real").workspace is Mode.OFFLINE
    assert list(json.loads((state / "choices.json").read_text())["workspaces"]) == [
        os.path.realpath(tmp_path / "real")
    ]


def test_another_process_sees_a_choice_at_once(state: Path, tmp_path: Path) -> None:
    ours, theirs = Choices(state), Choices(state)
    assert ours.choice(tmp_path).workspace is None
    theirs.set(Mode.NORMAL, tmp_path)
    assert ours.choice(tmp_path).workspace is Mode.NORMAL
    theirs.set(Mode.OFFLINE, tmp_path)
    assert ours.choice(tmp_path).workspace is Mode.OFFLINE


@pytest.mark.skipif(os.name != "posix", reason="other platform: no owner-only bits")
def test_the_file_is_for_its_owner_only(state: Path) -> None:
    Choices(state).set(Mode.NORMAL, None)
    assert stat.S_IMODE((state / "choices.json").stat().st_mode) == 0o600


def test_a_folder_whose_name_is_not_text_can_be_chosen_for(state: Path, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"caf\xe9")
    Choices(state).set(Mode.OFFLINE, odd)
    assert Choices(state).choice(odd).workspace is Mode.OFFLINE


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"workspaces": []}', b"[" * 100_000, b" " * 2_000_000],
)
def test_a_spoiled_file_is_no_choice_and_is_kept_aside(state: Path, content: bytes) -> None:
    state.mkdir()
    (state / "choices.json").write_bytes(content)
    choices = Choices(state)
    assert choices.choice(None) == Choice(sound=False)
    (problem,) = choices.problems()
    assert "choices.json" in problem.reason
    choices.set(Mode.NORMAL, None)
    assert choices.choice(None) == Choice(Mode.NORMAL)
    assert choices.problems() == ()
    assert (state / "choices.spoiled-1.json").read_bytes() == content


def test_a_second_spoiled_file_does_not_overwrite_the_first(state: Path) -> None:
    state.mkdir()
    for content in ("first", "second"):
        (state / "choices.json").write_text(content)
        Choices(state).set(Mode.NORMAL, None)
    kept = [(state / f"choices.spoiled-{number}.json").read_text() for number in (1, 2)]
    assert kept == ["first", "second"]


def test_a_mode_that_is_not_known_spoils_its_own_entry_only(state: Path, tmp_path: Path) -> None:
    state.mkdir()
    here, there = os.path.realpath(tmp_path), os.path.realpath(tmp_path / "there")
    content = {"machine": "normal", "workspaces": {here: "quiet", there: "offline"}}
    (state / "choices.json").write_text(json.dumps(content))
    choices = Choices(state)
    assert choices.choice(tmp_path) == Choice(Mode.NORMAL, None, sound=False)
    assert choices.choice(tmp_path / "there") == Choice(Mode.NORMAL, Mode.OFFLINE)
    (problem,) = choices.problems()
    assert problem.key == "workspaces" and str(tmp_path) not in problem.reason
    choices.set(Mode.SENSITIVE, None)
    assert choices.choice(tmp_path / "there") == Choice(Mode.SENSITIVE, Mode.OFFLINE)
    assert json.loads((state / "choices.spoiled-1.json").read_text()) == content


def test_a_folder_in_the_files_place_is_no_choice(state: Path) -> None:
    (state / "choices.json").mkdir(parents=True)
    assert Choices(state).choice(None) == Choice(sound=False)


def test_a_disk_that_can_not_be_written_is_said_clearly(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(choices_module, "write_private", refuse)
    with pytest.raises(ConfigurationError, match="read-only file system") as caught:
        Choices(state).set(Mode.NORMAL, None)
    assert caught.value.code == "choice-not-stored"
    assert str(state) not in caught.value.message
    assert caught.value.fix


def test_a_file_where_the_state_folder_should_be_is_said_clearly(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(ConfigurationError):
        Choices(tmp_path / "state").set(Mode.NORMAL, None)


def test_the_oldest_workspaces_go_when_there_are_too_many(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choices_module, "_MOST_WORKSPACES", 2)
    choices = Choices(state)
    for name in ("a", "b", "a", "c"):
        choices.set(Mode.NORMAL, tmp_path / name)
    kept = [choices.choice(tmp_path / name).workspace is not None for name in ("a", "b", "c")]
    assert kept == [True, False, True]


def test_processes_that_choose_at_once_lose_nothing(state: Path, tmp_path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from codegrex_lsp.state.choices import Choices\n"
        "from codegrex_lsp.values.mode import Mode\n"
        "state, root, who = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]\n"
        "print(flush=True); input()\n"
        "for n in range(20): Choices(state).set(Mode.NORMAL, root / f'{who}{n}')\n"
    )
    home = str(Path(codegrex_lsp.__file__).parents[1])
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(state), str(tmp_path), who],
            env={**os.environ, "PYTHONPATH": home},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who in ("x", "y", "z")
    ]
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()  # everybody is ready before anybody starts
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in running:
        process.communicate(timeout=60)
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(json.loads((state / "choices.json").read_text())["workspaces"]) == 60
