"""Looking for secrets and personal data in one file or text, by what the gate itself finds.

A value never leaves here: what is told of it is where it stands, what it is, and how long.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.engine.tree import Skipped, Target
from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.portable import Folders
from codegrex_lsp.privacy.detect import Kind
from codegrex_lsp.privacy.detect.allowed import Scanner
from codegrex_lsp.privacy.detect.detector import Level
from codegrex_lsp.privacy.detect.titles import shape

LARGEST: Final = 32 * 1024 * 1024
"""Bytes. A larger file is not looked at, and the report says so."""

BINARY_HEAD: Final = 8000
"""Bytes at the beginning in which a NUL makes a file binary, as Git has it."""

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_WIDE: Final = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order marks, longest first: one begins with another."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A value that would be masked. Lines and columns count from 1, columns in characters.

    Attributes:
        path: As the person would write it; `-` for standard input.
        line: Where it begins.
        column: Where it begins.
        end_line: Where it ends.
        end_column: One past its last character.
        kind: `secret` or `pii`.
        type: What it is, e.g. `aws-access-key`.
        rule: Which rule found it.
        confidence: 0 to 1.
        shape: Its length, after what every value of its form begins with: `ghp_…(40)`.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    kind: Kind
    type: str
    rule: str
    confidence: float
    shape: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking at some files.

    Attributes:
        findings: By file, and in a file by place.
        skipped: What was not looked at, and why.
        files: How many were looked at.
        bytes: How many bytes those have.
        passed: Bytes of all files that were met, for telling how far a scan is.
    """

    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    files: int = 0
    bytes: int = 0
    passed: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a process needs to know to look at files; it holds no text and no secret.

    Attributes:
        folders: Where settings and the machine's secret are kept.
        flags: Settings from the command line, dotted key → value.
        level: `secrets`, or `all` for personal data as well.
        ignoring: Whether ignore rules and path policies count.
    """

    folders: Folders
    flags: Mapping[str, object] = field(default_factory=dict)
    level: Level = "all"
    ignoring: bool = True


class Searcher:
    """Looks at files and texts. One for each process.

    Args:
        plan: What for, and under which settings.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.house = House(plan.folders, Wishes(flags=plan.flags, environ=os.environ))
        self._scanners: dict[Path | None, Scanner] = {}

    @property
    def workspaces(self) -> tuple[Path | None, ...]:
        """The workspace folders whose settings were asked so far."""
        return tuple(self._scanners)

    def warm_up(self, folder: Path | None) -> None:
        """Load every detector now, so that processes forked from this one need not.

        Raises:
            DetectorFailed: One can not be loaded.
        """
        self._scanners[folder] = self.house.bulk_scanner(folder, warm=self.plan.level)

    def kept_out(self, path: str, folder: Path | None) -> str:
        """Reason code why a path is not to be looked at, or empty."""
        if not self.plan.ignoring:
            return ""
        return self.house.kept_out(Path(path), folder)

    def files(self, targets: Iterable[Target], skipped: Iterable[Skipped] = ()) -> Looked:
        """Look at some files, one after the other.

        Args:
            targets: The files.
            skipped: What else was met on the way to them.
        """
        findings: list[Finding] = []
        left_out = list(skipped)
        files = size = passed = 0
        for target in targets:
            looked = self.file(target)
            findings += looked.findings
            left_out += looked.skipped
            files += looked.files
            size += looked.bytes
            passed += target.size
        return Looked(tuple(findings), tuple(left_out), files, size, passed)

    def file(self, target: Target) -> Looked:
        """Look at one file, if it may be read."""
        reason = self.kept_out(target.path, target.folder)
        content = b""
        if not reason:
            content, reason = _read(target.path)
        if reason:
            return Looked(skipped=(Skipped(target.shown, reason),))
        return self.content(content, target)

    def content(self, content: bytes, target: Target, language: str = "") -> Looked:
        """Look at the content of a file that was read elsewhere.

        Args:
            content: Its bytes.
            target: Whose content it is.
            language: LSP language id, where the name does not say it.
        """
        text = decoded(content)
        if text is None:
            return Looked(skipped=(Skipped(target.shown, "binary"),))
        try:
            findings = self._findings(text, target, language)
        except DetectorFailed as failed:
            return Looked(skipped=(Skipped(target.shown, failed.code),))
        return Looked(tuple(findings), files=1, bytes=len(content))

    def _findings(self, text: str, target: Target, language: str) -> list[Finding]:
        scanner = self._scanners.get(target.folder)
        if scanner is None:
            scanner = self._scanners[target.folder] = self.house.bulk_scanner(target.folder)
        name = os.path.basename(target.path)  # noqa: PTH119
        spans = scanner.spans(text, level=self.plan.level, language=language, path_name=name)
        if not spans:
            return []
        places = _Places(text)
        return [
            Finding(
                target.shown,
                *places.of(span.start),
                *places.of(span.end),
                span.kind,
                span.type,
                span.rule,
                span.confidence,
                shape(text[span.start : span.end], span),
            )
            for span in spans
        ]


def decoded(content: bytes) -> str | None:
    """The text of a file; None where it is none.

    Bytes that are no UTF-8 are read as Latin-1, which takes any: what is secret in such a file
    is secret still.
    """
    for mark, encoding in _WIDE.items():
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if b"\0" in content[:BINARY_HEAD]:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


class _Places:
    """Offsets as line and column. A line ends as in LSP: with LF, CR, or both together."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def of(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


Trouble = Literal["", "not-a-file", "too-large", "unreadable"]


def _read(path: str) -> tuple[bytes, Trouble]:
    """The bytes of a regular file; pipes and devices are not opened, as they may never end."""
    try:
        status = os.stat(path)  # noqa: PTH116
        if not stat.S_ISREG(status.st_mode):
            return b"", "not-a-file"
        with open(path, "rb") as file:  # noqa: PTH123
            # Room is made for all that is asked for, so no more is asked for than there may be.
            content = file.read(min(status.st_size, LARGEST) + 1)
            if len(content) > status.st_size:  # it has grown, or tells no size, as in /proc
                content += file.read(max(LARGEST + 1 - len(content), 0))
    except (OSError, ValueError):
        return b"", "unreadable"
    return (b"", "too-large") if len(content) > LARGEST else (content, "")
