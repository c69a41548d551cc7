"""A change to the person's own settings file that keeps their comments, order and line ends.

Only by a command of the person. What can not be read or would come out otherwise than meant is
left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.portable import locked, make_private, write_private
from codegrex_lsp.settings import files

_BOM: Final = b"\xef\xbb\xbf"
_WAIT_SECONDS: Final = 2.0


def append(path: Path, key: str, values: Sequence[str], *, comment: str, lock: Path) -> None:
    """Add strings to a list of a TOML file, which is made where there is none.

    Args:
        path: The file; where it is a link, what it leads to is changed.
        key: Dotted, e.g. `privacy.allow`.
        values: Those that the list already holds are passed over.
        comment: Stands behind each value.
        lock: File that is locked meanwhile.

    Raises:
        ConfigurationError: The file can not be read, changed or written; it is as it was.
    """
    try:
        make_private(lock.parent)
        with locked(lock, seconds=_WAIT_SECONDS):
            target = path.resolve()
            before = files.read_bytes(target, files.LONGEST) or b""
            after = _appended(before, key, values, comment)
            if after != before:
                write_private(target, after)
    except files.Unreadable as trouble:
        raise _refusal(f"{path.name} {trouble}") from None
    except OSError as trouble:
        why = (trouble.strerror or "writing failed").lower()
        raise _refusal(f"{path.name} can not be written: {why}") from None


def _appended(before: bytes, key: str, values: Sequence[str], comment: str) -> bytes:
    names = key.split(".")
    meant, new = _as_meant(files.parse_toml(before), names, values)
    if not new:
        return before
    mark = _BOM if before.startswith(_BOM) else b""
    try:
        after = mark + _edited(before.decode("utf-8-sig"), names, new, comment).encode()
        if files.parse_toml(after) == meant and len(after) <= files.LONGEST:
            return after
    except Exception:  # noqa: S110  # tomlkit's words may quote the file
        pass
    raise files.Unreadable(f"can not be changed without harm; add to {key} by hand")


def _as_meant(
    tables: dict[str, Any], names: Sequence[str], values: Sequence[str]
) -> tuple[dict[str, Any], list[str]]:
    """The tables as they are to be, and the values that are new."""
    table: Any = tables
    for name in names[:-1]:
        table = table.setdefault(name, {})
        if not isinstance(table, dict):
            raise files.Unreadable(f"holds something else than a table as {name}")
    held = table.setdefault(names[-1], [])
    if not isinstance(held, list):
        raise files.Unreadable(f"holds something else than a list as {'.'.join(names)}")
    new = [value for value in values if value not in held]
    held += new
    return tables, new


def _edited(text: str, names: Sequence[str], values: Sequence[str], comment: str) -> str:
    import tomlkit
    from tomlkit.items import Array

    document = tomlkit.parse(text)
    table: Any = document
    for name in names[:-1]:
        if name not in table:
            table[name] = tomlkit.table()
        table = table[name]
    if names[-1] not in table:
        table[names[-1]] = tomlkit.array()
    array: Array = table[names[-1]]
    for value in values:
        array.add_line(value, comment=comment)
    return tomlkit.dumps(document)


def _refusal(why: str) -> ConfigurationError:
    return ConfigurationError(f"Nothing was kept: {why}.", code="settings-not-changed")
