"""Document names ↔ files. Decides which file's rules govern a document, never what they say.

    file:                       the file itself
    untitled:Untitled-1         no file, and none is needed
    untitled:/src/new.py        the file it will be saved as
    untitled:.env               no file; withheld, for a file of that name always is
    git:, diff, notebook cell   the file behind it
    anything else               none: such a document is withheld

Sources: RFC 8089 for `file`; VS Code's git extension names a document of another commit
`git:/path?{"path": …, "ref": …}`; its notebook cells are `vscode-notebook-cell:/path#fragment`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from codegrex_lsp import portable

_STANDS_FOR_A_FILE: Final = frozenset(
    {
        "diff",
        "git",
        "gitfs",
        "gitlens",
        "pr",
        "review",
        "vscode-interactive-input",
        "vscode-notebook",
        "vscode-notebook-cell",
        "vscode-notebook-cell-metadata",
        "vscode-notebook-cell-output",
        "vscode-userdata",
    }
)

_DRIVE: Final = re.compile(r"^/([A-Za-z]):")


class Governor(NamedTuple):
    """Whose rules a document follows.

    Attributes:
        path: The file behind the document, or None.
        governed: False where there is no file and the document is not untitled.
    """

    path: Path | None
    governed: bool


UNGOVERNED: Final = Governor(None, False)


def governor(uri: str) -> Governor:
    """The file whose rules govern the document that an editor names `uri`."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return UNGOVERNED
    scheme = parts.scheme.lower()
    if scheme == "file":
        return _governed_by(_file_path(parts.netloc, parts.path))
    if scheme == "untitled":
        return _untitled(parts.path)
    if scheme in _STANDS_FOR_A_FILE:
        named = _path_in_query(parts.query)
        return _governed_by(named if named is not None else _file_path("", parts.path))
    return UNGOVERNED


def to_path(uri: str) -> Path | None:
    """The path of a `file` uri or a plain absolute path; None for anything else."""
    if uri.lower().startswith("file:"):
        return governor(uri).path
    path = Path(uri)
    return path if path.is_absolute() and "\0" not in uri else None


def preview_uri(number: int) -> str:
    """The name of a preview document in the editor."""
    return f"codegrex-preview:/{quote(f'preview-{number}.json')}"


def _governed_by(path: Path | None) -> Governor:
    return UNGOVERNED if path is None else Governor(path, True)


def _untitled(encoded: str) -> Governor:
    """A document that is in no file yet; its name may say which one it will be in, or what."""
    from codegrex_lsp.privacy.ignore import builtin
    from codegrex_lsp.privacy.ignore.spelling import place

    try:
        name = unquote(encoded, errors="strict")
    except UnicodeDecodeError:
        return UNGOVERNED
    if name.startswith("/") or _DRIVE.match(f"/{name}"):
        return _governed_by(_file_path("", quote(f"/{name.lstrip('/')}")))
    plain = name.strip().replace("\\", "/")
    secret = any(builtin.matches(place(f"/{plain}"), is_folder=False))
    return UNGOVERNED if secret else Governor(None, True)


def _file_path(host: str, encoded: str) -> Path | None:
    """A path from its percent-encoded form; None where it names no file that can be asked about.

    A name that is not UTF-8 is refused and not repaired: a repaired name is another file's.
    """
    try:
        path = unquote(encoded, errors="strict")
    except UnicodeDecodeError:
        return None
    if "\0" in path or not path.startswith("/"):
        return None
    if portable.WINDOWS:
        if host and host.lower() != "localhost":
            return Path(f"//{host}{path}")
        path = _DRIVE.sub(r"\1:", path)
    return Path(path)


def _path_in_query(query: str) -> Path | None:
    """The `path` of a JSON object in a query, as VS Code's git documents carry it."""
    if not query:
        return None
    try:
        said = json.loads(unquote(query))
    except (ValueError, RecursionError):
        return None
    named = said.get("path") if isinstance(said, dict) else None
    if not isinstance(named, str) or "\0" in named:
        return None
    path = Path(named)
    return path if path.is_absolute() else None
