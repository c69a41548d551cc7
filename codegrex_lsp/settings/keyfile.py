"""The owner-only file of keys that a person may opt into (`keys.file`), below the config folder.

    [openai]
    key = "..."
    origin = "https://api.openai.com"   # may be left out for a vendor's own address

It is refused where anybody else could read it, and never followed through a link.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, Final

from codegrex_lsp import portable
from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.settings.files import Unreadable, parse_toml

_LONGEST: Final = 64 * 1024


def place(config: Path, name: str) -> Path:
    """Where the file is.

    Args:
        config: The config folder.
        name: The setting `keys.file`.

    Raises:
        ConfigurationError: It would not be below the config folder.
    """
    path = config / name
    folder = PurePath(os.path.realpath(path.parent))
    if ".." in PurePath(name).parts or not folder.is_relative_to(os.path.realpath(config)):
        raise _refused("must be below the config folder")
    return path


def read(path: Path) -> Mapping[str, Any]:
    """The tables of the file; empty where there is none.

    Raises:
        ConfigurationError: Others can read it, it is a link, or it is not TOML.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if path.is_symlink():
        raise _refused("is a link")
    try:
        handle = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError:
        raise _refused("can not be opened") from None
    with os.fdopen(handle, "rb") as file:
        if trouble := portable.not_private(handle):
            raise _refused(trouble)
        try:
            content = file.read(_LONGEST + 1)
        except OSError:
            raise _refused("can not be read") from None
    if len(content) > _LONGEST:
        raise _refused(f"is larger than {_LONGEST // 1024} KiB")
    try:
        return parse_toml(content)
    except Unreadable as error:
        raise _refused(str(error)) from None


def write(path: Path, provider: str, entry: Mapping[str, str] | None) -> bool:
    """Put `entry` in the provider's place, or remove it where None; comments stay.

    Returns:
        Whether there was an entry before.

    Raises:
        ConfigurationError: The file can not be read or written.
    """
    import tomlkit

    there = provider in read(path)
    if entry is None and not there:
        return False
    document = tomlkit.parse(path.read_text("utf-8-sig")) if path.exists() else tomlkit.document()
    if entry is None:
        document.remove(provider)
    else:
        document[provider] = dict(entry)
    try:
        portable.write_private(path, tomlkit.dumps(document).encode())
    except OSError:
        raise _refused("can not be written") from None
    return there


def _refused(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The file of keys (keys.file) is not used: it {why}.",
        code="keys-file",
        fix="Mend it, or remove the setting keys.file and use the keychain.",
    )
