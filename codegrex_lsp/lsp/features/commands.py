"""`workspace/executeCommand`: the table of commands that exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from codegrex_lsp.lsp import reading
from codegrex_lsp.lsp.features import (
    allow_value,
    code_action,
    ignore_file,
    inline_completion,
    preview,
    set_mode,
)
from codegrex_lsp.lsp.protocol import (
    AllowWanted,
    CommandWanted,
    IgnoreFileWanted,
    ModeWanted,
    PreviewWanted,
)
from codegrex_lsp.lsp.rpc import Code, Refusal
from codegrex_lsp.lsp.session import Session

T = TypeVar("T")


def execute(session: Session, params: CommandWanted) -> Any:
    """Run a command; its result or an awaitable of it."""
    command = COMMANDS.get(params.command)
    if command is None:
        raise Refusal(Code.INVALID_PARAMS, "CodeGrex has no command of this name.")
    return command(session, params.arguments or [])


def _accept(session: Session, arguments: list[Any]) -> None:
    """`codegrex.accept ID`."""
    session.accept(arguments[0] if arguments else None)


def _set_mode(session: Session, arguments: list[Any]) -> Any:
    """`codegrex.setMode MODE [FOLDER]`, or with one object as `codegrex/setMode` has it."""
    names = ("mode", "workspaceFolder")
    return set_mode.answer(session, _read(ModeWanted, arguments, names))


def _preview(session: Session, arguments: list[Any]) -> Any:
    """`codegrex.preview {textDocument, position, task}`."""
    names = ("textDocument", "position", "task")
    return preview.answer(session, _read(PreviewWanted, arguments, names))


def _allow_value(session: Session, arguments: list[Any]) -> Any:
    """`codegrex.allowValue {textDocument, position}`."""
    names = ("textDocument", "position")
    return allow_value.answer(session, _read(AllowWanted, arguments, names))


def _ignore_file(session: Session, arguments: list[Any]) -> Any:
    """`codegrex.ignoreFile {textDocument}`."""
    return ignore_file.answer(session, _read(IgnoreFileWanted, arguments, ("textDocument",)))


def _read(kind: type[T], arguments: list[Any], names: tuple[str, ...]) -> T:
    """Arguments as one object, or one after the other."""
    one = len(arguments) == 1 and isinstance(arguments[0], dict) and names[0] in arguments[0]
    said = arguments[0] if one else dict(zip(names, arguments, strict=False))
    try:
        return reading.read(kind, said)
    except reading.Unreadable as error:
        message = f"The arguments of the command can not be read: {error}."
        raise Refusal(Code.INVALID_PARAMS, message) from None


COMMANDS: Final[dict[str, Callable[[Session, list[Any]], Any]]] = {
    inline_completion.ACCEPT: _accept,
    "codegrex.setMode": _set_mode,
    "codegrex.preview": _preview,
    code_action.ALLOW: _allow_value,
    code_action.IGNORE: _ignore_file,
}
