from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

ONE_SKIPPED = """
import pytest

def test_runs():
    pass

@pytest.mark.skip(reason={reason!r})
def test_does_not_run():
    pass
"""


def closing_of(folder: Path, source: str, *, required: bool) -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(source)
    (folder / "pytest.ini").write_text("[pytest]\n")
    environ = {key: value for key, value in os.environ.items() if key != "CODEGREX_REQUIRE_ALL"}
    environ["PYTHONPATH"] = str(CHECKOUT)
    if required:
        environ["CODEGREX_REQUIRE_ALL"] = "1"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.support.closing",
        "-p",
        "no:cacheprovider",
    ]
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )


def test_a_test_that_was_not_run_is_named_with_its_reason(tmp_path: Path) -> None:
    run = closing_of(tmp_path, ONE_SKIPPED.format(reason="no browser here"), required=False)
    assert run.returncode == 0
    assert "no browser here\n  test_sample.py::test_does_not_run" in run.stdout


def test_it_turns_the_run_red_where_everything_is_required(tmp_path: Path) -> None:
    run = closing_of(tmp_path, ONE_SKIPPED.format(reason="no browser here"), required=True)
    assert run.returncode == 1


def test_another_platform_is_no_fault(tmp_path: Path) -> None:
    reason = "other platform: named pipes are Windows'"
    run = closing_of(tmp_path, ONE_SKIPPED.format(reason=reason), required=True)
    assert run.returncode == 0
    assert reason in run.stdout


@pytest.mark.parametrize("required", [False, True])
def test_a_file_that_skips_itself_counts_too(tmp_path: Path, required: bool) -> None:
    source = "import pytest\npytest.importorskip('no_such_module_anywhere')\n"
    run = closing_of(tmp_path, source, required=required)
    assert "no_such_module_anywhere" in run.stdout.split("not run")[1]
    assert (run.returncode == 1) is required


def test_a_full_run_says_so(tmp_path: Path) -> None:
    run = closing_of(tmp_path, "def test_runs():\n    pass\n", required=True)
    assert run.returncode == 0
    assert "Everything that was selected ran." in run.stdout


def test_a_run_that_stopped_early_does_not_claim_to_be_full(tmp_path: Path) -> None:
    run = closing_of(tmp_path, "import no_such_module_anywhere\n", required=False)
    assert "The run stopped early" in run.stdout
    assert "Everything that was selected ran." not in run.stdout
