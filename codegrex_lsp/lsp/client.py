"""What the editor said of itself, and the few things we ask or tell it. No state that changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from codegrex_lsp.lsp.positions import Encoding
from codegrex_lsp.lsp.protocol import Initialize
from codegrex_lsp.values.telemetry import Editor


@dataclass(frozen=True, slots=True)
class Client:
    """The parts of an editor's capabilities and options that change what we do.

    Attributes:
        encoding: Unit of columns: utf-8 where offered, else utf-16, else utf-32.
        inline: It asks for inline completions itself.
        registers_completion: It lets us register for `textDocument/completion` later.
        pulls_settings: It answers `workspace/configuration`.
        watches_files: It lets us register for file changes.
        shows_progress: It shows `window/workDoneProgress`.
        pulls_diagnostics: It asks for diagnostics itself.
        refreshes_diagnostics: It asks again when it is told that they may have changed.
        reads_markdown: It shows Markdown in hovers.
        takes_actions: It takes code actions, and not only commands.
        creates_files: It takes versioned edits, and those that create a file.
        shows_documents: It opens a document that it is asked to show.
        knows_copilot_status: It introduced itself with `editorInfo`, as Copilot's clients do.
        keeps_keys: It answers `codegrex/key`.
        editor: Which it is, for telemetry.
        trusted: It trusts the workspace.
        settings: Its settings at start, without the `codegrex.` prefix.
    """

    encoding: Encoding = Encoding.UTF16
    inline: bool = False
    registers_completion: bool = False
    pulls_settings: bool = False
    watches_files: bool = False
    shows_progress: bool = False
    pulls_diagnostics: bool = False
    refreshes_diagnostics: bool = False
    reads_markdown: bool = False
    takes_actions: bool = False
    creates_files: bool = False
    shows_documents: bool = False
    knows_copilot_status: bool = False
    keeps_keys: bool = False
    editor: Editor = Editor.OTHER
    trusted: bool = True
    settings: dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, params: Initialize) -> Client:
        """Read the `initialize` request; whatever is not understood counts as absent."""
        options = params.initialization_options
        options = options if isinstance(options, dict) else {}
        can = params.capabilities
        return cls(
            encoding=_encoding(_at(can, "general", "positionEncodings")),
            inline=isinstance(_at(can, "textDocument", "inlineCompletion"), dict),
            registers_completion=_at(can, "textDocument", "completion", "dynamicRegistration")
            is True,
            pulls_settings=_at(can, "workspace", "configuration") is True,
            watches_files=_at(can, "workspace", "didChangeWatchedFiles", "dynamicRegistration")
            is True,
            shows_progress=_at(can, "window", "workDoneProgress") is True,
            pulls_diagnostics=isinstance(_at(can, "textDocument", "diagnostic"), dict),
            refreshes_diagnostics=_at(can, "workspace", "diagnostics", "refreshSupport") is True,
            reads_markdown="markdown" in _list(_at(can, "textDocument", "hover", "contentFormat")),
            takes_actions=isinstance(
                _at(can, "textDocument", "codeAction", "codeActionLiteralSupport"), dict
            ),
            creates_files=_at(can, "workspace", "workspaceEdit", "documentChanges") is True
            and "create" in _list(_at(can, "workspace", "workspaceEdit", "resourceOperations")),
            shows_documents=_at(can, "window", "showDocument", "support") is True,
            knows_copilot_status=isinstance(options.get("editorInfo"), dict),
            keeps_keys=options.get("clientKeys") is True,
            editor=_editor(params.client_info.name if params.client_info else ""),
            trusted=options.get("trusted", True) is True,
            settings=without_prefix(options.get("settings")),
        )


def without_prefix(settings: object) -> dict[str, Any]:
    """Editor settings below `codegrex`, whether nested, dotted or bare; {} for anything else."""
    if not isinstance(settings, dict):
        return {}
    named = {str(key): value for key, value in settings.items()}
    nested = named.pop("codegrex", None)
    bare = {key.removeprefix("codegrex."): value for key, value in named.items()}
    return merged(bare, nested) if isinstance(nested, dict) else bare


def merged(weaker: dict[str, Any], stronger: dict[str, Any]) -> dict[str, Any]:
    """Two layers of settings as one; tables are merged, anything else is replaced."""
    both = dict(weaker)
    for key, value in stronger.items():
        below = both.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            both[key] = merged(below, value)
        else:
            both[key] = value
    return both


@dataclass(frozen=True, slots=True)
class Line:
    """The way back to the editor."""

    tell: Callable[[str, Any], None]
    """tell(method, params): a notification."""

    ask: Callable[[str, Any], Awaitable[Any]]
    """ask(method, params): a request; raises Refusal or TimeoutError."""


def _at(tree: object, *names: str) -> object:
    for name in names:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree


def _list(said: object) -> list[Any]:
    return said if isinstance(said, list) else []


def _editor(name: str) -> Editor:
    word = name.lower()
    if word.startswith("visual studio code") or word in ("vscode", "code-server", "vscodium"):
        return Editor.VSCODE
    return Editor.NEOVIM if word == "neovim" else Editor.OTHER


def _encoding(offered: object) -> Encoding:
    names = _list(offered)
    if Encoding.UTF8 in names:
        return Encoding.UTF8
    if names and Encoding.UTF16 not in names and Encoding.UTF32 in names:
        return Encoding.UTF32
    return Encoding.UTF16
