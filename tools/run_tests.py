"""Run every test, then the unit tests on the machine's other interpreters, then say what ran.

python -m tools.run_tests [pytest arguments]
"""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tools import interpreters
from tools.toolbox import CHECKOUT, toolbox

OUTCOMES = {0: "passed", 1: "FAILED", 5: "FAILED: no test was found"}


def main(arguments: list[str]) -> int:
    """Exit code 0 where everything that ran passed."""
    box = toolbox()
    command = [sys.executable, "-m", "pytest", *arguments]
    codes = {_name(*sys.version_info[:2]): subprocess.run(command, cwd=CHECKOUT).returncode}
    others = interpreters.others()
    print(f"\nUnit tests side by side on {len(others)} other versions of Python", flush=True)

    def run(other: interpreters.Interpreter) -> int:
        return interpreters.run_tests(other, box) if other.python(box).exists() else -1

    with ThreadPoolExecutor() as pool:
        for other, code in zip(others, pool.map(run, others), strict=True):
            codes[f"Python {other.version}, unit tests"] = code
    print("\nRun on:")
    for name, code in codes.items():
        print(f"  {name}: {_outcome(code)}")
    if len(codes) == 1:
        print("  No other Python between 3.11 and 3.14 is on this machine.")
    return int(any(codes.values()))


def _name(major: int, minor: int) -> str:
    return f"Python {major}.{minor}, everything"


def _outcome(code: int) -> str:
    if code == -1:
        return "NOT RUN: its environment could not be made, see the table of tools"
    return OUTCOMES.get(code, f"FAILED: pytest ended with {code}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
