"""Small files of ours: a bounded read that never blocks, with reasons instead of exceptions."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

LONGEST: Final = 256 * 1024
"""Bytes in a settings file; parsing more would hold up a keystroke."""

Stamp = tuple[int, int, int, int]
"""mtime in ns, ctime in ns, size in bytes, inode: changes when a file does. Zeros: no file."""

ABSENT: Final[Stamp] = (0, 0, 0, 0)


class Unreadable(Exception):
    """A settings file is there and can not be used; the message says why, without its text."""


def stamp(path: Path) -> Stamp:
    """The file's stamp; a file that can not be asked looks absent."""
    try:
        status = os.stat(path)  # noqa: PTH116  # a third of Path.stat's cost, on every request
    except OSError:
        return ABSENT
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def read_toml(path: Path) -> Mapping[str, Any]:
    """The tables of a TOML file; empty where there is none. Raises Unreadable."""
    content = read_bytes(path, LONGEST)
    return {} if content is None else parse_toml(content)


def parse_toml(content: bytes) -> dict[str, Any]:
    """The tables of a TOML file's content. Raises Unreadable."""
    import tomllib

    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as trouble:
        # Of the parser's words only the place is kept: the rest may quote the text.
        place = re.search(r"\(at (line \d+, column \d+)\)", str(trouble))
        spot = place.group(1) if place else "its end"
        raise Unreadable(f"is not TOML: mend it at {spot}") from None
    except (ValueError, RecursionError):
        raise Unreadable("holds a number or a nesting that is too large") from None


def read_bytes(path: Path, longest: int) -> bytes | None:
    """A regular file of at most `longest` bytes; None where there is none. Raises Unreadable."""
    # Non-blocking, so that a pipe in the file's place can not hang the server.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        if path.is_dir():  # Windows can not open a folder to ask what it is
            raise Unreadable("is a folder; put a file in its place or remove it")
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as trouble:
        why = getattr(trouble, "strerror", None) or "its name can not be used"
        raise Unreadable(f"can not be opened: {why.lower()}") from None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Unreadable("is not a regular file; put a file in its place or remove it")
        try:
            content = file.read(longest + 1)
        except OSError:
            raise Unreadable("can not be read") from None
    if len(content) > longest:
        raise Unreadable(f"is larger than {longest // 1024} KiB")
    return content
