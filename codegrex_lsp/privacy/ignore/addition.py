"""The line that keeps one file from being read, and the ignore file that it belongs in."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final, NamedTuple

from codegrex_lsp.privacy.ignore.rules import FILE_NAME

_SPECIAL: Final = re.compile(r"[\\*?\[]| +$")


class Addition(NamedTuple):
    """A line for an ignore file."""

    file: Path
    line: str


def addition(path: Path, folder: Path | None) -> Addition | None:
    """What to write so that `path` and nothing else is ignored; None where no line can say it.

    Args:
        path: Absolute.
        folder: Workspace folder that holds it; None: the line goes beside the file.
    """
    below = _below(path, folder) if folder is not None else None
    place = folder if folder is not None and below is not None else path.parent
    name = below if below is not None else path.name
    if not name or re.search(r"[\r\n]", name):
        return None
    # The slash in front anchors the line, and keeps a leading # or ! from meaning something.
    return Addition(place / FILE_NAME, "/" + _SPECIAL.sub(_escaped, name))


def _below(path: Path, folder: Path) -> str | None:
    for one, base in (
        (os.path.normpath(path), os.path.normpath(folder)),
        (os.path.realpath(path), os.path.realpath(folder)),
    ):
        if Path(one).is_relative_to(base):
            return Path(one).relative_to(base).as_posix()
    return None


def _escaped(match: re.Match[str]) -> str:
    return "".join("\\" + character for character in match.group())
