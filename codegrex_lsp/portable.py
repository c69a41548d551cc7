"""Every difference between Linux, macOS and Windows, in one place.

Folders, owner-only files, locks between processes, whether a process lives, and how a child ends
with its parent. Nothing else in the project asks which system it is on. Run on Linux; the macOS
and Windows branches follow the platforms' documents and docs/architecture.md says they are unrun.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

WINDOWS: Final = sys.platform == "win32"

LOCK_SECONDS: Final = 5.0
"""A server that was suspended while it wrote must not hold up the others for ever."""

_LOCK_PAUSE: Final = 0.001
"""Seconds between two tries for a lock; locks are held for less than that."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where things are kept on this machine.

    Attributes:
        config: The person's settings.
        state: Ledger, choices, machine secret.
        cache: May be deleted at any time.
        data: Models.
        machine: Settings of the machine's administrator.
    """

    config: Path
    state: Path
    cache: Path
    data: Path
    machine: Path


def folders(environ: dict[str, str] | os._Environ[str] = os.environ) -> Folders:
    """The folders to use; `CODEGREX_HOME` moves config, state, cache and data below itself.

    The machine's folder does not move: a person can not step round their administrator by
    setting a variable.
    """
    import platformdirs

    machine = _machine_folder()
    home = environ.get("CODEGREX_HOME")
    if home:
        base = Path(home).expanduser()
        return Folders(base / "config", base / "state", base / "cache", base / "data", machine)
    dirs = platformdirs.PlatformDirs("codegrex", appauthor=False)
    return Folders(
        Path(dirs.user_config_dir),
        Path(dirs.user_state_dir),
        Path(dirs.user_cache_dir),
        Path(dirs.user_data_dir),
        machine,
    )


def _machine_folder() -> Path:
    """The administrator's folder, whatever the environment says.

    Not asked of platformdirs, which heeds `XDG_CONFIG_DIRS` on macOS and `WIN_PD_OVERRIDE_…` on
    Windows: whoever sets those would choose their own administrator.
    """
    if sys.platform == "win32":
        import winreg

        # Written by the system at installation; only administrators can write below HKLM.
        folders = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\Shell Folders"
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, folders) as key:
            return Path(winreg.QueryValueEx(key, "Common AppData")[0]) / "codegrex"
    if sys.platform == "darwin":
        return Path("/Library/Application Support/codegrex")
    return Path("/etc/codegrex")


def make_private(folder: Path) -> None:
    """Create `folder` and its parents so that only its owner can look inside. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def write_private(path: Path, content: bytes) -> None:
    """Put `content` at `path`, whole or not at all, readable by its owner only. Raises OSError."""
    make_private(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:  # mkstemp made it 0600
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def not_private(handle: int) -> str:
    """Why an open file is not its owner's alone, as the end of a sentence; empty where it is.

    Windows keeps permissions elsewhere, where a person's own folder is theirs by default.
    """
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    if sys.platform == "win32":
        return ""
    if status.st_uid != os.geteuid():
        return "belongs to somebody else"
    if status.st_mode & 0o077:
        return "can be read or written by others; run chmod 600 on it"
    return ""


@contextlib.contextmanager
def locked(path: Path, *, seconds: float = math.inf) -> Iterator[None]:
    """Hold an exclusive lock between processes while the block runs.

    The lock file stays; the lock itself goes when the process dies, `kill -9` included.

    Args:
        path: The lock file; its folder must exist.
        seconds: How long to wait for whoever holds it, who may have been suspended.

    Raises:
        TimeoutError: It was not free in time.
        OSError: The file can not be opened or locked.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end = time.monotonic() + seconds
        while not _lock(handle):
            if time.monotonic() > end:
                raise TimeoutError(errno.ETIMEDOUT, "the lock was not free in time")
            time.sleep(_LOCK_PAUSE)
        yield
    finally:
        os.close(handle)  # closing releases the lock on every system


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def alive(pid: int) -> bool:
        """Whether a process with this id runs."""
        import ctypes

        kernel = ctypes.windll.kernel32
        process = kernel.OpenProcess(0x00100000, False, pid)  # SYNCHRONIZE
        if not process:
            return False
        try:
            return bool(kernel.WaitForSingleObject(process, 0) == 0x102)  # WAIT_TIMEOUT
        finally:
            kernel.CloseHandle(process)

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def alive(pid: int) -> bool:
        """Whether a process with this id runs."""
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, OverflowError):  # no process has such a number
            return False
        except PermissionError:
            return True
        return True


CHILD_FLAGS: Final = 0x08000000 if sys.platform == "win32" else 0
"""`creationflags` of a child that has no window of its own (Windows: CREATE_NO_WINDOW)."""


def end_with_parent() -> None:
    """Ask the system to end this process when its parent ends; where it can not, do nothing.

    A second line: a child also watches its standard input, which works everywhere.
    """
    if sys.platform == "linux":
        import ctypes
        import signal

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG


def no_core_dumps() -> None:
    """Keep this process's memory, which holds user text, out of crash files."""
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def case_insensitive(folder: Path) -> bool:
    """Whether names below `folder` differ by more than case.

    Asks the file system, and takes what is usual on this system where it can not be asked.
    """
    swapped = folder.with_name(folder.name.swapcase()) if folder.name else folder
    if swapped == folder or not folder.exists():
        return sys.platform in ("win32", "darwin")
    try:
        return swapped.exists() and swapped.samefile(folder)
    except OSError:
        return sys.platform in ("win32", "darwin")


def innermost(path: Path, folders: Iterable[Path]) -> Path | None:
    """The deepest of `folders` that holds `path`; None where none does.

    As written first: a link in a folder belongs to that folder. Where that finds none, the file
    system is asked, so that a file that is named through a link, with another case or with more
    slashes keeps the mode and the rules of its folder.

    Args:
        path: Absolute; it need not exist.
        folders: Absolute and normalised.
    """
    folders = list(folders)
    plain = Path(os.path.normpath(path))
    holding = [folder for folder in folders if plain.is_relative_to(folder)]
    if not holding:
        real = Path(os.path.realpath(path))
        holding = [folder for folder in folders if _really_holds(folder, real)]
    return max(holding, key=lambda folder: len(folder.parts), default=None)


def _really_holds(folder: Path, real: Path) -> bool:
    base = Path(os.path.realpath(folder))
    if real.is_relative_to(base) or not case_insensitive(base):
        return real.is_relative_to(base)
    return Path(_folded(real)).is_relative_to(_folded(base))


def _folded(path: Path) -> str:
    import unicodedata

    return unicodedata.normalize("NFC", str(path)).casefold()
