"""One file, many spellings: which of them a path has to be judged under.

A rule must hold however a path is written. So a path is judged as given, as the file system
resolves it, and as a system that drops trailing dots, data streams or backslashes would read it;
and the built-in list compares names in a form in which case and Unicode forms are gone.
"""

# Plain strings: a Path for each look-up would cost more than the look-up.

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from typing import Final

_NOT_WINDOWS: Final = re.compile(r"[ .]+(?=/|\Z)|(?<=[^/]):[^/]*")
"""What Windows leaves out of a name: trailing dots and spaces, and a data stream."""


@dataclass(frozen=True, slots=True)
class Place:
    """A path taken apart.

    Attributes:
        folders: The path of each ancestor from the root down, and last the path itself.
        names: Its components below the root in Unicode normal form C; one less than `folders`.
        plain: The same names as `plain()` gives them.
    """

    folders: tuple[str, ...]
    names: tuple[str, ...]
    plain: tuple[str, ...]

    def is_below(self, other: Place, *, folded: bool) -> bool:
        """Whether this is `other` or lies below it.

        Args:
            other: A folder.
            folded: Compare without regard to case.
        """
        depth = len(other.names)
        if self.folders[0] != other.folders[0] or depth > len(self.names):
            return False
        if folded:
            return self.plain[:depth] == other.plain
        return self.names[:depth] == other.names


def depth_below(path: Place, folders: tuple[Place, ...], *, folded: bool) -> int | None:
    """How deep the first of `folders` that holds `path` lies; None where none does.

    Args:
        path: A path.
        folders: Spellings of one folder.
        folded: Compare without regard to case.
    """
    for folder in folders:
        if path.is_below(folder, folded=folded):
            return len(folder.names)
    return None


@lru_cache(maxsize=4096)
def place(path: str) -> Place:
    """Take an absolute, normalised path apart."""
    head, name = os.path.split(path)
    return _below(_folder(head), path, name) if name else _folder(path)


@lru_cache(maxsize=4096)
def _folder(path: str) -> Place:
    """The same for a folder: those of many files are the same."""
    root, *names = PurePath(path).parts
    taken = Place((root,), (), ())
    for name in names:
        taken = _below(taken, str(PurePath(taken.folders[-1], name)), name)
    return taken


def _below(folder: Place, path: str, name: str) -> Place:
    normal = unicodedata.normalize("NFC", name)
    return Place((*folder.folders, path), (*folder.names, normal), (*folder.plain, plain(name)))


def plain(name: str) -> str:
    """A name without case, compatibility forms and invisible characters.

    Two names that any common file system takes for one are equal here; a few more are, too.
    """
    if name.isascii():
        return name.lower()
    seen = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    folded = unicodedata.normalize("NFKC", seen).casefold()
    return unicodedata.normalize("NFKC", folded)


def spellings(path: str) -> tuple[str, ...]:
    """Absolute paths under which `path` is to be judged; the first is the path as given.

    Args:
        path: Absolute, not normalised. Symbolic links are followed for one of the spellings.

    Raises:
        OSError: The path can not be resolved.
        ValueError: The path holds characters that no file system takes.
    """
    given = os.path.normpath(path)
    real = os.path.realpath(path)
    if real == given:
        return _readings(given)
    return tuple(dict.fromkeys((*_readings(given), *_readings(real))))


@lru_cache(maxsize=4096)
def _readings(path: str) -> tuple[str, ...]:
    """A path, and what it becomes where a backslash separates and Windows cleans up names."""
    slashed = path.replace("\\", "/")
    root, rest = os.path.splitdrive(slashed)
    cleaned = root + _NOT_WINDOWS.sub("", rest)
    return tuple(dict.fromkeys((path, os.path.normpath(slashed), os.path.normpath(cleaned))))
