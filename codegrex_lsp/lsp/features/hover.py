"""`textDocument/hover` on a masked value: what it is, and who would see what instead."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from codegrex_lsp.lsp.marks import range_of
from codegrex_lsp.lsp.protocol import HoverWanted
from codegrex_lsp.lsp.session import Session, View
from codegrex_lsp.values.mode import Destination

if TYPE_CHECKING:
    from codegrex_lsp.engine.findings import Finding

_WHO: Final = {
    Destination.LOCAL: ("A local model", "Local models get"),
    Destination.CLOUD: ("The cloud", "The cloud gets"),
}


def answer(session: Session, params: HoverWanted) -> Coroutine[Any, Any, types.Hover | None] | None:
    """About the masked value under the pointer; null where there is none."""
    view = session.view(params.text_document.uri)
    if view is None:
        return None
    line, column = params.position.line, params.position.character
    return _hover(session, view, view.index.offset(line, column, session.client.encoding))


async def _hover(session: Session, view: View, offset: int) -> types.Hover | None:
    finding = at(await session.house.findings(view.snapshot), offset)
    if finding is None:
        return None
    markdown = session.client.reads_markdown
    return types.Hover(
        contents=types.MarkupContent(
            kind=types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText,
            value=_text(finding, markdown=markdown),
        ),
        range=range_of(finding, view.index, session),
    )


def at(findings: tuple[Finding, ...], offset: int) -> Finding | None:
    """The finding at an offset, or right before it."""
    return next((one for one in findings if one.start <= offset <= one.end), None)


def _text(finding: Finding, *, markdown: bool) -> str:
    """One paragraph on what it is, and a line for each destination."""
    code = "`{}`" if markdown else "{}"
    strong = "**{}**" if markdown else "{}"
    sort = "a secret" if finding.kind == "secret" else "personal data"
    lines = [f"- {_seen_by(finding, where)}" for where in Destination]
    return "\n".join(
        [
            f"{strong.format(finding.title)} is masked as {sort}.",
            "",
            f"Placeholder: {code.format(finding.placeholder)}"
            f"{'  ' if markdown else ''}\nRule: {code.format(finding.rule)}",
            "",
            *lines,
        ]
    )


def _seen_by(finding: Finding, where: Destination) -> str:
    who, gets = _WHO[where]
    if where in finding.masked_for:
        return f"{gets} the placeholder."
    if where in finding.shown_to:
        return f"{gets} the value."
    return f"{who} gets nothing of this file."
