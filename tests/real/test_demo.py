"""`codegrex-lsp demo` with the real server and the real model, as `make demo` runs it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.support.model import home_with_starter


def test_a_person_sees_a_real_suggestion_and_why_it_was_allowed(
    starter_model: Path, tmp_path: Path
) -> None:
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    temporary.mkdir()
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(
        '[providers.ollama]\nbaseUrl = "http://127.0.0.1:9"\n'  # the embedded model is meant here
    )
    environ = home_with_starter(home, starter_model)
    done = subprocess.run(
        [sys.executable, "-m", "codegrex_lsp", "demo"],
        env={**environ, "TMPDIR": str(temporary), "TEMP": str(temporary)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "None this time" not in done.stdout
    assert re.search(r"-- the line, with ghost text\n +costs = \[.+\]", done.stdout)
    sent = done.stdout.partition("as it would leave")[2].partition("== 4.")[0]
    assert "cg_secret_" in sent
    assert "AKIA" not in sent
    assert re.search(r"completion +sensitive +local +embedded", done.stdout)
    assert "The chain is whole" in done.stdout
    assert list(temporary.iterdir()) == []
