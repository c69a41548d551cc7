"""Walking folders: every file in a fixed order; what is ignored is asked for before it is entered.

Symbolic links are not followed: what they lead to is met at its own place, or lies outside.
"""

# Strings and not Paths: a tree may hold a million files.
# ruff: noqa: PTH118

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

STORES: Final = frozenset({".git", ".hg", ".svn", ".jj", ".bzr", "CVS"})
"""Folders in which version control keeps its own; walked only where they are named themselves."""


@dataclass(frozen=True, slots=True)
class Target:
    """A file to look at.

    Attributes:
        shown: Its path as the person would write it.
        path: Absolute.
        folder: The workspace folder whose settings and rules count.
        size: Bytes, when it was met.
    """

    shown: str
    path: str
    folder: Path | None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or a whole folder (its path ends with `/`) that was not looked at.

    Attributes:
        path: As the person would write it.
        reason: Stable code, e.g. `ignored-by-file`, `binary`, `too-large`.
    """

    path: str
    reason: str


def walk(root: Target, kept_out: Callable[[str, Path | None], str]) -> Iterator[Target | Skipped]:
    """The regular files below a folder: its own files by name, and then its folders.

    Args:
        root: The folder; `shown` is empty where its files are to be shown without it.
        kept_out: Reason code why a path of a workspace folder is not to be entered, or empty.
    """
    waiting = [(root.shown, root.path)]
    while waiting:
        shown, path = waiting.pop()
        reason = kept_out(path, root.folder)
        if reason:
            yield Skipped(f"{shown or '.'}/", reason)
            continue
        try:
            with os.scandir(path) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            yield Skipped(f"{shown or '.'}/", "unreadable")
            continue
        folders: list[tuple[str, str]] = []
        for entry in entries:
            name = os.path.join(shown, entry.name)
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name in STORES:
                        yield Skipped(f"{name}/", "version-control")
                    else:
                        folders.append((name, entry.path))
                elif entry.is_symlink():
                    yield Skipped(name, "symlink")
                elif entry.is_file(follow_symlinks=False):
                    size = entry.stat(follow_symlinks=False).st_size
                    yield Target(name, entry.path, root.folder, size)
                else:
                    yield Skipped(name, "not-a-file")
            except OSError:
                yield Skipped(name, "unreadable")
        waiting += reversed(folders)
