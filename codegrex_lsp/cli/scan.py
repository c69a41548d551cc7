"""`scan [PATH...]`: what the redactor would mask in files, staged changes or standard input."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from codegrex_lsp.cli import request
from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, workspace
from codegrex_lsp.cli.exits import Exit, UsageError
from codegrex_lsp.cli.speech import data_json, talk

if TYPE_CHECKING:
    from codegrex_lsp.cli.scan_report import Progress
    from codegrex_lsp.engine.search import Finding, Looked, Plan, Searcher
    from codegrex_lsp.engine.tree import Skipped, Target

STDIN = "-"
FAILED = ("detector-failed", "detector-too-slow")
"""Reasons why a detector gave up on a file."""

UNSEEN = (*FAILED, "too-large", "unreadable")
"""Reasons that leave open whether a file holds anything, though no rule leaves it out."""


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    parser = add_verb(
        verbs,
        "scan",
        "Find secrets and personal data as the redactor would; values are never shown.",
        run,
        details="Exit code 0 where nothing was found, 1 where something was.",
    )
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="*", help="files and folders (default: here); - is --stdin")
    add("--stdin", action="store_true", help="read standard input")
    add("--language", metavar="ID", default="", help="language of standard input, e.g. python")
    add("--staged", action="store_true", help="what Git's next commit adds or changes")
    add("--no-ignore", action="store_true", help="look at ignored files too")
    add("--secrets-only", action="store_true", help="leave personal data out")
    add("--sarif", action="store_true", help="print SARIF 2.1.0")
    add_json(parser)


@dataclass
class Result:
    """Everything that was found and that was left out."""

    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    files: int = 0
    bytes: int = 0
    seconds: float = 0.0

    def add(self, looked: Looked) -> None:
        """Count some files."""
        self.findings += looked.findings
        self.skipped += looked.skipped
        self.files += looked.files
        self.bytes += looked.bytes

    @property
    def failed(self) -> bool:
        """Whether a detector gave up on a file."""
        return any(one.reason in FAILED for one in self.skipped)

    @property
    def unseen(self) -> list[Skipped]:
        """What should have been looked at and could not be."""
        return [one for one in self.skipped if one.reason in UNSEEN]

    @property
    def left_out(self) -> list[Skipped]:
        """What a rule or its own kind keeps from being looked at."""
        return [one for one in self.skipped if one.reason not in UNSEEN]

    def as_json(self) -> dict[str, Any]:
        """`scan --json`."""
        return {
            "findings": [
                {
                    "path": one.path,
                    "line": one.line,
                    "column": one.column,
                    "endLine": one.end_line,
                    "endColumn": one.end_column,
                    "kind": one.kind,
                    "type": one.type,
                    "rule": one.rule,
                    "confidence": one.confidence,
                }
                for one in self.findings
            ],
            "files": self.files,
            "bytes": self.bytes,
            "skipped": [{"path": one.path, "reason": one.reason} for one in self.skipped],
            "seconds": round(self.seconds, 3),
        }


def run(args: Arguments) -> int:
    """Look, report, and say by the exit code whether something was found."""
    _check(args)
    from codegrex_lsp.cli import sarif, scan_report
    from codegrex_lsp.engine.search import Searcher

    began = time.monotonic()
    searcher = Searcher(_plan(args))
    result = Result()
    with scan_report.progress() as progress:
        for looked in _look(args, searcher, progress):
            result.add(looked)
            progress.passed(looked, len(result.findings))
    result.seconds = time.monotonic() - began
    if args.json:
        data_json(result.as_json())
    elif args.sarif:
        data_json(sarif.log(result.findings, result.skipped, workspace(args), failed=result.failed))
    else:
        scan_report.show(result, every_skip=args.staged)
    return _exit(result, _problems(args, searcher))


def _check(args: Arguments) -> None:
    wanted = args.stdin or STDIN in args.paths
    if wanted and (args.staged or any(path != STDIN for path in args.paths)):
        raise UsageError("standard input is scanned alone, without paths and without --staged")
    if args.json and args.sarif:
        raise UsageError("--json and --sarif can not both be printed")
    if args.language and not wanted:
        raise UsageError("--language is for --stdin; a file's name says its language")


def _plan(args: Arguments) -> Plan:
    from codegrex_lsp import portable
    from codegrex_lsp.engine.search import Plan

    return Plan(
        portable.folders(),
        args.flags(),
        level="secrets" if args.secrets_only else "all",
        ignoring=not args.no_ignore,
    )


def _look(args: Arguments, searcher: Searcher, progress: Progress) -> Iterable[Looked]:
    if args.stdin or STDIN in args.paths:
        return _look_at_stdin(args, searcher)
    if args.staged:
        from codegrex_lsp.engine import staged

        here = Path.cwd()
        files = staged.staged(here, args.paths)
        return staged.look(searcher, here, files, workspace(args))
    from codegrex_lsp.engine.scan import FileScan

    scan = FileScan(searcher, list(_roots(args)))
    progress.watch(scan)
    return scan


def _look_at_stdin(args: Arguments, searcher: Searcher) -> Iterator[Looked]:
    from codegrex_lsp.engine.search import LARGEST
    from codegrex_lsp.engine.tree import Target

    stream: BinaryIO = sys.stdin.buffer
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UsageError(f"standard input is larger than {LARGEST // 1024 // 1024} MiB")
    yield searcher.content(content, Target(STDIN, "", workspace(args)), args.language)


def _roots(args: Arguments) -> Iterator[Target]:
    """What the person named, each in the workspace that it lies in.

    Raises:
        UsageError: There is nothing at a path.
    """
    from codegrex_lsp.engine.tree import Target

    for written in dict.fromkeys(args.paths or ["."]):
        path = request.absolute(written)
        if not path.exists():
            raise UsageError(f"{written}: there is no such file or folder")
        shown = os.path.normpath(written)
        shown = "" if shown == "." else shown
        size = 0 if path.is_dir() else path.stat().st_size
        yield Target(shown, str(path), workspace(args, path), size)


def _problems(args: Arguments, searcher: Searcher) -> bool:
    """Say which settings about privacy could not be used; whether there are any."""
    folders = dict.fromkeys((workspace(args), *searcher.workspaces))
    problems = {
        problem: None
        for folder in folders
        for problem in searcher.house.resolved(folder).problems
        if not problem.key or problem.key.startswith("privacy.")
    }
    for problem in problems:
        where = f"{problem.source}: {problem.key}" if problem.key else problem.source
        talk(f"{where}: {problem.reason}")
    return bool(problems)


def _exit(result: Result, problems: bool) -> Exit:
    """Findings count most; "nothing found" is said only where everything was looked for."""
    if result.findings:
        return Exit.FINDINGS
    if result.failed:
        return Exit.INTERNAL
    return Exit.CONFIGURATION if problems else Exit.FINE
