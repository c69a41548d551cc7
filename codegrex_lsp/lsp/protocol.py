"""What editors send, as typed classes; `reading.read` makes them out of JSON.

Only the fields that are used are named, so that a client may send more. Sources: LSP 3.17 and
3.18; Copilot's language server for `textDocument.version` on inline completions, `didFocus`,
`didShowCompletion` and `didPartiallyAcceptCompletion`. The `codegrex/*` messages are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Position:
    """0-based line, and column in units of the agreed encoding."""

    line: int
    character: int


@dataclass(frozen=True, slots=True)
class Range:
    """Two positions; the end is exclusive."""

    start: Position
    end: Position


@dataclass(frozen=True, slots=True)
class DocumentId:
    """A document, and the version of it that the client means, where it says so."""

    uri: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentItem:
    """A document as it is opened."""

    uri: str
    text: str = field(repr=False)
    language_id: str = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """New text for a range, or for the whole document where there is no range."""

    text: str = field(repr=False)
    range: Range | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """A workspace folder."""

    uri: str


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """Who the editor says that it is."""

    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Initialize:
    """`initialize`. Capabilities stay plain JSON; `client.Client` reads what matters."""

    process_id: int | None = None
    client_info: ClientInfo | None = None
    root_uri: str | None = None
    root_path: str | None = None
    workspace_folders: list[Folder] | None = None
    capabilities: dict[str, Any] = field(default_factory=dict, repr=False)
    initialization_options: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """`textDocument/didOpen`."""

    text_document: DocumentItem


@dataclass(frozen=True, slots=True)
class Changed:
    """`textDocument/didChange`."""

    text_document: DocumentId
    content_changes: list[Change]


@dataclass(frozen=True, slots=True)
class AboutDocument:
    """`textDocument/didClose` and `didSave`."""

    text_document: DocumentId


@dataclass(frozen=True, slots=True)
class Focused:
    """`textDocument/didFocus`: no document where the focus left them all."""

    text_document: DocumentId | None = None


@dataclass(frozen=True, slots=True)
class NotebookOpened:
    """`notebookDocument/didOpen`."""

    notebook_document: DocumentId
    cell_text_documents: list[DocumentItem]


@dataclass(frozen=True, slots=True)
class CellText:
    """Changes to the text of one cell."""

    document: DocumentId
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class CellStructure:
    """Cells that came and went."""

    did_open: list[DocumentItem] | None = None
    did_close: list[DocumentId] | None = None


@dataclass(frozen=True, slots=True)
class CellChanges:
    """What happened to the cells of a notebook."""

    structure: CellStructure | None = None
    text_content: list[CellText] | None = None


@dataclass(frozen=True, slots=True)
class NotebookChange:
    """What happened to a notebook; its metadata is not ours to know."""

    cells: CellChanges | None = None


@dataclass(frozen=True, slots=True)
class NotebookChanged:
    """`notebookDocument/didChange`."""

    notebook_document: DocumentId
    change: NotebookChange


@dataclass(frozen=True, slots=True)
class NotebookClosed:
    """`notebookDocument/didClose`."""

    notebook_document: DocumentId
    cell_text_documents: list[DocumentId]


@dataclass(frozen=True, slots=True)
class SelectedCompletion:
    """The entry chosen in the editor's own completion list; a suggestion must extend it."""

    range: Range
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InlineContext:
    """Who asked: 1 is a person's command, 2 is typing (0 in drafts of LSP 3.18: a command)."""

    trigger_kind: int = 2
    selected_completion_info: SelectedCompletion | None = None


@dataclass(frozen=True, slots=True)
class InlineWanted:
    """`textDocument/inlineCompletion`."""

    text_document: DocumentId
    position: Position
    context: InlineContext = field(default_factory=InlineContext)


@dataclass(frozen=True, slots=True)
class ClassicWanted:
    """`textDocument/completion`."""

    text_document: DocumentId
    position: Position


@dataclass(frozen=True, slots=True)
class DiagnosticsWanted:
    """`textDocument/diagnostic`."""

    text_document: DocumentId


@dataclass(frozen=True, slots=True)
class HoverWanted:
    """`textDocument/hover`."""

    text_document: DocumentId
    position: Position


@dataclass(frozen=True, slots=True)
class ActionContext:
    """Which kinds of code action are wanted; any where it is not said."""

    only: list[str] | None = None


@dataclass(frozen=True, slots=True)
class ActionsWanted:
    """`textDocument/codeAction`."""

    text_document: DocumentId
    range: Range
    context: ActionContext = field(default_factory=ActionContext)


@dataclass(frozen=True, slots=True)
class AllowWanted:
    """`codegrex.allowValue`: the masked value at a position is not secret."""

    text_document: DocumentId
    position: Position


@dataclass(frozen=True, slots=True)
class IgnoreFileWanted:
    """`codegrex.ignoreFile`: the file is to be read no more."""

    text_document: DocumentId


@dataclass(frozen=True, slots=True)
class ConfigurationChanged:
    """`workspace/didChangeConfiguration`."""

    settings: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class FolderChange:
    """Which workspace folders came and went."""

    added: list[Folder] | None = None
    removed: list[Folder] | None = None


@dataclass(frozen=True, slots=True)
class FoldersChanged:
    """`workspace/didChangeWorkspaceFolders`."""

    event: FolderChange


@dataclass(frozen=True, slots=True)
class CommandWanted:
    """`workspace/executeCommand`."""

    command: str
    arguments: list[Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ContentWanted:
    """`workspace/textDocumentContent`."""

    uri: str


@dataclass(frozen=True, slots=True)
class StatusWanted:
    """`codegrex/status`; without a document, about the one used last."""

    text_document: DocumentId | None = None


@dataclass(frozen=True, slots=True)
class ModeWanted:
    """`codegrex/setMode`; without a folder, for every open folder, or for the machine."""

    mode: str
    workspace_folder: str | None = None


@dataclass(frozen=True, slots=True)
class IgnoreWanted:
    """`codegrex/explainIgnore`."""

    uri: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A document that comes with a question, or a part of it."""

    uri: str
    range: Range | None = None


@dataclass(frozen=True, slots=True)
class ChatWanted:
    """`codegrex/chat`. The token is a string or an integer, as in LSP."""

    message: str = field(repr=False)
    conversation_id: str | None = None
    attachments: list[Attached] | None = None
    include_terminal: bool = False
    partial_result_token: Any = None


@dataclass(frozen=True, slots=True)
class PreviewWanted:
    """`codegrex/preview`; `task` is `completion` or `chat`.

    For a chat, the document is attached where nothing else is.
    """

    text_document: DocumentId
    position: Position
    task: str = "completion"
    message: str = field(default="", repr=False)
    conversation_id: str | None = None
    attachments: list[Attached] | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Parameters that are not looked at."""
