"""Rule files as they are on disk now: read, parsed, and read again when they change.

A file that is there and can not be understood as a whole is `broken`: whoever asks must then
ignore everything that it governs. Nothing here waits: pipes and devices are not opened, and no
more than `LARGEST` bytes are read.
"""

# Plain strings: a Path for each look-up would cost more than the look-up.
# ruff: noqa: PTH116

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from codegrex_lsp.privacy.ignore.spelling import place
from codegrex_lsp.privacy.ignore.wildmatch import BadPattern, Pattern, has_wildcards, parse

LARGEST: Final = 1024 * 1024
"""Bytes. A larger rule file is broken."""

MOST: Final = 20_000
"""Patterns in one file. A file with more is broken: each one is tried on each new path."""

MOST_WILD: Final = 100_000
"""Characters in patterns with wildcards. Each costs some 5 µs once, before the first answer."""

_SETTLED_NS: Final = 2_000_000_000
"""The coarsest file times are 2 s (FAT). A file changed less than that before it was read may
change again without a new time, so it is not trusted by its time yet."""

_KEPT: Final = 10_000
"""Rule files remembered; beyond that all are forgotten and read again when needed."""

Stamp = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RuleFile:
    """One rule file. Compared by identity: a file that changed is another object.

    Attributes:
        path: Where it is, as it was asked for.
        patterns: Line number (1-based) and rule, last line first.
        broken: Why the file can not be used, and what to do; empty where it can.
        complaints: Lines that never match, and why.
    """

    path: str
    patterns: tuple[tuple[int, Pattern], ...] = field(default=(), repr=False)
    broken: str = ""
    complaints: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    file: RuleFile
    stamp: Stamp
    settled: bool
    digest: bytes


class RuleFiles:
    """The rule files of one workspace.

    Args:
        folded: Patterns compare without regard to case.
        now: Wall clock in ns since 1970, as file times have it.
    """

    def __init__(self, *, folded: bool, now: Callable[[], int]) -> None:
        self._folded = folded
        self._now = now
        self._kept: dict[str, _Kept] = {}
        self._met: dict[str, str] = {}

    def current(self, path: str, within: str) -> RuleFile | None:
        """The rule file at `path` as it is now; None where there is none.

        Args:
            path: Absolute path of the file.
            within: Folder that a symbolic link in its place may not lead out of.
        """
        try:
            status = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            self._kept.pop(path, None)
            self._met.pop(path, None)
            return None
        except OSError:
            return self._broken(path, within, _UNREADABLE)
        if stat.S_ISLNK(status.st_mode):
            trouble, status = _linked(path, within)
            if trouble:
                return self._broken(path, within, trouble)
        kept = self._kept.get(path)
        if kept and kept.settled and kept.stamp == _stamp(status):
            return kept.file
        return self._read(path, within, kept)

    def met(self) -> tuple[RuleFile, ...]:
        """Every rule file asked for so far that is still there, as it is now."""
        found = (self.current(path, within) for path, within in tuple(self._met.items()))
        return tuple(file for file in found if file is not None)

    def _broken(self, path: str, within: str, reason: str) -> RuleFile:
        self._met[path] = within
        return RuleFile(path, broken=reason)

    def _read(self, path: str, within: str, before: _Kept | None) -> RuleFile:
        now = self._now()
        try:
            status, content = _content(path)
        except OSError:
            return self._broken(path, within, _UNREADABLE)
        digest = b"" if content is None else hashlib.sha256(content).digest()
        if before and before.digest == digest:
            file = before.file
        else:
            file = _understood(path, content, self._folded)
        if len(self._met) >= _KEPT:
            self._kept.clear()
            self._met.clear()
        settled = now - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED_NS
        self._kept[path] = _Kept(file, _stamp(status), settled, digest)
        self._met[path] = within
        return file


_UNREADABLE: Final = "it can not be read; allow reading it, or remove it"
_LEADS_NOWHERE: Final = "it is a symbolic link that leads nowhere; mend or remove it"
_LEADS_OUT: Final = (
    "it is a symbolic link that leads out of the folder it governs, so what it says could be "
    "anybody's; put a plain file in its place"
)
_NOT_A_FILE: Final = "it is a folder or a device; put a plain text file in its place"
_TOO_LARGE: Final = "it is larger than 1 MiB; make it shorter, for instance by naming folders"
_TOO_MANY: Final = (
    f"it has more than {MOST:,} patterns, or more than {MOST_WILD:,} characters in patterns with "
    "wildcards; make it shorter by naming folders"
)
_BINARY: Final = "it is not a text file; write it anew as UTF-8 text"
_NOT_UTF8: Final = "it is not UTF-8 text; save it again with that encoding"


def _stamp(status: os.stat_result) -> Stamp:
    """What changes when a file does. Unlike the time of writing, `ctime` can not be set back."""
    return (
        *(status.st_dev, status.st_ino, status.st_mode, status.st_size),
        *(status.st_mtime_ns, status.st_ctime_ns),
    )


def _linked(path: str, within: str) -> tuple[str, os.stat_result]:
    """What is wrong with the symbolic link at `path`, or nothing; and the status to go by."""
    target = place(os.path.realpath(path))
    if not target.is_below(place(os.path.realpath(within)), folded=False):
        return _LEADS_OUT, os.lstat(path)
    try:
        return "", os.stat(path)
    except OSError:
        return _LEADS_NOWHERE, os.lstat(path)


def _content(path: str) -> tuple[os.stat_result, bytes | None]:
    """Status and bytes, at most one more than `LARGEST`; None for what is not a plain file."""
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        return status, None  # opening a pipe would wait, opening a device may act
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return status, None
        return status, file.read(LARGEST + 1)


def _understood(path: str, content: bytes | None, folded: bool) -> RuleFile:
    if content is None:
        return RuleFile(path, broken=_NOT_A_FILE)
    if len(content) > LARGEST:
        return RuleFile(path, broken=_TOO_LARGE)
    if b"\0" in content:
        return RuleFile(path, broken=_BINARY)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return RuleFile(path, broken=_NOT_UTF8)
    return _parsed(path, text, folded)


def _parsed(path: str, text: str, folded: bool) -> RuleFile:
    patterns: list[tuple[int, Pattern]] = []
    complaints: list[tuple[int, str]] = []
    wild = 0
    for number, line in enumerate(text.split("\n"), start=1):
        wild += len(line) if has_wildcards(line) else 0
        if len(patterns) > MOST or wild > MOST_WILD:
            return RuleFile(path, broken=_TOO_MANY)
        try:
            pattern = parse(line.removesuffix("\r"), folded=folded)
        except BadPattern as trouble:
            complaints.append((number, str(trouble)))
            continue
        if pattern is not None:
            patterns.append((number, pattern))
    return RuleFile(path, tuple(reversed(patterns)), complaints=tuple(complaints))


def first_line(path: str) -> str:
    """The first line of a small text file, or nothing where there is none to read.

    For Git's own pointers (`.git` as a file, `commondir`).
    """
    try:
        _, content = _content(path)
        return (content or b"").decode("utf-8").split("\n", 1)[0].strip()
    except (OSError, ValueError):
        return ""
