"""Make this checkout ready for its tests: the package, and every tool the tests drive.

    python -m tools.setup            install what is missing, then print what is there
    python -m tools.setup --list     only print what is there

Tools come from the package registries that pip, npm and apt are configured for. System packages
are installed where this process is root and apt exists; elsewhere they are named with the command
to run. Safe to run again: what is there stays. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from tools import interpreters
from tools.toolbox import (
    CHECKOUT,
    CODE_SERVER,
    NEOVIM,
    NODE,
    PLAYWRIGHT,
    Toolbox,
    absent,
    toolbox,
)

EVERYTHING: Final = ".[embedded,names,test]"
Command: TypeAlias = Sequence[str | Path]


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to have.

    Attributes:
        name: As shown in the table.
        missing: Says what is missing, or nothing where it is all there.
        install: Brings it, writing to the log; raises where it can not.
        after: Jobs to wait for, by name.
    """

    name: str
    missing: Callable[[], str]
    install: Callable[[Path], None]
    after: tuple[str, ...] = ()


class Unavailable(Exception):
    """A tool that can not be had here. The message says why and what to do."""


def run(
    command: Command,
    log: Path,
    *,
    cwd: Path = CHECKOUT,
    env: dict[str, str] | None = None,
) -> None:
    """Run `command` with its output in `log`; raise Unavailable with its last words."""
    with log.open("ab") as file:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        lines = log.read_text(errors="replace").strip().splitlines() or ["no output"]
        raise Unavailable(f"{Path(command[0]).name} ended with {done.returncode}: {lines[-1]}")


def jobs(box: Toolbox) -> list[Job]:
    """What the tests need, in the order of the table."""

    def fresh(name: str) -> Path:
        """An empty folder for a tool: what an interrupted install left is not trusted."""
        folder = box.root / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def stamp(name: str, wanted: str) -> Path:
        return box.root / name / f".complete-{wanted.replace('/', '-')}"

    def unstamped(name: str, wanted: str) -> str:
        return "" if stamp(name, wanted).exists() else f"{wanted} is not installed"

    def wheel(name: str, wanted: str) -> Job:
        def install(log: Path) -> None:
            folder = fresh(name)
            pip: Command = [sys.executable, "-m", "pip", "install", "--target", folder, wanted]
            run(pip, log)
            if name == "node":
                write_shims(box)
            stamp(name, wanted).touch()

        return Job(name, lambda: unstamped(name, wanted), install)

    def package(name: str, wanted: str, after: tuple[str, ...]) -> Job:
        def install(log: Path) -> None:
            folder = fresh(name)
            (folder / "package.json").write_text('{"private": true}\n')
            npm: Command = [box.shims / "npm", "install", "--unsafe-perm", "--no-save", wanted]
            run(npm, log, cwd=folder, env=box.environ)
            stamp(name, wanted).touch()

        return Job(name, lambda: unstamped(name, wanted), install, after)

    def client_missing() -> str:
        mark = box.client / ".package-lock.json"  # npm writes it last
        lock = CHECKOUT / "vscode-client/package-lock.json"
        if mark.exists() and mark.stat().st_mtime >= lock.stat().st_mtime:
            return ""
        return "the client's packages are not installed"

    def install_client(log: Path) -> None:
        npm: Command = [box.shims / "npm", "ci"]
        run(npm, log, cwd=CHECKOUT / "vscode-client", env=box.environ)
        (box.client / ".package-lock.json").touch()

    def install_package(log: Path) -> None:
        run([sys.executable, "-m", "pip", "install", "-e", EVERYTHING], log)

    def environment(other: interpreters.Interpreter) -> Job:
        name = other.home(box).name

        def install(log: Path) -> None:
            run([other.program, "-m", "venv", fresh(name)], log)
            run([other.python(box), "-m", "pip", "install", "-e", EVERYTHING], log)
            stamp(name, wanted).touch()

        return Job(name, lambda: unstamped(name, wanted), install, ("package",))

    declared = (CHECKOUT / "pyproject.toml").read_bytes()
    wanted = f"package-{hashlib.sha256(declared).hexdigest()[:12]}"

    return [
        Job("package", lambda: "asked of pip each time", install_package),
        Job("system", lambda: ", ".join(absent()), install_system),
        wheel("node", NODE),
        wheel("neovim", NEOVIM),
        package("code-server", CODE_SERVER, ("node", "system")),
        package("playwright", PLAYWRIGHT, ("node",)),
        Job("client", client_missing, install_client, ("node",)),
        *(environment(other) for other in interpreters.others()),
    ]


def install_system(log: Path) -> None:
    """Bring the missing system packages with apt, or say which command would."""
    wanted = absent()
    command = ["apt-get", "install", "-y", "--no-install-recommends", *wanted]
    if not sys.platform.startswith("linux"):
        raise Unavailable(f"{', '.join(wanted)}: other platform")
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise Unavailable(f"{', '.join(wanted)} missing; run: sudo {' '.join(command)}")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    run(["apt-get", "update"], log, env=env)
    run([*command[:2], *wait, *command[2:]], log, env=env)
    if still := absent():
        raise Unavailable(f"apt installed them, yet these are not found: {', '.join(still)}")


def write_shims(box: Toolbox) -> None:
    """Make `npm` and `npx` runnable: the wheel copied their links as files that find nothing."""
    box.shims.mkdir(parents=True, exist_ok=True)
    modules = box.node.parent.parent / "lib/node_modules/npm/bin"
    for name in ("npm", "npx"):
        shim = box.shims / name
        shim.write_text(f'#!/bin/sh\nexec "{box.node}" "{modules / name}-cli.js" "$@"\n')
        shim.chmod(0o755)


def carry_out(todo: list[Job], logs: Path) -> dict[str, str]:
    """Run the jobs side by side, each after those it waits for.

    Returns:
        Job name → why it is not there; an empty reason where it is.
    """
    logs.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()

    def say(text: str) -> None:
        # One write: lines of jobs that speak at once stay whole.
        sys.stdout.write(f"  {time.monotonic() - began:5.0f} s  {text}\n")
        sys.stdout.flush()

    def attempt(job: Job, needs: list[Future[str]]) -> str:
        if failed := [reason for need in needs if (reason := need.result())]:
            return f"needs what failed before: {failed[0]}"
        if not job.missing():
            return ""
        say(f"{job.name}: installing")
        log = logs / f"{job.name}.log"
        log.unlink(missing_ok=True)
        try:
            job.install(log)
        except (Unavailable, OSError) as trouble:
            say(f"{job.name}: failed, see {log}")
            return str(trouble)
        say(f"{job.name}: ready")
        return ""

    with ThreadPoolExecutor(len(todo)) as pool:
        futures: dict[str, Future[str]] = {}
        for job in todo:
            needs = [futures[name] for name in job.after]
            futures[job.name] = pool.submit(attempt, job, needs)
        return {name: future.result() for name, future in futures.items()}


def table(outcome: dict[str, str]) -> str:
    """One line per tool."""
    width = max(map(len, outcome))
    return "\n".join(
        f"  {name:<{width}}  {'NOT THERE: ' + reason if reason else 'ready'}"
        for name, reason in outcome.items()
    )


def main(arguments: list[str]) -> int:
    """Install and report. Exit code 1 where the package failed, or where all is required."""
    box = toolbox()
    todo = jobs(box)
    if "--list" in arguments:
        outcome = {job.name: job.missing() for job in todo if job.name != "package"}
    else:
        print(f"Test tools, below {box.root}", flush=True)
        outcome = carry_out(todo, box.root / "logs")
    print(table(outcome), flush=True)
    required = os.environ.get("CODEGREX_REQUIRE_ALL") == "1"
    return int(bool(outcome.get("package")) or (required and any(outcome.values())))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
