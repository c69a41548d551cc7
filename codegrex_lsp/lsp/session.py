"""The one mutable thing of the server: what the editor has open, and what was decided last.

Everything changes in plain functions on the event loop, in message order. Whoever needs a document
calls `take_snapshot` before the first await and works with what it gave.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from codegrex_lsp import portable
from codegrex_lsp.engine.requests import CompletionRequest, Status, Trigger
from codegrex_lsp.lsp import uris
from codegrex_lsp.lsp.client import Client, Line, merged
from codegrex_lsp.lsp.documents import Document, Documents
from codegrex_lsp.lsp.ground import Ground
from codegrex_lsp.lsp.positions import LineIndex
from codegrex_lsp.lsp.protocol import Position
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.reply import Decision
from codegrex_lsp.values.telemetry import Counted

if TYPE_CHECKING:
    from codegrex_lsp.engine.house import House, Wishes

NOT_OPEN: Final = Decision("not-open", "The editor has not opened this document.")
TOO_LARGE: Final = Decision("too-large", "The document is larger than 8 million characters.")
STALE: Final = Decision("stale", "The document changed while the answer was on its way.")
SUPERSEDED: Final = Decision("superseded", "A newer request took the place of this one.")

QUIET_SECONDS: Final = 0.3
"""How long nobody has typed in a document when its findings are shown."""

_SETTINGS_SECONDS: Final = 10.0
"""How long a request waits for an editor that was asked for its settings and says nothing."""

_NEIGHBOURS: Final = 8
_PREVIEWS_KEPT: Final = 8
_OFFERS_KEPT: Final = 256
_TICKETS_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Taken:
    """A document as it was when the request arrived.

    Attributes:
        snapshot: The document.
        cursor: Characters before the position, clamped to the text.
        neighbours: Other open documents of its folder, most recently used first.
    """

    snapshot: Snapshot
    cursor: int
    neighbours: tuple[Snapshot, ...]

    def request(self, trigger: Trigger) -> CompletionRequest:
        """The wish for a completion here."""
        return CompletionRequest(self.snapshot, self.cursor, trigger, self.neighbours)


@dataclass(frozen=True, slots=True)
class View:
    """A document as it is now.

    Attributes:
        snapshot: The document.
        index: Its lines.
    """

    snapshot: Snapshot
    index: LineIndex


class Session:
    """One editor's conversation.

    Args:
        ground: What the house will stand on.
        line: The way back to the editor.

    Attributes:
        client: What the editor said of itself; the default until `initialize`.
        documents: The open documents.
        folders: Workspace folders, as absolute paths, in the editor's order.
        statistics: How many suggestions were shown, accepted and partly accepted. Stays here.
        on_status: Called when something that the status shows may have changed.
        on_document: Called with the uri of a document that was opened, changed or closed.
        on_rules: Called when what is masked or ignored may have changed in any document.
    """

    def __init__(self, ground: Ground, line: Line) -> None:
        self.line = line
        self.client = Client()
        self.documents = Documents()
        self.folders: list[Path] = []
        self.statistics: Counter[str] = Counter()
        self.on_status: Callable[[], None] = lambda: None
        self.on_document: Callable[[str], None] = lambda uri: None
        self.on_rules: Callable[[], None] = lambda: None
        self._ground = ground
        self._house: House | None = None
        self._pulled: dict[str, Any] = {}
        self._awaited = 1
        self._settings_came = asyncio.Event()
        self._decided: Decision | None = None
        self._changed = asyncio.Event()
        self._typed: dict[str, float] = {}
        self._tickets: OrderedDict[str, int] = OrderedDict()
        self._issued = 0
        self._offers: deque[str] = deque(maxlen=_OFFERS_KEPT)
        self._previews: OrderedDict[str, str] = OrderedDict()

    @property
    def house(self) -> House:
        """Everything below, built when it is first needed."""
        if self._house is None:
            self._house = self._ground.house(self._wishes())
        return self._house

    # Settings

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """The editor's settings changed; they lie over those it gave at start."""
        self._pulled = dict(settings)
        self.wish()

    def expect_settings(self) -> None:
        """The editor's settings changed and are asked for; `settings_answered` follows."""
        self._awaited += 1
        self._settings_came.clear()

    def settings_answered(self) -> None:
        """The editor gave its settings, refused, or took too long."""
        self._awaited -= 1
        if self._awaited <= 0:
            self._settings_came.set()

    async def settings_known(self) -> None:
        """Wait for settings that are on their way: they may be stricter than those in force."""
        if self.client.pulls_settings:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SETTINGS_SECONDS):
                    await self._settings_came.wait()

    def wish(self) -> None:
        """Tell the house what the editor wants now."""
        if self._house is not None:
            self._house.wish(self._wishes())
        self.rules_changed()

    def rules_changed(self) -> None:
        """Settings or ignore files may be others now."""
        self.on_status()
        self.on_rules()

    def _wishes(self) -> Wishes:
        settings = merged(self.client.settings, self._pulled)
        return self._ground.wishes(settings, self.client.trusted)

    async def close(self) -> None:
        """End what the house started, if it was ever built."""
        if self._house is not None:
            await self._house.close()

    # Documents

    def folder_of(self, path: Path | None) -> Path | None:
        """The innermost workspace folder that holds `path`, or None.

        An untitled document belongs to the first folder, whose mode binds it.
        """
        if path is None:
            return self.folders[0] if self.folders else None
        return portable.innermost(path, self.folders)

    def snapshot(self, document: Document) -> Snapshot:
        """A document, frozen. A notebook's cell follows the rules of the notebook."""
        path, governed = uris.governor(document.notebook or document.uri)
        return Snapshot(
            uri=document.uri,
            path=path,
            folder=self.folder_of(path),
            text=document.text,
            version=document.version,
            language=document.language,
            governed=governed,
        )

    def take_snapshot(self, uri: str, position: Position) -> Taken | Decision:
        """What a request at `position` is about, or why it can not be answered."""
        document = self.documents.get(uri)
        if document is None:
            return NOT_OPEN
        if not document.kept:
            return TOO_LARGE
        self.documents.touch(uri)
        snapshot = self.snapshot(document)
        cursor = document.index.offset(position.line, position.character, self.client.encoding)
        return Taken(snapshot, cursor, self._neighbours(snapshot))

    def view(self, uri: str) -> View | None:
        """An open document as it is now; None where it is not open or was too large to keep."""
        document = self.documents.get(uri)
        if document is None or not document.kept:
            return None
        return View(self.snapshot(document), document.index)

    def _neighbours(self, home: Snapshot) -> tuple[Snapshot, ...]:
        if home.folder is None:
            return ()
        found: list[Snapshot] = []
        for document in self.documents:
            if document.uri == home.uri or not document.kept:
                continue
            other = self.snapshot(document)
            if other.governed and other.folder == home.folder:
                found.append(other)
            if len(found) == _NEIGHBOURS:
                break
        return tuple(found)

    def current(self) -> Snapshot | None:
        """The document used last, or None where none is open."""
        document = next(iter(self.documents), None)
        return self.snapshot(document) if document is not None and document.kept else None

    def document_changed(self, uri: str, *, typed: bool = False) -> None:
        """Wake whoever waits for a version.

        Args:
            uri: The document that was opened, changed or closed.
            typed: It was changed.
        """
        self._changed.set()
        self._changed = asyncio.Event()
        if typed:
            self._typed[uri] = asyncio.get_running_loop().time()
        else:
            self._typed.pop(uri, None)
        self.on_document(uri)

    async def quiet(self, uri: str) -> None:
        """Wait until nobody has typed in a document for a moment."""
        while (typed := self._typed.get(uri)) is not None:
            left = typed + QUIET_SECONDS - asyncio.get_running_loop().time()
            if left <= 0:
                break
            await asyncio.sleep(left)

    async def wait_for_version(self, uri: str, version: int, seconds: float) -> bool:
        """Wait until the editor has sent this version. False where it did not come, or is past."""
        try:
            async with asyncio.timeout(seconds):
                while (held := self._version(uri)) is not None and held < version:
                    await self._changed.wait()
        except TimeoutError:
            return False
        return self._version(uri) == version

    def _version(self, uri: str) -> int | None:
        document = self.documents.get(uri)
        return document.version if document is not None else None

    # Requests

    def ticket(self, uri: str) -> int:
        """A number for a new request on a document; the highest one is the newest."""
        self._issued += 1
        self._tickets[uri] = self._issued
        self._tickets.move_to_end(uri)
        if len(self._tickets) > _TICKETS_KEPT:
            self._tickets.popitem(last=False)
        return self._issued

    def is_newest(self, uri: str, ticket: int) -> bool:
        """Whether no newer request came for the document."""
        return self._tickets.get(uri, ticket) <= ticket

    def decide(self, decision: Decision | None) -> None:
        """Remember how the last request ended; None leaves the word to the house."""
        self._decided = decision
        self.on_status()

    def status(self, snapshot: Snapshot | None = None) -> Status:
        """What the status item shows, about `snapshot` or the document used last."""
        about = snapshot if snapshot is not None else self.current()
        status = self.house.status(about.folder if about else self.folder_of(None), about)
        return status if self._decided is None else replace(status, last_decision=self._decided)

    # Offers and previews

    def offer(self) -> str:
        """An id for a suggestion that is about to be shown; it says nothing of the text."""
        self._issued += 1
        identity = f"suggestion-{self._issued}"
        self._offers.append(identity)
        self.statistics["offered"] += 1
        return identity

    def accept(self, identity: object) -> None:
        """A suggestion was accepted; counted once, and only if it was offered here."""
        if identity in self._offers:
            self._offers.remove(str(identity))
            self.statistics["accepted"] += 1
            self.house.telemetry.count(Counted.ACCEPTED)

    def keep_preview(self, text: str) -> str:
        """Keep a preview's text for the editor to open; the uri to open it by."""
        self._issued += 1
        uri = uris.preview_uri(self._issued)
        self._previews[uri] = text
        if len(self._previews) > _PREVIEWS_KEPT:
            self._previews.popitem(last=False)
        return uri

    def preview_text(self, uri: str) -> str | None:
        """Text of a preview that is still kept."""
        return self._previews.get(uri)
