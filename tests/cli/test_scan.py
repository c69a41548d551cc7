"""`scan` as people, scripts and hooks meet it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import rich.console

from codegrex_lsp import portable
from codegrex_lsp.__main__ import main
from codegrex_lsp.cli import scan, scan_report
from codegrex_lsp.engine import workers
from codegrex_lsp.engine.search import Searcher
from codegrex_lsp.privacy.detect.allowed import keyed_hash
from codegrex_lsp.state import secret
from tests.support.planted import AWS, EMAIL, PASSWORD

LINE = f'key = "{AWS}"\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a workspace with one secret, one address and one ignored file."""
    monkeypatch.setenv("CODEGREX_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))  # no credentials of whoever runs this
    folder = tmp_path / "work"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a.py").write_text(f"# by {EMAIL}\n{LINE}")
    (folder / "clean.py").write_text("x = 1\n")
    (folder / ".codegrexignore").write_text("private.py\n")
    (folder / "private.py").write_text(LINE)
    monkeypatch.chdir(folder)
    return folder


def settings(text: str) -> None:
    config = portable.folders().config
    config.mkdir(parents=True, exist_ok=True)
    (config / "config.toml").write_text(text)


def stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def shape(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


# -- JSON ---------------------------------------------------------------------------------------


def test_json_is_the_stable_shape(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--json"]) == 1
    told = shape(capsys)
    seconds = told.pop("seconds")
    assert seconds > 0
    rules = [one.pop("rule") for one in told["findings"]]
    confidence = [one.pop("confidence") for one in told["findings"]]
    assert all(isinstance(rule, str) and rule for rule in rules)
    assert all(0 < one <= 1 for one in confidence)
    path = os.path.join("src", "a.py")
    assert told == {
        "findings": [
            {
                "path": path,
                "line": 1,
                "column": 6,
                "endLine": 1,
                "endColumn": 6 + len(EMAIL),
                "kind": "pii",
                "type": "email",
            },
            {
                "path": path,
                "line": 2,
                "column": 8,
                "endLine": 2,
                "endColumn": 8 + len(AWS),
                "kind": "secret",
                "type": "aws-access-key",
            },
        ],
        "files": 3,
        "bytes": sum(
            (here / name).stat().st_size for name in (path, "clean.py", ".codegrexignore")
        ),
        "skipped": [{"path": "private.py", "reason": "ignored-by-file"}],
    }


def test_no_form_of_report_shows_a_value(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "b.py").write_text(f'password = "{PASSWORD}"\n')
    for form in ((), ("--json",), ("--sarif",), ("--verbose",)):
        assert main(["scan", *form]) == 1
        said = capsys.readouterr()
        for value in (AWS, PASSWORD, EMAIL, AWS[4:12], PASSWORD[:4]):
            assert value not in said.out + said.err


# -- what to look at ----------------------------------------------------------------------------


def test_named_paths_alone_are_looked_at(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "clean.py", "--json"]) == 0
    assert shape(capsys)["files"] == 1


def test_secrets_only_leaves_personal_data_out(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", "--secrets-only", "--json"]) == 1
    assert {one["kind"] for one in shape(capsys)["findings"]} == {"secret"}


def test_no_ignore_looks_at_ignored_files(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "private.py", "--json"]) == 0
    assert shape(capsys)["skipped"] == [{"path": "private.py", "reason": "ignored-by-file"}]
    assert main(["scan", "private.py", "--json", "--no-ignore"]) == 1
    assert [one["path"] for one in shape(capsys)["findings"]] == ["private.py"]


def test_a_file_of_another_workspace_obeys_the_rules_of_that_one(
    here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    (other / ".git").mkdir(parents=True)
    (other / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (other / ".gitignore").write_text("a.py\n")
    (other / "a.py").write_text(LINE)
    assert main(["scan", str(other / "a.py"), "--json"]) == 0
    assert shape(capsys)["skipped"][0]["reason"] == "ignored-by-gitignore"


def test_a_path_where_nothing_is_is_a_usage_error(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", "src", "nowhere.py"]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "",
        "codegrex-lsp: nowhere.py: there is no such file or folder\n",
    )


@pytest.mark.parametrize("how", [["--stdin"], ["-"], ["--stdin", "--language", "python"]])
def test_standard_input_is_looked_at(
    here: Path, how: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin(monkeypatch, LINE)
    assert main(["scan", *how, "--json"]) == 1
    told = shape(capsys)
    assert [one["path"] for one in told["findings"]] == ["-"]
    assert (told["files"], told["bytes"]) == (1, len(LINE))


def test_the_language_of_standard_input_decides_whether_bare_values_count(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = f"DB_PASSWORD={PASSWORD}\n"
    stdin(monkeypatch, bare)
    assert main(["scan", "-", "--language", "dotenv", "--json"]) == 1
    stdin(monkeypatch, bare)
    assert main(["scan", "-", "--language", "python", "--json"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--stdin", "clean.py"],
        ["-", "--staged"],
        ["--json", "--sarif"],
        ["--language", "python", "clean.py"],
    ],
)
def test_what_does_not_go_together_is_a_usage_error(here: Path, arguments: list[str]) -> None:
    assert main(["scan", *arguments]) == 2


def test_staged_changes_are_looked_at_and_each_skip_is_named(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    subprocess.run(["git", "init", "-q"], cwd=here, check=True)
    subprocess.run(["git", "add", "src", "private.py"], cwd=here, check=True)
    (here / "src" / "a.py").write_text("x = 1\n")
    assert main(["scan", "--staged"]) == 1
    said = capsys.readouterr()
    assert said.out.count("src/a.py:") == 2
    assert "not looked at: private.py (ignored-by-file)" in said.err


def test_staged_outside_a_repository_is_a_matter_of_configuration(here: Path) -> None:
    assert main(["scan", "--staged"]) == 3


# -- what counts --------------------------------------------------------------------------------


def test_a_value_marked_as_not_secret_is_left_out(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = secret.load(portable.folders().state).derive("allow")
    settings(f'[privacy]\nallow = ["{keyed_hash(key, AWS)}"]\n')
    assert main(["scan", "--json"]) == 1
    assert [one["type"] for one in shape(capsys)["findings"]] == ["email"]


def test_the_persons_own_patterns_count(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings('[[privacy.customPatterns]]\nname = "badge"\npattern = "BADGE-[0-9]{4}"\n')
    (here / "clean.py").write_text('x = "BADGE-1234"\n')
    assert main(["scan", "clean.py", "--json"]) == 1
    assert [one["type"] for one in shape(capsys)["findings"]] == ["badge"]


def test_nothing_found_is_not_said_where_a_setting_about_it_could_not_be_used(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings('[[privacy.customPatterns]]\nname = "badge"\npattern = "(a+)+$"\n')
    assert main(["scan", "clean.py"]) == 3
    assert "privacy.customPatterns" in capsys.readouterr().err
    assert main(["scan", "src"]) == 1


def test_a_file_that_a_detector_gave_up_on_is_not_fine(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from codegrex_lsp.errors import DetectorFailed

    def fail(*_: object) -> None:
        raise DetectorFailed("no")

    monkeypatch.setattr(Searcher, "_findings", fail)
    assert main(["scan", "clean.py", "--json"]) == 70
    assert shape(capsys)["skipped"] == [{"path": "clean.py", "reason": "detector-failed"}]


# -- for people ---------------------------------------------------------------------------------


def test_what_could_not_be_looked_at_is_named_and_the_sum_says_so(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from codegrex_lsp.engine import search

    monkeypatch.setattr(search, "LARGEST", 100)
    (here / "src" / "a.py").unlink()
    (here / "large.sql").write_text(LINE * 9)
    assert main(["scan"]) == 0
    *skips, last = capsys.readouterr().err.splitlines()
    assert skips == ["not looked at: large.sql (too-large)", "left out by rule: 1 ignored-by-file"]
    assert last.startswith("nothing found; 2 files looked at, ")
    assert last.endswith("; 1 path could not be looked at and may hold anything")
    assert main(["scan", "--json"]) == 0
    assert {"path": "large.sql", "reason": "too-large"} in shape(capsys)["skipped"]


def test_of_many_that_could_not_be_looked_at_some_are_named_and_all_are_counted(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from codegrex_lsp.engine import search

    monkeypatch.setattr(search, "LARGEST", 2)
    monkeypatch.setattr(scan_report, "MOST_NAMED", 1)
    assert main(["scan"]) == 0
    first, second, third, last = capsys.readouterr().err.splitlines()
    assert first == "not looked at: .codegrexignore (too-large)"
    assert second == "not looked at: 2 more (--json names all)"
    assert third.startswith("left out by rule: ")
    assert "3 paths could not be looked at" in last


def test_in_a_pipe_each_finding_is_one_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "src"]) == 1
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0] == f"src/a.py:1:6: pii: email …({len(EMAIL)})"
    assert lines[1].startswith("src/a.py:2:8: secret: AWS access key id ")
    assert lines[1].endswith(f"…({len(AWS)})")
    assert said.err.startswith("2 findings in 1 file; 1 file looked at, ")


def test_on_a_terminal_findings_stand_below_their_file(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_report, "on_terminal", lambda: True)
    assert main(["scan", "src", "clean.py"]) == 1
    out = capsys.readouterr().out
    assert out.count("src/a.py") == 1
    assert "1:6" in out
    assert "2:8" in out


def test_a_files_name_can_not_move_the_cursor(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "src" / "\x1b[2J.py").write_text(LINE)
    main(["scan", "src"])
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such names")
def test_a_files_name_can_not_write_a_line_of_its_own(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "src" / "a\nb.py:1:1: secret").write_text(LINE)
    main(["scan", "src"])
    assert not any(line.startswith("b.py") for line in capsys.readouterr().out.splitlines())


def test_a_long_scan_shows_how_far_it_is_and_a_short_one_does_not(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[rich.console.Console] = []
    console = rich.console.Console

    def noted(**more: Any) -> rich.console.Console:
        made.append(console(**more, force_terminal=True))
        return made[-1]

    monkeypatch.setattr(rich.console, "Console", noted)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    main(["scan", "src", "--json"])
    assert made == []
    capsys.readouterr()
    monkeypatch.setattr(scan_report, "PATIENCE", 0.0)
    monkeypatch.setattr(scan_report, "TOLD_EACH", 0.0)
    main(["scan", "src", "--json"])
    said = capsys.readouterr()
    assert [one.stderr for one in made] == [True]
    assert "2 findings" in said.err
    assert json.loads(said.out)["files"] == 1


# -- SARIF --------------------------------------------------------------------------------------


def test_sarif_names_the_standard_the_rule_and_the_place(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "src" / "ü b.py").write_text(LINE)
    assert main(["scan", "--sarif"]) == 1
    told = shape(capsys)
    assert told["version"] == "2.1.0"
    (run,) = told["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == here.as_uri() + "/"
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) == 2
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    last = run["results"][-1]
    place = last["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "src/%C3%BC%20b.py", "uriBaseId": "SRCROOT"}
    assert place["region"] == {
        "startLine": 1,
        "startColumn": 8,
        "endLine": 1,
        "endColumn": 8 + len(AWS),
    }
    assert (last["level"], run["results"][0]["level"]) == ("error", "warning")
    assert last["message"]["text"].startswith("AWS access key id")


def test_sarif_tells_what_was_not_looked_at(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["scan", "--sarif"])
    (invocation,) = shape(capsys)["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is True
    (note,) = invocation["toolExecutionNotifications"]
    assert note["message"]["text"] == "not looked at: ignored-by-file"


def test_sarif_of_a_file_outside_the_workspace_has_its_whole_address(
    here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out.py").write_text(LINE)
    main(["scan", "--sarif", "../out.py"])
    (result,) = shape(capsys)["runs"][0]["results"]
    where = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert where == {"uri": (tmp_path / "out.py").as_uri()}


# -- as a process -------------------------------------------------------------------------------


def test_the_command_scans_a_tree_with_all_cores_and_says_so_by_its_exit_code(command: Any) -> None:
    filler = "value = compute(1, 2)  # nothing to see\n" * 4000
    for number in range(24):
        (command.cwd / f"{number}.py").write_text(filler + LINE)
    done = command("scan", "--json", "--secrets-only")
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert (len(told["findings"]), told["files"]) == (24, 24)
    assert {one["line"] for one in told["findings"]} == {4001}


def test_ctrl_c_ends_every_process_without_a_word(command: Any) -> None:
    for number in range(40):
        (command.cwd / f"{number}.py").write_text("value = compute(1, 2)  # filler\n" * 8000)
    running = subprocess.Popen(
        [sys.executable, "-m", "codegrex_lsp", "scan"],
        cwd=command.cwd,
        env=command.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    process = psutil.Process(running.pid)
    while not (children := process.children()) and running.poll() is None:
        time.sleep(0.01)
    assert children or workers.cores() == 1
    os.killpg(running.pid, signal.SIGINT)
    assert running.communicate(timeout=60) == (b"", b"")
    assert running.returncode == 130
    assert psutil.wait_procs(children, timeout=60)[1] == []


def test_the_hooks_that_are_shipped_name_flags_that_exist(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hooks = Path(scan.__file__).parents[2] / ".pre-commit-hooks.yaml"
    entries = [
        line.split(":", 1)[1].split()
        for line in hooks.read_text().splitlines()
        if line.strip().startswith("entry:")
    ]
    assert len(entries) == 2
    for program, *arguments in entries:
        assert program == "codegrex-lsp"
        assert main([*arguments, "clean.py"]) == 0
        assert main([*arguments, "clean.py", "private.py"]) == 1
