"""`codegrex/explainIgnore`: would this document be read, and which line of which file decides."""

from __future__ import annotations

from typing import Any

from codegrex_lsp.lsp import uris
from codegrex_lsp.lsp.protocol import IgnoreWanted
from codegrex_lsp.lsp.session import Session


def answer(session: Session, params: IgnoreWanted) -> list[dict[str, Any]]:
    """One entry, as `check-ignore --json` gives it, plus a stable `code`."""
    document = session.documents.get(params.uri)
    path, governed = uris.governor((document.notebook if document else None) or params.uri)
    if path is None:
        return [_no_file(params.uri, ignored=not governed)]
    verdict: Any = session.house.explain_ignore(path, session.folder_of(path))
    return [
        {
            "path": str(path),
            "ignored": verdict.ignored,
            "source": verdict.source,
            "line": verdict.line,
            "pattern": verdict.pattern,
            "code": verdict.code,
        }
    ]


def _no_file(uri: str, *, ignored: bool) -> dict[str, Any]:
    """An untitled document is read; one of a scheme that stands for no file is not."""
    return {
        "path": uri,
        "ignored": ignored,
        "source": "builtin" if ignored else None,
        "line": None,
        "pattern": None,
        "code": "no-file-behind" if ignored else "",
    }
