"""Where Git keeps what it needs to know: the top of a work tree, and its `info/exclude`.

Reads the file system only; no `git` is started.
"""

# Plain strings: a Path for each look-up would cost more than the look-up.
# ruff: noqa: PTH116, PTH118

from __future__ import annotations

import os
from functools import lru_cache

from codegrex_lsp.privacy.ignore.rulefile import first_line
from codegrex_lsp.privacy.ignore.spelling import Place


def top_of_work_tree(path: Place, depth: int) -> int | None:
    """How deep the top of the nearest work tree lies, at or above a folder; None: nowhere.

    Args:
        path: A path through the folder.
        depth: How deep the folder lies in it; 0 is the root.
    """
    for above in range(depth, -1, -1):
        if repository(path.folders[above]) is not None:
            return above
    return None


def repository(folder: str) -> str | None:
    """The repository of the work tree whose top is `folder`; None where it is not the top of one.

    In a linked work tree and in a submodule, `.git` is a file that says where. `info/exclude`
    lies below what is returned.
    """
    dot_git = f"{folder}/.git"
    try:
        os.lstat(f"{dot_git}/HEAD")
    except NotADirectoryError:
        try:
            status = os.stat(dot_git)
        except OSError:
            return None
        return _pointed_at(folder, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
    except OSError:
        return None
    return os.path.normpath(dot_git)


@lru_cache(maxsize=256)
def _pointed_at(folder: str, *_stamp: int) -> str | None:
    """Where the `.git` file in `folder` leads."""
    keyword, _, where = first_line(os.path.join(folder, ".git")).partition(" ")
    if keyword != "gitdir:" or not where or "\0" in where:
        return None
    own = os.path.normpath(os.path.join(folder, where))
    shared = first_line(os.path.join(own, "commondir"))
    return os.path.normpath(os.path.join(own, shared))
