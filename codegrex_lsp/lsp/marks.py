"""What is masked in open documents, as the editor wants it: diagnostics, asked for or unasked.

No value is in any of them: a range, and what stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from codegrex_lsp.lsp.positions import LineIndex
from codegrex_lsp.lsp.rpc import Refusal
from codegrex_lsp.lsp.session import Session

if TYPE_CHECKING:
    from codegrex_lsp.engine.findings import Finding
    from codegrex_lsp.settings.model import Privacy

SOURCE: Final = "CodeGrex"


def diagnostic(finding: Finding, index: LineIndex, session: Session) -> types.Diagnostic:
    """A finding as information for the person."""
    return types.Diagnostic(
        range=range_of(finding, index, session),
        severity=types.DiagnosticSeverity.Information,
        code=finding.type,
        source=SOURCE,
        message=f"masked before it leaves: {finding.title}",
    )


def range_of(finding: Finding, index: LineIndex, session: Session) -> types.Range:
    """Where a finding stands, in the editor's units."""
    start = index.place(finding.start, session.client.encoding)
    end = index.place(finding.end, session.client.encoding)
    return types.Range(types.Position(*start), types.Position(*end))


async def diagnostics(session: Session, uri: str) -> list[types.Diagnostic]:
    """Of a document as it is once nobody types in it; none where it is not open."""
    while True:
        await session.quiet(uri)
        view = session.view(uri)
        if view is None:
            return []
        findings = await session.house.findings(view.snapshot)
        now = session.view(uri)
        if now is None or now.index is view.index:
            return [diagnostic(one, view.index, session) for one in findings]


class Marker:
    """Publishes diagnostics, and tells editors that ask for them when to ask again.

    Args:
        session: The editor's conversation.
        begin: Starts work that nobody waits for.
    """

    def __init__(
        self, session: Session, begin: Callable[[Coroutine[Any, Any, None]], None]
    ) -> None:
        self._session = session
        self._begin = begin
        self._running: set[str] = set()
        self._again: set[str] = set()
        self._told: dict[str, list[types.Diagnostic]] = {}
        self._privacy: Privacy | None = None
        self._asking = False

    def soon(self, uri: str) -> None:
        """A document was opened, changed or closed."""
        if self._session.client.pulls_diagnostics:
            return
        if uri in self._running:
            self._again.add(uri)
            return
        self._running.add(uri)
        self._begin(self._publish(uri))

    def all(self) -> None:
        """What is masked may have changed everywhere."""
        documents = list(self._session.documents)
        if not self._session.client.pulls_diagnostics:
            for document in documents:
                self.soon(document.uri)
        elif documents and self._session.client.refreshes_diagnostics and not self._asking:
            self._asking = True
            self._begin(self._refresh())

    def look_if_privacy_changed(self) -> None:
        """Notice settings that were changed outside the editor."""
        current = self._session.current()
        if current is None:
            return
        privacy = self._session.house.resolved(current.folder).settings.privacy
        if self._privacy is not None and privacy != self._privacy:
            self.all()
        self._privacy = privacy

    async def _publish(self, uri: str) -> None:
        try:
            while True:
                self._again.discard(uri)
                found = await diagnostics(self._session, uri)
                if uri not in self._again:
                    break
        finally:
            self._running.discard(uri)
            self._again.discard(uri)
        document = self._session.documents.get(uri)
        if found == self._told.get(uri):
            return
        self._told[uri] = found
        version = document.version if document is not None else None
        params = types.PublishDiagnosticsParams(uri=uri, diagnostics=found, version=version)
        self._session.line.tell("textDocument/publishDiagnostics", params)
        if document is None:
            del self._told[uri]

    async def _refresh(self) -> None:
        self._asking = False
        with suppress(Refusal, TimeoutError):  # it asks again at the next change
            await self._session.line.ask("workspace/diagnostic/refresh", None)
