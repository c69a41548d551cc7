"""`textDocument/codeAction` on a masked value: it is not secret; or, do not read this file."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from codegrex_lsp.lsp.marks import diagnostic, range_of
from codegrex_lsp.lsp.protocol import ActionsWanted
from codegrex_lsp.lsp.session import Session, View

if TYPE_CHECKING:
    from codegrex_lsp.engine.findings import Finding

ALLOW: Final = "codegrex.allowValue"
IGNORE: Final = "codegrex.ignoreFile"
KIND: Final = types.CodeActionKind.QuickFix

_MOST: Final = 5
"""Values of one selection that are offered to be allowed."""

Action = types.CodeAction | types.Command


def answer(
    session: Session, params: ActionsWanted
) -> Coroutine[Any, Any, list[Action]] | list[Action]:
    """What can be done about the masked values that the range touches."""
    view = session.view(params.text_document.uri)
    if view is None or not _wanted(params.context.only):
        return []
    encoding, asked = session.client.encoding, params.range
    start = view.index.offset(asked.start.line, asked.start.character, encoding)
    end = view.index.offset(asked.end.line, asked.end.character, encoding)
    return _actions(session, view, start, end)


def _wanted(only: list[str] | None) -> bool:
    """Whether quick fixes are asked for; kinds are a hierarchy, see LSP 3.17."""
    return only is None or any(f"{KIND.value}.".startswith(f"{kind}.") or not kind for kind in only)


async def _actions(session: Session, view: View, start: int, end: int) -> list[Action]:
    findings = await session.house.findings(view.snapshot)
    touched = [one for one in findings if one.start <= end and one.end >= start][:_MOST]
    actions = [_allow(session, view, one) for one in touched]
    if touched and view.snapshot.path is not None:
        document = {"textDocument": {"uri": view.snapshot.uri}}
        command = types.Command("Do not read this file", IGNORE, arguments=[document])
        shown = [diagnostic(one, view.index, session) for one in touched]
        actions.append(_action(session, command, shown))
    return actions


def _allow(session: Session, view: View, finding: Finding) -> Action:
    """Names the place of the value; the value itself is in no message."""
    title = f"Not a secret: {finding.title}"
    document = {"uri": view.snapshot.uri, "version": view.snapshot.version}
    place = range_of(finding, view.index, session).start
    position = {"line": place.line, "character": place.character}
    arguments = [{"textDocument": document, "position": position}]
    command = types.Command(title, ALLOW, arguments=arguments)
    return _action(session, command, [diagnostic(finding, view.index, session)])


def _action(session: Session, command: types.Command, shown: list[types.Diagnostic]) -> Action:
    if not session.client.takes_actions:
        return command
    return types.CodeAction(command.title, kind=KIND, diagnostics=shown, command=command)
