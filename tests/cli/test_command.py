"""Start-up, common flags, and what becomes of failures."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp import __version__
from codegrex_lsp.__main__ import main
from codegrex_lsp.cli import command as command_module
from codegrex_lsp.cli.exits import of_decision

HEAVY = ("pygls", "lsprotocol", "httpx", "presidio_analyzer", "detect_secrets", "keyring")
HEAVY += ("platformdirs", "pathspec", "rich", "shtab", "argparse", "asyncio", "json")


class Terminal(io.StringIO):
    """Standard input with a person at it."""

    def isatty(self) -> bool:
        return True


def modules_imported_for(*arguments: str) -> set[str]:
    process = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "codegrex_lsp", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return set(re.findall(r"\| +([\w.]+)$", process.stderr, re.MULTILINE))


def test_version_imports_next_to_nothing() -> None:
    imported = modules_imported_for("--version")
    assert "codegrex_lsp" in imported
    assert not imported & set(HEAVY)
    ours = {name for name in imported if name.startswith("codegrex_lsp.")}
    assert not ours - {"codegrex_lsp.__main__"}


def test_help_imports_no_library() -> None:
    imported = modules_imported_for("--help")
    assert "codegrex_lsp.cli.command" in imported
    assert not imported & set(HEAVY) - {"argparse", "asyncio", "json"}


def test_serving_an_editor_imports_no_verb() -> None:
    imported = modules_imported_for("--stdio")
    assert "codegrex_lsp.cli.command" in imported
    assert "codegrex_lsp.cli.parser" not in imported


def test_version_is_one_line(command: Any) -> None:
    done = command("--version")
    assert (done.returncode, done.stdout) == (0, f"codegrex-lsp {__version__}\n")
    assert command("--version", "--verbose").stdout == done.stdout


@pytest.mark.parametrize(
    ("arguments", "flags"),
    [
        ([], {}),
        (["--stdio"], {}),
        (["--stdio", "--clientProcessId=12"], {}),
        (["--mode", "offline", "--stdio"], {"privacy.mode": "offline"}),
    ],
)
def test_it_serves_editors(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], flags: dict[str, object]
) -> None:
    served: list[object] = []
    monkeypatch.setattr(command_module, "_serve", lambda given: served.append(given) or 7)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert main(arguments) == 7
    assert served == [flags]


def test_a_person_without_a_verb_gets_help_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert main([]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "check-ignore" in said.err


def test_an_unknown_verb_and_a_wrong_mode_are_usage_errors(command: Any) -> None:
    for arguments in (("chatt",), ("mode", "set", "paranoid"), ("--mode", "x", "mode")):
        done = command(*arguments)
        assert done.returncode == 2, arguments
        assert done.stdout == ""


@pytest.mark.parametrize("before", [True, False])
def test_common_flags_stand_before_or_after_the_verb(house: Any, before: bool) -> None:
    flags = ["--mode", "offline"]
    arguments = [*flags, "mode", "show"] if before else ["mode", "show", *flags]
    assert main(arguments) == 0
    assert house.flags == {"privacy.mode": "offline"}


def test_an_unexpected_exception_is_one_sentence_without_its_words(
    house: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    house.raises = ValueError("the text of a person")
    assert main(["mode"]) == 70
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(
        r"codegrex-lsp: something went wrong inside CodeGrex: ValueError at [\w/.:> ]+\n", said.err
    )
    assert "cli/mode.py:" in said.err
    assert house.closed == 1


def test_ctrl_c_is_silent(house: Any, capsys: pytest.CaptureFixture[str]) -> None:
    house.raises = KeyboardInterrupt()
    assert main(["mode"]) == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_goes_away_is_no_trouble(command: Any) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "codegrex_lsp", "config", "schema"],
        cwd=command.cwd,
        env=command.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_a_completion_script_knows_every_verb(command: Any, shell: str) -> None:
    done = command("completion", shell)
    assert done.returncode == 0
    for verb in ("complete", "preview", "check-ignore", "doctor", "ledger", "demo"):
        assert verb in done.stdout


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        ("shown", 0),
        ("cached", 0),
        ("empty", 0),
        ("no-routes", 3),
        ("ignored-by-file", 4),
        ("refused-by-mode", 4),
        ("cursor-in-secret", 4),
        ("ledger-unwritable", 4),
        ("a-code-of-tomorrow", 4),
        ("provider-unreachable", 5),
        ("timeout-first-token", 5),
        ("bad-answer", 5),
        ("model-missing", 5),
        ("no-provider", 5),
    ],
)
def test_a_decision_has_its_exit_code(code: str, exit_code: int) -> None:
    assert of_decision(code) == exit_code


def test_the_workspace_is_the_repository_around_the_current_folder(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Path.cwd()
    (here / ".git").mkdir()
    (here / "src").mkdir()
    monkeypatch.chdir(here / "src")
    main(["mode"])
    assert house.folder == here
    main(["mode", "--workspace", "."])
    assert house.folder == here / "src"


def test_a_workspace_that_is_no_folder_is_named(
    house: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mode", "--workspace", "nowhere"]) == 2
    assert "--workspace: nowhere is not a folder" in capsys.readouterr().err
