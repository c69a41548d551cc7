"""A place on the command line, as the request that an editor would make there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from codegrex_lsp.cli import place

if TYPE_CHECKING:
    from codegrex_lsp.engine.house import House
    from codegrex_lsp.engine.requests import CompletionRequest


def absolute(written: str) -> Path:
    """The path a person wrote, from the current folder; links stay as they are."""
    # Path.resolve would follow links, and rules are asked about the path as given too.
    return Path(os.path.abspath(Path(written).expanduser()))  # noqa: PTH100


def at(house: House, where: place.Place, path: Path, folder: Path) -> CompletionRequest:
    """The request at a place. Ignore rules are asked first; an ignored file is not opened.

    Raises:
        UsageError: The file can not be read or the place is outside it.
    """
    from codegrex_lsp.engine.requests import CompletionRequest, Trigger

    if house.explain_ignore(path, folder).ignored:
        return CompletionRequest(place.snapshot(path, folder, None), 0, Trigger.INVOKED)
    text = place.read(path)
    cursor = place.offset(text, where)
    return CompletionRequest(place.snapshot(path, folder, text), cursor, Trigger.INVOKED)
