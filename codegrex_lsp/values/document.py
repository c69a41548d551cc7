"""Snapshot: one document as it was when a request arrived. Taken before the first await."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codegrex_lsp.values.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One document, frozen.

    Attributes:
        uri: As the editor named it.
        path: The file whose ignore rules govern the text: the file itself, or the file behind a
            `git:`, diff or notebook-cell document. None for an untitled document.
        folder: Root of the workspace folder that holds it, or None.
        text: The whole text.
        version: The editor's version number, or None where it gives none.
        language: LSP language id, possibly empty.
        governed: False where the scheme has no file behind it and is not `untitled`; such a
            document is always withheld.
    """

    uri: str
    path: Path | None
    folder: Path | None
    text: Sealed
    version: int | None = None
    language: str = ""
    governed: bool = True
