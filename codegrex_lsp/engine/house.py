"""The whole house, built once, in order, by explicit arguments.

Both the language server and the command line stand on it, so that neither can take a path to a
model that the other does not. (It stands in `engine` and not in `lsp`, where it would make the
command line import pygls.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codegrex_lsp.engine.requests import CompletionOutcome, CompletionRequest, Preview, Status
from codegrex_lsp.portable import Folders
from codegrex_lsp.settings.model import Resolved
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.mode import Destination, Mode, Task
from codegrex_lsp.values.route import ModelFacts


@dataclass(frozen=True, slots=True)
class ProviderCheck:
    """What `doctor` says of one provider in the routes.

    Attributes:
        id: Provider id.
        destination: Where it is, as far as known.
        model: The model that completion would use.
        asked: False where mode forbids even asking.
        reachable: Whether it answered.
        facts: What it said of the model, if it did.
        message: One calm sentence.
        fix: What to do, or empty.
    """

    id: str
    destination: Destination
    model: str
    asked: bool
    reachable: bool
    facts: ModelFacts | None
    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the outside of this process asks for: flags, environment, and the editor's settings.

    Attributes:
        flags: Dotted key → value, from the command line.
        environ: The environment.
        editor: The editor's settings, nested or flat, without the `codegrex.` prefix.
        trusted: Whether the editor trusts the workspace.
        folders: The open workspace folders.
    """

    flags: Mapping[str, object] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    editor: Mapping[str, object] = field(default_factory=dict, repr=False)
    trusted: bool = True


class House:
    """Everything, wired. `lsp.session` and the command line hold one each."""

    def __init__(
        self,
        folders: Folders,
        wishes: Wishes,
        *,
        progress: Callable[[str], None] = lambda sentence: None,
    ) -> None: ...

    def wish(self, wishes: Wishes) -> None:
        """New settings from the editor; the next request obeys them, running ones are checked."""

    def resolved(self, folder: Path | None) -> Resolved:
        """Settings in force for `folder`. Cheap; re-reads what changed on disk."""

    async def complete(
        self, request: CompletionRequest, *, on_text: Callable[[str], None] | None = None
    ) -> CompletionOutcome:
        """One completion. A newer request for the same document supersedes this one, which then
        returns with decision `superseded`. Cancelling the task closes the upstream socket.

        Never raises a ProviderError: failures come back as decisions. `on_text` gets restored
        text as it streams (command line only).
        """

    async def preview(self, request: CompletionRequest, task: Task) -> Preview:
        """What `complete` would send, by the same calls, with a door that records."""

    def status(self, folder: Path | None, snapshot: Snapshot | None = None) -> Status:
        """What the editor's status item shows."""

    def explain_ignore(self, path: Path, folder: Path | None) -> object:
        """privacy.ignore.Verdict for a path."""

    def choose_mode(self, mode: Mode, folder: Path | None) -> Resolved:
        """Keep the person's choice for `folder` (None: for the machine).

        Raises:
            RefusedError: Another source pins a stricter mode; nothing is kept.
            ConfigurationError: The choice can not be written.
        """

    def forget(self, uri: str) -> None:
        """A document was closed: drop its text, its masked values and its cached suggestions."""

    async def check_providers(self, folder: Path | None) -> tuple[ProviderCheck, ...]:
        """Ask each provider in the routes, as far as mode allows, without any text."""

    async def models(self, folder: Path | None) -> tuple[tuple[str, tuple[str, ...], str], ...]:
        """(provider, models, trouble) for each provider in the routes that mode lets us ask."""

    async def warm_up(self) -> None:
        """Import and build what the first request needs, off the event loop."""

    async def close(self) -> None:
        """End the model server and close every connection."""
