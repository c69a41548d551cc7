"""The other Python versions of this machine, and the unit tests run on each.

Looked for on the path and among pyenv's versions; each gets its own environment below the tools
folder. Editors, real models, static checks, and the slow tests of bad input, leaks and benchmarks
are left to the first interpreter: they test the same things whatever Python runs them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.toolbox import CHECKOUT, Toolbox

VERSIONS: Final = ("3.11", "3.12", "3.13", "3.14")
LEFT_OUT: Final = (
    "tests/bad_input",
    "tests/bench",
    "tests/editors",
    "tests/leaks",
    "tests/real",
    "tests/static",
)


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Another Python of this machine.

    Attributes:
        version: Major and minor, e.g. `3.13`.
        program: What makes its environment.
    """

    version: str
    program: Path

    def home(self, box: Toolbox) -> Path:
        """Folder of its environment."""
        return box.root / f"python{self.version}"

    def python(self, box: Toolbox) -> Path:
        """The interpreter inside its environment."""
        return self.home(box) / "bin/python"


def others() -> list[Interpreter]:
    """Every supported version that is here and is not the one that runs this."""
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = (_find(version) for version in VERSIONS if version != here)
    return [interpreter for interpreter in found if interpreter]


def _find(version: str) -> Interpreter | None:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    name = f"python{version}"
    candidates = [*sorted(pyenv.glob(f"{version}.*/bin/{name}")), shutil.which(name)]
    for candidate in candidates:
        if candidate and _answers(candidate, version):
            return Interpreter(version, Path(candidate))
    return None


def _answers(program: str | Path, version: str) -> bool:
    """Whether `program` is what its name says: a pyenv shim may lead nowhere."""
    ask = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run(
            [str(program), "-c", ask], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == version


def run_tests(interpreter: Interpreter, box: Toolbox) -> int:
    """Run the unit tests on `interpreter`; returns pytest's exit code.

    Each line is printed with the version before it, since others may run beside it.
    """
    left_out = [f"--ignore={folder}" for folder in LEFT_OUT]
    quiet = ("-q", "-p", "no:cacheprovider")
    command = [str(interpreter.python(box)), "-m", "pytest", *quiet, *left_out]
    environ = {name: value for name, value in os.environ.items() if name != "CODEGREX_REQUIRE_ALL"}
    with subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            print(f"{interpreter.version} | {line}", end="", flush=True)
    return running.returncode
