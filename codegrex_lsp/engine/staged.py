"""What is staged for Git's next commit, as Git has it: the index, not the files in the folder.

Git is started, read-only, because the index and the objects are its own: packed, compressed and
filtered. Nothing that a repository's configuration names is run: no hooks, no text conversion, no
external diff, no file-system monitor.
"""

# The commands are written here; only paths after `--` come from outside.
# ruff: noqa: S603

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from codegrex_lsp.engine.search import LARGEST, Looked, Searcher
from codegrex_lsp.engine.tree import Skipped, Target
from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.settings.keysources import without_keys

_OPTIONS: Final = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
_LINK: Final = "120000"
_SUBMODULE: Final = "160000"


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that the next commit adds or changes.

    Attributes:
        path: Absolute.
        mode: Git's file mode, e.g. `100644`.
        blob: The object that holds its content.
    """

    path: str
    mode: str
    blob: str


def staged(here: Path, paths: Sequence[str] = ()) -> tuple[Staged, ...]:
    """The files that the next commit adds or changes.

    Args:
        here: A folder in the work tree; `paths` are relative to it.
        paths: Only these files and what lies below these folders; all where empty.

    Raises:
        ConfigurationError: There is no git, or no work tree around `here`.
    """
    top = os.fsdecode(_git(here, "rev-parse", "--show-toplevel").rstrip(b"\r\n"))
    listed = _git(
        here,
        *("diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-relative"),
        *("--no-ext-diff", "--no-textconv", "--no-color", "--diff-filter=AMT"),
        *("--", *(f":(literal){path}" for path in paths)),
    )
    fields = os.fsdecode(listed).split("\0")
    files = []
    for head, name in zip(fields[::2], fields[1::2], strict=False):
        # ":<old mode> <new mode> <old object> <new object> <status>" (git-diff, raw format)
        _, mode, _, blob, _ = head.split(" ")
        files.append(Staged(os.path.join(top, name), mode, blob))  # noqa: PTH118
    return tuple(files)


def look(searcher: Searcher, here: Path, files: Sequence[Staged], folder: Path) -> Iterator[Looked]:
    """Look at the staged content of files.

    Args:
        searcher: Looks.
        here: A folder in the work tree; paths are shown relative to it.
        files: From `staged`.
        folder: The workspace folder.

    Raises:
        ConfigurationError: Git ended early.
    """
    with _Objects(here) as objects:
        for file in files:
            target = Target(os.path.relpath(file.path, here), file.path, folder)
            reason = _NO_TEXT.get(file.mode) or searcher.kept_out(file.path, folder)
            content = None if reason else objects.read(file.blob)
            if content is None:
                yield Looked(skipped=(Skipped(target.shown, reason or "too-large"),))
            else:
                yield searcher.content(content, target)


_NO_TEXT: Final = {_LINK: "symlink", _SUBMODULE: "submodule"}


class _Objects:
    """Reads objects from one running `git cat-file --batch`."""

    def __init__(self, here: Path) -> None:
        self._process = subprocess.Popen(
            [_program(), *_OPTIONS, "cat-file", "--batch"],
            cwd=here,
            env=_environ(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> _Objects:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def read(self, blob: str) -> bytes | None:
        """An object's bytes; None where there are too many.

        Raises:
            ConfigurationError: Git does not give it.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(blob.encode() + b"\n")
            stdin.flush()
            head = stdout.readline().split(b" ")  # "<object> blob <size>"
            size = int(head[2]) if len(head) == 3 else -1
            content = _exactly(stdout, size + 1)  # a line feed follows
        except (OSError, ValueError, EOFError):
            raise ConfigurationError("git does not give the content of a staged file") from None
        return None if content is None else content[:-1]


def _exactly(stream: IO[bytes], size: int) -> bytes | None:
    """That many bytes; None, and they are passed over, where they are too many."""
    if size < 1:
        raise EOFError
    keep = size <= LARGEST + 1
    parts = []
    while size:
        part = stream.read(min(size, 1 << 20))
        if not part:
            raise EOFError
        size -= len(part)
        if keep:
            parts.append(part)
    return b"".join(parts) if keep else None


def _git(here: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            [_program(), *_OPTIONS, *arguments],
            cwd=here,
            env=_environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError:
        raise ConfigurationError("git is not installed, so there is nothing staged") from None
    if done.returncode:
        raise ConfigurationError(
            "git does not know what is staged here",
            fix="Run it inside a git work tree that you own; `git status` says what is wrong.",
        )
    return done.stdout


def _program() -> str:
    """Git as the search path has it, but never one that lies in the folder one is in.

    Windows would look there first, and a relative folder of the path leads there too.

    Raises:
        OSError: There is none.
    """
    name = "git.exe" if os.name == "nt" else "git"
    for folder in os.get_exec_path():
        program = Path(folder, name)
        if program.is_absolute() and program.is_file() and os.access(program, os.X_OK):
            return str(program)
    raise FileNotFoundError(name)


def _environ() -> dict[str, str]:
    # Locks are not taken: a hook may run while Git holds them. GIT_INDEX_FILE must stay.
    # A missing object is not fetched, nor may older Gits start what fetches it.
    return {
        **without_keys(os.environ),
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
    }
